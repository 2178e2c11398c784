// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/language"
)

func small(t *testing.T, files map[string]string) *Bundle {
	t.Helper()
	all := fstest.MapFS{
		"manifest.json":        {Data: []byte(`{"schema":1,"id":"org.acme.chat","name":"Acme Chat","version":"1","locale_default":"en"}`)},
		"servers/servers.json": {Data: []byte(`{"servers":[{"domain":"acme.example"}]}`)},
		"theme/theme.json":     {Data: []byte(`{}`)},
		"icons/a.svg":          {Data: []byte(`<svg/>`)},
		"strings/base.json":    {Data: []byte(`{"hello":{"text":"Hello {name}","protected":true},"n":{"text":{"one":"{count} thing","other":"{count} things"}},"plain":{"text":"Plain"}}`)},
	}
	for name, data := range files {
		all[name] = &fstest.MapFile{Data: []byte(data)}
	}
	l, err := embeddedLayer(LayerDefault, all)
	if err != nil {
		t.Fatal(err)
	}
	return merge([]*layer{l})
}

func TestText(t *testing.T) {
	t.Parallel()
	b := small(t, nil)
	for _, c := range []struct {
		name, id string
		args     []any
		want     string
	}{
		{"plain", "plain", nil, "Plain"},
		{"placeholder", "hello", []any{"name", "Ana"}, "Hello Ana"},
		{"value that looks like a placeholder", "hello", []any{"name", "{name}"}, "Hello {name}"},
		{"missing id", "gone", nil, "[gone]"},
		{"one", "n", []any{"count", 1}, "1 thing"},
		{"many", "n", []any{"count", 5}, "5 things"},
		{"none", "n", []any{"count", 0}, "0 things"},
		{"odd arguments", "hello", []any{"name"}, "Hello {name}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := b.Text(c.id, c.args...); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestLocale(t *testing.T) {
	t.Parallel()
	b := small(t, map[string]string{
		"strings/ru.json": `{"n":{"one":"{count} вещь","few":"{count} вещи","other":"{count} вещей"},"hello":"Привет","unknown":"x"}`,
	})
	ru := b.Locale(language.MustParse("ru-RU"))
	for n, want := range map[int]string{1: "1 вещь", 3: "3 вещи", 5: "5 вещей", 21: "21 вещь"} {
		if got := ru.Text("n", "count", n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
	if got := ru.Text("hello", "name", "Ana"); got != "Hello Ana" {
		t.Errorf("a protected text lost its placeholder: %q", got)
	}
	if got := ru.Text("plain"); got != "Plain" {
		t.Errorf("what is not translated: %q", got)
	}
	if ru.Has("unknown") {
		t.Error("a translation brought a text of its own")
	}
	if got := ru.Text("plain"); got != "Plain" || ru.Missing() != 1 {
		t.Errorf("%q, %d texts are missing", got, ru.Missing())
	}
	if b.Locale(language.MustParse("ja")) != b {
		t.Error("a language that is not there is not the base")
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	t.Parallel()
	_, err := embeddedLayer(LayerDefault, fstest.MapFS{
		"manifest.json":     {Data: []byte(`{"schema":1,"id":"org.acme.chat","name":"Acme Chat","version":"1","locale_default":"en"}`)},
		"strings/base.json": {Data: []byte(`{"a":{"text":{"one":"x"}}}`)},
	})
	if err == nil || !strings.Contains(err.Error(), "strings/base.json") || !strings.Contains(err.Error(), "other") {
		t.Errorf("error %v does not say what is wrong", err)
	}
}

var idForm = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)

func TestDefault(t *testing.T) {
	t.Parallel()
	b := Default()
	for _, id := range b.IDs() {
		if !idForm.MatchString(id) {
			t.Errorf("id %q", id)
		}
		b.words[id].each(func(form, text string) {
			if strings.TrimSpace(text) != text || text == "" {
				t.Errorf("%s (%v): %q has space around it or nothing in it", id, form, text)
			}
			if strings.Count(text, "{") != strings.Count(text, "}") {
				t.Errorf("%s: braces of %q", id, text)
			}
		})
	}
	if len(b.Servers()) == 0 || b.Branding().Name == "" || b.Branding().ID == "" {
		t.Error("no servers, name or id")
	}
	for _, s := range b.Servers() {
		if !b.Has(s.Description) || s.Domain == "" || s.Name == "" {
			t.Errorf("server %q lacks something", s.Domain)
		}
	}
	for _, word := range []string{"roster", "jid", "muc", "occupant", "resource"} {
		for _, id := range b.IDs() {
			if regexp.MustCompile(`(?i)\b` + word + `\b`).MatchString(b.Text(id)) {
				t.Errorf("%s speaks of %q", id, word)
			}
		}
	}
}

func TestIconMissingIsSeen(t *testing.T) {
	t.Parallel()
	b := Default()
	if i := b.Icon("no-such-icon"); len(i.SVG) == 0 || i.Name == "" {
		t.Error("a missing icon is nothing")
	}
	if !b.HasIcon("app") || !b.HasIcon("app-1024") {
		t.Error("the program's own icon is missing")
	}
}
