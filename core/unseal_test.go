// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// penpal is a device that writes to this computer.
type penpal struct {
	a       *account
	from    chat.Address
	device  uint32
	session *omemo.Session
}

func (a *account) penpal(t *testing.T, from chat.Address, device uint32) *penpal {
	t.Helper()
	p := &penpal{a: a, from: from, device: device}
	a.act(t, func(ctx context.Context) {
		need(t, a.loadOwn(ctx))
		err := a.refill(ctx)
		need(t, err)
		prekeys, err := a.readPrekeys(ctx)
		need(t, err)
		identity, err := omemo.NewIdentity(nil)
		need(t, err)
		p.session, err = omemo.Begin(omemo.V2, identity, a.omemo.own.identity.Bundle(omemo.V2, a.omemo.own.signed[0].SignedPrekey, prekeys), nil)
		need(t, err)
	})
	return p
}

// says is the next message, to somebody, with an envelope to somebody.
func (p *penpal) says(t *testing.T, to, inside chat.Address, id, text string) *xmpp.Message {
	t.Helper()
	e := xmpp.OutEnvelope{From: p.from.Bare(), To: inside, Time: time.Now(), Message: xmpp.OutMessage{Body: text}}
	payload, iv, key, err := omemo.Seal(omemo.V2, xmpp.EncodeEnvelope(e), nil)
	need(t, err)
	data, kex, err := p.session.Encrypt(key, nil)
	need(t, err)
	part := xmpp.Encrypted{
		Version: xmpp.OMEMO2, Sender: p.device, IV: iv, Payload: payload,
		Keys: []xmpp.EncryptedKey{{Owner: p.a.addr, Device: p.a.omemo.own.device, Kex: kex, Data: data}},
	}
	return &xmpp.Message{From: p.from, To: to, Type: "chat", ID: id, OriginID: id, Encrypted: []xmpp.Encrypted{part}}
}

func (a *account) messages(t *testing.T, conv chat.ConvID) []chat.Message {
	t.Helper()
	page, err := a.db.Page(t.Context(), conv, 0, 100)
	need(t, err)
	return page
}

// An envelope counts only where it was meant to go: nobody can move what our phone said
// to one contact into the conversation with another, nor pass on what was said to
// somebody else.
func TestEnvelopeTo(t *testing.T) {
	bob, carol := chat.MustAddress("bob@example.test"), chat.MustAddress("carol@example.test")
	me := chat.MustAddress("me@example.test")
	cases := map[string]struct {
		from, to, inside, with chat.Address
		copied, forged         bool
	}{
		"for us":                   {bob, me, me, bob, false, false},
		"for our phone":            {bob, me, me.WithResource("phone"), bob, false, false},
		"nobody is named":          {bob, me, chat.Address{}, bob, false, false},
		"for somebody else":        {bob, me, carol, bob, false, true},
		"our phone's":              {me, bob, bob, bob, true, false},
		"our phone's to another":   {me, carol, bob, carol, true, true},
		"our phone's to ourselves": {me, carol, me, carol, true, true},
		"our phone's note":         {me, me, me, me, false, false},
		"our phone's, as a note":   {me, me, bob, me, false, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, a := oneAccount(t)
			s := a.idleSession(t)
			if c.from == me {
				_, err := a.db.SetDevices(t.Context(), me, me, 2, []store.Device{{ID: 5}}, true, time.Now())
				need(t, err)
			}
			m := a.penpal(t, c.from.WithResource("x"), 5).says(t, c.to, c.inside, "z", "a secret")
			if c.copied {
				m = &xmpp.Message{From: me, To: me, Type: "chat", Carbon: &xmpp.Carbon{Sent: true, Message: m}}
			}
			s.conn = &xmpp.Conn{}
			a.comes(t, s, m)
			all := a.messages(t, chat.ConvID{Account: me, Peer: c.with})
			var text *chat.Message
			for i := range all {
				if all[i].Kind != chat.KindNotice {
					text = &all[i]
				}
			}
			switch {
			case text == nil:
				t.Fatalf("nothing came: %+v", all)
			case c.forged && (text.Kind != chat.KindUndecryptable || text.Error != chat.CodeForged || text.Body != ""):
				t.Errorf("%v %q %s", text.Kind, text.Body, text.Error)
			case !c.forged && (text.Kind != chat.KindText || text.Body != "a secret"):
				t.Errorf("%v %q %s", text.Kind, text.Body, text.Error)
			}
		})
	}
}

// What nobody here can read is not acknowledged: its sender may send it again.
func TestUnreadableIsNotDelivered(t *testing.T) {
	_, a := oneAccount(t)
	bob := chat.MustAddress("bob@example.test")
	a.client.prefs.receipts.Store(true)
	s := a.idleSession(t)
	p := a.penpal(t, bob.WithResource("x"), 5)
	a.act(t, func(context.Context) {
		a.mu.Lock()
		a.contacts[bob] = chat.Contact{Account: a.addr, Address: bob, Listed: true, Subscription: chat.SubscriptionBoth}
		a.mu.Unlock()
	})
	_, err := a.db.SetDevices(t.Context(), a.addr, bob, 2, []store.Device{{ID: 5}}, true, time.Now())
	need(t, err)
	read, forged, others := p.says(t, a.addr, a.addr, "read", "hello"), p.says(t, a.addr, a.addr, "forged", "hello"), p.says(t, a.addr, a.addr, "others", "hello")
	forged.Encrypted[0].Payload[0] ^= 1
	others.Encrypted[0].Keys[0].Device++
	held := a.penpal(t, bob.WithResource("y"), 6).says(t, a.addr, a.addr, "held", "from a device that is not listed")
	all := []*xmpp.Message{read, forged, others, held}
	for _, m := range all {
		m.ReceiptRequest = true
	}
	a.comes(t, s, all...)
	var acknowledged []string
	for _, e := range s.queued(t) {
		m, err := xmpp.DecodeMessage([]byte(e), a.addr, time.Now(), "")
		need(t, err)
		if m.ReceiptFor != "" {
			acknowledged = append(acknowledged, m.ReceiptFor)
		}
	}
	if !slices.Equal(acknowledged, []string{"read", "held"}) { // that is kept, and will not be sent again
		t.Errorf("acknowledged: %q", acknowledged)
	}
	if rows := a.messages(t, chat.ConvID{Account: a.addr, Peer: bob}); len(rows) < 4 {
		t.Errorf("%d rows", len(rows))
	}
}

