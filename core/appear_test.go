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
	"chatsecure.org/desktop/core/trust"
	"chatsecure.org/desktop/core/xmpp"
)

// listing is what bob says of his devices.
func listing(ids []uint32) xmpp.DeviceNews {
	n := xmpp.DeviceNews{Version: xmpp.OMEMO2, Owner: bobby}
	for _, id := range ids {
		n.Devices = append(n.Devices, xmpp.Device{ID: id})
	}
	return n
}

// TestListedLater: a device that wrote before it stood on its owner's list comes in as
// any new device does when it stands there: by the rule of the level, with one notice.
func TestListedLater(t *testing.T) {
	for _, test := range []struct {
		name     string
		verified bool
		trust    chat.Trust
		code     chat.Code
	}{
		{"used", false, chat.TrustTrusted, chat.CodeDeviceAdded},
		{"after a verification", true, chat.TrustUndecided, chat.CodeDeviceUnchecked},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, a := oneAccount(t)
			b := a.withKeys(t)
			s := a.idleSession(t)
			lists := func(ids ...uint32) {
				inActor(t, a, func(ctx context.Context) { a.devicesCame(ctx, s, listing(ids)) })
			}
			lists(1)
			a.comes(t, s, newPeer(t, a, "bob@example.test/x", 1, b).says("one", "from the first"))
			if test.verified {
				keys, err := c.Keys(t.Context(), a.addr, bobby)
				if err != nil || len(keys) != 1 {
					t.Fatal(keys, err)
				}
				if err := c.Trust(t.Context(), a.addr, bobby, keys[0].Fingerprint, chat.TrustVerified, chat.ByCompare); err != nil {
					t.Fatal(err)
				}
			}
			a.comes(t, s, newPeer(t, a, "bob@example.test/y", 666, b).says("two", "from the second"))
			if got := texts(t, c, chat.ConvID{Account: a.addr, Peer: bobby}); len(got) != 2 || got[1] != "undecryptable "+string(chat.CodeUnlisted) {
				t.Errorf("before it is listed the conversation is %v", got)
			}
			lists(1, 666)
			lists(1)
			lists(1, 666) // it comes and goes: that is no news
			keys, err := c.Keys(t.Context(), a.addr, bobby)
			if err != nil || len(keys) != 2 {
				t.Fatal(keys, err)
			}
			for _, k := range keys {
				if k.Device == 666 && (k.Trust != test.trust || !k.Listed) {
					t.Errorf("%v, listed %v; want %v", k.Trust, k.Listed, test.trust)
				}
			}
			conv := chat.ConvID{Account: a.addr, Peer: bobby}
			want := fmt.Sprintf("[from the first from the second notice %s]", test.code)
			if got := fmt.Sprint(texts(t, c, conv)); got != want {
				t.Errorf("the conversation is %s, want %s", got, want)
			}
			rows, err := c.Page(t.Context(), conv, 0, 50)
			if err != nil || rows[0].Doubtful || rows[1].Doubtful != test.verified {
				t.Errorf("%+v, %v", rows, err)
			}
		})
	}
}

