// SPDX-License-Identifier: MPL-2.0

package theme

import (
	"image/color"
	"math"
	"testing"

	"chatsecure.org/desktop/resources"
)

// luminance and contrast are those of WCAG 2.1.
func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	channel := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(n.R) + 0.7152*channel(n.G) + 0.0722*channel(n.B)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrast(t *testing.T) {
	t.Parallel()
	th, err := New(resources.Default().Palette(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	const text, shape = 4.5, 3.0
	for _, c := range []struct {
		front, back Token
		least       float64
	}{
		{ColorText, ColorBackground, text},
		{ColorText, ColorSurface, text},
		{ColorText, ColorSidebar, text},
		{ColorText, ColorSelected, text},
		{ColorText, ColorField, text},
		{ColorTextMuted, ColorBackground, text},
		{ColorTextMuted, ColorSurface, text},
		{ColorTextMuted, ColorSidebar, text},
		{ColorTextMuted, ColorSelected, text},
		{ColorTextMuted, ColorField, text},
		{ColorAccent, ColorBackground, text},
		{ColorAccent, ColorSidebar, text},
		{ColorAccent, ColorSurface, text},
		{ColorAccent, ColorSelected, text},
		{ColorOnAccent, ColorAccent, text},
		{ColorOnBubbleOwn, ColorBubbleOwn, text},
		{ColorOnBubbleOther, ColorBubbleOther, text},
		{ColorLink, ColorBubbleOther, text},
		{ColorLink, ColorSurface, text},
		{ColorLink, ColorBackground, text},
		{ColorLinkOwn, ColorBubbleOwn, text},
		{ColorText, ColorMenu, text},
		{ColorTextMuted, ColorMenu, text},
		{ColorDanger, ColorBackground, text},
		{ColorDanger, ColorSurface, text},
		{ColorWarning, ColorSurface, text},
		{ColorSuccess, ColorSurface, text},
		{ColorUnread, ColorSidebar, text},
		{ColorUnread, ColorSelected, text},
		{ColorOnUnread, ColorUnread, text},
		{ColorSidebar, ColorTextMuted, text},
		{ColorBorder, ColorField, shape},
		{ColorSuccess, ColorSidebar, shape},
		{ColorWarning, ColorSidebar, shape},
		{ColorDanger, ColorSidebar, shape},
	} {
		for name, dark := range map[string]bool{"light": false, "dark": true} {
			if got := contrast(th.Of(c.front, dark), th.Of(c.back, dark)); got < c.least {
				t.Errorf("%s: %s on %s has %.2f, wants %.1f", name, c.front, c.back, got, c.least)
			}
		}
	}
}

func TestScaleAndDensity(t *testing.T) {
	t.Parallel()
	p := resources.Default().Palette()
	for _, c := range []struct {
		name string
		o    Options
		text float32
		pad  float32
		icon float32
	}{
		{"normal", Options{}, 14, 8, 20},
		{"large", Options{Scale: 1.5}, 21, 8, 30},
		{"too large", Options{Scale: 9}, 28, 8, 40},
		{"compact", Options{Compact: true}, 14, 6, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			th, err := New(p, c.o)
			if err != nil {
				t.Fatal(err)
			}
			if th.sizes[SizeText] != c.text || th.sizes[SizePad] != c.pad || th.sizes[SizeIcon] != c.icon {
				t.Errorf("text %v, pad %v, icon %v", th.sizes[SizeText], th.sizes[SizePad], th.sizes[SizeIcon])
			}
		})
	}
}

func TestPaletteFaults(t *testing.T) {
	t.Parallel()
	full := func() resources.Palette {
		p := resources.Palette{Light: map[string]string{}, Dark: map[string]string{}, Sizes: map[string]float32{}}
		for _, token := range Tokens {
			p.Light[string(token)], p.Dark[string(token)] = "#102030", "#10203040"
		}
		for _, s := range Sizes {
			p.Sizes[string(s)] = 1
		}
		return p
	}
	if _, err := New(full(), Options{}); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(resources.Palette){
		"missing colour":  func(p resources.Palette) { delete(p.Dark, string(ColorText)) },
		"no colour":       func(p resources.Palette) { p.Light[string(ColorText)] = "red" },
		"wrong digits":    func(p resources.Palette) { p.Light[string(ColorText)] = "#12345G" },
		"missing a size":  func(p resources.Palette) { delete(p.Sizes, string(SizeText)) },
		"eight digits no": func(p resources.Palette) { p.Dark[string(ColorText)] = "#12345" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := full()
			spoil(p)
			if _, err := New(p, Options{}); err == nil {
				t.Error("taken without an error")
			}
		})
	}
}
