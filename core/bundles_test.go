// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
)

// lateBundle is a contact, bob, whose device is on his list, and whose bundle the test
// answers for.
type lateBundle struct {
	*coretest.Scripted
	t    *testing.T
	c    *Client
	a    *account
	bob  *omemo.Identity
	asks chan *coretest.Element // for the bundle
	said chan string            // in the clear
}

const (
	theirList = "<items node='urn:xmpp:omemo:2:devices'><item id='current'><devices xmlns='urn:xmpp:omemo:2'><device id='5'/></devices></item></items>"
	theSecret = "a secret"
)

func newLateBundle(t *testing.T, again time.Duration) *lateBundle {
	t.Helper()
	b := &lateBundle{Scripted: coretest.NewScripted(t), t: t, asks: make(chan *coretest.Element, 100), said: make(chan string, 100)}
	b.SetContact("alice", bobby.String(), "<item jid='"+bobby.String()+"' subscription='both'/>")
	b.On(func(s *coretest.Session, e *coretest.Element) bool {
		switch {
		case strings.Contains(e.Raw, theSecret):
			b.said <- e.Raw
			return false
		case !e.Is("jabber:client", "iq") || e.Attr("to") != bobby.String() || !strings.Contains(e.Raw, "pubsub"):
			return false
		case strings.Contains(e.Raw, "urn:xmpp:omemo:2:bundles"):
			b.asks <- e
		case strings.Contains(e.Raw, "urn:xmpp:omemo:2:devices"):
			b.finds(e, theirList)
		default:
			b.refuse(e, "item-not-found")
		}
		return true
	})
	var err error
	b.bob, err = omemo.NewIdentity(nil)
	need(t, err)
	b.c, b.a = signedIn(t, b.Scripted)
	b.c.await(t, func() bool { return b.a.snapshot().State == chat.StateOnline && !b.a.snapshot().CatchingUp })
	inActor(t, b.a, func(context.Context) { b.a.bundleAgain = again })
	return b
}

// knowsKey has bob's key be known from before.
func (b *lateBundle) knowsKey() {
	b.t.Helper()
	_, err := b.a.db.SetDevices(b.t.Context(), b.a.addr, bobby, 2, []store.Device{{ID: 5}}, true, time.Now())
	need(b.t, err)
	seen := store.SeenKey{Owner: bobby, Fingerprint: b.bob.Public().Fingerprint(), Device: 5, Version: 2, Trust: chat.TrustTrusted}
	need(b.t, b.a.db.SaveKeys(b.t.Context(), b.a.addr, store.KeyChanges{Seen: []store.SeenKey{seen}}))
}

func (b *lateBundle) finds(e *coretest.Element, items string) {
	b.Session("alice").Result(e, bobby.String(), "<pubsub xmlns='http://jabber.org/protocol/pubsub'>"+items+"</pubsub>")
}

