// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"chatsecure.org/desktop/core/qr"
)

// codeSquare is how many pixels a square of a code has in its picture: enough for any
// screen to make it smaller without leaving one out.
const codeSquare = 8

// NewCode shows a QR code, so wide with its margin. It is dark on light in any theme:
// not every reader knows the opposite.
func NewCode(c qr.Code, side float32) *canvas.Image {
	p := canvas.NewImageFromImage(CodeImage(c))
	p.FillMode, p.ScaleMode = canvas.ImageFillContain, canvas.ImageScaleSmooth
	p.SetMinSize(fyne.NewSquareSize(side))
	return p
}

// CodeImage is the picture of a code with its margin, to be shown or kept in a file.
func CodeImage(c qr.Code) image.Image {
	side := (c.Side + 2*qr.Margin) * codeSquare
	p := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			if c.Dark(x/codeSquare-qr.Margin, y/codeSquare-qr.Margin) {
				p.Pix[y*p.Stride+x] = 1
			}
		}
	}
	return p
}
