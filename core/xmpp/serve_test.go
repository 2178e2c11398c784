// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

const push = "<query xmlns='jabber:iq:roster' ver='v7'><item jid='carol@example.com' name='Carol' subscription='from' ask='subscribe' approved='true'><group>A</group><group/></item></query>"

func TestRosterPush(t *testing.T) {
	answers := make(chan sentIQ, 16)
	c, f := newFake(t, func(q sentIQ) string { answers <- q; return "" })
	in, _ := run(t, c)
	for name, test := range map[string]struct{ from, typ string }{
		"from nobody":           {"", "result"},
		"from our account":      {" from='alice@example.org'", "result"},
		"from a stranger":       {" from='eve@example.com/x'", "error"},
		"from a contact":        {" from='bob@example.net'", "error"},
		"from our server":       {" from='example.org'", "error"},
		"from a device of ours": {" from='alice@example.org/other'", "error"},
	} {
		f.push("<iq type='set' id='p'" + test.from + ">" + push + "</iq>")
		if test.typ == "result" {
			got := <-in
			want := RosterItem{
				Address: chat.MustAddress("carol@example.com"), Name: "Carol", Groups: []string{"A"},
				Subscription: chat.SubscriptionFrom, Asked: true, Approved: true,
			}
			if got.Roster == nil || got.Roster.Version != "v7" || got.Roster.Item.Address != want.Address ||
				got.Roster.Item.Name != want.Name || len(got.Roster.Item.Groups) != 1 || got.Roster.Item.Subscription != want.Subscription ||
				!got.Roster.Item.Asked || !got.Roster.Item.Approved {
				t.Errorf("%s: %+v", name, got.Roster)
			}
		}
		if q := <-answers; q.ID != "p" || q.Type != test.typ {
			t.Errorf("%s: answered %+v", name, q)
		}
		select {
		case got := <-in:
			t.Errorf("%s: delivered %+v", name, got)
		default:
		}
	}
	for _, bad := range []string{"<query xmlns='jabber:iq:roster'/>", "<query xmlns='jabber:iq:roster'><item jid='@'/></query>"} {
		f.push("<iq type='set' id='p'>" + bad + "</iq>")
		if q := <-answers; q.Type != "error" || !strings.Contains(q.Inner, "bad-request") {
			t.Errorf("%s: answered %+v", bad, q)
		}
	}
}

func TestAnswersOnlyItsAudience(t *testing.T) {
	answers := make(chan sentIQ, 16)
	c, f := newFake(t, func(q sentIQ) string { answers <- q; return "" })
	c.SetAudience([]chat.Address{bob})
	const stranger = " from='eve@example.com/x'"
	for name, test := range map[string]struct{ from, payload, typ, inner string }{
		"ping of the server":                {" from='example.org'", "<ping xmlns='urn:xmpp:ping'/>", "result", ""},
		"ping of our account":               {"", "<ping xmlns='urn:xmpp:ping'/>", "result", ""},
		"ping of our device":                {" from='alice@example.org/other'", "<ping xmlns='urn:xmpp:ping'/>", "result", ""},
		"ping of a contact":                 {" from='bob@example.net/phone'", "<ping xmlns='urn:xmpp:ping'/>", "result", ""},
		"ping of a stranger":                {stranger, "<ping xmlns='urn:xmpp:ping'/>", "error", "service-unavailable"},
		"version of a contact":              {" from='bob@example.net/phone'", "<query xmlns='jabber:iq:version'/>", "result", ">Chat<"},
		"version of a stranger":             {stranger, "<query xmlns='jabber:iq:version'/>", "error", "service-unavailable"},
		"info of a contact":                 {" from='bob@example.net/phone'", "<query xmlns='http://jabber.org/protocol/disco#info'/>", "result", "urn:xmpp:receipts"},
		"info of a stranger":                {stranger, "<query xmlns='http://jabber.org/protocol/disco#info'/>", "error", "service-unavailable"},
		"info of a contact's server":        {" from='example.net'", "<query xmlns='http://jabber.org/protocol/disco#info' node='" + c.caps.Node + "#" + c.caps.Ver + "'/>", "result", "+notify"},
		"info of another server":            {" from='example.com'", "<query xmlns='http://jabber.org/protocol/disco#info'/>", "error", "service-unavailable"},
		"ping of somebody beside a contact": {" from='eve@example.net'", "<ping xmlns='urn:xmpp:ping'/>", "error", "service-unavailable"},
		"info of our caps":                  {"", "<query xmlns='http://jabber.org/protocol/disco#info' node='" + c.caps.Node + "#" + c.caps.Ver + "'/>", "result", c.caps.Ver},
		"info of another node":              {"", "<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>", "error", "item-not-found"},
		"what nobody knows":                 {"", "<query xmlns='urn:made-up'/>", "error", "service-unavailable"},
		"set instead of get":                {"", "<ping xmlns='urn:xmpp:ping'/></iq><iq type='set' id='q'><ping xmlns='urn:xmpp:ping'/>", "result", ""},
		"answer to no question":             {stranger, "<ping xmlns='urn:xmpp:ping'/></iq><iq type='result' id='nobody' from='eve@example.com/x'/><iq type='get' id='q'><x xmlns='y'/>", "error", "service-unavailable"},
		"service unavailable to":            {stranger, "<x xmlns='y'/>", "error", "service-unavailable"},
	} {
		f.push("<iq type='get' id='q'" + test.from + ">" + test.payload + "</iq>")
		q := <-answers
		if q.ID != "q" || q.Type != test.typ || !strings.Contains(q.Inner, test.inner) {
			t.Errorf("%s: answered %+v", name, q)
		}
		if strings.Contains(q.Inner, "<os") {
			t.Errorf("%s: tells the system", name)
		}
		if strings.Contains(test.payload, "</iq>") {
			if q := <-answers; q.Type != "error" {
				t.Errorf("%s: answered %+v", name, q)
			}
		}
	}
}

