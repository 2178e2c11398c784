// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// readable gives a contact devices with keys, numbered from 1, that can be written to.
func (a *account) readable(t *testing.T, owner chat.Address, n int) (keys []chat.Fingerprint) {
	t.Helper()
	a.act(t, func(ctx context.Context) {
		need(t, a.loadOwn(ctx))
		a.omemo.begun = true
		for _, v := range versions {
			heard := listState{at: time.Now(), heard: 1}
			a.omemo.lists[deviceList{owner, v}], a.omemo.lists[deviceList{a.addr, v}] = heard, heard
		}
		var changes store.KeyChanges
		var devices []store.Device
		for i := range n {
			identity, signed, prekeys := NewKeys(t, 5)
			id := ratchet{owner, uint32(i + 1), omemo.V2}
			a.omemo.bundles[id] = fetchedBundle{identity.Bundle(omemo.V2, signed, prekeys), time.Now()}
			devices = append(devices, store.Device{ID: id.device})
			keys = append(keys, identity.Public().Fingerprint())
			changes.Seen = append(changes.Seen, store.SeenKey{
				Owner: owner, Fingerprint: keys[i], Device: id.device, Version: 2, Trust: chat.TrustTrusted, By: chat.ByRule,
			})
		}
		_, err := a.db.SetDevices(ctx, a.addr, owner, 2, devices, true, time.Now())
		need(t, err)
		need(t, a.db.SaveKeys(ctx, a.addr, changes))
	})
	return keys
}

// loses ends a session over which nothing was written.
func (a *account) loses(t *testing.T) {
	t.Helper()
	a.act(t, func(ctx context.Context) {
		s := a.session
		a.session = nil
		a.emptyOutbox(ctx, s, nil)
	})
}

// readersOf are the devices that one element is for.
func (a *account) readersOf(t *testing.T, element string) (devices []uint32, origin string) {
	t.Helper()
	m, err := xmpp.DecodeMessage([]byte(element), a.addr, time.Now(), "")
	need(t, err)
	for _, part := range m.Encrypted {
		for _, k := range part.Keys {
			devices = append(devices, k.Device)
		}
	}
	return devices, m.OriginID
}

// Bytes that were made before the person wanted encryption are not sent after it,
// neither over the next session nor over the one for which they wait.
func TestPlainBytesAreOutdated(t *testing.T) {
	decisions := map[string]func(ctx context.Context, c *Client, conv chat.ConvID) error{
		"required": func(ctx context.Context, c *Client, conv chat.ConvID) error {
			return c.RequireEncryption(ctx, conv.Account, true)
		},
		"omemo": func(ctx context.Context, c *Client, conv chat.ConvID) error {
			return c.SetEncryption(ctx, conv, chat.ChoiceOMEMO)
		},
		"otr required": func(ctx context.Context, c *Client, _ chat.ConvID) error {
			return c.SetSetting(ctx, chat.SettingOTR, chat.OTRRequire)
		},
	}
	for name, decide := range decisions {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " lost ", lost), func(t *testing.T) {
				c, a := oneAccount(t)
				bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
				need(t, c.SetEncryption(t.Context(), bob, chat.ChoiceNone))
				s := a.idleSession(t)
				_, err := c.SendText(t.Context(), bob, "TOP SECRET", chat.SendOptions{})
				need(t, err)
				if got := s.queued(t); len(got) != 1 || !strings.Contains(got[0], "TOP SECRET") {
					t.Fatalf("before the decision: %q", got)
				}
				if lost {
					a.loses(t)
				}
				need(t, decide(t.Context(), c, bob))
				if lost {
					s = a.idleSession(t)
				}
				s.silentAbout(t, "TOP SECRET")
			})
		}
	}
}

