// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"chatsecure.org/desktop/theme"
)

// NewPicture shows a picture of the bundle in its own colours.
func NewPicture(kit *Kit, id string, side float32) *canvas.Image {
	p := theme.Picture(kit.Words, id)
	image := canvas.NewImageFromResource(fyne.NewStaticResource(p.Name, p.SVG))
	image.FillMode = canvas.ImageFillContain
	image.SetMinSize(fyne.NewSquareSize(side))
	return image
}
