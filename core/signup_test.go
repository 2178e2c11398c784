// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/invite"
	"chatsecure.org/desktop/core/policy"
)

// serverOf is how to reach a server on which there is no account yet.
func serverOf(s *coretest.Server) chat.Login {
	l := s.Login("")
	l.Address = chat.Address{Domain: s.Domain}
	return l
}

// TestSignUp is a name typed, and a conversation possible.
func TestSignUp(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Registration: true})
	bob := user(t, s, "bob")
	alice := somebody(t, s, "alice")
	made, err := alice.SignUp(alice.ctx(), serverOf(s), " Alice Müller ", "")
	if err != nil {
		t.Fatal(err)
	}
	if made != s.Address("alice.muller") {
		t.Errorf("made %s", made)
	}
	alice.addr = made
	alice.waitState(chat.StateOnline)
	alice.wait("she is called so", func() bool { return alice.account().Nick == "Alice Müller" })
	if len(alice.keyring.secrets) != 2 {
		t.Errorf("the keyring has %d secrets, want the database's key and a password", len(alice.keyring.secrets))
	}
	befriend(t, alice, bob)

	// With the password that nobody chose she signs in somewhere else.
	password, err := alice.Password(alice.ctx(), made)
	if err != nil {
		t.Fatal(err)
	}
	phone := somebody(t, s, "alice")
	if err := phone.AddAccount(phone.ctx(), s.Login(made.Local), password); err != nil {
		t.Errorf("with the password that is shown: %v", err)
	}
	if _, err := phone.Password(phone.ctx(), bob.addr); chat.CodeOf(err) != chat.CodeNotFound {
		t.Errorf("of an account that is not here: %v", err)
	}

	// Somebody else of that name gets another one, and neither the other's account nor its
	// password.
	other := somebody(t, s, "alice")
	again, err := other.SignUp(other.ctx(), serverOf(s), "alice müller", "")
	if err != nil {
		t.Fatal(err)
	}
	if again == made || !strings.HasPrefix(again.Local, "alice.muller.") {
		t.Errorf("the second is %s", again)
	}
	for nick, code := range map[string]chat.Code{" ": chat.CodeEmpty, strings.Repeat("x", 300): chat.CodeTooLarge} {
		if _, err := other.SignUp(other.ctx(), serverOf(s), nick, ""); chat.CodeOf(err) != code {
			t.Errorf("%.5q…: %v, want %s", nick, err, code)
		}
	}
	short, err := other.SignUp(other.ctx(), serverOf(s), "李", "")
	if err != nil || !strings.HasPrefix(short.Local, "friend.") {
		t.Errorf("a name without letters of ours: %s, %v", short, err)
	}
}

func TestSignUpClosed(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice := somebody(t, s, "alice")
	if _, err := alice.SignUp(alice.ctx(), serverOf(s), "Alice", ""); chat.CodeOf(err) != chat.CodeRegistrationClosed {
		t.Errorf("a server that makes none: %v", err)
	}
	if _, err := alice.StartInvited(alice.ctx(), s.Login("alice"), "made-up"); chat.CodeOf(err) != chat.CodeInvitationUnknown {
		t.Errorf("one that knows no invitations: %v", err)
	}
	if all, err := alice.Accounts(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("there are %d accounts, %v", len(all), err)
	}
}

// TestInvitation: without a token the server makes no account, with one it makes
// one, once.
func TestInvitation(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Invitations: true})
	link, err := s.Invite(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i, err := invite.Parse(link, nil)
	if err != nil || !i.MakesAccount() || i.Server.Domain != s.Domain {
		t.Fatalf("%s is read as %+v, %v", link, i, err)
	}
	alice := somebody(t, s, "alice")
	if _, err := alice.SignUp(alice.ctx(), serverOf(s), "Alice", ""); chat.KindOf(err) != chat.Rejected && chat.KindOf(err) != chat.Input {
		t.Errorf("without an invitation: %v", err)
	}
	if _, err := alice.StartInvited(alice.ctx(), s.Login("alice"), i.Token+"x"); chat.CodeOf(err) != chat.CodeInvitation {
		t.Errorf("with a wrong one: %v", err)
	}
	if _, err := alice.StartInvited(alice.ctx(), s.Login("alice"), i.Token); err != nil {
		t.Fatal(err)
	}
	if err := alice.FinishRegistration(alice.ctx(), s.Login("alice"), []byte("her own"), nil); err != nil {
		t.Fatal(err)
	}
	alice.waitState(chat.StateOnline)
	eve := somebody(t, s, "eve")
	if _, err := eve.SignUp(eve.ctx(), serverOf(s), "Eve", i.Token); chat.CodeOf(err) != chat.CodeInvitation {
		t.Errorf("with a used one: %v", err)
	}
}

