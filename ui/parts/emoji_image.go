// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"container/list"
	"image"
	"image/png"
	"strings"

	"golang.org/x/image/draw"
)

// maxEmojiImages bounds what is kept: 512 pictures of 20 pixels are under a
// megabyte.
const maxEmojiImages = 512

// emojiImages keeps scaled pictures, the least recently used goes first.
var emojiImages = imageCache{byKey: map[emojiKey]*list.Element{}, order: list.New(), most: maxEmojiImages}

type emojiKey struct {
	glyph, side int
}

type imageCache struct {
	byKey map[emojiKey]*list.Element
	order *list.List
	most  int
}

type cachedImage struct {
	key   emojiKey
	image image.Image
}

// get is the picture of a glyph, side pixels wide and high; nil for none.
func (c *imageCache) get(f *emojiFont, glyph, side int) image.Image {
	key := emojiKey{glyph, side}
	if e, ok := c.byKey[key]; ok {
		c.order.MoveToFront(e)
		return e.Value.(cachedImage).image
	}
	from, err := png.Decode(strings.NewReader(f.png(glyph)))
	if err != nil {
		return nil
	}
	scaled := fitSquare(from, side)
	c.byKey[key] = c.order.PushFront(cachedImage{key, scaled})
	for c.order.Len() > c.most {
		last := c.order.Back()
		delete(c.byKey, last.Value.(cachedImage).key)
		c.order.Remove(last)
	}
	return scaled
}

// fitSquare scales a picture into the middle of a square.
func fitSquare(from image.Image, side int) image.Image {
	b := from.Bounds()
	most := max(b.Dx(), b.Dy(), 1)
	w, h := (b.Dx()*side+most/2)/most, (b.Dy()*side+most/2)/most
	at := image.Pt((side-w)/2, (side-h)/2)
	to := image.NewNRGBA(image.Rect(0, 0, side, side))
	draw.CatmullRom.Scale(to, image.Rectangle{at, at.Add(image.Pt(w, h))}, from, b, draw.Src, nil)
	return to
}
