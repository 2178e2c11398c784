// SPDX-License-Identifier: MPL-2.0

package qr

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/draw"
	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/picture"
)

// drawn is a picture of a code with its margin, so many pixels a square.
func drawn(c Code, square int) *image.NRGBA {
	side := (c.Side + 2*Margin) * square
	p := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			grey := color.NRGBA{255, 255, 255, 255}
			if c.Dark(x/square-Margin, y/square-Margin) {
				grey = color.NRGBA{0, 0, 0, 255}
			}
			p.SetNRGBA(x, y, grey)
		}
	}
	return p
}

// link is one to an identity with so many devices.
func link(devices int) string {
	var b strings.Builder
	b.WriteString("xmpp:bob@example.org?")
	for i := range devices {
		if i > 0 {
			b.WriteByte(';')
		}
		b.WriteString("omemo-sid-2147483647=" + strings.Repeat("0123456789abcdef", 4))
	}
	return b.String()
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, devices := range []int{0, 1, 2, 5, 10} {
		c, err := Encode(link(devices))
		if err != nil {
			t.Fatal(err)
		}
		for _, square := range []int{3, 4, 7} {
			if got, err := Decode(drawn(c, square)); err != nil || got != link(devices) {
				t.Errorf("%d devices, %d pixels a square: %q, %v", devices, square, got, err)
			}
		}
	}
	if _, err := Encode(strings.Repeat("x", MaxText+1)); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
}

func TestAnyTextIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-zA-Z0-9:?;=&@./%-]{1,200}`).Draw(t, "text")
		c, err := Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Decode(drawn(c, rapid.IntRange(3, 6).Draw(t, "square"))); err != nil || got != text {
			t.Fatalf("%q, %v", got, err)
		}
	})
}

// A picture from a screen or a camera: scaled, in a corner of a larger one, turned,
// blurred, on a dark page, transparent around it, compressed.
func TestPicturesOfACode(t *testing.T) {
	c, err := Encode(link(2))
	if err != nil {
		t.Fatal(err)
	}
	code := drawn(c, 5)
	scaled := func(w, h int) image.Image {
		to := image.NewNRGBA(image.Rect(0, 0, w, h))
		draw.CatmullRom.Scale(to, to.Bounds(), code, code.Bounds(), draw.Src, nil)
		return to
	}
	on := func(w, h, x, y int, ground color.Color) image.Image {
		to := image.NewNRGBA(image.Rect(0, 0, w, h))
		draw.Draw(to, to.Bounds(), image.NewUniform(ground), image.Point{}, draw.Src)
		draw.Draw(to, code.Bounds().Add(image.Pt(x, y)), code, image.Point{}, draw.Over)
		return to
	}
	turned := image.NewNRGBA(code.Bounds())
	for y := range code.Bounds().Dy() {
		for x := range code.Bounds().Dx() {
			turned.Set(code.Bounds().Dy()-1-y, x, code.At(x, y))
		}
	}
	var small bytes.Buffer
	if err := jpeg.Encode(&small, on(1100, 900, 300, 200, color.NRGBA{90, 120, 150, 255}), &jpeg.Options{Quality: 40}); err != nil {
		t.Fatal(err)
	}
	compressed, err := picture.Decode(small.Bytes(), picture.Own)
	if err != nil {
		t.Fatal(err)
	}
	clear := image.NewNRGBA(code.Bounds())
	for y := range code.Bounds().Dy() {
		for x := range code.Bounds().Dx() {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				clear.Set(x, y, color.Black)
			}
		}
	}
	for name, p := range map[string]image.Image{
		"odd size": scaled(333, 333), "large": scaled(1800, 1800), "turned": turned, "transparent": clear,
		"in a corner of a page":  on(1600, 1200, 1100, 800, color.White),
		"on a dark page":         on(1200, 900, 500, 300, color.NRGBA{20, 24, 23, 255}),
		"compressed much":        compressed,
		"of another origin":      on(700, 700, 100, 100, color.White).(*image.NRGBA).SubImage(image.Rect(60, 60, 660, 660)),
		"a part of a wide strip": on(2600, 420, 1300, 60, color.White),
	} {
		if got, err := Decode(p); err != nil || got != link(2) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestNoCode(t *testing.T) {
	noise := image.NewNRGBA(image.Rect(0, 0, 750, 750))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = byte(r.Uint32())
	}
	for name, p := range map[string]image.Image{
		"noise": noise, "one pixel": image.NewNRGBA(image.Rect(0, 0, 1, 1)), "a line": image.NewNRGBA(image.Rect(0, 0, 4000, 1)),
		"grey": image.NewGray(image.Rect(0, 0, 300, 200)),
	} {
		if text, err := Decode(p); !errors.Is(err, ErrNone) {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

// A picture full of what looks like the corners of codes has kept the reader busy for
// hours.
func TestPictureOfNothingButCorners(t *testing.T) {
	for _, side := range []int{600, 1400} {
		for _, square := range []int{1, 5} {
			p := image.NewGray(image.Rect(0, 0, side, side))
			for i := range p.Pix {
				x, y := i%side/square%8, i/side/square%8
				ring, core := x == 0 || x == 6 || y == 0 || y == 6, x >= 2 && x <= 4 && y >= 2 && y <= 4
				if p.Pix[i] = 255; (ring || core) && x < 7 && y < 7 {
					p.Pix[i] = 0
				}
			}
			began := time.Now()
			if _, err := Decode(p); !errors.Is(err, ErrNone) {
				t.Error(err)
			}
			if took := time.Since(began); took > time.Minute {
				t.Errorf("%d pixels, %d a square: took %v", side, square, took)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	c, err := Encode(link(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(c.Side, bits(c))
	f.Add(21, []byte{0xff, 0x00, 0xaa})
	f.Add(177, []byte{})
	f.Fuzz(func(t *testing.T, side int, data []byte) {
		if side < 1 || side > 180 {
			return
		}
		made := Code{Side: side, dark: make([]bool, side*side)}
		for i := range made.dark {
			made.dark[i] = i/8 < len(data) && data[i/8]>>(i%8)&1 == 1
		}
		text, err := Decode(drawn(made, 3))
		if (err == nil) == (text == "") {
			t.Errorf("%q, %v", text, err)
		}
	})
}

// bits are the squares of a code, eight in a byte.
func bits(c Code) []byte {
	out := make([]byte, (len(c.dark)+7)/8)
	for i, dark := range c.dark {
		if dark {
			out[i/8] |= 1 << (i % 8)
		}
	}
	return out
}
