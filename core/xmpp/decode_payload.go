// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"chatsecure.org/desktop/core/chat"
)

// Bounds of what one message says of another.
const (
	maxReactions = 32
	maxEmoji     = 64 // bytes of one; the longest of Unicode 16 has 35
	maxFallbacks = 16 // parts of a body
	maxUnread    = 32 // parts of which nobody here knows anything
)

// payload reads what a message says of another one, and how it is to be handled. In
// a message that came back as an error it is what we have said (XEP-0334 §5).
func (r *messageReader) payload(s xml.StartElement) (err error) {
	m := r.m
	if m.Type == "error" {
		return nil
	}
	switch s.Name {
	case xml.Name{Space: nsMarkers, Local: "markable"}:
		m.Markable = m.ID != ""
	case xml.Name{Space: nsMarkers, Local: "displayed"}:
		first(&m.DisplayedFor, attr(s, "id"))
	case xml.Name{Space: nsCorrect, Local: "replace"}:
		first(&m.Replaces, attr(s, "id"))
	case xml.Name{Space: nsRetract, Local: "retract"}:
		first(&m.Retracts, attr(s, "id"))
	case xml.Name{Space: nsRetract, Local: "retracted"}:
		m.Tombstone = r.forwarded // only an archive says so
	case xml.Name{Space: nsFasten, Local: "apply-to"}:
		err = r.applyTo(attr(s, "id"))
	case xml.Name{Space: nsReactions, Local: "reactions"}:
		err = r.reactions(attr(s, "id"))
	case xml.Name{Space: nsReply, Local: "reply"}:
		if to, bad := chat.ParseAddress(attr(s, "to")); m.Reply == nil && id(attr(s, "id")) != "" {
			if m.Reply = (&Reply{ID: attr(s, "id")}); bad == nil {
				m.Reply.To = to
			}
		}
	case xml.Name{Space: nsFallback, Local: "fallback"}:
		err = r.fallback(attr(s, "for"))
	case xml.Name{Space: nsStyling, Local: "unstyled"}:
		m.Unstyled = true
	case xml.Name{Space: nsAxolotl, Local: "encrypted"}, xml.Name{Space: nsOMEMO, Local: "encrypted"}:
		err = r.encrypted(omemoVersion(s.Name.Space))
	case xml.Name{Space: nsEME, Local: "encryption"}:
		r.eme(s)
	case xml.Name{Space: nsCarbons, Local: "private"}:
		m.Private = true
	default:
		switch {
		case s.Name.Space == nsHints:
			r.hint(s.Name.Local)
		case len(r.unread) < maxUnread:
			r.unread = append(r.unread, s.Name.Space)
		}
	}
	return err
}

// first keeps the first id that is one.
func first(to *string, s string) {
	if *to == "" {
		*to = id(s)
	}
}

func (r *messageReader) hint(name string) {
	switch h := &r.m.Hints; name {
	case "no-store":
		h.NoStore = true
	case "no-permanent-store":
		h.NoPermanentStore = true
	case "no-copy":
		h.NoCopy = true
	case "store":
		h.Store = true
	}
}

// applyTo reads a retraction as it was written till version 0.3 of XEP-0424.
func (r *messageReader) applyTo(target string) error {
	return r.children(func(s xml.StartElement) error {
		if s.Name == (xml.Name{Space: nsRetractOld, Local: "retract"}) {
			first(&r.m.Retracts, target)
		}
		return nil
	})
}

func (r *messageReader) reactions(target string) error {
	if r.m.Reactions != nil || id(target) == "" {
		return nil
	}
	all := &Reactions{For: target}
	r.m.Reactions = all
	return r.children(func(s xml.StartElement) error {
		if s.Name != (xml.Name{Space: nsReactions, Local: "reaction"}) || len(all.Emoji) == maxReactions {
			return nil
		}
		text, err := r.text()
		if e := emoji(text); e != "" && !slices.Contains(all.Emoji, e) {
			all.Emoji = append(all.Emoji, e)
		}
		return err
	})
}

// emoji returns a reaction without space around it; "" for what is none. What a
// single emoji is changes with every Unicode, so any short text without space,
// controls and what turns the reading direction is one; an emoji may hold tags (the
// flag of Wales does) and joiners.
func emoji(s string) string {
	s = strings.TrimSpace(s)
	tag := func(r rune) bool { return r >= 0xE0020 && r <= 0xE007F }
	bad := func(r rune) bool {
		return unicode.IsSpace(r) || !tag(r) && plain("x"+string(r)) == "x"
	}
	if len(s) > maxEmoji || strings.ContainsFunc(s, bad) || !strings.ContainsFunc(s, seen) {
		return ""
	}
	return s
}

// fallback reads which parts of the body are for those who do not know the
// namespace. Without any children it is the whole body.
func (r *messageReader) fallback(namespace string) error {
	found := false
	err := r.children(func(s xml.StartElement) error {
		if s.Name.Space != nsFallback || s.Name.Local != "body" && s.Name.Local != "subject" {
			return nil
		}
		if found = true; s.Name.Local == "body" {
			r.part(namespace, attr(s, "start"), attr(s, "end"))
		}
		return nil
	})
	if !found {
		r.part(namespace, "", "")
	}
	return err
}

// toEnd is the End of a part that goes to the end of the body.
const toEnd = -1

// part notes a part of the body, which may stand behind it: checked at the end.
func (r *messageReader) part(namespace, start, end string) {
	if len(r.m.Fallbacks) == maxFallbacks {
		return
	}
	f := Fallback{For: id(namespace)}
	var okStart, okEnd bool
	if start == "" && end == "" {
		f.Whole, okStart, okEnd = true, true, true
	} else {
		f.Start, okStart = place(start, 0)
		f.End, okEnd = place(end, toEnd)
	}
	if okStart && okEnd {
		r.m.Fallbacks = append(r.m.Fallbacks, f)
	}
}

// place reads a place in a text; missing is what it is where nobody says.
func place(s string, missing int) (int, bool) {
	if s == "" {
		return missing, true
	}
	n, err := strconv.ParseUint(s, 10, 31)
	return int(n), err == nil
}

// checkParts leaves out parts that the body does not have.
func (m *Message) checkParts() {
	if len(m.Fallbacks) == 0 {
		return
	}
	length := utf8.RuneCountInString(m.Body)
	var good []Fallback
	for _, f := range m.Fallbacks {
		if f.End == toEnd {
			f.End = length
		}
		if f.Whole && m.HasBody || f.Start < f.End && f.End <= length {
			good = append(good, f)
		}
	}
	m.Fallbacks = good
}
