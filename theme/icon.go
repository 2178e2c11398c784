// SPDX-License-Identifier: MPL-2.0

package theme

import (
	"bytes"
	"fmt"
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/resources"
)

// Icon is an icon of the bundle drawn in a token's colour of now. Ask again in
// Refresh. The name of the resource carries the colour, so that the toolkit's
// caches tell them apart.
func Icon(icon resources.Icon, token Token) fyne.Resource {
	hex := hexOf(Color(token))
	name := hex[1:] + "-" + icon.Name
	if id := FontsID(); id > 0 { // with another look the picture of that name may be another one
		name = strconv.Itoa(id) + "-" + name
	}
	return fyne.NewStaticResource(name, bytes.ReplaceAll(icon.SVG, []byte("currentColor"), []byte(hex)))
}

// Picture is the picture of a bundle with that id for the variant that is shown now.
func Picture(b *resources.Bundle, id string) resources.Icon {
	if dark := id + "@dark"; IsDark() && b.HasIcon(dark) {
		return b.Icon(dark)
	}
	return b.Icon(id)
}

func hexOf(c color.Color) string {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02x%02x%02x", n.R, n.G, n.B)
}
