// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// oneTime are the prekeys of a device, as omemo.Answer asks for them.
type oneTime struct {
	signed  omemo.SignedPrekey
	prekeys []omemo.Prekey
}

func (o oneTime) SignedPrekey(uint32) (omemo.SignedPrekey, bool, error) { return o.signed, true, nil }

func (o oneTime) Prekey(id uint32) (omemo.Prekey, bool, error) {
	for _, k := range o.prekeys {
		if k.ID == id {
			return k, true, nil
		}
	}
	return omemo.Prekey{}, false, nil
}

// strayed is a session with somebody that has been answered: none that this computer knows.
func strayed(t *testing.T) *omemo.Session {
	t.Helper()
	mine, err := omemo.NewIdentity(nil)
	need(t, err)
	theirs, signed, prekeys := NewKeys(t, 1)
	s, err := omemo.Begin(omemo.V2, mine, theirs.Bundle(omemo.V2, signed, prekeys), nil)
	need(t, err)
	key, _, err := omemo.TransportKey(omemo.V2, nil)
	need(t, err)
	data, _, err := s.Encrypt(key, nil)
	need(t, err)
	back, _, _, err := omemo.Answer(omemo.V2, theirs, oneTime{signed, prekeys}, data, time.Now(), nil)
	need(t, err)
	data, _, err = back.Encrypt(key, nil)
	need(t, err)
	_, err = s.Decrypt(data, false, time.Now())
	need(t, err)
	return s
}

// Pending is how many sessions of an account with somebody wait for the answer to their key
// exchange.
func Pending(t *testing.T, c *Client, account, owner chat.Address) (n int) {
	t.Helper()
	rows, err := c.db.Sessions(t.Context(), account, owner)
	need(t, err)
	for _, row := range rows {
		s, err := omemo.ParseSession(row.Data)
		need(t, err)
		_, kex, err := s.Encrypt([]byte("not stored"), nil)
		need(t, err)
		if kex {
			n++
		}
	}
	return n
}

// TestBrokenOrNone: where there is no session with a device one may begin by itself; one
// that is broken waits for the person, and until something of it can be read.
func TestBrokenOrNone(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	id := ratchet{bobby, 5, omemo.V2}
	broken := func() (is bool) {
		inActor(t, a, func(ctx context.Context) {
			s, err := a.newRatchets().session(ctx, id)
			need(t, err)
			is = s != nil && s.Broken()
		})
		return is
	}
	lost := &keyedDevice{t: t, a: a, id: 5, from: bobby.WithResource("x"), session: strayed(t)}
	if p := a.comes(t, s, lost.says("1", "no session")); len(p.broken) != 1 {
		t.Errorf("without a session %d begin", len(p.broken))
	}
	x := newPeer(t, a, "bob@example.test/x", 5, b)
	a.comes(t, s, x.says("2", "hello"))
	kept := x.says("3", "still here")
	inActor(t, a, func(context.Context) { a.omemo.bundles[id] = fetchedBundle{b, time.Now()} })
	for i, text := range []string{"4", "5"} {
		p := a.comes(t, s, lost.says(text, "another session"))
		if len(p.broken)+len(p.replies) != 0 || !broken() || len(p.moved) != 1-i {
			t.Errorf("%d begin, %d answers, broken %v, stored %d times", len(p.broken), len(p.replies), broken(), len(p.moved))
		}
	}
	inActor(t, a, func(context.Context) {
		if a.hasBundle(id) {
			t.Error("it would begin with a bundle that may be used up")
		}
	})
	rows, err := c.Page(t.Context(), chat.ConvID{Account: a.addr, Peer: bobby}, 0, 50)
	need(t, err)
	for _, m := range rows {
		if m.Kind == chat.KindUndecryptable && m.Error != chat.CodeBrokenKeys {
			t.Errorf("%s: %s", m.OriginID, m.Error)
		}
	}
	if a.comes(t, s, kept); broken() {
		t.Error("it is broken and can be read")
	}
}

