// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp/wire"
)

const (
	fromOwn = "from='alice@example.org' "
	toOwn   = "to='alice@example.org/desk'"
)

// forwarding is a message that carries another in what.
func forwarding(head, open, inner, close string) string {
	return "<message " + head + ">" + open + "<forwarded xmlns='urn:xmpp:forward:0'>" +
		"<delay xmlns='urn:xmpp:delay' stamp='2026-11-23T10:00:00Z'/>" + inner + "</forwarded>" + close + "</message>"
}

func result(head, query, id, inner string) string {
	return forwarding(head, "<result xmlns='urn:xmpp:mam:2' queryid='"+query+"' id='"+id+"'>", inner, "</result>")
}

func carbon(head, kind, inner string) string {
	return forwarding(head, "<"+kind+" xmlns='urn:xmpp:carbons:2'>", inner, "</"+kind+">")
}

const (
	inner    = "<message xmlns='jabber:client' from='bob@example.net/phone' to='alice@example.org/laptop' type='chat' id='m1'><body>hi</body><composing xmlns='http://jabber.org/protocol/chatstates'/></message>"
	outer    = "<message xmlns='jabber:client' from='alice@example.org/laptop' to='bob@example.net' type='chat' id='m2'><body>ho</body></message>"
	stranger = "<message xmlns='jabber:client' from='eve@example.com' to='bob@example.net' type='chat' id='m3'><body>no</body></message>"
)

var stamped = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func TestDecodeCarbons(t *testing.T) {
	for name, test := range map[string]struct {
		in   string
		sent bool
		id   string // of the message inside; "" for forged
	}{
		"received":                     {carbon(fromOwn+toOwn, "received", inner), false, "m1"},
		"received, no sender":          {carbon(toOwn, "received", inner), false, "m1"},
		"received, an error":           {carbon(fromOwn+"type='error'", "received", inner), false, "m1"},
		"sent":                         {carbon(fromOwn+toOwn, "sent", outer), true, "m2"},
		"by a stranger":                {carbon("from='eve@example.com' "+toOwn, "received", inner), false, ""},
		"by the contact":               {carbon("from='bob@example.net/phone' "+toOwn, "received", inner), false, ""},
		"by another device of ours":    {carbon("from='alice@example.org/laptop' "+toOwn, "received", inner), false, ""},
		"by our server":                {carbon("from='example.org' "+toOwn, "received", inner), false, ""},
		"by who is called nearly so":   {carbon("from='alice@example.org.example.com' "+toOwn, "received", inner), false, ""},
		"in a room":                    {carbon(fromOwn+"type='groupchat'", "received", inner), false, ""},
		"received, but to somebody":    {carbon(fromOwn+toOwn, "received", stranger), false, ""},
		"received, but from us":        {carbon(fromOwn+toOwn, "received", outer), false, ""},
		"sent, but from somebody":      {carbon(fromOwn+toOwn, "sent", stranger), false, ""},
		"sent, but to us":              {carbon(fromOwn+toOwn, "sent", inner), false, ""},
		"nothing inside":               {carbon(fromOwn+toOwn, "sent", ""), false, ""},
		"a sender that is none":        {carbon(fromOwn+toOwn, "received", strings.Replace(inner, "bob@", "b o b@", 1)), false, ""},
		"another namespace inside":     {carbon(fromOwn+toOwn, "received", strings.Replace(inner, "jabber:client", "jabber:server", 1)), false, ""},
		"another namespace of forward": {strings.Replace(carbon(fromOwn+toOwn, "received", inner), "forward:0", "forward:1", 1), false, ""},
		"a copy in a copy":             {carbon(fromOwn+toOwn, "received", strings.Replace(inner, "<body>", "<received xmlns='urn:xmpp:carbons:2'/><body>", 1)), false, ""},
		"in an archive's result":       {result(fromOwn, "q", "1", carbon("xmlns='jabber:client' "+fromOwn, "received", inner)), false, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := DecodeMessage([]byte(test.in), alice, now, "")
			switch {
			case test.id == "none":
				if err != nil || m.Carbon != nil || m.Archived == nil || m.Archived.Message != nil {
					t.Errorf("%+v, %v", m, err)
				}
			case test.id == "":
				if err == nil {
					t.Errorf("believed: %+v", m)
				}
			case err != nil || m.Carbon == nil || m.Carbon.Sent != test.sent || m.Carbon.Message.ID != test.id:
				t.Errorf("%+v, %v", m, err)
			default:
				in := m.Carbon.Message
				if in.Type != "chat" || !in.HasBody || in.Delay != stamped || m.HasBody || (in.ChatState != nil) == test.sent {
					t.Errorf("%+v", in)
				}
			}
		})
	}
}

