// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

func TestWrongPassword(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	coretest.User(t, s, "alice", "right")
	alice := somebody(t, s, "alice")
	for name, password := range map[string]string{"alice": "wrong", "nobody": "right"} {
		err := alice.AddAccount(alice.ctx(), s.Login(name), []byte(password))
		if chat.CodeOf(err) != chat.CodeNotAuthorized || chat.KindOf(err) != chat.Auth {
			t.Errorf("%s with %q: %v, want not authorized", name, password, err)
		}
	}
	if all, err := alice.Accounts(t.Context()); err != nil || len(all) != 0 || len(alice.keyring.secrets) != 1 {
		t.Fatalf("after refused logins there are %d accounts, %d secrets, %v", len(all), len(alice.keyring.secrets), err)
	}
	if err := alice.AddAccount(alice.ctx(), s.Login("alice"), []byte("right")); err != nil {
		t.Fatal(err)
	}
	if err := alice.AddAccount(alice.ctx(), s.Login("alice"), []byte("right")); chat.CodeOf(err) != chat.CodeExists {
		t.Errorf("the same account twice: %v", err)
	}
	alice.waitState(chat.StateOnline)
	alice.stop()

	coretest.User(t, s, "alice", "new") // the password changes behind our back
	alice.start()
	alice.waitState(chat.StateFailed)
	if code := alice.account().Error.Code; code != chat.CodeNotAuthorized {
		t.Errorf("failed with %s", code)
	}
	if err := alice.UpdateAccount(alice.ctx(), s.Login("alice"), []byte("wrong again")); chat.CodeOf(err) != chat.CodeNotAuthorized {
		t.Errorf("changed to a wrong password: %v", err)
	}
	if err := alice.UpdateAccount(alice.ctx(), s.Login("alice"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	alice.waitState(chat.StateOnline)
	alice.stop()
	alice.start()
	alice.waitState(chat.StateOnline)

	if err := alice.RemoveAccount(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	if all, _ := alice.Accounts(t.Context()); len(all) != 0 || len(alice.keyring.secrets) != 1 {
		t.Errorf("after removing it there are %d accounts, %d secrets", len(all), len(alice.keyring.secrets))
	}
}

func TestBadCertificates(t *testing.T) {
	for name, tc := range map[string]struct {
		certificate coretest.Certificate
		want        chat.Code
	}{
		"expired":     {coretest.CertExpired, chat.CodeCertExpired},
		"other host":  {coretest.CertOtherHost, chat.CodeCertHost},
		"self-signed": {coretest.CertSelfSigned, chat.CodeCertSelfSigned},
		"unknown CA":  {coretest.CertUnknownCA, chat.CodeCertAuthority},
	} {
		t.Run(name, func(t *testing.T) {
			s := coretest.Prosody(t, coretest.Options{Certificate: tc.certificate})
			coretest.User(t, s, "alice", "right")
			alice := somebody(t, s, "alice")
			direct := s.Login("alice")
			direct.Port, direct.DirectTLS = s.DirectTLSPort, true
			for how, login := range map[string]chat.Login{"STARTTLS": s.Login("alice"), "direct TLS": direct} {
				err := alice.AddAccount(alice.ctx(), login, []byte("right"))
				if chat.CodeOf(err) != tc.want || chat.KindOf(err) != chat.Certificate {
					t.Errorf("%s: %v, want %s", how, err, tc.want)
				}
			}
			if all, _ := alice.Accounts(t.Context()); len(all) != 0 {
				t.Error("an account was stored")
			}
		})
	}
}

func TestLoginWays(t *testing.T) {
	for name, o := range map[string]coretest.Options{
		"SHA-1, TLS 1.3": {}, "SHA-256": {SHA256: true}, "SHA-1-PLUS, TLS 1.2": {TLS12: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := coretest.Prosody(t, o)
			coretest.User(t, s, "alice", "pässword ☃")
			login := s.Login("alice")
			for range 2 {
				alice := somebody(t, s, "alice")
				if err := alice.AddAccount(alice.ctx(), login, []byte("pässword ☃")); err != nil {
					t.Fatalf("direct TLS %t: %v", login.DirectTLS, err)
				}
				alice.waitState(chat.StateOnline)
				login.DirectTLS, login.Port = true, s.DirectTLSPort
			}
		})
	}
}

func TestNobodyAnswers(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice := somebody(t, s, "alice")
	login := s.Login("alice")
	s.Stop()
	if err := alice.AddAccount(alice.ctx(), login, []byte("x")); chat.CodeOf(err) != chat.CodeConnectionRefused || chat.KindOf(err) != chat.Offline {
		t.Errorf("nobody listens: %v, want connection refused", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	<-ctx.Done()
	if err := alice.AddAccount(ctx, login, []byte("x")); err == nil {
		t.Error("signed in with an ended context")
	}
}

func TestRegistration(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Registration: true})
	alice := somebody(t, s, "alice")
	form, err := alice.StartRegistration(alice.ctx(), s.Login("alice"))
	if err != nil {
		t.Fatal(err)
	}
	if form.URL != "" || len(form.Fields) != 0 {
		t.Errorf("the form asks for more than a name and a password: %+v", form)
	}
	if err := alice.FinishRegistration(alice.ctx(), s.Login("alice"), []byte("right"), nil); err != nil {
		t.Fatal(err)
	}
	alice.waitState(chat.StateOnline)

	bob := somebody(t, s, "alice") // who wants the same address
	if _, err := bob.StartRegistration(bob.ctx(), s.Login("alice")); err != nil {
		t.Fatal(err)
	}
	if err := bob.FinishRegistration(bob.ctx(), s.Login("alice"), []byte("other"), nil); chat.CodeOf(err) != chat.CodeAddressTaken {
		t.Errorf("a taken address: %v", err)
	}
	if err := bob.FinishRegistration(bob.ctx(), s.Login("bob"), []byte("other"), nil); chat.CodeOf(err) != chat.CodeNotFound {
		t.Errorf("finished what was not started: %v", err)
	}
	bob.CancelRegistration(s.Address("alice"))
}

// The account is there and the log-in after it was lost: a second try gets in
// with the right password, and nobody else does.
func TestRegistrationAgain(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Registration: true})
	coretest.User(t, s, "alice", "right")
	for password, code := range map[string]chat.Code{"wrong": chat.CodeAddressTaken, "right": ""} {
		alice := somebody(t, s, "alice")
		if _, err := alice.StartRegistration(alice.ctx(), s.Login("alice")); err != nil {
			t.Fatal(err)
		}
		err := alice.FinishRegistration(alice.ctx(), s.Login("alice"), []byte(password), nil)
		if chat.CodeOf(err) != code {
			t.Errorf("with the %s password: %v", password, err)
		}
	}
}

