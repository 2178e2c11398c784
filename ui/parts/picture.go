// SPDX-License-Identifier: MPL-2.0

package parts

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

// ErrPicture is returned for a picture that is not shown: another format, too
// large, or damaged.
var ErrPicture = errors.New("picture can not be read")

// limits are checked before a pixel is decoded: a picture comes from
// strangers, and a few bytes can unfold to gigabytes.
type limits struct{ bytes, side, area int }

var (
	strangers = limits{bytes: 1 << 20, side: 4096, area: 4 << 20}
	own       = limits{bytes: MaxOwnPicture, side: 16384, area: 64 << 20}
)

// MaxOwnPicture is the largest file, in bytes, that a person may choose.
const MaxOwnPicture = 24 << 20

// codec reads one format, which begins with magic; '?' stands for any byte.
type codec struct {
	magic  string
	head   func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// codecs are the formats that profile pictures have. Only they are tried, for
// the toolkit brings others that read more than they should. Of a GIF the first
// picture is shown.
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

// DecodePicture reads a PNG, JPEG, GIF or WebP picture that came from outside and makes it
// at most side pixels wide and high. It takes milliseconds: call it on any
// goroutine but the UI's.
func DecodePicture(data []byte, side int) (image.Image, error) { return decode(data, side, strangers) }

// DecodeOwnPicture is DecodePicture for a file that the person chose, such as a
// photograph.
func DecodeOwnPicture(data []byte, side int) (image.Image, error) { return decode(data, side, own) }

func decode(data []byte, side int, most limits) (image.Image, error) {
	if len(data) > most.bytes {
		return nil, ErrPicture
	}
	for _, c := range codecs {
		if !c.begins(data) {
			continue
		}
		head, err := c.head(bytes.NewReader(data))
		if err != nil || head.Width < 1 || head.Height < 1 || head.Width > most.side || head.Height > most.side ||
			head.Width*head.Height > most.area {
			return nil, ErrPicture
		}
		from, err := c.decode(bytes.NewReader(data))
		if err != nil || from.Bounds().Empty() {
			return nil, ErrPicture
		}
		return scaleTo(from, side), nil
	}
	return nil, ErrPicture
}

func scaleTo(from image.Image, side int) image.Image {
	b := from.Bounds()
	most := max(b.Dx(), b.Dy())
	w, h := b.Dx(), b.Dy()
	if most > side {
		w, h = max(w*side/most, 1), max(h*side/most, 1)
	}
	to := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(to, to.Bounds(), from, b, draw.Src, nil)
	return to
}

// squareOf is the largest middle square of a picture.
func squareOf(p image.Image) image.Image {
	b := p.Bounds()
	side := min(b.Dx(), b.Dy())
	if b.Dx() == b.Dy() {
		return p
	}
	at := image.Pt(b.Min.X+(b.Dx()-side)/2, b.Min.Y+(b.Dy()-side)/2)
	to := image.NewNRGBA(image.Rect(0, 0, side, side))
	draw.Draw(to, to.Bounds(), p, at, draw.Src)
	return to
}
