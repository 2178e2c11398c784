// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"strconv"

	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
)

// The names of the settings that the window keeps in the database.
const (
	settingMode    = "appearance.mode"
	settingScale   = "appearance.text-size"
	settingCompact = "appearance.compact"
)

// look is what the person chose about the appearance.
type look = theme.Options

// loadLook reads the choices, shows them and goes on.
func (w *Window) loadLook(then func()) {
	core := w.core
	w.env.Tasks.Run(func(ctx context.Context) func() {
		get := func(key string) string {
			value, err := core.Setting(ctx, key)
			if err != nil {
				return "" // as it comes; the accounts, read next, tell of a bad database
			}
			return value
		}
		dense := get(settingCompact)
		o := theme.Options{Mode: theme.Mode(get(settingMode)), Compact: dense == settingOn}
		if scale, err := strconv.ParseFloat(get(settingScale), 32); err == nil {
			o.Scale = float32(scale)
		}
		d := Dress{Language: get(settingLanguage), Look: get(settingLook)}
		return func() {
			if w.denseChosen = dense != ""; !w.denseChosen {
				o.Compact = isDense(w.words)
			}
			w.look = o
			if o != (theme.Options{Mode: o.Mode}) || o.Mode != "" {
				w.applyLook()
			}
			w.wearKept(d, then)
		}
	})
}

// settingOn and settingOff are a choice; "" is none: the bundle's.
const (
	settingOn  = "on"
	settingOff = "off"
)

// isDense says whether a bundle wants things close to each other.
func isDense(words *resources.Bundle) bool { return words.Density() == "compact" }

// drawnLook is what a screen was drawn with. A new look reaches only what the
// window holds at that time: a screen that comes back later asks for it again.
type drawnLook struct {
	theme *theme.Theme
	dark  bool
}

func lookNow() drawnLook { return drawnLook{theme.Current(), theme.IsDark()} }

func (w *Window) applyLook() {
	if w.cfg.SetTheme != nil {
		w.cfg.SetTheme(w.look)
	}
}

// setLook shows another look and keeps it.
func (w *Window) setLook(o theme.Options) {
	if o == w.look {
		return
	}
	w.denseChosen = w.denseChosen || o.Compact != w.look.Compact
	w.look = o
	w.applyLook()
	core, chosen := w.core, w.denseChosen
	w.command(func(ctx context.Context) error {
		compact := ""
		switch {
		case chosen && o.Compact:
			compact = settingOn
		case chosen:
			compact = settingOff
		}
		for key, value := range map[string]string{
			settingMode: string(o.Mode), settingScale: strconv.FormatFloat(float64(o.Scale), 'f', 2, 32), settingCompact: compact,
		} {
			if err := core.SetSetting(ctx, key, value); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}
