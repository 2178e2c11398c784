// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// penPal is a device of somebody's that has read our bundle.
type penPal struct {
	device  uint32
	session *omemo.Session
	from    chat.Address
	key     chat.Fingerprint
}

// newPenPal makes a device that begins a session with the account.
func (a *account) newPenPal(t *testing.T, from string, device uint32) *penPal {
	t.Helper()
	var bundle omemo.Bundle
	var failure error
	if err := a.do(t.Context(), func(ctx context.Context) {
		if failure = a.loadOwn(ctx); failure != nil {
			return
		}
		if failure = a.refill(ctx); failure != nil {
			return
		}
		var prekeys []omemo.Prekey
		if prekeys, failure = a.readPrekeys(ctx); failure == nil {
			bundle = a.omemo.own.identity.Bundle(omemo.V2, a.omemo.own.signed[0].SignedPrekey, prekeys)
		}
	}); err != nil || failure != nil {
		t.Fatal(err, failure)
	}
	id, err := omemo.NewIdentity(nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := omemo.Begin(omemo.V2, id, bundle, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := id.Bundle(omemo.V2, omemo.SignedPrekey{}, nil)
	key, err := b.IdentityKey()
	if err != nil {
		t.Fatal(err)
	}
	return &penPal{device, s, chat.MustAddress(from), key.Fingerprint()}
}

// writes is the device's next message.
func (x *penPal) writes(t *testing.T, a *account, id, text string) *xmpp.Message {
	t.Helper()
	envelope := xmpp.EncodeEnvelope(xmpp.OutEnvelope{From: x.from, To: a.addr, Time: time.Now(), Message: xmpp.OutMessage{Body: text}})
	payload, iv, key, err := omemo.Seal(omemo.V2, envelope, nil)
	if err != nil {
		t.Fatal(err)
	}
	data, kex, err := x.session.Encrypt(key, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &xmpp.Message{From: x.from, To: a.addr, Type: "chat", ID: id, OriginID: id, Encrypted: []xmpp.Encrypted{{
		Version: xmpp.OMEMO2, Sender: x.device, Payload: payload, IV: iv,
		Keys: []xmpp.EncryptedKey{{Owner: a.addr, Device: a.omemo.own.device, Kex: kex, Data: data}},
	}}}
}

// A page that has to be stored piece by piece, and of which only the first pieces were
// when the program ended, can be read when it comes again.
func TestPiecesOfSealedPage(t *testing.T) {
	for _, pieces := range []int{0, 1, 2, 3} {
		c, a := oneAccount(t)
		s := a.idleSession(t)
		x := a.newPenPal(t, "bob@example.test/x", 5)
		var page []inbound
		want := []string{"first", "second", "third"}
		for i, text := range want {
			m := x.writes(t, a, text, text)
			at := time.Now().Add(time.Duration(i)*time.Minute - time.Hour)
			page = append(page, inbound{from: s, Inbound: xmpp.Inbound{Message: &xmpp.Message{Archived: &xmpp.Archived{ID: "a" + text, Stamp: at, Message: m}}}})
		}
		if err := a.do(t.Context(), func(ctx context.Context) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			p, stored := a.sort(page), 0
			p.always = true
			p.write = func(ctx context.Context, p *arrivals, last bool) (store.Outcome, error) {
				switch {
				case len(p.rows) > 1:
					return store.Outcome{}, &chat.Error{Kind: chat.Bug, Err: errors.New("a page that can not be stored")}
				case stored == pieces:
					cancel()
					return store.Outcome{}, ctx.Err()
				}
				stored++
				return a.writeLive(ctx, p, last)
			}
			if a.persist(ctx, p) {
				t.Error("nothing broke off")
			}
			p = a.sort(page)
			p.write = a.writeLive
			if !a.persist(a.ctx, p) {
				t.Error("not stored")
			}
		}); err != nil {
			t.Fatal(err)
		}
		rows, err := c.Page(t.Context(), chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rows {
			got = append(got, r.Body)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("after %d pieces and the page once more: %q", pieces, got)
		}
	}
}

// What a page says in sessions that could not be stored is not said.
func TestRepliesOfLostSessions(t *testing.T) {
	a := bareAccount(t)
	p := &arrivals{moved: []store.KeyChanges{{}}, replies: []outItem{{}}}
	p.write = func(context.Context, *arrivals, bool) (store.Outcome, error) {
		return store.Outcome{}, &chat.Error{Kind: chat.Bug}
	}
	a.persist(t.Context(), p)
	if len(p.replies) > 0 {
		t.Error("said")
	}
	p = &arrivals{rows: []store.Incoming{{Keys: &store.KeyChanges{UsedPrekeys: []uint32{1}}}}, sources: make([]letter, 1), replies: []outItem{{}}}
	p.write = func(_ context.Context, p *arrivals, last bool) (store.Outcome, error) {
		if last {
			return store.Outcome{}, &chat.Error{Kind: chat.Bug}
		}
		return store.Outcome{Stored: make([]store.Stored, len(p.rows))}, nil
	}
	if a.persist(t.Context(), p); len(p.rows) != 1 || len(p.replies) > 0 {
		t.Errorf("%d rows, %d replies", len(p.rows), len(p.replies))
	}
}
