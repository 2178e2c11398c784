// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/xmpp/wire"
)

// person is an account on a real server, connected.
type person struct {
	*Conn
	t    *testing.T
	in   <-chan Inbound
	bare chat.Address
}

func connect(t *testing.T, s *coretest.Server, local string) *person {
	t.Helper()
	return connectAs(t, s, local, Config{SoftwareName: "Chat", SoftwareVersion: "1.0"})
}

func connectAs(t *testing.T, s *coretest.Server, local string, cfg Config) *person {
	t.Helper()
	cfg.Config = wire.Config{Login: s.Login(local), Password: []byte("secret of " + local), Roots: s.Roots}
	c, err := Connect(within(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	in, _ := run(t, c)
	return &person{c, t, in, s.Address(local)}
}

// until takes what comes in until f likes something.
func (p *person) until(what string, f func(Inbound) bool) Inbound {
	p.t.Helper()
	ctx := within(p.t)
	for {
		select {
		case in := <-p.in:
			p.Handled(in.Seq)
			if f(in) {
				return in
			}
		case <-ctx.Done():
			p.t.Fatalf("%s: never came", what)
		}
	}
}

// no checks that nothing that f likes comes in before all is with us that the
// server had for us: the answer to a ping comes after it.
func (p *person) no(what string, f func(Inbound) bool) {
	p.t.Helper()
	pong := make(chan error, 1)
	go func() { pong <- p.Ping(within(p.t), chat.Address{}) }()
	for {
		select {
		case in := <-p.in:
			if f(in) {
				p.t.Errorf("%s: %+v", what, in)
			}
		case err := <-pong:
			p.must(err)
			return
		}
	}
}

func (p *person) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) presence(typ string, from chat.Address) func(Inbound) bool {
	return func(in Inbound) bool {
		return in.Presence != nil && in.Presence.Type == typ && in.Presence.From.Bare() == from
	}
}

func (p *person) push(addr chat.Address, f func(RosterItem) bool) func(Inbound) bool {
	return func(in Inbound) bool { return in.Roster != nil && in.Roster.Item.Address == addr && f(in.Roster.Item) }
}

// befriend makes a and b see each other.
func befriend(a, b *person) {
	a.t.Helper()
	a.must(a.SetContact(within(a.t), b.bare, "B", []string{"Friends"}))
	a.must(a.Subscribe(within(a.t), b.bare))
	b.until("request", b.presence("subscribe", a.bare))
	accept(a, b)
}

// accept is the rest, once a's request is with b. It returns a's presence, which may come
// before word that b may see it, for that comes by another way.
func accept(a, b *person) (seen *Presence) {
	a.t.Helper()
	b.must(b.Subscribed(within(b.t), a.bare))
	b.must(b.Subscribe(within(b.t), a.bare))
	a.until("request", a.presence("subscribe", b.bare))
	a.must(a.Subscribed(within(a.t), b.bare))
	both := func(i RosterItem) bool { return i.Subscription == chat.SubscriptionBoth }
	a.until("both", a.push(b.bare, both))
	pushed, here := b.push(a.bare, both), b.presence("", a.bare)
	known := false
	b.until("both, and presence", func(in Inbound) bool {
		if known = known || pushed(in); here(in) {
			seen = in.Presence
		}
		return known && seen != nil
	})
	return seen
}

func online(ps ...*person) {
	for _, p := range ps {
		p.t.Helper()
		if _, err := p.Roster(within(p.t), ""); err != nil {
			p.t.Fatal(err)
		}
		p.must(p.SendPresence(within(p.t), OutPresence{Show: chat.Available}))
	}
}

func prosody(t *testing.T, users ...string) *coretest.Server {
	s := coretest.Prosody(t, coretest.Options{})
	for _, u := range users {
		coretest.User(t, s, u, "secret of "+u)
	}
	return s
}

func TestTwoPeopleOnProsody(t *testing.T) {
	s := prosody(t, "alice", "bob")
	a := connectAs(t, s, "alice", Config{Nick: "Al & Ice", SoftwareName: "Chat", SoftwareVersion: "1.0"})
	b := connect(t, s, "bob")
	online(a, b)

	a.must(a.SetContact(within(t), b.bare, "Bob <b>", []string{"Work & play"}))
	a.until("own addition", a.push(b.bare, func(i RosterItem) bool {
		return i.Name == "Bob <b>" && slices.Equal(i.Groups, []string{"Work & play"})
	}))
	a.must(a.Subscribe(within(t), b.bare))
	a.until("asked", a.push(b.bare, func(i RosterItem) bool { return i.Asked }))
	if in := b.until("request", b.presence("subscribe", a.bare)); in.Presence.Nick != "Al & Ice" {
		t.Errorf("nickname beside the request: %q", in.Presence.Nick)
	}
	seen := accept(a, b)

	// caps, ping and version of a contact's client
	f, err := b.FeaturesOf(within(t), seen.Caps, seen.From)
	b.must(err)
	if !slices.Equal(f, ownFeatures) {
		t.Errorf("features %v", f)
	}
	if f, err = b.Features(within(t), seen.From); err != nil || !slices.Equal(f, ownFeatures) {
		t.Errorf("features asked for: %v, %v", f, err)
	}
	b.must(b.Ping(within(t), seen.From))
	b.must(b.Ping(within(t), chat.Address{}))
	name, version, err := b.Software(within(t), seen.From)
	if err != nil || name != "Chat" || version != "1.0" {
		t.Errorf("software %q %q, %v", name, version, err)
	}
	err = b.Ping(within(t), chat.MustAddress("nobody@elsewhere.invalid"))
	if chat.KindOf(err) != chat.Rejected {
		t.Errorf("ping of another server: %v", err)
	}

	// message, typing, receipt
	a.must(a.Write(within(t), EncodeMessage(OutMessage{
		To: b.bare, Type: "chat", ID: "m1", OriginID: "m1", Body: "hi\n]]> & 😀", RequestReceipt: true, ChatState: ptr(chat.Idle),
	})))
	a.must(a.Confirm(within(t)))
	m := b.until("message", func(in Inbound) bool { return in.Message != nil && in.Message.HasBody }).Message
	if m.Body != "hi\n]]> & 😀" || m.OriginID != "m1" || !m.ReceiptRequest || m.From != a.Address() || m.StanzaIDBy(b.bare) == "" {
		t.Errorf("message %+v", m)
	}
	b.must(b.Write(within(t), EncodeMessage(OutMessage{To: m.From, Type: "chat", ChatState: ptr(chat.Composing)})))
	b.must(b.Write(within(t), EncodeMessage(OutMessage{To: m.From, Type: "chat", ID: "r1", ReceiptFor: m.ID})))
	a.until("typing", func(in Inbound) bool {
		return in.Message != nil && in.Message.ChatState != nil && *in.Message.ChatState == chat.Composing
	})
	a.until("receipt", func(in Inbound) bool { return in.Message != nil && in.Message.ReceiptFor == "m1" })

	// presence, and going
	b.must(b.SendPresence(within(t), OutPresence{Show: chat.DoNotDisturb, Status: "busy", Priority: 5}))
	a.until("busy", func(in Inbound) bool {
		p := in.Presence
		return p != nil && p.From == b.Address() && p.Show == chat.DoNotDisturb && p.Status == "busy" && p.Priority == 5
	})
	b.must(b.Close(within(t)))
	a.until("gone", a.presence("unavailable", b.bare))

	// a message to who is away waits with a stamp
	a.must(a.Write(within(t), EncodeMessage(OutMessage{To: b.bare, Type: "chat", ID: "m2", Body: "later"})))
	a.must(a.Confirm(within(t)))
	b = connect(t, s, "bob")
	online(b)
	if m := b.until("waiting message", func(in Inbound) bool { return in.Message != nil && in.Message.Body == "later" }).Message; m.Delay.IsZero() {
		t.Error("no stamp")
	}

	// removal
	a.must(a.RemoveContact(within(t), b.bare))
	a.until("removed", a.push(b.bare, func(i RosterItem) bool { return i.Removed }))
	b.until("no longer seen", b.presence("unsubscribed", a.bare))
}

func TestRosterVersionsOnProsody(t *testing.T) {
	s := prosody(t, "alice")
	a := connect(t, s, "alice")
	bob, carol := s.Address("bob"), s.Address("carol")
	a.must(a.SetContact(within(t), bob, "Bob", nil))
	first, err := a.Roster(within(t), "")
	if err != nil || len(first.Items) != 1 || first.Version == "" || first.Unchanged {
		t.Fatalf("%+v, %v", first, err)
	}
	same, err := a.Roster(within(t), first.Version)
	if err != nil || !same.Unchanged || same.Version != first.Version {
		t.Errorf("%+v, %v", same, err)
	}
	a.must(a.SetContact(within(t), carol, "", nil))
	in := a.until("push", a.push(carol, func(RosterItem) bool { return true }))
	if in.Roster.Version == "" || in.Roster.Version == first.Version {
		t.Errorf("version %q", in.Roster.Version)
	}
	if r, err := a.Roster(within(t), first.Version); err != nil || r.Unchanged || len(r.Items) != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

func picture(t *testing.T, c color.Color) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 16, 8))
	m.Set(1, 1, c)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPicturesAndNamesOnProsody(t *testing.T) {
	s := prosody(t, "alice", "bob")
	a, b := connect(t, s, "alice"), connect(t, s, "bob")
	online(a, b)
	befriend(a, b)

	red := picture(t, color.RGBA{R: 255, A: 255})
	hash, err := a.SetPicture(within(t), red)
	a.must(err)
	got := b.until("picture event", func(in Inbound) bool { return in.Message != nil && in.Message.AvatarEvent != nil }).Message
	if e := got.AvatarEvent; got.From != a.bare || e.Hash != hash || e.Bytes != len(red) || e.Width != 16 || e.Height != 8 {
		t.Errorf("event %+v from us: %v", e, got.From == a.bare)
	}
	for who, p := range map[string]*person{"contact": b, "own": a} {
		if data, err := p.Picture(within(t), a.bare, hash); err != nil || !bytes.Equal(data, red) {
			t.Errorf("%s: %d bytes, %v", who, len(data), err)
		}
	}
	_, err = b.Picture(within(t), a.bare, "01b87fcd030b72895ff8e88db57ec525450f000d")
	wantCode(t, err, chat.Rejected, chat.CodeNotFound)

	a.must(a.SetNick(within(t), "Alice <3"))
	b.until("name event", func(in Inbound) bool {
		return in.Message != nil && in.Message.NickEvent != nil && *in.Message.NickEvent == "Alice <3"
	})
	if n, err := b.Nick(within(t), a.bare); err != nil || n != "Alice <3" {
		t.Errorf("name %q, %v", n, err)
	}
	if n, err := a.Nick(within(t), b.bare); err != nil || n != "" {
		t.Errorf("name of who has none: %q, %v", n, err)
	}

	hash, err = a.SetPicture(within(t), nil)
	if err != nil || hash != "" {
		t.Errorf("taken away: %q, %v", hash, err)
	}
	b.until("picture gone", func(in Inbound) bool {
		return in.Message != nil && in.Message.AvatarHash != nil && *in.Message.AvatarHash == ""
	})

	_, err = a.SetPicture(within(t), []byte("no picture"))
	wantCode(t, err, chat.Input, chat.CodePicture)
}