func TestDecodeResults(t *testing.T) {
	for name, test := range map[string]struct {
		in   string
		id   string // "" for forged
		text string // "" for no message
	}{
		"received":              {result(fromOwn, "q", "1", inner), "1", "hi"},
		"sent":                  {result("", "q", "1", outer), "1", "ho"},
		"by a stranger":         {result("from='eve@example.com' ", "q", "1", inner), "", ""},
		"by our server":         {result("from='example.org' ", "q", "1", inner), "", ""},
		"by a device of ours":   {result("from='alice@example.org/desk' ", "q", "1", inner), "", ""},
		"without an id":         {result(fromOwn, "q", "", inner), "", ""},
		"an id over the bounds": {result(fromOwn, "q", strings.Repeat("x", maxID+1), inner), "", ""},
		"taken out":             {result(fromOwn, "q", "1", ""), "1", ""},
		"about others":          {result(fromOwn, "q", "1", stranger), "1", ""},
		"addresses unreadable":  {result(fromOwn, "q", "1", strings.Replace(inner, "alice@", "a b@", 1)), "1", ""},
		"two messages":          {result(fromOwn, "q", "1", inner+outer), "1", "hi"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := DecodeMessage([]byte(test.in), alice, now, "")
			if test.id == "" {
				if err == nil {
					t.Errorf("believed: %+v", m)
				}
				return
			}
			if err != nil || m.Archived == nil {
				t.Fatalf("%+v, %v", m, err)
			}
			a := m.Archived
			if a.ID != test.id || a.Query != "q" || a.Stamp != stamped || (a.Message != nil) != (test.text != "") {
				t.Fatalf("%+v", a)
			}
			if a.Message != nil && (a.Message.Body != test.text || a.Message.Delay != stamped || a.Message.ChatState != nil) {
				t.Errorf("%+v", a.Message)
			}
		})
	}
	event := "<message xmlns='jabber:client' from='alice@example.org'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='http://jabber.org/protocol/nick'><item><nick xmlns='http://jabber.org/protocol/nick'>Old</nick></item></items></event></message>"
	m, err := DecodeMessage([]byte(result(fromOwn, "q", "1", event)), alice, now, "")
	if err != nil || m.Archived.Message == nil || m.Archived.Message.NickEvent != nil {
		t.Errorf("an event of long ago is news: %+v, %v", m.Archived.Message, err)
	}
}

var queryID = regexp.MustCompile(`queryid=["']([^"']+)["']`)

// archive is a Conn whose server answers each question for the archive with what
// page says: elements, which come first, and the payload of the answer; "" for no
// answer.
func archive(t *testing.T, page func(query, payload string) (elements []string, fin string)) *Conn {
	var f *fakeWire
	ready := make(chan struct{})
	c, f2 := newFake(t, func(q sentIQ) string {
		<-ready
		query := queryID.FindStringSubmatch(q.Inner)
		if query == nil {
			return q.result("", "")
		}
		elements, fin := page(query[1], q.Inner)
		for n, el := range elements {
			f.elements <- wire.Element{Seq: uint64(n) + 1, Name: "message", Bytes: []byte(el)}
		}
		if fin == "" {
			return ""
		}
		if strings.HasPrefix(fin, "<error") {
			return "<iq type='error' id='" + q.ID + "'>" + fin + "</iq>"
		}
		return q.result("", fin)
	})
	f = f2
	close(ready)
	return c
}

func fin(first, last, complete string) string {
	return "<fin xmlns='urn:xmpp:mam:2' complete='" + complete + "'><set xmlns='http://jabber.org/protocol/rsm'><first index='0'>" + first + "</first><last>" + last + "</last><count>9</count></set></fin>"
}

