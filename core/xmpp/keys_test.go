// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// Two devices of alice, one of a contact and one of a stranger, on real servers.
func TestKeys(t *testing.T) {
	for name, start := range map[string]func(testing.TB, coretest.Options) *coretest.Server{"prosody": coretest.Prosody, "ejabberd": coretest.Ejabberd} {
		t.Run(name, func(t *testing.T) {
			s := start(t, coretest.Options{})
			for _, u := range []string{"alice", "bob", "carol"} {
				coretest.User(t, s, u, "secret of "+u)
			}
			a, laptop, b, stranger := connect(t, s, "alice"), connect(t, s, "alice"), connect(t, s, "bob"), connect(t, s, "carol")
			online(a, laptop, b, stranger)
			befriend(a, b)
			online(a, laptop, b) // ejabberd takes notice of what a contact wants with its next presence only
			laptop.must(laptop.EnableCarbons(within(t)))
			for _, v := range []OMEMOVersion{OMEMO03, OMEMO2} {
				t.Run(v.Encryption().String(), func(t *testing.T) {
					deviceListsOf(t, v, a, laptop, b, stranger)
					bundlesOf(t, v, a, laptop, stranger)
				})
			}
			t.Run("messages", func(t *testing.T) { encryptedOf(t, a, laptop, b) })
		})
	}
}

func deviceListsOf(t *testing.T, v OMEMOVersion, a, laptop, b, stranger *person) {
	for _, p := range []*person{a, b, stranger} {
		list, err := p.FetchDevices(within(t), a.bare, v)
		if p == stranger && chat.CodeOf(err) == chat.CodeForbidden {
			continue // Prosody does not tell strangers what there is not
		}
		if err != nil || list != nil {
			t.Errorf("before: %+v, %v", list, err)
		}
	}
	if _, err := a.FetchDevices(within(t), chat.MustAddress("bob@elsewhere.invalid"), v); chat.KindOf(err) != chat.Rejected || chat.CodeOf(err) == chat.CodeNotFound {
		t.Errorf("of another server: %v", err)
	}
	list := []Device{{ID: 1, Label: "A & B", LabelSig: []byte("sig")}, {ID: MaxDevice}}
	if v == OMEMO03 {
		list[0] = Device{ID: 1}
	}
	a.must(a.PublishDevices(within(t), v, []Device{{ID: 7}}))
	a.must(a.PublishDevices(within(t), v, list))
	for _, p := range []*person{a, laptop, b} {
		p.until("devices", func(in Inbound) bool {
			return in.Message != nil && reflect.DeepEqual(in.Message.Devices, &DeviceNews{Version: v, Owner: a.bare, Devices: list})
		})
	}
	everybodyReads := func(want []Device) {
		t.Helper()
		for _, p := range []*person{a, laptop, b, stranger} {
			if got, err := p.FetchDevices(within(t), a.bare, v); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, %v", got, err)
			}
		}
	}
	everybodyReads(list)
	// Another program of ours has closed the node.
	a.must(a.ask(within(t), "test", "set", chat.Address{}, encodeConfigure(v.deviceNode(), forUs), nil))
	if got, err := stranger.FetchDevices(within(t), a.bare, v); err == nil && got != nil {
		t.Fatalf("the node is not closed: %+v", got)
	}
	opens(t, true, func() (bool, error) { return a.OpenDevices(within(t), v) })
	everybodyReads(list)
	opens(t, false, func() (bool, error) { return a.OpenDevices(within(t), v) })
	b.no("a list that has not changed", func(in Inbound) bool { return in.Message != nil && in.Message.Devices != nil })
	a.must(a.ask(within(t), "test", "set", chat.Address{}, encodeConfigure(v.deviceNode(), forUs), nil))
	a.must(a.PublishDevices(within(t), v, list[1:]))
	everybodyReads(list[1:])
	a.must(a.PublishDevices(within(t), v, nil))
	b.until("no devices", func(in Inbound) bool {
		return in.Message != nil && reflect.DeepEqual(in.Message.Devices, &DeviceNews{Version: v, Owner: a.bare})
	})
	everybodyReads(nil)
}

// opens says whether a node of ours was found closed.
func opens(t *testing.T, want bool, open func() (bool, error)) {
	t.Helper()
	if mended, err := open(); err != nil || mended != want {
		t.Errorf("the node was closed: %v, want %v; %v", mended, want, err)
	}
}

// fullBundle is as large as real ones are.
func fullBundle(v OMEMOVersion, seed byte) Bundle {
	size := map[OMEMOVersion]int{OMEMO03: 33, OMEMO2: 32}[v]
	key := func(n int) []byte { return bytes.Repeat([]byte{seed, byte(n)}, 17)[:size] }
	b := Bundle{Version: v, Identity: key(200), SignedID: 1, SignedKey: key(201), Signature: bytes.Repeat([]byte{seed}, 64)}
	for i := range 100 {
		b.Prekeys = append(b.Prekeys, Prekey{uint32(i + 1), key(i)})
	}
	return b
}

