// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/picture"
	"chatsecure.org/desktop/core/qr"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// codeWidth is the width of a QR code in a dialog.
const codeWidth = 260

// showCode shows which keys are one's own, as a code to be scanned and a link.
func (w *Window) showCode(account chat.Address) {
	core := w.core
	w.env.Tasks.Run(func(ctx context.Context) func() {
		link, err := core.IdentityURI(ctx, account, account)
		var code qr.Code
		if err == nil {
			code, err = qr.Encode(link)
		}
		return func() {
			switch {
			case w.covered():
			case link == "":
				w.say(w.words.Text("code.title"), w.words.Text("code.none"))
			default:
				w.drawCode(link, code, err == nil)
			}
		}
	})
}

func (w *Window) drawCode(link string, code qr.Code, drawn bool) {
	body := parts.Column(theme.SizeInset, parts.NewParagraph(w.kit, w.words.Text("code.text"), parts.SheetWidth, parts.Style{}))
	if drawn {
		body.Add(container.NewCenter(parts.NewCode(code, codeWidth)))
	}
	copying := w.copyAs("code.copy", parts.Secondary, link).WithIcon("link")
	var sheet *parts.Sheet
	ok := parts.NewButton(w.kit, w.words.Text("action.ok"), parts.Primary, func() { sheet.Close() })
	sheet = w.sheet(w.words.Text("code.title"), body, copying, ok)
	w.focus(ok)
}

// readCode reads what a code or a link says of somebody's keys. Name is whose page it
// was asked for on.
func (w *Window) readCode(keys *model.Identity, name string) {
	var sheet *parts.Sheet
	fromPicture := parts.NewButton(w.kit, w.words.Text("read.picture"), parts.Secondary, func() {
		sheet.Close()
		w.pickFile("read.title", pictureNames, func(file io.ReadCloser) { w.readPictureOfCode(keys, name, file) })
	}).WithIcon("picture")
	fromClipboard := parts.NewButton(w.kit, w.words.Text("read.clipboard"), parts.Secondary, func() {
		sheet.Close()
		text := fyne.CurrentApp().Clipboard().Content()
		file, named := copiedFile(text)
		switch {
		case model.Names(text):
			w.readLink(keys, name, text, false)
		case named:
			w.readPictureOfCode(keys, name, file)
		default:
			w.say(w.words.Text("read.title"), w.words.Text("read.nothing"))
		}
	}).WithIcon("clipboard")
	body := parts.Column(theme.SizeInset, parts.NewParagraph(w.kit, w.words.Text("read.text"), parts.SheetWidth, parts.Style{}),
		left(fromPicture), left(fromClipboard))
	sheet = w.sheet(w.words.Text("read.title"), body)
	w.focus(fromClipboard)
}

// readPictureOfCode reads a picture file. It is somebody else's: it is read within
// limits, and off this goroutine.
func (w *Window) readPictureOfCode(keys *model.Identity, name string, file io.ReadCloser) {
	text := ""
	w.command(func(context.Context) error {
		data, err := readBounded(file, picture.Own.Bytes)
		if err != nil {
			return unreadable(err)
		}
		p, err := picture.Decode(data, picture.Own)
		if err != nil {
			return unreadable(err)
		}
		text, err = qr.Decode(p)
		if err != nil {
			text = ""
		}
		return nil
	}, func() {
		if !model.Names(text) {
			w.say(w.words.Text("read.title"), w.words.Text("read.none"))
			return
		}
		w.readLink(keys, name, text, false)
	})
}

// readLink shows what a link would verify, and asks whether it shall. FromMessage says
// that it came with a message, and is worth no more than that.
func (w *Window) readLink(keys *model.Identity, name, text string, fromMessage bool) {
	keys.Read(text, func(link chat.IdentityLink, err *chat.Error) {
		switch {
		case w.covered():
		case err != nil:
			w.say(w.words.Text("failed.title"), errorWords(w.words, err))
		default:
			w.askBelieve(keys, name, link, fromMessage)
		}
	})
}

