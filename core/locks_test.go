// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/policy"
	"chatsecure.org/desktop/core/profile"
)

// brandAsks is the policy of a brand.
func brandAsks(t testing.TB, doc string) []policy.Source {
	t.Helper()
	p, err := policy.Parse([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return []policy.Source{{Layer: "brand", Name: "Acme", Policy: p}}
}

// under puts a person under another policy, as a changed bundle does.
func (p *person) under(doc string) {
	p.t.Helper()
	p.policy = brandAsks(p.t, doc)
	if err := p.SetPolicy(p.ctx(), p.policy); err != nil {
		p.t.Fatal(err)
	}
}

// wantRefused wants an error with a code that names who asks for it.
func wantRefused(t testing.TB, err error, code chat.Code) {
	t.Helper()
	var e *chat.Error
	if !errors.As(err, &e) || e.Code != code || e.Detail != "Acme" {
		t.Errorf("got %v, want %s by Acme", err, code)
	}
}

// TestAccountsUnderPolicy: which accounts there may be, and how many, holds for those
// that are added and for those that were there.
func TestAccountsUnderPolicy(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Registration: true})
	coretest.User(t, s, "second", "secret of second")
	alice := user(t, s, "alice")
	second := func() error {
		return alice.AddAccount(alice.ctx(), s.Login("second"), []byte("secret of second"))
	}

	alice.under(`{"accounts.domains":["other.test"]}`)
	alice.waitState(chat.StateFailed)
	if e := alice.account().Error; e == nil || e.Code != chat.CodePolicyDomain || e.Detail != "Acme" {
		t.Errorf("an account of another domain: %v", e)
	}
	wantRefused(t, alice.Connect(alice.ctx(), alice.addr), chat.CodePolicyDomain)
	wantRefused(t, alice.UpdateAccount(alice.ctx(), s.Login("alice"), nil), chat.CodePolicyDomain)
	wantRefused(t, second(), chat.CodePolicyDomain)
	_, err := alice.StartRegistration(alice.ctx(), s.Login("third"))
	wantRefused(t, err, chat.CodePolicyDomain)

	alice.under(`{"accounts.domains":["EXAMPLE.test"],"accounts.max":1,"accounts.registration":"invite"}`)
	alice.waitState(chat.StateOnline)
	wantRefused(t, second(), chat.CodePolicyAccounts)
	_, err = alice.StartRegistration(alice.ctx(), s.Login("third"))
	wantRefused(t, err, chat.CodePolicyRegister)

	alice.under(`{}`)
	if err := second(); err != nil {
		t.Fatal(err)
	}
	online := func() (n int) {
		all, err := alice.Accounts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			if a.State == chat.StateOnline {
				n++
			}
		}
		return n
	}
	alice.wait("two accounts", func() bool { return online() == 2 })
	alice.policy = brandAsks(t, `{"accounts.max":1}`)
	alice.stop()
	alice.start()
	alice.wait("the first account alone", func() bool {
		all, _ := alice.Accounts(t.Context())
		return online() == 1 && all[0].State == chat.StateOnline && all[1].Error != nil && all[1].Error.Code == chat.CodePolicyAccounts
	})
	if by, locked := alice.Locked(policy.AccountsMax); by != "Acme" || !locked {
		t.Error(by, locked)
	}
	// One for the other is no more than there may be.
	if err := alice.Disconnect(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	if err := alice.Disconnect(alice.ctx(), s.Address("second")); err != nil {
		t.Fatal(err)
	}
	if err := alice.Connect(alice.ctx(), s.Address("second")); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, alice.Connect(alice.ctx(), alice.addr), chat.CodePolicyAccounts)
}

