// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"chatsecure.org/desktop/resources/csres"
)

// Every fault is told, by file and line, also those that the bundle works in
// spite of.
func TestCheck(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"strings/base.json": `{
 "action.ok": {"text": "Fine {now}"},
 "ago.days": {"text": {"one": "Active a day ago", "other": "Active {count} days ago"}},
 "block.is": {"text": "blocked", "colour": "red"},
 "no.such.text": {"text": "x"},
 "own.line": {"text": "Made by Acme"},
 "server.own": {"text": "Acme's server"},
 "about.text": {"text": "{app"},
 "action.back": {"text": " "}
}`,
		"strings/pl.json": `{
 "ago.days": {"one": "{count} dzień", "two": "x {count}", "other": "{count} dnia"},
 "action.save": {"one": "x", "other": "y"},
 "ago.hours": "x",
 "start.nothing": "x"
}`,
		"strings/ja.json": `{"ago.days": "{count}日前"}`,
		"theme/theme.json": `{
 "light": {
  "text": "#FBFAF6",
  "text-soft": "#000000"
 },
 "sizes": {"texts": 14},
 "corners": 3
}`,
		"icons/sand.svg":       square,
		"icons/send@dark.svg":  square,
		"icons/app-512.png":    string(Default().Icon("app-1024").SVG),
		"images/photo.jpg":     "x",
		"branding.json":        `{"about": ["own.line", "own.other"], "ui": {"mode": "full", "colour": 1}}`,
		"servers/servers.json": `{"servers": [{"domain": "a.example", "description": "server.own"}, {"domain": "b.example", "description": "server.none"}]}`,
		"policy.json":          "{\n \"accounts.max\": 1,\n \"acounts.max\": 1\n}",
		"notes.txt":            "x",
		"README.md":            "x",
		"help/page.md":         "a\n\n<b>",
	})
	var got []string
	for _, p := range Check(dir, nil).Problems {
		got = append(got, fmt.Sprintf("%v %s", p.Minor, p))
	}
	want := []string{
		`true branding.json:1: about names the text "own.other", which nobody has`,
		`true branding.json:1: the key "ui.colour" is not known`,
		`false help/page.md:3: HTML is not allowed`,
		`true icons/sand.svg: there is no picture with the id "sand" in the program`,
		`true icons/send@dark.svg: is the dark variant of a picture that the bundle does not have`,
		`true images/photo.jpg: is of a kind that nobody reads in images (.svg .png)`,
		`true notes.txt: lies where a bundle has nothing, so it does not count`,
		`false policy.json:3: policy: "acounts.max": unknown key`,
		`true servers/servers.json:1: the server b.example names the text "server.none", which nobody has`,
		`true strings/base.json:2: action.ok: nothing fills {now}`,
		`true strings/base.json:4: block.is: the key "colour" is not known`,
		`true strings/base.json:4: block.is: {name} is missing in the form "other"`,
		`true strings/base.json:5: no.such.text: there is no text with this id; a bundle's own begin with "own."`,
		`true strings/base.json:8: about.text: a brace has no other`,
		`true strings/base.json:8: about.text: {app} is missing in the form "other"`,
		`true strings/base.json:9: action.back: says nothing`,
		`true strings/pl.json:2: ago.days: the language pl has no plural form "two"`,
		`true strings/pl.json:2: ago.days: the plural form "few" is missing, which pl needs`,
		`true strings/pl.json:2: ago.days: the plural form "many" is missing, which pl needs`,
		`true strings/pl.json:3: action.save: has plural forms, and nothing to count`,
		`true strings/pl.json:4: ago.hours: has no plural forms, which the base has`,
		`true strings/pl.json:4: ago.hours: {count} is missing in the form "other"`,
		`true strings/pl.json:5: start.nothing: the base has no text with this id`,
		`true theme/theme.json:3: light: text on background has a contrast of 1.00; 4.5 is the least`,
		`true theme/theme.json:4: there is no colour "text-soft"`,
		`true theme/theme.json:6: there is no size "texts"`,
		`true theme/theme.json:7: the key "corners" is not known`,
	}
	for _, w := range want {
		if !strings.Contains("\n"+strings.Join(got, "\n")+"\n", "\n"+w+"\n") {
			t.Errorf("not told: %s", w)
		}
	}
	for _, g := range got {
		if !strings.Contains(strings.Join(want, "\n"), g) && !strings.Contains(g, "theme.json:3: light: text on") {
			t.Errorf("told besides: %s", g)
		}
	}
}