// A device that is not trusted any more does not get what was encrypted for it before
// and is not written yet. Without such a decision the bytes stay the same.
func TestSealedBytesAreOutdated(t *testing.T) {
	for _, when := range []string{"waits", "lost", "failed"} {
		for _, distrust := range []bool{false, true} {
			t.Run(fmt.Sprint(when, " distrust ", distrust), func(t *testing.T) {
				c, a := oneAccount(t)
				bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
				keys := a.readable(t, bob.Peer, 2)
				s := a.idleSession(t)
				id, err := c.SendText(t.Context(), bob, "hello", chat.SendOptions{})
				need(t, err)
				before := s.queued(t)
				if len(before) != 1 {
					t.Fatalf("%q", before)
				}
				was, origin := a.readersOf(t, before[0])
				if !slices.Equal(was, []uint32{1, 2}) {
					t.Fatalf("for devices %v: %s", was, before[0])
				}
				if when != "waits" {
					a.loses(t)
				}
				if when == "failed" {
					_, err := c.db.AdvanceStatus(t.Context(), a.addr, []store.StatusChange{{ID: id, Status: chat.Failed, Error: chat.CodeStreamError}})
					need(t, err)
				}
				if distrust {
					need(t, c.Trust(t.Context(), a.addr, bob.Peer, keys[1], chat.TrustDistrusted, chat.ByCompare))
				}
				if when != "waits" {
					s = a.idleSession(t)
				}
				if when == "failed" {
					need(t, c.Retry(t.Context(), bob, id))
				}
				after := s.queued(t)
				if len(after) != 1 {
					t.Fatalf("%q", after)
				}
				if !distrust {
					if after[0] != before[0] {
						t.Errorf("other bytes: %s, %s", before[0], after[0])
					}
					return
				}
				now, again := a.readersOf(t, after[0])
				if !slices.Equal(now, []uint32{1}) || again != origin {
					t.Errorf("for devices %v as %s, before as %s: %s", now, again, origin, after[0])
				}
			})
		}
	}
}

// What is taken out of the queue comes back in its place.
func TestReconsiderKeepsOrder(t *testing.T) {
	c, a := oneAccount(t)
	bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	s := a.idleSession(t)
	var want []chat.MsgID
	say := func() {
		id, err := c.SendText(t.Context(), bob, "hello", chat.SendOptions{Encryption: chat.ChoiceNone})
		need(t, err)
		want = append(want, id)
	}
	for range 20 {
		say()
	}
	s.queued(t)
	a.act(t, func(ctx context.Context) {
		say()
		need(t, c.SetEncryption(ctx, bob, chat.ChoiceNone))
		say()
	})
	if got := s.written(t); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// What is corrected or deleted while it waits for keys leaves the others in their places.
func TestCorrectKeepsOrder(t *testing.T) {
	c, a := oneAccount(t)
	bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	a.idleSession(t)
	var want []chat.MsgID
	for i := range 4 {
		id, err := c.SendText(t.Context(), bob, fmt.Sprint("text ", i), chat.SendOptions{})
		need(t, err)
		want = append(want, id)
	}
	holds := func() (held []chat.MsgID) {
		a.act(t, func(context.Context) {}) // what has come by now is given out behind it
		a.act(t, func(context.Context) {
			for _, row := range a.outbox.held {
				held = append(held, row.ID)
			}
		})
		return held
	}
	if got := holds(); !slices.Equal(got, want) {
		t.Fatalf("%v wait, want %v", got, want)
	}
	need(t, c.Correct(t.Context(), bob, want[0], "text 0, better"))
	if got := holds(); !slices.Equal(got, want) {
		t.Errorf("after a correction %v, want %v", got, want)
	}
	need(t, c.DeleteMessage(t.Context(), bob, want[1]))
	want = slices.Delete(want, 1, 2)
	if got := holds(); !slices.Equal(got, want) {
		t.Errorf("without the second %v, want %v", got, want)
	}
}

// A message that has become too big by encrypting it fails and says why; those behind it
// go.
func TestSealedTooLarge(t *testing.T) {
	c, a := oneAccount(t)
	bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	a.readable(t, bob.Peer, 2)
	s := a.idleSession(t)
	m := xmpp.OutMessage{Body: strings.Repeat("&", MaxBody/4)} // five bytes each on the wire
	if n := len(xmpp.EncodeMessage(m)); n > maxStanza {
		t.Fatalf("%d bytes", n)
	}
	big, err := c.SendText(t.Context(), bob, m.Body, chat.SendOptions{})
	need(t, err)
	if got := s.queued(t); len(got) != 1 || len(got[0]) < len(m.Body) || len(got[0]) > maxSealedStanza {
		t.Fatalf("the largest text does not go to two devices: %d elements", len(got))
	}
	a.readable(t, bob.Peer, 1200)
	tooBig, err := c.SendText(t.Context(), bob, m.Body, chat.SendOptions{})
	need(t, err)
	if got := s.queued(t); len(got) != 1 {
		t.Errorf("%d elements wait", len(got))
	}
	rows := a.messages(t, bob)
	if len(rows) != 2 || rows[0].ID != big || rows[0].Status != chat.Queued || rows[1].ID != tooBig || rows[1].Status != chat.Failed || rows[1].Error != chat.CodeTooLarge {
		t.Errorf("%+v", rows)
	}
	a.readable(t, bob.Peer, 1)
	_, err = c.SendText(t.Context(), bob, "and another", chat.SendOptions{})
	need(t, err)
	if got := s.queued(t); len(got) != 2 {
		t.Errorf("%d elements wait", len(got))
	}
}