// TestReplaysBreakNothing: what came before, and what was sent before the device was last
// heard or before this side began the session, does not make that one broken, however it
// comes again: or a server could have us begin anew as often as it likes.
func TestReplaysBreakNothing(t *testing.T) {
	_, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	id := ratchet{bobby, 5, omemo.V2}
	x := newPeer(t, a, "bob@example.test/x", 5, b)
	lost := &keyedDevice{t: t, a: a, id: 5, from: bobby.WithResource("x"), session: strayed(t)}
	number := 0
	next := func() string {
		number++
		return fmt.Sprint(number)
	}
	empty := func() *xmpp.Message {
		m := lost.says(next(), "")
		m.Encrypted[0].Payload, m.ID, m.OriginID = nil, "", ""
		return m
	}
	archived := func(m *xmpp.Message, ago time.Duration) *xmpp.Message {
		return &xmpp.Message{From: a.addr, To: a.addr, Archived: &xmpp.Archived{ID: next(), Stamp: time.Now().Add(-ago), Message: m}}
	}
	delayed := lost.says(next(), "kept by a server")
	delayed.Delay = time.Now().Add(-time.Hour)
	first := x.says(next(), "hello")
	altered := *first
	altered.ID, altered.OriginID = next(), ""
	altered.Encrypted = []xmpp.Encrypted{first.Encrypted[0]}
	altered.Encrypted[0].Payload = append([]byte{1}, first.Encrypted[0].Payload...)
	text, none := lost.says(next(), "another session"), empty()
	a.comes(t, s, first)
	for _, c := range []struct {
		name   string
		m      *xmpp.Message
		broken bool
	}{
		{"used key", &altered, false},
		{"another session", text, true},
		{"the same again", text, false},
		{"nothing in it", none, true},
		{"the same nothing again", none, false},
		{"older, out of the archive", archived(lost.says(next(), "old"), time.Hour), false},
		{"older, kept by a server", delayed, false},
		{"newer, out of the archive", archived(lost.says(next(), "new"), -time.Minute), true},
	} {
		a.comes(t, s, c.m)
		inActor(t, a, func(ctx context.Context) {
			s, err := a.newRatchets().session(ctx, id)
			need(t, err)
			if s.Broken() != c.broken {
				t.Errorf("%s: broken is %v", c.name, s.Broken())
			}
		})
		a.comes(t, s, x.says(next(), "still here"))
	}
	theirs, signed, prekeys := NewKeys(t, 1)
	inActor(t, a, func(ctx context.Context) { // this side begins anew
		begun, err := omemo.Begin(omemo.V2, a.omemo.own.identity, theirs.Bundle(omemo.V2, signed, prekeys), nil)
		need(t, err)
		var changes store.KeyChanges
		need(t, a.newRatchets().moved(ratchet{bobby, 9, omemo.V2}, begun, &changes))
		need(t, a.db.SaveKeys(ctx, a.addr, changes))
	})
	lost.id = 9
	for _, c := range []struct {
		m      *xmpp.Message
		broken bool
	}{{archived(lost.says(next(), "old"), -time.Minute), false}, {lost.says(next(), "now"), true}} {
		a.comes(t, s, c.m)
		inActor(t, a, func(ctx context.Context) {
			s, err := a.newRatchets().session(ctx, ratchet{bobby, 9, omemo.V2})
			need(t, err)
			if s.Broken() != c.broken {
				t.Errorf("begun here: broken is %v", s.Broken())
			}
		})
	}
}

// TestBrokenAndBarren: a device whose session in the new format is broken, and of which
// there is no bundle to begin another, gets its messages in the old format; and so does one
// that is on the old list alone.
func TestBrokenAndBarren(t *testing.T) {
	_, a := oneAccount(t)
	a.withKeys(t)
	a.idleSession(t)
	theirs, signed, prekeys := NewKeys(t, 5)
	list := func(v omemo.Version, ids ...store.Device) {
		t.Helper()
		_, err := a.db.SetDevices(t.Context(), a.addr, bobby, int(v), ids, true, time.Now())
		need(t, err)
		f := theirs.Public().Fingerprint()
		need(t, a.db.SaveKeys(t.Context(), a.addr, store.KeyChanges{Seen: []store.SeenKey{{Owner: bobby, Fingerprint: f, Device: 5, Version: int(v)}}}))
	}
	list(omemo.V2, store.Device{ID: 5})
	list(omemo.V03, store.Device{ID: 5})
	v2, v03 := ratchet{bobby, 5, omemo.V2}, ratchet{bobby, 5, omemo.V03}
	begun, err := omemo.Begin(omemo.V2, a.omemo.own.identity, theirs.Bundle(omemo.V2, signed, prekeys), nil)
	need(t, err)
	begun.Break()
	goes := func(want ratchet) {
		t.Helper()
		inActor(t, a, func(ctx context.Context) {
			keys, err := a.db.Keys(ctx, a.addr, bobby)
			if err != nil {
				t.Error(err)
				return
			}
			readers, err := a.readers(ctx, a.newRatchets(), keys, readerWays{renew: true, older: true})
			if err != nil || len(readers) != 1 || readers[0].id != want {
				t.Errorf("it goes to %+v, %v", readers, err)
			}
		})
	}
	inActor(t, a, func(ctx context.Context) {
		var changes store.KeyChanges
		if err := errors.Join(a.newRatchets().moved(v2, begun, &changes), a.db.SaveKeys(ctx, a.addr, changes)); err != nil {
			t.Error(err)
		}
		a.isBarren(v2, useless)
	})
	goes(v2) // there is no other way
	inActor(t, a, func(context.Context) { a.keepBundle(v03, theirs.Bundle(omemo.V03, signed, prekeys)) })
	goes(v03)
	inActor(t, a, func(context.Context) { delete(a.omemo.barren, v2) })
	list(omemo.V2) // it leaves the new list
	goes(v03)
}

