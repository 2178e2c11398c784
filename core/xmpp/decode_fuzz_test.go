// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

// childrenOf lists the elements directly below the first one, found in another
// way than the decoder's: nothing else may be believed.
func childrenOf(raw []byte) (root xml.Name, children map[xml.Name]bool) {
	children = map[xml.Name]bool{}
	x := xml.NewDecoder(bytes.NewReader(raw))
	x.DefaultSpace = nsClient
	var open []xml.Name
	for {
		t, err := x.Token()
		if err != nil {
			return root, children
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch len(open) {
			case 0:
				root = t.Name
			case 1:
				children[t.Name] = true
			}
			open = append(open, t.Name)
		case xml.EndElement:
			if open = open[:len(open)-1]; len(open) == 0 {
				return root, children
			}
		}
	}
}

// texts are all strings in a value, however deep.
func texts(v reflect.Value, f func(string)) {
	switch v.Kind() {
	case reflect.String:
		f(v.String())
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			texts(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			texts(v.Index(i), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				texts(v.Field(i), f)
			}
		}
	}
}

// checkBelief fails where something is said that no child of the right name and
// namespace can have said.
func checkBelief(t failer, what string, said bool, children map[xml.Name]bool, space string, locals ...string) {
	t.Helper()
	for _, local := range locals {
		if children[xml.Name{Space: space, Local: local}] {
			return
		}
	}
	if said {
		t.Errorf("%s is believed without an element that says it: %v", what, children)
	}
}

// However wrong an element is, decoding it never panics; what comes out is text,
// no longer than the element, and was said where it counts: by a child of the
// stanza itself in its own namespace.
func FuzzDecode(f *testing.F) {
	seeds(f)
	for _, s := range []string{
		`<message from='a@b'><x xmlns='evil'><body xmlns='jabber:client'>no</body></x></message>`,
		`<message from='a@b' xmlns='evil'><body>no</body></message>`,
		`<message xmlns:from='x' from:from='e@x' from='a@b'><body xmlns='jabber:server'>no</body></message>`,
		`<message><body>a<body>b</body>c</body><delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/></message>`,
		`<message><received xmlns='urn:xmpp:receipts' id='&#x0;&lt;&amp;'/><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`,
		`<presence type='unavailable'><show>dnd</show><c xmlns='http://jabber.org/protocol/caps' ver='x'/><x xmlns='vcard-temp:x:update'><photo/></x></presence>`,
		"<message><body>\xff\xfe</body></message>", "<message><body>\r\n\r</body></message>", `<message><body>`, `<m:message xmlns:m='jabber:client'><m:body>x</m:body></m:message>`,
		`<message><stanza-id xmlns='urn:xmpp:sid:0' id='a' by='alice@example.org'/><stanza-id xmlns='urn:xmpp:sid:0' id='b' by='alice@example.org'/></message>`,
		`<message><![CDATA[x]]><body><![CDATA[<body>]]></body></message>`, `<!DOCTYPE x [<!ENTITY a "b">]><message><body>&a;</body></message>`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) { checkDecode(t, raw) })
}