// TestVerifiedBeforeListed: what a device wrote that no list names is shown as soon as its
// key is verified, by the person or by the word of a device that is.
func TestVerifiedBeforeListed(t *testing.T) {
	for _, byWord := range []bool{false, true} {
		t.Run(fmt.Sprint("by a message ", byWord), func(t *testing.T) {
			c, a := oneAccount(t)
			b := a.withKeys(t)
			s := a.idleSession(t)
			list := xmpp.DeviceNews{Version: xmpp.OMEMO2, Owner: bobby, Devices: []xmpp.Device{{ID: 1}}}
			inActor(t, a, func(ctx context.Context) { a.devicesCame(ctx, s, list) })
			one, two := newPeer(t, a, "bob@example.test/x", 1, b), newPeer(t, a, "bob@example.test/y", 666, b)
			a.comes(t, s, one.says("one", "from the first"), two.says("two", "from the second"))
			events := c.Subscribe()
			defer events.Close()
			verify := func(d *keyedDevice) {
				t.Helper()
				need(t, c.Trust(t.Context(), a.addr, bobby, d.identity.Public().Fingerprint(), chat.TrustVerified, chat.ByCompare))
			}
			if byWord {
				verify(one)
				key := two.identity.Public()
				says := xmpp.TrustMessage{Usage: trust.Usage, Encryption: trust.OMEMO2, Owners: []xmpp.TrustOwner{{Owner: bobby, Trust: [][]byte{key[:]}}}}
				news := trustNews{bobby, one.identity.Public().Fingerprint(), says, time.Now()}
				inActor(t, a, func(ctx context.Context) { a.trustSaid(ctx, news, time.Now()) })
			} else {
				verify(two)
			}
			if got := fmt.Sprint(texts(t, c, chat.ConvID{Account: a.addr, Peer: bobby})); got != "[from the first from the second]" {
				t.Errorf("the conversation is %s", got)
			}
			for told := false; !told; {
				some, err := events.Next(t.Context())
				need(t, err)
				told = slices.ContainsFunc(some, func(e chat.Event) bool { return e.Kind == chat.MessagesChanged && e.Conv.Peer == bobby })
			}
		})
	}
}

// TestUnlistedChanges: what a device that no list names says about messages changes none,
// and is no row, until it stands there.
func TestUnlistedChanges(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	lists := func(ids ...uint32) {
		inActor(t, a, func(ctx context.Context) { a.devicesCame(ctx, s, listing(ids)) })
	}
	lists(1)
	one, two := newPeer(t, a, "bob@example.test/x", 1, b), newPeer(t, a, "bob@example.test/y", 666, b)
	a.comes(t, s, one.says("liked", "liked"), one.says("wrong", "wrong"))
	var all []*xmpp.Message
	for _, m := range []xmpp.OutMessage{
		{ID: "c", OriginID: "c", Body: "right", Replaces: "wrong"},
		{ID: "r", OriginID: "r", Reactions: &xmpp.Reactions{For: "liked", Emoji: []string{"👍"}}},
		{ID: "t", OriginID: "t", Body: "helo"},
		{ID: "tc", OriginID: "tc", Body: "hello", Replaces: "t"},
	} {
		all = append(all, two.sends(m))
	}
	a.comes(t, s, all...)
	conv := chat.ConvID{Account: a.addr, Peer: bobby}
	reactions := func() (n int) {
		rows, err := c.Page(t.Context(), conv, 0, 50)
		need(t, err)
		for _, m := range rows {
			n += len(m.Reactions)
		}
		return n
	}
	if got := fmt.Sprint(texts(t, c, conv)); got != fmt.Sprintf("[liked wrong undecryptable %s]", chat.CodeUnlisted) || reactions() != 0 {
		t.Errorf("the conversation is %s, with %d reactions", got, reactions())
	}
	lists(1, 666)
	if got := fmt.Sprint(texts(t, c, conv)); !strings.HasPrefix(got, "[liked right hello") || reactions() != 1 {
		t.Errorf("when it is listed the conversation is %s, with %d reactions", got, reactions())
	}
}

// TestStrangersKeys: who writes from ever new devices leaves a bounded number of keys and
// sessions, and all of it is read.
func TestStrangersKeys(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	mallory := chat.MustAddress("mallory@elsewhere.test")
	const n = 2 * maxUnlistedOf
	for i := 0; i < n; i += n / 8 {
		var all []*xmpp.Message
		for j := range n / 8 {
			all = append(all, newPeer(t, a, "mallory@elsewhere.test/x", uint32(i+j+1), b).says(fmt.Sprint("n", i+j), "hello"))
		}
		a.comes(t, s, all...)
	}
	keys, err := c.db.Keys(t.Context(), a.addr, mallory)
	if err != nil || len(keys) > maxUnlistedOf {
		t.Errorf("%d keys, %v", len(keys), err)
	}
	sessions, err := c.db.Sessions(t.Context(), a.addr, mallory)
	if err != nil || len(sessions) > maxUnlistedOf {
		t.Errorf("%d sessions, %v", len(sessions), err)
	}
	read := 0
	for _, text := range texts(t, c, chat.ConvID{Account: a.addr, Peer: mallory}) {
		if text == "hello" {
			read++
		}
	}
	if read != n {
		t.Errorf("%d of %d are read", read, n)
	}
}

