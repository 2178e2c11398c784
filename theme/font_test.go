// SPDX-License-Identifier: MPL-2.0

package theme

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
	"github.com/go-text/typesetting/font"
	"golang.org/x/text/language"

	"chatsecure.org/desktop/resources"
)

// textsOf are the texts of each language of the embedded bundle.
func textsOf(t *testing.T) map[language.Tag]string {
	t.Helper()
	files, err := filepath.Glob("../resources/default.csres/strings/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no texts", err)
	}
	all := map[language.Tag]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]any
		if err := json.Unmarshal(data, &texts); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		tag := language.English
		if name := strings.TrimSuffix(filepath.Base(file), ".json"); name != "base" {
			tag = language.MustParse(name)
		}
		var b strings.Builder
		for _, text := range texts {
			collect(&b, text)
		}
		all[tag] = b.String()
	}
	return all
}

func collect(b *strings.Builder, v any) {
	switch v := v.(type) {
	case string:
		b.WriteString(v)
	case map[string]any:
		for _, each := range v {
			collect(b, each)
		}
	}
}

// faces are what the toolkit looks into before it asks the system, in its order.
func faces(t *testing.T, th *Theme, s fyne.TextStyle) (all []*font.Face) {
	t.Helper()
	for _, r := range []fyne.Resource{
		th.Font(s), fynetheme.DefaultTheme().Font(s), fynetheme.DefaultEmojiFont(), fynetheme.DefaultSymbolFont(),
		fyne.NewStaticResource("emoji", []byte(resources.EmojiFont())), // which the window draws itself
	} {
		f, err := font.ParseTTF(bytes.NewReader(r.Content()))
		if err != nil {
			t.Fatalf("%s: %v", r.Name(), err)
		}
		all = append(all, f)
	}
	return all
}

func has(faces []*font.Face, r rune) bool {
	for _, f := range faces {
		if _, ok := f.NominalGlyph(r); ok {
			return true
		}
	}
	return false
}

var styles = []fyne.TextStyle{{}, {Bold: true}, {Italic: true}, {Bold: true, Italic: true}, {Monospace: true}}

// TestEveryLetterHasAFont needs nothing that the system has: a computer without any font
// shows every text of every language.
func TestEveryLetterHasAFont(t *testing.T) {
	usual := mustNew(resources.Default().Palette(), Options{})
	for tag, text := range textsOf(t) {
		for _, s := range styles {
			th := usual.With(Fonts{}, tag)
			all := faces(t, th, s)
			missing := map[rune]bool{}
			for _, r := range text {
				if !has(all, r) && !missing[r] {
					missing[r] = true
					t.Errorf("%s, %+v: no font has %q (%U)", tag, s, r, r)
				}
			}
		}
	}
}

// TestScriptsOfOthersHaveAFont is for the list of languages, and for what people write.
func TestScriptsOfOthersHaveAFont(t *testing.T) {
	usual := mustNew(resources.Default().Palette(), Options{})
	th := usual.With(Fonts{}, language.Japanese)
	for _, s := range styles {
		all := faces(t, th, s)
		for _, r := range "简体中文 繁體中文 日本語 한국어 똠방각하 ひらがなカタカナ 、。「」…—！？（）：Ωж €•№" {
			if !has(all, r) {
				t.Errorf("%+v: no font has %q (%U)", s, r, r)
			}
		}
	}
}

// TestShapes knows 直 from its glyphs: what the readers of Chinese, Japanese and
// Korean call by the same code is not drawn the same.
func TestShapes(t *testing.T) {
	t.Parallel()
	glyph := func(tag language.Tag, r rune) font.GID {
		f, err := font.ParseTTF(bytes.NewReader(resources.EastAsianFont(tag, false)))
		if err != nil {
			t.Fatal(err)
		}
		g, ok := f.NominalGlyph(r)
		if !ok {
			t.Fatalf("%s: no %q", tag, r)
		}
		return g
	}
	ja, zh, ko, ru := language.Japanese, language.MustParse("zh-Hans"), language.Korean, language.Russian
	if glyph(ja, '直') == glyph(zh, '直') {
		t.Error("直 is drawn in Japanese as in Chinese")
	}
	if glyph(ja, '一') != glyph(zh, '一') {
		t.Error("一 is there twice")
	}
	if glyph(ko, '한') != glyph(ja, '한') {
		t.Error("한 is there twice")
	}
	if glyph(ru, '直') != glyph(zh, '直') {
		t.Error("a language without Chinese characters has not got the usual ones")
	}
}

// TestFontsWhenNeeded changes what the package keeps: it is not parallel.
func TestFontsWhenNeeded(t *testing.T) {
	was := current
	t.Cleanup(func() { OnEastAsian, eastAsianSeen = nil, false; Use(was) })
	usual := mustNew(resources.Default().Palette(), Options{})
	asked := 0
	OnEastAsian = func() { asked++ }
	Use(usual.With(Fonts{}, language.German))
	if Current().Font(fyne.TextStyle{}) != fynetheme.DefaultTextFont() {
		t.Error("German needs another font")
	}
	Cover("Grüße, приветы “and” 👍🏽 → …")
	if asked != 0 {
		t.Error("asked for what nobody needs")
	}
	Cover("Das heißt 漢字.")
	Cover("한글")
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	before := FontsID()
	Use(usual.With(Fonts{}, language.German))
	if FontsID() == before || Current().Font(fyne.TextStyle{Bold: true}).Name() != "cjk-bold-zh-Hans" {
		t.Error("not there when it is needed")
	}
	Use(usual.With(Fonts{}, language.Japanese))
	if Current().Font(fyne.TextStyle{}).Name() != "cjk-ja" {
		t.Error("Japanese is not in Japanese shapes")
	}
	own := fynetheme.DefaultTextItalicFont().Content() // stands for a brand's
	Use(usual.With(Fonts{Regular: own}, language.Japanese))
	if !bytes.Equal(Current().Font(fyne.TextStyle{}).Content(), own) {
		t.Error("a bundle's font is not used")
	}
	if !has(faces(t, Current(), fyne.TextStyle{}), '直') {
		t.Error("with a bundle's font there is no Japanese")
	}
	Use(usual.With(Fonts{Regular: []byte("no font at all")}, language.German))
	if Current().Font(fyne.TextStyle{}).Name() != "cjk-zh-Hans" {
		t.Error("what is no font is used")
	}
}
