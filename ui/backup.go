// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"io"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// phraseForm is a dialog that asks for the passphrase of a copy of keys.
type phraseForm struct {
	form
	first, again *parts.Field // again is nil for one that exists
	enter        *parts.Button
	model        *model.Passphrase
	sheet        *parts.Sheet
}

func newPhraseForm(w *Window, fresh bool, title, text, enter string, try func(ctx context.Context, phrase []byte) error, done func()) *phraseForm {
	p := &phraseForm{first: parts.NewPasswordField(w.kit, w.words.Text("unlock.phrase"), parts.SheetWidth)}
	fields := map[model.Field]*parts.Field{model.FieldPassword: p.first}
	inputs := []fyne.CanvasObject{parts.NewParagraph(w.kit, text, parts.SheetWidth, parts.Style{}), p.first.Box}
	p.first.Entry.OnSubmitted = func(string) { p.submit() }
	if fresh {
		p.again = parts.NewPasswordField(w.kit, w.words.Text("key.phrase.again"), parts.SheetWidth)
		fields[model.FieldRepeat] = p.again
		inputs = append(inputs, p.again.Box)
		p.first.Entry.OnSubmitted = func(string) { w.focus(p.again.Entry) }
		p.again.Entry.OnSubmitted = func(string) { p.submit() }
	}
	p.form = newForm(w, "backup", fields)
	p.model = model.NewPassphrase(w.env, fresh, try)
	p.model.OnChange = func() {
		if p.model.Busy() {
			p.enter.Disable()
			return
		}
		p.enter.Enable()
		t := p.model.Trouble()
		if t.Err != nil && t.Err.Code == chat.CodeKeyOwner { // with another passphrase it stays so
			p.first.SetError(errorWords(w.words, t.Err))
		} else {
			p.show(t)
		}
		if !fresh && p.first.Error() != "" {
			p.first.Entry.TypedShortcut(&fyne.ShortcutSelectAll{}) // what is typed now is another one
		}
		p.sheet.Refresh()
	}
	p.model.OnDone = func() {
		p.empty()
		p.sheet.Close()
		done()
	}
	p.enter = parts.NewButton(w.kit, enter, parts.Primary, p.submit)
	p.sheet = w.sheet(title, parts.Column(theme.SizeInset, append(inputs, p.wrong)...), p.enter)
	onClose(p.sheet, p.empty)
	w.focus(p.first.Entry)
	return p
}

// empty takes the passphrase off the screen.
func (p *phraseForm) empty() {
	p.first.Entry.SetText("")
	if p.again != nil {
		p.again.Entry.SetText("")
	}
}

func (p *phraseForm) submit() {
	if p.model.Busy() {
		return
	}
	wipe(p.model.Text)
	wipe(p.model.Repeat)
	p.model.Text = []byte(p.first.Text())
	if p.again != nil {
		p.model.Repeat = []byte(p.again.Text())
	}
	p.model.Submit()
}

// saveKeys makes a copy of an account's keys behind a passphrase, and asks where to.
func (w *Window) saveKeys(account chat.Address) {
	if w.covered() {
		return
	}
	core, words := w.core, w.words
	var data []byte
	newPhraseForm(w, true, words.Text("backup.title"), words.Text("backup.text"), words.Text("backup.save"),
		func(ctx context.Context, phrase []byte) (err error) {
			data, err = core.ExportKeys(ctx, account, phrase)
			return err
		},
		func() {
			w.saveFile("backup.title", words.Text("backup.name", "account", account.Local), data, func() {
				w.say(words.Text("backup.saved.title"), words.Text("backup.saved"))
			})
		})
}

// readKeys replaces this computer's keys by those of a copy.
func (w *Window) readKeys(account chat.Address) {
	if w.covered() {
		return
	}
	w.pickFile("backup.open.title", nil, func(file io.ReadCloser) { w.openCopy(account, file) })
}

// openCopy reads a file and asks for its passphrase; for one of another program's, which
// has none, only whether its keys are to be taken.
func (w *Window) openCopy(account chat.Address, file io.ReadCloser) {
	core, words := w.core, w.words
	var data []byte
	w.command(func(context.Context) (err error) {
		data, err = readBounded(file, model.MaxBackup)
		return err
	}, func() {
		title, text, enter := words.Text("backup.open.title"), words.Text("backup.open.text"), words.Text("backup.open")
		read := func(ctx context.Context, phrase []byte) error { return core.ImportKeys(ctx, account, data, phrase) }
		done := func() { w.say(words.Text("backup.read.title"), words.Text("backup.read")) }
		if chat.SealedKeys(data) {
			newPhraseForm(w, false, title, text, enter, read, done)
			return
		}
		w.ask(question{title: title, text: text, yes: enter, do: func() {
			w.command(func(ctx context.Context) error { return read(ctx, nil) }, done)
		}})
	})
}
