// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"cmp"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// Reactions are all reactions of a message's sender to another message (XEP-0444
// §3.2): those that were before and are not here are gone.
type Reactions struct {
	For   string   // the message with this id: an origin-id or an ID (§4.2)
	Emoji []string // each once, in the sender's order; at most 32, of at most 64 bytes
}

// Reply says which message another one answers (XEP-0461 §3).
type Reply struct {
	ID string       // an origin-id or an ID (§4.1)
	To chat.Address // who wrote that, as the sender says; zero where it does not
}

// Fallback is a part of a message's body for who does not understand the rest of
// it (XEP-0428 §2.2).
type Fallback struct {
	For        string // the namespace that it stands in for; "" where nobody says
	Start, End int    // in code points of the body, 0 <= Start < End <= its length
	Whole      bool   // all of the body; then Start and End are 0
}

// ReplyFallback says that the body's first n code points quote what is answered
// (XEP-0461 §3.1).
func ReplyFallback(n int) Fallback { return Fallback{For: nsReply, End: n} }

// RetractionFallback says that the body is for who does not know retractions (XEP-0424
// §4.1).
func RetractionFallback() Fallback { return Fallback{For: nsRetract, Whole: true} }

// Hints are what a sender wants servers to do with a message (XEP-0334 §4).
type Hints struct {
	NoStore          bool // neither archived nor kept for who is away
	NoPermanentStore bool // not archived
	NoCopy           bool // not given to other devices; only in messages to a full address
	Store            bool // archived, also without a body
}

// Text is the body without what is only there for those who do not understand the
// rest: the quotation of an answer, the words beside a reaction or a retraction.
// It counts only beside what it stands in for. Nothing else is left out.
func (m *Message) Text() string {
	var cuts []Fallback
	for _, f := range m.Fallbacks {
		switch {
		case f.For == nsReply && m.Reply != nil && !f.Whole, // an answer has words of its own
			f.For == nsReactions && m.Reactions != nil,
			(f.For == nsRetract || f.For == nsRetractOld || f.For == nsFasten) && m.Retracts != "":
			cuts = append(cuts, f)
		}
	}
	if len(cuts) == 0 {
		return m.Body
	}
	text := strings.TrimSpace(without(m.Body, cuts))
	if text == "" && m.Reply != nil && m.Reactions == nil && m.Retracts == "" {
		return m.Body
	}
	return text
}

// without returns s without the parts; it sorts them.
func without(s string, parts []Fallback) string {
	slices.SortFunc(parts, func(a, b Fallback) int { return cmp.Compare(a.Start, b.Start) })
	var kept strings.Builder
	n, end := 0, 0 // the place in s, and where what is cut now ends
	for _, r := range s {
		for len(parts) > 0 && (parts[0].Whole || parts[0].Start <= n) {
			if parts[0].Whole {
				return ""
			}
			end, parts = max(end, parts[0].End), parts[1:]
		}
		if n++; n > end {
			kept.WriteRune(r)
		}
	}
	return kept.String()
}
