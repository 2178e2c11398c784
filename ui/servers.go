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
		body = append(body, parts.NewCard(w.kit, parts.NewGlyph(w.kit, "server", theme.ColorAccent, 22),
			server.Name, w.words.Text(server.Description), nil, func() { w.showServer(server, again) }))
	}
	own := parts.NewField(w.kit, w.words.Text("servers.own"), pageWidth())
	own.Entry.SetPlaceHolder(w.words.Text("servers.own.example"))
	own.SetHint(w.words.Text("servers.own.hint"))
	own.Entry.OnChanged = func(string) { own.SetError("") }
	next := func() {
		server, ok := parseServer(own.Text())
		if !ok {
			own.SetError(w.words.Text("servers.own.wrong"))
			w.root.Refresh()
			w.focus(own.Entry)
			return
		}
		w.showRegister(server, again)
	}
	own.Entry.OnSubmitted = func(string) { next() }
	body = append(body, parts.Gap(theme.SizeGap), own.Box, parts.NewButton(w.kit, w.words.Text("action.continue"), parts.Secondary, next))
	w.showPage(page{title: w.words.Text("servers.title"), text: w.words.Text("servers.text"), back: back, body: body})
}

// inProgram is what Server.Register says of servers that make accounts here.
const inProgram = "app"

// showServer goes on to the form, or to the page of a server that makes accounts
// on one.
func (w *Window) showServer(server resources.Server, back func()) {
	if server.Register == inProgram || server.Register == "" {
		w.showRegister(server, back)
		return
	}
	w.showPage(page{
		title: w.words.Text("register.title"), text: w.words.Text("register.text", "server", server.Name), back: back,
		body: w.elsewhere(server.Register, func() { w.showSignIn(back) }),
	})
}

// parseServer reads "domain" or "domain host:port", the second for a server that
// can not be looked up.
func parseServer(text string) (s resources.Server, ok bool) {
	domain, host, port := splitServer(text)
	a, err := chat.ParseAddress(domain)
	if err != nil || a.Local != "" || !a.IsBare() || port < 0 || port > 65535 {
		return resources.Server{}, false
	}
	return resources.Server{Domain: a.Domain, Host: host, Port: port, Name: a.Domain}, true
}

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
