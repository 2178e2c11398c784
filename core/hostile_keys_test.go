// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// keyedDevice is somebody else's device, which writes to the account.
type keyedDevice struct {
	t        *testing.T
	a        *account
	id       uint32
	from     chat.Address
	identity *omemo.Identity
	session  *omemo.Session
}

// withKeys makes the account's own keys and returns what others see of them.
func (a *account) withKeys(t *testing.T) (b omemo.Bundle) {
	t.Helper()
	var err error
	inActor(t, a, func(ctx context.Context) {
		if err = a.loadOwn(ctx); err != nil {
			return
		}
		if err = a.refill(ctx); err != nil {
			return
		}
		var all []omemo.Prekey
		all, err = a.readPrekeys(ctx)
		b = a.omemo.own.identity.Bundle(omemo.V2, a.omemo.own.signed[0].SignedPrekey, all)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func inActor(t *testing.T, a *account, do order) {
	t.Helper()
	if err := a.do(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

var nextPrekey atomic.Int32

func newPeer(t *testing.T, a *account, from string, id uint32, b omemo.Bundle) *keyedDevice {
	t.Helper()
	identity, err := omemo.NewIdentity(nil)
	if err != nil {
		t.Fatal(err)
	}
	b.Prekeys = b.Prekeys[int(nextPrekey.Add(1))%len(b.Prekeys):][:1] // nobody else's
	s, err := omemo.Begin(b.Version, identity, b, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &keyedDevice{t: t, a: a, id: id, from: chat.MustAddress(from), identity: identity, session: s}
}

// says is the device's next message.
func (d *keyedDevice) says(id, text string) *xmpp.Message {
	d.t.Helper()
	return d.sends(xmpp.OutMessage{ID: id, OriginID: id, Body: text})
}

// sends is says of what may be more than a text.
func (d *keyedDevice) sends(inside xmpp.OutMessage) *xmpp.Message {
	d.t.Helper()
	v := d.session.Version()
	e := xmpp.Encrypted{Version: xmpp.OMEMOVersion(v), Sender: d.id}
	plain := xmpp.EncodeEnvelope(xmpp.OutEnvelope{From: d.from, To: d.a.addr, Time: time.Now(), Message: inside})
	var key []byte
	var err error
	if e.Payload, e.IV, key, err = omemo.Seal(v, plain, nil); err != nil {
		d.t.Fatal(err)
	}
	data, kex, err := d.session.Encrypt(key, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	e.Keys = []xmpp.EncryptedKey{{Owner: d.a.addr, Device: d.a.omemo.own.device, Kex: kex, Data: data}}
	return &xmpp.Message{From: d.from, To: d.a.addr, Type: "chat", ID: inside.ID, OriginID: inside.OriginID, Encrypted: []xmpp.Encrypted{e}}
}

// comes lets messages come as one page.
func (a *account) comes(t *testing.T, s *session, all ...*xmpp.Message) (p *arrivals) {
	t.Helper()
	page := make([]inbound, len(all))
	for i, m := range all {
		page[i] = inbound{from: s, Inbound: xmpp.Inbound{Message: m}}
	}
	inActor(t, a, func(ctx context.Context) {
		p = a.sort(page)
		p.write = a.writeLive
		if !a.persist(ctx, p) {
			t.Error("not stored")
			return
		}
		a.announce(p)
		a.answer(p)
		a.afterwards(ctx, p)
	})
	return p
}

func texts(t *testing.T, c *Client, conv chat.ConvID) (all []string) {
	t.Helper()
	rows, err := c.Page(t.Context(), conv, 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range rows {
		switch m.Kind {
		case chat.KindText:
			all = append(all, m.Body)
		default:
			all = append(all, fmt.Sprint(m.Kind, " ", m.Error))
		}
	}
	return all
}

var bobby = chat.MustAddress("bob@example.test")

// TestUnlistedDevice: what a device says that its owner's list does not name is kept out
// of sight, and its key is not trusted, until it stands there.
func TestUnlistedDevice(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	x := newPeer(t, a, "bob@example.test/x", 666, b)
	if _, err := c.db.SetDevices(t.Context(), a.addr, bobby, 2, []store.Device{{ID: 1}}, true, time.Now()); err != nil {
		t.Fatal(err)
	}
	first := x.says("m", "I am not on the list")
	a.comes(t, s, first, x.says("n", "neither am I"))
	a.comes(t, s, first) // once more, as the archive has it
	conv := chat.ConvID{Account: a.addr, Peer: bobby}
	held := fmt.Sprintf("[undecryptable %s undecryptable %[1]s]", chat.CodeUnlisted)
	if got := fmt.Sprint(texts(t, c, conv)); got != held {
		t.Errorf("the conversation is %s", got)
	}
	seen := func() (all []string) {
		rows, err := c.Page(t.Context(), conv, 0, 50)
		if err != nil {
			t.Fatal(err)
		}
		found, err := c.Search(t.Context(), chat.SearchQuery{Text: "list"})
		if err != nil {
			t.Fatal(err)
		}
		convs, err := c.Conversations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range append(rows, found...) {
			all = append(all, m.Body)
		}
		for _, c := range convs {
			all = append(all, c.Last.Body)
		}
		return all
	}
	if got := strings.Join(seen(), ""); got != "" {
		t.Errorf("%q is shown", got)
	}
	keys, err := c.Keys(t.Context(), a.addr, bobby)
	if err != nil || len(keys) != 1 {
		t.Fatalf("%v, %v", keys, err)
	}
	if k := keys[0]; k.Listed || k.Used || k.Trust != chat.TrustUndecided || k.By != chat.ByNobody {
		t.Errorf("listed %v, used %v, %v by %v", k.Listed, k.Used, k.Trust, k.By)
	}
	list := xmpp.DeviceNews{Version: xmpp.OMEMO2, Owner: bobby, Devices: []xmpp.Device{{ID: 1}, {ID: 666}}}
	inActor(t, a, func(ctx context.Context) { a.devicesCame(ctx, s, list) })
	if got := fmt.Sprint(seen()); got != "[I am not on the list neither am I I am not on the list neither am I]" {
		t.Errorf("%s is shown after it was listed", got)
	}
	rows, err := c.Page(t.Context(), conv, 0, 50)
	if err != nil || len(rows) != 2 || rows[0].Trust != chat.TrustTrusted || rows[0].Doubtful || rows[0].Error != "" || rows[0].Encryption != chat.EncryptionOMEMO2 {
		t.Errorf("%+v, %v", rows, err)
	}
	a.comes(t, s, first)
	if got := fmt.Sprint(texts(t, c, conv)); got != "[I am not on the list neither am I]" {
		t.Errorf("the conversation is %s", got)
	}
}

// TestOlderKeyExchange: a message from before the last one of a device, with another
// key, is read, and the session with the device stays what it is.
func TestOlderKeyExchange(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	x, y := newPeer(t, a, "bob@example.test/x", 5, b), newPeer(t, a, "bob@example.test/x", 5, b)
	if _, err := c.db.SetDevices(t.Context(), a.addr, bobby, 2, []store.Device{{ID: 5}}, true, time.Now()); err != nil {
		t.Fatal(err)
	}
	first, old, more := x.says("k1", "new key"), y.says("k0", "old key"), x.says("k2", "again with the new key")
	old.Delay = time.Now().Add(-24 * time.Hour)
	a.comes(t, s, first)
	a.comes(t, s, old)
	var remote chat.Fingerprint
	inActor(t, a, func(ctx context.Context) {
		r, err := a.newRatchets().session(ctx, ratchet{bobby, 5, omemo.V2})
		if err != nil || r == nil {
			t.Errorf("no session: %v", err)
			return
		}
		remote = r.Remote().Fingerprint()
	})
	a.comes(t, s, more)
	all, err := c.Page(t.Context(), chat.ConvID{Account: a.addr, Peer: bobby}, 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, m := range all {
		if m.Kind == chat.KindText {
			read++
		}
		if m.Body == "new key" && m.Fingerprint != remote {
			t.Error("the session is with the older key")
		}
	}
	if read != 3 {
		t.Errorf("%d of 3 messages are read: %v", read, texts(t, c, chat.ConvID{Account: a.addr, Peer: bobby}))
	}
}

// TestOtherKeyOfVerified: who takes the device id of a verified key does not get its
// session, and its messages do not go to the bundle's owner unseen.
func TestOtherKeyOfVerified(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	x, y := newPeer(t, a, "bob@example.test/x", 5, b), newPeer(t, a, "bob@example.test/x", 5, b)
	if _, err := c.db.SetDevices(t.Context(), a.addr, bobby, 2, []store.Device{{ID: 5}}, true, time.Now()); err != nil {
		t.Fatal(err)
	}
	a.comes(t, s, x.says("k1", "verified"))
	keys, err := c.Keys(t.Context(), a.addr, bobby)
	if err != nil || len(keys) != 1 {
		t.Fatalf("%v, %v", keys, err)
	}
	if err := c.Trust(t.Context(), a.addr, bobby, keys[0].Fingerprint, chat.TrustVerified, chat.ByCompare); err != nil {
		t.Fatal(err)
	}
	a.comes(t, s, y.says("k2", "somebody else"))
	inActor(t, a, func(ctx context.Context) {
		r, err := a.newRatchets().session(ctx, ratchet{bobby, 5, omemo.V2})
		if err != nil || r == nil || r.Remote().Fingerprint() != keys[0].Fingerprint {
			t.Errorf("the session is another one now: %v", err)
		}
		wanted, err := a.missingBundles(ctx, bobby)
		if err != nil || len(wanted) != 1 {
			t.Errorf("bundles to fetch: %v, %v", wanted, err)
		}
	})
}

// TestEarlyMessage: what comes before a session has begun is read, too.
func TestEarlyMessage(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	m := newPeer(t, a, "bob@example.test/x", 5, b).says("m", "early")
	inActor(t, a, func(context.Context) { a.omemo = newOMEMOState(nil) }) // as after a start
	a.comes(t, s, m)
	if got := fmt.Sprint(texts(t, c, chat.ConvID{Account: a.addr, Peer: bobby})); got != "[early]" {
		t.Errorf("the conversation is %s", got)
	}
}

// TestBrokenByStranger: what a stranger's device sends makes nobody ask its server,
// and neither does a device that no list names.
func TestBrokenByStranger(t *testing.T) {
	_, a := oneAccount(t)
	a.withKeys(t)
	a.idleSession(t)
	inActor(t, a, func(ctx context.Context) {
		a.omemo.begun = true
		for i := range uint32(200) {
			for _, owner := range []chat.Address{chat.MustAddress("mallory@elsewhere.test"), a.addr} {
				a.repair(ctx, brokenSession{chat.ConvID{Account: a.addr, Peer: owner}, ratchet{owner, 1000 + i, omemo.V2}})
			}
		}
		if n := len(a.omemo.repairs) + len(a.omemo.mending); n != 0 {
			t.Errorf("%d questions", n)
		}
	})
}

// TestDamagedIdentity: with own keys that can not be read a message fails where it
// would have to be encrypted, and others go on as before.
func TestDamagedIdentity(t *testing.T) {
	c, a := oneAccount(t)
	a.withKeys(t)
	rec, err := c.db.OwnKeys(t.Context(), a.addr)
	if err != nil {
		t.Fatal(err)
	}
	rec.Identity = []byte{9, 9}
	if err := c.db.SaveOwnKeys(t.Context(), a.addr, rec); err != nil {
		t.Fatal(err)
	}
	s := a.idleSession(t)
	inActor(t, a, func(ctx context.Context) {
		a.omemo = newOMEMOState(nil)
		a.beginOMEMO(ctx, s)
	})
	conv := chat.ConvID{Account: a.addr, Peer: bobby}
	plain, err := c.SendText(t.Context(), conv, "hello", chat.SendOptions{})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := c.SendText(t.Context(), conv, "hello", chat.SendOptions{Encryption: chat.ChoiceOMEMO})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.written(t); len(got) != 1 || got[0] != plain {
		t.Errorf("written: %v, want only %v", got, plain)
	}
	if m, _, err := c.db.Message(t.Context(), secret); err != nil || m.Status != chat.Failed || m.Error != chat.CodeDamaged {
		t.Errorf("%v %v %v", m.Status, m.Error, err)
	}
}

// TestRepeatedUnread: a ciphertext whose key was used before, and that nobody has read,
// says that there was something.
func TestRepeatedUnread(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	x := newPeer(t, a, "bob@example.test/x", 5, b)
	m := x.says("m1", "one")
	a.comes(t, s, m)
	other := *m
	other.ID, other.OriginID = "m2", "m2"
	other.Encrypted = []xmpp.Encrypted{m.Encrypted[0]}
	other.Encrypted[0].Payload = append([]byte{1}, m.Encrypted[0].Payload...)
	a.comes(t, s, &other)
	a.comes(t, s, m) // again, and known
	if got := texts(t, c, chat.ConvID{Account: a.addr, Peer: bobby}); len(got) != 2 || got[0] != "one" {
		t.Errorf("the conversation is %q", got)
	}
}

// TestBundleGrowsOld: a bundle is good for a while, and one of its prekeys is enough.
func TestBundleGrowsOld(t *testing.T) {
	_, a := oneAccount(t)
	b := a.withKeys(t)
	id := ratchet{bobby, 5, omemo.V2}
	inActor(t, a, func(context.Context) {
		a.keepBundle(id, b)
		if kept := a.omemo.bundles[id]; !a.hasBundle(id) || len(kept.Prekeys) != 1 || kept.Check() != nil {
			t.Errorf("%d prekeys, %v", len(kept.Prekeys), kept.Check())
		}
		old := a.omemo.bundles[id]
		old.at = time.Now().Add(-2 * bundleFor)
		a.omemo.bundles[id] = old
		if a.hasBundle(id) || len(a.omemo.bundles) != 0 {
			t.Error("it is kept for ever")
		}
	})
}

// TestManyNotices: who makes up devices fills no conversation with word of them.
func TestManyNotices(t *testing.T) {
	c, a := oneAccount(t)
	conv := chat.ConvID{Account: a.addr, Peer: bobby}
	var all []store.Notice
	for i := range 256 {
		all = append(all, store.Notice{
			Conv: conv, Code: chat.CodeDeviceAdded, Owner: bobby, Fingerprint: chat.Fingerprint(fmt.Sprintf("%064x", i)), Time: time.Now(),
		})
	}
	inActor(t, a, func(ctx context.Context) { a.tell(ctx, all) })
	if got := texts(t, c, conv); len(got) != 1 {
		t.Errorf("%d notices", len(got))
	}
}

// TestOneAnswer: however many messages of a session come at once, they get one answer.
func TestOneAnswer(t *testing.T) {
	_, a := oneAccount(t)
	x := newPeer(t, a, "bob@example.test/x", 5, a.withKeys(t))
	s := a.idleSession(t)
	var all []*xmpp.Message
	for i := range 100 {
		all = append(all, x.says(fmt.Sprint("n", i), "text"))
	}
	inActor(t, a, func(context.Context) {
		a.mu.Lock()
		a.contacts[bobby] = chat.Contact{Subscription: chat.SubscriptionBoth}
		a.mu.Unlock()
	})
	if p := a.comes(t, s, all...); len(p.replies) != 1 {
		t.Errorf("%d answers", len(p.replies))
	}
}

// TestEmptyKeyExchanges: a stranger who says nothing makes no sessions here, however
// many devices it makes up; who says something is heard.
func TestEmptyKeyExchanges(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	mallory := chat.MustAddress("mallory@elsewhere.test")
	var all []*xmpp.Message
	for i := range 20 {
		m := newPeer(t, a, "mallory@elsewhere.test/x", uint32(i+1), b).says(fmt.Sprint("n", i), "")
		m.Encrypted[0].Payload = nil
		all = append(all, m)
	}
	a.comes(t, s, all...)
	if got, err := c.db.Sessions(t.Context(), a.addr, mallory); err != nil || len(got) != 0 {
		t.Errorf("%d sessions, %v", len(got), err)
	}
	a.comes(t, s, newPeer(t, a, "mallory@elsewhere.test/x", 99, b).says("hello", "hello"))
	if got := texts(t, c, chat.ConvID{Account: a.addr, Peer: mallory}); len(got) != 1 || got[0] != "hello" {
		t.Errorf("%q", got)
	}
}
