// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/coretest"
)

// newBundle makes a bundle's folder with a policy.
func newBundle(t *testing.T, u *user, id, name, policy string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "bundle.csres")
	u.ok("bundle", "new", dir, "--id", id, "--name", name)
	if err := os.WriteFile(filepath.Join(dir, "policy.json"), []byte(policy), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// branded builds the program with a brand of that policy in it, as cmd/brand does. key is
// what its bundles are signed with.
func branded(t *testing.T, policy string) (program, key string) {
	t.Helper()
	u := newUser(t, nil, "builder")
	dir, key := newBundle(t, u, "org.acme.chat", "Acme Chat", policy), filepath.Join(t.TempDir(), "acme.key")
	u.ok("bundle", "keygen", key)
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "keys", "acme.pub"), public, 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../../resources/brand.csres")
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if rel, e := filepath.Rel(dir, path); e == nil && !d.IsDir() {
			replace[filepath.Join(root, rel)] = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(dir, "..", "overlay.json")
	if err := os.WriteFile(overlay, data, 0o600); err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(dir, "..", "acme-cli")
	if out, err := exec.Command("go", "build", "-race", "-overlay", overlay, "-tags", "gles,sqlite_fts5,migrated_fynedo", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program, key
}

// settings are what policy --explain prints, by key.
func (u *user) settings(args ...string) map[string]map[string]any {
	u.t.Helper()
	all := map[string]map[string]any{}
	for _, o := range u.objects(append(args, "policy", "--explain")...) {
		all[o["key"].(string)] = o
	}
	return all
}

func wantSetting(t *testing.T, o map[string]any, value, layer string, rejected ...string) {
	t.Helper()
	var got []string
	for _, r := range o["rejected"].([]any) {
		got = append(got, r.(string))
	}
	if o["value"] != value || o["layer"] != layer || !slices.Equal(got, rejected) {
		t.Errorf("%v, want %q of %s without %q", o, value, layer, rejected)
	}
}

// TestPolicyOfABrand: what a brand asks for holds for the command line, and what lies
// over it can make it stricter and never looser.
func TestPolicyOfABrand(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Tap: true, Registration: true})
	program, key := branded(t, `{"accounts.domains":["example.test"],"accounts.max":1,"accounts.registration":"off","history":"days:30",
		"encryption.require":"all","export":"off","db.key":"ask"}`)
	u := newUser(t, s, "alice")
	u.program = program

	// The layers, told one by one.
	skin := newBundle(t, u, "org.own.skin", "My Skin", `{"typing":"off","history":"keep"}`)
	site := newBundle(t, u, "org.acme.chat", "Acme Chat", `{"typing":"off","history":"days:90","accounts.domains":["example.test","other.test"],"receipts":"off",
		"encryption.allowed":["omemo","omemo2"]}`)
	u.ok("bundle", "manifest", site)
	u.ok("bundle", "sign", site, "--key", key)
	all := u.settings()
	wantSetting(t, all["history"], "days:30", "brand")
	wantSetting(t, all["typing"], "user", "program")
	all = u.settings("--bundle", skin)
	wantSetting(t, all["history"], "days:30", "brand", "person: keep (unsigned)")
	wantSetting(t, all["typing"], "user", "program", "person: off (unsigned)")
	all = u.settings("--bundle", site)
	wantSetting(t, all["history"], "days:30", "brand", "person: days:90 (looser)")
	wantSetting(t, all["typing"], "off", "person")
	wantSetting(t, all["accounts.domains"], "example.test", "brand", "person: example.test,other.test (looser)")
	wantIn(t, u.ok("policy", "--explain", "--bundle", site), "set by brand, Acme Chat", "refused: person: days:90 (looser)", "set by the program itself")
	bad := newBundle(t, u, "org.own.skin", "My Skin", `{"typing":"off","no.such.key":1}`)
	wantIn(t, u.fails(exitRefused, "policy", "--bundle", bad), "policy.json", "no.such.key")
	loose := newBundle(t, u, "org.own.skin", "My Skin", `{"tls.min_version":"1.1"}`)
	wantIn(t, u.fails(exitRefused, "policy", "--bundle", loose), "policy.json", "1.1")

	// What lies in a place of the computer's and can not be used is told of.
	share := t.TempDir()
	place := filepath.Join(share, "org.acme.chat", "resources")
	if err := os.MkdirAll(place, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(bad, filepath.Join(place, "bad.csres")); err != nil {
		t.Fatal(err)
	}
	u.env = []string{"XDG_DATA_DIRS=" + share}
	r := u.run("", "policy", "--explain")
	wantIn(t, r.errs, "bad.csres", "no.such.key")
	if r.status != exitDone || strings.Count(r.errs, "\n") != 1 {
		t.Errorf("%d %s", r.status, r.errs)
	}
	u.env = nil

	// And what they do.
	coretest.User(t, s, "alice", u.password())
	withKey := u.common
	u.common = []string{"--profile", u.dir, "--ca-file", s.CAFile}
	wantIn(t, u.fails(exitRefused, "init"), "--key-file")
	if _, err := os.Stat(filepath.Join(u.dir, "profile.json")); err == nil {
		t.Error("a profile was made whose key nobody protects")
	}
	u.common = withKey
	u.ok("init")
	for _, line := range []string{"settings receipts on", "settings typing on", "settings otr automatic"} {
		wantIn(t, u.fails(exitRefused, append(strings.Fields(line), "--bundle", site)...), "Acme Chat", "policy --explain")
	}
	wantIn(t, u.ok("settings", "--bundle", site), "otr  never", "receipts  off", "typing  off", "idle  on")
	u.ok("settings", "otr", "automatic")
	wantIn(t, u.fails(exitRefused, append([]string{"account", "add", "alice@other.test"}, u.reach()...)...), "Acme Chat", "not allowed")
	wantIn(t, u.fails(exitRefused, append([]string{"account", "register", "new@example.test"}, u.reach()...)...), "Acme Chat")
	u.ok(append([]string{"account", "add", u.address}, u.reach()...)...)
	wantIn(t, u.fails(exitRefused, append([]string{"account", "add", "second@example.test"}, u.reach()...)...), "Acme Chat", "no more accounts")
	wantIn(t, u.fails(exitRefused, "dump"), "Acme Chat", "exported")
	wantIn(t, u.fails(exitRefused, "export", filepath.Join(u.home, "out")), "exported")
	wantIn(t, u.fails(exitRefused, "keys", "export", filepath.Join(u.home, "keys"), "--passphrase-file", u.file("pass", "long enough")), "exported")
	wantIn(t, u.fails(exitRefused, "encryption", "bob@example.test", "none"), "Acme Chat")
	wantIn(t, u.fails(exitRefused, "encryption", u.address, "optional"), "Acme Chat")
	coretest.User(t, s, "bob", "x") // has no device
	const secret = "qpolicysecretq"
	for _, how := range []string{"auto", "none"} {
		if line := u.fails(exitRefused, "send", "bob@example.test", secret, "--encryption", how); strings.Contains(line, secret) {
			t.Error(line)
		} else if strings.Contains(line, "none") { // which is no way out here
			t.Error(line)
		} else {
			wantIn(t, line, "policy --explain")
		}
	}
	wire, err := s.Wire()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(wire, secret) {
		t.Error("the text is on the wire")
	}
	// The same bundle, older than one that was used before.
	old := newBundle(t, u, "org.acme.chat", "Acme Chat", `{}`)
	manifest := filepath.Join(old, "manifest.json")
	data, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(manifest, []byte(strings.Replace(string(data), "1.0.0", "0.9.0", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	u.ok("bundle", "manifest", old)
	u.ok("bundle", "sign", old, "--key", key)
	u.ok("account", "list", "--bundle", site)
	wantIn(t, u.fails(exitRefused, "account", "list", "--bundle", old), "0.9.0", "older")
}
