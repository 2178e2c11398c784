// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// sharing is the account's phone, which writes in the old format to bob, of whose devices
// some have the number of this computer.
type sharing struct {
	*testing.T
	c     *Client
	a     *account
	s     *session
	conv  chat.ConvID
	phone ratchet
	us    *omemo.Session
	bobs  []*omemo.Session
}

func newSharing(t *testing.T, bobs int) *sharing {
	t.Helper()
	c, a := oneAccount(t)
	a.withKeys(t)
	f := &sharing{T: t, c: c, a: a, s: a.idleSession(t), conv: chat.ConvID{Account: a.addr, Peer: bobby}, phone: ratchet{a.addr, 77, omemo.V03}}
	f.s.conn = &xmpp.Conn{}
	own := []store.Device{{ID: f.phone.device}, {ID: a.omemo.own.device}}
	_, err := c.db.SetDevices(t.Context(), a.addr, a.addr, int(omemo.V03), own, true, time.Now())
	need(t, err)
	identity, _, _ := NewKeys(t, 0)
	begin := func(b omemo.Bundle) *omemo.Session {
		s, err := omemo.Begin(omemo.V03, identity, b, nil)
		need(t, err)
		return s
	}
	inActor(t, a, func(context.Context) {
		all, err := a.readPrekeys(a.ctx)
		need(t, err)
		f.us = begin(a.omemo.own.identity.Bundle(omemo.V03, a.omemo.own.signed[0].SignedPrekey, all))
	})
	for range bobs {
		other, signed, prekeys := NewKeys(t, prekeyCount)
		f.bobs = append(f.bobs, begin(other.Bundle(omemo.V03, signed, prekeys)))
	}
	return f
}

// says lets the next message come, with the key for this computer in the place at, counted
// from 0, or without it where at is negative. "" says nothing and only moves keys.
func (f *sharing) says(id string, at int) {
	f.Helper()
	payload, iv, key, err := omemo.Seal(omemo.V03, []byte(id), nil)
	need(f.T, err)
	if id == "" {
		payload = nil
	}
	e := xmpp.Encrypted{Version: xmpp.OMEMO03, Sender: f.phone.device, IV: iv, Payload: payload}
	to := slices.Clone(f.bobs)
	if at >= 0 {
		to = slices.Insert(to, at, f.us)
	}
	for _, s := range to {
		data, kex, err := s.Encrypt(key, nil)
		need(f.T, err)
		e.Keys = append(e.Keys, xmpp.EncryptedKey{Device: f.a.omemo.own.device, Kex: kex, Data: data})
	}
	m := &xmpp.Message{From: f.a.addr.WithResource("phone"), To: bobby, Type: "chat", ID: id, OriginID: id, Encrypted: []xmpp.Encrypted{e}}
	copied := &xmpp.Message{From: f.a.addr, To: f.a.addr, Type: "chat", Carbon: &xmpp.Carbon{Sent: true, Message: m}}
	f.a.comes(f.T, f.s, copied)
	f.a.comes(f.T, f.s, copied) // once more, as the archive has it
}

// broken says whether the session with the phone is.
func (f *sharing) broken() (broken bool) {
	f.Helper()
	inActor(f.T, f.a, func(ctx context.Context) {
		s, err := f.a.newRatchets().session(ctx, f.phone)
		need(f.T, err)
		broken = s != nil && s.Broken()
	})
	return broken
}

func (f *sharing) expect(want ...string) {
	f.Helper()
	if got := texts(f.T, f.c, f.conv); !slices.Equal(got, want) {
		f.Errorf("the conversation is %q, want %q", got, want)
	}
}

