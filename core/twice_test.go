// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// A page of an archive may hold one encrypted message twice: sent again after a lost
// session. It is one row, with its text, though pages are stored from their newest row on.
func TestTwiceInAPage(t *testing.T) {
	_, a := oneAccount(t)
	bob := chat.MustAddress("bob@example.test")
	s := a.idleSession(t)
	_, err := a.db.SetDevices(t.Context(), a.addr, bob, 2, []store.Device{{ID: 5}}, true, time.Now())
	need(t, err)
	friend := a.penpal(t, bob.WithResource("x"), 5)
	m := friend.says(t, a.addr, a.addr, "m1", "hello")
	var page archived
	for i, id := range []string{"a1", "a2"} {
		page.messages = append(page.messages, xmpp.Archived{ID: id, Stamp: time.Now().Add(time.Duration(i-9) * time.Second), Message: m})
	}
	page.First, page.Last, page.Reached = "a1", "a2", true
	a.act(t, func(ctx context.Context) {
		gap, err := a.db.OpenGap(ctx, a.addr)
		need(t, err)
		if !a.receiveArchive(ctx, s, gap, page) {
			t.Error("not stored")
		}
	})
	rows := a.messages(t, chat.ConvID{Account: a.addr, Peer: bob})
	n := 0
	for _, m := range rows {
		if m.Kind != chat.KindNotice {
			n++
		}
		if m.Kind == chat.KindText && m.Body != "hello" {
			t.Errorf("shown is %q", m.Body)
		}
	}
	if n != 1 {
		t.Errorf("%d rows, want 1: %+v", n, rows)
	}
}