// TestManyStrangers: so do many who each write once; a contact's key is kept as before.
func TestManyStrangers(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	var seen []store.SeenKey
	for i := range maxStrangers {
		seen = append(seen, store.SeenKey{
			Owner: chat.MustAddress(fmt.Sprintf("m%d@elsewhere.test", i)), Fingerprint: numberedKey(i), Device: 1, Version: 2, Unlisted: true,
		})
	}
	if err := c.db.SaveKeys(t.Context(), a.addr, store.KeyChanges{Seen: seen}); err != nil {
		t.Fatal(err)
	}
	inActor(t, a, func(context.Context) {
		a.mu.Lock()
		a.contacts[bobby] = chat.Contact{Listed: true}
		a.mu.Unlock()
	})
	mallory := chat.MustAddress("mallory@elsewhere.test")
	a.comes(t, s, newPeer(t, a, mallory.String(), 7, b).says("m", "hello"), newPeer(t, a, bobby.String(), 8, b).says("b", "hello"))
	for owner, want := range map[chat.Address]int{mallory: 0, bobby: 1} {
		if keys, err := c.db.Keys(t.Context(), a.addr, owner); err != nil || len(keys) != want {
			t.Errorf("%d keys of %s, %v; want %d", len(keys), owner, err, want)
		}
		said := map[chat.Address]string{mallory: "[hello]", bobby: fmt.Sprintf("[undecryptable %s]", chat.CodeUnlisted)}[owner]
		if got := fmt.Sprint(texts(t, c, chat.ConvID{Account: a.addr, Peer: owner})); got != said {
			t.Errorf("the conversation is %s", got)
		}
	}
}

// TestArchiveIsAnsweredLater: a key exchange that the archive had before the session began is
// answered when the archive has been read: each session once, unless something has been
// sent in it, and nobody who does not see us. One that came meanwhile is answered at once.
func TestArchiveIsAnsweredLater(t *testing.T) {
	_, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	s.began, s.conn = time.Now(), &xmpp.Conn{}
	stranger := chat.MustAddress("stranger@example.test")
	inActor(t, a, func(context.Context) {
		a.mu.Lock()
		a.contacts[bobby] = chat.Contact{Subscription: chat.SubscriptionBoth}
		a.contacts[stranger] = chat.Contact{Subscription: chat.SubscriptionTo, Listed: true}
		a.mu.Unlock()
	})
	archived := func(id string, ago time.Duration, m *xmpp.Message) *xmpp.Message {
		return &xmpp.Message{From: a.addr, To: a.addr, Archived: &xmpp.Archived{ID: id, Stamp: s.began.Add(-ago), Message: m}}
	}
	writer := func(from chat.Address, device uint32) *keyedDevice {
		return newPeer(t, a, from.String()+"/x", device, b)
	}
	one, two, own, other := writer(bobby, 1), writer(bobby, 2), writer(a.addr, 3), writer(stranger, 4)
	p := a.comes(
		t, s,
		archived("1", time.Hour, one.says("1", "text")), archived("2", time.Hour, one.says("2", "text")),
		archived("3", time.Hour, two.says("3", "text")), archived("4", time.Hour, own.says("4", "text")),
		archived("5", time.Hour, other.says("5", "text")),
	)
	if len(p.replies) != 0 {
		t.Errorf("%d answers before the archive has been read", len(p.replies))
	}
	if p := a.comes(t, s, archived("6", -time.Second, writer(bobby, 6).says("6", "text"))); len(p.replies) != 1 {
		t.Errorf("%d answers to what came meanwhile", len(p.replies))
	}
	// Something is sent to the second device in the mean time.
	inActor(t, a, func(ctx context.Context) {
		r := a.newRatchets()
		id := ratchet{bobby, 2, omemo.V2}
		with, err := r.session(ctx, id)
		need(t, err)
		var changes store.KeyChanges
		_, err = r.transport(id, with, &changes)
		need(t, err)
		need(t, a.db.SaveKeys(ctx, a.addr, changes))
	})
	before := len(s.queued(t))
	for range 2 { // the second time nothing is left to say
		inActor(t, a, func(ctx context.Context) { a.answerLate(ctx, s) })
	}
	var to []string
	for _, e := range s.queued(t)[before:] {
		m, err := xmpp.DecodeMessage([]byte(e), a.addr, time.Now(), "")
		need(t, err)
		if len(m.Encrypted) != 1 || m.Encrypted[0].Payload != nil || len(m.Encrypted[0].Keys) != 1 || m.Encrypted[0].Keys[0].Kex {
			t.Errorf("no empty message: %s", e)
			continue
		}
		to = append(to, fmt.Sprint(m.Encrypted[0].Keys[0].Owner, m.Encrypted[0].Keys[0].Device))
	}
	slices.Sort(to)
	if want := []string{fmt.Sprint(bobby, 1), fmt.Sprint(a.addr, 3)}; !slices.Equal(to, want) {
		t.Errorf("answered: %q, want %q", to, want)
	}
}

