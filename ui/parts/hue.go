// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"crypto/sha1" //nolint:gosec // XEP-0392 names it; nothing is kept secret by it
	"encoding/binary"
	"image/color"
	"math"
)

// hueOf is the angle in degrees that stands for a text (XEP-0392 §5.1).
func hueOf(text string) float64 {
	sum := sha1.Sum([]byte(text))
	return float64(binary.LittleEndian.Uint16(sum[:2])) / 65536 * 360
}

// ColorOf is the colour that stands for a text in every program that follows
// XEP-0392 (§5.4: HSLuv with saturation 100 and lightness 50).
func ColorOf(text string) color.NRGBA {
	r, g, b := hsluv(hueOf(text), 100, 50)
	return color.NRGBA{R: channel(r), G: channel(g), B: channel(b), A: 0xff}
}

// The lightness of coloured letters: as far from XEP-0392's 50 as they must be to be
// read on what lies under them.
const (
	inkOnLight = 44
	inkOnDark  = 72
)

// InkOf is the colour of letters that stand for a text, of the same hue as ColorOf, to
// be read on the light or dark planes of the theme.
func InkOf(text string, dark bool) color.NRGBA {
	lightness := float64(inkOnLight)
	if dark {
		lightness = inkOnDark
	}
	r, g, b := hsluv(hueOf(text), 100, lightness)
	return color.NRGBA{R: channel(r), G: channel(g), B: channel(b), A: 0xff}
}

// onHue is the colour of letters on ColorOf: the lightness there is fixed so that
// white can be read on every hue.
var onHue = color.White

func channel(v float64) uint8 { return uint8(math.Round(min(max(v, 0), 1) * 255)) }

// The matrix from CIE XYZ to linear sRGB and the constants of CIE LUV, as
// HSLuv (hsluv.org, revision 4) fixes them.
var xyzToRGB = [3][3]float64{
	{3.240969941904521, -1.537383177570093, -0.498610760293},
	{-0.96924363628087, 1.87596750150772, 0.041555057407175},
	{0.055630079696993, -0.20397695888897, 1.056971514242878},
}

const (
	refU    = 0.19783000664283
	refV    = 0.46831999493879
	kappa   = 903.2962962
	epsilon = 0.0088564516
)

// hsluv turns hue (degrees), saturation and lightness (0 to 100) into sRGB from
// 0 to 1.
func hsluv(h, s, l float64) (r, g, b float64) {
	chroma := maxChroma(l, h) / 100 * s
	u, v := chroma*math.Cos(h*math.Pi/180), chroma*math.Sin(h*math.Pi/180)
	varU, varV := u/(13*l)+refU, v/(13*l)+refV
	y := l / kappa
	if l > 8 {
		y = math.Pow((l+16)/116, 3)
	}
	x := -(9 * y * varU) / ((varU-4)*varV - varU*varV)
	z := (9*y - 15*varV*y - varV*x) / (3 * varV)
	out := [3]float64{}
	for i, m := range xyzToRGB {
		c := m[0]*x + m[1]*y + m[2]*z
		if c <= 0.0031308 {
			out[i] = 12.92 * c
		} else {
			out[i] = 1.055*math.Pow(c, 1/2.4) - 0.055
		}
	}
	return out[0], out[1], out[2]
}

// maxChroma is the farthest that one can go from grey at that lightness and hue
// and stay inside sRGB.
func maxChroma(l, h float64) float64 {
	sub := math.Pow(l+16, 3) / 1560896
	if sub <= epsilon {
		sub = l / kappa
	}
	sin, cos := math.Sincos(h * math.Pi / 180)
	shortest := math.Inf(1)
	for _, m := range xyzToRGB {
		for t := range 2 {
			top1 := (284517*m[0] - 94839*m[2]) * sub
			top2 := (838422*m[2]+769860*m[1]+731718*m[0])*l*sub - 769860*float64(t)*l
			bottom := (632260*m[2]-126452*m[1])*sub + 126452*float64(t)
			length := (top2 / bottom) / (sin - (top1/bottom)*cos)
			if length >= 0 {
				shortest = min(shortest, length)
			}
		}
	}
	return shortest
}