// checkDecode holds for any bytes.
func checkDecode(t failer, raw []byte) {
	t.Helper()
	root, children := childrenOf(raw)
	m, mErr := DecodeMessage(raw, alice, now, "de")
	p, pErr := DecodePresence(raw, alice, now)
	if mErr == nil && pErr == nil {
		t.Fatalf("both a message and a presence")
	}
	if (m == nil) != (mErr != nil) || (p == nil) != (pErr != nil) {
		t.Fatalf("%v with %v, %v with %v", m, mErr, p, pErr)
	}
	if mErr == nil && root != (xml.Name{Space: nsClient, Local: "message"}) || pErr == nil && root != (xml.Name{Space: nsClient, Local: "presence"}) {
		t.Fatalf("%v is decoded", root)
	}
	for _, v := range []any{m, p} {
		texts(reflect.ValueOf(v), func(s string) {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				t.Errorf("%+q is no text", s)
			}
			if len(s) > max(len(raw), len("undefined-condition"), len(alice.String())) {
				t.Errorf("%d bytes from an element of %d", len(s), len(raw))
			}
		})
	}
	if m != nil {
		checkMessageBelief(t, m, children)
	}
	if p != nil {
		checkBelief(t, "a state", p.Type == "" && p.Show != chat.Available, children, nsClient, "show")
		checkBelief(t, "a status", p.Status != "", children, nsClient, "status")
		checkBelief(t, "a priority", p.Priority != 0, children, nsClient, "priority")
		checkBelief(t, "an error", p.Error != nil, children, nsClient, "error")
		checkBelief(t, "abilities", !p.Caps.IsZero(), children, nsCaps, "c")
		checkBelief(t, "a picture", p.VCardPhoto != nil, children, nsVCardUpdate, "x")
		checkBelief(t, "a name", p.Nick != "", children, nsNick, "nick")
		checkBelief(t, "idleness", !p.Idle.IsZero(), children, nsIdle, "idle")
		checkBelief(t, "a time", !p.Delay.IsZero(), children, nsDelay, "delay")
		if p.Type != "" && p.Show != chat.Unavailable || p.Type != "error" && p.Error != nil {
			t.Errorf("%+v", p)
		}
	}
}

// said are the elements that mean something, with their right namespaces.
var said = [][2]string{
	{"body", nsClient},
	{"subject", nsClient},
	{"thread", nsClient},
	{"error", nsClient},
	{"show", nsClient},
	{"status", nsClient},
	{"priority", nsClient},
	{"message", nsClient},
	{"delay", nsDelay},
	{"origin-id", nsStanzaID},
	{"stanza-id", nsStanzaID},
	{"stanza-id", nsStanzaID},
	{"request", nsReceipts},
	{"received", nsReceipts},
	{"nick", nsNick},
	{"event", nsEvent},
	{"items", nsEvent},
	{"item", nsEvent},
	{"retract", nsEvent},
	{"metadata", nsAvatarMeta},
	{"info", nsAvatarMeta},
	{"composing", nsChatStates},
	{"active", nsChatStates},
	{"c", nsCaps},
	{"x", nsVCardUpdate},
	{"photo", nsVCardUpdate},
	{"text", nsStanzas},
	{"forwarded", nsForward},
	{"sent", nsCarbons},
	{"result", nsArchive},
	{"markable", nsMarkers},
	{"displayed", nsMarkers},
	{"displayed", nsDisplayed},
	{"replace", nsCorrect},
	{"retract", nsRetract},
	{"retracted", nsRetract},
	{"apply-to", nsFasten},
	{"reactions", nsReactions},
	{"reaction", nsReactions},
	{"reply", nsReply},
	{"fallback", nsFallback},
	{"store", nsHints},
	{"no-store", nsHints},
	{"unstyled", nsStyling},
	{"conference", nsBookmarks},
	{"idle", nsIdle},
	{"encrypted", nsAxolotl},
	{"encrypted", nsOMEMO},
	{"header", nsOMEMO},
	{"keys", nsOMEMO},
	{"key", nsAxolotl},
	{"payload", nsAxolotl},
	{"encryption", nsEME},
	{"private", nsCarbons},
	{"list", nsAxolotl},
	{"devices", nsOMEMO},
	{"device", nsOMEMO},
}

