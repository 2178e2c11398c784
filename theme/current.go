// SPDX-License-Identifier: MPL-2.0

package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"chatsecure.org/desktop/resources"
)

// current is the theme that Color and Size speak of.
var current = mustNew(resources.Default().Palette(), Options{Mode: Light})

func mustNew(p resources.Palette, o Options) *Theme {
	t, err := New(p, o)
	if err != nil {
		panic(err)
	}
	return t
}

// Use makes t the theme that Color and Size speak of. Whoever calls it sets the
// same theme on the app and refreshes the windows.
func Use(t *Theme) {
	current = t
	t.fonts.place()
}

// Current is the theme in use.
func Current() *Theme { return current }

// Color is the colour of a token as it is now: it changes with the theme, so
// ask in Refresh and keep no copy.
func Color(token Token) color.Color { return current.Of(token, IsDark()) }

// IsDark says whether the dark variant is shown now.
func IsDark() bool {
	if app := fyne.CurrentApp(); app != nil {
		return current.isDark(app.Settings().ThemeVariant())
	}
	return current.isDark(fynetheme.VariantLight)
}

// Size is a size as it is now, in Fyne's units.
func Size(token SizeToken) float32 { return current.sizes[token] }

// Scale is the person's text size, 1 for normal.
func Scale() float32 { return current.options.Scale }
