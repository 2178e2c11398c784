// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"chatsecure.org/desktop/theme"
)

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	b.draw()
	return &drawn{
		objects: []fyne.CanvasObject{b.back, b.over, b.image, b.label},
		min:     b.minSize,
		layout:  b.arrange,
		refresh: func() { b.draw(); b.arrange(b.Size()); canvas.Refresh(b) },
	}
}

func (b *Button) minSize() fyne.Size {
	icon := theme.Size(theme.SizeIcon)
	if b.round {
		return fyne.NewSquareSize(icon + 2*theme.Size(theme.SizePad))
	}
	if b.small {
		text := measure(b.text, theme.Size(theme.SizeSmall), fyne.TextStyle{Bold: true})
		return fyne.NewSize(text.Width+2*theme.Size(theme.SizePad), text.Height+theme.Size(theme.SizeGap))
	}
	text := measure(b.text, theme.Size(theme.SizeText), fyne.TextStyle{Bold: true})
	s := fyne.NewSize(text.Width+2*theme.Size(theme.SizeInset)+theme.Size(theme.SizeGap), max(text.Height, icon)+2*theme.Size(theme.SizePad))
	if b.icon != "" {
		s.Width += icon + theme.Size(theme.SizePad)
	}
	return s
}

func (b *Button) arrange(s fyne.Size) {
	b.back.Resize(s)
	b.over.Resize(s)
	icon := theme.Size(theme.SizeIcon)
	if b.round {
		place(b.image, middle(s.Width, icon), middle(s.Height, icon), icon, icon)
		return
	}
	text := measure(b.text, b.label.TextSize, b.label.TextStyle)
	width := text.Width
	if b.icon != "" {
		width += icon + theme.Size(theme.SizePad)
	}
	x := middle(s.Width, width)
	if b.icon != "" {
		place(b.image, x, middle(s.Height, icon), icon, icon)
		x += icon + theme.Size(theme.SizePad)
	}
	place(b.label, x, middle(s.Height, text.Height), text.Width, text.Height)
}

func (b *Button) draw() {
	back, front := theme.Token(""), theme.ColorAccent
	b.back.StrokeWidth = 0
	switch {
	case b.disabled:
		back, front = theme.ColorDivider, theme.ColorTextMuted
		if b.kind == Quiet {
			back = ""
		}
	case b.kind == Primary:
		back, front = theme.ColorAccent, theme.ColorOnAccent
	case b.kind == Secondary:
		back, front = theme.ColorSurface, theme.ColorText
		b.back.StrokeColor, b.back.StrokeWidth = theme.Color(theme.ColorBorder), 1
	case b.kind == Danger:
		back, front = theme.ColorSurface, theme.ColorDanger
		b.back.StrokeColor, b.back.StrokeWidth = theme.Color(theme.ColorDanger), 1
	}
	if b.chosen {
		back, front = theme.ColorSelected, theme.ColorAccent
		b.back.StrokeColor, b.back.StrokeWidth = theme.Color(theme.ColorAccent), 2
	}
	if b.round && !b.disabled {
		front = b.iconToken
	}
	b.back.FillColor = color.Transparent
	if back != "" {
		b.back.FillColor = theme.Color(back)
	}
	if b.focused {
		b.back.StrokeColor, b.back.StrokeWidth = theme.Color(theme.ColorLink), 2
	}
	b.over.FillColor = color.Transparent
	if b.hovered && !b.disabled {
		b.over.FillColor = theme.Color(theme.ColorHover)
		if b.round {
			b.over.FillColor = theme.Color(theme.ColorPressed)
		}
	}
	radius := theme.Size(theme.SizeFieldRadius)
	b.back.CornerRadius, b.over.CornerRadius = radius, radius
	b.label.Text = visualOrder(b.text)
	b.label.Color, b.label.TextSize = theme.Color(front), theme.Size(theme.SizeText)
	b.label.TextStyle.Bold = b.kind == Primary || b.kind == Danger || b.chosen || b.small
	if b.small {
		b.label.TextSize = theme.Size(theme.SizeSmall)
	}
	show(!b.round, b.label)
	if b.icon != "" {
		b.image.Resource = b.kit.icon(b.icon, front)
	}
}