// anyElement is one of these, in its own or in another's namespace, at any depth.
func anyElement(depth int) *rapid.Generator[string] {
	kind := rapid.SampledFrom(said)
	return rapid.Custom(func(t *rapid.T) string {
		name, space := kind.Draw(t, "name")[0], ""
		for _, k := range said {
			if k[0] == name {
				space = k[1]
			}
		}
		if rapid.IntRange(0, 2).Draw(t, "wrong") == 0 {
			space = kind.Draw(t, "space")[1]
		}
		var b strings.Builder
		b.WriteString("<" + name + " xmlns='" + space + "'")
		for _, a := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
			"id='x1'", "by='alice@example.org'", "from='example.org'", "stamp='2026-01-02T03:04:05Z'", "node='" + nsNick + "'", "type='auth'", "ver='v'",
			"xml:lang='de'", "node='" + nsDisplayed + "'", "node='" + nsBookmarks + "'", "for='" + nsReply + "'", "start='1'", "end='3'", "queryid='q'",
			"to='alice@example.org/desk'", "id='bob@example.net'", "id='7'", "sid='7'", "rid='7'", "jid='bob@example.net'", "namespace='" + nsOMEMO + "'",
			"node='" + nsAxolotlList + "'", "node='" + nsOMEMODevices + "'", "since='2026-01-02T03:04:05Z'", "node='" + nsAvatarMeta + "'", "id='01b87fcd030b72895ff8e88db57ec525450f000d'",
		}), 0, 3, rapid.ID).Draw(t, "attributes") {
			b.WriteString(" " + a)
		}
		b.WriteByte('>')
		if depth > 0 {
			for range rapid.IntRange(0, 3).Draw(t, "children") {
				b.WriteString(anyElement(depth-1).Draw(t, "child"))
			}
		}
		b.WriteString(rapid.SampledFrom([]string{"", "text", "dnd", " 5 ", "&amp;", "01b87fcd030b72895ff8e88db57ec525450f000d"}).Draw(t, "text"))
		b.WriteString("</" + name + ">")
		return b.String()
	})
}

func TestDecodeBelief(t *testing.T) {
	decoded := 0
	check := func(t *rapid.T) {
		head := rapid.SampledFrom([]string{"message", "presence"}).Draw(t, "stanza")
		typ := rapid.SampledFrom([]string{"", " type='error'", " type='chat'", " type='groupchat'", " type='unavailable'"}).Draw(t, "type")
		from := rapid.SampledFrom([]string{"", " from='bob@example.net'", " from='bob@example.net/x'", " from='example.org' id='i'", " from='alice@example.org' id='i'"}).Draw(t, "from")
		raw := "<" + head + typ + from + ">" + strings.Join(rapid.SliceOfN(anyElement(2), 0, 20).Draw(t, "children"), "") + "</" + head + ">"
		checkDecode(t, []byte(raw))
		if _, err := DecodeMessage([]byte(raw), alice, now, ""); err == nil {
			decoded++
		}
	}
	for range 30 { // what deceives is rare
		rapid.Check(t, check)
	}
	if decoded == 0 {
		t.Error("nothing was decoded")
	}
}

// failer is what testing.T and rapid.T have in common.
type failer interface {
	Helper()
	Errorf(string, ...any)
	Fatalf(string, ...any)
}

// checkForwarded holds for what a message carries: only our own account may carry
// any, and what is carried is ours, carries nothing and is no event.
func checkForwarded(t failer, m *Message, children map[xml.Name]bool) {
	t.Helper()
	checkBelief(t, "a copy", m.Carbon != nil, children, nsCarbons, "received", "sent")
	checkBelief(t, "an archive", m.Archived != nil, children, nsArchive, "result")
	if (m.Carbon != nil || m.Archived != nil || m.Displayed != nil || m.Bookmarks != nil) && m.From != alice.Bare() {
		t.Errorf("%+v speaks for us", m)
	}
	var inside []*Message
	if c := m.Carbon; c != nil {
		if inside = append(inside, c.Message); c.Sent && c.Message.From.Bare() != alice.Bare() || !c.Sent && c.Message.To.Bare() != alice.Bare() {
			t.Errorf("a copy of another's message: %+v", c.Message)
		}
	}
	if a := m.Archived; a != nil {
		if a.ID == "" || a.Stamp.After(now) {
			t.Errorf("%+v", a)
		}
		if a.Message != nil {
			inside = append(inside, a.Message)
		}
	}
	for _, i := range inside {
		if i.Carbon != nil || i.Archived != nil || i.AvatarEvent != nil || i.NickEvent != nil || i.Devices != nil || i.Displayed != nil || i.Bookmarks != nil || i.Type == "" ||
			i.From.Bare() != alice.Bare() && i.To.Bare() != alice.Bare() {
			t.Errorf("inside is %+v", i)
		}
	}
}