// However an address was typed, the account has the name that the server uses.
func TestAddressAsTheServerWritesIt(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	coretest.User(t, s, "élise", "right")
	alice := somebody(t, s, "alice")
	for _, typed := range []string{"e\u0301lise", "ÉLISE", "élise"} {
		login := s.Login("alice")
		login.Address.Local = typed
		err := alice.AddAccount(alice.ctx(), login, []byte("right"))
		if typed == "e\u0301lise" && err != nil {
			t.Fatal(err)
		}
		if typed != "e\u0301lise" && chat.CodeOf(err) != chat.CodeExists {
			t.Errorf("%q once more: %v", typed, err)
		}
	}
	all, err := alice.Accounts(t.Context())
	if err != nil || len(all) != 1 || all[0].Login.Address != s.Address("élise") {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestRegistrationClosed(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice := somebody(t, s, "alice")
	if _, err := alice.StartRegistration(alice.ctx(), s.Login("alice")); chat.CodeOf(err) != chat.CodeRegistrationClosed {
		t.Errorf("registration: %v, want closed", err)
	}
}

func TestPictureAndName(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	img := image.NewNRGBA(image.Rect(0, 0, 300, 200))
	for i := range img.Pix {
		img.Pix[i] = byte(i)
	}
	img.Set(3, 3, color.White)
	var data bytes.Buffer
	if err := png.Encode(&data, img); err != nil {
		t.Fatal(err)
	}
	if err := alice.SetPicture(alice.ctx(), alice.addr, data.Bytes()); err != nil {
		t.Fatal(err)
	}
	own := alice.account().Avatar
	if own == "" {
		t.Fatal("no picture of our own")
	}
	bob.wait("the picture", func() bool { return bob.contact(alice).Avatar == own })
	if got, err := bob.Picture(t.Context(), own); err != nil || len(got) == 0 {
		t.Errorf("the picture is not here: %d bytes, %v", len(got), err)
	}
	if err := alice.SetNick(alice.ctx(), alice.addr, "Alice in Chains"); err != nil {
		t.Fatal(err)
	}
	bob.wait("the name", func() bool { return bob.contact(alice).Nick == "Alice in Chains" })
	if err := alice.SetPicture(alice.ctx(), alice.addr, nil); err != nil {
		t.Fatal(err)
	}
	bob.wait("no picture", func() bool { return bob.contact(alice).Avatar == "" })
}
