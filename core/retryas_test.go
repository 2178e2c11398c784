// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// TestSendItUnencrypted: a message that could not be encrypted is sent in the clear when
// the person decides so for it, and nothing else is; not where encryption is required.
func TestSendItUnencrypted(t *testing.T) {
	c, a := oneAccount(t)
	a.withKeys(t)
	s := a.idleSession(t)
	conv := chat.ConvID{Account: a.addr, Peer: bobby}
	inActor(t, a, func(context.Context) {
		for _, owner := range []chat.Address{a.addr, bobby} {
			for _, v := range versions {
				a.omemo.lists[deviceList{owner, v}] = listState{at: time.Now(), heard: 1}
			}
			a.omemo.asked[owner] = time.Now()
		}
		a.omemo.begun = true
	})
	ids := make([]chat.MsgID, 2)
	for i := range ids {
		var err error
		if ids[i], err = c.SendText(t.Context(), conv, "secret", chat.SendOptions{Encryption: chat.ChoiceOMEMO}); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.written(t); len(got) != 0 {
		t.Fatalf("written: %v", got)
	}
	is := func(id chat.MsgID, want chat.Status) {
		t.Helper()
		if m, _, err := c.db.Message(t.Context(), id); err != nil || m.Status != want || m.Encryption != chat.EncryptionNone {
			t.Errorf("%v as %v, %v; want %v", m.Status, m.Encryption, err, want)
		}
	}
	is(ids[0], chat.Failed)
	if err := c.RequireEncryption(t.Context(), a.addr, true); err != nil {
		t.Fatal(err)
	}
	if err := c.RetryAs(t.Context(), conv, ids[0], chat.ChoiceNone); chat.CodeOf(err) != chat.CodeNotEncrypted {
		t.Errorf("where encryption is required: %v", err)
	}
	is(ids[0], chat.Failed)
	if err := c.RequireEncryption(t.Context(), a.addr, false); err != nil {
		t.Fatal(err)
	}
	if err := c.RetryAs(t.Context(), conv, ids[0], chat.ChoiceNone); err != nil {
		t.Fatal(err)
	}
	if got := s.written(t); len(got) != 1 || got[0] != ids[0] {
		t.Errorf("written: %v, want only %v", got, ids[0])
	}
	is(ids[1], chat.Failed)
}
