// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"bytes"
	"context"
	"image/png"
	"io"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// showAccount is what can be changed of one's own account.
func (w *Window) showAccount(addr chat.Address) {
	a, ok := w.accounts.Account(addr)
	if !ok || w.closeSheet() {
		return
	}
	words := w.words
	var sheet *parts.Sheet
	nick := parts.NewField(w.kit, words.Text("account.nick"), parts.SheetWidth)
	nick.SetHint(words.Text("account.nick.hint"))
	nick.Entry.SetText(a.Nick)
	face := w.faces.of(addr, nameOf(a), a.Avatar, chat.Unavailable)
	state, token := w.accountState(a)
	enabled := widget.NewCheck(words.Text("account.enabled"), nil)
	enabled.SetChecked(a.Enabled)
	enabled.OnChanged = func(on bool) { w.accounts.SetEnabled(addr, on) }
	change := func(then func()) func() { return func() { sheet.Close(); then() } }
	body := parts.Column(theme.SizeInset,
		parts.Row(theme.SizeInset, nil,
			parts.NewAvatar(w.kit, face, 72, theme.ColorSurface),
			parts.NewButton(w.kit, words.Text("account.picture"), parts.Secondary, change(func() { w.pickPicture(addr) })).WithIcon("picture")),
		parts.NewParagraph(w.kit, state, parts.SheetWidth, parts.Style{Color: token}),
		enabled, nick.Box,
		container.NewHBox(
			parts.NewButton(w.kit, words.Text("account.login"), parts.Secondary, change(func() {
				w.onAccounts = nil
				w.showEditAccount(a, func() { w.showSettingsAt(sectionAccounts) })
			})),
			parts.NewButton(w.kit, words.Text("account.remove"), parts.Danger, change(func() { w.askRemoveAccount(addr) }))),
	)
	save := func() {
		sheet.Close()
		if name := strings.TrimSpace(nick.Text()); name != a.Nick {
			core := w.core
			w.command(func(ctx context.Context) error { return core.SetNick(ctx, addr, name) }, func() { w.loadAccounts(nil) })
		}
	}
	nick.Entry.OnSubmitted = func(string) { save() }
	sheet = w.sheet(addr.String(), body, parts.NewButton(w.kit, words.Text("action.save"), parts.Primary, save))
}

func (w *Window) askRemoveAccount(addr chat.Address) {
	w.ask(question{
		title: w.words.Text("account.remove.title"), text: w.words.Text("account.remove.text", "address", addr.String()),
		yes: w.words.Text("account.remove"), danger: true, do: func() {
			w.accounts.Remove(addr)
			w.afterAccounts = append(w.afterAccounts, func() {
				if len(w.accounts.All()) == 0 {
					w.closeSettings()
				}
			})
		},
	})
}

// ownPictureSide is the size in pixels in which one's own picture is given to
// the server, and maxPictureFile the largest file that is looked at.
const (
	ownPictureSide = 256
	maxPictureFile = parts.MaxOwnPicture
)

// pickPicture lets the person choose a file as the account's picture.
func (w *Window) pickPicture(addr chat.Address) {
	open := dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		core := w.core
		w.command(func(ctx context.Context) error {
			data, err := readPicture(file)
			if err != nil {
				return err
			}
			return core.SetPicture(ctx, addr, data)
		}, func() { w.loadAccounts(nil) })
	}, w.cfg.Window)
	open.SetFilter(storage.NewExtensionFileFilter([]string{".png", ".jpg", ".jpeg"}))
	open.Show()
}

// readPicture reads a picture file and writes it anew as a small PNG, without
// the place and the camera that a photograph's file may tell of.
func readPicture(file io.ReadCloser) ([]byte, error) {
	defer func() { _ = file.Close() }()
	unreadable := &chat.Error{Kind: chat.Input, Op: "read picture", Code: chat.CodePicture}
	data, err := io.ReadAll(io.LimitReader(file, maxPictureFile+1))
	if err != nil || len(data) > maxPictureFile {
		return nil, unreadable
	}
	picture, err := parts.DecodeOwnPicture(data, ownPictureSide)
	if err != nil {
		return nil, unreadable
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, unreadable
	}
	return out.Bytes(), nil
}
