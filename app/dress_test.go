// SPDX-License-Identifier: MPL-2.0

package app

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2/lang"

	"chatsecure.org/desktop/resources"
)

func TestWardrobe(t *testing.T) {
	dir := t.TempDir()
	if w := openWardrobe(dir); !reflect.DeepEqual(w, wardrobe{}) {
		t.Errorf("out of nothing came %+v", w)
	}
	kept := wardrobe{Language: "pt-BR", Look: "/a b/look.csres"}
	if err := kept.save(dir); err != nil {
		t.Fatal(err)
	}
	if w := openWardrobe(dir); !reflect.DeepEqual(w, kept) {
		t.Errorf("%+v", w)
	}
	info, err := os.Stat(filepath.Join(dir, wardrobeName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
	for _, damaged := range []string{"", "{", `{"look": 3}`, strings.Repeat("[", 1<<20)} {
		if err := os.WriteFile(filepath.Join(dir, wardrobeName), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if w := openWardrobe(dir); !reflect.DeepEqual(w, wardrobe{}) {
			t.Errorf("%.20q gives %+v", damaged, w)
		}
	}
	if err := kept.save(filepath.Join(dir, "no profile yet")); err != nil {
		t.Error(err)
	}
}

// TestFirstDress is what a start finds: the language and the look that were kept, or as
// much of it as there is.
func TestFirstDress(t *testing.T) {
	t.Setenv("LC_ALL", "ru_RU.UTF-8")
	t.Setenv("LANGUAGE", "")
	start := func(opts Options, kept wardrobe) (*program, error) {
		dir := t.TempDir()
		if err := kept.save(dir); err != nil {
			t.Fatal(err)
		}
		opts.Profile = dir
		p := &program{opts: opts, words: resources.Default(), log: slog.New(slog.NewTextHandler(io.Discard, nil))}
		var err error
		if p.vault, err = newVault(opts, p.log, p.words); err != nil {
			t.Fatal(err)
		}
		err = p.firstDress()
		d := p.worn
		if err == nil && (d.Language != kept.Language || d.Look != kept.Look) {
			t.Errorf("%+v is forgotten: %+v", kept, d)
		}
		if broken := d.Broken != nil; err == nil && broken != (kept.Look != "") {
			t.Errorf("%+v: broken %v", kept, d.Broken)
		}
		return p, err
	}
	for _, c := range []struct {
		kept wardrobe
		want string
	}{
		{wardrobe{}, "ru"},
		{wardrobe{Language: "de"}, "de"},
		{wardrobe{Language: "tlh"}, "en"},
		{wardrobe{Language: "not a language"}, "ru"},
		{wardrobe{Language: "ja", Look: "/nowhere/at-all.csres"}, "ja"},
	} {
		p, err := start(Options{}, c.kept)
		if err != nil {
			t.Errorf("%+v: %v", c.kept, err)
		} else if got := p.words.Language().String(); got != c.want || p.vault.words != p.words {
			t.Errorf("%+v: speaks %s", c.kept, got)
		}
	}
	if _, err := start(Options{Bundle: "/nowhere/at-all.csres"}, wardrobe{}); err == nil {
		t.Error("a bundle of the command line that is not there is passed over")
	}
}

// TestSilence: a log that began to be written stops, and goes on, as the policy has it.
func TestSilence(t *testing.T) {
	var out strings.Builder
	p := &program{}
	log := newLog(&out, &p.silent)
	derived := log.With("account", "a").WithGroup("g")
	for _, silent := range []bool{false, true, false} {
		p.silent.Store(silent)
		out.Reset()
		log.Error("one")
		derived.Error("two")
		log.Info("less")
		if got, want := strings.Count(out.String(), "\n"), 2; silent != (got == 0) || !silent && got != want {
			t.Errorf("silent %t: %q", silent, out.String())
		}
	}
}

func TestToolkitSpeaksOurLanguage(t *testing.T) {
	for tag, want := range map[string]string{"en": "Select all"} {
		tellToolkit(inLanguage(resources.Default(), tag))
		if got := lang.L("Select all"); got != want {
			t.Errorf("%s: %q", tag, got)
		}
	}
	words := inLanguage(resources.Default(), "de")
	tellToolkit(words)
	if got, want := lang.L("Cancel"), words.Text("action.cancel"); got != want || want == "Cancel" {
		t.Errorf("de: %q, want %q", got, want)
	}
	for key, id := range toolkitWords {
		if !words.Has(id) {
			t.Errorf("%s: no text %s", key, id)
		}
	}
	tellToolkit(resources.Default())
	if got := lang.L("Cancel"); got != "Cancel" {
		t.Errorf("back in English: %q", got)
	}
}
