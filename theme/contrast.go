// SPDX-License-Identifier: MPL-2.0

package theme

import (
	"image/color"

	"chatsecure.org/desktop/resources"
)

// pair is a colour on another, where one stands on the other in the window.
type pair struct {
	front, back Token
	least       float64
}

// pairs are what no palette may make hard to read: those that a check of a bundle looks
// at.
var pairs = func() (all []pair) {
	for _, c := range resources.Contrasts {
		all = append(all, pair{Token(c.Front), Token(c.Back), c.Least})
	}
	return all
}()

// Fault is why a token of a palette is not used: the default's is.
type Fault struct {
	Token Token // of a colour; "" for a size
	Size  SizeToken
	Dark  bool    // the variant
	On    Token   // the colour with which there is too little contrast; "" where the token can not be read
	Has   float64 // the contrast
	Least float64 // what it must be
}

// sound replaces what can not be read on what it stands on by the colours of base,
// which has no such pair. One token is replaced at a time, what is written before what
// it is written on, so that as much as possible of the palette stays.
func sound(colors, base map[Token]color.Color, dark bool) (faults []Fault) {
	for again := true; again; {
		again = false
		for _, p := range pairs {
			has := contrast(colors, p)
			if has >= p.least {
				continue
			}
			f := Fault{Token: p.front, Dark: dark, On: p.back, Has: has, Least: p.least}
			if colors[p.front] == base[p.front] {
				f.Token, f.On = p.back, p.front
			}
			if colors[f.Token] == base[f.Token] {
				continue // so it is in the base
			}
			colors[f.Token] = base[f.Token]
			faults, again = append(faults, f), true
		}
	}
	return faults
}

// contrast is that of a pair (WCAG 2.1). A colour that lets another through is laid
// over it: the back over the window's background, the front over the back.
func contrast(colors map[Token]color.Color, p pair) float64 {
	back := over(colors[p.back], colors[ColorBackground])
	return resources.Ratio(parts(over(colors[p.front], back)), parts(back))
}

func over(front, back color.Color) color.Color {
	f, b := nrgba(front), nrgba(back)
	mix := func(x, y uint8) uint8 { return uint8((int(x)*int(f.A) + int(y)*(255-int(f.A)) + 127) / 255) }
	return color.NRGBA{R: mix(f.R, b.R), G: mix(f.G, b.G), B: mix(f.B, b.B), A: 0xff}
}

// parts are red, green and blue, from 0 to 1.
func parts(c color.Color) [3]float64 {
	n := nrgba(c)
	return [3]float64{float64(n.R) / 255, float64(n.G) / 255, float64(n.B) / 255}
}

func nrgba(c color.Color) color.NRGBA { return color.NRGBAModel.Convert(c).(color.NRGBA) }