// TestForcedTor: an account that is not set to Tor does not connect, and none is added
// beside it; one that is goes to Tor alone, and where that is not is offline.
func TestForcedTor(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Tap: true})
	alice := user(t, s, "alice")
	coretest.User(t, s, "bob", "secret of bob")
	alice.under(`{"tor":"forced"}`)
	alice.waitState(chat.StateFailed)
	if e := alice.account().Error; e == nil || e.Code != chat.CodePolicyTor || e.Detail != "Acme" {
		t.Errorf("an account beside Tor: %v", e)
	}
	before, err := s.Wire()
	if err != nil {
		t.Fatal(err)
	}
	direct := s.Login("bob")
	wantRefused(t, alice.AddAccount(alice.ctx(), direct, []byte("secret of bob")), chat.CodePolicyTor)
	_, err = alice.StartRegistration(alice.ctx(), direct)
	wantRefused(t, err, chat.CodePolicyTor)
	wantRefused(t, alice.Connect(alice.ctx(), alice.addr), chat.CodePolicyTor)
	onion := direct
	onion.Tor, onion.Proxy = true, "socks5://127.0.0.1:1" // where none listens
	if err := alice.AddAccount(alice.ctx(), onion, []byte("secret of bob")); chat.CodeOf(err) != chat.CodeProxy {
		t.Errorf("without Tor: %v", err)
	}
	after, err := s.Wire()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(after[len(before):], "RECV") {
		t.Errorf("something went to the server: %s", after[len(before):])
	}
}

// pinOf is the SHA-256 of the public key of the first certificate in a file.
func pinOf(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return hex.EncodeToString(sum[:])
}

// TestServersUnderPolicy: a server that is not new enough, or not the one that was
// pinned, gets no login.
func TestServersUnderPolicy(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{TLS12: true})
	alice := user(t, s, "alice")
	alice.under(`{"tls.min_version":"1.3"}`)
	alice.wait("the server being refused", func() bool {
		e := alice.account().Error
		return e != nil && e.Code == chat.CodeTLSVersion
	})
	_, err := alice.StartRegistration(alice.ctx(), s.Login("third"))
	if chat.CodeOf(err) != chat.CodeTLSVersion {
		t.Errorf("registration: %v", err)
	}
	wrong := strings.Repeat("0", 64)
	alice.under(`{"tls.pins":{"example.test":["` + wrong + `"]}}`)
	alice.wait("another key than the pinned one", func() bool {
		e := alice.account().Error
		return e != nil && e.Code == chat.CodeCertPinned && len(e.Detail) == 64
	})
	for _, file := range []string{"server.pem", "ca.pem"} { // the server's key, or its authority's
		alice.under(`{"tls.pins":{"Example.Test.":["` + wrong + `","` + pinOf(t, filepath.Join(s.Dir, file)) + `"],"other.test":["` + wrong + `"]}}`)
		alice.waitState(chat.StateOnline)
	}
	// Two layers that agree on no key: nobody may vouch.
	p := brandAsks(t, `{"tls.pins":{"example.test":["`+wrong+`"]}}`)
	p = append(p, brandAsks(t, `{"tls.pins":{"example.test":["`+pinOf(t, filepath.Join(s.Dir, "server.pem"))+`"]}}`)...)
	if err := alice.SetPolicy(alice.ctx(), p); err != nil {
		t.Fatal(err)
	}
	alice.wait("nobody being trusted", func() bool {
		e := alice.account().Error
		return e != nil && e.Code == chat.CodeCertPinned
	})
}

