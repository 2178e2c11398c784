// SPDX-License-Identifier: MPL-2.0

package theme

import (
	"bytes"
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/resources"
)

// Icon is an icon of the bundle drawn in a token's colour of now. Ask again in
// Refresh. The name of the resource carries the colour, so that the toolkit's
// caches tell them apart.
func Icon(icon resources.Icon, token Token) fyne.Resource {
	hex := hexOf(Color(token))
	return fyne.NewStaticResource(hex[1:]+"-"+icon.Name, bytes.ReplaceAll(icon.SVG, []byte("currentColor"), []byte(hex)))
}

func hexOf(c color.Color) string {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02x%02x%02x", n.R, n.G, n.B)
}