// TestOldKeysLeave: the keys of messages that have not come in time leave the database,
// also where nothing more is read.
func TestOldKeysLeave(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	stored := func() (n int) {
		for _, owner := range []chat.Address{bobby, a.addr} {
			rows, err := c.db.Sessions(t.Context(), a.addr, owner)
			need(t, err)
			for _, row := range rows {
				n += len(row.Data)
			}
		}
		return n
	}
	for i, from := range []chat.Address{bobby, a.addr} {
		s.conn = &xmpp.Conn{}
		x := newPeer(t, a, from.String()+"/x", uint32(5+i), b)
		a.comes(t, s, x.says("1"+from.String(), "one"))
		x.says("lost", "never comes")
		a.comes(t, s, x.says("2"+from.String(), "two"))
	}
	full := stored()
	look := func(at time.Time) int {
		inActor(t, a, func(ctx context.Context) { a.forgetSkipped(ctx, at) })
		inActor(t, a, func(context.Context) {})
		return stored()
	}
	if n := look(time.Now()); n != full {
		t.Errorf("%d bytes of %d are left at once", n, full)
	}
	if n := look(time.Now().Add(time.Hour)); n != full {
		t.Errorf("%d bytes of %d are left after an hour", n, full)
	}
	if n := look(time.Now().Add(omemo.MaxAge + time.Hour)); n > full-2*32 {
		t.Errorf("%d bytes of %d are left after %v", n, full, omemo.MaxAge)
	}
}

// TestHeartbeatIsSent: who only reads sends an empty message when the number of a message is
// 53 (XEP-0384 §6), once; out of the archive, after it.
func TestHeartbeatIsSent(t *testing.T) {
	for name, archive := range map[string]bool{"live": false, "archive": true} {
		t.Run(name, func(t *testing.T) {
			_, a := oneAccount(t)
			b := a.withKeys(t)
			s := a.idleSession(t)
			inActor(t, a, func(context.Context) {
				s.began = time.Now()
				a.mu.Lock()
				a.contacts[bobby] = chat.Contact{Subscription: chat.SubscriptionBoth}
				a.mu.Unlock()
			})
			x := newPeer(t, a, "bob@example.test/x", 5, b)
			hears := func(element string) { // the other side reads what it is sent
				m, err := xmpp.DecodeMessage([]byte(element), a.addr, time.Now(), "")
				need(t, err)
				if len(m.Encrypted) != 1 || m.Encrypted[0].Payload != nil || len(m.Encrypted[0].Keys) != 1 {
					t.Fatalf("no empty message: %s", element)
				}
				k := m.Encrypted[0].Keys[0]
				_, err = x.session.Decrypt(k.Data, k.Kex, time.Now())
				need(t, err)
			}
			p := a.comes(t, s, x.says("kex", "hello"))
			if len(p.replies) != 1 {
				t.Fatalf("%d answers to the key exchange", len(p.replies))
			}
			hears(string(p.replies[0].stanza))
			for i := range 60 {
				id := fmt.Sprint(i)
				m := x.says(id, "text "+id)
				if archive {
					m = &xmpp.Message{From: a.addr, To: a.addr, Archived: &xmpp.Archived{ID: id, Stamp: s.began.Add(-time.Hour), Message: m}}
				}
				want := 0
				if i == 53 && !archive {
					want = 1
				}
				if p := a.comes(t, s, m); len(p.replies) != want {
					t.Errorf("%d empty messages to number %d, want %d", len(p.replies), i, want)
				}
			}
			before := len(s.queued(t))
			inActor(t, a, func(ctx context.Context) { a.answerLate(ctx, s) })
			late := s.queued(t)[before:]
			if archive != (len(late) == 1) {
				t.Errorf("%d empty messages after the archive", len(late))
			}
			for _, e := range s.queued(t) {
				if archive && e == late[0] {
					hears(e)
				}
			}
		})
	}
}