// A push that comes right behind the list is known to be newer.
func TestRosterOrder(t *testing.T) {
	c, _ := newFake(t, func(q sentIQ) string {
		if q.Type != "get" {
			return ""
		}
		return "<iq type='set' id='p1'>" + push + "</iq>" +
			q.result("", "<query xmlns='jabber:iq:roster' ver='v6'><item jid='dave@example.com' subscription='both'/></query>") +
			"<iq type='set' id='p2'>" + push + "</iq>"
	})
	in, _ := run(t, c)
	r, err := c.Roster(within(t), "")
	if err != nil || len(r.Items) != 1 || r.Version != "v6" {
		t.Fatalf("%+v, %v", r, err)
	}
	before, after := (<-in).Roster.Order, (<-in).Roster.Order
	if before >= r.Order || after <= r.Order {
		t.Errorf("order %d, %d, %d", before, r.Order, after)
	}
	c.SetAudience([]chat.Address{chat.MustAddress("eve@example.com")})
	for addr, want := range map[string]bool{"dave@example.com/x": true, "carol@example.com": true, "eve@example.com": true, "bob@example.net": false} {
		if c.audience.has(chat.MustAddress(addr)) != want {
			t.Errorf("%s sees us: %v", addr, !want)
		}
	}
}

// The answer to disco must hash to what our presence says, or nobody believes it.
func TestOwnCapsMatchOwnInfo(t *testing.T) {
	answers := make(chan sentIQ, 1)
	c, f := newFake(t, func(q sentIQ) string { answers <- q; return "" })
	f.push("<iq type='get' id='q'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>")
	ver, err := parseInfo(t, (<-answers).Inner).verification()
	if err != nil || ver != c.caps.Ver {
		t.Errorf("%q, %v, want %q", ver, err, c.caps.Ver)
	}
}

func TestFeaturesOf(t *testing.T) {
	asked := 0
	c, _ := newFake(t, func(q sentIQ) string { asked++; return q.result(q.To, simpleInfo) })
	good := Caps{Node: "n", Ver: "QgayPKawpkPSDYmwT/WM94uAlu0=", Hash: "sha-1"}
	poisoned := Caps{Node: "n", Ver: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", Hash: "sha-1"}
	for n, test := range []struct {
		caps  Caps
		asked int
	}{
		{good, 1},
		{good, 1}, // verified: for everybody
		{poisoned, 2},
		{poisoned, 3}, // not verified: for him alone
		{Caps{Node: "n", Ver: good.Ver, Hash: "md5"}, 4},
		{Caps{}, 5},
		{c.caps, 5}, // our own
	} {
		f, err := c.FeaturesOf(within(t), test.caps, bob)
		if err != nil || len(f) < 4 || asked != test.asked {
			t.Errorf("%d: %d features, asked %d times, want %d, %v", n, len(f), asked, test.asked, err)
		}
	}
}
