// SPDX-License-Identifier: MPL-2.0

package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// fyneColors says which token stands for each of the toolkit's own colours, for
// the widgets that we did not draw ourselves (entries, menus, scroll bars).
var fyneColors = map[fyne.ThemeColorName]Token{
	fynetheme.ColorNameBackground:          ColorBackground,
	fynetheme.ColorNameButton:              ColorSurface,
	fynetheme.ColorNameDisabled:            ColorTextMuted,
	fynetheme.ColorNameDisabledButton:      ColorDivider,
	fynetheme.ColorNameError:               ColorDanger,
	fynetheme.ColorNameFocus:               ColorSelection,
	fynetheme.ColorNameForeground:          ColorText,
	fynetheme.ColorNameForegroundOnPrimary: ColorOnAccent,
	fynetheme.ColorNameForegroundOnError:   ColorSurface,
	fynetheme.ColorNameForegroundOnSuccess: ColorSurface,
	fynetheme.ColorNameForegroundOnWarning: ColorSurface,
	fynetheme.ColorNameHeaderBackground:    ColorSidebar,
	fynetheme.ColorNameHover:               ColorHover,
	fynetheme.ColorNameHyperlink:           ColorLink,
	fynetheme.ColorNameInputBackground:     ColorField,
	fynetheme.ColorNameInputBorder:         ColorBorder,
	fynetheme.ColorNameMenuBackground:      ColorMenu,
	fynetheme.ColorNameOverlayBackground:   ColorSurface,
	fynetheme.ColorNamePlaceHolder:         ColorTextMuted,
	fynetheme.ColorNamePressed:             ColorPressed,
	fynetheme.ColorNamePrimary:             ColorAccent,
	fynetheme.ColorNameScrollBar:           ColorPressed,
	fynetheme.ColorNameSelection:           ColorSelection,
	fynetheme.ColorNameSeparator:           ColorDivider,
	fynetheme.ColorNameShadow:              ColorLift,
	fynetheme.ColorNameSuccess:             ColorSuccess,
	fynetheme.ColorNameWarning:             ColorWarning,
}

// Color is what the toolkit's widgets ask for.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if name == fynetheme.ColorNameScrollBarBackground {
		return color.Transparent
	}
	if token, ok := fyneColors[name]; ok {
		return t.Of(token, t.isDark(variant))
	}
	if t.isDark(variant) {
		variant = fynetheme.VariantDark
	} else {
		variant = fynetheme.VariantLight
	}
	return fynetheme.DefaultTheme().Color(name, variant)
}

// Size is what the toolkit's widgets ask for.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case fynetheme.SizeNameText:
		return t.sizes[SizeText]
	case fynetheme.SizeNameCaptionText:
		return t.sizes[SizeSmall]
	case fynetheme.SizeNameSubHeadingText:
		return t.sizes[SizeTitle]
	case fynetheme.SizeNameHeadingText:
		return t.sizes[SizeHeadline]
	case fynetheme.SizeNamePadding:
		return t.sizes[SizeGap]
	case fynetheme.SizeNameInnerPadding:
		return t.sizes[SizePad]
	case fynetheme.SizeNameInlineIcon:
		return t.sizes[SizeIcon]
	case fynetheme.SizeNameInputRadius, fynetheme.SizeNameSelectionRadius:
		return t.sizes[SizeFieldRadius]
	case fynetheme.SizeNameInputBorder:
		return 1
	case fynetheme.SizeNameScrollBar:
		return 10
	case fynetheme.SizeNameScrollBarSmall:
		return 4
	case fynetheme.SizeNameScrollBarRadius:
		return 5
	}
	return fynetheme.DefaultTheme().Size(name)
}

// Icon is Fyne's own, for the widgets that bring one.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource {
	return fynetheme.DefaultTheme().Icon(name)
}