// TestSweptWhileItLives: keys that are too old leave the database also while one session
// goes on for months.
func TestSweptWhileItLives(t *testing.T) {
	_, a := oneAccount(t)
	s := a.idleSession(t)
	now := time.Now()
	var due []func()
	swept := func() (at time.Time) {
		inActor(t, a, func(context.Context) { at = a.forgotten })
		return at
	}
	inActor(t, a, func(context.Context) {
		a.clock = clock{now: func() time.Time { return now }, after: func(_ time.Duration, do func()) { due = append(due, do) }}
		a.omemo.looked, a.forgotten = now, now
		a.watchKeys(s)
	})
	for _, hours := range []int{1, 25, 30} {
		at := now
		inActor(t, a, func(context.Context) {
			now = a.forgotten.Add(time.Duration(hours) * time.Hour)
			at = now
			a.omemo.looked = now
		})
		due[len(due)-1]()
		if got := swept(); got.Equal(at) != (hours > 24) {
			t.Errorf("after %d hours it was swept at %v, and it is %v", hours, got, at)
		}
	}
}

// TestLateOutlivesASession: key exchanges out of the archive are answered also where the
// session ends before the archive has been read.
func TestLateOutlivesASession(t *testing.T) {
	_, a := oneAccount(t)
	s := a.idleSession(t)
	id := ratchet{bobby, 5, omemo.V2}
	inActor(t, a, func(ctx context.Context) {
		a.omemo.late[id] = true
		a.beginOMEMO(ctx, s)
		if !a.omemo.late[id] {
			t.Error("it is forgotten")
		}
	})
}

// TestOtherKeysMeanwhile: word that bundles are published is nothing to keys that the
// account has got since.
func TestOtherKeysMeanwhile(t *testing.T) {
	_, a := oneAccount(t)
	a.withKeys(t)
	s := a.idleSession(t)
	inActor(t, a, func(ctx context.Context) {
		before, told := a.omemo.own, false
		other := *before
		a.omemo.own, a.omemo.publishing = &other, true
		a.omemo.thens = []order{func(context.Context) { told = true }}
		if a.roundPublished(ctx, s, before); told || a.omemo.published || !a.omemo.publishing {
			t.Error("the new keys count as published")
		}
		if a.roundPublished(ctx, s, a.omemo.own); !told || !a.omemo.published {
			t.Error("nobody is told that they are")
		}
	})
}

// TestPublishingThatIsOver: where publishing fails as if the session had ended, and it has
// not, it counts as done in a while, and what has changed is published; not before: the end
// of the session speaks against it.
func TestPublishingThatIsOver(t *testing.T) {
	_, a := oneAccount(t)
	a.withKeys(t)
	for _, ends := range []bool{false, true} {
		s := a.idleSession(t)
		var due func()
		told := false
		inActor(t, a, func(context.Context) {
			a.clock = clock{now: time.Now, after: func(d time.Duration, do func()) {
				if d == keysGap {
					due = do
				}
			}}
			a.omemo.publishing, a.omemo.published = true, false
			a.omemo.thens = []order{func(context.Context) { told = true }}
			a.publishAll(s, a.omemo.own, make([]xmpp.Bundle, 2), func(xmpp.Bundle) bool { return true })
		})
		inActor(t, a, func(context.Context) {
			if !a.omemo.publishing || told {
				t.Error("it is done at once")
			}
			if ends {
				a.session = nil
			}
		})
		due()
		inActor(t, a, func(context.Context) {
			if a.omemo.publishing != ends || told == ends {
				t.Errorf("the session has ended: %t, it is still being published: %t, who waits is told: %t", ends, a.omemo.publishing, told)
			}
		})
	}
}
