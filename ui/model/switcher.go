// SPDX-License-Identifier: MPL-2.0

package model

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"chatsecure.org/desktop/core/chat"
)

// Candidate is somebody to go to with Ctrl+K.
type Candidate struct {
	ID      chat.ConvID
	Title   string
	Avatar  string
	Account bool // several accounts: say which
}

// Switcher ranks conversations and contacts by what was typed.
type Switcher struct {
	OnChange func()

	list     *Conversations
	contacts *Contacts
	text     string
}

// NewSwitcher returns a switcher over the two lists.
func NewSwitcher(list *Conversations, contacts *Contacts) *Switcher {
	return &Switcher{list: list, contacts: contacts}
}

// Set says what was typed.
func (s *Switcher) Set(text string) {
	s.text = text
	call(s.OnChange)
}

// Open goes to row i and forgets what was typed.
func (s *Switcher) Open(i int) {
	if rows := s.Rows(); i >= 0 && i < len(rows) {
		s.text = ""
		s.list.Start(rows[i].ID)
	}
}

// Rows are the candidates, best first: at most 20. With nothing typed, the
// conversations in the order of the list.
func (s *Switcher) Rows() []Candidate {
	const most = 20
	type ranked struct {
		Candidate
		score int
	}
	several := s.list.severalAccounts()
	var rows []ranked
	seen := map[chat.ConvID]bool{}
	add := func(id chat.ConvID, title, avatar string, bonus int) {
		if seen[id] {
			return
		}
		seen[id] = true
		score := max(rank(s.text, title), rank(s.text, id.Peer.String())-1)
		if score > 0 {
			rows = append(rows, ranked{Candidate{id, title, avatar, several}, 2*score + bonus})
		}
	}
	for _, c := range s.list.all {
		add(c.ID, c.Title(), c.Contact.Avatar, 1)
	}
	if s.contacts != nil {
		for _, c := range s.contacts.Listed("") {
			add(chat.ConvID{Account: c.Account, Peer: c.Address}, c.Title(), c.Avatar, 0)
		}
	}
	slices.SortStableFunc(rows, func(a, b ranked) int { return cmp.Compare(b.score, a.score) })
	out := make([]Candidate, 0, min(len(rows), most))
	for _, r := range rows[:min(len(rows), most)] {
		out = append(out, r.Candidate)
	}
	return out
}

// rank says how well typed fits text: 0 not at all. A start of the text beats a
// start of a word, which beats letters that stand together, which beats letters
// that merely follow each other.
func rank(typed, text string) int {
	typed, text = strings.ToLower(strings.TrimSpace(typed)), strings.ToLower(text)
	switch {
	case typed == "":
		return 1
	case text == typed:
		return 100
	case strings.HasPrefix(text, typed):
		return 80
	case wordStarts(text, typed):
		return 60
	case strings.Contains(text, typed):
		return 40
	}
	return scattered([]rune(text), []rune(typed))
}

func wordStarts(text, typed string) bool {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
		if strings.HasPrefix(w, typed) {
			return true
		}
	}
	return false
}

func scattered(text, typed []rune) int {
	score, i, last := 20, 0, -1
	for _, r := range typed {
		for i < len(text) && text[i] != r {
			i++
		}
		if i == len(text) {
			return 0
		}
		if last >= 0 {
			score -= i - last - 1
		}
		last = i
		i++
	}
	return max(score, 2)
}
