// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// ShowWelcome is the first thing that a person sees: what they have come to do.
// Without a database, where its key shall live is asked before going on.
func (w *Window) ShowWelcome() {
	card := func(icon, id string, next func()) fyne.CanvasObject {
		return parts.NewCard(w.kit, parts.NewGlyph(w.kit, icon, theme.ColorAccent, 26),
			w.words.Text("welcome."+id), w.words.Text("welcome."+id+".text"), nil, func() {
				if w.core == nil {
					w.showKeyChoice(next)
				} else {
					next()
				}
			})
	}
	name := w.words.Branding().Name
	w.show(page{
		kit: w.kit, title: w.words.Text("welcome.title", "app", name), text: w.words.Text("welcome.text"),
		body: []fyne.CanvasObject{
			card("key", "sign-in", func() { w.showSignIn(w.ShowWelcome) }),
			card("person-add", "create", func() { w.showServers(w.ShowWelcome) }),
		},
	}.build(), nil)
}

// showKeyChoice asks where the key of the database shall live, makes the
// database and goes on.
func (w *Window) showKeyChoice(next func()) {
	k := &keyChoice{w: w, next: next}
	k.build()
	w.env.Tasks.Run(func(ctx context.Context) func() {
		works := w.cfg.Vault.KeyringWorks(ctx)
		return func() { k.offer(works) }
	})
}

// keyChoice is the screen of showKeyChoice.
type keyChoice struct {
	w               *Window
	next            func()
	keyring, phrase *parts.Card
	first, again    *parts.Field
	fields          *fyne.Container
	wrong           *parts.Paragraph
	go_             *waiting
	usePhrase       bool
	noKeyring       bool
}

func (k *keyChoice) build() {
	w, words := k.w, k.w.words
	k.keyring = parts.NewCard(w.kit, parts.NewGlyph(w.kit, "shield", theme.ColorAccent, 26),
		words.Text("key.keyring"), words.Text("key.keyring.text"), parts.Gap(theme.SizeGap), func() { k.choose(false) })
	k.phrase = parts.NewCard(w.kit, parts.NewGlyph(w.kit, "lock", theme.ColorAccent, 26),
		words.Text("key.phrase"), words.Text("key.phrase.text"), parts.Gap(theme.SizeGap), func() { k.choose(true) })
	k.first = parts.NewPasswordField(w.kit, words.Text("key.phrase.first"), pageWidth)
	k.first.SetHint(words.Text("key.phrase.hint"))
	k.again = parts.NewPasswordField(w.kit, words.Text("key.phrase.again"), pageWidth)
	k.fields = parts.Column(theme.SizeInset, k.first.Box, k.again.Box)
	k.wrong = parts.NewParagraph(w.kit, "", pageWidth, parts.Style{Color: theme.ColorDanger})
	k.wrong.Hide()
	k.go_ = newWaiting(w.kit, words.Text("action.continue"), k.submit)
	k.first.Entry.OnSubmitted = func(string) { w.focus(k.again.Entry) }
	k.again.Entry.OnSubmitted = func(string) { k.submit() }
	k.choose(false)
	w.show(page{
		kit: w.kit, title: words.Text("key.title"), text: words.Text("key.text"), back: w.ShowWelcome,
		body: []fyne.CanvasObject{k.keyring, k.phrase, k.fields, k.wrong, k.go_.box},
	}.build(), func() bool { w.ShowWelcome(); return true })
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
	if phrase {
		k.fields.Show()
		k.w.focus(k.first.Entry)
	} else {
		k.fields.Hide()
	}
	k.w.root.Refresh()
}

// minPhrase is the shortest passphrase, in characters, that is taken.
const minPhrase = 8

func (k *keyChoice) submit() {
	k.first.SetError("")
	k.again.SetError("")
	var phrase []byte
	if k.usePhrase {
		switch {
		case len([]rune(k.first.Text())) < minPhrase:
			k.first.SetError(k.w.words.Text("key.phrase.short", "count", minPhrase))
			return
		case k.first.Text() != k.again.Text():
			k.again.SetError(k.w.words.Text("key.phrase.differs"))
			return
		}
		phrase = []byte(k.first.Text())
	}
	k.go_.set(true)
	k.wrong.Hide()
	k.w.env.Tasks.Run(func(ctx context.Context) func() {
		core, err := k.w.cfg.Vault.Create(ctx, phrase)
		wipe(phrase)
		return func() {
			k.go_.set(false)
			if err != nil {
				if chat.CodeOf(err) == chat.CodeNoKeyring {
					k.offer(false)
				}
				k.wrong.Set(errorWords(k.w.words, err))
				k.wrong.Show()
				k.w.root.Refresh()
				return
			}
			k.w.openFirst(core, k.next)
		}
	})
}

// openFirst takes over a database that was just made and goes on with next.
func (w *Window) openFirst(core Core, next func()) {
	w.core = core
	w.faces = newFaces(w.env, core)
	if w.cfg.OnCore != nil {
		w.cfg.OnCore(core)
	}
	next()
}

// ShowUnlock asks for the passphrase of the database.
func (w *Window) ShowUnlock() {
	phrase := parts.NewPasswordField(w.kit, w.words.Text("unlock.phrase"), pageWidth)
	var button *waiting
	submit := func() {
		if phrase.Text() == "" || button.button.Disabled() {
			return
		}
		phrase.SetError("")
		button.set(true)
		secret := []byte(phrase.Text())
		w.env.Tasks.Run(func(ctx context.Context) func() {
			core, err := w.cfg.Vault.Unlock(ctx, secret)
			wipe(secret)
			return func() {
				button.set(false)
				if err != nil {
					phrase.SetError(errorWords(w.words, err))
					w.root.Refresh()
					w.focus(phrase.Entry)
					return
				}
				w.Open(core)
			}
		})
	}
	button = newWaiting(w.kit, w.words.Text("unlock.open"), submit)
	phrase.Entry.OnSubmitted = func(string) { submit() }
	w.show(page{
		kit: w.kit, title: w.words.Text("unlock.title"), text: w.words.Text("unlock.text"),
		body: []fyne.CanvasObject{phrase.Box, button.box},
	}.build(), nil)
	w.focus(phrase.Entry)
}

// ShowFailure says why the program can not go on. Nothing has been changed.
func (w *Window) ShowFailure(err error, retry func()) {
	body := []fyne.CanvasObject{}
	if retry != nil {
		body = append(body, parts.NewButton(w.kit, w.words.Text("action.retry"), parts.Primary, retry))
	}
	body = append(body, parts.NewButton(w.kit, w.words.Text("action.quit"), parts.Secondary, w.cfg.Window.Close))
	w.show(page{
		kit: w.kit, title: w.words.Text("failure.title", "app", w.words.Branding().Name), text: errorWords(w.words, err), body: body,
	}.build(), nil)
}
