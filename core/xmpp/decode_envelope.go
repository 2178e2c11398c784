// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

var errEnvelope = errors.New("not an envelope")

// DecodeEnvelope reads what was encrypted in outer, which came from the wire. lang is
// the language that a person prefers. Only what may stand in an envelope is read, and
// of outer only what may stand beside one (XEP-0420 §10). The error is CodeForged: what
// is well-formed, but says twice or wrongly whose it is, is no envelope either.
func DecodeEnvelope(raw []byte, outer *Message, lang string) (Envelope, error) {
	r := envelopeReader{messageReader: messageReader{
		decoder: &decoder{x: xml.NewDecoder(bytes.NewReader(raw)), lang: lang, bounded: true},
		m: &Message{
			From: outer.From, To: outer.To, Type: outer.Type, ID: outer.ID, OriginID: outer.OriginID,
			StanzaIDs: outer.StanzaIDs, Delay: outer.Delay, Hints: outer.Hints, Private: outer.Private,
		},
	}}
	if err := r.envelope(); err != nil {
		return Envelope{}, &chat.Error{Kind: chat.EncryptionFailed, Op: "read envelope", Code: chat.CodeForged, Err: errEnvelope}
	}
	return r.e, nil
}

// envelopeReader is the state of reading one envelope.
type envelopeReader struct {
	messageReader
	e     Envelope
	found map[string]bool // the parts that were there
}

func (r *envelopeReader) envelope() error {
	t, err := r.next()
	if err != nil {
		return err
	}
	if s, ok := t.(xml.StartElement); !ok || s.Name != (xml.Name{Space: nsSCE, Local: "envelope"}) {
		return errEnvelope
	}
	r.found = map[string]bool{}
	if err := r.children(r.part); err != nil {
		return err
	}
	if _, err := r.next(); !errors.Is(err, io.EOF) || !r.found["content"] {
		return errEnvelope
	}
	m := r.m
	m.checkParts()
	if !m.Delay.IsZero() {
		m.ChatState = nil // it is about another time
	}
	r.e.Message = m
	return nil
}

// next is the next token that is not white space, a comment or an instruction.
func (r *envelopeReader) next() (xml.Token, error) {
	for {
		t, err := r.token()
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.Comment, xml.ProcInst:
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return nil, errEnvelope
			}
		default:
			return t, nil
		}
	}
}

// part reads a part of the envelope. What it says of itself counts only where it is
// said once, and right.
func (r *envelopeReader) part(s xml.StartElement) (err error) {
	name := s.Name.Local
	if s.Name.Space != nsSCE || name != "content" && name != "from" && name != "to" && name != "time" {
		return nil
	}
	if r.found[name] {
		return errEnvelope
	}
	r.found[name] = true
	switch name {
	case "content":
		err = r.children(r.content)
	case "from":
		r.e.From, err = chat.ParseAddress(attr(s, "jid"))
	case "to":
		r.e.To, err = chat.ParseAddress(attr(s, "jid"))
	case "time":
		r.e.Time, err = encryptedAt(attr(s, "stamp"))
	}
	return err
}

// encryptedAt reads a time (XEP-0082 §3.2); one without a zone, as in an example of
// XEP-0434, is UTC.
func encryptedAt(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05.999999999", s)
	}
	if err == nil && (t.Year() < 1999 || t.Year() > 9999) {
		return time.Time{}, errEnvelope
	}
	return t.UTC(), err
}

// content reads what may stand in an envelope: what people say, and of which servers
// need to know nothing. Ids, hints, delays, errors, events, copies and what is
// encrypted again have no meaning here, whoever wrote them (XEP-0420 §9, §10).
func (r *envelopeReader) content(s xml.StartElement) (err error) {
	switch s.Name {
	case xml.Name{Space: nsTrust, Local: "trust-message"}:
		if r.e.Trust == nil {
			r.e.Trust, err = r.trust(s)
		}
		return err
	case xml.Name{Space: nsOMEMO, Local: "opt-out"}:
		return r.optOut()
	case xml.Name{Space: nsClient, Local: "body"}, xml.Name{Space: nsClient, Local: "subject"}, xml.Name{Space: nsClient, Local: "thread"},
		xml.Name{Space: nsRetract, Local: "retract"}:
		return r.child(s)
	}
	switch s.Name.Space {
	case nsReceipts, nsChatStates, nsNick, nsMarkers, nsCorrect, nsFasten, nsReactions, nsReply, nsFallback, nsStyling:
		return r.child(s)
	}
	return nil
}

func (r *envelopeReader) optOut() error {
	if r.e.OptOut != nil {
		return nil
	}
	r.e.OptOut = &OptOut{}
	return r.children(func(s xml.StartElement) (err error) {
		if s.Name == (xml.Name{Space: nsOMEMO, Local: "reason"}) && r.e.OptOut.Reason == "" {
			r.e.OptOut.Reason, err = r.line(maxLine)
			r.e.OptOut.Reason = strings.TrimSpace(r.e.OptOut.Reason)
		}
		return err
	})
}
