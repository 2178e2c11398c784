// SPDX-License-Identifier: MPL-2.0

//go:build nootr

package core_test

import (
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// TestWithoutOTR: a program that was built without OTR says so, sends nothing in its
// place, and shows that it could not read what came.
func TestWithoutOTR(t *testing.T) {
	f := among(t, nil)
	alice := f.alice
	bob := &person{Client: alice.Client, name: "bob", addr: f.bob.Peer}
	if err := alice.SetEncryption(alice.ctx(), f.bob, chat.ChoiceOTR); err != nil {
		t.Fatal(err)
	}
	if st := alice.protection(bob); st.Code != chat.CodeUnsupported || st.CanOTR || st.OTROpen {
		t.Errorf("%+v", st)
	}
	failed := alice.waitStatus(alice.say(f.bob, "into the void"), chat.Failed)
	if failed.Error != chat.CodeUnsupported || failed.Encryption != chat.EncryptionNone {
		t.Errorf("%+v", failed)
	}
	if err := alice.StartOTR(alice.ctx(), f.bob); chat.CodeOf(err) != chat.CodeUnsupported {
		t.Error(err)
	}
	from := f.bob.Peer.WithResource("x").String()
	f.send(message(from, "d1", text("?OTR:AAMDAAABAgAAAQMAAAAAAQAAAAEAAADA.")), message(from, "q1", text("?OTRv3?")))
	all := alice.all(f.bob)
	if len(all) != 2 || all[1].Kind != chat.KindUndecryptable {
		t.Errorf("%+v", all)
	}
}