func checkMessageBelief(t failer, m *Message, children map[xml.Name]bool) {
	t.Helper()
	checkForwarded(t, m, children)
	checkBelief(t, "a wish for a marker", m.Markable, children, nsMarkers, "markable")
	checkBelief(t, "a marker", m.DisplayedFor != "", children, nsMarkers, "displayed")
	checkBelief(t, "a correction", m.Replaces != "", children, nsCorrect, "replace")
	checkBelief(t, "reactions", m.Reactions != nil, children, nsReactions, "reactions")
	checkBelief(t, "an answer", m.Reply != nil, children, nsReply, "reply")
	checkBelief(t, "a fallback", len(m.Fallbacks) > 0, children, nsFallback, "fallback")
	checkBelief(t, "a hint", m.Hints != Hints{}, children, nsHints, "no-store", "no-permanent-store", "no-copy", "store")
	checkBelief(t, "a wish for no style", m.Unstyled, children, nsStyling, "unstyled")
	checkBelief(t, "OMEMO", m.Sealed(OMEMO03) != nil, children, nsAxolotl, "encrypted")
	checkBelief(t, "OMEMO 2", m.Sealed(OMEMO2) != nil, children, nsOMEMO, "encrypted")
	checkBelief(t, "an encryption", len(m.EME) > 0, children, nsEME, "encryption")
	checkBelief(t, "privacy", m.Private, children, nsCarbons, "private")
	checkEncrypted(t, m)
	if m.Retracts != "" && !children[xml.Name{Space: nsRetract, Local: "retract"}] && !children[xml.Name{Space: nsFasten, Local: "apply-to"}] {
		t.Errorf("a retraction is believed: %v", children)
	}
	if m.Type == "error" && (m.Markable || m.DisplayedFor != "" || m.Replaces != "" || m.Retracts != "" || m.Reactions != nil || m.Reply != nil ||
		len(m.Fallbacks) > 0 || m.Hints != Hints{}) || m.Tombstone || m.Markable && m.ID == "" {
		t.Errorf("%+v", m)
	}
	if text := m.Text(); len(text) > len(m.Body) || !utf8.ValidString(text) {
		t.Errorf("%q is the text of %q", text, m.Body)
	}
	checkBelief(t, "a text", m.HasBody, children, nsClient, "body")
	checkBelief(t, "a subject", m.Subject != "", children, nsClient, "subject")
	checkBelief(t, "a thread", m.Thread != "", children, nsClient, "thread")
	checkBelief(t, "an error", m.Error != nil, children, nsClient, "error")
	checkBelief(t, "an origin-id", m.OriginID != "", children, nsStanzaID, "origin-id")
	checkBelief(t, "a stanza-id", len(m.StanzaIDs) > 0, children, nsStanzaID, "stanza-id")
	checkBelief(t, "a time", !m.Delay.IsZero(), children, nsDelay, "delay")
	checkBelief(t, "a request", m.ReceiptRequest, children, nsReceipts, "request")
	checkBelief(t, "a receipt", m.ReceiptFor != "", children, nsReceipts, "received")
	checkBelief(t, "a name", m.Nick != "", children, nsNick, "nick")
	checkBelief(t, "an event", m.AvatarEvent != nil || m.NickEvent != nil || m.Devices != nil || m.Displayed != nil || m.Bookmarks != nil, children, nsEvent, "event")
	checkBelief(t, "typing", m.ChatState != nil, children, nsChatStates, "active", "inactive", "gone", "composing", "paused")
	if m.Body != "" && !m.HasBody || m.Type == "" || len(m.StanzaIDs) > maxStampIDs ||
		m.Type == "error" && (m.ReceiptRequest || m.ReceiptFor != "" || m.ChatState != nil) || m.Type != "error" && m.Error != nil {
		t.Errorf("%+v", m)
	}
	if id := m.StanzaIDBy(alice.Bare()); id != "" {
		n := 0
		for _, s := range m.StanzaIDs {
			if s.By == alice.Bare() {
				n++
			}
		}
		if n != 1 {
			t.Errorf("one of %d ids is believed", n)
		}
	}
}

