// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// showInvite lets a person paste the link that they were given. It says who invites to
// what, and does nothing before they choose how to go on.
func (w *Window) showInvite(back func()) {
	w.invited = model.NewInvited(w.env, w.core, w.readInvitation)
	v := w.invited
	v.OnDone = w.startChat
	v.OnFailed = func(err *chat.Error) { w.say(w.words.Text("failed.title"), errorWords(w.words, err)) }
	link := parts.NewField(w.kit, w.words.Text("invite.link"), pageWidth())
	link.SetHint(w.words.Text("invite.link.hint"))
	f := newForm(w, "invite", map[model.Field]*parts.Field{model.FieldName: link})
	submit := func() {
		v.Text = link.Text()
		v.Submit()
	}
	link.Entry.OnSubmitted = func(string) { submit() }
	v.OnChange = func() {
		f.show(v.Trouble())
		if i, ok := v.Invitation(); ok {
			w.showInvitation(i, func() { w.showInvite(back) })
		}
	}
	paste := parts.NewButton(w.kit, w.words.Text("invite.paste"), parts.Secondary, func() {
		link.Entry.SetText(shorten(fyne.CurrentApp().Clipboard().Content(), maxPasted))
		submit()
	}).WithIcon("clipboard")
	enter := parts.NewButton(w.kit, w.words.Text("action.continue"), parts.Primary, submit)
	w.showPage(page{
		title: w.words.Text("invite.title"), text: w.words.Text("invite.text"),
		back: func() { v.Forget(); back() },
		body: []fyne.CanvasObject{link.Box, f.wrong, paste, enter},
	})
	w.focus(link.Entry)
}

// maxPasted is the most letters that are taken from the clipboard.
const maxPasted = 16 << 10

// showInvitation says what an invitation is, and asks how to go on.
func (w *Window) showInvitation(i chat.Invitation, back func()) {
	words, scope := w.words, w.scope()
	name := i.Name
	title, text := words.Text("invite.server.title"), words.Text("invite.server.text", "server", i.Server.Domain)
	if !i.Inviter.IsZero() {
		if name == "" {
			name = i.Inviter.Local
		}
		title = words.Text("invite.person.title", "name", name)
		text = words.Text("invite.person.text", "name", name, "address", i.Inviter.String())
	}
	body := []fyne.CanvasObject{}
	if !i.Inviter.IsZero() {
		body = append(body, container.NewCenter(parts.NewAvatar(w.kit,
			parts.Face{Key: i.Inviter.String(), Name: name}, 72, theme.ColorBackground)))
	}
	again := func() { w.showInvitation(i, back) }
	first := parts.NewButton(w.kit, words.Text("invite.create"), parts.Primary, func() { w.createInvited(i, again) })
	if i.MakesAccount() {
		first.SetText(words.Text("invite.create-on", "server", i.Server.Domain))
		if scope.Simple {
			first.SetText(words.Text("invite.create"))
		}
	}
	have := parts.NewButton(w.kit, words.Text("invite.sign-in"), parts.Secondary, func() { w.showSignIn(again) })
	if i.Inviter.IsZero() { // it is of use for nothing else
		body = append(body, first)
	} else {
		body = append(body, first, have)
	}
	w.showPage(page{title: title, text: text, back: back, body: body})
	w.focus(first)
}

// createInvited makes the account that an invitation is for: on its server with its
// token, else where the person chooses.
func (w *Window) createInvited(i chat.Invitation, back func()) {
	if !i.MakesAccount() {
		w.create(back)
		return
	}
	server := w.serverOf(i.Server.Domain)
	if w.scope().NicknameOnly {
		w.showSignUp(server, i.Token, back)
		return
	}
	r := newRegister(w, server, back)
	r.model.Token = i.Token
	r.name.Entry.SetText(i.Server.Local)
	r.build()
	w.focus(r.name.Entry)
}

// redeem adds who has invited, now that there is an account.
func (w *Window) redeem() {
	all := w.accounts.All()
	if w.invited == nil || len(all) == 0 {
		return
	}
	v := w.invited
	w.invited = nil
	v.Redeem(all[len(all)-1].Login.Address)
}