func (b *lateBundle) refuse(e *coretest.Element, condition string) {
	b.Session("alice").Send("<iq type='error' id='" + e.Attr("id") + "' from='" + bobby.String() + "'><error type='cancel'><" + condition +
		" xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
}

// gives is an answer with the bundle.
func (b *lateBundle) gives(e *coretest.Element) {
	b.t.Helper()
	signed, err := b.bob.NewSignedPrekey(1, nil)
	need(b.t, err)
	prekeys, err := omemo.NewPrekeys(1, 1, nil)
	need(b.t, err)
	bundle, text := b.bob.Bundle(omemo.V2, signed, prekeys), base64.StdEncoding.EncodeToString
	b.finds(e, fmt.Sprintf("<items node='urn:xmpp:omemo:2:bundles'><item id='5'><bundle xmlns='urn:xmpp:omemo:2'>"+
		"<spk id='1'>%s</spk><spks>%s</spks><ik>%s</ik><prekeys><pk id='1'>%s</pk></prekeys></bundle></item></items>",
		text(bundle.SignedKey), text(bundle.Signature), text(bundle.Identity), text(bundle.Prekeys[0].Key)))
}

// asked is the next question for the bundle.
func (b *lateBundle) asked() *coretest.Element {
	b.t.Helper()
	select {
	case e := <-b.asks:
		return e
	case <-time.After(time.Minute):
		b.t.Fatal("nobody asks for the bundle")
		return nil
	}
}

func (b *lateBundle) conv() chat.ConvID { return chat.ConvID{Account: b.a.addr, Peer: bobby} }

func (b *lateBundle) say() chat.MsgID {
	b.t.Helper()
	id, err := b.c.SendText(b.t.Context(), b.conv(), theSecret, chat.SendOptions{})
	need(b.t, err)
	return id
}

func (b *lateBundle) message(id chat.MsgID) chat.Message {
	b.t.Helper()
	m, _, err := b.a.db.Message(b.t.Context(), id)
	need(b.t, err)
	return m
}

// missed waits until a look has found no bundle since the one of a time.
func (b *lateBundle) missed(since time.Time) (now time.Time) {
	b.t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for range again.C {
		inActor(b.t, b.a, func(context.Context) { now = b.a.omemo.barren[ratchet{bobby, 5, omemo.V2}].at })
		if now.After(since) {
			break
		}
	}
	for range 2 { // and what waits for it was looked at
		inActor(b.t, b.a, func(context.Context) {})
	}
	return now
}

// waits fails the test unless a message is to go out still, and the person can see why it
// has not.
func (b *lateBundle) waits(id chat.MsgID, why chat.Code) {
	b.t.Helper()
	if m := b.message(id); m.Status != chat.Queued || m.Error != "" {
		b.t.Fatalf("the message is %v %v", m.Status, m.Error)
	}
	if st, err := b.c.Encryption(b.t.Context(), b.conv()); err != nil || st.Code != why {
		b.t.Errorf("the conversation has %q, %v", st.Code, err)
	}
}

// fails waits until a message has failed, and nobody has asked for the bundle once more.
func (b *lateBundle) fails(id chat.MsgID) {
	b.t.Helper()
	b.c.await(b.t, func() bool { return b.message(id).Status == chat.Failed })
	if m := b.message(id); m.Error != chat.CodeNoKeyOf || len(b.asks) != 0 || len(b.said) != 0 {
		b.t.Errorf("it failed with %q, %d more questions were asked, and it went in the clear %d times", m.Error, len(b.asks), len(b.said))
	}
}

// goes waits until a message is with the server, encrypted.
func (b *lateBundle) goes(id chat.MsgID) {
	b.t.Helper()
	b.c.await(b.t, func() bool { return b.message(id).Status != chat.Queued })
	if m := b.message(id); m.Status == chat.Failed || m.Encryption != chat.EncryptionOMEMO2 || len(b.said) != 0 {
		b.t.Errorf("it is %v %q as %v, and went in the clear %d times", m.Status, m.Error, m.Encryption, len(b.said))
	}
}

// TestBundleComesLater: the bundle of a device is often there only a moment after the
// device is on the list. A message waits for a second look, and fails when that finds
// nothing either; so do later ones at once. One that the person sends again has it looked for
// anew.
func TestBundleComesLater(t *testing.T) {
	for name, known := range map[string]bool{"unknown": false, "known": true} {
		why := chat.CodeNoKeyOf
		if known {
			why = ""
		}
		begin := func(t *testing.T, again time.Duration) (*lateBundle, chat.MsgID) {
			t.Parallel() // it waits
			b := newLateBundle(t, again)
			if known {
				b.knowsKey()
			}
			return b, b.say()
		}
		t.Run(name+", comes", func(t *testing.T) {
			b, id := begin(t, 10*time.Millisecond)
			b.refuse(b.asked(), "item-not-found")
			second := b.asked()
			b.waits(id, why)
			b.gives(second)
			b.goes(id)
		})
		t.Run(name+", never comes", func(t *testing.T) {
			b, id := begin(t, 10*time.Millisecond)
			b.refuse(b.asked(), "item-not-found")
			second := b.asked()
			b.waits(id, why)
			b.refuse(second, "item-not-found")
			b.fails(id)
			b.fails(b.say())
			need(t, b.c.Retry(t.Context(), b.conv(), id))
			b.gives(b.asked())
			b.goes(id)
		})
		t.Run(name+", refused", func(t *testing.T) {
			b, id := begin(t, time.Hour)
			b.refuse(b.asked(), "forbidden")
			b.fails(id)
		})
		t.Run(name+", its owner says something", func(t *testing.T) {
			b, id := begin(t, time.Hour)
			b.refuse(b.asked(), "item-not-found")
			at := b.missed(time.Time{})
			b.waits(id, why)
			says := "<message from='" + bobby.String() + "' to='alice@example.test'><event xmlns='http://jabber.org/protocol/pubsub#event'>" +
				theirList + "</event></message>"
			b.Session("alice").Send(says)
			b.refuse(b.asked(), "item-not-found") // it was too early
			b.missed(at)
			b.waits(id, why)
			inActor(t, b.a, func(context.Context) { clear(b.a.omemo.renewed) }) // a while later
			b.Session("alice").Send(says)
			b.gives(b.asked())
			b.goes(id)
		})
	}
}
