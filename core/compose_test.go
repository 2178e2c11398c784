// SPDX-License-Identifier: MPL-2.0

package core

import (
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// An answer in the clear names what came encrypted and does not quote it; what came in
// the clear is quoted.
func TestQuotesNothingSecret(t *testing.T) {
	for _, how := range []chat.Encryption{chat.EncryptionNone, chat.EncryptionOTR, chat.EncryptionOMEMO, chat.EncryptionOMEMO2} {
		t.Run(how.String(), func(t *testing.T) {
			c, a := oneAccount(t)
			bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
			page, err := c.db.AddIncoming(t.Context(), []store.Incoming{{
				Conv: bob, From: bob.Peer.WithResource("x"), Direction: chat.In, Kind: chat.KindText, Body: "THE CODE IS 4711",
				OriginID: "q1", MessageID: "q1", Time: time.Now(), Encryption: how,
			}})
			need(t, err)
			need(t, c.SetEncryption(t.Context(), bob, chat.ChoiceNone))
			s := a.idleSession(t)
			_, err = c.SendText(t.Context(), bob, "thanks", chat.SendOptions{ReplyTo: page[0].ID})
			need(t, err)
			got := strings.Join(s.queued(t), "")
			if !strings.Contains(got, "thanks") || !strings.Contains(got, "id='q1'") {
				t.Errorf("no answer: %s", got)
			}
			if quoted := strings.Contains(got, "4711"); quoted != (how == chat.EncryptionNone) {
				t.Errorf("quoted: %v in %s", quoted, got)
			}
		})
	}
}

// A correction takes the place of the whole message: that of an answer is an answer, too.
func TestCorrectedAnswer(t *testing.T) {
	c, a := oneAccount(t)
	bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	page, err := c.db.AddIncoming(t.Context(), []store.Incoming{{
		Conv: bob, From: bob.Peer.WithResource("x"), Direction: chat.In, Kind: chat.KindText, Body: "when?", OriginID: "q1", MessageID: "q1", Time: time.Now(),
	}})
	need(t, err)
	need(t, c.SetEncryption(t.Context(), bob, chat.ChoiceNone))
	s := a.idleSession(t)
	id, err := c.SendText(t.Context(), bob, "at nine", chat.SendOptions{ReplyTo: page[0].ID})
	need(t, err)
	plain, err := c.SendText(t.Context(), bob, "no answer", chat.SendOptions{})
	need(t, err)
	s.written(t)
	need(t, c.Correct(t.Context(), bob, id, "at ten"))
	need(t, c.Correct(t.Context(), bob, plain, "no answer either"))
	got := s.queued(t)
	if len(got) != 2 {
		t.Fatalf("%q", got)
	}
	for i, want := range []xmpp.OutMessage{{Body: "> when?\nat ten", Reply: &xmpp.Reply{ID: "q1", To: bob.Peer}}, {Body: "no answer either"}} {
		m, err := xmpp.DecodeMessage([]byte(got[i]), a.addr, time.Now(), "")
		need(t, err)
		if m.Replaces == "" || m.Body != want.Body || (m.Reply == nil) != (want.Reply == nil) || m.Reply != nil && *m.Reply != *want.Reply {
			t.Errorf("%s", got[i])
		}
		if text := m.Text(); text != strings.TrimPrefix(want.Body, "> when?\n") {
			t.Errorf("the text is %q", text)
		}
	}
}

// Who does not know that a message is taken back reads that it was; who does shows nothing
// of it, and the server keeps it for who is away (XEP-0424 §4.1).
func TestRetractionInWords(t *testing.T) {
	c, a := oneAccount(t)
	c.cfg.Retracted = "/me has taken it back"
	bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	need(t, c.SetEncryption(t.Context(), bob, chat.ChoiceNone))
	s := a.idleSession(t)
	id, err := c.SendText(t.Context(), bob, "a slip", chat.SendOptions{})
	need(t, err)
	s.written(t)
	need(t, c.Retract(t.Context(), bob, id))
	got := s.queued(t)
	if len(got) != 1 {
		t.Fatalf("%q", got)
	}
	m, err := xmpp.DecodeMessage([]byte(got[0]), a.addr, time.Now(), "")
	need(t, err)
	if m.Retracts == "" || m.Body != c.cfg.Retracted || m.Text() != "" || !m.Hints.Store {
		t.Errorf("%s", got[0])
	}
}
