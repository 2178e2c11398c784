// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// showKeyChoice asks where the key of the database shall live, makes the
// database and goes on.
func (w *Window) showKeyChoice(next func()) {
	k := newKeyChoice(w, next)
	w.env.Tasks.Run(func(ctx context.Context) func() {
		works := w.cfg.Vault.KeyringWorks(ctx)
		return func() { k.offer(works) }
	})
}

// keyChoice is the screen of showKeyChoice.
type keyChoice struct {
	form
	keyring, phrase *parts.Card
	first, again    *parts.Field
	fields          *fyne.Container
	enter           *waiting
	model           *model.Passphrase // of the second card
	core            Core              // made
	next            func()
	usePhrase       bool
	noKeyring       bool
}

func newKeyChoice(w *Window, next func()) *keyChoice {
	words := w.words
	k := &keyChoice{next: next}
	k.keyring = parts.NewCard(w.kit, parts.NewGlyph(w.kit, "shield", theme.ColorAccent, 26),
		words.Text("key.keyring"), words.Text("key.keyring.text"), parts.Gap(theme.SizeGap), func() { k.choose(false) })
	k.phrase = parts.NewCard(w.kit, parts.NewGlyph(w.kit, "lock", theme.ColorAccent, 26),
		words.Text("key.phrase"), words.Text("key.phrase.text"), parts.Gap(theme.SizeGap), func() { k.choose(true) })
	k.first = parts.NewPasswordField(w.kit, words.Text("key.phrase.first"), pageWidth)
	k.first.SetHint(words.Text("key.phrase.hint"))
	k.again = parts.NewPasswordField(w.kit, words.Text("key.phrase.again"), pageWidth)
	k.fields = parts.Column(theme.SizeInset, k.first.Box, k.again.Box)
	k.form = form{
		w: w, scope: "key", wrong: parts.NewParagraph(w.kit, "", pageWidth, parts.Style{Color: theme.ColorDanger}),
		fields: map[model.Field]*parts.Field{model.FieldPassword: k.first, model.FieldRepeat: k.again},
	}
	k.wrong.Hide()
	k.model = model.NewPassphrase(w.env, true, k.make)
	k.model.OnChange = func() {
		k.enter.set(k.model.Busy())
		if !k.model.Busy() {
			k.show(k.model.Trouble())
		}
	}
	k.model.OnDone = func() { w.openFirst(k.core, k.next) }
	k.enter = newWaiting(w.kit, words.Text("action.continue"), k.submit)
	k.first.Entry.OnSubmitted = func(string) { w.focus(k.again.Entry) }
	k.again.Entry.OnSubmitted = func(string) { k.submit() }
	w.show(page{
		kit: w.kit, title: words.Text("key.title"), text: words.Text("key.text"), back: w.ShowWelcome,
		body: []fyne.CanvasObject{k.keyring, k.phrase, k.fields, k.wrong, k.enter.box},
	}.build(), func() bool { w.ShowWelcome(); return true })
	k.choose(false)
	return k
}

// make makes the database; nil leaves its key to the keyring. Any goroutine; the
// model reads core on the UI goroutine after it has returned.
func (k *keyChoice) make(ctx context.Context, phrase []byte) (err error) {
	k.core, err = k.w.cfg.Vault.Create(ctx, phrase)
	return err
}

func (k *keyChoice) offer(keyringWorks bool) {
	if k.noKeyring = !keyringWorks; k.noKeyring {
		k.keyring.SetText(k.w.words.Text("key.keyring.none"), theme.ColorDanger)
		k.choose(true)
	}
}

func (k *keyChoice) choose(phrase bool) {
	if !phrase && k.noKeyring {
		return
	}
	k.usePhrase = phrase
	k.keyring.SetChosen(!phrase)
	k.phrase.SetChosen(phrase)
	if !phrase {
		k.fields.Hide()
		k.w.root.Refresh()
		return
	}
	k.fields.Show()
	k.w.root.Refresh()
	k.w.focus(k.first.Entry)
}

func (k *keyChoice) submit() {
	if k.enter.button.Disabled() {
		return
	}
	if k.usePhrase {
		k.model.Text, k.model.Repeat = []byte(k.first.Text()), []byte(k.again.Text())
		k.model.Submit()
		return
	}
	k.enter.set(true)
	k.w.env.Tasks.Run(func(ctx context.Context) func() {
		err := k.make(ctx, nil)
		return func() {
			k.enter.set(false)
			if err == nil {
				k.w.openFirst(k.core, k.next)
				return
			}
			if chat.CodeOf(err) == chat.CodeNoKeyring {
				k.offer(false)
			}
			k.wrong.Set(errorWords(k.w.words, err))
			k.wrong.Show()
			k.w.root.Refresh()
		}
	})
}

// unlock is the screen that asks for the passphrase of the database.
type unlock struct {
	form
	phrase *parts.Field
	enter  *waiting
	model  *model.Passphrase
	core   Core
}

// ShowUnlock asks for the passphrase of the database.
func (w *Window) ShowUnlock() {
	u := &unlock{phrase: parts.NewPasswordField(w.kit, w.words.Text("unlock.phrase"), pageWidth)}
	u.form = form{
		w: w, scope: "unlock", wrong: parts.NewParagraph(w.kit, "", pageWidth, parts.Style{Color: theme.ColorDanger}),
		fields: map[model.Field]*parts.Field{model.FieldPassword: u.phrase},
	}
	u.wrong.Hide()
	u.model = model.NewPassphrase(w.env, false, func(ctx context.Context, phrase []byte) (err error) {
		u.core, err = w.cfg.Vault.Unlock(ctx, phrase)
		return err
	})
	submit := func() {
		u.model.Text = []byte(u.phrase.Text())
		u.model.Submit()
	}
	u.enter = newWaiting(w.kit, w.words.Text("unlock.open"), submit)
	u.model.OnChange = func() {
		u.enter.set(u.model.Busy())
		if !u.model.Busy() {
			u.show(u.model.Trouble())
		}
	}
	u.model.OnDone = func() { w.Open(u.core) }
	u.phrase.Entry.OnSubmitted = func(string) { submit() }
	w.show(page{
		kit: w.kit, title: w.words.Text("unlock.title"), text: w.words.Text("unlock.text"),
		body: []fyne.CanvasObject{u.phrase.Box, u.wrong, u.enter.box},
	}.build(), nil)
	w.focus(u.phrase.Entry)
}
