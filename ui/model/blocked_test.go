// SPDX-License-Identifier: MPL-2.0

package model

import (
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestBlock(t *testing.T) {
	d := newDesk(t)
	p := &people{contacts: []chat.Contact{{Account: alice, Address: bob, Asking: true}}}
	c := NewContacts(d.Env, p, p, p)
	c.Load()
	d.settle(c.lane)
	c.Block(conv)
	if !c.Waiting(conv) {
		t.Error("nobody waits for the server")
	}
	p.contacts[0].Blocked = true
	d.settle(c.orders, c.lane)
	if p.did != "block bob@example.org" || len(c.Requests()) != 0 || c.OpenRequests() != 0 {
		t.Errorf("did %q, requests %v", p.did, c.Requests())
	}
	p.err = &chat.Error{Kind: chat.Offline, Code: chat.CodeNoNetwork}
	c.Unblock(conv)
	d.settle(c.orders, c.lane)
	if p.did != "unblock bob@example.org" || c.Err() == nil || c.Waiting(conv) {
		t.Errorf("did %q, error %v", p.did, c.Err())
	}
}

func TestBlockList(t *testing.T) {
	d := newDesk(t)
	p := &people{blocked: []chat.Address{bob, alice}}
	b := NewBlockList(d.Env, p, alice)
	b.Load()
	d.settle(b.lane)
	if all := b.All(); len(all) != 2 || all[0] != alice || !b.Loaded() {
		t.Errorf("blocked %v", all)
	}
	p.err = &chat.Error{Kind: chat.Offline, Code: chat.CodeNoNetwork}
	b.Load()
	d.settle(b.lane)
	if b.Err() == nil || len(b.All()) != 2 {
		t.Errorf("error %v, blocked %v", b.Err(), b.All())
	}
}
