// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// showServers lets a person choose where the new account shall live.
func (w *Window) showServers(back func()) {
	again := func() { w.showServers(back) }
	var body []fyne.CanvasObject
	for _, server := range w.words.Servers() {
		text := w.words.Text(server.Description)
		body = append(body, parts.NewCard(w.kit, parts.NewGlyph(w.kit, "server", theme.ColorAccent, 22),
			server.Name, text, nil, func() { w.showRegister(server, again) }))
	}
	own := parts.NewField(w.kit, w.words.Text("servers.own"), pageWidth)
	own.Entry.SetPlaceHolder(w.words.Text("servers.own.example"))
	next := func() {
		own.SetError("")
		domain, host, port := splitServer(own.Text())
		if a, err := chat.ParseAddress(domain); err != nil || a.Local != "" || !a.IsBare() {
			own.SetError(w.words.Text("servers.own.wrong"))
			w.root.Refresh()
			return
		}
		w.showRegister(resources.Server{Domain: domain, Host: host, Port: port, Name: domain}, again)
	}
	own.Entry.OnSubmitted = func(string) { next() }
	body = append(body, parts.Gap(theme.SizeGap), own.Box, parts.NewButton(w.kit, w.words.Text("action.continue"), parts.Secondary, next))
	w.show(page{
		kit: w.kit, title: w.words.Text("servers.title"), text: w.words.Text("servers.text"), back: back, body: body,
	}.build(), func() bool { back(); return true })
}

// splitServer reads "domain" or "domain host:port", the second for a server that
// can not be looked up.
func splitServer(text string) (domain, host string, port int) {
	fields := strings.Fields(strings.ToLower(text))
	if len(fields) == 0 {
		return "", "", 0
	}
	domain = fields[0]
	if len(fields) > 1 {
		host = fields[1]
		if i := strings.LastIndexByte(host, ':'); i > 0 {
			if n, err := strconv.Atoi(host[i+1:]); err == nil {
				host, port = strings.Trim(host[:i], "[]"), n
			}
		}
	}
	return domain, host, port
}
