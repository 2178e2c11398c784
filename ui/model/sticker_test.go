// SPDX-License-Identifier: MPL-2.0

package model

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func packs() Stickers {
	s := Stickers{}
	for _, one := range []Sticker{{"blob", "hello"}, {"blob", "good-night"}, {"Losar Pack", "Cool Yak"}} {
		s.Add(one)
	}
	return s
}

func TestStickerCodes(t *testing.T) {
	s := packs()
	for text, want := range map[string]Sticker{
		":blob-hello:": {"blob", "hello"}, " :blob-hello:\n": {"blob", "hello"}, ":BLOB-Hello:": {"blob", "hello"},
		":blob-good-night:": {"blob", "good-night"}, "/sticker:blob/hello.png": {"blob", "hello"}, "/sticker:Blob/good-night.png": {"blob", "good-night"},
		":losar pack-cool yak:": {"Losar Pack", "Cool Yak"}, ":bl’ob-hello!:": {"blob", "hello"},
	} {
		if got, ok := s.In(text); !ok || got != want {
			t.Errorf("%q is read as %v, %t", text, got, ok)
		}
	}
	for _, text := range []string{
		"", ":", "::", ":-:", ":blob:", ":blob-:", ":blob-unknown:", ":other-hello:", "look :blob-hello:", ":blob-hello: :blob-hello:", ":blob-hello::",
		"/sticker:blob/hello", "/sticker:blob/hello.gif", "/sticker:blob/../hello.png", "/sticker:/blob/hello.png", "/sticker:blob/hello.png.png.exe",
		":blob/hello:", ":../blob-hello:", ":blob-hello\n:", ":blob-" + strings.Repeat("hello", 100) + ":", ":)", "8-)", ":smile:",
	} {
		if got, ok := s.In(text); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	if _, ok := (Stickers{}).In(":blob-hello:"); ok {
		t.Error("without a pack there is a sticker")
	}
}

func TestStickersWithHostileNames(t *testing.T) {
	for _, one := range []Sticker{
		{},
		{"", "x"},
		{"x", ""},
		{"a-b", "x"},
		{"a:b", "x"},
		{"a", "x:y"},
		{"a", "../x"},
		{"a", "x.png"},
		{"a", "x\n"},
		{" a", "x"},
		{"a", "x\u202e"},
		{"a", strings.Repeat("x", 300)},
	} {
		s := Stickers{}
		if s.Add(one) || len(s) != 0 {
			t.Errorf("%+q was taken", one)
		}
	}
	s := packs()
	if s.Add(Sticker{"BLOB", "HELLO"}) {
		t.Error("one that is there already was taken")
	}
}

// TestStickerRoundTrip: what can be sent is read as what was sent, and no text is read as
// a sticker that is not there.
func TestStickerRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := packs()
		one := Sticker{rapid.String().Draw(t, "pack"), rapid.String().Draw(t, "name")}
		if s.Add(one) {
			if got, ok := s.In(one.Code()); !ok || got != one {
				t.Fatalf("%q is read as %v, %t", one.Code(), got, ok)
			}
			if got, ok := s.In(oldSticker + one.Pack + "/" + one.Name + oldEnding); !ok || got != one {
				t.Fatalf("the old form of %v is read as %v, %t", one, got, ok)
			}
		}
		text := rapid.String().Draw(t, "text")
		if got, ok := s.In(text); ok && s[stickerKey(got.Pack, got.Name)] != got {
			t.Fatalf("%q is read as %v, which is not here", text, got)
		}
	})
}

func FuzzStickers(f *testing.F) {
	for _, text := range []string{":blob-hello:", "/sticker:blob/hello.png", "::", ":-:", "/sticker:/.png"} {
		f.Add(text)
	}
	s := packs()
	f.Fuzz(func(t *testing.T, text string) {
		if got, ok := s.In(text); ok && (!got.Valid() || s[stickerKey(got.Pack, got.Name)] != got) {
			t.Fatalf("%q is read as %v", text, got)
		}
	})
}
