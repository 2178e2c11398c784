// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"sync"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/harfbuzz"

	"chatsecure.org/desktop/resources"
)

var errEmojiFont = errors.New("emoji font can not be read")

// The tables with the pictures and with where they are, by their tags.
const (
	tableCBDT = 'C'<<24 | 'B'<<16 | 'D'<<8 | 'T'
	tableCBLC = 'C'<<24 | 'B'<<16 | 'L'<<8 | 'C'
)

// emojiFont finds the pictures of a colour bitmap font (OpenType CBLC and
// CBDT). The pictures stay where they lie in the program's file: only the
// tables for shaping, a hundredth of the font, are read into memory.
type emojiFont struct {
	data   string
	cbdt   span
	ranges []bitmapRange
	shaper *harfbuzz.Font
	buffer *harfbuzz.Buffer
}

// span is a part of the file.
type span struct{ from, to int }

// bitmapRange is an index subtable of format 1: an offset for each glyph.
type bitmapRange struct {
	first, last int
	offsets     span // of uint32, one more than glyphs
	base        int  // where the pictures of this range begin
}

// theEmojiFont is parsed when the first emoji is shown; nil if it is damaged.
var theEmojiFont = sync.OnceValue(func() *emojiFont {
	f, err := newEmojiFont(resources.EmojiFont())
	if err != nil {
		return nil
	}
	return f
})

// newEmojiFont reads the directory and the small tables of a font.
func newEmojiFont(data string) (*emojiFont, error) {
	tables, err := sfntTables(data)
	if err != nil {
		return nil, err
	}
	face, err := font.ParseTTF(bytes.NewReader(sfntWithout(data, tables, tableCBDT, tableCBLC)))
	if err != nil {
		return nil, err
	}
	f := &emojiFont{data: data, cbdt: tables[tableCBDT], shaper: harfbuzz.NewFont(face), buffer: harfbuzz.NewBuffer()}
	return f, f.readIndex(tables[tableCBLC])
}

func (f *emojiFont) u16(at int) int {
	if at < 0 || at+2 > len(f.data) {
		return 0
	}
	return int(f.data[at])<<8 | int(f.data[at+1])
}

func (f *emojiFont) u32(at int) int { return f.u16(at)<<16 | f.u16(at+2) }

// readIndex reads the first strike of CBLC (OpenType, "CBLC").
func (f *emojiFont) readIndex(cblc span) error {
	if cblc.to-cblc.from < 8+48 || f.u32(cblc.from+4) == 0 {
		return errEmojiFont
	}
	size := cblc.from + 8
	array := cblc.from + f.u32(size)
	for i := range f.u32(size + 8) {
		entry := array + 8*i
		sub := array + f.u32(entry+4)
		if entry+8 > cblc.to || sub+8 > cblc.to {
			return errEmojiFont
		}
		r := bitmapRange{first: f.u16(entry), last: f.u16(entry + 2), base: f.cbdt.from + f.u32(sub+4)}
		r.offsets = span{sub + 8, sub + 8 + 4*(r.last-r.first+2)}
		if f.u16(sub) == 1 && f.u16(sub+2) == 17 && r.last >= r.first && r.offsets.to <= cblc.to {
			f.ranges = append(f.ranges, r)
		}
	}
	if len(f.ranges) == 0 {
		return errEmojiFont
	}
	return nil
}

// png is the picture of a glyph, a slice of the font; "" for none.
func (f *emojiFont) png(glyph int) string {
	for _, r := range f.ranges {
		if glyph < r.first || glyph > r.last {
			continue
		}
		at := r.offsets.from + 4*(glyph-r.first)
		from, to := r.base+f.u32(at), r.base+f.u32(at+4)
		// Format 17: five bytes of metrics, the length, the PNG.
		if to > f.cbdt.to || to-from < 9 {
			return ""
		}
		n := f.u32(from + 5)
		if n > to-from-9 {
			return ""
		}
		return f.data[from+9 : from+9+n]
	}
	return ""
}

// glyphs shapes one grapheme cluster: one glyph for a sequence that the font
// knows, more for one that it does not; nil when a part has no picture.
func (f *emojiFont) glyphs(cluster string) []int {
	f.buffer.Clear()
	f.buffer.AddRunes([]rune(cluster), 0, -1)
	f.buffer.GuessSegmentProperties()
	f.buffer.Props.Direction = harfbuzz.LeftToRight
	f.buffer.Shape(f.shaper, nil)
	var found []int
	for i, info := range f.buffer.Info {
		switch glyph := int(info.Glyph); {
		case f.png(glyph) != "":
			found = append(found, glyph)
		case glyph == 0 || f.buffer.Pos[i].XAdvance > 0:
			return nil
		}
	}
	return found
}

// sfntTables reads the directory of a font file: where each tag's table is.
func sfntTables(data string) (map[int]span, error) {
	if len(data) < 12 {
		return nil, errEmojiFont
	}
	f := emojiFont{data: data}
	tables := map[int]span{}
	for i := range f.u16(4) {
		entry := 12 + 16*i
		s := span{f.u32(entry + 8), f.u32(entry+8) + f.u32(entry+12)}
		if entry+16 > len(data) || s.from > len(data) || s.to > len(data) {
			return nil, errEmojiFont
		}
		tables[f.u32(entry)] = s
	}
	return tables, nil
}

// sfntWithout is a font file that lacks some tables.
func sfntWithout(data string, tables map[int]span, without ...int) []byte {
	kept := maps.Clone(tables)
	for _, tag := range without {
		delete(kept, tag)
	}
	head := append([]byte(data[:4]), 0, 0, 0, 0, 0, 0, 0, 0)
	binary.BigEndian.PutUint16(head[4:], uint16(len(kept)))
	var body []byte
	for tag, s := range kept {
		head = binary.BigEndian.AppendUint32(head, uint32(tag))
		head = append(head, 0, 0, 0, 0) // the checksum, which nobody checks
		head = binary.BigEndian.AppendUint32(head, uint32(12+16*len(kept)+len(body)))
		head = binary.BigEndian.AppendUint32(head, uint32(s.to-s.from))
		body = append(body, data[s.from:s.to]...)
		body = append(body, make([]byte, -len(body)&3)...)
	}
	return append(head, body...)
}
