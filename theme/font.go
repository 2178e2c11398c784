// SPDX-License-Identifier: MPL-2.0

package theme

import (
	"encoding/binary"
	"strconv"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
	"golang.org/x/text/language"

	"chatsecure.org/desktop/resources"
)

// The toolkit looks for a letter in the theme's font, then in its own (Noto Sans:
// Latin, Greek, Cyrillic), in its emoji, in its symbols, and then in what the system has.
// Chinese characters, kana and Hangul have only the first place to come from, and our
// font of these has nothing else, so that it can stand there. It takes seven megabytes of
// memory a style: a window in another language does without until somebody writes such
// a character (NeedEastAsian).

// Fonts are the fonts of a bundle, TrueType or OpenType; nil is the toolkit's own.
type Fonts struct{ Regular, Bold, Italic, BoldItalic, Mono, Symbols []byte }

// fonts is the same as resources of the toolkit.
type fonts struct {
	id        int
	own       map[fyne.TextStyle]fyne.Resource
	language  language.Tag
	eastAsian bool
}

// lastFonts is the number of the latest fonts, so that what was measured with others is
// known.
var lastFonts int

// With is the theme with the fonts of a bundle, and for a language: readers of Chinese,
// Japanese and Korean know many characters in shapes of their own.
func (t *Theme) With(f Fonts, tag language.Tag) *Theme {
	c := *t
	lastFonts++
	c.fonts = fonts{
		id: lastFonts, language: tag, eastAsian: eastAsianSeen || resources.EastAsian(tag), own: map[fyne.TextStyle]fyne.Resource{},
	}
	for style, data := range map[fyne.TextStyle][]byte{
		{}: f.Regular, {Bold: true}: f.Bold, {Italic: true}: f.Italic, {Bold: true, Italic: true}: f.BoldItalic,
		{Monospace: true}: f.Mono, {Symbol: true}: f.Symbols,
	} {
		if r := fontResource(len(c.fonts.own), data); r != nil {
			c.fonts.own[style] = r
		}
	}
	return &c
}

// fontResource is nil for what is no font: the toolkit would stop at it.
func fontResource(i int, data []byte) fyne.Resource {
	if len(data) < 12 {
		return nil
	}
	switch binary.BigEndian.Uint32(data) {
	case 0x00010000, 'O'<<24 | 'T'<<16 | 'T'<<8 | 'O', 't'<<24 | 'r'<<16 | 'u'<<8 | 'e':
		return fyne.NewStaticResource("bundle-"+strconv.Itoa(i), data)
	}
	return nil
}

// FontsID changes when letters may have become wider or narrower.
func FontsID() int { return current.fonts.id }

// eastAsianSeen says that somebody has written Chinese characters, kana or Hangul.
var eastAsianSeen bool

// OnEastAsian is called once, when such a character is to be shown and the theme in use
// can not: whoever sets it makes the theme again, not at once, since somebody is drawing.
var OnEastAsian func()

// NeedEastAsian says that Chinese characters, kana or Hangul are to be shown.
func NeedEastAsian() {
	if !eastAsianSeen && !current.fonts.eastAsian {
		eastAsianSeen = true
		if OnEastAsian != nil {
			OnEastAsian()
		}
	}
}

// Cover looks at a text that is to be shown.
func Cover(text string) {
	if eastAsianSeen || current.fonts.eastAsian {
		return
	}
	for i := 0; i < len(text); i++ {
		if text[i] < 0xE1 { // what begins before U+1000
			continue
		}
		for _, r := range text[i:] {
			if r >= 0x1100 && r <= 0x11FF || r >= 0x2E80 && r <= 0xA4CF || r >= 0xA960 && r <= 0xA97F ||
				r >= 0xAC00 && r <= 0xD7FF || r >= 0xF900 && r <= 0xFAFF || r >= 0xFE30 && r <= 0xFE4F ||
				r >= 0xFF00 && r <= 0xFFEF || r >= 0x20000 && r <= 0x3FFFF {
				NeedEastAsian()
				return
			}
		}
		return
	}
}

// usualSymbols is what the toolkit's font of symbols holds by itself.
var usualSymbols []byte

// place puts Chinese characters, kana and Hangul where the toolkit looks last when the
// first place is a bundle's. There is no way but to fill its own font of symbols with
// them, in one weight; it is read again with the next theme.
func (f fonts) place() {
	symbols, ok := fynetheme.DefaultSymbolFont().(*fyne.StaticResource)
	if !ok {
		return
	}
	if usualSymbols == nil {
		usualSymbols = symbols.StaticContent
	}
	symbols.StaticContent = usualSymbols
	if f.eastAsian && len(f.own) > 0 {
		symbols.StaticContent = eastAsianFont(f.language, false).Content()
	}
}

// KeyFont is what the digits of keys are drawn with, in every bundle: a font of somebody's
// could draw them all alike. Its letters have one width.
func KeyFont() fyne.Resource { return fynetheme.DefaultTextMonospaceFont() }

// Font is what the toolkit draws letters with: see above for what it takes when this has
// not got one.
func (t *Theme) Font(s fyne.TextStyle) fyne.Resource {
	style := fyne.TextStyle{Bold: s.Bold, Italic: s.Italic}
	switch {
	case s.Symbol:
		style = fyne.TextStyle{Symbol: true}
	case s.Monospace:
		style = fyne.TextStyle{Monospace: true}
	}
	f := t.fonts
	if own := f.own[style]; own != nil {
		return own
	}
	if f.eastAsian && !s.Symbol {
		return eastAsianFont(f.language, s.Bold)
	}
	return fynetheme.DefaultTheme().Font(s)
}

// wide is one of our fonts for Chinese characters, kana and Hangul. The toolkit asks for
// its bytes once for each style, and keeps what it has read.
type wide struct {
	tag  language.Tag
	bold bool
}

func eastAsianFont(tag language.Tag, bold bool) fyne.Resource {
	if !resources.EastAsian(tag) {
		tag = language.SimplifiedChinese
	}
	return wide{tag, bold}
}

// Name implements fyne.Resource.
func (w wide) Name() string {
	if w.bold {
		return "cjk-bold-" + w.tag.String()
	}
	return "cjk-" + w.tag.String()
}

// Content implements fyne.Resource.
func (w wide) Content() []byte { return resources.EastAsianFont(w.tag, w.bold) }
