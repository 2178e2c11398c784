// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"chatsecure.org/desktop/core/chat"
)

const (
	searchAfter = 150 * time.Millisecond // without a key pressed, the query runs
	searchLimit = 50
	snippetSize = 120 // characters shown of a long message
)

// SearchSource is what a search asks; *core.Client meets it.
type SearchSource interface {
	Search(ctx context.Context, q chat.SearchQuery) ([]chat.Message, error)
}

// Span is a part of a text, in bytes.
type Span struct{ Start, End int }

// SearchHit is one message that was found.
type SearchHit struct {
	ID     chat.MsgID
	Conv   chat.ConvID
	Text   string // one line around the first match
	Match  []Span // what to emphasise in Text
	Own    bool
	Time   time.Time // local
	Cursor chat.Cursor
}

// Search looks for messages while the person types. A query that is no longer
// wanted is cancelled and its answer never shown.
type Search struct {
	OnChange func()

	env  *Env
	src  SearchSource
	text string
	in   chat.ConvID
	wait func() // stops the timer
	stop func() // stops the query
	hits []SearchHit
	busy bool
	more bool
	err  *chat.Error
}

// NewSearch returns a search for nothing.
func NewSearch(env *Env, src SearchSource) *Search { return &Search{env: env, src: src} }

// Set says what to look for, and in which conversation; the zero id is
// everywhere. "" clears the hits.
func (s *Search) Set(text string, in chat.ConvID) {
	if text == s.text && in == s.in {
		return
	}
	s.text, s.in = text, in
	s.halt()
	if strings.TrimSpace(text) == "" {
		s.hits, s.more, s.err = nil, false, nil
		call(s.OnChange)
		return
	}
	s.busy = true
	s.wait = s.env.After(searchAfter, func() { s.run(0) })
	call(s.OnChange)
}

// More looks for older hits; it does nothing when there are none, or when the
// search is everywhere.
func (s *Search) More() {
	if s.more && !s.busy && !s.in.IsZero() && len(s.hits) > 0 {
		s.busy = true
		s.run(s.hits[len(s.hits)-1].Cursor)
	}
}

func (s *Search) halt() {
	call(s.wait)
	call(s.stop)
	s.wait, s.stop, s.busy = nil, nil, false
}

func (s *Search) run(before chat.Cursor) {
	q := chat.SearchQuery{Text: s.text, In: s.in, Before: before, Limit: searchLimit}
	s.stop = s.env.Tasks.RunUntil(func(ctx context.Context) func() {
		found, err := s.src.Search(ctx, q)
		return func() {
			s.busy = false
			if s.err = asError("search", err); err == nil {
				if before == 0 {
					s.hits = nil
				}
				s.more = len(found) == searchLimit
				for _, m := range found {
					s.hits = append(s.hits, s.hit(m, q.Text))
				}
			}
			call(s.OnChange)
		}
	})
}

func (s *Search) hit(m chat.Message, query string) SearchHit {
	text, match := snippet(m.Body, query)
	return SearchHit{
		ID: m.ID, Conv: m.Conv, Text: text, Match: match, Cursor: m.Cursor,
		Own: m.Direction == chat.Out, Time: s.env.local(m.Time),
	}
}

// Text is what is looked for.
func (s *Search) Text() string { return s.text }

// Hits are what was found, newest first.
func (s *Search) Hits() []SearchHit { return s.hits }

// HasMore says whether More would find older ones.
func (s *Search) HasMore() bool { return s.more && !s.in.IsZero() }

// Busy says whether the hits are about to change.
func (s *Search) Busy() bool { return s.busy }

// Err is why the search failed; nil otherwise.
func (s *Search) Err() *chat.Error { return s.err }

// snippet cuts one line around the first match of any word out of a message.
func snippet(body, query string) (string, []Span) {
	line := strings.Join(strings.Fields(body), " ")
	words := strings.Fields(query)
	if first := find(line, words); len(first) > 0 {
		line = cut(line, first[0].Start)
	} else {
		line = cut(line, 0)
	}
	return line, find(line, words)
}

// cut returns about snippetSize characters of line with the byte at in them.
func cut(line string, at int) string {
	if utf8.RuneCountInString(line) <= snippetSize {
		return line
	}
	start := at
	for n := 0; start > 0 && n < snippetSize/4; n++ {
		_, size := utf8.DecodeLastRuneInString(line[:start])
		start -= size
	}
	end := start
	for n := 0; end < len(line) && n < snippetSize; n++ {
		_, size := utf8.DecodeRuneInString(line[end:])
		end += size
	}
	out := line[start:end]
	if start > 0 {
		out = "…" + out
	}
	if end < len(line) {
		out += "…"
	}
	return out
}

// find returns where any of words stands in line, whatever the case, in order
// and without overlaps.
func find(line string, words []string) []Span {
	var out []Span
	for i := 0; i < len(line); {
		longest := 0
		for _, w := range words {
			longest = max(longest, foldedPrefix(line[i:], w))
		}
		if longest > 0 {
			out = append(out, Span{i, i + longest})
			i += longest
			continue
		}
		_, size := utf8.DecodeRuneInString(line[i:])
		i += size
	}
	return out
}

// foldedPrefix returns how many bytes of s match word whatever the case; 0 when
// s does not begin with it.
func foldedPrefix(s, word string) int {
	n := 0
	for _, want := range word {
		got, size := utf8.DecodeRuneInString(s[n:])
		if size == 0 || (got != want && unicode.ToLower(got) != unicode.ToLower(want)) {
			return 0
		}
		n += size
	}
	return n
}
