// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"chatsecure.org/desktop/theme"
)

// textView draws a layout with as few objects as it takes, and keeps them for
// the next text. Only the lines that are asked for are drawn.
type textView struct {
	marks  []*canvas.Rectangle // behind what is selected
	texts  []*canvas.Text
	rules  []*canvas.Rectangle // under links
	images []*canvas.Image
}

// ink is what a text is drawn with.
type ink struct {
	text, link, selection color.Color
	hovered               int16 // the link under the pointer; -1
	scale                 float32
}

// draw shows the lines first to last (not included) of a layout in a box at pos
// and returns the objects, the marks of the selection first.
func (v *textView) draw(l *layout, pos fyne.Position, width float32, first, last int, from, to int, with ink, out []fyne.CanvasObject) []fyne.CanvasObject {
	nm, nt, nr, ni := 0, 0, 0, 0
	if from < to {
		l.marks(from, to, width, first, last, func(p fyne.Position, s fyne.Size) {
			m := take(&v.marks, &nm, func() *canvas.Rectangle { return canvas.NewRectangle(nil) })
			m.FillColor, m.CornerRadius = with.selection, 3
			place(m, pos.X+p.X, pos.Y+p.Y, s.Width, s.Height)
			out = append(out, m)
		})
	}
	height := l.face.line()
	nr, out = v.bars(l, pos, width, first, last, with, out)
	air, drop := (l.step-height)/2, float32(0)
	if l.face == l.asked.face { // emoji among themselves stand in the middle
		drop = emojiDrop(l.face.size)
	}
	for i := first; i < last; i++ {
		left, y := pos.X+l.left(i, width), pos.Y+float32(i)*l.step
		for _, r := range l.runsOf(i) {
			switch r.kind {
			case pieceSpace, pieceTab, pieceHidden:
				continue
			case pieceEmoji:
				side := emojiSide(l.face.size)
				for k, glyph := range emojiGlyphs(l.shown[r.start:r.end]) {
					m := take(&v.images, &ni, func() *canvas.Image { return &canvas.Image{FillMode: canvas.ImageFillStretch} })
					setEmoji(m, glyph, side, with.scale)
					place(m, left+r.x+float32(k)*side, y+(l.step-side)/2+drop, side, side)
					out = append(out, m)
				}
				continue
			}
			t := take(&v.texts, &nt, func() *canvas.Text { return canvas.NewText("", nil) })
			c := with.of(r, l.lines[i].depth > 0)
			f, at := l.face, y+air
			if r.style != 0 {
				f = f.in(r.style)
				at += l.face.base() - f.base()
			}
			setText(t, l.textOf(r), f, c)
			place(t, left+r.x, at, r.width, f.line())
			out = append(out, t)
			if r.style&styleStrike != 0 {
				nr, out = v.rule(nr, c, left+r.x, y+air+height*0.56, r.width, out)
			}
			if r.link >= 0 {
				nr, out = v.rule(nr, faint(c, r.link != with.hovered), left+r.x, y+air+height*0.86, r.width, out)
			}
		}
	}
	return out
}

// rule draws a thin line.
func (v *textView) rule(n int, c color.Color, x, y, width float32, out []fyne.CanvasObject) (int, []fyne.CanvasObject) {
	r := take(&v.rules, &n, func() *canvas.Rectangle { return canvas.NewRectangle(nil) })
	r.FillColor, r.CornerRadius = c, 0
	place(r, x, y, width, 1)
	return n, append(out, r)
}

// bars draws those of quotations, each over the lines that are in it.
func (v *textView) bars(l *layout, pos fyne.Position, width float32, first, last int, with ink, out []fyne.CanvasObject) (int, []fyne.CanvasObject) {
	n := 0
	if len(l.quotes) == 0 {
		return n, out
	}
	for depth := range uint8(quoteDepth) {
		for i := first; i < last; i++ {
			if l.lines[i].depth <= depth {
				continue
			}
			from, base := i, l.lines[i].base
			for i+1 < last && l.lines[i+1].depth > depth && l.lines[i+1].base == base {
				i++
			}
			x := float32(depth) * quoteStep
			if base == 1 {
				x = width - x - quoteBar
			}
			r := take(&v.rules, &n, func() *canvas.Rectangle { return canvas.NewRectangle(nil) })
			r.FillColor, r.CornerRadius = strength(with.text, 0.35), quoteBar/2
			place(r, pos.X+x, pos.Y+float32(from)*l.step+1, quoteBar, float32(i-from+1)*l.step-2)
			out = append(out, r)
		}
	}
	return n, out
}

// of is the colour of a run.
func (k ink) of(r run, quoted bool) color.Color {
	switch {
	case r.link >= 0:
		return k.link
	case r.style&styleSign != 0:
		return strength(k.text, 0.6)
	case quoted:
		return strength(k.text, 0.8)
	}
	return k.text
}

// take is the next thing of a pool, which grows when it has run dry.
func take[T any](pool *[]T, n *int, make func() T) T {
	if *n == len(*pool) {
		*pool = append(*pool, make())
	}
	*n++
	return (*pool)[*n-1]
}

// setText changes what is different only: a refresh costs a texture.
func setText(t *canvas.Text, text string, f face, c color.Color) {
	if style := f.style(); t.Text != text || t.TextSize != f.size || t.TextStyle != style || t.Color != c {
		t.Text, t.TextSize, t.TextStyle, t.Color = text, f.size, style, c
	} else {
		return
	}
	t.Refresh()
}

func setEmoji(m *canvas.Image, glyph int, side, scale float32) {
	image := emojiImages.get(theEmojiFont(), glyph, max(int(side*scale+0.5), 1))
	if image != nil && m.Image != image {
		m.Image = image
		m.Refresh()
	}
}

// faint is a colour at under half its strength.
func faint(c color.Color, yes bool) color.Color {
	if !yes {
		return c
	}
	return strength(c, 0.4)
}

// strength is a colour with a part of its opacity.
func strength(c color.Color, part float32) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = uint8(float32(n.A)*part + 0.5)
	return n
}

// inkOn is what text is written with on a bubble.
func inkOn(own bool) ink {
	if own {
		return ink{text: theme.Color(theme.ColorOnBubbleOwn), link: theme.Color(theme.ColorLinkOwn), selection: strength(theme.Color(theme.ColorOnBubbleOwn), 0.28), hovered: -1, scale: 1}
	}
	return ink{text: theme.Color(theme.ColorOnBubbleOther), link: theme.Color(theme.ColorLink), selection: theme.Color(theme.ColorSelection), hovered: -1, scale: 1}
}

// inkOf is plain text in one colour.
func inkOf(token theme.Token) ink {
	c := theme.Color(token)
	return ink{text: c, link: c, hovered: -1, scale: 1}
}
