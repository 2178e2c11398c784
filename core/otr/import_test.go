// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func testFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The files were written by libotr and by potr, which also gave the fingerprints.
func TestImport(t *testing.T) {
	libotr := testFile(t, "otr.private_key")
	text := string(libotr)
	inner := text[strings.Index(text, "(private-key"):]
	inner = inner[:strings.LastIndex(strings.TrimSpace(inner), ")")]
	inner = inner[:strings.LastIndex(inner, ")")]
	const bob, gajim = chat.Fingerprint("345cbc241305e42d5ddad9685c5ecb5a73fb5bd2"), chat.Fingerprint("fb5b78df375c544a6638ab713bbbb31056fa09e3")
	for name, c := range map[string]struct {
		file []byte
		want []ImportedKey
		key  chat.Fingerprint
	}{
		"libotr": {libotr, []ImportedKey{{Account: "bob@example.org", Protocol: "prpl-jabber"}}, bob},
		"Gajim":  {testFile(t, "gajim.key3"), []ImportedKey{{}}, gajim},
		"two, in other spellings": {
			fmt.Appendf(nil, "(privkeys (account (name 1) (protocol libpurple-Jabber) %s) (account (name \"b\\303\\274b \\\"x\\\"\")\n(protocol |cA==|)%s))\n", inner, inner),
			[]ImportedKey{{Account: "1", Protocol: "libpurple-Jabber"}, {Account: "büb \"x\"", Protocol: "p"}},
			bob,
		},
	} {
		keys, err := ImportKeys(c.file)
		if err != nil || len(keys) != len(c.want) {
			t.Errorf("%s: %d keys, %v", name, len(keys), err)
			continue
		}
		for i, k := range keys {
			if k.Account != c.want[i].Account || k.Protocol != c.want[i].Protocol || k.Key.Fingerprint() != c.key {
				t.Errorf("%s: %q %q %s", name, k.Account, k.Protocol, k.Key.Fingerprint())
			}
		}
	}
	for name, file := range map[string][]byte{
		"nothing":    nil,
		"no keys":    []byte("(privkeys)"),
		"other list": []byte("(pubkeys (account))"),
		"cut":        libotr[:len(libotr)-20],
		"changed":    bytes.Replace(libotr, []byte("(y #119E"), []byte("(y #119F"), 1),
		"wrong x":    bytes.Replace(libotr, []byte("(x #00A1"), []byte("(x #00A2"), 1),
		"no x":       bytes.Replace(libotr, []byte("(x "), []byte("(z "), 1),
		"more":       append(bytes.Clone(libotr), '('),
		"deep":       bytes.Repeat([]byte("("), maxKeyFile),
		"too large":  bytes.Repeat([]byte(" "), maxKeyFile+1),
		"cut Gajim":  testFile(t, "gajim.key3")[:400],
		"more Gajim": append(testFile(t, "gajim.key3"), 0),
		"not a file": []byte("hello"),
	} {
		if keys, err := ImportKeys(file); len(keys) > 0 || chat.CodeOf(err) != chat.CodeKeyFile {
			t.Errorf("%s: %d keys, %v", name, len(keys), err)
		}
	}
}

func TestKey(t *testing.T) {
	k := testKeys()[0]
	b, err := k.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseKey(b)
	if err != nil || again.Fingerprint() != k.Fingerprint() || k.Fingerprint().Kind() != chat.KeyOTR {
		t.Fatalf("%v, %v", again, err)
	}
	if parsed, err := chat.ParseFingerprint(string(k.Fingerprint())); err != nil || parsed != k.Fingerprint() {
		t.Errorf("%v, %v", parsed, err)
	}
	for i := range len(b) {
		if _, err := ParseKey(b[:i]); chat.CodeOf(err) != chat.CodeKeyWrong {
			t.Fatalf("%d of %d bytes are a key", i, len(b))
		}
	}
	for i := range len(b) {
		bad := bytes.Clone(b)
		bad[i] ^= 1
		if _, err := ParseKey(bad); err == nil {
			t.Fatalf("a key with byte %d changed is a key", i)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", k, k, ImportedKey{Key: k}); strings.Contains(s, "0x") && len(s) > 200 {
		t.Errorf("a key prints as %s", s)
	}
	tag, err := NewInstanceTag(nil)
	if err != nil || tag < minTag {
		t.Errorf("tag %x, %v", tag, err)
	}
	if _, err := NewInstanceTag(bytes.NewReader(nil)); err == nil {
		t.Error("a tag out of nothing")
	}
	if tag, err := NewInstanceTag(bytes.NewReader([]byte{0, 0, 0, 255, 0, 0, 1, 0})); err != nil || tag != minTag {
		t.Errorf("tag %x, %v", tag, err)
	}
}
