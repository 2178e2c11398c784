// SPDX-License-Identifier: MPL-2.0

package qr

import (
	"image"
	"image/color"
	"image/draw"
)

// onWhite puts a picture on white: where it is transparent it would be read as black.
func onWhite(p image.Image) *image.Gray {
	b := p.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), p, b.Min, draw.Over)
	grey := image.NewGray(out.Bounds())
	draw.Draw(grey, grey.Bounds(), out, image.Point{}, draw.Src)
	return grey
}
