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
	if !w.scope().AsksForKey() {
		w.showSimpleKey(next)
		return
	}
	k := newKeyChoice(w, next)
	if k.noKeyring { // by a policy
		return
	}
	w.env.Tasks.Run(func(ctx context.Context) func() {
		works := w.cfg.Vault.KeyringWorks(ctx)
		return func() {
			if !k.left {
				k.offer(works)
			}
		}
	})
}

// keyChoice is the screen of showKeyChoice.
type keyChoice struct {
	form
	keyring, phrase *parts.Card
	first, again    *parts.Field
	inputs          *fyne.Container
	enter           *waiting
	model           *model.Passphrase // of the second card
	core            Core              // made
	next            func()
	usePhrase       bool
	noKeyring       bool
	left            bool // another screen has taken its place
	exists          bool // the database, with its key in a keyring where it must not be
}

func newKeyChoice(w *Window, next func()) *keyChoice { return newKeyScreen(w, false, next) }

func newKeyScreen(w *Window, exists bool, next func()) *keyChoice {
	words := w.words
	k := &keyChoice{next: next, exists: exists}
	card := func(icon, id string, phrase bool) *parts.Card {
		return parts.NewCard(w.kit, parts.NewGlyph(w.kit, icon, theme.ColorAccent, 26),
			words.Text("key."+id), words.Text("key."+id+".text"), parts.Gap(theme.SizeGap), func() { k.choose(phrase) })
	}
	k.keyring, k.phrase = card("shield", "keyring", false), card("lock", "phrase", true)
	k.first = parts.NewPasswordField(w.kit, words.Text("key.phrase.first"), pageWidth())
	k.first.SetHint(words.Text("key.phrase.hint"))
	k.again = parts.NewPasswordField(w.kit, words.Text("key.phrase.again"), pageWidth())
	k.inputs = parts.Column(theme.SizeInset, k.first.Box, k.again.Box)
	k.form = newForm(w, "key", map[model.Field]*parts.Field{model.FieldPassword: k.first, model.FieldRepeat: k.again})
	k.model = model.NewPassphrase(w.env, true, k.make)
	k.model.OnChange = func() {
		k.enter.set(k.model.Busy())
		if !k.model.Busy() {
			k.show(k.model.Trouble())
		}
	}
	k.model.OnDone = k.done
	k.enter = newWaiting(w.kit, words.Text("action.continue"), k.submit, nil)
	k.first.Entry.OnSubmitted = func(string) { w.focus(k.again.Entry) }
	k.again.Entry.OnSubmitted = func(string) { k.submit() }
	by, held := w.locks().By(model.LockKey)
	p := page{
		title: words.Text("key.title"), text: words.Text("key.text"), back: w.ShowWelcome, leave: func() { k.left = true },
		body: []fyne.CanvasObject{k.keyring, k.phrase, k.inputs, k.wrong, k.enter.box},
	}
	if held {
		k.noKeyring = true
		k.keyring.SetText(words.Text("locked.by", "name", by), theme.ColorTextMuted)
	}
	if exists {
		p.title, p.text, p.back = words.Text("key.locked.title"), words.Text("key.locked.text", "name", by), nil
		p.body = p.body[2:]
	}
	w.showPage(p)
	k.choose(held)
	return k
}

// make makes the database; nil leaves its key to the keyring. Any goroutine; the
// model reads core on the UI goroutine after it has returned.
func (k *keyChoice) make(ctx context.Context, phrase []byte) (err error) {
	if k.exists {
		k.core, err = k.w.cfg.Vault.Unlock(ctx, phrase)
	} else {
		k.core, err = k.w.cfg.Vault.Create(ctx, phrase)
	}
	return err
}

// offer takes the keyring away where none answers.
func (k *keyChoice) offer(keyringWorks bool) {
	if k.noKeyring = !keyringWorks; k.noKeyring {
		k.keyring.SetText(k.w.words.Text("key.keyring.none"), theme.ColorDanger)
		k.choose(true)
	}
}

func (k *keyChoice) choose(phrase bool) {
	if !phrase && k.noKeyring || k.enter.on {
		return
	}
	k.usePhrase = phrase
	k.keyring.SetChosen(!phrase)
	k.phrase.SetChosen(phrase)
	k.wrong.Hide()
	if !phrase {
		k.inputs.Hide()
		k.w.root.Refresh()
		k.w.focus(k.enter.button)
		return
	}
	k.inputs.Show()
	k.w.root.Refresh()
	k.w.focus(k.first.Entry)
}

func (k *keyChoice) submit() {
	if k.enter.on {
		return
	}
	if k.usePhrase {
		wipe(k.model.Text)
		wipe(k.model.Repeat)
		k.model.Text, k.model.Repeat = []byte(k.first.Text()), []byte(k.again.Text())
		k.model.Submit()
		return
	}
	k.wrong.Hide()
	k.enter.set(true)
	k.w.env.Tasks.Run(func(ctx context.Context) func() {
		err := k.make(ctx, nil)
		return func() {
			k.enter.set(false)
			if err != nil {
				k.fail(err)
				return
			}
			k.done()
		}
	})
}

// fail says why the keyring did not take the key. One that does not answer may be
// locked: it can be tried again.
func (k *keyChoice) fail(err error) {
	if chat.CodeOf(err) != chat.CodeNoKeyring {
		k.w.say(k.w.words.Text("failed.title"), errorWords(k.w.words, err))
		return
	}
	k.wrong.Set(errorWords(k.w.words, err))
	k.wrong.Show()
	k.w.root.Refresh()
}

// ShowNewPassphrase asks for a passphrase for the database that is there: a policy does
// not let its key stay in the keyring.
func (w *Window) ShowNewPassphrase() {
	newKeyScreen(w, true, func() { w.loadLook(func() { w.loadAccounts(w.ShowWelcome) }) })
}

// done goes on with the database, if the person has not gone elsewhere meanwhile.
func (k *keyChoice) done() {
	k.first.Entry.SetText("")
	k.again.Entry.SetText("")
	k.w.take(k.core)
	if !k.left {
		k.next()
	}
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
func (w *Window) ShowUnlock() { newUnlock(w) }

func newUnlock(w *Window) *unlock {
	u := &unlock{phrase: parts.NewPasswordField(w.kit, w.words.Text("unlock.phrase"), pageWidth())}
	u.form = newForm(w, "unlock", map[model.Field]*parts.Field{model.FieldPassword: u.phrase})
	u.model = model.NewPassphrase(w.env, false, func(ctx context.Context, phrase []byte) (err error) {
		u.core, err = w.cfg.Vault.Unlock(ctx, phrase)
		return err
	})
	submit := func() {
		if u.model.Busy() {
			return
		}
		wipe(u.model.Text)
		u.model.Text = []byte(u.phrase.Text())
		u.model.Submit()
	}
	u.enter = newWaiting(w.kit, w.words.Text("unlock.open"), submit, nil)
	u.model.OnChange = func() {
		u.enter.set(u.model.Busy())
		if !u.model.Busy() {
			u.show(u.model.Trouble())
		}
	}
	u.model.OnDone = func() {
		u.phrase.Entry.SetText("")
		w.Open(u.core)
	}
	u.phrase.Entry.OnSubmitted = func(string) { submit() }
	w.showPage(page{
		title: w.words.Text("unlock.title"), text: w.words.Text("unlock.text"),
		body: []fyne.CanvasObject{u.phrase.Box, u.wrong, u.enter.box},
	})
	w.focus(u.phrase.Entry)
	return u
}
