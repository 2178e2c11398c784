// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"crypto/rand"
	"encoding/xml"

	"mellium.im/xmpp/jid"

	"chatsecure.org/desktop/core/chat"
)

// answer is an IQ that comes during a negotiation.
type answer struct {
	XMLName xml.Name
	ID      string `xml:"id,attr"`
	Type    string `xml:"type,attr"`
	Error   struct {
		Type       string       `xml:"type,attr"`
		Conditions []xmlElement `xml:",any"`
	} `xml:"jabber:client error"`
}

// condition is that of the error (RFC 6120 §8.3.3); "undefined-condition" if it
// says none that we know the place of.
func (a answer) condition() string {
	for _, c := range a.Error.Conditions {
		if c.XMLName.Space == nsStanzas && c.XMLName.Local != "text" && len(c.XMLName.Local) <= 64 {
			return c.XMLName.Local
		}
	}
	return "undefined-condition"
}

// maxBetween is how many elements may stand between a question and its answer.
const maxBetween = 100

// ask sends an IQ during a negotiation and waits for its answer; the error says
// only that none came.
func (l *link) ask(op, typ, to, payload string) (answer, []byte, error) {
	id := rand.Text()
	head := "<iq type='" + typ + "' id='" + id + "'"
	if to != "" {
		head += " to='" + escape(to) + "'"
	}
	if err := l.send(head + ">" + payload + "</iq>"); err != nil {
		return answer{}, nil, err
	}
	for range maxBetween {
		el, s, err := l.read(op)
		if err != nil {
			return answer{}, nil, err
		}
		if s.Name != (xml.Name{Space: nsClient, Local: "iq"}) || attr(s, "id") != id {
			continue
		}
		var a answer
		if err := parse(el, &a); err != nil {
			return answer{}, nil, err
		}
		if a.Type == "result" || a.Type == "error" {
			return a, el, nil
		}
	}
	return answer{}, nil, fail(chat.Offline, op, chat.CodeNotXMPP, plainly("no answer among the first elements"))
}

// bind asks for a resource (RFC 6120 §7) and returns the full address. One that
// is not of our account ends the login.
func (l *link) bind(own jid.JID, resource string) (jid.JID, error) {
	const op = "bind"
	if l.features.Bind == nil {
		return jid.JID{}, fail(chat.Offline, op, chat.CodeNotXMPP, plainly("no binding offered"))
	}
	payload := "<bind xmlns='" + nsBind + "'/>"
	if resource != "" {
		payload = "<bind xmlns='" + nsBind + "'><resource>" + escape(resource) + "</resource></bind>"
	}
	a, el, err := l.ask(op, "set", "", payload)
	switch {
	case err != nil:
		return jid.JID{}, err
	case a.Type == "error" && resource != "" && (a.condition() == "conflict" || a.condition() == "bad-request"):
		return l.bind(own, "") // RFC 6120 §7.7.2.2: then the server's choice
	case a.Type == "error":
		return jid.JID{}, refused(op, a.condition())
	}
	var b struct {
		XMLName xml.Name `xml:"jabber:client iq"`
		Bind    struct {
			JID string `xml:"urn:ietf:params:xml:ns:xmpp-bind jid"`
		} `xml:"urn:ietf:params:xml:ns:xmpp-bind bind"`
	}
	if err := parse(el, &b); err != nil {
		return jid.JID{}, err
	}
	full, err := ownAddress(b.Bind.JID, own)
	if err != nil {
		return jid.JID{}, err
	}
	if l.features.Session != nil && l.features.Session.Optional == nil {
		if _, _, err := l.ask(op, "set", "", "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>"); err != nil {
			return jid.JID{}, err
		}
	}
	return full, nil
}

// ownAddress reads the address that the server gave us.
func ownAddress(text string, own jid.JID) (jid.JID, error) {
	const op = "bind"
	full, err := jid.Parse(text)
	switch {
	case err != nil || full.Resourcepart() == "":
		return jid.JID{}, fail(chat.Auth, op, chat.CodeServerNotProven, plainly("the server gave us no address"))
	case !full.Bare().Equal(own.Bare()): // it may only be that server and we prepare names by other rules
		return jid.JID{}, fail(chat.Auth, op, chat.CodeNotAuthorized, plainly("the server gave us another address"))
	}
	return full, nil
}

// refused is the error for a stanza error during a negotiation.
func refused(op, condition string) error {
	e := fail(chat.Rejected, op, chat.CodeRefused, plainly("stanza error "+condition))
	switch condition {
	case "conflict":
		e.Code = chat.CodeConflict
	case "resource-constraint", "service-unavailable", "internal-server-error", "remote-server-timeout":
		e.Code = chat.CodeServiceUnavailable
	case "forbidden", "not-allowed", "not-authorized":
		e.Code = chat.CodeForbidden
	}
	return e
}
