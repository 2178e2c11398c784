// SPDX-License-Identifier: MPL-2.0

package model

import (
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestIgnoredRequests(t *testing.T) {
	d := newDesk(t)
	carol := chat.MustAddress("carol@example.org")
	p := &people{contacts: []chat.Contact{
		{Account: alice, Address: bob, Asking: true}, {Account: alice, Address: carol, Asking: true},
	}}
	read := func() *Contacts {
		c := NewContacts(d.Env, p, p, p)
		c.Load()
		d.settle(c.lane)
		return c
	}
	c := read()
	c.Ignore(conv)
	d.settle(c.lane)
	for _, c := range []*Contacts{c, read()} { // also after a restart
		if got := c.Requests(); len(got) != 2 || got[0].Address != carol || c.OpenRequests() != 1 {
			t.Errorf("requests %v, %d open", got, c.OpenRequests())
		}
	}
	if p.did != "" {
		t.Errorf("ignoring did %q", p.did)
	}
	var accepted chat.ConvID
	c.OnAccepted = func(id chat.ConvID) { accepted = id }
	c.Accept(conv)
	if !c.Waiting(conv) || c.Waiting(chat.ConvID{Account: alice, Peer: carol}) {
		t.Error("nobody waits for the answer, or somebody else does")
	}
	d.settle(c.orders, c.lane)
	if accepted != conv || c.Waiting(conv) || read().Ignored(conv) {
		t.Error("still ignored after the answer")
	}
}

func TestIgnoredSurvivesALoadUnderWay(t *testing.T) {
	d := newDesk(t)
	p := &people{contacts: []chat.Contact{{Account: alice, Address: bob, Asking: true}}}
	c := NewContacts(d.Env, p, p, p)
	c.Load() // its answer comes after what the person does now
	c.Ignore(conv)
	d.settle(c.lane)
	if c.OpenRequests() != 0 {
		t.Error("a read of before undid it")
	}
}

func TestIgnoredIsBounded(t *testing.T) {
	d := newDesk(t)
	p := &people{}
	c := NewContacts(d.Env, p, p, p)
	for i := range 70 {
		peer := chat.Address{Local: strings.Repeat("x", 1000+i%20) + string(rune('a'+i%26)), Domain: "example.org"}
		c.Ignore(chat.ConvID{Account: alice, Peer: peer})
	}
	d.settle(c.lane)
	if n := len(p.settings[settingIgnored]); n == 0 || n > maxIgnored {
		t.Errorf("%d bytes", n)
	}
	p.settings[settingIgnored] = "nonsense\n\n @ @\n" + alice.String() + " " + bob.String()
	c.Load()
	d.settle(c.lane)
	if len(c.ignored) != 1 || !c.Ignored(conv) {
		t.Errorf("read %v", c.ignored)
	}
}