// allocated is how many bytes decoding an element takes.
func allocated(raw []byte) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _ = DecodeMessage(raw, alice, now, "de")
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Memory grows with the length of an element and not faster, whatever is in it.
func TestDecodeMemory(t *testing.T) {
	for name, part := range map[string]func(n int) string{
		"text":       func(n int) string { return "<body>" + strings.Repeat("a", n) + "</body>" },
		"references": func(n int) string { return "<body>" + strings.Repeat("&amp;", n/5) + "</body>" },
		"bodies":     func(n int) string { return strings.Repeat("<body>b</body>", n/14) },
		"bodies that win": func(n int) string {
			return bodies(n/3, "fr") + bodies(n/3, "de") + "<body>" + strings.Repeat("c", n/3) + "</body>"
		},
		"inside a body": func(n int) string { return "<body>" + strings.Repeat("a<b/>", n/5) + "</body>" },
		"deep":          func(n int) string { return strings.Repeat("<a>", n/7) + strings.Repeat("</a>", n/7) },
		"deep in a body": func(n int) string {
			return "<body>" + strings.Repeat("<a>", n/7) + strings.Repeat("</a>", n/7) + "</body>"
		},
		"deep with namespaces": func(n int) string { return strings.Repeat("<a xmlns='x'>", n/17) + strings.Repeat("</a>", n/17) },
		"attributes":           func(n int) string { return "<a" + strings.Repeat(" b='c'", n/6) + "/>" },
		"long attribute":       func(n int) string { return "<a b='" + strings.Repeat("c", n) + "'/>" },
		"long name":            func(n int) string { return "<" + strings.Repeat("a", n) + "/>" },
		"stanza-ids":           func(n int) string { return strings.Repeat("<stanza-id xmlns='urn:xmpp:sid:0' id='x' by='a@b'/>", n/52) },
		"events": func(n int) string {
			return "<event xmlns='http://jabber.org/protocol/pubsub#event'>" + strings.Repeat("<items node='x'><item/></items>", n/31) + "</event>"
		},
		"pictures": func(n int) string {
			return "<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:avatar:metadata'><item><metadata xmlns='urn:xmpp:avatar:metadata'>" +
				strings.Repeat("<info id='01b87fcd030b72895ff8e88db57ec525450f000d'/>", n/53) + "</metadata></item></items></event>"
		},
		"names": func(n int) string {
			return "<nick xmlns='http://jabber.org/protocol/nick'>" + strings.Repeat(" a", n/2) + "</nick>"
		},
		"copies": func(n int) string {
			return "<received xmlns='urn:xmpp:carbons:2'>" + strings.Repeat("<forwarded xmlns='urn:xmpp:forward:0'/>", n/39) + "</received>"
		},
		"copy of a long text": func(n int) string {
			return "<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' to='alice@example.org'><body>" +
				strings.Repeat("a", n) + "</body></message></forwarded></received>"
		},
		"copies in each other": func(n int) string {
			const a, b = "<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'>", "</message></forwarded></received>"
			return strings.Repeat(a, n/len(a+b)) + strings.Repeat(b, n/len(a+b))
		},
		"reactions": func(n int) string {
			return "<reactions xmlns='urn:xmpp:reactions:0' id='x'>" + strings.Repeat("<reaction>a</reaction>", n/22) + "</reactions>"
		},
		"a long reaction": func(n int) string {
			return "<reactions xmlns='urn:xmpp:reactions:0' id='x'><reaction>" + strings.Repeat("👋", n/4) + "</reaction></reactions>"
		},
		"fallbacks": func(n int) string {
			return "<body>abc</body><fallback xmlns='urn:xmpp:fallback:0' for='x'>" + strings.Repeat("<body start='0' end='1'/>", n/25) + "</fallback>"
		},
		"displayed": func(n int) string {
			return "<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:mds:displayed:0'>" + strings.Repeat(displayedItem, n/len(displayedItem)) + "</items></event>"
		},
		"bookmarks": func(n int) string {
			return "<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:bookmarks:1'>" + strings.Repeat(bookmarkItem, n/len(bookmarkItem)) + "</items></event>"
		},
		"bookmark that grows": func(n int) string {
			return "<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:bookmarks:1'><item id='a@b'><conference xmlns='urn:xmpp:bookmarks:1'><x xmlns='" +
				strings.Repeat("n", n/4) + "'>" + strings.Repeat("<a/>", n/8) + "</x></conference></item></items></event>"
		},
		"keys": func(n int) string {
			return "<encrypted xmlns='urn:xmpp:omemo:2'><header sid='1'><keys jid='a@b'>" + strings.Repeat("<key rid='1'>AAAA</key>", n/23) + "</keys></header></encrypted>"
		},
		"owners": func(n int) string {
			return "<encrypted xmlns='urn:xmpp:omemo:2'><header sid='1'>" + strings.Repeat("<keys jid='a@b'/>", n/17) + "</header></encrypted>"
		},
		"a long key": func(n int) string {
			return "<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'><key rid='1'>" + strings.Repeat("AAAA", n/4) + "</key></header></encrypted>"
		},
		"a payload": func(n int) string {
			return "<encrypted xmlns='eu.siacs.conversations.axolotl'><payload>" + strings.Repeat("AAA ", n/4) + "AAA</payload></encrypted>"
		},
		"payloads": func(n int) string {
			return "<encrypted xmlns='eu.siacs.conversations.axolotl'>" + strings.Repeat("<payload/>", n/10) + "</encrypted>" + strings.Repeat("<encrypted xmlns='urn:xmpp:omemo:2'/>", n/36)
		},
		"devices": func(n int) string {
			return "<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='eu.siacs.conversations.axolotl.devicelist'>" +
				strings.Repeat("<item><list xmlns='eu.siacs.conversations.axolotl'><device id='1'/><device id='2'/></list></item>", n/96) + "</items></event>"
		},
		"comments": func(n int) string { return strings.Repeat("<!-- -->", n/8) },
		"cdata":    func(n int) string { return "<body>" + strings.Repeat("<![CDATA[x]]>", n/13) + "</body>" },
	} {
		t.Run(name, func(t *testing.T) {
			stanza := func(n int) []byte {
				return []byte("<message from='alice@example.org'>" + part(n) + "</message>")
			}
			const n = 64 << 10
			small, large := stanza(n), stanza(4*n)
			allocated(small)
			a, b := allocated(small), allocated(large)
			if limit := 5*a + 256<<10; b > limit { // 4 with a quarter of rounding
				t.Errorf("%d bytes for %d, %d for %d", a, len(small), b, len(large))
			}
			if limit := uint64(len(large)) * 100; b > limit {
				t.Errorf("%d bytes for an element of %d", b, len(large))
			}
		})
	}
}

func bodies(n int, lang string) string {
	return fmt.Sprintf("<body xml:lang='%s'>%s</body>", lang, strings.Repeat("x", n))
}