// TestBeforeThisDevice: what was encrypted before this computer had keys says that, and
// what was encrypted for others since then that it is not for us.
func TestBeforeThisDevice(t *testing.T) {
	c, a := oneAccount(t)
	a.withKeys(t)
	s := a.idleSession(t)
	inActor(t, a, func(ctx context.Context) { // as after a restart
		a.omemo.own = nil
		if err := a.loadOwn(ctx); err != nil {
			t.Error(err)
		}
	})
	for i, sent := range []time.Time{time.Now().Add(-24 * time.Hour), time.Now().Add(-time.Hour), {}} {
		id := fmt.Sprint("m", i)
		a.comes(t, s, &xmpp.Message{
			From: bobby.WithResource("x"), To: a.addr, Type: "chat", ID: id, OriginID: id, Delay: sent, HasBody: true, Body: "for others",
			Encrypted: []xmpp.Encrypted{{Version: xmpp.OMEMO2, Sender: 5, Payload: []byte(id), Keys: []xmpp.EncryptedKey{{Owner: a.addr, Device: 1, Data: []byte("x")}}}},
		})
	}
	want := fmt.Sprintf("[undecryptable %s undecryptable %[1]s undecryptable %s]", chat.CodeBeforeDevice, chat.CodeNotForUs)
	if got := fmt.Sprint(texts(t, c, chat.ConvID{Account: a.addr, Peer: bobby})); got != want {
		t.Errorf("the conversation is %s, want %s", got, want)
	}
}

// TestOptOut: a contact's wish for messages that are not encrypted is told, and changes
// nothing.
func TestOptOut(t *testing.T) {
	c, a := oneAccount(t)
	x := newPeer(t, a, "bob@example.test/x", 5, a.withKeys(t))
	s := a.idleSession(t)
	m := x.says("m", "")
	e := &m.Encrypted[0]
	plain := "<envelope xmlns='urn:xmpp:sce:1'><content><opt-out xmlns='urn:xmpp:omemo:2'><reason>my robot</reason></opt-out></content>" +
		"<rpad>x</rpad><from jid='bob@example.test'/></envelope>"
	var key []byte
	var err error
	if e.Payload, e.IV, key, err = omemo.Seal(omemo.V2, []byte(plain), nil); err != nil {
		t.Fatal(err)
	}
	if e.Keys[0].Data, e.Keys[0].Kex, err = x.session.Encrypt(key, nil); err != nil {
		t.Fatal(err)
	}
	a.comes(t, s, m)
	conv := chat.ConvID{Account: a.addr, Peer: bobby}
	rows, err := c.Page(t.Context(), conv, 0, 50)
	if err != nil || len(rows) != 1 || rows[0].Kind != chat.KindNotice || rows[0].Error != chat.CodeOptOut || rows[0].Body != "my robot" {
		t.Fatal(rows, err)
	}
	if st, err := c.Encryption(t.Context(), conv); err != nil || st.Choice != chat.ChoiceAuto {
		t.Error(st.Choice, err)
	}
}
