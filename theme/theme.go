// SPDX-License-Identifier: MPL-2.0

// Package theme turns the bundle's design tokens into colours, sizes and a
// fyne.Theme. It is the only package that knows Fyne's own theme.
//
// Everything here is for the UI goroutine only.
package theme

import (
	"encoding/hex"
	"fmt"
	"image/color"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"chatsecure.org/desktop/resources"
)

// Mode is the person's choice of light or dark.
type Mode string

// The modes; System follows the desktop.
const (
	System Mode = "system"
	Light  Mode = "light"
	Dark   Mode = "dark"
)

// Options are what a person can choose about the look.
type Options struct {
	Mode    Mode    // "" is System
	Scale   float32 // of text: 1 is normal; 0.8 to 2
	Compact bool    // less air between things
}

// Theme is a fyne.Theme made of a bundle's tokens. It is immutable: a change of
// appearance is a new Theme, set on the app and with Use.
type Theme struct {
	options     Options
	light, dark map[Token]color.Color
	sizes       map[SizeToken]float32
	fonts       fonts
	faults      []Fault
}

var _ fyne.Theme = (*Theme)(nil)

// New makes the theme of a palette, in English and with the toolkit's fonts (see With).
// What the palette lacks, what can not be read and what can not be told apart from what it
// stands on is the embedded default's; Faults lists it. An error names what the
// default lacks: a fault of the build.
func New(p resources.Palette, o Options) (*Theme, error) {
	base := resources.UsualPalette()
	t := &Theme{options: o, sizes: map[SizeToken]float32{}}
	var err error
	if t.light, err = t.colors(p.Light, base.Light, false); err != nil {
		return nil, fmt.Errorf("light palette: %w", err)
	}
	if t.dark, err = t.colors(p.Dark, base.Dark, true); err != nil {
		return nil, fmt.Errorf("dark palette: %w", err)
	}
	if t.options.Mode == "" {
		t.options.Mode = System
	}
	if t.options.Scale == 0 {
		t.options.Scale = 1
	}
	t.options.Scale = min(max(t.options.Scale, 0.8), 2)
	for _, s := range Sizes {
		v, err := t.size(s, p.Sizes, base.Sizes)
		if err != nil {
			return nil, err
		}
		switch {
		case s.isText(), s == SizeIcon: // icons stand in lines of text
			v *= t.options.Scale
		case o.Compact && (s == SizePad || s == SizeInset || s == SizeAvatar):
			v *= 0.75
		}
		t.sizes[s] = v
	}
	return t, nil
}

// Faults are what of the palette is not used, and why.
func (t *Theme) Faults() []Fault { return slices.Clone(t.faults) }

// colors are those of one variant.
func (t *Theme) colors(from, base map[string]string, dark bool) (map[Token]color.Color, error) {
	to, usual := make(map[Token]color.Color, len(Tokens)), make(map[Token]color.Color, len(Tokens))
	for _, token := range Tokens {
		c, err := parseColor(base[string(token)])
		if err != nil {
			return nil, fmt.Errorf("colour %q: %w", token, err)
		}
		usual[token], to[token] = c, c
		own, ok := from[string(token)]
		if !ok {
			continue
		}
		if c, err = parseColor(own); err != nil {
			t.faults = append(t.faults, Fault{Token: token, Dark: dark})
			continue
		}
		to[token] = c
	}
	t.faults = append(t.faults, sound(to, usual, dark)...)
	return to, nil
}

// How much a bundle may change a size: a window of one's own remains usable.
const (
	leastFactor = 0.5
	mostFactor  = 2
)

// size is one size, within reason.
func (t *Theme) size(s SizeToken, from, base map[string]float32) (float32, error) {
	usual, ok := base[string(s)]
	if !ok {
		return 0, fmt.Errorf("size %q is missing", s)
	}
	v, ok := from[string(s)]
	switch {
	case !ok:
		return usual, nil
	case s == SizeRadius || s == SizeFieldRadius: // corners may be sharp
		if v >= 0 && v <= mostFactor*usual {
			return v, nil
		}
	case v >= leastFactor*usual && v <= mostFactor*usual:
		return v, nil
	}
	t.faults = append(t.faults, Fault{Size: s})
	return usual, nil
}

// parseColor reads #RRGGBB and #RRGGBBAA.
func parseColor(s string) (color.Color, error) {
	digits, ok := strings.CutPrefix(s, "#")
	raw, err := hex.DecodeString(digits)
	switch {
	case !ok || err != nil || len(raw) != 3 && len(raw) != 4:
		return nil, fmt.Errorf("%q is not #RRGGBB or #RRGGBBAA", s)
	case len(raw) == 3:
		raw = append(raw, 0xff)
	}
	return color.NRGBA{R: raw[0], G: raw[1], B: raw[2], A: raw[3]}, nil
}

// Options are the choices that the theme was made with.
func (t *Theme) Options() Options { return t.options }

// Of is the colour of a token in one variant, whatever the mode is.
func (t *Theme) Of(token Token, dark bool) color.Color {
	if dark {
		return t.dark[token]
	}
	return t.light[token]
}

func (t *Theme) isDark(variant fyne.ThemeVariant) bool {
	switch t.options.Mode {
	case Light:
		return false
	case Dark:
		return true
	}
	return variant == fynetheme.VariantDark
}
