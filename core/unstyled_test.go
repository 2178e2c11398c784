// SPDX-License-Identifier: MPL-2.0

package core

import (
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

// TestUnstyled: that a message is to be shown as it was typed is kept with it (XEP-0393
// §6), and goes by its last correction.
func TestUnstyled(t *testing.T) {
	c, a := oneAccount(t)
	s := a.idleSession(t)
	message := func(id, body, replaces string, unstyled bool) *xmpp.Message {
		return &xmpp.Message{
			From: bobby.WithResource("x"), To: a.addr, Type: "chat", ID: id, OriginID: id, Body: body, HasBody: true,
			Replaces: replaces, Unstyled: unstyled,
		}
	}
	want := func(want ...bool) {
		t.Helper()
		rows, err := c.Page(t.Context(), chat.ConvID{Account: a.addr, Peer: bobby}, 0, 50)
		if err != nil || len(rows) != len(want) {
			t.Fatal(len(rows), err)
		}
		for i, m := range rows {
			if m.Unstyled != want[i] {
				t.Errorf("%q: unstyled %v", m.Body, m.Unstyled)
			}
		}
	}
	a.comes(t, s, message("1", "*typed*", "", true), message("2", "*strong*", "", false))
	want(true, false)
	a.comes(t, s, message("3", "*strong after all*", "1", false), message("4", "*typed after all*", "2", true))
	want(false, true)
}
