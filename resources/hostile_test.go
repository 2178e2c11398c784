// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/resources/csres"
)

// manifestOf is a manifest with other values for some keys.
func manifestOf(t testing.TB, changed map[string]any) string {
	t.Helper()
	m := map[string]any{"schema": 1, "id": "org.acme.chat", "name": "Acme Chat", "version": "1.2.0", "locale_default": "en"}
	for key, v := range changed {
		m[key] = v
	}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// refusedBy loads a bundle that has to be refused, with a fault of that file and
// reason. Nothing of it counts: there is no Bundle at all.
func refusedBy(t *testing.T, b *Bundle, err error, file, reason string) {
	t.Helper()
	var e *csres.Error
	if b != nil || !errors.As(err, &e) {
		t.Fatalf("it was taken (%v)", err)
	}
	if e.Path == "" {
		t.Error("the error does not name the bundle")
	}
	for _, p := range e.Problems {
		if p.File == file && strings.Contains(p.Reason, reason) && !p.Minor {
			return
		}
	}
	t.Errorf("no fault of %q with %q: %q", file, reason, e.Problems)
}

// What a bundle can not say, whoever signs it.
func TestHostileBundles(t *testing.T) {
	t.Parallel()
	closed := string(Default().Icon("lock-closed").SVG)
	open := string(Default().Icon("lock-open").SVG)
	own := Default().Branding()
	for _, c := range []struct {
		name         string
		files        map[string]string
		file, reason string
	}{
		{"protected text without its placeholder", map[string]string{"strings/base.json": `{"start.same-computer":{"text":"x"},"fingerprint.of":{"text":"x"},` + protectedWithout(t) + `}`}, "strings/base.json", "is protected and lacks {"},
		{"protected translation without it", map[string]string{"strings/de.json": `{` + strings.ReplaceAll(protectedWithout(t), `{"text":"Nothing to see here at all"}`, `"Hier gibt es gar nichts zu sehen"`) + `}`}, "strings/de.json", "is protected and lacks {"},
		{"protected text that says nothing", map[string]string{"strings/base.json": `{"about.licence":{"text":" "}}`}, "strings/base.json", "too short"},
		{"protected text undone", map[string]string{"strings/base.json": `{"about.licence":{"text":"x","protected":false}}`}, "strings/base.json", "too short"},
		{"open lock on the closed one", map[string]string{"icons/lock-closed.svg": open}, "icons/lock-closed.svg", "looks like the picture of lock-open"},
		{"the same in other words", map[string]string{"images/lock-open.svg": strings.Replace(closed, "<g ", "<!-- open --><g id=\"x\" opacity=\"0.9\" ", 1)}, "images/lock-open.svg", "looks like the picture of lock-closed"},
		{"the same a little moved", map[string]string{"icons/lock-open.svg": strings.Replace(closed, "<g ", `<g transform="translate(0.3 0.2)" `, 1)}, "icons/lock-open.svg", "looks like the picture of lock-closed"},
		{"the same in another colour", map[string]string{"icons/lock-open.svg": strings.ReplaceAll(closed, "currentColor", "#ff0000")}, "icons/lock-open.svg", "looks like the picture of lock-closed"},
		{"the same in the dark", map[string]string{"icons/lock-open.svg": open, "icons/lock-open@dark.svg": closed}, "icons/lock-open@dark.svg", "looks like the picture of lock-closed"},
		{"two of its own alike", map[string]string{"icons/lock-open.svg": square, "icons/lock-warning.svg": square}, "icons/lock-open.svg", "looks like the picture of lock-warning"},
		{"a lock that is nothing", map[string]string{"icons/lock-open.svg": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"/>`}, "icons/lock-open.svg", "shows nothing"},
		{"a lock that can not be drawn", map[string]string{"icons/lock-open.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`}, "icons/lock-open.svg", "drawn"},
		{"a policy that loosens", map[string]string{"policy.json": "{\n\"tls.min_version\":\"1.1\"}"}, "policy.json", "tls.min_version"},
		{"an unknown lock", map[string]string{"policy.json": `{"encryption.requires":"all"}`}, "policy.json", "encryption.requires"},
		{"a lock twice", map[string]string{"policy.json": `{"log":"off","log":"off"}`}, "policy.json", "twice"},
		{"another name for this program", map[string]string{"manifest.json": manifestOf(t, map[string]any{"id": own.ID, "name": "Acme Chat"})}, "manifest.json", "can not be changed"},
		{"this program's name for another", map[string]string{"manifest.json": manifestOf(t, map[string]any{"name": strings.ToLower(own.Name) + " "[:0]})}, "manifest.json", "calls itself"},
		{"this program's name in other letters", map[string]string{"manifest.json": manifestOf(t, map[string]any{"name": own.Name[:4] + " " + strings.ToUpper(own.Name[4:])})}, "manifest.json", "calls itself"},
		{"this program's name in letters of another alphabet", map[string]string{"manifest.json": manifestOf(t, map[string]any{"name": "С" + own.Name[1:]})}, "manifest.json", "calls itself"},
		{"this program's name with an accent", map[string]string{"manifest.json": manifestOf(t, map[string]any{"name": strings.Replace(own.Name, "e", "ė", 1)})}, "manifest.json", "calls itself"},
		{"a name beside the manifest's", map[string]string{"branding.json": `{"name":"Signal"}`}, "branding.json", "manifest.json"},
		{"an id beside the manifest's", map[string]string{"branding.json": `{"id":"org.signal"}`}, "branding.json", "manifest.json"},
		{"for a later program", map[string]string{"manifest.json": manifestOf(t, map[string]any{"min_app": "99.0"})}, "manifest.json", "99.0"},
		{"a link that runs", map[string]string{"branding.json": `{"links":{"home":"javascript:alert(1)"}}`}, "branding.json", "links.home"},
		{"a link that is not secret", map[string]string{"branding.json": `{"links":{"home":"http://acme.example"}}`}, "branding.json", "links.home"},
		{"a link with a password", map[string]string{"branding.json": `{"links":{"home":"https://chatsecure.org@evil.example"}}`}, "branding.json", "links.home"},
		{"a server without a domain", map[string]string{"servers/servers.json": `{"servers":[{"name":"x"}]}`}, "servers/servers.json", "no domain"},
		{"a server twice", map[string]string{"servers/servers.json": `{"servers":[{"domain":"a.example"},{"domain":"A.example"}]}`}, "servers/servers.json", "twice"},
		{"a domain that is none", map[string]string{"servers/servers.json": `{"servers":[{"domain":"a b/c"}]}`}, "servers/servers.json", "domain"},
		{"a certificate that is none", map[string]string{"certs/a.example.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}, "certs/a.example.pem", "can not be read"},
		{"a private key", map[string]string{"certs/a.example.pem": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}, "certs/a.example.pem", "a private key"},
		{"the key that signs", map[string]string{"keys/acme": "csres-private-key AAAA\n"}, "keys/acme", "a private key"},
		{"no certificate", map[string]string{"certs/a.example.pem": "hello"}, "certs/a.example.pem", "no certificate"},
		{"a key that is none", map[string]string{"keys/a.pub": "ssh-ed25519 AAAA"}, "keys/a.pub", "no public key"},
		{"a font that is not there", map[string]string{"theme/theme.json": `{"fonts":{"regular":"fonts/x.ttf"}}`}, "theme/theme.json", "no font"},
		{"a font elsewhere", map[string]string{"theme/theme.json": `{"fonts":{"regular":"../../x.ttf"}}`}, "theme/theme.json", "no font"},
		{"a colour that is none", map[string]string{"theme/theme.json": "{\"light\":{\n\"text\":\"red\"}}"}, "theme/theme.json", "no colour"},
		{"text too small to read", map[string]string{"theme/theme.json": `{"sizes":{"text":1}}`}, "theme/theme.json", "sizes.text"},
		{"text without a size", map[string]string{"theme/theme.json": `{"sizes":{"text":1e400}}`}, "theme/theme.json", "sizes.text"},
		{"a layout of tomorrow", map[string]string{"theme/theme.json": `{"layout":"tabs"}`}, "theme/theme.json", "layout"},
		{"two pictures with an id", map[string]string{"icons/send.svg": square, "images/send.svg": square}, "images/send.svg", "second picture"},
		{"no first card", map[string]string{"branding.json": `{"signup":{"cards":[]}}`}, "branding.json", "nothing to begin with"},
		{"a language that is none", map[string]string{"strings/deutsch1234567.json": `{}`}, "strings/deutsch1234567.json", "language tag"},
		{"a plural form that is none", map[string]string{"strings/de.json": `{"ago.days":{"some":"x","other":"y"}}`}, "strings/de.json", "plural form"},
		{"a text that is a number", map[string]string{"strings/de.json": `{"action.ok":1}`}, "strings/de.json", "not a text"},
		{"a text without end", map[string]string{"strings/base.json": `{"welcome.text":{"text":"` + strings.Repeat("A ", 1<<19) + `"}}`}, "strings/base.json", "more than 4000 bytes"},
		{"a form of it without end", map[string]string{"strings/de.json": `{"ago.days":{"one":"` + strings.Repeat("{count}", 1<<12) + `","other":"x"}}`}, "strings/de.json", "more than 4000 bytes"},
		{"a text of lines", map[string]string{"strings/de.json": `{"action.ok":"` + strings.Repeat(`\n`, 1000) + `x"}`}, "strings/de.json", "40 lines"},
		{"texts in a list", map[string]string{"strings/de.json": `[]`}, "strings/de.json", "not an object"},
		{"a sticker that is not there", map[string]string{"stickers/a/pack.json": `{"stickers":[{"file":"../../icons/app.png"}]}`}, "stickers/a/pack.json", "no picture"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, c.files)
			b, err := Load(LoadOptions{System: []string{}, Person: dir, App: "0.1.0"})
			refusedBy(t, b, err, c.file, c.reason)
			// The computer's is left out and listed; the program starts without.
			b, err = Load(LoadOptions{System: []string{dir}, App: "0.1.0"})
			if err != nil {
				t.Fatal(err)
			}
			if len(b.layers) != len(Default().layers) {
				t.Error("something of it counts")
			}
			info := b.Layers()[len(b.layers)]
			refusedBy(t, nil, info.Refused, c.file, c.reason)
			// Who makes it hears of it before.
			if c.name != "for a later program" { // which may come
				refusedBy(t, nil, &csres.Error{Path: dir, Problems: Check(dir, nil).Problems}, c.file, c.reason)
			}
			if info.Path != dir || info.Layer != LayerSystem {
				t.Errorf("%+v", info)
			}
		})
	}
}

const square = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect x="4" y="4" width="16" height="16"/></svg>`

// protectedWithout is a protected text of the default's without its placeholder.
func protectedWithout(t *testing.T) string {
	t.Helper()
	words := Default().layers[0].base
	for _, id := range sortedKeys(words) {
		if m := words[id]; m.protected && m.plural == nil && len(placeholders(m.other)) > 0 {
			return fmt.Sprintf(`%q:{"text":"Nothing to see here at all"}`, id)
		}
	}
	t.Fatal("no protected text has a placeholder")
	return ""
}

// branded is what a build with a brand embeds: the default and the brand, with a
// key whose signature counts.
func branded(t *testing.T) ([]*layer, csres.PrivateKey) {
	t.Helper()
	key, err := csres.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	layers, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	dir := folder(t, map[string]string{
		"keys/acme.pub": key.Public().String() + "\n", "policy.json": `{"accounts.max":3}`,
		"branding.json": `{"links":{"source":"https://acme.example/source"}}`, "icons/app.svg": square,
	})
	l, err := embeddedLayer(LayerBrand, os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return append(layers, l), key
}

// functional is a bundle that changes what only a known signature can.
func functional(t *testing.T, changed map[string]any) string {
	t.Helper()
	return folder(t, map[string]string{
		"manifest.json":        manifestOf(t, changed),
		"policy.json":          `{"encryption.require":"all","accounts.max":5}`,
		"servers/servers.json": `{"mode":"replace","servers":[{"domain":"acme.example"}]}`,
		"branding.json":        `{"invite":{"base":"https://acme.example/i/","hosts":["acme.example"]},"signup":{"domain":"acme.example","nickname_only":true}}`,
		"strings/base.json":    `{"about.licence":{"text":"Free software under the Mozilla Public License 2.0, brought to you by Acme."}}`,
	})
}

// sign packs a folder and signs that.
func sign(t *testing.T, dir string, key csres.PrivateKey) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "x.csres")
	if _, err := csres.Pack(dir, out, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := csres.Sign(out, key); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSignature(t *testing.T) {
	t.Parallel()
	layers, key := branded(t)
	other, err := csres.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("known", func(t *testing.T) {
		t.Parallel()
		b, err := load(layers, LoadOptions{System: []string{}, Person: sign(t, functional(t, nil), key)})
		if err != nil {
			t.Fatal(err)
		}
		if b.Branding().Name != "Acme Chat" || len(b.Servers()) != 1 || b.Signup().Domain != "acme.example" || !b.Signup().NicknameOnly ||
			b.Invite().Hosts[0] != "acme.example" || !strings.Contains(b.Text("about.licence"), "Acme") {
			t.Error("it is signed, and does not count")
		}
		// Of two limits the stricter holds.
		if n, _ := b.Policy().MaxAccounts(); n != 3 || b.Policy().Value("encryption.require") != "all" {
			t.Errorf("policy: %d accounts, encryption %q", n, b.Policy().Value("encryption.require"))
		}
		info := b.Layers()[2]
		if !info.Trusted || info.Signer != key.Public().ID() || len(info.Ignored) != 0 {
			t.Errorf("%+v", info)
		}
	})
	t.Run("unknown", func(t *testing.T) {
		t.Parallel()
		b, err := load(layers, LoadOptions{System: []string{}, Person: sign(t, functional(t, nil), other)})
		refusedBy(t, b, err, "SIGNATURE", "does not know")
	})
	t.Run("wrong", func(t *testing.T) {
		t.Parallel()
		dir := functional(t, nil)
		if _, err := csres.Sign(dir, key); err != nil {
			t.Fatal(err)
		}
		manifest, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, "manifest.json", strings.Replace(string(manifest), "1.2.0", "1.2.1", 1))
		b, err := load(layers, LoadOptions{System: []string{}, Person: dir})
		refusedBy(t, b, err, "SIGNATURE", "is wrong")
	})
	t.Run("of another program", func(t *testing.T) {
		t.Parallel()
		b, err := load(layers, LoadOptions{System: []string{}, Person: sign(t, functional(t, map[string]any{"id": "org.acme.other", "name": "Other"}), key)})
		refusedBy(t, b, err, "manifest.json", "another program")
	})
	t.Run("keys of its own", func(t *testing.T) {
		t.Parallel()
		dir := functional(t, nil)
		write(t, dir, "keys/mine.pub", other.Public().String())
		b, err := load(layers, LoadOptions{System: []string{}, Person: sign(t, dir, other)})
		refusedBy(t, b, err, "SIGNATURE", "does not know")
	})
	t.Run("an open lock on the closed one", func(t *testing.T) {
		t.Parallel()
		dir := functional(t, nil)
		write(t, dir, "icons/lock-closed.svg", string(Default().Icon("lock-open").SVG))
		b, err := load(layers, LoadOptions{System: []string{}, Person: sign(t, dir, key)})
		refusedBy(t, b, err, "icons/lock-closed.svg", "looks like")
	})
}

// A build takes no brand that a running program would not.
func TestBrandIsJudged(t *testing.T) {
	t.Parallel()
	brand := func(files map[string]string) (*Bundle, error) {
		source, err := csres.Open(folder(t, files))
		if err != nil {
			t.Fatal(err)
		}
		return WithBrand(source)
	}
	b, err := brand(map[string]string{"icons/lock-open.svg": string(Default().Icon("lock-closed").SVG)})
	refusedBy(t, b, err, "icons/lock-open.svg", "looks like")
	b, err = brand(map[string]string{"strings/de.json": `{"about.licence":"x"}`})
	refusedBy(t, b, err, "strings/de.json", "too short")
	b, err = brand(map[string]string{"icons/app.svg": square, "servers/servers.json": `{"mode":"replace","servers":[]}`})
	if err != nil || b.Branding().Name != "Acme Chat" || string(b.Icon("app").SVG) != square || len(b.Servers()) != 0 || b.Layers()[1].Layer != LayerBrand {
		t.Errorf("a brand is not what it says: %v", err)
	}
}

// An older bundle can bring an old fault back.
func TestRollback(t *testing.T) {
	t.Parallel()
	layers, key := branded(t)
	load := func(version string, signed bool, seen map[string]string) (*Bundle, error) {
		dir := functional(t, map[string]any{"version": version})
		if signed {
			if _, err := csres.Sign(dir, key); err != nil {
				t.Fatal(err)
			}
		}
		return load(layers, LoadOptions{System: []string{}, Person: dir, Seen: seen})
	}
	b, err := load("1.10.0", true, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := b.Versions(map[string]string{"org.other": "7"})
	if seen["org.other"] != "7" || seen["org.acme.chat"] != "1.10.0" {
		t.Errorf("seen: %v", seen)
	}
	if _, err := load("1.10", true, seen); err != nil {
		t.Errorf("the same version: %v", err)
	}
	b, err = load("1.9.9", true, seen)
	refusedBy(t, b, err, "manifest.json", "older than 1.10.0")
	// What nobody signed does not make what is signed look old.
	b, err = load("99", false, seen)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load("1.11", true, b.Versions(seen)); err != nil {
		t.Error(err)
	}
	b, err = load("98", false, b.Versions(seen))
	refusedBy(t, b, err, "manifest.json", "older than 99")
}

// The administrator's place gives a bundle its function without a signature.
func TestRootsBundle(t *testing.T) {
	t.Parallel()
	dir := functional(t, map[string]any{"id": "org.acme.rules", "name": "Acme Rules"})
	b, err := Load(LoadOptions{System: []string{dir, filepath.Join(dir, "is-not-there")}})
	if err != nil {
		t.Fatal(err)
	}
	info := b.Layers()[1]
	if root := os.Getuid() == 0; info.Trusted != root || b.Policy().Empty() == root {
		t.Errorf("as user %d: trusted %v, policy %v", os.Getuid(), info.Trusted, b.PolicySources())
	}
	if b.Branding().Name != Default().Branding().Name {
		t.Error("it renamed the program")
	}
	if err := os.Chmod(filepath.Join(dir, "policy.json"), 0o666); err != nil {
		t.Fatal(err)
	}
	if b, err = Load(LoadOptions{System: []string{dir}}); err != nil || b.Layers()[1].Trusted || !b.Policy().Empty() {
		t.Errorf("anybody can write its policy, and it counts (%v)", err)
	}
}

// What the administrator has put there counts as a whole, or the program does not run:
// a fault in it must not switch its locks off.
func TestAdminsBundle(t *testing.T) {
	t.Parallel()
	layers, key := branded(t)
	from := func(path string) (*Bundle, error) {
		return load(layers, LoadOptions{System: []string{}, Admin: path, Seen: map[string]string{"org.acme.chat": "2"}})
	}
	refused := func(b *Bundle, err error, path, reason string) {
		t.Helper()
		var admin *AdminError
		if !errors.As(err, &admin) || b != nil || admin.Path != path || !strings.Contains(err.Error(), reason) {
			t.Errorf("%v, want an AdminError of %s for %q", err, path, reason)
		}
	}
	if _, err := from(filepath.Join(t.TempDir(), "is-not-there")); err != nil {
		t.Error(err)
	}
	good := functional(t, nil)
	b, err := from(good)
	switch {
	case os.Getuid() != 0:
		refused(b, err, good, "others than root")
	case err != nil || b.Policy().Empty(): // its version may be older
		t.Errorf("root's bundle: %v", err)
	}
	open := functional(t, nil)
	if err := os.Chmod(filepath.Join(open, "policy.json"), 0o666); err != nil {
		t.Fatal(err)
	}
	b, err = from(open)
	refused(b, err, open, "others than root")
	signed := sign(t, functional(t, nil), key)
	if b, err = from(signed); err != nil || b.Policy().Empty() {
		t.Errorf("signed by a known key: %v", err)
	}
	wrong := functional(t, nil)
	write(t, wrong, "policy.json", `{"encryption.requires":"all"}`)
	b, err = from(wrong)
	refused(b, err, wrong, "policy.json")
	file := filepath.Join(t.TempDir(), "resources.csres")
	if err := os.WriteFile(file, []byte("no bundle"), 0o644); err != nil {
		t.Fatal(err)
	}
	b, err = from(file)
	refused(b, err, file, "zip")
}
