// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/go-text/typesetting/font"
)

// canRead says whether the toolkit can draw with a font: it reads it with the same
// parser, and stops the program where that fails.
func canRead(data []byte) (ok bool) {
	defer func() { ok = ok && recover() == nil }()
	_, err := font.ParseTTF(bytes.NewReader(data))
	return err == nil
}

// exchanging are the tables of a font that put other signs, or other places, where
// certain letters stand one after the other.
var exchanging = []string{"GSUB", "GPOS", "morx", "mort", "kerx", "kern"}

// exchanges says which of these tables a font has.
func exchanges(data []byte) (tables []string) {
	eachTable(data, func(tag []byte) {
		if slices.Contains(exchanging, string(tag)) {
			tables = append(tables, string(tag))
		}
	})
	return tables
}

// letterByLetter is the font without these tables: with them a few words, like "Not
// encrypted", could be drawn as others, whatever the text says.
func letterByLetter(data []byte) []byte {
	data = slices.Clone(data)
	eachTable(data, func(tag []byte) {
		if slices.Contains(exchanging, string(tag)) {
			tag[0] = '-' // a name that nobody asks for
		}
	})
	return data
}

// eachTable calls f with the names in the table directory of a checked font
// (OpenType 1.9, "Organization of an OpenType font").
func eachTable(data []byte, f func(tag []byte)) {
	if len(data) < 12 {
		return
	}
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		if at := 12 + 16*i; at+4 <= len(data) {
			f(data[at : at+4])
		}
	}
}