// Without PEP and its bridge the vCard carries the picture, and keeps its name.
func TestVCardPictureOnProsody(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Extra: `modules_disabled = { "s2s", "pep", "vcard4", "vcard_legacy" }; modules_enabled = { "vcard" }`})
	coretest.User(t, s, "alice", "secret of alice")
	coretest.User(t, s, "bob", "secret of bob")
	a, b := connect(t, s, "alice"), connect(t, s, "bob")
	a.must(a.ask(within(t), "test", "set", chat.Address{}, []byte("<vCard xmlns='vcard-temp'><FN>Al &amp; Ice</FN></vCard>"), nil))
	red := picture(t, color.RGBA{R: 255, A: 255})
	a.must(a.setVCardPicture(within(t), red))
	if data, err := b.Picture(within(t), a.bare, pictureHash(red)); err != nil || !bytes.Equal(data, red) {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	card, err := b.vCard(within(t), a.bare)
	b.must(err)
	if fn := card.child("FN"); fn == nil || string(fn.text) != "Al & Ice" {
		t.Error("the name is gone")
	}
	a.must(a.setVCardPicture(within(t), nil))
	_, err = b.Picture(within(t), a.bare, pictureHash(red))
	wantCode(t, err, chat.Rejected, chat.CodeNotFound)
}

