// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"slices"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

var (
	eve     = chat.MustAddress("eve@example.com")
	spammer = chat.MustAddress("spam.example")
)

const blockNS = " xmlns='urn:xmpp:blocking'>"

func TestBlocking(t *testing.T) {
	asked := make(chan sentIQ, 4)
	c, _ := newFake(t, func(q sentIQ) string {
		asked <- q
		if q.Type == "get" {
			return q.result("", "<blocklist"+blockNS+"<item jid='eve@example.com'/><item jid='@'/><item/><item jid='spam.example'/></blocklist>")
		}
		return q.result("", "")
	})
	in, _ := run(t, c)
	list, err := c.Blocked(within(t))
	if want := []chat.Address{eve, spammer}; err != nil || !slices.Equal(list, want) {
		t.Errorf("%v, %v", list, err)
	}
	if p := (<-in).Blocked; p == nil || !p.None || !slices.Equal(p.Added, list) || p.Removed != nil {
		t.Errorf("through Run: %+v", p)
	}
	<-asked
	for command, f := range map[string]func(context.Context, chat.Address) error{"block": c.Block, "unblock": c.Unblock} {
		if err := f(within(t), eve); err != nil {
			t.Error(err)
		}
		if q := <-asked; q.Type != "set" || q.To != "" || !strings.Contains(q.Inner, "<"+command) || !strings.Contains(q.Inner, "eve@example.com") {
			t.Errorf("%s: %+v", command, q)
		}
		wantCode(t, f(within(t), chat.Address{}), chat.Input, chat.CodeAddress) // it would unblock everybody
	}
	wantCode(t, c.Block(within(t), alice), chat.Input, chat.CodeOwnAddress)
	select {
	case q := <-asked:
		t.Errorf("asked %+v", q)
	default:
	}
	c, _ = newFake(t, func(q sentIQ) string { return q.result("", "<block"+blockNS+"</block>") })
	_, err = c.Blocked(within(t))
	wantCode(t, err, chat.Rejected, chat.CodeUnsupported)
}

func TestBlockPushes(t *testing.T) {
	answers := make(chan sentIQ, 16)
	c, f := newFake(t, func(q sentIQ) string { answers <- q; return "" })
	in, _ := run(t, c)
	const item = "<item jid='eve@example.com'/>"
	for name, test := range map[string]struct {
		from, payload string
		want          *BlockPush // nil is refused
	}{
		"block":                     {"", "<block" + blockNS + item + "<item jid='spam.example'/></block>", &BlockPush{Added: []chat.Address{eve, spammer}}},
		"unblock, from our account": {" from='alice@example.org'", "<unblock" + blockNS + item + "</unblock>", &BlockPush{Removed: []chat.Address{eve}}},
		"unblock all":               {"", "<unblock" + blockNS + "</unblock>", &BlockPush{None: true}},
		"unblock what is none":      {"", "<unblock" + blockNS + "<item jid='@'/></unblock>", nil}, // not all
		"block nobody":              {"", "<block" + blockNS + "</block>", nil},
		"from a stranger":           {" from='eve@example.com/x'", "<unblock" + blockNS + "</unblock>", nil},
		"from a contact":            {" from='bob@example.net'", "<unblock" + blockNS + item + "</unblock>", nil},
		"from a device of ours":     {" from='alice@example.org/other'", "<block" + blockNS + item + "</block>", nil},
		"from our server":           {" from='example.org'", "<block" + blockNS + item + "</block>", nil},
	} {
		f.push("<iq type='set' id='p'" + test.from + ">" + test.payload + "</iq>")
		typ := "error"
		if test.want != nil {
			typ = "result"
			got := (<-in).Blocked
			if got == nil || got.None != test.want.None || !slices.Equal(got.Added, test.want.Added) || !slices.Equal(got.Removed, test.want.Removed) {
				t.Errorf("%s: %+v", name, got)
			}
		}
		if q := <-answers; q.ID != "p" || q.Type != typ {
			t.Errorf("%s: answered %+v", name, q)
		}
		select {
		case got := <-in:
			t.Errorf("%s: delivered %+v", name, got.Blocked)
		default:
		}
	}
	if n := c.forged.Load(); n != 4 {
		t.Errorf("%d forged pushes counted, want 4", n)
	}
}

// stated is a wire that can say whether somebody looks.
type stated struct {
	*fakeWire
	offers bool
	said   chan string
}

func (s stated) Offers(ns string) bool { return s.offers && ns == "urn:xmpp:csi:0" }

func (s stated) WriteNonza(_ context.Context, el []byte) error {
	s.said <- string(el)
	return nil
}

func TestSetActive(t *testing.T) {
	c, f := newFake(t, silent)
	w := stated{f, true, make(chan string, 2)}
	c.wire = w
	for _, active := range []bool{false, true} {
		if err := c.SetActive(within(t), active); err != nil {
			t.Error(err)
		}
	}
	if a, b := <-w.said, <-w.said; a != "<inactive xmlns='urn:xmpp:csi:0'/>" || b != "<active xmlns='urn:xmpp:csi:0'/>" {
		t.Errorf("said %s, %s", a, b)
	}
	w.offers = false
	c.wire = w
	if err := c.SetActive(within(t), false); err != nil || len(w.said) != 0 {
		t.Errorf("said to who does not know it: %v", err)
	}
}
