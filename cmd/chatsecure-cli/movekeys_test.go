// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// otrFile is a file that another program has written.
func otrFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "core", "otr", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The keys of the files of Pidgin, Adium and Gajim are taken without a passphrase; what is
// wrong with a file is said as it is.
func TestKeysOfOtherPrograms(t *testing.T) {
	const bobs, gajims = "345cbc241305e42d5ddad9685c5ecb5a73fb5bd2", "fb5b78df375c544a6638ab713bbbb31056fa09e3"
	s := coretest.Prosody(t, coretest.Options{})
	u := added(t, s, "bob")
	libotr, gajim := otrFile(t, "otr.private_key"), otrFile(t, "gajim.key3")
	inner := string(libotr[bytes.Index(libotr, []byte("(private-key")):])
	for range 2 { // what encloses it
		inner = inner[:strings.LastIndex(inner, ")")]
	}
	file := func(accounts ...string) string {
		all := "(privkeys\n"
		for _, a := range accounts {
			all += " (account\n" + a + "\n" + inner + "\n)\n"
		}
		return all + ")\n"
	}
	named := func(name, protocol string) string { return "(name " + name + ")\n(protocol " + protocol + ")" }
	mine := `"` + u.address + `/"`
	for name, c := range map[string]struct {
		file, want string // a fingerprint, or the words of an error
	}{
		"Pidgin":                      {file(named(mine, "prpl-jabber")), bobs},
		"Pidgin, with a resource":     {file(named(`"`+u.address+`/Home"`, "prpl-jabber")), bobs},
		"Pidgin, with others":         {file(named(`"x@other.test/"`, "prpl-jabber"), named("12345678", "prpl-icq"), named(mine, "prpl-jabber")), bobs},
		"Adium":                       {file(named("1", "libpurple-Jabber")), bobs},
		"Adium, nobody knows which":   {file(named("1", "libpurple-Jabber"), named("2", "libpurple-Jabber")), "--account"},
		"Gajim":                       {string(gajim), gajims},
		"of another account":          {file(named(`"x@other.test/"`, "prpl-jabber")), "--account"},
		"nothing that anybody writes": {"hello", "Pidgin, Adium or Gajim"},
		"damaged":                     {string(libotr[:len(libotr)-20]), "Pidgin, Adium or Gajim"},
	} {
		t.Run(name, func(t *testing.T) {
			u := *u
			u.t = t
			path := filepath.Join(t.TempDir(), "keys")
			if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := chat.ParseFingerprint(c.want); err != nil {
				wantIn(t, u.fails(exitRefused, "keys", "import", path), c.want)
				return
			}
			u.ok("keys", "import", path)
			var own []string
			for _, k := range u.objects("keys") {
				if k["type"] == "otr" {
					own = append(own, k["fingerprint"].(string))
				}
			}
			if len(own) != 1 || own[0] != c.want {
				t.Errorf("the OTR keys are %v", own)
			}
		})
	}
}

// What is wrong with a file of our own is said, and never with the words of another error.
func TestWrongKeyFiles(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := added(t, s, "alice"), added(t, s, "bob")
	pass, wrong := alice.file("pass", "a passphrase for keys\n"), alice.file("wrong", "another passphrase\n")
	file := filepath.Join(alice.home, "keys")
	alice.ok("keys", "export", file, "--passphrase-file", pass)
	wantIn(t, alice.fails(exitUsage, "keys", "import", file), "--passphrase-file")
	wantIn(t, alice.fails(exitRefused, "keys", "import", file, "--passphrase-file", wrong), "not the passphrase of the file", "--passphrase-file")
	wantIn(t, bob.fails(exitRefused, "keys", "import", file, "--passphrase-file", pass), "no keys of the account", "--account")
	wantIn(t, alice.fails(exitRefused, "keys", "import", filepath.Join(alice.home, "none"), "--passphrase-file", pass), "none")
	short := alice.file("short", chat.SealedKeysMark+"x")
	wantIn(t, alice.fails(exitRefused, "keys", "import", short, "--passphrase-file", pass), "damaged")
}

// An account that is removed takes its device off the list that others write to.
func TestRemovedAccountLeavesNoDevice(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	bob, moved := added(t, s, "bob"), added(t, s, "bob")
	gone := moved.objects("keys")[0]["id"]
	active := func() (is bool) {
		for _, k := range bob.objects("keys", "--sync") {
			is = is || k["id"] == gone && k["active"] == true
		}
		return is
	}
	if !active() {
		t.Fatal("it is not on the list")
	}
	moved.ok("account", "remove", moved.address)
	if active() {
		t.Error("it is still on the list")
	}
}
