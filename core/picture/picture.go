// SPDX-License-Identifier: MPL-2.0

// Package picture reads pictures that come from outside: PNG, JPEG, GIF and
// WebP, told apart by their first bytes, under limits that are checked before a
// pixel is decoded. Everything here may be called from any goroutine; decoding
// takes milliseconds.
package picture

import (
	"bytes"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// The reasons for which a picture is refused.
var (
	ErrUnreadable = errors.New("picture can not be read") // another format, or damaged
	ErrTooLarge   = errors.New("picture is too large")
)

// Limits are checked before a pixel is decoded: a few bytes can unfold to
// gigabytes.
type Limits struct {
	Bytes int // of the file
	Side  int // pixels
	Area  int // pixels
}

// The limits of what strangers send, and of a file that the person chose, such
// as a photograph.
var (
	Strangers = Limits{Bytes: 1 << 20, Side: 4096, Area: 4 << 20}
	Own       = Limits{Bytes: 24 << 20, Side: 16384, Area: 64 << 20}
)

// codec reads one format, which begins with magic; '?' stands for any byte.
type codec struct {
	magic  string
	head   func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// codecs are the formats that profile pictures have. Only they are tried: other
// packages bring decoders that read more than they should. Of a GIF the first
// picture counts.
var codecs = []codec{
	{magic: "\x89PNG\r\n\x1a\n", head: png.DecodeConfig, decode: png.Decode},
	{magic: "\xff\xd8\xff", head: jpeg.DecodeConfig, decode: jpeg.Decode},
	{magic: "GIF8?a", head: gif.DecodeConfig, decode: gif.Decode},
	{magic: "RIFF????WEBPVP8", head: webp.DecodeConfig, decode: webp.Decode},
}

func (c codec) begins(data []byte) bool {
	if len(data) < len(c.magic) {
		return false
	}
	for i, b := range []byte(c.magic) {
		if b != '?' && b != data[i] {
			return false
		}
	}
	return true
}

// Check reads the head of a picture and says whether Decode would try the rest.
func Check(data []byte, most Limits) error {
	_, err := open(data, most)
	return err
}

func open(data []byte, most Limits) (codec, error) {
	if len(data) > most.Bytes {
		return codec{}, ErrTooLarge
	}
	for _, c := range codecs {
		if !c.begins(data) {
			continue
		}
		head, err := c.head(bytes.NewReader(data))
		switch {
		case err != nil || head.Width < 1 || head.Height < 1:
			return codec{}, ErrUnreadable
		case head.Width > most.Side || head.Height > most.Side || head.Width*head.Height > most.Area:
			return codec{}, ErrTooLarge
		}
		return c, nil
	}
	return codec{}, ErrUnreadable
}

// Decode reads a picture. The error is ErrUnreadable or ErrTooLarge.
func Decode(data []byte, most Limits) (image.Image, error) {
	c, err := open(data, most)
	if err != nil {
		return nil, err
	}
	p, err := c.decode(bytes.NewReader(data))
	if err != nil || p.Bounds().Empty() {
		return nil, ErrUnreadable
	}
	return p, nil
}

// Fit makes a picture at most side pixels wide and high, keeping its shape.
func Fit(p image.Image, side int) image.Image {
	b := p.Bounds()
	w, h := b.Dx(), b.Dy()
	if most := max(w, h); most > side {
		w, h = max(w*side/most, 1), max(h*side/most, 1)
	}
	return scale(p, b, w, h)
}

// Square is the largest middle square of a picture, side pixels wide.
func Square(p image.Image, side int) image.Image { return scale(p, middle(p.Bounds()), side, side) }

func middle(b image.Rectangle) image.Rectangle {
	side := min(b.Dx(), b.Dy())
	at := image.Pt(b.Min.X+(b.Dx()-side)/2, b.Min.Y+(b.Dy()-side)/2)
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(side, side))}
}

func scale(p image.Image, part image.Rectangle, w, h int) *image.NRGBA {
	to := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(to, to.Bounds(), p, part, draw.Src, nil)
	return to
}
