// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"

	"chatsecure.org/desktop/resources"
)

// Dress is what a person chose of words and look.
type Dress struct {
	Language string // BCP 47; "" is the system's
	Look     string // the path of a bundle; "" is the usual look
	Broken   error  // why a look that was chosen before can not be used any more
}

// The names of the settings that keep it. Beside the database the program keeps them
// as well, for what is shown before it is open.
const (
	settingLanguage = "appearance.language"
	settingLook     = "appearance.look"
)

// wear shows everything in the words and the look of a bundle from now on. What is open
// stays open: the conversation, what is being written, the reader's place.
func (w *Window) wear(words *resources.Bundle, d Dress) {
	w.words, w.kit.Words = words, words
	w.dress = d
	if w.cfg.Wear != nil {
		w.cfg.Wear(words, d)
	}
	if w.core != nil {
		w.watchIdle() // another policy may want another time
	}
	w.applyLook()
	if w.chats != nil {
		w.chats.rebuild()
		w.chats.look = lookNow()
	}
}

// setDress loads what was chosen, shows it, keeps it and goes on. What can not be loaded
// changes nothing, and is told.
func (w *Window) setDress(d Dress, then func()) {
	w.load(d, func(words *resources.Bundle, err error) {
		if err != nil {
			w.say(w.words.Text("look.refused"), w.words.Text("look.refused.text", "reason", shorten(err.Error(), mostReason)))
			return
		}
		w.wear(words, d)
		core := w.core
		w.command(func(ctx context.Context) error {
			if err := core.SetSetting(ctx, settingLanguage, d.Language); err != nil {
				return err
			}
			return core.SetSetting(ctx, settingLook, d.Look)
		}, nil)
		then()
	})
}

// mostReason is how much is told of what is wrong with a bundle: its first faults.
const mostReason = 600

// load reads a bundle where it does not hold up the window.
func (w *Window) load(d Dress, then func(words *resources.Bundle, err error)) {
	w.env.Tasks.Run(func(context.Context) func() {
		words, err := w.cfg.Load(d)
		return func() { then(words, err) }
	})
}

// wearKept shows what the database has of a choice, where it is another than the one that
// the program began with, and goes on. A look that is gone is left out.
func (w *Window) wearKept(d Dress, then func()) {
	if w.cfg.Load == nil || d.Language == w.dress.Language && d.Look == w.dress.Look {
		then()
		return
	}
	w.load(d, func(words *resources.Bundle, err error) {
		if err != nil {
			w.dress.Broken = err
		} else {
			w.wear(words, d)
		}
		then()
	})
}

// tellBroken says why the look is the usual one, once.
func (w *Window) tellBroken() {
	if err := w.dress.Broken; err != nil {
		w.dress.Broken = nil
		w.say(w.words.Text("look.refused"), w.words.Text("look.refused.text", "reason", shorten(err.Error(), mostReason)))
	}
}
