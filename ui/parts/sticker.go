// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"bytes"
	"image"
	"image/png"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// stickerSide is how large a sticker stands in a conversation.
const stickerSide = 132

// stickers are those of the bundle, and their pictures as they were drawn last.
type stickers struct {
	of     *resources.Bundle
	all    model.Stickers
	byName map[model.Sticker]resources.Sticker
	images map[stickerImage]image.Image
}

type stickerImage struct {
	sticker model.Sticker
	side    int // in pixels
}

// maxStickerImages bounds the cache: a change of the text's size makes new ones.
const maxStickerImages = 256

// book is what the bundle has, read once for each bundle.
func (k *Kit) book() *stickers {
	if k.stickers != nil && k.stickers.of == k.Words {
		return k.stickers
	}
	b := &stickers{of: k.Words, all: model.Stickers{}, byName: map[model.Sticker]resources.Sticker{}, images: map[stickerImage]image.Image{}}
	for _, pack := range k.Words.Stickers() {
		for _, s := range pack.Stickers {
			if one := (model.Sticker{Pack: pack.ID, Name: s.ID}); b.all.Add(one) {
				b.byName[one] = s
			}
		}
	}
	k.stickers = b
	return b
}

// Stickers are those that can be sent and are drawn as pictures.
func (k *Kit) Stickers() model.Stickers { return k.book().all }

// StickerWords say what a sticker shows.
func (k *Kit) StickerWords(s model.Sticker) string { return k.Words.Text(k.book().byName[s].Text) }

// Plainly is a text for where no picture can stand: of a sticker its words.
func (k *Kit) Plainly(text string) string {
	if s, ok := k.book().all.In(text); ok {
		return k.StickerWords(s)
	}
	return text
}

// picture is a sticker's, that many pixels wide and high; nil where it can not be read.
func (b *stickers) picture(s model.Sticker, side int) image.Image {
	key := stickerImage{s, side}
	if m, ok := b.images[key]; ok {
		return m
	}
	if len(b.images) >= maxStickerImages {
		clear(b.images)
	}
	var scaled image.Image
	if from, err := png.Decode(bytes.NewReader(b.byName[s].PNG)); err == nil {
		scaled = fitSquare(from, side)
	}
	b.images[key] = scaled
	return scaled
}

// sticker is the picture that a row consists of; false for any other row.
func (e *entry) sticker() bool { return !e.row.Sticker.IsZero() && !e.row.Sealed && !e.row.Retracted }

// bare says whether a row is a picture without a bubble around it.
func (e *entry) bare() bool { return e.sticker() && !e.row.Quote.Shown }

// measureSticker finds the places in a row that is a picture: where others have their text
// this has it.
func (e *entry) measureSticker(column, left, inside float32) {
	p, padX := e.on, theme.Size(theme.SizeInset)
	e.text = e.text.again(e.row.Text, textFace(), inside, false) // what is copied
	side := p.up(min(stickerSide*max(theme.Scale(), 1), inside))
	quoteWidth, above := e.measureQuote(inside)
	stamp := e.measureStamp()
	w, h := max(side, quoteWidth, stamp), above+side
	if stamp > 0 {
		h += stampFace().line() + theme.Size(theme.SizeGap)
	}
	w = p.up(w)
	x := left + theme.Size(theme.SizeInset)
	at := x + padX
	if e.row.Own {
		x += column - w - 2*padX
		at = x + padX + w - side
	}
	e.box = frame{x, e.gap, w + 2*padX, p.up(h + 2*bubblePadY)}
	e.textAt, e.textWidth = fyne.NewPos(at, e.gap+bubblePadY+above), side
	e.placeQuote()
	e.placeStamp(stamp)
	if e.bare() {
		e.onBackground()
	}
	e.height = e.gap + e.box.h
}

// onBackground gives the marks colours for where no bubble is under them.
func (e *entry) onBackground() {
	for _, m := range []*mark{&e.mark, &e.guard} {
		switch {
		case m.token == theme.ColorLinkOwn:
			m.token = theme.ColorLink
		case m.icon == "alert":
			m.token = theme.ColorDanger
		case m.token == theme.ColorOnBubbleOwn:
			m.token = theme.ColorTextMuted
		}
	}
}

// drawSticker draws the picture in the place of the text; its words where it can not be
// read.
func (v *bubbleView) drawSticker(s sign, with ink, out []fyne.CanvasObject) []fyne.CanvasObject {
	e := s.entry
	book := e.on.kit.book()
	picture := book.picture(e.row.Sticker, max(int(e.textWidth*max(s.scale, 1)+0.5), 1))
	if picture == nil {
		words := newLines(e.on.kit.StickerWords(e.row.Sticker), textFace(), e.textWidth, 3)
		return v.text.draw(words, e.textAt, e.textWidth, 0, len(words.lines), 0, 0, with, out)
	}
	if v.sticker == nil {
		v.sticker = &canvas.Image{FillMode: canvas.ImageFillContain}
	}
	if v.sticker.Image != picture {
		v.sticker.Image = picture
		v.sticker.Refresh()
	}
	place(v.sticker, e.textAt.X, e.textAt.Y, e.textWidth, e.textWidth)
	return append(out, v.sticker)
}