func TestArchive(t *testing.T) {
	asked := ""
	c := archive(t, func(q, payload string) ([]string, string) {
		asked = payload
		return []string{
			result(fromOwn, q, "1", inner),
			result("from='eve@example.com' ", q, "2", inner), // forged
			result(fromOwn, "other", "3", inner),             // unasked
			result(fromOwn, q, "4", ""),                      // taken out
			result(fromOwn, q, "1", inner),                   // a second time
			"<message from='bob@example.net'><body>live</body></message>",
			result("", q, "5", outer),
			result(fromOwn, q, "6", inner), // over the end
		}, fin("1", "5", "true")
	})
	in, _ := run(t, c)
	seen := make(chan int, 1)
	go func() {
		live := 0
		for n := range 8 {
			i := <-in
			if i.Message != nil {
				live++
			}
			if i.Seq != uint64(n)+1 || i.Message != nil && i.Message.Body != "live" {
				t.Errorf("delivered %+v", i.Message)
			}
		}
		seen <- live
	}()
	p, err := c.Archive(within(t), ArchiveQuery{
		With: bob.Bare(), AfterID: "a<b", Start: stamped, Before: ptr(""), Max: 7,
	})
	if err != nil || !p.Complete || p.First != "1" || p.Last != "5" {
		t.Fatalf("%+v, %v", p, err)
	}
	if len(p.Messages) < 2 || p.Messages[0].ID != "1" || p.Messages[1].ID != "5" {
		t.Errorf("%+v", p.Messages)
	}
	if live := <-seen; live != 1 {
		t.Errorf("%d messages delivered", live)
	}
	for _, want := range []string{"bob@example.net", "a&lt;b", "2026-11-23T10:00:00.000Z", "<before", ">7<"} {
		if !strings.Contains(asked, want) {
			t.Errorf("the question lacks %q: %s", want, asked)
		}
	}
}

func TestArchiveEmptyAndErrors(t *testing.T) {
	for name, test := range map[string]struct {
		fin  string
		kind chat.Kind
		code chat.Code
	}{
		"empty":        {"<fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'><count>0</count></set></fin>", 0, ""},
		"unknown id":   {"<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", chat.Rejected, chat.CodeNotFound},
		"no archive":   {"<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", chat.Rejected, chat.CodeServiceUnavailable},
		"other answer": {"<query xmlns='urn:xmpp:mam:2'/>", chat.Rejected, chat.CodeUnsupported},
	} {
		t.Run(name, func(t *testing.T) {
			c := archive(t, func(string, string) ([]string, string) { return nil, test.fin })
			p, err := c.Archive(within(t), ArchiveQuery{After: ptr("x")})
			if test.code != "" {
				wantCode(t, err, test.kind, test.code)
			} else if err != nil || !p.Complete || p.First != "" || p.Last != "" || len(p.Messages) != 0 {
				t.Errorf("%+v, %v", p, err)
			}
			if len(c.archives.pages) != 0 {
				t.Error("the question stays open")
			}
		})
	}
}

// drain takes all that is delivered.
func drain(t *testing.T, c *Conn) {
	in, _ := run(t, c)
	go func() {
		for {
			select {
			case <-in:
			case <-c.life.Done():
				return
			}
		}
	}()
}

