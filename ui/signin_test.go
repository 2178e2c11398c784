// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
)

// The whole way with the keyboard alone, and without a keyring: the keys are those
// of the end-to-end test.
func TestFirstStartWithTheKeyboard(t *testing.T) {
	r := newRig(t)
	r.vault.keyring = false
	r.w.ShowWelcome()
	r.tab(2) // over the invitation
	r.press(fyne.KeyReturn)
	r.untilSays("key.keyring.none")
	r.typeText("long enough")
	r.press(fyne.KeyReturn)
	r.typeText("long enough")
	r.press(fyne.KeyReturn)
	r.untilSays("signin.title")
	r.typeText("me@example.org")
	r.press(fyne.KeyReturn)
	r.typeText("secret")
	r.tab(2)
	r.press(fyne.KeySpace) // more fields
	r.tab(-4)
	r.typeText("127.0.0.1")
	r.tab(1)
	r.typeText("15222")
	r.press(fyne.KeyReturn)
	r.until("conversations", func() bool { return r.w.showsChats() })
	if l := r.core.login; l.Address != me || l.Host != "127.0.0.1" || l.Port != 15222 || r.core.password != "secret" {
		t.Errorf("signed in with %+v, %q", l, r.core.password)
	}
	r.untilSays("empty-first.title")
}

func (r *rig) signIn() *signIn {
	r.w.take(r.core)
	s := newSignIn(r.w, r.core, r.w.ShowWelcome)
	s.model.OnDone = func(chat.Address) { s.done(r.w.showChats) }
	words := r.w.words
	s.build(words.Text("signin.title"), words.Text("signin.text"), words.Text("signin.enter"))
	return s
}

func TestSignInFields(t *testing.T) {
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
					want = r.w.words.Text(pair[1])
					r.says(pair[1]) // also where the field was hidden
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
	for _, c := range []struct {
		name   string
		host   string
		err    *chat.Error
		says   string
		dialog bool
		more   bool // shows the fields that could mend it
	}{
		{"wrong password", "", failure(chat.Auth, chat.CodeNotAuthorized), "error.not-authorized", false, false},
		{"unknown host", "", failure(chat.Offline, chat.CodeHostNotFound), "error.host-not-found", false, true},
		{"unknown host, as typed", "nowhere", failure(chat.Offline, chat.CodeHostNotFound), "trouble.signin.host.host-not-found", false, true},
		{"server gone", "", failure(chat.Offline, chat.CodeConnectionRefused), "error.connection-refused", false, true},
		{"no network", "", failure(chat.Offline, chat.CodeNoNetwork), "error.no-network", false, true},
		{"no answer", "", failure(chat.Timeout, chat.CodeTimeout), "error.timeout", false, true},
		{"no encryption", "", failure(chat.Rejected, chat.CodeNoTLS), "error.no-tls", false, false},
		{"here already", "", failure(chat.Input, chat.CodeExists), "trouble.signin.address.exists", false, false},
		{"refused certificate", "", &chat.Error{Kind: chat.Certificate, Code: chat.CodeCertExpired, Detail: "00ff"}, "error.certificate-expired", true, false},
		{"disk full", "", failure(chat.Storage, chat.CodeDiskFull), "error.disk-full", true, false},
		{"a cause without words", "", failure(chat.Bug, "brand-new"), "error.unknown", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			s := r.signIn()
			s.address.Entry.SetText(" Me@Example.org ")
			s.password.Entry.SetText("secret")
			s.host.Entry.SetText(c.host)
			r.core.fail = c.err
			r.click("signin.enter")
			r.says("action.cancel")
			r.untilSays(c.says)
			if r.core.login.Address != me || r.core.password != "secret" {
				t.Error("the core was asked something else")
			}
			if got := len(r.w.sheets) == 1; got != c.dialog {
				t.Errorf("dialog: %v", got)
			}
			if c.dialog {
				if c.err.Kind == chat.Certificate && digitsOf(r) != "00FF" {
					t.Error("no fingerprint")
				}
				r.press(fyne.KeyReturn)
			}
			if s.extra.Visible() != c.more {
				t.Errorf("server and port shown: %v", !c.more)
			}
			r.click("signin.enter") // can be tried again
			r.until("conversations", func() bool { return r.w.showsChats() })
			if s.password.Text() != "" {
				t.Error("the password still stands in the field")
			}
		})
	}
}

func TestSignInCanBeStopped(t *testing.T) {
	for name, stop := range map[string]func(r *rig){
		"button": func(r *rig) { r.click("action.cancel") },
		"back":   func(r *rig) { r.press(fyne.KeyEscape) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			s := r.signIn()
			s.address.Entry.SetText("me@example.org")
			s.password.Entry.SetText("secret")
			r.core.hang = "add account"
			s.submit()
			r.until("under way", func() bool { return r.core.did("add account") })
			s.submit() // Enter in a field
			stop(r)
			r.until("stopped", func() bool { return r.core.did("stopped add account") })
			if r.core.asking("add account") != 1 {
				t.Error("tried twice at a time")
			}
			r.saysNot("error.canceled")
			if name == "back" {
				r.says("welcome.text")
			} else {
				r.says("signin.enter")
			}
		})
	}
}

func TestSignInPlainConsent(t *testing.T) {
	start := func(t *testing.T) (*rig, *signIn) {
		r := newRig(t)
		s := r.signIn()
		s.address.Entry.SetText("me@example.org")
		s.password.Entry.SetText("secret")
		r.core.fail = failure(chat.Auth, chat.CodePlainOnly)
		s.submit()
		r.untilSays("plain.text", "domain", "example.org")
		if r.core.login.AllowPlain {
			t.Fatal("allowed without being asked")
		}
		return r, s
	}
	t.Run("yes", func(t *testing.T) {
		r, _ := start(t)
		r.click("plain.yes")
		r.until("conversations", func() bool { return r.w.showsChats() })
		if !r.core.login.AllowPlain {
			t.Error("not allowed after the answer")
		}
	})
	t.Run("no", func(t *testing.T) {
		r, _ := start(t)
		r.press(fyne.KeyReturn) // what has the focus does no harm
		r.says("signin.enter")
		if r.core.asking("add account") != 1 {
			t.Error("tried again all the same")
		}
	})
	t.Run("another server", func(t *testing.T) {
		r, s := start(t)
		r.core.set(func(f *fakeCore) { f.fail = failure(chat.Offline, chat.CodeTimeout) })
		r.click("plain.yes")
		r.untilSays("error.timeout")
		s.address.Entry.SetText("me@example.net")
		r.click("signin.enter")
		r.until("conversations", func() bool { return r.w.showsChats() })
		if r.core.login.AllowPlain {
			t.Error("what was agreed for one server holds for another")
		}
	})
}
