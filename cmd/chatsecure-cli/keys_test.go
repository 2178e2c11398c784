// SPDX-License-Identifier: MPL-2.0

package main

import (
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

const someKey = chat.Fingerprint("00112233445566778899aabbccddeeff00112233445566778899aabbccddee01")

func TestKeyLine(t *testing.T) {
	key := chat.Key{
		Account: chat.MustAddress("a@x.test"), Owner: chat.MustAddress("b@x.test"),
		Fingerprint: someKey, Device: 42, Label: "Phone\x1b[1m\nof Bob", Trust: chat.TrustVerified, Listed: true, Used: true,
		LastSeen: time.Date(2026, 3, 4, 5, 6, 0, 0, time.Local),
	}
	for name, c := range map[string]struct {
		change func(k *chat.Key)
		want   string
	}{
		"verified":   {func(*chat.Key) {}, `omemo  00112233 44556677 8899aabb ccddeeff 00112233 44556677 8899aabb ccddee01  (verified, device 42, "Phone` + "\ufffd" + `[1m of Bob", last seen 2026-03-04 05:06)`},
		"skipped":    {func(k *chat.Key) { k.Trust, k.Used = chat.TrustUndecided, false }, "(not decided, gets no messages, device 42"},
		"gone":       {func(k *chat.Key) { k.Listed, k.Used = false, false }, "(verified, not active, device 42"},
		"this one":   {func(k *chat.Key) { k.Own, k.Used = true, false }, "(this device, device 42"},
		"trusted":    {func(k *chat.Key) { k.Trust = chat.TrustTrusted }, "(trusted, not compared, device 42"},
		"distrusted": {func(k *chat.Key) { k.Trust, k.LastSeen = chat.TrustDistrusted, time.Time{} }, `(distrusted, device 42, "Phone` + "\ufffd" + `[1m of Bob")`},
		"dead":       {func(k *chat.Key) { k.Owner, k.LastSeen = k.Account, time.Now().Add(-31*24*time.Hour) }, "no sign of it for 30 days: " + Name + " keys remove 42 takes it off the list)"},
		"OTR": {func(k *chat.Key) {
			*k = chat.Key{Fingerprint: someKey[:40], Trust: chat.TrustVerified, Listed: true, Used: true}
		}, "otr    00112233 44556677 8899aabb ccddeeff 00112233  (verified)"},
	} {
		t.Run(name, func(t *testing.T) {
			k := key
			c.change(&k)
			if keyOf(k).Dead != (name == "dead") {
				t.Error("dead or not")
			}
			if got := keyLine(k); strings.Contains(got, "no sign") != (name == "dead") || !strings.Contains(got, c.want) || strings.ContainsAny(got, "\n\x1b") {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestDecision(t *testing.T) {
	for word, want := range map[string]string{
		"yes": "verified/compare", "no": "distrusted/choice", "trusted": "trusted/choice", "undecided": "undecided/choice",
		"verified": "verified/compare", "distrusted": "distrusted/choice", "": "", "YES": "", "none": "", "true": "",
	} {
		trust, by, ok := decision(word)
		got := ""
		if ok {
			got = trust.String() + "/" + by.String()
		}
		if got != want {
			t.Errorf("%q is %q, want %q", word, got, want)
		}
	}
}

// What is wrong with a command about keys is said before anything is opened or asked.
func TestKeysUsage(t *testing.T) {
	u := newUser(t, nil, "alice")
	for line, want := range map[string]string{
		"trust bob@example.test 00112233 perhaps":                 "perhaps is none of",
		"trust bob " + string(someKey) + " yes":                   "XMPP address",
		"verify bob@example.test":                                 "--secret-file",
		"verify bob@example.test --secret-file f --link xmpp:b@x": "--link",
		"keys export f":          "--passphrase-file",
		"keys remove 0":          "no id of a device",
		"keys remove 4294967296": "no id of a device",
		"send bob@example.test hi --encryption rot13": "rot13",
	} {
		wantIn(t, u.fails(exitUsage, strings.Fields(line)...), want)
	}
	wantIn(t, u.fails(exitRefused, "trust", "bob@example.test", "00112233", "yes"), "64 digits")
	u.ok("init")
	if got := u.ok("keys"); got != "" {
		t.Errorf("keys of no account: %q", got)
	}
	for _, line := range []string{
		"keys bob@example.test", "trust bob@example.test " + string(someKey) + " yes", "encryption bob@example.test",
		"trust-level bob@example.test strict",
	} {
		wantIn(t, u.fails(exitRefused, strings.Fields(line)...), "no account")
	}
}

func TestStateLine(t *testing.T) {
	for name, c := range map[string]struct {
		state chat.EncryptionState
		want  string
	}{
		"plain":    {chat.EncryptionState{}, "not encrypted; choice auto; trust level careful"},
		"omemo":    {chat.EncryptionState{Now: chat.EncryptionOMEMO2, Lock: chat.LockClosed, Required: true}, "OMEMO 2; choice auto; trust level careful; encryption is required"},
		"verified": {chat.EncryptionState{Now: chat.EncryptionOMEMO, Lock: chat.LockVerified, Choice: chat.ChoiceOMEMO, Level: chat.Strict}, "OMEMO, for verified devices only; choice omemo; trust level strict"},
		"changed":  {chat.EncryptionState{Now: chat.EncryptionOMEMO, Lock: chat.LockWarning}, "OMEMO; a key has changed"},
		"unsure":   {chat.EncryptionState{Unsure: true}, "not encrypted, not sure yet"},
		"blocked":  {chat.EncryptionState{Code: chat.CodeNoTrusted, Lock: chat.LockWarning}, "nothing can be sent: none of the contact's devices"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := stateLine(c.state); !strings.Contains(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