// TestNothingIsTold: with receipts and typing off the other side sees neither, whatever
// the person has set.
func TestNothingIsTold(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Tap: true})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	alice.waitStatus(alice.say(alice.with(bob), "before"), chat.Delivered)
	for _, key := range []string{chat.SettingReceipts, chat.SettingTyping, chat.SettingMarkers} {
		if err := bob.SetSetting(bob.ctx(), key, "true"); err != nil {
			t.Fatal(err)
		}
	}
	bob.under(`{"receipts":"off","typing":"off"}`)
	for _, key := range []string{chat.SettingReceipts, chat.SettingTyping, chat.SettingMarkers} {
		if v, err := bob.Setting(bob.ctx(), key); v != chat.SettingOff || err != nil {
			t.Errorf("%s is %q, %v", key, v, err)
		}
		wantRefused(t, bob.SetSetting(bob.ctx(), key, "true"), chat.CodeLocked)
		if err := bob.SetSetting(bob.ctx(), key, chat.SettingOff); err != nil {
			t.Errorf("the stricter value: %v", err)
		}
	}
	wire, err := s.Wire()
	if err != nil {
		t.Fatal(err)
	}
	first := alice.say(alice.with(bob), "are you there?")
	bob.wait("a message", func() bool { return bob.hasText(bob.with(alice), "are you there?") })
	if err := bob.SetTyping(bob.ctx(), bob.with(alice), chat.Composing); err != nil {
		t.Fatal(err)
	}
	if err := bob.MarkRead(bob.ctx(), bob.with(alice), bob.conversation(bob.with(alice)).Last.ID); err != nil {
		t.Fatal(err)
	}
	bob.say(bob.with(alice), "yes")
	alice.wait("an answer", func() bool { return alice.hasText(alice.with(bob), "yes") })
	if got := alice.message(first).Status; got != chat.Sent {
		t.Errorf("the message is %v although bob sends no receipts", got)
	}
	after, err := s.Wire()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(after[len(wire):]) {
		if !strings.Contains(line, "RECV") || !strings.Contains(line, "to='alice@") {
			continue
		}
		for _, told := range []string{"urn:xmpp:receipts'", "chatstates", "displayed"} {
			if strings.Contains(line, told) && !strings.Contains(line, "<request") {
				t.Errorf("bob told: %s", line)
			}
		}
	}
}

// TestExportUnderPolicy: nothing is written to where others read it.
func TestExportUnderPolicy(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice := user(t, s, "alice")
	if err := alice.MayExport(); err != nil {
		t.Error(err)
	}
	alice.under(`{"export":"off"}`)
	wantRefused(t, alice.MayExport(), chat.CodePolicyExport)
	_, err := alice.ExportKeys(alice.ctx(), alice.addr, []byte("long enough"))
	wantRefused(t, err, chat.CodePolicyExport)
}

// TestPassphraseUnderPolicy: a profile whose key is in the keyring does not open where a
// policy wants a passphrase, until it is given one; then the keyring holds nothing of it.
func TestPassphraseUnderPolicy(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice := user(t, s, "alice")
	dir, ring := alice.dir, alice.keyring
	alice.stop()
	ask := brandAsks(t, `{"db.key":"ask"}`)

	_, err := profile.Open(t.Context(), dir, profile.Options{Keyring: ring, Ask: true})
	if chat.CodeOf(err) != chat.CodePolicyKey {
		t.Fatal(err)
	}
	_, err = profile.Create(t.Context(), filepath.Join(t.TempDir(), "new"), profile.Options{Keyring: ring, Ask: true})
	if chat.CodeOf(err) != chat.CodePolicyKey {
		t.Fatal(err)
	}
	opened, err := profile.Open(t.Context(), dir, profile.Options{Keyring: ring})
	if err != nil {
		t.Fatal(err)
	}
	_, err = core.Open(t.Context(), core.Config{Profile: opened, Policy: ask})
	wantRefused(t, err, chat.CodePolicyKey)
	if err := opened.Close(); err != nil {
		t.Fatal(err)
	}

	for _, o := range []profile.Options{
		{Keyring: ring, Passphrase: []byte("new passphrase"), Ask: true}, // is put under it
		{Passphrase: []byte("new passphrase"), Ask: true},                // and is
	} {
		opened, err := profile.Open(t.Context(), dir, o)
		if err != nil {
			t.Fatal(err)
		}
		c, err := core.Open(t.Context(), core.Config{Profile: opened, Policy: ask, Passphrase: o.Passphrase, Roots: s.Roots})
		if err != nil {
			t.Fatal(err)
		}
		if opened.Keyring() != nil || len(ring.secrets) > 0 {
			t.Errorf("the keyring still has %d secrets", len(ring.secrets))
		}
		alice.Client, alice.profile, alice.events = c, opened, c.Subscribe()
		alice.waitState(chat.StateOnline) // the account's password has come along
		alice.stop()
	}
}
