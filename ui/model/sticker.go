// SPDX-License-Identifier: MPL-2.0

package model

import "strings"

// A sticker travels as a short text that every program can show: ":pack-name:", or in the
// form of older programs "/sticker:pack/name.png". It is a picture only where it is all
// that a message says and the pack is here; else the text stays what it is.

// Sticker names one picture of a pack.
type Sticker struct {
	Pack, Name string
}

// maxSticker is the longest code that is looked at, in bytes.
const maxSticker = 200

const (
	oldSticker = "/sticker:"
	oldEnding  = ".png"
)

// Code is the text that stands for the sticker.
func (s Sticker) Code() string { return ":" + s.Pack + "-" + s.Name + ":" }

// IsZero says whether this is none.
func (s Sticker) IsZero() bool { return s == Sticker{} }

// Stickers are those that are here, by the key of their pack and name.
type Stickers map[string]Sticker

// stickerKey is what packs and names are compared by: programs differ in how they write
// them.
func stickerKey(pack, name string) string {
	fold := func(s string) string {
		return strings.Map(func(r rune) rune {
			switch {
			case r >= 'A' && r <= 'Z':
				return r + 'a' - 'A'
			case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '&' || r == ' ' || r == '-':
				return r
			}
			return -1
		}, s)
	}
	return fold(pack) + "/" + fold(name)
}

// Valid says whether a sticker's code is read as that sticker again: the first dash ends the
// name of the pack, and a colon ends all.
func (s Sticker) Valid() bool {
	ok := func(name string, dash bool) bool {
		return name != "" && strings.TrimSpace(name) == name && !strings.ContainsFunc(name, func(r rune) bool {
			return r <= ' ' && r != ' ' || r >= 0x7f || strings.ContainsRune(":/\\.", r) || r == '-' && !dash
		})
	}
	return ok(s.Pack, false) && ok(s.Name, true) && len(s.Code()) <= maxSticker
}

// Add adds a sticker that is here. One whose code would be read as something else is left
// out, and so is another of the same key.
func (s Stickers) Add(one Sticker) bool {
	key := stickerKey(one.Pack, one.Name)
	if _, there := s[key]; there || !one.Valid() {
		return false
	}
	s[key] = one
	return true
}

// SetStickers says which stickers are drawn as pictures.
func (t *Timeline) SetStickers(s Stickers) {
	t.stickers = s
	call(t.OnChange)
}

// In is the sticker that a message consists of; false for any other text.
func (s Stickers) In(body string) (Sticker, bool) {
	body = strings.TrimSpace(body)
	if len(s) == 0 || len(body) > maxSticker {
		return Sticker{}, false
	}
	var pack, name string
	ok := false
	if inside, old := strings.CutPrefix(body, oldSticker); old {
		if inside, ok = strings.CutSuffix(inside, oldEnding); ok {
			pack, name, ok = strings.Cut(inside, "/")
		}
	} else if len(body) > 2 && body[0] == ':' && body[len(body)-1] == ':' {
		pack, name, ok = strings.Cut(body[1:len(body)-1], "-")
	}
	if !ok || strings.ContainsAny(pack+name, ":/\\\n") {
		return Sticker{}, false
	}
	one, known := s[stickerKey(pack, name)]
	return one, known
}
