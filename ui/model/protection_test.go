// SPDX-License-Identifier: MPL-2.0

package model

import (
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestModeOfTheNextMessage(t *testing.T) {
	for _, tt := range []struct {
		name  string
		state chat.EncryptionState
		want  Mode
	}{
		{"plain", chat.EncryptionState{}, Mode{Kind: ModePlain}},
		{
			"encrypted",
			chat.EncryptionState{Now: chat.EncryptionOMEMO2, Lock: chat.LockClosed},
			Mode{Kind: ModeEncrypted, Way: chat.EncryptionOMEMO2, Lock: chat.LockClosed},
		},
		{
			"verified",
			chat.EncryptionState{Now: chat.EncryptionOTR, Lock: chat.LockVerified},
			Mode{Kind: ModeVerified, Way: chat.EncryptionOTR, Lock: chat.LockVerified},
		},
		{
			"a key changed, and the rest is used",
			chat.EncryptionState{Now: chat.EncryptionOMEMO, Lock: chat.LockWarning},
			Mode{Kind: ModeEncrypted, Way: chat.EncryptionOMEMO, Lock: chat.LockWarning},
		},
		{"nobody has asked yet", chat.EncryptionState{Unsure: true}, Mode{Kind: ModeAsking}},
		{"nobody has asked, and it would fail", chat.EncryptionState{Unsure: true, Code: chat.CodeNoDevice}, Mode{Kind: ModeAsking}},
		{"plain by decision, and nobody has asked", chat.EncryptionState{Unsure: true, Choice: chat.ChoiceNone}, Mode{Kind: ModePlain}},
		{
			"unsure of the devices that came since",
			chat.EncryptionState{Unsure: true, Now: chat.EncryptionOMEMO, Lock: chat.LockClosed},
			Mode{Kind: ModeEncrypted, Way: chat.EncryptionOMEMO, Lock: chat.LockClosed},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ModeOf(tt.state); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestTheWayOut(t *testing.T) {
	for _, tt := range []struct {
		name  string
		state chat.EncryptionState
		want  WayOut
	}{
		{"strict, a new device", chat.EncryptionState{Code: chat.CodeKeyChanged}, OutDevices},
		{"none is trusted", chat.EncryptionState{Code: chat.CodeNoTrusted}, OutDevices},
		{"strict, a device of one's own", chat.EncryptionState{Code: chat.CodeOwnUnchecked}, OutOwnDevices},
		{"no session", chat.EncryptionState{Code: chat.CodeNoSession, Choice: chat.ChoiceOTR}, OutOTR},
		{"the session was ended", chat.EncryptionState{Code: chat.CodeOTREnded}, OutOTR},
		{"keys could not be had", chat.EncryptionState{Code: chat.CodeNoKeyOf}, OutAgain},
		{"was encrypted, has no device any more", chat.EncryptionState{Code: chat.CodeNoDevice, Was: true}, OutPlain},
		{"the same, and it is required", chat.EncryptionState{Code: chat.CodeNoDevice, Required: true}, OutNone},
		{"the same, and plain is forbidden", chat.EncryptionState{Code: chat.CodeNoDevice, Forbidden: []chat.EncryptionChoice{chat.ChoiceNone}}, OutNone},
		{"no device, but OTR", chat.EncryptionState{Code: chat.CodeNoDevice, CanOTR: true}, OutOTR},
		{"OMEMO wanted, only OTR", chat.EncryptionState{Code: chat.CodeNoDevice, Choice: chat.ChoiceOMEMO, CanOTR: true}, OutEncrypt},
		{"plain wanted and not allowed", chat.EncryptionState{Code: chat.CodeNotEncrypted, Choice: chat.ChoiceNone, Required: true}, OutEncrypt},
		{"plain is what is left", chat.EncryptionState{Code: chat.CodeNotEncrypted, Was: true}, OutPlain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := ModeOf(tt.state)
			if m.WayOut != tt.want || !m.Stopped() || m.Lock != chat.LockWarning || m.Code != tt.state.Code {
				t.Errorf("%+v, want way out %v", m, tt.want)
			}
			if tt.state.Required && m.WayOut == OutPlain {
				t.Error("offers what is forbidden")
			}
		})
	}
}

func TestProtectionFollows(t *testing.T) {
	d, r := newDesk(t), &keyring{}
	p := NewProtection(d.Env, r, r)
	if p.Mode().Kind != ModeUnknown {
		t.Error("knows something already")
	}
	p.Open(conv)
	d.until("the first state", func() bool { _, ok := p.State(); return ok })
	if p.Mode().Kind != ModePlain {
		t.Errorf("%+v", p.Mode())
	}
	d.settle(p.orders)
	p.Again()
	d.settle(p.orders)
	if r.fresh != 2 {
		t.Errorf("asked for keys %d times", r.fresh)
	}
	r.get(func() { r.state = chat.EncryptionState{Level: chat.Strict, OwnLevel: true} })
	p.Load()
	d.settle(p.lane)
	if s, _ := p.State(); s.Level != chat.Strict || p.AccountLevel() != chat.Relaxed {
		t.Errorf("level %v, of the account %v", s.Level, p.AccountLevel())
	}
	for name, e := range map[string]chat.Event{
		"a contact's key":     {Kind: chat.TrustChanged, Conv: conv},
		"one's own key":       {Kind: chat.TrustChanged, Account: alice},
		"the question":        {Kind: chat.SecretAsked, Conv: conv},
		"the first encrypted": {Kind: chat.MessagesChanged, Conv: conv},
		"everything":          {Kind: chat.Reload},
	} {
		r.get(func() { r.state = chat.EncryptionState{Now: chat.EncryptionOMEMO, Question: name} })
		p.Apply([]chat.Event{e})
		d.until(name, func() bool { s, _ := p.State(); return s.Question == name })
	}
	r.get(func() { r.state = chat.EncryptionState{Question: "another"} })
	p.Apply([]chat.Event{{Kind: chat.TrustChanged, Conv: chat.ConvID{Account: bob, Peer: alice}, Account: bob}})
	d.settle(p.lane)
	if s, _ := p.State(); s.Question == "another" {
		t.Error("reads for what is not its own")
	}
	p.Open(chat.ConvID{})
	if _, ok := p.State(); ok {
		t.Error("keeps what it knew of another conversation")
	}
}

func TestProtectionCommands(t *testing.T) {
	d, r := newDesk(t), &keyring{}
	p := NewProtection(d.Env, r, r)
	p.Choose(chat.ChoiceOTR) // of no conversation
	p.Open(conv)
	p.Choose(chat.ChoiceNone)
	p.SetLevel(chat.Strict)
	p.StartOTR()
	p.EndOTR()
	if !p.Waiting() {
		t.Error("does not say that it waits")
	}
	d.until("all are done", func() bool { return !p.Waiting() })
	if got := r.done(); got != "choose none, level strict, start otr, end otr" {
		t.Error(got)
	}
	r.get(func() { r.err = &chat.Error{Kind: chat.Offline, Code: chat.CodeNoNetwork} })
	p.StartOTR()
	d.until("the failure", func() bool { return p.Err() != nil })
	if p.Err().Code != chat.CodeNoNetwork {
		t.Error(p.Err())
	}
}