// askBelieve says key by key what a link would do.
func (w *Window) askBelieve(keys *model.Identity, name string, link chat.IdentityLink, fromMessage bool) {
	words, address := w.words, link.Owner.String()
	body := parts.Column(theme.SizeInset)
	say := func(text string, style parts.Style) {
		body.Add(parts.NewParagraph(w.kit, text, parts.SheetWidth, style))
	}
	if link.Owner != keys.Owner() && keys.Owner() != keys.Account() {
		say(words.Text("believe.other", "name", name, "address", address), parts.Style{Bold: true})
	}
	if fromMessage {
		say(words.Text("believe.link", "address", address), parts.Style{})
	}
	if n := len(link.Different); n > 0 {
		say(words.Text("believe.different", "count", n), parts.Style{Color: theme.ColorDanger})
	}
	fresh := unsettled(link.Keys, chat.TrustVerified)
	w.addNamed(body, "believe.verify", address, fresh)
	doubted := unsettled(link.Distrust, chat.TrustDistrusted)
	w.addNamed(body, "believe.distrust", address, doubted)
	if n := len(link.Unknown); n > 0 {
		say(words.Text("believe.unknown", "count", n), parts.Style{Color: theme.ColorTextMuted})
	}
	if !model.News(link) {
		id := "believe.done"
		if len(link.Keys) == 0 {
			id = "believe.nothing"
		}
		say(words.Text(id, "address", address), parts.Style{})
		var sheet *parts.Sheet
		ok := parts.NewButton(w.kit, words.Text("action.ok"), parts.Primary, func() { sheet.Close() })
		sheet = w.sheet(words.Text("believe.done.title"), body, ok)
		w.focus(ok)
		return
	}
	var sheet *parts.Sheet
	no := parts.NewButton(w.kit, words.Text("action.cancel"), parts.Secondary, func() { sheet.Close() })
	yes := parts.NewButton(w.kit, words.Text("believe.yes"), parts.Primary, func() { sheet.Close(); keys.Believe(link) })
	sheet = w.sheet(words.Text("believe.title"), body, no, yes)
	w.focus(no)
}

// unsettled are keys of which something else is thought than that.
func unsettled(keys []chat.Key, than chat.Trust) []chat.Key {
	var out []chat.Key
	for _, k := range keys {
		if k.Trust != than && !k.Own {
			out = append(out, k)
		}
	}
	return out
}

// maxNamed is how many keys of a link are drawn.
const maxNamed = 5

func (w *Window) addNamed(to *fyne.Container, id, address string, keys []chat.Key) {
	if len(keys) == 0 {
		return
	}
	to.Add(parts.NewParagraph(w.kit, w.words.Text(id, "count", len(keys), "address", address), parts.SheetWidth, parts.Style{}))
	for _, k := range keys[:min(len(keys), maxNamed)] {
		to.Add(parts.Column(theme.SizeGap, parts.NewLine(w.kit, deviceName(w.words, k), parts.Style{Bold: true}),
			parts.NewFingerprint(k.Fingerprint, parts.SheetWidth)))
	}
	if more := len(keys) - maxNamed; more > 0 {
		to.Add(parts.NewLine(w.kit, w.words.Text("lock.more", "count", more), parts.Style{Color: theme.ColorTextMuted}))
	}
}

// openIdentityLink is for a link that was clicked in a message and names keys: it asks,
// and does nothing by itself.
func (w *Window) openIdentityLink(text string) bool {
	if w.chats == nil || w.covered() || !model.Names(text) {
		return false
	}
	account := w.chats.list.Selected().Account
	if account.IsZero() {
		return false
	}
	keys := model.NewIdentity(w.env, w.core, account, account)
	keys.OnChange = func() { w.sayOnce(keys.Err()) }
	w.readLink(keys, "", text, true)
	return true
}
