// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"bytes"
	"errors"
	"image"
	_ "image/jpeg" // the two formats that profile pictures may have
	_ "image/png"

	"golang.org/x/image/draw"
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

// DecodePicture reads a PNG or JPEG picture that came from outside and makes it
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
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || format != "png" && format != "jpeg" ||
		config.Width < 1 || config.Height < 1 || config.Width > most.side || config.Height > most.side ||
		config.Width*config.Height > most.area {
		return nil, ErrPicture
	}
	from, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, ErrPicture
	}
	return scaleTo(from, side), nil
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
