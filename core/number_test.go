// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// ownNumber is the number of this computer among the account's devices.
func (p *person) ownNumber() uint32 {
	p.t.Helper()
	for _, k := range p.keys(p.addr) {
		if k.Own && k.Fingerprint.Kind() == chat.KeyOMEMO {
			return k.Device
		}
	}
	p.t.Fatal("it has no key")
	return 0
}

// TestNumberIsTaken: a number that another device of the account has is drawn anew before
// anything is published with it, and stays when it stands on the lists (XEP-0384 §6).
func TestNumberIsTaken(t *testing.T) {
	s := coretest.NewScripted(t)
	coretest.User(t, s.Server, "alice", "secret of alice")
	alice := somebody(t, s.Server, "alice")
	const devices = "eu.siacs.conversations.axolotl.devicelist"
	var r refuser
	var drawn uint32
	var once sync.Once
	r.takes.Store(true)
	r.script(s)
	s.On(func(_ *coretest.Session, e *coretest.Element) bool {
		if strings.Contains(e.Raw, devices) { // before it is answered
			once.Do(func() {
				drawn = alice.ownNumber()
				r.nodes.Store(devices, fmt.Sprintf("<item id='current'><list xmlns='eu.siacs.conversations.axolotl'><device id='%d'/></list></item>", drawn))
			})
		}
		return false
	})
	must(t, alice.AddAccount(alice.ctx(), s.Login("alice"), []byte("secret of alice")))
	must(t, alice.Findable(alice.ctx(), alice.addr))
	number := alice.ownNumber()
	for range 2 {
		list, _ := r.nodes.Load(devices)
		for _, id := range []uint32{drawn, number} {
			if list == nil || !strings.Contains(list.(string), fmt.Sprint(id)) {
				t.Errorf("the list is %v; %d was drawn, %d is the number", list, drawn, number)
			}
		}
		if _, there := r.nodes.Load(fmt.Sprint("eu.siacs.conversations.axolotl.bundles:", drawn)); there || drawn == number {
			t.Errorf("a bundle of number %d is published", drawn)
		}
		alice.stop()
		alice.start()
		must(t, alice.Connect(alice.ctx(), alice.addr))
		alice.waitState(chat.StateOnline)
		must(t, alice.Findable(alice.ctx(), alice.addr))
		if now := alice.ownNumber(); now != number {
			t.Errorf("the number is %d then, and was %d", now, number)
		}
	}
}
