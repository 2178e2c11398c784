// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"image"
	"strings"
	"testing"

	"github.com/rivo/uniseg"

	"chatsecure.org/desktop/resources"
)

func TestEmojiClusters(t *testing.T) {
	for _, c := range []struct {
		name, text string
		glyphs     int // 0: not a picture
	}{
		{"face", "😀", 1},
		{"of Unicode 15", "🫨", 1},
		{"skin tone", "👍🏽", 1},
		{"family", "👨‍👩‍👧‍👦", 1},
		{"profession with skin tone", "🧑🏿‍💻", 1},
		{"couple with two skin tones", "👩🏽‍❤️‍💋‍👨🏿", 1},
		{"flag of a country", "🇺🇦", 1},
		{"flag of a region", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", 1},
		{"rainbow flag", "🏳️‍🌈", 1},
		{"keycap", "1️⃣", 1},
		{"keycap without selector", "#⃣", 1},
		{"heart that asks for colour", "❤️", 1},
		{"heart as people type it", "❤", 1},
		{"heart that asks for text", "❤︎", 0},
		{"sequence that no font has", "😀‍🚀", 2},
		{"digit", "1", 0},
		{"letter", "a", 0},
		{"copyright", "©", 0},
		{"copyright in colour", "©️", 1},
		{"arrow", "→", 0},
		{"mahjong tile that has no picture", "🀀", 0},
		{"chess", "♞", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if n := uniseg.GraphemeClusterCount(c.text); n != 1 {
				t.Fatalf("%d clusters", n)
			}
			n := 0
			if isEmoji(c.text) {
				n = len(emojiGlyphs(c.text))
			}
			if n != c.glyphs {
				t.Errorf("%d pictures, want %d", n, c.glyphs)
			}
			l := newLayout(c.text, plainFace, 300, false)
			if got := l.pieces[0].kind == pieceEmoji; got != (c.glyphs > 0) {
				t.Errorf("laid out as a picture: %v", got)
			}
			if want := emojiSide(plainFace.size) * float32(c.glyphs); want > 0 && l.width != want {
				t.Errorf("%g wide, want %g", l.width, want)
			}
		})
	}
}

func TestEmojiPictures(t *testing.T) {
	f := theEmojiFont()
	if f == nil {
		t.Fatal("the font can not be read")
	}
	cache := imageCache{byKey: emojiImages.byKey, order: emojiImages.order, most: 4}
	for _, text := range []string{"😀", "🇺🇦", "👨‍👩‍👧‍👦", "🧑🏿‍💻", "❤️", "1️⃣"} {
		picture := cache.get(f, emojiGlyphs(text)[0], 20)
		if picture == nil || picture.Bounds() != image.Rect(0, 0, 20, 20) {
			t.Fatalf("%s: no picture of 20 pixels", text)
		}
		if cache.get(f, emojiGlyphs(text)[0], 20) != picture {
			t.Errorf("%s: drawn twice", text)
		}
		opaque := 0
		for y := range 20 {
			for x := range 20 {
				if _, _, _, a := picture.At(x, y).RGBA(); a > 0x8000 {
					opaque++
				}
			}
		}
		if opaque < 100 {
			t.Errorf("%s: %d of 400 pixels", text, opaque)
		}
	}
	if n := cache.order.Len(); n != 4 || len(cache.byKey) != 4 {
		t.Errorf("%d pictures are kept, %d keys", n, len(cache.byKey))
	}
	if cache.get(f, 1<<20, 20) != nil {
		t.Error("a picture of a glyph that is not there")
	}
}

func TestSequencesAreBounded(t *testing.T) {
	for i := range maxSequences + 10 {
		emojiGlyphs(string(rune(0x1F600)) + strings.Repeat("\u0301", i%7) + string(rune(0x4E00+i)))
	}
	if len(sequences) > maxSequences {
		t.Errorf("%d are kept", len(sequences))
	}
	if emojiGlyphs(strings.Repeat("👨\u200d", 30)) != nil {
		t.Error("a chain without end is shaped")
	}
}

// TestDamagedFont cuts and spoils the font: a brand may bring its own.
func TestDamagedFont(t *testing.T) {
	good := resources.EmojiFont()
	tables, err := sfntTables(good)
	if err != nil {
		t.Fatal(err)
	}
	cblc := tables[tableCBLC]
	spoil := func(at int, with string) string { return good[:at] + with + good[at+len(with):] }
	for name, data := range map[string]string{
		"empty":              "",
		"a few bytes":        good[:10],
		"directory cut":      good[:100],
		"half":               good[:len(good)/2],
		"no strikes":         spoil(cblc.from+4, "\x00\x00\x00\x00"),
		"index outside":      spoil(cblc.from+8, "\xff\xff\xff\xf0"),
		"other kind of data": spoil(cblc.from+8+48, strings.Repeat("\xff", 64)),
	} {
		if f, err := newEmojiFont(data); err == nil {
			t.Errorf("%s: taken, with %d ranges", name, len(f.ranges))
		}
	}
	f := *theEmojiFont()
	f.data = f.data[:f.cbdt.from+64]
	if f.png(f.ranges[0].first+10) != "" {
		t.Error("a picture behind the end")
	}
}
