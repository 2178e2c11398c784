// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/trust"
	"chatsecure.org/desktop/core/xmpp"
)

// reading is a device that reads what it is sent.
type reading struct {
	identity *omemo.Identity
	keys     oneTime
	session  *omemo.Session
}

// read returns what is in a trust message that has a key for it.
func (d *reading) read(t *testing.T, m *xmpp.Message, part *xmpp.Encrypted, key xmpp.EncryptedKey) xmpp.Envelope {
	t.Helper()
	var inside []byte
	var err error
	if d.session == nil {
		d.session, inside, _, err = omemo.Answer(omemo.V2, d.identity, d.keys, key.Data, time.Now(), nil)
	} else {
		inside, err = d.session.Decrypt(key.Data, key.Kex, time.Now())
	}
	need(t, err)
	text, err := omemo.Open(omemo.V2, part.Payload, part.IV, inside)
	need(t, err)
	got, err := xmpp.DecodeEnvelope(text, m, "")
	need(t, err)
	return got
}

// What is to be told of many keys to many devices goes in messages that every server
// takes; all of it comes to each device in order, and counts as told when the server has
// all of it.
func TestManyKeysTold(t *testing.T) {
	v := newVouching(t)
	v.a.withKeys(t)
	s := v.a.idleSession(t)
	v.begin(s)
	devices := map[uint32]*reading{}
	out := trust.Outgoing{To: v.a.addr, Encryption: trust.OMEMO2}
	var listed []store.Device
	var changes store.KeyChanges
	for id := uint32(100); id < 125; id++ {
		identity, signed, prekeys := NewKeys(t, 1)
		devices[id] = &reading{identity: identity, keys: oneTime{signed, prekeys}}
		listed = append(listed, store.Device{ID: id})
		f := identity.Public().Fingerprint()
		changes.Seen = append(changes.Seen, store.SeenKey{Owner: v.a.addr, Fingerprint: f, Device: id, Version: 2, Trust: chat.TrustVerified, By: chat.ByCompare})
		inActor(t, v.a, func(context.Context) {
			v.a.keepBundle(ratchet{v.a.addr, id, omemo.V2}, identity.Bundle(omemo.V2, signed, prekeys))
		})
	}
	_, err := v.c.db.SetDevices(t.Context(), v.a.addr, v.a.addr, 2, listed, true, time.Now())
	need(t, err)
	need(t, v.c.db.SaveKeys(t.Context(), v.a.addr, changes))
	keys, err := v.c.db.Keys(t.Context(), v.a.addr, v.a.addr)
	need(t, err)
	for _, k := range keys {
		if _, ok := devices[k.Device]; ok {
			out.For = append(out.For, k)
		}
	}
	var want []string
	for i := range 45 {
		owner := chat.MustAddress(fmt.Sprintf("%s-%d@chat.of-a-long-name.example.test", strings.Repeat("somebody", 4), i))
		o := trust.Owner{Address: owner}
		for j := range 1 + i%2*2 {
			f := numberedKey(100 + 3*i + j)
			o.Trust = append(o.Trust, f)
			want = append(want, owner.String()+" "+string(f))
		}
		out.Owners = append(out.Owners, o)
	}
	told := 0
	inActor(t, v.a, func(ctx context.Context) {
		need(t, v.a.sendTrust(ctx, out, time.Now(), func(context.Context) { told++ }))
	})
	got := map[uint32][]string{}
	for items := s.queue.take(); len(items) > 0; items = s.queue.take() {
		for _, i := range items {
			if len(i.stanza) > xmpp.MinStanza {
				t.Errorf("a stanza of %d bytes", len(i.stanza))
			}
			if told > 0 {
				t.Error("told before the server has all")
			}
			s.queue.sent(i, 0)
			m, err := xmpp.DecodeMessage(i.stanza, v.a.addr, time.Now(), "")
			need(t, err)
			part := m.Sealed(xmpp.OMEMO2)
			for _, key := range part.Keys {
				for _, o := range devices[key.Device].read(t, m, part, key).Trust.Owners {
					for _, k := range o.Trust {
						got[key.Device] = append(got[key.Device], o.Owner.String()+" "+hex.EncodeToString(k))
					}
				}
			}
		}
		mark, _ := s.queue.question()
		s.queue.settle(mark)
		inActor(t, v.a, func(context.Context) {})
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	for id := range devices {
		if g := strings.Join(got[id], "\n"); g != strings.Join(want, "\n") {
			t.Errorf("device %d is told\n%s\nwant\n%s", id, g, strings.Join(want, "\n"))
		}
	}
}
