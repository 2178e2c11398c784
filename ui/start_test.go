// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
)

func TestKeyChoice(t *testing.T) {
	words := resources.Default()
	t.Run("keyring by default", func(t *testing.T) {
		r, went := newRig(t), false
		k := newKeyChoice(r.w, func() { went = true })
		test.Tap(k.enter.button)
		r.until("the next step", func() bool { return went })
		if phrase := <-r.vault.made; phrase != "" {
			t.Error("made with a passphrase")
		}
	})
	t.Run("passphrase", func(t *testing.T) {
		r, went := newRig(t), false
		k := newKeyChoice(r.w, func() { went = true })
		k.choose(true)
		for _, c := range []struct{ first, again, wrong, differs string }{
			{"short", "short", words.Text("error.too-short"), ""},
			{"long enough", "long enouhg", "", words.Text("error.mismatch")},
		} {
			k.first.Entry.SetText(c.first)
			k.again.Entry.SetText(c.again)
			k.submit()
			if k.first.Error() != c.wrong || k.again.Error() != c.differs {
				t.Errorf("%q: %q, %q", c.first, k.first.Error(), k.again.Error())
			}
		}
		k.again.Entry.SetText("long enough")
		k.submit()
		r.until("the next step", func() bool { return went })
		if phrase := <-r.vault.made; phrase != "long enough" {
			t.Errorf("made with %q", phrase)
		}
	})
	t.Run("no keyring", func(t *testing.T) {
		r := newRig(t)
		k := newKeyChoice(r.w, func() {})
		k.offer(false)
		k.choose(false)
		if !k.usePhrase {
			t.Error("a keyring that is not there can be chosen")
		}
	})
}

func TestUnlock(t *testing.T) {
	r := newRig(t)
	r.core.accounts = []chat.Account{{Login: chat.Login{Address: me}, Enabled: true}}
	r.w.ShowUnlock()
	if r.w.cfg.Window.Canvas().Focused() == nil {
		t.Fatal("nothing has the focus")
	}
	r.typeText("right")
	r.press(fyne.KeyReturn)
	r.until("conversations", func() bool { return r.w.chats != nil })
}

func (r *rig) signIn() *signIn {
	r.w.take(r.core)
	s := newSignIn(r.w, r.core, func() {})
	s.model.OnDone = func(chat.Address) { r.w.loadAccounts(r.w.showChats) }
	s.build("", "", "")
	return s
}

func TestSignInFields(t *testing.T) {
	words := resources.Default()
	for _, c := range []struct {
		name, address, password, host, port string
		wrongAddress, wrongPassword         string
		wrongHost, wrongPort                string
	}{
		{name: "nothing", wrongAddress: "trouble.signin.address.empty"},
		{name: "no password", address: "me@example.org", wrongPassword: "trouble.signin.password.empty"},
		{name: "no at", address: "example.org", password: "x", wrongAddress: "error.malformed-address"},
		{name: "port that is none", address: "me@example.org", password: "x", host: "h", port: "seventy", wrongPort: "error.malformed-port"},
		{name: "port too high", address: "me@example.org", password: "x", host: "h", port: "65536", wrongPort: "error.malformed-port"},
		{name: "port without server", address: "me@example.org", password: "x", port: "5222", wrongHost: "trouble.signin.host.empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			s := r.signIn()
			s.address.Entry.SetText(c.address)
			s.password.Entry.SetText(c.password)
			s.host.Entry.SetText(c.host)
			s.port.Entry.SetText(c.port)
			s.submit()
			for name, pair := range map[string][2]string{
				"address": {s.address.Error(), c.wrongAddress}, "password": {s.password.Error(), c.wrongPassword},
				"host": {s.host.Error(), c.wrongHost}, "port": {s.port.Error(), c.wrongPort},
			} {
				want := ""
				if pair[1] != "" {
					want = words.Text(pair[1])
				}
				if pair[0] != want {
					t.Errorf("%s says %q, want %q", name, pair[0], want)
				}
			}
			if r.core.did("add account") {
				t.Error("asked the core all the same")
			}
		})
	}
}

