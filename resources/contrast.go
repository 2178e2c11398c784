// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"encoding/hex"
	"math"
	"strings"

	"chatsecure.org/desktop/resources/csres"
)

// Contrast is a pair of colour tokens of which one stands on the other.
type Contrast struct {
	Front, Back string
	Least       float64 // WCAG 2.1: 4.5 for text (1.4.3), 3 for shapes (1.4.11)
}

const leastText, leastShape = 4.5, 3.0

// Contrasts are the pairs that no look may make hard to read.
var Contrasts = []Contrast{
	{"text", "background", leastText},
	{"text", "surface", leastText},
	{"text", "sidebar", leastText},
	{"text", "selected", leastText},
	{"text", "field", leastText},
	{"text", "menu", leastText},
	{"text-muted", "background", leastText},
	{"text-muted", "surface", leastText},
	{"text-muted", "sidebar", leastText},
	{"text-muted", "selected", leastText},
	{"text-muted", "field", leastText},
	{"text-muted", "menu", leastText},
	{"accent", "background", leastText},
	{"accent", "sidebar", leastText},
	{"accent", "surface", leastText},
	{"accent", "selected", leastText},
	{"on-accent", "accent", leastText},
	{"on-bubble-own", "bubble-own", leastText},
	{"on-bubble-other", "bubble-other", leastText},
	{"link", "bubble-other", leastText},
	{"link", "surface", leastText},
	{"link", "background", leastText},
	{"link-own", "bubble-own", leastText},
	{"danger", "background", leastText},
	{"danger", "surface", leastText},
	{"warning", "surface", leastText},
	{"success", "surface", leastText},
	{"unread", "sidebar", leastText},
	{"unread", "selected", leastText},
	{"on-unread", "unread", leastText},
	{"sidebar", "text-muted", leastText},
	{"border", "field", leastShape},
	{"success", "sidebar", leastShape},
	{"warning", "sidebar", leastShape},
	{"danger", "sidebar", leastShape},
}

// ContrastOf is the contrast of two colours as a palette writes them, from 1 to
// 21; of a colour that lets through, as it is seen on the other.
func ContrastOf(front, back string) float64 {
	b := channels(back)
	f := channels(front)
	for i := range 3 {
		f[i] = f[i]*f[3] + b[i]*(1-f[3])
	}
	return Ratio([3]float64(f[:3]), [3]float64(b[:3]))
}

// Ratio is the contrast of two colours that let nothing through, each as red, green and
// blue from 0 to 1 (WCAG 2.1).
func Ratio(a, b [3]float64) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// channels are red, green, blue and cover, from 0 to 1.
func channels(color string) [4]float64 {
	raw, err := hex.DecodeString(strings.TrimPrefix(color, "#"))
	c := [4]float64{3: 1}
	if err != nil {
		return c
	}
	for i, v := range raw[:min(len(raw), 4)] {
		c[i] = float64(v) / 255
	}
	return c
}

// luminance is that of WCAG 2.1.
func luminance(c [3]float64) float64 {
	channel := func(s float64) float64 {
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(c[0]) + 0.7152*channel(c[1]) + 0.0722*channel(c[2])
}

// checkLook tells which colours of the bundle, together with those below, can not
// be read, and which tokens nobody knows.
func (c *content) checkLook(r *fileReader, below Palette) {
	file := r.open("theme/theme.json")
	if file == nil {
		return
	}
	for _, variant := range []struct {
		name       string
		own, under map[string]string
	}{{"light", c.look.Light, below.Light}, {"dark", c.look.Dark, below.Dark}} {
		tokens := file.Get(variant.name)
		merged := func(token string) string {
			if own := variant.own[token]; own != "" {
				return own
			}
			return variant.under[token]
		}
		for _, token := range sortedKeys(variant.own) {
			if _, known := variant.under[token]; !known {
				r.minor(lineAt(tokens, token), "there is no colour %q", token)
			}
		}
		for _, pair := range Contrasts {
			at := pair.Front
			if variant.own[at] == "" {
				at = pair.Back
			}
			if variant.own[at] == "" || merged(pair.Front) == "" || merged(pair.Back) == "" {
				continue
			}
			if has := ContrastOf(merged(pair.Front), merged(pair.Back)); has < pair.Least {
				r.minor(lineAt(tokens, at), "%s: %s on %s has a contrast of %.2f; %.1f is the least", variant.name, pair.Front, pair.Back, has, pair.Least)
			}
		}
	}
	for _, token := range sortedKeys(c.look.Sizes) {
		if _, known := below.Sizes[token]; !known {
			r.minor(lineAt(file.Get("sizes"), token), "there is no size %q", token)
		}
	}
}

func lineAt(v *csres.Value, key string) int {
	if m := v.Get(key); m != nil {
		return m.Line
	}
	return 0
}
