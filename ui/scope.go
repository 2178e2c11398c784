// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/invite"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/ui/model"
)

// scope is how much of the program the bundle of now shows.
func (w *Window) scope() model.Scope {
	ui, signup := w.words.Branding().UI, w.words.Signup()
	return model.Scope{
		Simple: ui.Mode == "simple", OnePane: w.words.Layout() == resources.LayoutSimple,
		MostAccounts: ui.MaxAccounts, Cards: signup.Cards, Home: signup.Domain, NicknameOnly: signup.NicknameOnly,
	}
}

// readInvitation reads what somebody has pasted.
func (w *Window) readInvitation(text string) (chat.Invitation, error) {
	return invite.Parse(text, w.words.Invite().LinkHosts())
}

// place is how the server of an address is reached: the bundle knows its own, and those of
// its list.
func (w *Window) serverOf(domain string) resources.Server {
	if s := w.words.Signup(); s.Domain == domain {
		return resources.Server{Domain: domain, Name: domain, Host: s.Host, Port: s.Port}
	}
	for _, s := range w.words.Servers() {
		if s.Domain == domain {
			return s
		}
	}
	return resources.Server{Domain: domain, Name: domain}
}
