// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"chatsecure.org/desktop/core/chat"
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
	// consent gives the server the password itself, after the person agreed.
	consent func()
	domain  func() string // whose certificate a dialog speaks of
	said    *chat.Error   // what a dialog has been opened for
}

// fieldNames are the parts of ids that stand for fields.
var fieldNames = map[model.Field]string{
	model.FieldAddress: "address", model.FieldPassword: "password", model.FieldHost: "host", model.FieldPort: "port",
	model.FieldServer: "server", model.FieldRepeat: "repeat", model.FieldForm: "form",
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
		return
	}
	f.wrong.Set(f.words(t))
	f.wrong.Show()
}

func (f *form) dialog(t model.Trouble) {
	switch {
	case t.Consent:
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