// TestSameNumber: a contact has a device with the number of this computer. A message of the
// old format does not say whose a number is: our own phone's words to the contact are read
// all the same, wherever the key for us stands, and its session is well.
func TestSameNumber(t *testing.T) {
	for name, c := range map[string]struct{ bobs, at int }{
		"behind":           {1, 1},
		"before":           {1, 0},
		"behind many":      {maxOurKeys - 1, maxOurKeys - 1},
		"without the like": {0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newSharing(t, c.bobs)
			f.says("one", c.at)
			f.says("two", c.at)
			inActor(t, f.a, func(ctx context.Context) { // then no message begins the session any more
				r := f.a.newRatchets()
				s, err := r.session(ctx, f.phone)
				need(t, err)
				if s == nil {
					return
				}
				var changes store.KeyChanges
				data, kex, err := s.Encrypt(make([]byte, 32), nil)
				need(t, err)
				_, err = f.us.Decrypt(data, kex, time.Now())
				need(t, err)
				need(t, r.moved(f.phone, s, &changes))
				need(t, f.a.db.SaveKeys(ctx, f.a.addr, changes))
			})
			f.says("three", c.at)
			f.expect("one", "two", "three")
			if f.broken() {
				t.Error("the session with the phone is broken")
			}
		})
	}
}

// TestNoneIsOurs: where no key of our number can be read, nor one behind as many as are
// tried, it says so once and the session is broken; the next one that is read mends it.
func TestNoneIsOurs(t *testing.T) {
	for name, at := range map[string]int{"none": -1, "too far behind": maxOurKeys} {
		t.Run(name, func(t *testing.T) {
			f := newSharing(t, maxOurKeys)
			f.says("one", 0)
			f.says("two", at)
			none := fmt.Sprint("undecryptable ", chat.CodeBrokenKeys)
			f.expect("one", none)
			if !f.broken() {
				t.Error("the session with the phone is not broken")
			}
			f.says("three", 0)
			f.expect("one", none, "three")
			if f.broken() {
				t.Error("the session with the phone is still broken")
			}
		})
	}
}

// TestForNamesake: a message of the phone that is only for the contact's device of our number
// says nothing of the session with the phone. Where the contact has no such device it does,
// unless it is one that only moves keys.
func TestForNamesake(t *testing.T) {
	for name, c := range map[string]struct {
		listed, empty, broken bool
		code                  chat.Code
	}{
		"listed":     {listed: true, code: chat.CodeNotForUs},
		"not listed": {broken: true, code: chat.CodeBrokenKeys},
		"empty":      {empty: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newSharing(t, 1)
			if c.listed {
				_, err := f.c.db.SetDevices(t.Context(), f.a.addr, bobby, int(omemo.V03), []store.Device{{ID: f.a.omemo.own.device}}, true, time.Now())
				need(t, err)
			}
			f.says("one", 0)
			want := []string{"one"}
			if c.empty {
				f.says("", -1)
			} else {
				f.says("two", -1)
				want = append(want, fmt.Sprint("undecryptable ", c.code))
			}
			f.expect(want...)
			if got := f.broken(); got != c.broken {
				t.Errorf("the session with the phone is broken: %v, want %v", got, c.broken)
			}
		})
	}
}

// TestSameNumberSent: what goes to two devices that have the same number has a key for each,
// also on the wire.
func TestSameNumberSent(t *testing.T) {
	f := newSharing(t, 1)
	var sent *xmpp.Message
	inActor(t, f.a, func(context.Context) {
		to := readerList{
			{id: ratchet{bobby, 5, omemo.V03}, session: f.bobs[0]},
			{id: ratchet{f.a.addr, 5, omemo.V03}, session: f.us},
		}
		part, err := f.a.newRatchets().sealPart(omemo.V03, []byte("text"), to, &store.KeyChanges{})
		need(t, err)
		stanza := xmpp.EncodeMessage(xmpp.OutMessage{To: bobby, Type: "chat", ID: "x", Encrypted: []xmpp.Encrypted{part}})
		sent, err = xmpp.DecodeMessage(stanza, f.a.addr, time.Now(), "")
		need(t, err)
	})
	keys := sent.Encrypted[0].Keys
	if len(keys) != 2 || keys[0].Device != 5 || keys[1].Device != 5 || slices.Equal(keys[0].Data, keys[1].Data) {
		t.Errorf("%+v", keys)
	}
}
