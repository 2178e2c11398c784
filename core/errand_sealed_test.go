// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// A correction of what travelled encrypted does not go in the clear because the person
// has deleted the message here meanwhile.
func TestErrandOfDeletedSecret(t *testing.T) {
	c, a := oneAccount(t)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	m, _, err := c.db.Queue(ctx, store.Outgoing{Conv: bob, Body: "secret", OriginID: "o", Time: time.Now()})
	must(err)
	_, err = c.db.SaveStanzas(ctx, []store.Outgoing{{ID: m.ID, Conv: bob, Body: "secret", OriginID: "o", Stanza: []byte("<sealed/>"), Sealed: chat.EncryptionOMEMO2}})
	must(err)
	_, err = c.db.AdvanceStatus(ctx, a.addr, []store.StatusChange{{ID: m.ID, Status: chat.Sent}})
	must(err)
	must(c.Correct(ctx, bob, m.ID, "corrected"))
	must(c.SetEncryption(ctx, bob, chat.ChoiceNone))
	must(c.DeleteMessage(ctx, bob, m.ID))
	s := a.idleSession(t)
	for range 3 { // what is handed over in a round is written at its end
		must(a.do(ctx, func(context.Context) {}))
	}
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	for _, item := range s.queue.waiting {
		if strings.Contains(string(item.stanza), "corrected") {
			t.Errorf("in the clear: %s", item.stanza)
		}
	}
}
