// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// TestUndelivered: what may not have arrived is found, however much there is of it, and what
// stands between two that have arrived in the same session is not taken for it.
func TestUndelivered(t *testing.T) {
	const n = 3*againPage - 1
	_, a := oneAccount(t)
	ctx := t.Context()
	conv := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	rows, sent, first := make([]store.Outgoing, n), make([]store.StatusChange, n), time.Now()
	for i := range rows {
		rows[i] = store.Outgoing{Conv: conv, Body: fmt.Sprint(i), OriginID: fmt.Sprint("o", i), Time: first.Add(time.Duration(i) * time.Millisecond)}
		m, _, err := a.db.Queue(ctx, rows[i])
		need(t, err)
		rows[i].ID, rows[i].Stanza, rows[i].Sealed = m.ID, []byte("<sealed/>"), chat.EncryptionOTR
		sent[i] = store.StatusChange{ID: m.ID, Status: chat.Sent}
	}
	_, err := a.db.SaveStanzas(ctx, rows)
	need(t, err)
	_, err = a.db.AdvanceStatus(ctx, a.addr, sent)
	need(t, err)
	arrive := func(which ...int) {
		for _, i := range which {
			_, err := a.db.AdvanceStatus(ctx, a.addr, []store.StatusChange{{ID: rows[i].ID, Status: chat.Delivered}})
			need(t, err)
		}
	}
	lost := func() (bodies []string) {
		t.Helper()
		need(t, a.do(ctx, func(ctx context.Context) {
			for _, m := range a.undelivered(ctx, a.talkWith(conv.Peer)) {
				bodies = append(bodies, m.Body)
			}
		}))
		return bodies
	}
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprint(i)
	}
	if got := lost(); !slices.Equal(got, all) {
		t.Errorf("%d, from %v; want all %d", len(got), got[:min(len(got), 1)], n)
	}
	arrive(100, n-10) // what is before them may have come before the session
	if got := lost(); !slices.Equal(got, slices.Concat(all[:100], all[101:n-10], all[n-9:])) {
		t.Errorf("%d, want %d", len(got), n-2)
	}
	oneSession := func(again int) {
		need(t, a.do(ctx, func(context.Context) {
			a.otr.sealed = make(map[chat.MsgID]sealedIn)
			for i, row := range rows {
				a.otr.sealed[row.ID] = sealedIn{side: conv.Peer.WithResource("desk"), session: [8]byte{1}, number: uint64(i + 1), first: first, again: again}
			}
		}))
	}
	oneSession(maxAnew - 1) // a server may have lost what is between them
	if got := lost(); !slices.Equal(got, slices.Concat(all[:100], all[101:n-10], all[n-9:])) {
		t.Errorf("%d, want %d", len(got), n-2)
	}
	oneSession(maxAnew)
	if got := lost(); !slices.Equal(got, slices.Concat(all[:100], all[n-9:])) {
		t.Errorf("with what was encrypted in one session: %d, want %d", len(got), 109)
	}
	need(t, a.do(ctx, func(context.Context) { // a page in which all were
		for i := range 2 * againPage {
			arrive(n - 11 - i)
		}
	}))
	if got := lost(); len(got) != 9 {
		t.Errorf("behind the last: %d, want 9", len(got))
	}
}
