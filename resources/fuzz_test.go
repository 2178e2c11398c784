// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"os"
	"path"
	"testing"

	"golang.org/x/text/language"
)

// fuzzed are the files whose meaning is read.
var fuzzed = []string{
	"branding.json", "policy.json", "servers/servers.json", "theme/theme.json", baseFile, "strings/de.json", "stickers/a/pack.json", "certs/a.example.pem",
	"keys/a.pub", "icons/lock-open.svg", "icons/send.svg", "help/a.md", "manifest.json",
}

// FuzzLoad reads any content of any file of a bundle as the person's. It is taken
// or refused with a reason; taken, it changes nothing but looks.
func FuzzLoad(f *testing.F) {
	for i, file := range fuzzed {
		for _, folder := range []string{"default.csres", "examples/acme.csres"} {
			if data, err := os.ReadFile(path.Join(folder, file)); err == nil {
				f.Add(byte(i), data[:min(len(data), 4000)]) //nolint:gosec // a short list
			}
		}
	}
	f.Add(byte(4), []byte(`{"own.x":{"text":{"one":"{count}","other":"{"}},"about.licence":{"text":"x"}}`))
	f.Add(byte(9), []byte(square))
	f.Fuzz(func(t *testing.T, which byte, data []byte) {
		file := fuzzed[int(which)%len(fuzzed)]
		dir := folder(t, map[string]string{file: string(data)})
		report := Check(dir, nil)
		b, err := person(t, dir)
		if err != nil {
			if len(report.Problems) == 0 && file != "manifest.json" { // who it says it is, no check can judge
				t.Fatalf("refused (%v), and a check tells nothing", err)
			}
			return
		}
		d := Default()
		if b.Branding().Name != d.Branding().Name || b.Branding().ID != d.Branding().ID || len(b.Servers()) != len(d.Servers()) ||
			b.Signup().Domain != d.Signup().Domain || !b.Policy().Equal(d.Policy()) || len(b.Certificates()) != len(d.Certificates()) ||
			string(b.Icon("lock-open").SVG) != string(d.Icon("lock-open").SVG) || len(b.keys) != len(d.keys) {
			t.Error("unsigned, it changed more than looks")
		}
		de, english := b.Locale(language.German), d.Locale(language.German)
		for _, id := range []string{"about.licence", "ago.days"} {
			if text := de.Text(id, "count", 3, "app", "{count}"); text == "" || id == "about.licence" && text != english.Text(id) {
				t.Errorf("%s: %q", id, text)
			}
		}
		_, _ = de.Languages(), de.Layers()
	})
}