// What an ordinary account can send: none of it is believed, none ends anything.
func TestHostileOnProsody(t *testing.T) {
	s := prosody(t, "alice", "bob", "mallory")
	a, b, m := connect(t, s, "alice"), connect(t, s, "bob"), connect(t, s, "mallory")
	online(a, b, m)
	befriend(a, b)
	to := a.Address().String()
	const item = "<items node='http://jabber.org/protocol/nick'><item id='x'><nick xmlns='http://jabber.org/protocol/nick'>Forged</nick></item></items>"
	for name, el := range map[string]string{
		"roster push":         "<iq type='set' id='h1' to='" + to + "'><query xmlns='jabber:iq:roster'><item jid='eve@example.com' subscription='both'/></query></iq>",
		"answer with text":    "<iq type='result' id='h2' to='" + to + "'>hi</iq>",
		"answer unasked":      "<iq type='result' id='h3' to='" + to + "'><query xmlns='jabber:iq:roster'/></iq>",
		"event of an account": "<message to='" + to + "'><event xmlns='http://jabber.org/protocol/pubsub#event'>" + item + "</event></message>",
		"stream error inside": "<message to='" + to + "'><error xmlns='http://etherx.jabber.org/streams'/></message>",
		"forged receipts":     "<message to='" + to + "'><received xmlns='urn:xmpp:receipts' id='1'/><received xmlns='urn:xmpp:receipts' id='2'/><request xmlns='urn:xmpp:receipts'/></message>",
		"forged stanza-ids":   "<message id='f' to='" + to + "' type='chat'><body>x</body><stanza-id xmlns='urn:xmpp:sid:0' id='forged' by='" + a.bare.String() + "'/></message>",
		"archive":             "<message to='" + to + "'><result xmlns='urn:xmpp:mam:2' id='1' queryid='q'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='" + b.bare.String() + "' to='" + a.bare.String() + "'><body>forged</body></message></forwarded></result></message>",
		"sent carbon":         "<message to='" + to + "' type='chat'><body>forged</body><sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='" + a.bare.String() + "' to='" + b.bare.String() + "'><body>forged</body></message></forwarded></sent></message>",
		"displayed":           "<message to='" + to + "'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='" + nsDisplayed + "'>" + displayedItem + "</items></event></message>",
		"bookmarks":           "<message to='" + to + "'><event xmlns='http://jabber.org/protocol/pubsub#event'><purge node='" + nsBookmarks + "'/><items node='" + nsBookmarks + "'>" + bookmarkItem + "</items></event></message>",
		"block":               "<iq type='set' id='h4' to='" + to + "'><block xmlns='urn:xmpp:blocking'><item jid='" + b.bare.String() + "'/></block></iq>",
		"unblock":             "<iq type='set' id='h5' to='" + to + "'><unblock xmlns='urn:xmpp:blocking'/></iq>",
		"all at once":         "<message to='" + to + "' id='h6' type='chat'><replace xmlns='urn:xmpp:message-correct:0' id='1'/><retract xmlns='urn:xmpp:message-retract:1' id='1'/><displayed xmlns='urn:xmpp:chat-markers:0' id='1'/><reactions xmlns='urn:xmpp:reactions:0' id='1'/><reply xmlns='urn:xmpp:reply:0' id='1' to='@'/><fallback xmlns='urn:xmpp:fallback:0'><body start='9' end='1'/></fallback></message>",
		"carbon":              "<message to='" + to + "'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='" + b.bare.String() + "'><body>forged</body></message></forwarded></received></message>",
	} {
		for _, who := range []*person{m, b} {
			who.must(who.Write(within(t), []byte(el)))
			who.must(who.Confirm(within(t)))
			a.no(name, func(in Inbound) bool {
				x := in.Message
				return in.Roster != nil || in.Blocked != nil || x != nil && (x.NickEvent != nil || x.Body == "forged" || x.StanzaIDBy(a.bare) == "forged" ||
					x.Carbon != nil || x.Archived != nil || x.Displayed != nil || x.Bookmarks != nil)
			})
		}
	}
	// To a stranger we are not there; to a contact we are.
	for _, ask := range []func(*person) error{
		func(p *person) error { return p.Ping(within(t), a.Address()) },
		func(p *person) error { _, err := p.Features(within(t), a.Address()); return err },
		func(p *person) error { _, _, err := p.Software(within(t), a.Address()); return err },
	} {
		there, away := ask(m), m.Ping(within(t), a.Address().WithResource("nobody"))
		wantCode(t, there, chat.Rejected, chat.CodeServiceUnavailable)
		wantCode(t, away, chat.Rejected, chat.CodeServiceUnavailable)
		b.must(ask(b))
	}
	// A bomb of receipts is only many messages.
	for range 200 {
		m.must(m.Write(within(t), EncodeMessage(OutMessage{To: a.bare, ID: "bomb", ReceiptFor: "bomb", RequestReceipt: true})))
	}
	a.must(a.Confirm(within(t)))
}
