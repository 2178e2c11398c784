// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

func need(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// act lets the actor do something, and waits for what follows from it.
func (a *account) act(t *testing.T, do func(ctx context.Context)) {
	t.Helper()
	need(t, a.do(t.Context(), do))
	for range 3 { // what is handed over in a round is written at its end
		need(t, a.do(t.Context(), func(context.Context) {}))
	}
}

// queued are the elements that wait to be written.
func (s *session) queued(t *testing.T) (all []string) {
	t.Helper()
	s.account.act(t, func(context.Context) {})
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	for _, i := range s.queue.waiting {
		all = append(all, string(i.stanza))
	}
	return all
}

func (s *session) silentAbout(t *testing.T, text string) {
	t.Helper()
	for _, e := range s.queued(t) {
		if strings.Contains(e, text) {
			t.Errorf("in the clear: %s", e)
		}
	}
}

// travelled is a message that the server has, encrypted.
func (a *account) travelled(t *testing.T, conv chat.ConvID, body string, how chat.Encryption) chat.MsgID {
	t.Helper()
	ctx := t.Context()
	m, _, err := a.db.Queue(ctx, store.Outgoing{Conv: conv, Body: body, OriginID: "o1", Time: time.Now()})
	need(t, err)
	_, err = a.db.SaveStanzas(ctx, []store.Outgoing{{ID: m.ID, Conv: conv, Body: body, OriginID: "o1", Stanza: []byte("<sealed/>"), Sealed: how}})
	need(t, err)
	_, err = a.db.AdvanceStatus(ctx, a.addr, []store.StatusChange{{ID: m.ID, Status: chat.Sent}})
	need(t, err)
	return m.ID
}

// What has travelled encrypted and came back is never sent in the clear, whatever the
// person has chosen since for what comes next.
func TestEncryptedStaysEncrypted(t *testing.T) {
	for _, how := range []chat.Encryption{chat.EncryptionOMEMO, chat.EncryptionOMEMO2, chat.EncryptionOTR} {
		t.Run(how.String(), func(t *testing.T) {
			c, a := oneAccount(t)
			bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
			id := a.travelled(t, bob, "TOP SECRET", how)
			_, err := c.db.AdvanceStatus(t.Context(), a.addr, []store.StatusChange{{Conv: bob, OriginID: "o1", Status: chat.Failed, Error: chat.CodeServiceUnavailable}})
			need(t, err)
			need(t, c.SetEncryption(t.Context(), bob, chat.ChoiceNone))
			s := a.idleSession(t)
			need(t, c.Retry(t.Context(), bob, id))
			s.silentAbout(t, "TOP SECRET")
			_, err = c.SendText(t.Context(), bob, "in the clear", chat.SendOptions{})
			need(t, err)
			_, err = c.SendText(t.Context(), chat.ConvID{Account: a.addr, Peer: chat.MustAddress("carol@example.test")}, "to carol", chat.SendOptions{Encryption: chat.ChoiceNone})
			need(t, err)
			if got := strings.Join(s.queued(t), ""); !strings.Contains(got, "to carol") {
				t.Errorf("what may go in the clear waits too: %s", got)
			}
		})
	}
}

// A program of the contact's that is gone sends a message in OTR back: it does not go
// in the clear by itself.
func TestBouncedOTRStaysEncrypted(t *testing.T) {
	c, a := oneAccount(t)
	bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	a.travelled(t, bob, "TOP SECRET", chat.EncryptionOTR)
	need(t, c.SetEncryption(t.Context(), bob, chat.ChoiceNone))
	s := a.idleSession(t)
	a.comes(t, s, &xmpp.Message{
		From: bob.Peer.WithResource("gone"), To: a.addr, Type: "error", ID: "o1",
		Error: &xmpp.StanzaError{Condition: "service-unavailable", Code: chat.CodeServiceUnavailable},
	})
	s.silentAbout(t, "TOP SECRET")
}
