// SPDX-License-Identifier: MPL-2.0

package theme

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/resources"
)

func TestContrast(t *testing.T) {
	t.Parallel()
	th, err := New(resources.Default().Palette(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range th.Faults() {
		t.Errorf("%+v", f)
	}
	for name, colors := range map[string]map[Token]color.Color{"light": th.light, "dark": th.dark} {
		for _, p := range pairs {
			if got := contrast(colors, p); got < p.least {
				t.Errorf("%s: %s on %s has %.2f, wants %.1f", name, p.front, p.back, got, p.least)
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
	usual := mustNew(resources.Default().Palette(), Options{})
	for _, c := range []struct {
		name   string
		change resources.Palette
		faults []Fault // without the numbers
	}{
		{name: "a colour of its own", change: resources.Palette{Light: map[string]string{"accent": "#5A2A6E"}}},
		{
			name: "no colour", change: resources.Palette{Light: map[string]string{"text": "red"}, Dark: map[string]string{"text": "#12345"}},
			faults: []Fault{{Token: ColorText}, {Token: ColorText, Dark: true}},
		},
		{
			name: "too pale a text", change: resources.Palette{Light: map[string]string{"text-muted": "#A0A0A0"}},
			faults: []Fault{{Token: ColorTextMuted, On: ColorBackground}},
		},
		{
			name: "a ground on which nothing can be read", change: resources.Palette{Dark: map[string]string{"menu": "#EEEEEE"}},
			faults: []Fault{{Token: ColorMenu, On: ColorText, Dark: true}},
		},
		{
			name: "text that lets its ground through", change: resources.Palette{Light: map[string]string{"text": "#1B252340"}},
			faults: []Fault{{Token: ColorText, On: ColorBackground}},
		},
		{
			name: "black on black", change: resources.Palette{Light: map[string]string{"on-bubble-own": "#000000", "bubble-own": "#000000", "link-own": "#000000"}},
			faults: []Fault{{Token: ColorOnBubbleOwn, On: ColorBubbleOwn}, {Token: ColorLinkOwn, On: ColorBubbleOwn}},
		},
		{
			name: "no size", change: resources.Palette{Sizes: map[string]float32{"text": 400, "radius": 0, "gap": -1, "avatar": float32(math.NaN())}},
			faults: []Fault{{Size: SizeText}, {Size: SizeGap}, {Size: SizeAvatar}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			th, err := New(c.change, Options{})
			if err != nil {
				t.Fatal(err)
			}
			got := th.Faults()
			for i := range got {
				if f := got[i]; f.On != "" && (f.Has >= f.Least || f.Least == 0) {
					t.Errorf("%+v is none", f)
				}
				got[i].Has, got[i].Least = 0, 0
				if f := got[i]; f.Token != "" && th.Of(f.Token, f.Dark) != usual.Of(f.Token, f.Dark) {
					t.Errorf("%s is not the usual one", f.Token)
				}
			}
			if !slices.Equal(got, c.faults) {
				t.Errorf("got %+v, want %+v", got, c.faults)
			}
			for _, colors := range []map[Token]color.Color{th.light, th.dark} {
				for _, p := range pairs {
					if contrast(colors, p) < p.least {
						t.Errorf("%s on %s can not be read", p.front, p.back)
					}
				}
			}
			if len(c.faults) == 0 && th.Of(ColorAccent, false) == usual.Of(ColorAccent, false) {
				t.Error("the palette is not used")
			}
		})
	}
}

// TestAnyPaletteCanBeRead draws palettes by lot.
func TestAnyPaletteCanBeRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		palette := resources.Palette{Light: map[string]string{}, Dark: map[string]string{}}
		for _, colors := range []map[string]string{palette.Light, palette.Dark} {
			for _, token := range Tokens {
				if rapid.Bool().Draw(t, "own") {
					colors[string(token)] = fmt.Sprintf("#%08X", rapid.Uint32().Draw(t, "colour"))
				}
			}
		}
		th, err := New(palette, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, colors := range []map[Token]color.Color{th.light, th.dark} {
			for _, p := range pairs {
				if contrast(colors, p) < p.least {
					t.Fatalf("%s on %s can not be read", p.front, p.back)
				}
			}
		}
	})
}
