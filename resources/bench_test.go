// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"chatsecure.org/desktop/resources/csres"
)

// largeBundle is a brand with 1,000 texts in 20 languages and 100 pictures.
func largeBundle(b *testing.B) string {
	b.Helper()
	files := map[string]string{"theme/theme.json": `{"light":{"accent":"#0E6B5E"}}`}
	var base, other strings.Builder
	for i := range 1000 {
		text := fmt.Sprintf("The text number %d of a person called {name}", i)
		fmt.Fprintf(&base, ",\n  \"own.text-%04d\": {\"text\": %q}", i, text)
		fmt.Fprintf(&other, ",\n  \"own.text-%04d\": %q", i, "Übersetzt: "+text)
	}
	files[baseFile] = "{" + base.String()[1:] + "\n}\n"
	for _, tag := range strings.Fields("ar cs da de el es fi fr he hi hu it ja ko nl pl pt-BR ru uk zh-Hans") {
		files["strings/"+tag+".json"] = "{" + other.String()[1:] + "\n}\n"
	}
	for i := range 100 {
		files[fmt.Sprintf("images/own-%d.svg", i)] = strings.Replace(square, `x="4"`, fmt.Sprintf(`x="%d"`, i), 1)
	}
	return folder(b, files)
}

func BenchmarkLoad(b *testing.B) {
	dir := largeBundle(b)
	packed := filepath.Join(b.TempDir(), "packed.csres")
	if _, err := csres.Pack(dir, packed, time.Time{}); err != nil {
		b.Fatal(err)
	}
	for name, path := range map[string]string{"folder": dir, "zip": packed, "nothing": ""} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Load(LoadOptions{System: []string{}, Person: path}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLocale(b *testing.B) {
	bundle, german, english := Default(), language.German, language.English
	bundle.Locale(german)
	for b.Loop() {
		bundle.Locale(german).Locale(english)
	}
}

func BenchmarkLanguages(b *testing.B) {
	bundle := Default()
	bundle.Languages()
	for b.Loop() {
		bundle.Languages()
	}
}

func BenchmarkText(b *testing.B) {
	bundle := Default()
	name, count := any("Ana"), any(21)
	ru := bundle.Locale(language.Russian)
	for _, c := range []struct {
		name string
		text func() string
	}{
		{"plain", func() string { return bundle.Text("action.ok") }},
		{"name", func() string { return bundle.Text("block.is", "name", name) }},
		{"plural", func() string { return bundle.Text("ago.days", "count", count) }},
		{"plural-ru", func() string { return ru.Text("ago.days", "count", count) }},
		{"missing", func() string { return bundle.Text("no.such.text") }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if c.text() == "" {
					b.Fatal("nothing")
				}
			}
		})
	}
}