// What is embedded is a bundle like any other, and has no fault; nor has what a
// bundle begins with.
func TestDefaultIsABundle(t *testing.T) {
	t.Parallel()
	fresh := filepath.Join(t.TempDir(), "fresh")
	if err := NewBundle(fresh, "org.acme.chat", `The "Acme" Chat`); err != nil {
		t.Fatal(err)
	}
	if err := NewBundle(fresh, "org.acme.chat", "Acme"); err == nil {
		t.Error("a folder that is not empty was written to")
	}
	for _, path := range []string{"default.csres", fresh} {
		for _, p := range Check(path, nil).Problems {
			t.Errorf("%s: %s", path, p)
		}
		if _, err := csres.Pack(path, filepath.Join(t.TempDir(), "x.csres"), time.Time{}); err != nil {
			t.Error(err)
		}
	}
	if err := NewBundle("", "org.acme.chat", "Acme"); err == nil {
		t.Error("it was written to where the program runs")
	}
	if b, err := person(t, fresh); err != nil || b.Text("own.about") != `Made for The "Acme" Chat.` || b.Branding().About[0] != "own.about" {
		t.Errorf("%v", err)
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	b := Default()
	names := map[string]string{}
	all := b.Languages()
	for _, l := range all {
		names[l.Tag.String()] = l.Name
		if l.Total != len(b.IDs()) || l.Translated < 600 || l.Translated != l.Total-b.Locale(l.Tag).Missing() {
			t.Errorf("%s: %d of %d texts", l.Tag, l.Translated, l.Total)
		}
	}
	if all[0].Tag != language.English || all[0].Translated != all[0].Total {
		t.Errorf("the base is %+v", all[0])
	}
	for tag, name := range map[string]string{"en": "English", "de": "Deutsch", "pt-BR": "Português (Brasil)", "ja": "日本語", "ru": "Русский", "zh-Hans": "简体中文"} {
		if names[tag] != name {
			t.Errorf("%s calls itself %q, want %q", tag, names[tag], name)
		}
	}
	for asked, want := range map[string]string{"de-AT": "de", "pt": "pt-BR", "zh-CN": "zh-Hans", "zh": "zh-Hans", "en-GB": "en", "sw": "en", "uk-UA": "uk"} {
		if got := b.Locale(language.MustParse(asked)).Language(); got.String() != want {
			t.Errorf("who asks for %s gets %s, want %s", asked, got, want)
		}
	}
	if b.Locale(language.MustParse("sw"), language.German).Language() != language.German {
		t.Error("the second wish does not count")
	}
	if back := b.Locale(language.German).Locale(language.English); back.Text("action.back") != b.Text("action.back") {
		t.Error("there is no way back to the base")
	}
}

// A bundle whose own language is another: its texts are that language's.
func TestBaseInAnotherLanguage(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"manifest.json":     manifestOf(t, map[string]any{"locale_default": "de"}),
		"strings/base.json": `{"action.ok":{"text":"Jawohl"},"own.line":{"text":"Von Acme"}}`,
	})
	b, err := person(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	if de := b.Locale(language.German); de.Text("action.ok") != "Jawohl" || b.Text("action.ok") != "OK" || b.Text("own.line") != "Von Acme" {
		t.Errorf("%q %q %q", de.Text("action.ok"), b.Text("action.ok"), b.Text("own.line"))
	}
}

func TestSystemPlaces(t *testing.T) {
	dirs := t.TempDir()
	write(t, dirs, "one/org.acme.chat/resources/b.csres", "")
	write(t, dirs, "one/org.acme.chat/resources/a.csres", "")
	write(t, dirs, "two [x]/org.acme.chat/resources/c.csres", "")
	write(t, dirs, "two [x]/org.acme.chat/resources/other.txt", "")
	t.Setenv("XDG_DATA_DIRS", filepath.Join(dirs, "one")+":relative:"+filepath.Join(dirs, "two [x]"))
	var got []string
	for _, path := range SystemPlaces("org.acme.chat") {
		if rel, err := filepath.Rel(dirs, path); err == nil && !strings.HasPrefix(rel, "..") {
			path = filepath.Base(path)
		}
		got = append(got, path)
	}
	if s := strings.Join(got, " "); s != "c.csres a.csres b.csres" && runtime.GOOS != "darwin" {
		t.Error(s)
	}
	// What is there and no bundle is listed and left out.
	b, err := Load(LoadOptions{System: SystemPlaces("org.acme.chat")})
	if err != nil || len(b.Layers()) != 1+3 && os.PathSeparator == '/' && len(got) > 1 {
		t.Errorf("%v, layers %+v", err, b.Layers())
	}
}
