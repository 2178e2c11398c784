// SPDX-License-Identifier: MPL-2.0

package main

import (
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/resources"
)

// way is how the test's server is found, without a password.
func (u *user) way() []string { return u.reach()[:4] }

func TestRegisterByNickname(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Registration: true})
	u := newUser(t, s, "alice")
	u.ok("init")
	out := u.ok(append([]string{"account", "register", s.Domain, "--nickname", "Zoë Ångström", "--json"}, u.way()...)...)
	if !strings.Contains(out, `"account":"zoe.angstrom@`+s.Domain+`"`) || !strings.Contains(out, `"state":"online"`) {
		t.Errorf("said %s", out)
	}
	if r := u.run("", "account", "list", "--json"); !strings.Contains(r.out, `"name":"Zoë Ångström"`) {
		t.Errorf("the list says %s", r.out)
	}
	for name, args := range map[string][]string{
		"a password":  {s.Domain, "--nickname", "Zoë", "--password-file", "x"},
		"an address":  {"zoe@" + s.Domain, "--nickname", "Zoë"},
		"nothing":     {},
		"empty":       {"--nickname", ""},
		"no password": {"zoe@" + s.Domain},
	} {
		if r := u.run("", append([]string{"account", "register"}, args...)...); r.status != 2 {
			t.Errorf("%s: status %d, %s", name, r.status, r.errs)
		}
	}
	if r := u.run("", "account", "register", "--nickname", "Zoë"); r.status != 1 || !strings.Contains(r.errs, "no server of its own") {
		t.Errorf("without a server: %d %s", r.status, r.errs)
	}
}

func TestRegisterByInvitation(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Invitations: true})
	link, err := s.Invite(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	u := newUser(t, s, "alice")
	u.ok("init")
	register := func(more ...string) result {
		return u.run("", append(append([]string{"account", "register", u.address}, more...), u.reach()...)...)
	}
	if r := register(); r.status != 1 {
		t.Errorf("without an invitation: %d", r.status)
	}
	if r := register("--invite", "https://example.org/"); r.status != 1 || !strings.Contains(r.errs, "not an invitation") {
		t.Errorf("with no invitation: %d %s", r.status, r.errs)
	}
	if r := register("--invite", "xmpp:elsewhere.example?register;preauth=x"); r.status != 1 || !strings.Contains(r.errs, "elsewhere.example") {
		t.Errorf("with one to elsewhere: %d %s", r.status, r.errs)
	}
	if r := register("--invite", link); r.status != 0 {
		t.Fatalf("with an invitation: %d %s", r.status, r.errs)
	}
	eve := newUser(t, s, "eve")
	eve.ok("init")
	if r := eve.run("", append([]string{"account", "register", "--nickname", "Eve", "--invite", link}, eve.way()...)...); r.status != 1 || !strings.Contains(r.errs, "does not work any more") {
		t.Errorf("with a used one: %d %s", r.status, r.errs)
	}
}

func TestSignUpAt(t *testing.T) {
	home := resources.Signup{Domain: "home.example", Host: "h", Port: 5}
	invited := chat.Invitation{Server: chat.MustAddress("there.example"), Token: "T"}
	friend := chat.Invitation{Inviter: chat.MustAddress("bob@there.example"), Token: "T"}
	for name, c := range map[string]struct {
		home   resources.Signup
		domain string
		how    way
		i      chat.Invitation
		at     chat.Login
		token  string
	}{
		"the bundle's":              {home: home, at: chat.Login{Address: chat.MustAddress("home.example"), Host: "h", Port: 5}},
		"another host":              {home: home, how: way{Host: "x", Port: 6}, at: chat.Login{Address: chat.MustAddress("home.example"), Host: "x", Port: 6}},
		"the invitation's":          {home: home, i: invited, at: chat.Login{Address: invited.Server}, token: "T"},
		"a friend of another":       {home: home, i: friend, at: chat.Login{Address: chat.MustAddress("home.example"), Host: "h", Port: 5}},
		"what is named":             {home: home, domain: "x.example", at: chat.Login{Address: chat.MustAddress("x.example")}},
		"what is named and invited": {domain: "there.example", i: invited, at: chat.Login{Address: invited.Server}, token: "T"},
	} {
		at, token, err := signUpAt(c.home, c.domain, c.how, c.i)
		if err != nil || at != c.at || token != c.token {
			t.Errorf("%s: %+v %q %v", name, at, token, err)
		}
	}
}
