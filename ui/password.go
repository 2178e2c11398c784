// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// showPassword shows with what the person signs in: who never chose a password needs it on
// another device.
func (w *Window) showPassword(addr chat.Address) {
	core := w.core
	w.env.Tasks.Run(func(ctx context.Context) func() {
		password, err := core.Password(ctx, addr)
		return func() {
			defer clear(password)
			switch {
			case w.covered():
			case chat.CodeOf(err) == chat.CodeNotAuthorized:
				w.say(w.words.Text("password.title"), w.words.Text("password.none"))
			case err != nil:
				w.say(w.words.Text("password.title"), errorWords(w.words, err))
			default:
				w.drawPassword(addr, string(password))
			}
		}
	})
}

func (w *Window) drawPassword(addr chat.Address, password string) {
	body := parts.Column(theme.SizeInset,
		parts.NewParagraph(w.kit, w.words.Text("password.text", "address", addr.String()), parts.SheetWidth, parts.Style{}),
		parts.NewParagraph(w.kit, password, parts.SheetWidth, parts.Style{Size: theme.SizeTitle, Bold: true}))
	var sheet *parts.Sheet
	ok := parts.NewButton(w.kit, w.words.Text("action.ok"), parts.Primary, func() { sheet.Close() })
	sheet = w.sheet(w.words.Text("password.title"), body, w.copyAs("action.copy", parts.Secondary, password), ok)
	w.focus(ok)
}
