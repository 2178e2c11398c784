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
func (w *Window) showServers(back func()) { w.showServersWith(back, "") }

// showServersWith has the name of another server filled in: who comes back from
// the form may have mistyped it.
func (w *Window) showServersWith(back func(), typed string) {
	own := parts.NewField(w.kit, w.words.Text("servers.own"), pageWidth())
	again := func() { w.showServersWith(back, own.Text()) }
	var body []fyne.CanvasObject
	for _, server := range w.words.Servers() {
		body = append(body, parts.NewCard(w.kit, parts.NewGlyph(w.kit, "server", theme.ColorAccent, 22),
			server.Name, w.words.Text(server.Description), nil, func() { w.showServer(server, again) }).Wraps(pageWidth()))
	}
	own.Entry.SetText(typed)
	own.Entry.SetPlaceHolder(w.words.Text("servers.own.example"))
	own.SetHint(w.words.Text("servers.own.hint"))
	w.follow(own)
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
	fields := strings.Fields(strings.ToLower(text))
	if len(fields) < 1 || len(fields) > 2 {
		return resources.Server{}, false
	}
	a, err := chat.ParseAddress(fields[0])
	if err != nil || a.Local != "" || !a.IsBare() {
		return resources.Server{}, false
	}
	s = resources.Server{Domain: a.Domain, Name: a.Domain}
	if len(fields) == 2 {
		s.Host, s.Port, ok = splitPort(fields[1])
		return s, ok
	}
	return s, true
}

// splitPort reads "host", "host:port", an IPv6 address, and "[address]:port".
func splitPort(text string) (host string, port int, ok bool) {
	host, digits := text, ""
	if inside, after, bracketed := strings.Cut(strings.TrimPrefix(text, "["), "]"); bracketed {
		host, digits = inside, strings.TrimPrefix(after, ":")
	} else if before, after, _ := strings.Cut(text, ":"); !strings.Contains(after, ":") {
		host, digits = before, after
	}
	if digits == "" {
		return host, 0, host != "" && !strings.HasSuffix(text, ":")
	}
	port, err := strconv.Atoi(digits)
	return host, port, err == nil && host != "" && port > 0 && port < 1<<16
}