// TestInvitedByAContact: who was invited by somebody is their contact afterwards, without
// a question to either.
func TestInvitedByAContact(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Invitations: true})
	romeo := user(t, s, "romeo")
	for _, how := range []string{"with a new account", "with an account that is there"} {
		link, err := s.InviteOf(t.Context(), "romeo")
		if err != nil {
			t.Fatal(err)
		}
		i, err := invite.Parse(link, nil)
		if err != nil || i.Inviter != romeo.addr {
			t.Fatalf("%s is read as %+v, %v", link, i, err)
		}
		i.Name = "My Romeo"
		var juliet *person
		if how == "with a new account" {
			juliet = somebody(t, s, "juliet")
			if juliet.addr, err = juliet.SignUp(juliet.ctx(), serverOf(s), "Juliet", i.Token); err != nil {
				t.Fatal(how, err)
			}
		} else {
			juliet = user(t, s, "juliet2")
		}
		juliet.waitState(chat.StateOnline)
		if err := juliet.AcceptInvitation(juliet.ctx(), juliet.addr, i); err != nil {
			t.Fatal(how, err)
		}
		both := func(p *person, of chat.Address) func() bool {
			return func() bool {
				all, _ := p.Contacts(t.Context(), p.addr)
				for _, c := range all {
					if c.Address == of {
						return c.Subscription == chat.SubscriptionBoth && !c.Asking
					}
				}
				return false
			}
		}
		juliet.wait(how+": Romeo is her contact", both(juliet, romeo.addr))
		romeo.wait(how+": she is Romeo's contact", both(romeo, juliet.addr))
	}
}

// TestPolicyOfInvitations: where a policy lets nobody make an account without an
// invitation, one that the server takes is the way, and a made-up one is none.
func TestPolicyOfInvitations(t *testing.T) {
	only := func(p *person, value string) {
		t.Helper()
		locks, err := policy.Parse([]byte(`{"accounts.registration":"` + value + `"}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.SetPolicy(p.ctx(), []policy.Source{{Layer: "brand", Name: "Acme", Policy: locks}}); err != nil {
			t.Fatal(err)
		}
	}
	s := coretest.Prosody(t, coretest.Options{Invitations: true})
	link, err := s.Invite(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i, err := invite.Parse(link, nil)
	if err != nil {
		t.Fatal(err)
	}
	alice := somebody(t, s, "alice")
	only(alice, policy.Off)
	if _, err := alice.StartInvited(alice.ctx(), s.Login("alice"), i.Token); chat.CodeOf(err) != chat.CodePolicyRegister {
		t.Errorf("where none may be made: %v", err)
	}
	only(alice, policy.Invite)
	if _, err := alice.StartRegistration(alice.ctx(), s.Login("alice")); chat.CodeOf(err) != chat.CodePolicyRegister {
		t.Errorf("without an invitation: %v", err)
	}
	if _, err := alice.SignUp(alice.ctx(), serverOf(s), "Alice", ""); chat.CodeOf(err) != chat.CodePolicyRegister {
		t.Errorf("by a name alone: %v", err)
	}
	if a, err := alice.SignUp(alice.ctx(), serverOf(s), "Alice", i.Token); err != nil || a != s.Address("alice") {
		t.Errorf("invited: %s, %v", a, err)
	}
	open := coretest.Prosody(t, coretest.Options{Registration: true})
	bob := somebody(t, open, "bob")
	only(bob, policy.Invite)
	if _, err := bob.SignUp(bob.ctx(), serverOf(open), "Bob", "made-up"); chat.CodeOf(err) != chat.CodeInvitationUnknown {
		t.Errorf("with a made-up invitation: %v", err)
	}
}
