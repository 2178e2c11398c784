// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/xmpp"
)

// device is the id of this computer's device.
func (p *person) device() uint32 {
	p.t.Helper()
	for _, k := range p.keys(p.addr) {
		if k.Own && k.Fingerprint.Kind() == chat.KeyOMEMO {
			return k.Device
		}
	}
	p.t.Fatalf("%s has no device", p.name)
	return 0
}

// published waits until both lists of the account have these devices and no other, and
// the others no bundle.
func published(t *testing.T, conn *xmpp.Conn, owner chat.Address, there, gone []uint32) {
	t.Helper()
	slices.Sort(there)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for deadline := time.After(patience); ; {
		right := true
		var lists [2][]uint32
		for i, v := range bothFormats {
			devices, err := conn.FetchDevices(t.Context(), owner, v)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range devices {
				lists[i] = append(lists[i], d.ID)
			}
			slices.Sort(lists[i])
			right = right && slices.Equal(lists[i], there)
			for _, d := range there {
				_, err := conn.FetchBundle(t.Context(), owner, v, d)
				right = right && err == nil
			}
			for _, d := range gone {
				_, err := conn.FetchBundle(t.Context(), owner, v, d)
				right = right && chat.CodeOf(err) == chat.CodeNotFound
			}
		}
		if right {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("the lists are %v, want %v, and no bundle of %v", lists, there, gone)
		}
	}
}

// movedTo makes a file of p's keys and has other take it.
func (p *person) movedTo(other *person) {
	p.t.Helper()
	pass := []byte("a passphrase")
	file, err := p.ExportKeys(p.ctx(), p.addr, pass)
	if err == nil {
		err = other.ImportKeys(other.ctx(), other.addr, file, pass)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// A device that takes other keys leaves the lists, with its bundles: at once where it is
// connected, else in the next session, and also where the program ended in between.
func TestImportedKeysLeaveNoDevice(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		alice := user(t, s, "alice")
		phone := anotherDevice(t, alice)
		look := as(t, alice)
		first, other := phone.device(), alice.device()
		published(t, look, alice.addr, []uint32{first, other}, nil)

		must(t, phone.Disconnect(phone.ctx(), phone.addr))
		phone.waitState(chat.StateOffline)
		alice.movedTo(phone)
		second := phone.device()
		phone.stop()
		phone.start()
		alice.movedTo(phone) // and another time: nothing was ever published of the one between
		third := phone.device()
		must(t, phone.Connect(phone.ctx(), phone.addr))
		phone.waitState(chat.StateOnline)
		published(t, look, alice.addr, []uint32{other, third}, []uint32{first, second})

		alice.movedTo(phone)
		published(t, look, alice.addr, []uint32{other, phone.device()}, []uint32{first, second, third})
		phone.wait("only the keys that live", func() bool {
			keys := phone.devices(phone.addr)
			return len(keys) == 2 && keys[0].Own && keys[1].Device == other
		})
	})
}

// An account that is removed leaves no device for others to write to.
func TestRemovedLeavesNoDevice(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		alice := user(t, s, "alice")
		phone := anotherDevice(t, alice)
		look := as(t, alice)
		gone, other := phone.device(), alice.device()
		published(t, look, alice.addr, []uint32{gone, other}, nil)
		must(t, phone.RemoveAccount(phone.ctx(), phone.addr))
		published(t, look, alice.addr, []uint32{other}, []uint32{gone})
	})
}

// A removal waits a moment only for a server that says nothing.
func TestRemovedWithoutAnswer(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, proxy := behindProxy(t, s, "alice")
	must(t, alice.Findable(alice.ctx(), alice.addr))
	proxy.Stall(coretest.BothWays)
	began := time.Now()
	must(t, alice.RemoveAccount(alice.ctx(), alice.addr))
	if took := time.Since(began); took > patience/2 {
		t.Errorf("it took %v", took)
	}
}
