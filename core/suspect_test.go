// SPDX-License-Identifier: MPL-2.0

package core

import (
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestGuilt(t *testing.T) {
	for _, tc := range []struct {
		err  *chat.Error
		want int
	}{
		{&chat.Error{Kind: chat.Offline, Code: chat.CodeStreamError, Detail: "policy-violation"}, streamErrored},
		{&chat.Error{Kind: chat.Offline, Code: chat.CodeStreamError, Detail: "see-other-host"}, 0},
		{&chat.Error{Kind: chat.Offline, Code: chat.CodeStreamError}, 0}, // our own finding about what came in
		{&chat.Error{Kind: chat.Offline, Code: chat.CodeStreamLimit}, 0},
		{&chat.Error{Kind: chat.Offline, Code: chat.CodeConnectionLost}, streamLost},
		{&chat.Error{Kind: chat.Offline, Code: chat.CodeServiceUnavailable, Detail: "system-shutdown"}, 0},
		{&chat.Error{Kind: chat.Timeout, Code: chat.CodeTimeout}, 0},
	} {
		if got := guilt(tc.err); got != tc.want {
			t.Errorf("guilt of %v is %d, want %d", tc.err, got, tc.want)
		}
	}
	if guilt(nil) != 0 {
		t.Error("an orderly end speaks against a message")
	}
}

func TestSuspect(t *testing.T) {
	var s suspect
	for i := range 2 * maxEvidence { // ever another one: the network is bad
		if s.accuse(chat.MsgID(i+1), 1) {
			t.Fatal("given up for what others did")
		}
	}
	if s.acquit(3); s.id == 0 {
		t.Error("acquitted by a message before it")
	}
	if s.acquit(100); s.id != 0 {
		t.Error("suspected after a later one was confirmed")
	}
	n := 1
	for !s.accuse(7, streamErrored) {
		n++
	}
	if n != 3 {
		t.Errorf("given up after %d stream errors, want 3", n)
	}
	if s.accuse(8, 0) || s.id != 7 {
		t.Error("an end that says nothing changed the suspect")
	}
}
