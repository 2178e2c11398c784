// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Archived is a message in an archive.
type Archived struct {
	ID      string
	Stamp   time.Time
	Message string // the element, with from and to
}

// Archive puts messages at the end of an account's archive.
func (f *Scripted) Archive(local string, messages ...Archived) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.archives[local] = append(f.archives[local], messages...)
}

// ArchiveQuery is a question for a page of an archive (XEP-0313 §4, XEP-0059 §2).
type ArchiveQuery struct {
	QueryID       string
	With, AfterID string
	Backwards     bool // it has <before/>
	Before, After string
	Max           int
}

// ArchiveQuery reads a question for a page; false where the element is none.
func (e *Element) ArchiveQuery() (q ArchiveQuery, ok bool) {
	query := e.Asks("set", nsArchive, "query")
	if query == nil {
		return q, false
	}
	q.QueryID = query.Attr("queryid")
	if form := query.Find("jabber:x:data", "x"); form != nil {
		for _, field := range form.Children {
			value := field.Find("jabber:x:data", "value")
			switch {
			case value == nil:
			case field.Attr("var") == "with":
				q.With = value.Text
			case field.Attr("var") == "after-id":
				q.AfterID = value.Text
			}
		}
	}
	q.Max = 100
	if max := query.Find(nsRSM, "max"); max != nil {
		q.Max, _ = strconv.Atoi(max.Text)
	}
	if before := query.Find(nsRSM, "before"); before != nil {
		q.Backwards, q.Before = true, before.Text
	}
	if after := query.Find(nsRSM, "after"); after != nil {
		q.After = after.Text
	}
	return q, true
}

// ArchiveResult is the message that brings one of an archive; from is whose archive
// it claims to be.
func ArchiveResult(from, queryID string, m Archived) string {
	return "<message from='" + Escape(from) + "'><result xmlns='" + nsArchive + "' queryid='" + Escape(queryID) + "' id='" + Escape(m.ID) +
		"'><forwarded xmlns='" + nsForward + "'><delay xmlns='" + nsDelay + "' stamp='" + m.Stamp.UTC().Format("2006-01-02T15:04:05.000Z") + "'/>" +
		"<message xmlns='" + nsClient + "'" + strings.TrimPrefix(m.Message, "<message") + "</forwarded></result></message>"
}

// ArchiveEnd is what ends a page: the payload of the answer.
func ArchiveEnd(first, last string, complete bool) string {
	set := "<set xmlns='" + nsRSM + "'/>"
	if first != "" || last != "" {
		set = "<set xmlns='" + nsRSM + "'><first>" + Escape(first) + "</first><last>" + Escape(last) + "</last></set>"
	}
	return "<fin xmlns='" + nsArchive + "' complete='" + strconv.FormatBool(complete) + "'>" + set + "</fin>"
}

// SendPage answers a question with a page, the oldest first.
func (s *Session) SendPage(iq *Element, page []Archived, complete bool) {
	q, _ := iq.ArchiveQuery()
	own := s.Address.Bare().String()
	first, last := "", ""
	all := make([]string, 0, len(page)+1)
	for _, m := range page {
		all = append(all, ArchiveResult(own, q.QueryID, m))
	}
	if len(page) > 0 {
		first, last = page[0].ID, page[len(page)-1].ID
	}
	s.Send(append(all, Result(iq, "", ArchiveEnd(first, last, complete)))...)
}

// SendNotFound refuses a question because of an id that is in no archive.
func (s *Session) SendNotFound(iq *Element) {
	s.Send("<iq type='error' id='" + Escape(iq.Attr("id")) + "'><error type='cancel'><item-not-found xmlns='" + nsStanzas + "'/></error></iq>")
}

func (s *Session) answerArchive(iq *Element) {
	q, _ := iq.ArchiveQuery()
	s.Reply(iq, q.Max)
}

// Reply answers a question for a page honestly, but with at most so many messages.
func (s *Session) Reply(iq *Element, most int) {
	q, _ := iq.ArchiveQuery()
	q.Max = most
	s.server.mu.Lock()
	all := s.server.archives[s.Account]
	s.server.mu.Unlock()
	if page, complete, ok := q.Page(all); ok {
		s.SendPage(iq, page, complete)
	} else {
		s.SendNotFound(iq)
	}
}

// Page is what a question finds in an archive; not ok where an id of it is not there.
func (q ArchiveQuery) Page(all []Archived) (page []Archived, complete, ok bool) {
	at := func(id string) int { return slices.IndexFunc(all, func(m Archived) bool { return m.ID == id }) }
	from, to := 0, len(all)
	for _, id := range []string{q.AfterID, q.After} {
		if i := at(id); id != "" && i < 0 {
			return nil, false, false
		} else if id != "" {
			from = max(from, i+1)
		}
	}
	if q.Before != "" {
		if to = at(q.Before); to < 0 {
			return nil, false, false
		}
	}
	page = all[from:max(from, to)]
	if q.With != "" {
		page = slices.DeleteFunc(slices.Clone(page), func(m Archived) bool { return !m.with(q.With) })
	}
	if len(page) <= q.Max {
		return page, true, true
	}
	if q.Backwards {
		return page[len(page)-q.Max:], false, true
	}
	return page[:q.Max], false, true
}

// with says whether a message is from or to an address or one of its devices.
func (m Archived) with(peer string) bool {
	e, err := newElements(strings.NewReader(m.Message)).next()
	if err != nil {
		return false
	}
	for _, name := range []string{"from", "to"} {
		if a, err := chat.ParseAddress(e.Attr(name)); err == nil && a.Bare().String() == peer {
			return true
		}
	}
	return false
}
