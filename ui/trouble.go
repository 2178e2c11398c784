// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"errors"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// form is where the troubles of a form are said: under its fields, above its
// button, or in a dialog.
type form struct {
	w      *Window
	scope  string // of the words: "signin"
	fields map[model.Field]*parts.Field
	wrong  *parts.Paragraph
	// consent gives the server the password itself, after the person agreed; nil
	// where that is never asked.
	consent func()
	domain  func() string // whose certificate a dialog speaks of
	said    *chat.Error   // what a dialog has been opened for
}

// newForm makes a form of these fields. What is wrong with one of them goes away
// as soon as it is changed.
func newForm(w *Window, scope string, fields map[model.Field]*parts.Field) form {
	wrong := parts.NewParagraph(w.kit, "", pageWidth(), parts.Style{Color: theme.ColorDanger})
	wrong.Hide()
	for _, field := range fields {
		w.follow(field)
		field.Entry.OnChanged = func(string) {
			if field.Error() != "" {
				field.SetError("")
				w.root.Refresh()
			}
		}
	}
	return form{w: w, scope: scope, fields: fields, wrong: wrong, domain: func() string { return "" }}
}

// fieldNames are the parts of ids that stand for fields; the form is what stands
// above the button.
var fieldNames = map[model.Field]string{
	model.FieldNone: "form", model.FieldAddress: "address", model.FieldPassword: "password", model.FieldHost: "host",
	model.FieldPort: "port", model.FieldServer: "server", model.FieldRepeat: "repeat", model.FieldForm: "form",
	model.FieldProxy: "form", model.FieldAccount: "form", model.FieldName: "name",
}

// words are those for a trouble: of this field of this form, if it has its own.
func (f *form) words(t model.Trouble) string {
	id := "trouble." + f.scope + "." + fieldNames[t.Field] + "." + string(t.Err.Code)
	if f.w.words.Has(id) {
		return f.w.words.Text(id)
	}
	return errorWords(f.w.words, t.Err)
}

// show says what is wrong and takes away what is not wrong any more.
func (f *form) show(t model.Trouble) {
	for _, field := range f.fields {
		field.SetError("")
	}
	f.wrong.Hide()
	defer f.w.root.Refresh()
	if t.Err == nil {
		f.said = nil
		return
	}
	if t.Place == model.PlaceDialog {
		if f.said != t.Err { // once, however often the form is drawn again
			f.said = t.Err
			f.dialog(t)
		}
		return
	}
	if field := f.fields[t.Field]; t.Place == model.PlaceField && field != nil {
		field.SetError(f.words(t))
		f.w.focus(field.Entry)
		if t.Err.Kind != chat.Input { // it has been tried: what is typed now is another one
			field.Entry.TypedShortcut(&fyne.ShortcutSelectAll{})
		}
		return
	}
	f.wrong.Set(f.words(t))
	f.wrong.Show()
}

func (f *form) dialog(t model.Trouble) {
	switch {
	case t.Consent && f.consent != nil:
		f.w.ask(question{
			title: f.w.words.Text("plain.title"), text: f.w.words.Text("plain.text", "domain", f.domain()),
			yes: f.w.words.Text("plain.yes"), danger: true, do: f.consent,
		})
	case t.Fingerprint != "" || isCertificate(t.Err):
		f.w.showCertificate(f.domain(), t.Err)
	default:
		f.w.say(f.w.words.Text("failed.title"), errorWords(f.w.words, t.Err))
	}
}

// showCertificate says why a server was not trusted, with what is needed to ask
// its keeper about it. There is no way around it here: the address would no
// longer say who answers.
func (w *Window) showCertificate(domain string, err error) {
	var e *chat.Error
	errors.As(err, &e)
	body := parts.Column(theme.SizeInset,
		parts.NewParagraph(w.kit, w.words.Text("certificate.text", "domain", domain), parts.SheetWidth, parts.Style{}),
		parts.NewParagraph(w.kit, errorWords(w.words, err), parts.SheetWidth, parts.Style{}))
	var buttons []fyne.CanvasObject
	if e != nil && e.Detail != "" {
		fingerprint := fingerprintGroups(e.Detail)
		body.Add(parts.Column(theme.SizeGap,
			parts.NewLine(w.kit, w.words.Text("certificate.fingerprint"), parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted, Bold: true}),
			newDigits(fingerprint, parts.SheetWidth)))
		buttons = append(buttons, w.copyButton(fingerprint))
	}
	body.Add(parts.NewParagraph(w.kit, w.words.Text("certificate.advice"), parts.SheetWidth,
		parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}))
	var sheet *parts.Sheet
	ok := parts.NewButton(w.kit, w.words.Text("action.ok"), parts.Primary, func() { sheet.Close() })
	sheet = w.sheet(w.words.Text("certificate.title"), body, append(buttons, ok)...)
	w.focus(ok)
}
