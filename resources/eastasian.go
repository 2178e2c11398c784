// SPDX-License-Identifier: MPL-2.0

package resources

import (
	_ "embed" // the fonts are read where they lie in the program's file
	"encoding/binary"
	"slices"

	"golang.org/x/text/language"
)

// The fonts of scripts/fonts: a weight a file, in each Chinese, Japanese and Korean in
// the order of eastAsian. fonts/OFL.txt is their licence.
//
//go:embed fonts/NotoSansCJK-Regular.ttc
var cjkRegular string

//go:embed fonts/NotoSansCJK-Bold.ttc
var cjkBold string

var eastAsian = []language.Tag{language.SimplifiedChinese, language.Japanese, language.Korean}

// EastAsian says whether a language is written with what EastAsianFont has.
func EastAsian(tag language.Tag) bool {
	base, _ := tag.Base()
	return base.String() == "zh" || base.String() == "ja" || base.String() == "ko"
}

// EastAsianFont is a font (OpenType with CFF) with Chinese characters, kana and Hangul
// as the readers of a language write them: many characters have one code and several
// shapes. Any other language gets the Chinese ones. It has nothing else, not even a
// space. The bytes are made anew by each call, five million of them: ask once.
func EastAsianFont(tag language.Tag, bold bool) []byte {
	data := cjkRegular
	if bold {
		data = cjkBold
	}
	base, _ := tag.Base()
	i := slices.IndexFunc(eastAsian, func(t language.Tag) bool { b, _ := t.Base(); return b == base })
	return fontOf(data, max(i, 0))
}

// fontOf takes one font out of a collection ("TTC Header" and "Table Directory" of
// OpenType). The collection is ours: nothing in it is checked.
func fontOf(data string, i int) []byte {
	u16 := func(at int) int { return int(data[at])<<8 | int(data[at+1]) }
	u32 := func(at int) int { return u16(at)<<16 | u16(at+2) }
	const header, record = 12, 16
	from := u32(header + 4*i)
	n := u16(from + 4)
	out := []byte(data[from : from+header+record*n])
	for k := range n {
		at := header + record*k
		start, length := u32(from+at+8), u32(from+at+12)
		binary.BigEndian.PutUint32(out[at+8:], uint32(len(out))) //nolint:gosec // a few MiB
		out = append(out, data[start:start+length]...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out
}

//go:embed fonts/OFL.txt
var fontLicence string

// FontLicence is whose the fonts are that the program brings, and their licence.
func FontLicence() string { return fontLicence }