func TestArchiveBounds(t *testing.T) {
	t.Run("more than asked for", func(t *testing.T) {
		c := archive(t, func(q, _ string) (els []string, _ string) {
			for n := range 3 + moreThanAsked {
				els = append(els, result(fromOwn, q, fmt.Sprint(n), inner))
			}
			return els, fin("0", fmt.Sprint(len(els)-1), "false")
		})
		drain(t, c)
		_, err := c.Archive(within(t), ArchiveQuery{Max: 2})
		wantCode(t, err, chat.Rejected, chat.CodeTooLarge)
	})
	t.Run("longer than there is room for", func(t *testing.T) {
		var a archives
		p := a.open("q", MaxArchivePage)
		for n := range 3 {
			if !a.put(&Archived{Query: "q", ID: fmt.Sprint(n), Message: &Message{}}, maxArchiveBytes/2) {
				t.Error("not asked for")
			}
		}
		<-p.until("2")
		if m, ok := p.take(); ok || len(m) != 0 {
			t.Errorf("%d messages of too many bytes", len(m))
		}
	})
	t.Run("the end never comes", func(t *testing.T) {
		c := archive(t, func(q, _ string) ([]string, string) {
			return []string{result(fromOwn, q, "1", inner)}, fin("1", "2", "false")
		})
		drain(t, c)
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		_, err := c.Archive(ctx, ArchiveQuery{})
		wantCode(t, err, chat.Timeout, chat.CodeTimeout)
	})
	t.Run("the answer never comes", func(t *testing.T) {
		queries := make(chan string, 1)
		c := archive(t, func(q, _ string) (els []string, _ string) {
			queries <- q
			for n := range 5000 {
				els = append(els, result(fromOwn, q, fmt.Sprint(n), inner))
			}
			return els, ""
		})
		in, _ := run(t, c)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		failed := make(chan error, 1)
		go func() {
			_, err := c.Archive(ctx, ArchiveQuery{Max: 10})
			failed <- err
		}()
		for range 5000 {
			<-in
		}
		c.archives.mu.Lock()
		p := c.archives.pages[<-queries]
		c.archives.mu.Unlock()
		if messages, ok := p.take(); ok || len(messages) != 0 || len(p.ids) > 10+moreThanAsked {
			t.Errorf("%d messages and %d ids are kept", len(messages), len(p.ids))
		}
		cancel()
		wantCode(t, <-failed, chat.Offline, chat.CodeCanceled)
	})
	t.Run("the connection ends", func(t *testing.T) {
		came := make(chan struct{})
		c := archive(t, func(q, _ string) ([]string, string) {
			defer close(came)
			return nil, fin("1", "2", "false")
		})
		failed := make(chan error, 1)
		go func() {
			_, err := c.Archive(within(t), ArchiveQuery{})
			failed <- err
		}()
		<-came
		_ = c.Close(within(t))
		wantCode(t, <-failed, chat.Offline, chat.CodeConnectionLost)
	})
}

func TestServerFeatures(t *testing.T) {
	features := func(names ...string) string {
		var b builder
		b.raw("<query xmlns='http://jabber.org/protocol/disco#info'><identity category='server' type='im'/>")
		for _, n := range names {
			b.empty("feature", "", "var", n)
		}
		return b.String() + "</query>"
	}
	flood := make([]string, 100_000)
	for n := range flood {
		flood[n] = fmt.Sprint("urn:", n)
	}
	for name, test := range map[string]struct {
		account, server string // "" is an error
		want            Abilities
	}{
		"all": {
			features("urn:xmpp:mam:2", "urn:xmpp:mam:2#extended", nsPublishOpts, nsPubsub+"#multi-items", nsPubsub+"#config-node-max"),
			features("urn:xmpp:carbons:2", "urn:xmpp:blocking"),
			Abilities{true, true, true, true, true, true, true, nil, false},
		},
		"nothing":                   {features(), features(), Abilities{}},
		"the server's archive":      {features(), features("urn:xmpp:mam:2"), Abilities{}},
		"the account does not tell": {"", features("urn:xmpp:carbons:2"), Abilities{Carbons: true}},
		"100,000 features":          {features(append(flood, "urn:xmpp:mam:2")...), features(), Abilities{Archive: true}},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := newFake(t, func(q sentIQ) string {
				payload := test.account
				if q.To == "example.org" {
					payload = test.server
				}
				if payload == "" {
					return "<iq type='error' id='" + q.ID + "' from='" + q.To + "'><error type='cancel'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
				}
				return q.result(q.To, payload)
			})
			if got, err := c.ServerFeatures(within(t)); err != nil || got != test.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	for condition, passes := range map[string]bool{"internal-server-error": true, "resource-constraint": true, "service-unavailable": false} {
		c, _ := newFake(t, func(q sentIQ) string {
			if q.To == "example.org" {
				return q.result(q.To, features("urn:xmpp:carbons:2"))
			}
			return "<iq type='error' id='" + q.ID + "'><error type='cancel'><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
		})
		if got, err := c.ServerFeatures(within(t)); err != nil || !got.Carbons || (got.Unsaid != nil) != passes {
			t.Errorf("%s: %+v, %v", condition, got, err)
		}
	}
	c, f := newFake(t, silent)
	f.lose()
	_, err := c.ServerFeatures(within(t))
	wantCode(t, err, chat.Offline, chat.CodeConnectionLost)
}
