// SPDX-License-Identifier: MPL-2.0

package xmpp

import "strconv"

// payload writes what a message says of another one.
func (b *builder) payload(m OutMessage) {
	if m.Markable && m.ID != "" {
		b.empty("markable", nsMarkers)
	}
	if m.DisplayedFor != "" {
		b.empty("displayed", nsMarkers, "id", m.DisplayedFor)
	}
	if m.Replaces != "" {
		b.empty("replace", nsCorrect, "id", m.Replaces)
	}
	if m.Retracts != "" {
		b.empty("retract", nsRetract, "id", m.Retracts)
	}
	if m.Reactions != nil {
		b.raw("<reactions")
		b.attr("xmlns", nsReactions)
		b.attr("id", m.Reactions.For)
		b.raw(">")
		for _, e := range m.Reactions.Emoji {
			b.text("reaction", "", e)
		}
		b.raw("</reactions>")
	}
	if m.Reply != nil {
		b.empty("reply", nsReply, "id", m.Reply.ID, "to", m.Reply.To.String())
	}
	for _, f := range m.Fallbacks {
		b.fallback(f)
	}
	if m.Unstyled {
		b.empty("unstyled", nsStyling)
	}
}

// handling writes how a message was encrypted and how servers are to handle it.
func (b *builder) handling(m OutMessage) {
	hints := m.EME
	for _, e := range m.Encrypted {
		b.encrypted(e)
		if m.EME == nil {
			hints = append(hints, EMEHint{Namespace: e.Version.Namespace()})
		}
	}
	for _, h := range hints {
		b.empty("encryption", nsEME, "namespace", h.Namespace, "name", h.Name)
	}
	if m.Private {
		b.empty("private", nsCarbons)
	}
	b.hints(m.hints())
}

func (b *builder) fallback(f Fallback) {
	b.raw("<fallback")
	b.attr("xmlns", nsFallback)
	b.attr("for", f.For)
	b.raw(">")
	if f.Whole {
		b.empty("body", "")
	} else {
		b.empty("body", "", "start", strconv.Itoa(f.Start), "end", strconv.Itoa(f.End))
	}
	b.raw("</fallback>")
}

// hints are those of XEP-0334 §4. Typing is about now (§4.2); what changes another
// message is to reach who is away (§4.4), and what is encrypted has no body of which
// the server would know that (XEP-0420 §10).
func (m OutMessage) hints() Hints {
	h := m.Hints
	switch lasting := m.Retracts != "" || m.Reactions != nil || m.DisplayedFor != ""; {
	case (lasting && (m.Body == "" || m.Retracts != "") || len(m.Encrypted) > 0) && !h.NoStore && !h.NoPermanentStore:
		h.Store = true
	case !lasting && m.ChatState != nil && m.Body == "" && m.ReceiptFor == "" && !h.Store:
		h.NoStore = true
	}
	return h
}

func (b *builder) hints(h Hints) {
	for _, hint := range []struct {
		on   bool
		name string
	}{{h.NoStore, "no-store"}, {h.NoPermanentStore, "no-permanent-store"}, {h.NoCopy, "no-copy"}, {h.Store, "store"}} {
		if hint.on {
			b.empty(hint.name, nsHints)
		}
	}
}