func TestSignInFailures(t *testing.T) {
	words := resources.Default()
	for _, c := range []struct {
		name  string
		err   *chat.Error
		check func(s *signIn) bool
	}{
		{"wrong password", &chat.Error{Kind: chat.Auth, Code: chat.CodeNotAuthorized}, func(s *signIn) bool {
			return s.password.Error() == words.Text("error.not-authorized")
		}},
		{"unknown host", &chat.Error{Kind: chat.Offline, Code: chat.CodeHostNotFound}, func(s *signIn) bool {
			return s.address.Error() == words.Text("error.host-not-found") && s.extra.Visible()
		}},
		{"server gone", &chat.Error{Kind: chat.Offline, Code: chat.CodeConnectionRefused}, func(s *signIn) bool {
			return s.wrong.Visible() && s.wrong.Text() == words.Text("error.connection-refused") && s.extra.Visible()
		}},
		{"refused certificate", &chat.Error{Kind: chat.Certificate, Code: chat.CodeCertExpired, Detail: "00ff"}, func(s *signIn) bool {
			return len(s.w.sheets) == 1
		}},
		{"password wanted", &chat.Error{Kind: chat.Auth, Code: chat.CodePlainOnly}, func(s *signIn) bool {
			return len(s.w.sheets) == 1
		}},
		{"a cause without words", &chat.Error{Kind: chat.Bug, Code: "brand-new"}, func(s *signIn) bool {
			return s.wrong.Text() == words.Text("error.unknown")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			s := r.signIn()
			s.address.Entry.SetText(" Me@Example.org ")
			s.password.Entry.SetText("secret")
			r.core.fail = c.err
			s.submit()
			if s.enter.button.Text() != words.Text("action.cancel") {
				t.Error("can be pressed twice")
			}
			r.until("the words", func() bool { return c.check(s) })
			if r.core.login.Address != me || r.core.password != "secret" {
				t.Error("the core was asked something else")
			}
			if s.enter.on {
				t.Error("can not be tried again")
			}
		})
	}
}

func TestSignInPlainConsent(t *testing.T) {
	r := newRig(t)
	s := r.signIn()
	s.address.Entry.SetText("me@example.org")
	s.password.Entry.SetText("secret")
	r.core.fail = &chat.Error{Kind: chat.Auth, Code: chat.CodePlainOnly}
	s.submit()
	r.until("the question", func() bool { return len(r.w.sheets) == 1 })
	if r.core.login.AllowPlain {
		t.Fatal("allowed without being asked")
	}
	r.w.closeSheet()
	s.consent() // what "Send it" does
	r.until("conversations", func() bool { return r.w.chats != nil })
	if !r.core.login.AllowPlain {
		t.Error("not allowed after the answer")
	}
}

func TestRegister(t *testing.T) {
	r := newRig(t)
	r.w.take(r.core)
	r.core.form = chat.Form{Instructions: "Be kind.", Fields: []chat.Field{{Name: "ocr", Required: true}}}
	reg := newRegister(r.w, resources.Server{Domain: "example.org", Name: "Example"}, func() {})
	reg.build()
	reg.submit()
	if reg.name.Error() == "" {
		t.Error("nothing typed and nothing said")
	}
	reg.name.Entry.SetText("me")
	reg.password.Entry.SetText("long enough")
	reg.again.Entry.SetText("long enough")
	reg.submit()
	r.until("the server's question", func() bool { return len(reg.answers) == 1 && !reg.enter.on })
	reg.submit()
	if r.core.did("add account") || r.w.cfg.Window.Canvas().Focused() != reg.answers["ocr"].focus {
		t.Fatal("an answer that the server needs was left out")
	}
	r.typeText("7")
	reg.submit()
	r.until("conversations", func() bool { return r.w.chats != nil })
	if r.core.values["ocr"] != "7" || r.core.login.Address != me {
		t.Errorf("answered %v", r.core.values)
	}
}

func TestSplitServer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		domain, host string
		port         int
	}{
		"":                               {},
		"Example.org":                    {"example.org", "", 0},
		" example.org xmpp.example.org ": {"example.org", "xmpp.example.org", 0},
		"localhost 127.0.0.1:15222":      {"localhost", "127.0.0.1", 15222},
		"localhost [::1]:15222":          {"localhost", "::1", 15222},
	} {
		domain, host, port := splitServer(text)
		if domain != want.domain || host != want.host || port != want.port {
			t.Errorf("%q: %q %q %d", text, domain, host, port)
		}
	}
}
