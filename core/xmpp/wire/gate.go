// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"encoding/xml"
	"sync"

	"mellium.im/xmpp/jid"
)

// maxAsked bounds how many of our questions are remembered. Over it one is
// forgotten, and its answer let through unchecked: who asks checks again.
const maxAsked = 4096

// gate keeps from the library every IQ on which it would end its session: any
// account may send one. What it refuses is counted and forgotten; RFC 6120
// §8.2.3 lets nobody expect an answer to a malformed IQ.
//
// It also knows whom we asked what, and refuses answers of anybody else: the
// library looks at the id only.
type gate struct {
	own   string // bare
	mu    sync.Mutex
	asked map[string]string // id of our question -> to whom
}

func newGate(own jid.JID) *gate { return &gate{own: own.Bare().String(), asked: map[string]string{}} }

// sent remembers a question of ours.
func (g *gate) sent(el []byte) {
	s, err := start(el)
	if err != nil || s.Name.Local != "iq" {
		return
	}
	if typ := attr(s, "type"); typ != "get" && typ != "set" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.asked) >= maxAsked {
		for id := range g.asked {
			delete(g.asked, id)
			break
		}
	}
	g.asked[attr(s, "id")] = attr(s, "to")
}

// admit says why the library must not see an IQ; "" lets it through.
func (g *gate) admit(el []byte) (refusal string) {
	d := reader(el)
	t, err := d.Token()
	s, ok := t.(xml.StartElement)
	if err != nil || !ok {
		return "malformed"
	}
	id, typ, refusal := checkStart(s)
	if refusal != "" {
		return refusal
	}
	children, refusal := checkInside(d)
	switch {
	case refusal != "":
		return refusal
	case d.InputOffset() != int64(len(root)+len(el)):
		return "more than an element"
	case (typ == "get" || typ == "set") && children != 1, typ == "result" && children > 1, typ == "error" && children == 0:
		return "wrong number of children"
	case (typ == "result" || typ == "error") && !g.fits(id, attr(s, "from")):
		return "answer of another"
	}
	return ""
}

// checkStart looks at the attributes of an IQ (RFC 6120 §8.2.3).
func checkStart(s xml.StartElement) (id, typ, refusal string) {
	seen := map[string]bool{}
	for _, a := range s.Attr {
		switch a.Name.Local {
		case "from", "to", "id", "type":
		default:
			continue
		}
		// The library looks at local names only: one in a namespace could stand for
		// the real one.
		if a.Name.Space != "" || seen[a.Name.Local] {
			return "", "", "doubled attribute"
		}
		seen[a.Name.Local] = true
		switch a.Name.Local {
		case "id":
			id = a.Value
		case "type":
			typ = a.Value
		default:
			if _, err := jid.Parse(a.Value); a.Value != "" && err != nil {
				return "", "", "address"
			}
		}
	}
	switch typ {
	case "get", "set", "result", "error":
	default:
		return "", "", "type"
	}
	if id == "" {
		return "", "", "no id"
	}
	return id, typ, ""
}

// checkInside reads an IQ to its end and counts its children.
func checkInside(d *xml.Decoder) (children int, refusal string) {
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return 0, "malformed"
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Space == nsStream { // the library ends the session over it at any depth
				return 0, "stream element inside"
			}
			if depth == 0 {
				children++
			}
			depth++
		case xml.EndElement:
			if depth == 0 {
				return children, ""
			}
			depth--
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(t)) > 0 {
				return 0, "text"
			}
		default:
			return 0, "malformed"
		}
	}
}

// fits says whether an answer with that id may come from there. The first one
// that does settles the question. An answer that nobody waits for is no danger.
func (g *gate) fits(id, from string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	to, ok := g.asked[id]
	if !ok {
		return true
	}
	if to != from && !g.sameParty(to, from) {
		return false
	}
	delete(g.asked, id)
	return true
}

// sameParty compares a question's receiver with its answer's sender. Our own
// account is answered for by its server, which may leave its name out (RFC 6120
// §8.1.2.1, §10.3.3).
func (g *gate) sameParty(to, from string) bool {
	a, errA := jid.Parse(to)
	b, errB := jid.Parse(from)
	own, err := jid.Parse(g.own)
	if err != nil {
		return false
	}
	ours := func(j jid.JID, text string) bool {
		return text == "" || j.Bare().Equal(own) || j.Equal(own.Domain())
	}
	if (to == "" || errA == nil) && (from == "" || errB == nil) && ours(a, to) && ours(b, from) {
		return true
	}
	return errA == nil && errB == nil && a.Equal(b)
}
