// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"chatsecure.org/desktop/core/chat"
)

var (
	alice = chat.MustAddress("alice@example.org/desk")
	bob   = chat.MustAddress("bob@example.net/phone")
	now   = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
)

func ptr[T any](v T) *T { return &v }

func TestDecodeMessage(t *testing.T) {
	const head = `<message from='bob@example.net/phone' to='alice@example.org' id='m1' type='chat'>`
	base := func(change func(*Message)) *Message {
		m := &Message{From: bob, To: alice.Bare(), ID: "m1", Type: "chat"}
		change(m)
		return m
	}
	for name, test := range map[string]struct {
		in   string
		want *Message
	}{
		"body":                               {head + `<body>hi &amp; bye</body></message>`, base(func(m *Message) { m.Body, m.HasBody = "hi & bye", true })},
		"empty body":                         {head + `<body/></message>`, base(func(m *Message) { m.HasBody = true })},
		"foreign body":                       {head + `<body xmlns='evil'>no</body><x xmlns='evil'><body xmlns='jabber:client'>no</body></x></message>`, base(func(*Message) {})},
		"body by prefix":                     {`<c:message xmlns:c='jabber:client' from='bob@example.net/phone' to='alice@example.org' id='m1' type='chat'><c:body>x</c:body></c:message>`, base(func(m *Message) { m.Body, m.HasBody = "x", true })},
		"languages, ours":                    {head + `<body xml:lang='fr'>oui</body><body xml:lang='de-AT'>ja</body><body xml:lang='en'>yes</body></message>`, base(func(m *Message) { m.Body, m.HasBody = "ja", true })},
		"languages, none said":               {head + `<body xml:lang='de'>ja</body><body>yes</body><body>second</body></message>`, base(func(m *Message) { m.Body, m.HasBody = "yes", true })},
		"languages, first":                   {head + `<body xml:lang='fr'>oui</body><body xml:lang='en'>yes</body></message>`, base(func(m *Message) { m.Body, m.HasBody = "oui", true })},
		"nothing inside a forwarded message": {head + `<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='eve@x'><body>no</body></message></forwarded></message>`, base(func(*Message) {})},
		"ids": {head + `<origin-id xmlns='urn:xmpp:sid:0' id='o1'/><stanza-id xmlns='urn:xmpp:sid:0' id='s1' by='alice@example.org'/><stanza-id xmlns='urn:xmpp:sid:0' id='s2' by='not an address'/></message>`, base(func(m *Message) {
			m.OriginID, m.StanzaIDs = "o1", []StanzaID{{"s1", alice.Bare()}}
		})},
		"delay by our server wins": {head + `<delay xmlns='urn:xmpp:delay' from='bob@example.net' stamp='2001-01-01T00:00:00Z'/><delay xmlns='urn:xmpp:delay' from='example.org' stamp='2026-11-23T10:00:00.5+02:00'/></message>`, base(func(m *Message) {
			m.Delay = time.Date(2026, 11, 23, 8, 0, 0, 5e8, time.UTC)
		})},
		"delay in the future is now": {head + `<delay xmlns='urn:xmpp:delay' stamp='9999-01-01T00:00:00Z'/></message>`, base(func(m *Message) { m.Delay = now })},
		"delay that is none":         {head + `<delay xmlns='urn:xmpp:delay' stamp='yesterday'/><delay xmlns='urn:xmpp:delay' stamp='1970-01-01T00:00:00Z'/></message>`, base(func(*Message) {})},
		"typing":                     {head + `<composing xmlns='http://jabber.org/protocol/chatstates'/></message>`, base(func(m *Message) { m.ChatState = ptr(chat.Composing) })},
		"typing of long ago":         {head + `<composing xmlns='http://jabber.org/protocol/chatstates'/><delay xmlns='urn:xmpp:delay' stamp='2026-11-24T11:00:00Z'/></message>`, base(func(m *Message) { m.Delay = now.Add(-time.Hour) })},
		"receipt asked":              {head + `<request xmlns='urn:xmpp:receipts'/></message>`, base(func(m *Message) { m.ReceiptRequest = true })},
		"receipt":                    {head + `<received xmlns='urn:xmpp:receipts' id='m0'/></message>`, base(func(m *Message) { m.ReceiptFor = "m0" })},
		"nickname on one line": {head + `<nick xmlns='http://jabber.org/protocol/nick'> Bob
			 B </nick></message>`, base(func(m *Message) { m.Nick = "Bob B" })},
		"event from a client is no event": {head + `<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='http://jabber.org/protocol/nick'><item><nick xmlns='http://jabber.org/protocol/nick'>Eve</nick></item></items></event></message>`, base(func(*Message) {})},
		"error": {`<message from='bob@example.net/phone' to='alice@example.org' id='m1' type='error'><body>mine</body><error type='auth' by='x'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><forbidden xmlns='evil'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>moved</text></error></message>`, base(func(m *Message) {
			m.Type, m.Body, m.HasBody = "error", "mine", true
			m.Error = &StanzaError{Type: "auth", Condition: "gone", Text: "moved", Code: chat.CodeNotFound}
		})},
		"no sender is our own account":    {`<message type='strange'/>`, &Message{From: alice.Bare(), Type: "normal"}},
		"attributes of another namespace": {`<message xmlns:e='evil' e:from='eve@x' e:type='error' from='bob@example.net/phone'/>`, &Message{From: bob, Type: "normal"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeMessage([]byte(test.in), alice, now, "de")
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestDecodeMessageRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing": "", "text": "hi", "other stanza": "<presence/>", "other namespace": "<message xmlns='evil'/>",
		"sender unreadable": "<message from='a b@c'/>", "cut off": "<message><body>", "crossed": "<message><a></b></message>",
	} {
		t.Run(name, func(t *testing.T) {
			if m, err := DecodeMessage([]byte(in), alice, now, ""); err == nil {
				t.Errorf("no error, got %+v", m)
			}
		})
	}
}

func TestDecodeEvents(t *testing.T) {
	const hash = "111f4b3c50d7b0df729d299bc6f8e9ef9066971f"
	event := func(from, node, items string) string {
		return `<message type='headline' from='` + from + `'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='` + node + `'>` + items + `</items></event></message>`
	}
	meta := func(infos string) string {
		return `<item id='x'><metadata xmlns='urn:xmpp:avatar:metadata'>` + infos + `</metadata></item>`
	}
	for name, test := range map[string]struct {
		in     string
		avatar *AvatarInfo
		nick   *string
	}{
		"picture":                  {event("bob@example.net", nsAvatarMeta, meta(`<info id='`+strings.ToUpper(hash)+`' type='image/png' bytes='12345' width='64' height='-1'/>`)), &AvatarInfo{Hash: hash, Type: "image/png", Bytes: 12345, Width: 64}, nil},
		"picture on the web first": {event("bob@example.net", nsAvatarMeta, meta(`<info url='https://x/' id='`+strings.Repeat("0", 40)+`'/><info id='`+hash+`'/>`)), &AvatarInfo{Hash: hash}, nil},
		"picture on the web only":  {event("bob@example.net", nsAvatarMeta, meta(`<info url='https://x/' id='`+hash+`'/>`)), nil, nil},
		"hash that is none":        {event("bob@example.net", nsAvatarMeta, meta(`<info id='../../etc/passwd'/>`)), nil, nil},
		"picture taken away":       {event("bob@example.net", nsAvatarMeta, meta("")), &AvatarInfo{}, nil},
		"picture retracted":        {event("bob@example.net", nsAvatarMeta, "<retract id='x'/>"), &AvatarInfo{}, nil},
		"picture at another node":  {event("bob@example.net", "other", meta(`<info id='`+hash+`'/>`)), nil, nil},
		"name":                     {event("bob@example.net", nsNick, `<item><nick xmlns='http://jabber.org/protocol/nick'>Bob</nick></item>`), nil, ptr("Bob")},
		"name of a client":         {event("bob@example.net/x", nsNick, `<item><nick xmlns='http://jabber.org/protocol/nick'>Bob</nick></item>`), nil, nil},
		"name in a room":           {strings.Replace(event("room@example.net", nsNick, `<item><nick xmlns='http://jabber.org/protocol/nick'>Bob</nick></item>`), "headline", "groupchat", 1), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := DecodeMessage([]byte(test.in), alice, now, "")
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(m.AvatarEvent, test.avatar) || !reflect.DeepEqual(m.NickEvent, test.nick) {
				t.Errorf("picture %+v, name %v", m.AvatarEvent, m.NickEvent)
			}
			if (m.AvatarHash == nil) != (m.AvatarEvent == nil) {
				t.Error("AvatarHash and AvatarEvent differ")
			}
		})
	}
}

func TestStanzaIDBy(t *testing.T) {
	room := chat.MustAddress("room@example.net")
	m := Message{StanzaIDs: []StanzaID{{"1", alice.Bare()}, {"2", room}, {"3", room}}}
	for by, want := range map[chat.Address]string{alice.Bare(): "1", room: "", bob: ""} {
		if got := m.StanzaIDBy(by); got != want {
			t.Errorf("by %v: %q, want %q", by.String(), got, want)
		}
	}
	flood := "<message>" + strings.Repeat("<stanza-id xmlns='urn:xmpp:sid:0' id='f' by='x.org'/>", 1000) + "</message>"
	got, err := DecodeMessage([]byte(flood), alice, now, "")
	if err != nil || got.StanzaIDs != nil {
		t.Errorf("flood: %d ids kept, %v", len(got.StanzaIDs), err)
	}
}

func TestDecodePresence(t *testing.T) {
	const head = `<presence from='bob@example.net/phone'`
	for name, test := range map[string]struct {
		in   string
		want *Presence
	}{
		"available":   {head + `/>`, &Presence{From: bob, Show: chat.Available}},
		"unavailable": {head + ` type='unavailable'><show>chat</show><status>bye</status></presence>`, &Presence{From: bob, Type: "unavailable", Status: "bye"}},
		"away": {
			head + `><show> away </show><priority>-5</priority><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/></presence>`,
			&Presence{From: bob, Show: chat.Away, Priority: -5, Caps: Caps{Node: "n", Ver: "v", Hash: "sha-1"}},
		},
		"wrong values":       {head + `><show>asleep</show><priority>1000</priority></presence>`, &Presence{From: bob, Show: chat.Available}},
		"no picture said":    {head + `><x xmlns='vcard-temp:x:update'/></presence>`, &Presence{From: bob, Show: chat.Available}},
		"no picture":         {head + `><x xmlns='vcard-temp:x:update'><photo/></x></presence>`, &Presence{From: bob, Show: chat.Available, VCardPhoto: ptr("")}},
		"picture that is no": {head + `><x xmlns='vcard-temp:x:update'><photo>zz</photo></x></presence>`, &Presence{From: bob, Show: chat.Available}},
		"picture": {
			head + `><x xmlns='vcard-temp:x:update'><photo> 01B87FCD030B72895FF8E88DB57EC525450F000D </photo></x></presence>`,
			&Presence{From: bob, Show: chat.Available, VCardPhoto: ptr("01b87fcd030b72895ff8e88db57ec525450f000d")},
		},
		"asks": {head + ` type='subscribe'><nick xmlns='http://jabber.org/protocol/nick'>Bob</nick></presence>`, &Presence{From: bob, Type: "subscribe", Nick: "Bob"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodePresence([]byte(test.in), alice, now)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
	if _, err := DecodePresence([]byte(head+" type='root'/>"), alice, now); err == nil {
		t.Error("unknown type accepted")
	}
}

// seeds are the elements of testdata/stanzas and what the tables above hold.
func seeds(f *testing.F) {
	files, err := filepath.Glob("testdata/stanzas/*.xml")
	if err != nil || len(files) == 0 {
		f.Fatal("no stanzas", err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

func checkText(t *testing.T, what string, max int, texts ...string) {
	for _, s := range texts {
		if !utf8.ValidString(s) {
			t.Errorf("%s is not UTF-8", what)
		}
		if max > 0 && len(s) > max {
			t.Errorf("%s of %d bytes", what, len(s))
		}
	}
}

func checkAddress(t *testing.T, a chat.Address) {
	if a.IsZero() {
		return
	}
	if b, err := chat.ParseAddress(a.String()); err != nil || a != b {
		t.Errorf("address %q does not read back: %v", a.String(), err)
	}
}

func FuzzDecodeMessage(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := DecodeMessage(raw, alice, now, "de")
		if err != nil {
			return
		}
		checkAddress(t, m.From)
		checkAddress(t, m.To)
		if m.From.IsZero() {
			t.Error("no sender")
		}
		checkText(t, "id", maxID, m.ID, m.OriginID, m.Thread, m.ReceiptFor)
		checkText(t, "line", maxLine, m.Subject, m.Nick)
		checkText(t, "body", 0, m.Body)
		for _, s := range m.StanzaIDs {
			checkAddress(t, s.By)
			checkText(t, "stanza-id", maxID, s.ID)
		}
		if m.Delay.After(now) || m.ReceiptRequest && m.ID == "" {
			t.Errorf("delay %v, receipt asked for %q", m.Delay, m.ID)
		}
		checkText(t, "other id", maxID, m.DisplayedFor, m.Replaces, m.Retracts)
		for _, f := range m.Fallbacks {
			if f.Start < 0 || !f.Whole && (f.Start >= f.End || f.End > utf8.RuneCountInString(m.Body)) {
				t.Errorf("part %+v", f)
			}
		}
		if r := m.Reactions; r != nil {
			checkText(t, "emoji", maxEmoji, r.Emoji...)
			if len(r.Emoji) > maxReactions || r.For == "" {
				t.Errorf("reactions %+v", r)
			}
		}
		if m.Bookmarks != nil {
			for _, v := range m.Bookmarks.Items {
				checkAddress(t, v.Address)
				checkText(t, "name", maxName, v.Name, v.Nick, v.Password)
				var again builder
				if !again.elements(v.Extra) || again.String() != string(v.Extra) {
					t.Errorf("%q does not go back", v.Extra)
				}
			}
		}
		if (m.AvatarEvent != nil || m.NickEvent != nil || m.Devices != nil) && !m.From.IsBare() {
			t.Error("event of a client")
		}
		if m.AvatarEvent != nil && m.AvatarEvent.Hash != "" && sha1Hex(m.AvatarEvent.Hash) != m.AvatarEvent.Hash {
			t.Error("hash that is none")
		}
	})
}

func FuzzDecodePresence(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := DecodePresence(raw, alice, now)
		if err != nil {
			return
		}
		checkAddress(t, p.From)
		checkAddress(t, p.To)
		checkText(t, "line", maxLine, p.Status, p.Nick)
		checkText(t, "caps", maxID, p.Caps.Node, p.Caps.Ver, p.Caps.Hash)
		if p.VCardPhoto != nil && *p.VCardPhoto != sha1Hex(*p.VCardPhoto) {
			t.Error("hash that is none")
		}
		if p.Show < chat.Unavailable || p.Show > chat.FreeForChat {
			t.Error("show out of range")
		}
	})
}
