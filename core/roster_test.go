// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

// The contact list and its changes come by two ways; what counts is when the
// server said them.
func TestRosterOrder(t *testing.T) {
	bob := chat.MustAddress("bob@example.test")
	item := func(name string) xmpp.RosterItem { return xmpp.RosterItem{Address: bob, Name: name} }
	push := func(order uint64, name string) *xmpp.RosterPush {
		return &xmpp.RosterPush{Item: item(name), Version: name, Order: order}
	}
	list := func(order uint64, name string) *xmpp.RosterResult {
		return &xmpp.RosterResult{Items: []xmpp.RosterItem{item(name)}, Version: name, Order: order}
	}
	for _, tc := range []struct {
		name string
		mail []any // in the order in which the actor gets it
		want string
	}{
		{"in order", []any{list(1, "one"), push(2, "two"), push(3, "three")}, "three"},
		{"the list is late", []any{push(2, "two"), push(3, "three"), list(1, "one")}, "three"},
		{"a change is late", []any{list(2, "two"), push(1, "one")}, "two"},
		{"both", []any{push(1, "one"), list(2, "two"), push(3, "three")}, "three"},
		{"no list", []any{push(1, "one"), nil, push(2, "two")}, "two"},
		{"the same list", []any{push(1, "one"), push(2, "two"), &xmpp.RosterResult{Unchanged: true}}, "two"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, a := oneAccount(t)
			s := &session{account: a, queue: newSendQueue()}
			for _, m := range tc.mail {
				err := a.do(t.Context(), func(ctx context.Context) {
					switch m := m.(type) {
					case *xmpp.RosterPush:
						a.receiveOther(ctx, inbound{from: s, Inbound: xmpp.Inbound{Roster: m}})
					case *xmpp.RosterResult:
						a.rosterCame(ctx, s, *m)
					default:
						a.sessionBegan(ctx, s)
					}
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if got := a.contact(bob).Name; got != tc.want || a.record().RosterVersion != tc.want {
				t.Errorf("the list says %q, version %q; want %q", got, a.record().RosterVersion, tc.want)
			}
			if err := a.do(t.Context(), func(context.Context) { a.session = nil }); err != nil {
				t.Fatal(err)
			}
		})
	}
}
