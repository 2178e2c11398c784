// SPDX-License-Identifier: MPL-2.0

package theme

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
	"github.com/go-text/typesetting/font"

	"chatsecure.org/desktop/resources"
)

// withFont is a bundle of the person's with a font.
func withFont(t *testing.T, data []byte) (*resources.Bundle, error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"manifest.json":    `{"schema":1,"id":"org.acme.skin","name":"Acme","version":"1.0.0","locale_default":"en"}`,
		"theme/theme.json": `{"fonts":{"regular":"fonts/x.ttf","bold":"fonts/x.ttf","mono":"fonts/x.ttf"}}`,
		"fonts/x.ttf":      string(data),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return resources.Load(resources.LoadOptions{System: []string{}, Person: dir})
}

// A font that passes for one by its head alone would stop the program.
func TestFontThatCanNotBeRead(t *testing.T) {
	head := append([]byte{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}, append([]byte("glyf"), make([]byte, 12)...)...)
	if _, err := withFont(t, head); err == nil || !strings.Contains(err.Error(), "fonts/x.ttf: is no TrueType") {
		t.Errorf("it was taken (%v)", err)
	}
}

// Substitutions in a font can draw any words in the place of others.
func TestUnsignedFontIsDrawnLetterByLetter(t *testing.T) {
	parse := func(data []byte) *font.Face {
		f, err := font.ParseTTF(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	data := fynetheme.DefaultTextFont().Content()
	if f := parse(data); f.GSUB.Lookups == nil || f.GPOS.Lookups == nil {
		t.Fatal("the font to try this with exchanges nothing")
	}
	b, err := withFont(t, data)
	if err != nil {
		t.Fatal(err)
	}
	f := parse(b.Font("regular"))
	if f.GSUB.Lookups != nil || f.GPOS.Lookups != nil || f.Kern != nil || f.Kerx != nil || f.Morx != nil {
		t.Error("an unsigned font exchanges letters")
	}
	if _, ok := f.NominalGlyph('N'); !ok {
		t.Error("its letters are gone")
	}
	told := 0
	for _, l := range b.Layers() {
		for _, i := range l.Ignored {
			if strings.HasPrefix(i.Item, "fonts/x.ttf: G") {
				told++
			}
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

// What is compared by eye is drawn with the program's own font.
func TestKeyFontIsTheProgramsOwn(t *testing.T) {
	before := current
	t.Cleanup(func() { Use(before) })
	Use(before.With(Fonts{Mono: fynetheme.DefaultTextFont().Content()}, before.fonts.language))
	if s := (fyne.TextStyle{Monospace: true}); bytes.Equal(current.Font(s).Content(), KeyFont().Content()) {
		t.Error("a bundle's font draws keys")
	}
}
