// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// DecodeMessage reads a <message/> as it came from the wire. own is our address,
// now the time of arrival, lang the language that a person prefers ("" for
// none). It fails only where the bytes are not a message of a readable sender, and
// where a carbon or an archive's result is forged.
func DecodeMessage(raw []byte, own chat.Address, now time.Time, lang string) (*Message, error) {
	d := newDecoder(raw, own, now, lang)
	start, from, to, err := d.root("message")
	if err != nil {
		return nil, err
	}
	r := messageReader{decoder: d, m: &Message{From: from, To: to}}
	if err := r.message(start); err != nil {
		return nil, err
	}
	return r.m, nil
}

// messageReader is the state of reading one message.
type messageReader struct {
	*decoder
	m         *Message
	forwarded bool // it stands in another one
	bodyRank  int  // 0 none, 1 other language, 2 ours, 3 none said
	ids       int
	ourDelay  bool
	unread    []string // namespaces of parts that nobody here reads
}

// message reads the rest of a message whose sender and receiver are known.
func (r *messageReader) message(start xml.StartElement) error {
	m := r.m
	m.ID, m.Type = id(attr(start, "id")), "normal"
	switch t := attr(start, "type"); t {
	case "chat", "groupchat", "headline", "error":
		m.Type = t // anything else is normal, RFC 6121 §5.2.2
	}
	if err := r.children(r.child); err != nil {
		return err
	}
	if r.ids > maxStampIDs {
		m.StanzaIDs = nil
	}
	if len(m.Encrypted) > 0 { // they may be those of the text inside
		m.sealedParts = slices.Clone(m.Fallbacks)
	}
	for i, h := range m.EME {
		m.EME[i].Part = slices.Contains(r.unread, h.Namespace)
	}
	m.checkParts()
	if m.Type == "error" || !m.Delay.IsZero() {
		m.ChatState = nil // it is about another time
	}
	return nil
}

func (r *messageReader) child(s xml.StartElement) (err error) {
	m := r.m
	switch s.Name {
	case xml.Name{Space: nsClient, Local: "body"}:
		err = r.body(s)
	case xml.Name{Space: nsClient, Local: "subject"}:
		if m.Subject == "" {
			m.Subject, err = r.line(maxLine)
		}
	case xml.Name{Space: nsClient, Local: "thread"}:
		var t string
		t, err = r.text()
		m.Thread = id(t)
	case xml.Name{Space: nsClient, Local: "error"}:
		if m.Type == "error" && m.Error == nil {
			m.Error, err = r.stanzaError(s)
		}
	case xml.Name{Space: nsDelay, Local: "delay"}:
		if t := r.delay(s); !t.IsZero() && (m.Delay.IsZero() || !r.ourDelay && r.ours(s)) {
			m.Delay, r.ourDelay = t, r.ours(s)
		}
	case xml.Name{Space: nsStanzaID, Local: "origin-id"}:
		if m.OriginID == "" {
			m.OriginID = id(attr(s, "id"))
		}
	case xml.Name{Space: nsStanzaID, Local: "stanza-id"}:
		r.stanzaID(s)
	case xml.Name{Space: nsReceipts, Local: "request"}:
		m.ReceiptRequest = m.ID != "" && m.Type != "error" && m.Type != "groupchat"
	case xml.Name{Space: nsReceipts, Local: "received"}:
		if m.Type != "error" {
			m.ReceiptFor = id(attr(s, "id"))
		}
	case xml.Name{Space: nsNick, Local: "nick"}:
		if m.Nick == "" {
			m.Nick, err = r.nick()
		}
	case xml.Name{Space: nsEvent, Local: "event"}:
		// XEP-0163 §4.3: events come from the account itself, a bare address.
		if !r.forwarded && m.From.IsBare() && m.Type != "groupchat" && m.Type != "error" {
			err = r.event()
		}
	case xml.Name{Space: nsCarbons, Local: "received"}, xml.Name{Space: nsCarbons, Local: "sent"}:
		err = r.carbon(s.Name.Local == "sent")
	case xml.Name{Space: nsArchive, Local: "result"}:
		err = r.result(s)
	default:
		if s.Name.Space == nsChatStates {
			r.chatState(s.Name.Local)
			return nil
		}
		err = r.payload(s)
	}
	return err
}

// body keeps the body that a person wants to read: RFC 6121 §5.2.3.
func (r *messageReader) body(s xml.StartElement) error {
	rank := 1
	switch l := langOf(s); {
	case l == "":
		rank = 3
	case r.lang != "" && sameLanguage(l, r.lang):
		rank = 2
	}
	if rank <= r.bodyRank {
		return nil
	}
	text, err := r.text()
	r.bodyRank, r.m.Body, r.m.HasBody = rank, text, true
	return err
}

func sameLanguage(a, b string) bool {
	a, _, _ = strings.Cut(a, "-")
	b, _, _ = strings.Cut(b, "-")
	return strings.EqualFold(a, b)
}

func (r *messageReader) stanzaID(s xml.StartElement) {
	by, err := chat.ParseAddress(attr(s, "by"))
	if err != nil {
		return
	}
	if r.ids++; r.ids <= maxStampIDs {
		r.m.StanzaIDs = append(r.m.StanzaIDs, StanzaID{ID: id(attr(s, "id")), By: by})
	}
}

func (r *messageReader) chatState(name string) {
	var t chat.Typing
	switch name { // XEP-0085 §2
	case "active", "inactive", "gone":
		t = chat.Idle
	case "composing":
		t = chat.Composing
	case "paused":
		t = chat.Paused
	default:
		return
	}
	if r.m.ChatState == nil {
		r.m.ChatState = &t
	}
}

// nick reads a nickname: one line, without surrounding space.
func (d *decoder) nick() (string, error) {
	s, err := d.line(maxName)
	return name(s), err
}

// StanzaIDBy returns the id that by (our archive: our own bare address, or a
// room) gave to the message. Two of them mean that one is forged, since a server
// may let a sender's through: then none is trusted and the answer is "" (XEP-0359
// §6).
func (m *Message) StanzaIDBy(by chat.Address) string {
	var found string
	for i, n := 0, 0; i < len(m.StanzaIDs); i++ {
		if m.StanzaIDs[i].By != by {
			continue
		}
		if n++; n > 1 {
			return ""
		}
		found = m.StanzaIDs[i].ID
	}
	return found
}

// atoi reads a count that others claim; 0 if it is none.
func atoi(s string) int {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}
