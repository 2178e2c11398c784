// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"math"

	"chatsecure.org/desktop/ui/model"
)

// caret is a place between two letters of a message. It is named by the key of
// the row, so that it stays there when other rows come and go.
type caret struct {
	key string
	at  int // bytes of the shown text; endOfText is behind all of them
}

const endOfText = math.MaxInt

// unit is what is selected at a time: letters by one click, words by two, whole
// messages by three.
type unit int8

const (
	byLetter unit = iota
	byWord
	byMessage
)

// selection is what is chosen, from where the pointer was pressed to where it
// went. Each of the two is a reach: a place, a word or a message.
type selection struct {
	unit       unit
	base, head reach
	from, to   order // the same by rows, in order; equal for nothing
}

type reach struct{ from, to caret }

// order is a caret by the number of its row.
type order struct{ row, at int }

func (o order) before(p order) bool { return o.row < p.row || o.row == p.row && o.at < p.at }

func (s *selection) some() bool { return s.from != s.to }

// in is what is selected of a row, in bytes of its text; the same number twice
// for nothing.
func (s *selection) in(row int) (from, to int) {
	if !s.some() || row < s.from.row || row > s.to.row {
		return 0, 0
	}
	to = endOfText
	if row == s.from.row {
		from = s.from.at
	}
	if row == s.to.row {
		to = s.to.at
	}
	return from, to
}

// ClearSelection selects nothing.
func (t *Timeline) ClearSelection() {
	if t.selection.some() {
		t.selection = selection{}
		t.draw()
	}
}

// SelectAll selects every message that is loaded.
func (t *Timeline) SelectAll() {
	first, last := t.nextMessage(0, 1), t.nextMessage(len(t.entries)-1, -1)
	if first < 0 {
		return
	}
	t.selection = selection{unit: byMessage, base: t.reachOf(caret{t.entries[first].row.Key, 0}, byMessage), head: t.reachOf(caret{t.entries[last].row.Key, 0}, byMessage)}
	t.sortSelection()
	t.draw()
}

// nextMessage is the nearest row with a message, from i in steps; -1 for none.
func (t *Timeline) nextMessage(i, step int) int {
	for ; i >= 0 && i < len(t.entries); i += step {
		if t.entries[i].row.Kind == model.RowMessage {
			return i
		}
	}
	return -1
}

// selectFrom begins a selection at a caret.
func (t *Timeline) selectFrom(c caret, by unit) {
	r := t.reachOf(c, by)
	t.selection = selection{unit: by, base: r, head: r}
	t.sortSelection()
	t.draw()
}

// selectTo extends the selection to a caret.
func (t *Timeline) selectTo(c caret) {
	if c.key == "" || t.selection.base.from.key == "" {
		return
	}
	t.selection.head = t.reachOf(c, t.selection.unit)
	t.sortSelection()
	t.draw()
}

// reachOf is what one click, or two or three, select at a caret.
func (t *Timeline) reachOf(c caret, by unit) reach {
	i, ok := t.index[c.key]
	if !ok {
		return reach{}
	}
	switch by {
	case byWord:
		e := t.entries[i]
		t.ensure(e)
		from, to := e.text.wordAt(min(c.at, len(e.text.shown)))
		return reach{caret{c.key, from}, caret{c.key, to}}
	case byMessage:
		return reach{caret{c.key, 0}, caret{c.key, endOfText}}
	}
	return reach{c, c}
}

// sortSelection finds out where the selection begins and ends.
func (t *Timeline) sortSelection() {
	s := &t.selection
	s.from, s.to = order{}, order{}
	for k, c := range []caret{s.base.from, s.head.from, s.base.to, s.head.to} {
		i, ok := t.index[c.key]
		if !ok {
			s.from, s.to = order{}, order{}
			return
		}
		o := order{i, c.at}
		if k == 0 || o.before(s.from) {
			s.from = o
		}
		if k == 0 || s.to.before(o) {
			s.to = o
		}
	}
}

// mendSelection goes on with the selection among other rows. Where one that it
// begins or ends in has gone, it shrinks to those that are left.
func (t *Timeline) mendSelection(old []*entry) {
	s := &t.selection
	if s.base.from.key == "" {
		return
	}
	was := make(map[string]int, len(old))
	for i, e := range old {
		was[e.row.Key] = i
	}
	mend := func(r, other *reach) {
		if _, ok := t.index[r.from.key]; ok {
			return
		}
		from, to := was[r.from.key], was[other.from.key]
		step, at := 1, 0
		if from > to {
			step, at = -1, endOfText
		}
		for i := from; i != to+step; i += step {
			if k, ok := t.index[old[i].row.Key]; ok && t.entries[k].row.Kind == model.RowMessage {
				c := caret{old[i].row.Key, at}
				*r = reach{c, c}
				return
			}
		}
		*r = reach{}
	}
	mend(&s.base, &s.head)
	mend(&s.head, &s.base)
	if s.base.from.key == "" || s.head.from.key == "" {
		*s = selection{}
		return
	}
	t.sortSelection()
}