func bundlesOf(t *testing.T, v OMEMOVersion, a, laptop, stranger *person) {
	const one, two = 11, 22
	opens(t, false, func() (bool, error) { return a.OpenBundle(within(t), v, one) }) // there is none yet
	gone := func(ps ...*person) {
		t.Helper()
		for _, p := range ps {
			_, err := p.FetchBundle(within(t), a.bare, v, one)
			if code := chat.CodeOf(err); code != chat.CodeNotFound && (code != chat.CodeForbidden || p != stranger) {
				t.Errorf("%v", err)
			}
		}
	}
	gone(a, stranger)
	// Another program has made the node for one item and for contacts only.
	first := fullBundle(v, 1)
	node, item := v.bundleAt(one)
	a.must(a.ask(within(t), "test", "set", chat.Address{}, encodePublish(node, item, encodeBundle(first), forContacts), nil))
	if _, err := stranger.FetchBundle(within(t), a.bare, v, one); err == nil {
		t.Fatal("the node is not closed")
	}
	first = fullBundle(v, 2)
	a.must(a.PublishBundle(within(t), one, first))
	second := fullBundle(v, 3)
	laptop.must(laptop.PublishBundle(within(t), two, second))
	check := func(device uint32, want Bundle) {
		t.Helper()
		for _, p := range []*person{a, laptop, stranger} {
			if got, err := p.FetchBundle(within(t), a.bare, v, device); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, %v", got, err)
			}
		}
	}
	check(one, first)
	check(two, second)
	a.must(a.ask(within(t), "test", "set", chat.Address{}, encodeConfigure(node, forContacts), nil))
	if _, err := stranger.FetchBundle(within(t), a.bare, v, one); err == nil {
		t.Fatal("the node is not closed")
	}
	opens(t, true, func() (bool, error) { return a.OpenBundle(within(t), v, one) })
	check(one, first)
	check(two, second)
	first = fullBundle(v, 4)
	a.must(a.PublishBundle(within(t), one, first))
	check(one, first)
	check(two, second)
	for range 2 {
		laptop.must(laptop.DeleteBundle(within(t), v, one))
	}
	gone(a, stranger)
	check(two, second)
	a.must(a.PublishBundle(within(t), one, first)) // it comes back
	check(one, first)
}

// encryptedOf sends every kind of message that has no body a server would look at.
func encryptedOf(t *testing.T, a, laptop, b *person) {
	keys := []EncryptedKey{{Device: 1, Kex: true, Data: bytes.Repeat([]byte("k"), 200)}, {Device: 2, Data: []byte("abc")}}
	keys2 := slices.Clone(keys)
	keys2[0].Owner, keys2[1].Owner = b.bare, a.bare
	both := []Encrypted{
		{Version: OMEMO03, Sender: 5, Keys: keys, IV: []byte("0123456789ab"), Payload: []byte("payload")},
		{Version: OMEMO2, Sender: 5, Keys: keys2, Payload: bytes.Repeat([]byte("p"), 100<<10)},
	}
	for what, m := range map[string]OutMessage{
		"both formats":  {Encrypted: both, Body: "You can not read this."},
		"keys only":     {Encrypted: []Encrypted{{Version: OMEMO03, Sender: 5, Keys: keys, IV: []byte("0123456789ab")}}},
		"keys only (2)": {Encrypted: []Encrypted{{Version: OMEMO2, Sender: 5, Keys: keys2}}},
		"envelope":      {Encrypted: both[1:]},
	} {
		m.To, m.ID, m.OriginID = b.bare, what, what
		a.say(m)
		is := func(m *Message) bool { return m != nil && m.ID == what }
		check := func(where string, got *Message) {
			t.Helper()
			if !reflect.DeepEqual(got.Encrypted, m.Encrypted) || len(got.EME) != len(m.Encrypted) || got.Body != m.Body || !got.Hints.Store || got.Private {
				t.Errorf("%s, %s: %+v", what, where, got)
			}
		}
		got := b.until(what, func(in Inbound) bool { return is(in.Message) }).Message
		check("received", got)
		copied := laptop.until("copy of "+what, func(in Inbound) bool {
			return in.Message != nil && in.Message.Carbon != nil && is(in.Message.Carbon.Message)
		}).Message.Carbon
		check("copied", copied.Message)
		p, err := laptop.page(ArchiveQuery{With: b.bare, Before: ptr(""), Max: 1})
		laptop.must(err)
		if len(p.Messages) != 1 || !is(p.Messages[0].Message) {
			t.Errorf("%s is not in the archive: %+v", what, p.Messages)
		} else {
			check("archived", p.Messages[0].Message)
		}
	}
	// OTR is for one device and nobody else.
	otr := OutMessage{To: b.Address(), ID: "otr", Body: "?OTR:AAMD.", EME: []EMEHint{{Namespace: NamespaceOTR}}, Private: true, Hints: Hints{NoCopy: true, NoPermanentStore: true}}
	a.say(otr)
	got := b.until("OTR", func(in Inbound) bool { return in.Message != nil && in.Message.ID == "otr" }).Message
	if got.Body != otr.Body || !got.Hints.NoCopy || !reflect.DeepEqual(got.EME, otr.EME) { // Prosody takes <private/> away
		t.Errorf("%+v", got)
	}
	laptop.no("a copy of OTR", func(in Inbound) bool {
		return in.Message != nil && in.Message.Carbon != nil && in.Message.Carbon.Message.ID == "otr"
	})
}
