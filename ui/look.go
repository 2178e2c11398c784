// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"strconv"

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
		o := theme.Options{Mode: theme.Mode(get(settingMode)), Compact: get(settingCompact) == settingOn}
		if scale, err := strconv.ParseFloat(get(settingScale), 32); err == nil {
			o.Scale = float32(scale)
		}
		d := Dress{Language: get(settingLanguage), Look: get(settingLook)}
		return func() {
			w.look = o
			if o != (theme.Options{Mode: o.Mode}) || o.Mode != "" {
				w.applyLook()
			}
			w.wearKept(d, then)
		}
	})
}

const settingOn = "on"

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
	w.look = o
	w.applyLook()
	core := w.core
	w.command(func(ctx context.Context) error {
		compact := ""
		if o.Compact {
			compact = settingOn
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