// What this computer said to programs comes back from the archive as nothing; what it
// said to people and has no more is a row.
func TestOwnWordsFromArchive(t *testing.T) {
	for origin, want := range map[string]int{"": 0, "o1": 1} {
		_, a := oneAccount(t)
		bob := chat.MustAddress("bob@example.test")
		s := a.idleSession(t)
		a.act(t, func(ctx context.Context) { need(t, a.loadOwn(ctx)) })
		m := &xmpp.Message{From: a.addr, To: bob, Type: "chat", ID: "t1", OriginID: origin, Encrypted: []xmpp.Encrypted{{
			Version: xmpp.OMEMO2, Sender: a.omemo.own.device, Payload: []byte("sealed"),
			Keys: []xmpp.EncryptedKey{{Owner: bob, Device: 3, Data: []byte("x")}},
		}}}
		a.comes(t, s, &xmpp.Message{Archived: &xmpp.Archived{ID: "a9", Stamp: time.Now(), Message: m}})
		rows := a.messages(t, chat.ConvID{Account: a.addr, Peer: bob})
		if len(rows) != want {
			t.Errorf("origin-id %q: %d rows, want %d: %+v", origin, len(rows), want, rows)
		}
	}
}

// TestForeignEncryption: what was encrypted in a way of which we have no part says so. A hint
// that comes without the part that it speaks of hides no text, and one of ours neither.
func TestForeignEncryption(t *testing.T) {
	_, a := oneAccount(t)
	s := a.idleSession(t)
	conv := chat.ConvID{Account: a.addr, Peer: bobby}
	for i, test := range []struct {
		inside string
		want   chat.Code
	}{
		{"<encryption xmlns='urn:xmpp:eme:0' namespace='jabber:x:encrypted'/><x xmlns='jabber:x:encrypted'>abc</x>", chat.CodeOpenPGP},
		{"<openpgp xmlns='urn:xmpp:openpgp:0'>abc</openpgp><encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:openpgp:0'/>", chat.CodeOpenPGP},
		{"<encryption xmlns='urn:xmpp:eme:0' namespace='urn:x:new' name='New'/><new xmlns='urn:x:new'/>", chat.CodeNotSupported},
		{"<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:openpgp:0'/>", ""},
		{"<encryption xmlns='urn:xmpp:eme:0' namespace='urn:x:new' name='New'/><other xmlns='urn:x:other'/>", ""},
		{"<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:omemo:2'/>", ""},
		{"<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:otr:0'/>", ""},
		{"<x xmlns='urn:x:new'/>", ""},
	} {
		raw := fmt.Sprintf("<message from='bob@example.test/x' type='chat' id='m%d'><body>the text</body>%s</message>", i, test.inside)
		m, err := xmpp.DecodeMessage([]byte(raw), a.addr, time.Now(), "")
		need(t, err)
		a.comes(t, s, m)
		all := a.messages(t, conv)
		got := all[len(all)-1]
		switch {
		case len(all) != i+1:
			t.Fatalf("%d: %d rows", i, len(all))
		case test.want == "" && (got.Kind != chat.KindText || got.Body != "the text"):
			t.Errorf("%d: %v %s %q", i, got.Kind, got.Error, got.Body)
		case test.want != "" && (got.Kind != chat.KindUndecryptable || got.Error != test.want || got.Body != ""):
			t.Errorf("%d: %v %s %q, want %s", i, got.Kind, got.Error, got.Body, test.want)
		}
	}
}

// TestReasonsNotToRead: each reason that this package gives is one of chat.Unreadable; one
// of another package's becomes CodeUnknown, which has words.
func TestReasonsNotToRead(t *testing.T) {
	source, err := os.ReadFile("chat/error.go")
	need(t, err)
	values := map[string]chat.Code{}
	for _, m := range regexp.MustCompile(`(?m)^\t(Code\w+)\s+(?:Code\s+)?= "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
		values[m[1]] = chat.Code(m[2])
	}
	about, named := regexp.MustCompile(`unreadable|unheard|lost\(|\bcode\b|Unreadable`), regexp.MustCompile(`chat\.(Code\w+)`)
	found := 0
	for _, name := range []string{"unseal.go", "otr_inbound.go", "otr/receive.go", "otr/absent.go"} {
		text, err := os.ReadFile(name)
		need(t, err)
		for line := range strings.Lines(string(text)) {
			for _, m := range named.FindAllStringSubmatch(line, -1) {
				if !about.MatchString(line) || m[1] == "CodeUnknown" {
					continue
				}
				found++
				if !slices.Contains(chat.Unreadable, values[m[1]]) {
					t.Errorf("%s: %s is none", name, m[1])
				}
			}
		}
	}
	if found < 12 {
		t.Errorf("only %d found", found)
	}
	_, a := oneAccount(t)
	l := &letter{Message: &xmpp.Message{}}
	a.unreadable(l, chat.CodeExists)
	if l.secret.code != chat.CodeUnknown {
		t.Error(l.secret.code)
	}
}
