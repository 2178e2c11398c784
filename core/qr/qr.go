// SPDX-License-Identifier: MPL-2.0

// Package qr writes a text as a QR code and reads one out of a picture. A picture is
// somebody else's: it is made small before it is looked at, what the reader does with
// it is bounded, and what it says is text and nothing more.
//
// Everything here may be called from any goroutine. Writing takes milliseconds,
// reading up to some tenths of a second.
package qr

import (
	"errors"
	"fmt"
	"image"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	write "rsc.io/qr"

	"chatsecure.org/desktop/core/picture"
)

// MaxText is the longest text, in bytes, that Encode takes: a code that holds more can
// not be read off a screen any more.
const MaxText = 1200

// The reasons for which nothing is written or read.
var (
	ErrTooLong = errors.New("text is too long for a QR code")
	ErrNone    = errors.New("no QR code in the picture")
)

// Code is a QR code: dark and light squares, Side of them a line. It has no margin;
// readers need one of Margin light squares around it.
type Code struct {
	Side int
	dark []bool
}

// Margin is the light border that has to stand around a code, in squares (ISO 18004).
const Margin = 4

// Dark says whether a square is dark.
func (c Code) Dark(x, y int) bool {
	return x >= 0 && y >= 0 && x < c.Side && y < c.Side && c.dark[y*c.Side+x]
}

// Encode writes a text. A short one gets a code that can be read even with a stain on
// it; a long one gets larger squares instead.
func Encode(text string) (Code, error) {
	if len(text) > MaxText {
		return Code{}, ErrTooLong
	}
	level := write.M
	if len(text) > 300 {
		level = write.L
	}
	made, err := write.Encode(text, level)
	if err != nil {
		return Code{}, fmt.Errorf("encode QR code: %w", err)
	}
	c := Code{Side: made.Size, dark: make([]bool, made.Size*made.Size)}
	for y := range c.Side {
		for x := range c.Side {
			c.dark[y*c.Side+x] = made.Black(x, y)
		}
	}
	return c, nil
}

// The widths in pixels in which a picture is looked at: a photograph is easier to read
// small, a code in the corner of a large one needs the larger.
var sides = []int{700, 1400}

// maxCorners is how many things in a picture may look like the corner of a code. The
// reader tries any three of them together: a picture of nothing but corners would keep
// it busy for hours.
const maxCorners = 300

// Decode reads the code in a picture: one that a program has drawn first, then one in
// a photograph. The error is ErrNone.
func Decode(p image.Image) (string, error) {
	for i, side := range sides {
		if b := p.Bounds(); i > 0 && max(b.Dx(), b.Dy()) <= sides[i-1] {
			break // it has been looked at in its own size
		}
		small := onWhite(picture.Fit(p, side))
		for _, how := range []gozxing.DecodeHintType{gozxing.DecodeHintType_PURE_BARCODE, gozxing.DecodeHintType_TRY_HARDER} {
			if text := try(small, how); text != "" {
				return text, nil
			}
		}
	}
	return "", ErrNone
}

// try looks at a picture in one way. What the reader makes of it is a stranger's doing:
// it is stopped where it would not end, and a panic is no code.
func try(p image.Image, how gozxing.DecodeHintType) (text string) {
	defer func() {
		if recover() != nil {
			text = ""
		}
	}()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(p)
	if err != nil {
		return ""
	}
	corners := 0
	found, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]interface{}{
		how: true,
		gozxing.DecodeHintType_NEED_RESULT_POINT_CALLBACK: gozxing.ResultPointCallback(func(gozxing.ResultPoint) {
			if corners++; corners > maxCorners {
				panic(ErrNone)
			}
		}),
	})
	if err != nil {
		return ""
	}
	return found.GetText()
}
