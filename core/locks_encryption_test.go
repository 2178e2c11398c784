// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// TestEncryptionRequired: under a policy that requires encryption nothing goes in the
// clear, to a contact without devices neither, whatever the person has chosen or asks
// for with the message.
func TestEncryptionRequired(t *testing.T) {
	s := &watched{coretest.Prosody(t, coretest.Options{Tap: true}), t, map[string]string{}}
	alice, bob := user(t, s.Server, "alice"), user(t, s.Server, "bob")
	befriend(t, alice, bob)
	meet(alice, bob)
	coretest.User(t, s.Server, "carol", "x") // has no device
	carol := chat.ConvID{Account: alice.addr, Peer: s.Address("carol")}
	alice.inTheClear(alice.with(bob)) // stays stored
	alice.waitStatus(alice.say(alice.with(bob), "before the policy"), chat.Sent)

	alice.under(`{"encryption.require":"all"}`)
	alice.wantFailed(alice.say(carol, s.secret("to nobody's device")), chat.CodeNoDevice)
	alice.wantFailed(alice.sayPlain(carol, s.secret("in the clear"), 0), chat.CodeNotEncrypted)
	alice.wantFailed(alice.say(alice.with(bob), s.secret("as chosen before")), chat.CodeNotEncrypted)
	wantRefused(t, alice.SetEncryption(alice.ctx(), alice.with(bob), chat.ChoiceNone), chat.CodeLocked)
	wantRefused(t, alice.RequireEncryption(alice.ctx(), alice.addr, false), chat.CodeLocked)
	if st := alice.protection(bob); !st.Required || st.RequiredBy != "Acme" || st.Code != chat.CodeNotEncrypted {
		t.Errorf("%+v", st)
	}
	if err := alice.SetEncryption(alice.ctx(), alice.with(bob), chat.ChoiceAuto); err != nil {
		t.Fatal(err)
	}
	m := alice.waitStatus(alice.say(alice.with(bob), s.secret("encrypted")), chat.Delivered)
	if m.Encryption != chat.EncryptionOMEMO2 {
		t.Errorf("sent with %v", m.Encryption)
	}
	s.check("before the policy")

	// The choices of before count again where the policy does not.
	alice.under(`{}`)
	if st := alice.protection(bob); st.Required || st.RequiredBy != "" {
		t.Errorf("%+v", st)
	}
}

// TestEncryptionAllowed: what a policy does not allow is not used, and not published for
// others to use.
func TestEncryptionAllowed(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	meet(alice, bob)
	conv := alice.with(bob)

	alice.under(`{"encryption.allowed":["omemo"]}`)
	if m := alice.waitStatus(alice.say(conv, "in the old format"), chat.Delivered); m.Encryption != chat.EncryptionOMEMO {
		t.Errorf("sent with %v", m.Encryption)
	}
	if st := alice.protection(bob); st.Now != chat.EncryptionOMEMO || !st.Required {
		t.Errorf("%+v", st)
	}
	wantRefused(t, alice.SetEncryption(alice.ctx(), conv, chat.ChoiceOTR), chat.CodeLocked)
	if v, _ := alice.Setting(alice.ctx(), chat.SettingOTR); v != chat.OTRNever {
		t.Errorf("OTR is %q", v)
	}
	wantRefused(t, alice.SetSetting(alice.ctx(), chat.SettingOTR, chat.OTRRequest), chat.CodeLocked)
	wantRefused(t, alice.StartOTR(alice.ctx(), conv), chat.CodePolicyEncryption)
	sent := alice.conversation(conv).Last.ID
	wantRefused(t, alice.RetryAs(alice.ctx(), conv, sent, chat.ChoiceOTR), chat.CodePolicyEncryption)

	alice.under(`{"encryption.allowed":["none"]}`)
	alice.wantFailed(alice.say(conv, "it was encrypted before"), chat.CodeNoSession)
	id, err := alice.SendText(alice.ctx(), conv, "with OMEMO", chat.SendOptions{Encryption: chat.ChoiceOMEMO})
	if err != nil {
		t.Fatal(err)
	}
	alice.wantFailed(id, chat.CodePolicyEncryption)
	alice.inTheClear(conv)
	if m := alice.waitStatus(alice.say(conv, "decided by the person"), chat.Delivered); m.Encryption != chat.EncryptionNone {
		t.Errorf("sent with %v", m.Encryption)
	}

	// Somebody who is new here publishes nothing of what is not allowed.
	dave := somebody(t, s, "dave")
	coretest.User(t, s, "dave", "secret of dave")
	dave.under(`{"encryption.allowed":["none","omemo2"]}`)
	if err := dave.AddAccount(dave.ctx(), s.Login("dave"), []byte("secret of dave")); err != nil {
		t.Fatal(err)
	}
	dave.waitState(chat.StateOnline)
	befriend(t, alice, dave)
	alice.under(`{}`)
	meet(alice, dave)
	for _, k := range alice.keys(dave.addr) {
		if k.OMEMO || !k.OMEMO2 {
			t.Errorf("a key of dave's speaks %v %v", k.OMEMO, k.OMEMO2)
		}
	}
}

// TestTrustUnderPolicy: the level is a floor under what the person has set.
func TestTrustUnderPolicy(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	meet(alice, bob)
	conv := alice.with(bob)
	if err := alice.SetTrustLevel(alice.ctx(), conv, chat.Relaxed); err != nil {
		t.Fatal(err)
	}
	for _, level := range []chat.TrustLevel{chat.Careful, chat.Strict} {
		alice.under(`{"encryption.trust":"` + level.String() + `"}`)
		if st := alice.protection(bob); st.Level != level || st.LevelBy != "Acme" || !st.OwnLevel {
			t.Errorf("%v: %+v", level, st)
		}
		wantRefused(t, alice.SetTrustLevel(alice.ctx(), conv, chat.Relaxed), chat.CodeLocked)
		wantRefused(t, alice.SetTrustLevel(alice.ctx(), chat.ConvID{Account: alice.addr}, chat.Relaxed), chat.CodeLocked)
	}
	alice.wantFailed(alice.say(conv, "to a key that nobody has compared"), chat.CodeNoTrusted)
	alice.under(`{}`)
	if st := alice.protection(bob); st.Level != chat.Relaxed || st.LevelBy != "" {
		t.Errorf("%+v", st)
	}
}
