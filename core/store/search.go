// SPDX-License-Identifier: MPL-2.0

package store

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// maxTerms bounds the words of a query that are looked at.
const maxTerms = 32

// Search returns the newest messages in which every word of the text occurs,
// also as a part of a word, newest first. Case and the accents of Latin and
// Greek letters do not matter. Nothing that a person types is syntax or an
// error; a text without a word finds nothing. ctx ends a search at any time.
func (db *DB) Search(ctx context.Context, q chat.SearchQuery) ([]chat.Message, error) {
	terms := strings.Fields(fold(q.Text))
	if len(terms) == 0 {
		return nil, ctx.Err()
	}
	if len(terms) > maxTerms {
		terms = terms[:maxTerms]
	}
	s := search{terms: terms, in: q.In, limit: q.Limit, before: int64(q.Before), next: math.MaxInt64}
	if s.limit < 1 || s.limit > maxPage {
		s.limit = defaultPage
	}
	if s.before == 0 {
		s.before = math.MaxInt64
	}
	err := db.read(ctx, "search", func(c *conn) error {
		var conv int64
		if !q.In.IsZero() {
			var err error
			conv, err = findConversation(c.row(findConversationQuery, q.In.Account.String(), q.In.Peer.String()))
			if err != nil || conv == 0 {
				return err
			}
		}
		return s.run(ctx, c, conv)
	})
	return s.found, err
}

type search struct {
	terms  []string
	in     chat.ConvID // zero: everywhere
	limit  int
	before int64 // the order in the conversation
	next   int64 // the id below which to go on
	found  []chat.Message
	missed int // messages that were read in vain
}

// The cost of a search is in the index's lists of the messages that have a gram:
// those of common ones run through half of all messages. A list of fewer than
// fewGrams is taken as it is. Of longer ones the rarest are walked side by side,
// as many as seem to leave few enough messages to read; if it turns out that
// more than maxMissed were read in vain, all are.
const (
	fewGrams  = 64
	maxMissed = 200
	// readCost is how many steps in lists reading a message costs; made larger
	// than measured (400), because grams of one word come together.
	readCost = 2000
)

// run looks for the messages from the newest on.
func (s *search) run(ctx context.Context, c *conn, conv int64) error {
	grams := queryGrams(s.terms, conv)
	if len(grams) == 1 {
		return s.walk(ctx, c, grams, math.MaxInt)
	}
	order, few, err := rarestFirst(ctx, c, grams)
	if err != nil {
		return err
	}
	if order == nil {
		return s.read(ctx, c, few)
	}
	if chosen := enough(order); len(chosen) < len(order) {
		if err := s.walk(ctx, c, texts(chosen), maxMissed); err != nil || s.missed <= maxMissed {
			return err
		}
	}
	return s.walk(ctx, c, texts(order), math.MaxInt)
}

// rare is a gram and the part of messages that seem to have it.
type rare struct {
	gram string
	part float64
}

// rarestFirst orders grams by how many messages have them, going by the oldest
// that do. It returns the ids of all candidates instead, in rising order, if
// they are few.
func rarestFirst(ctx context.Context, c *conn, grams []string) (order []rare, few []int64, err error) {
	for _, g := range grams {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		ids, err := collect(c.query(context.Background(), `SELECT rowid FROM gram WHERE gram MATCH ? ORDER BY rowid LIMIT ?`, g, fewGrams), scanID)
		if err != nil {
			return nil, nil, err
		}
		if len(ids) < fewGrams {
			return nil, ids, nil
		}
		var unused int64
		if err := c.row(unusedQuery, ids[0], ids[len(ids)-1]).Scan(&unused); err != nil {
			return nil, nil, err
		}
		order = append(order, rare{g, float64(len(ids)) / float64(ids[len(ids)-1]-ids[0]+1-unused)})
	}
	slices.SortStableFunc(order, func(a, b rare) int { return cmp.Compare(a.part, b.part) })
	return order, nil, nil
}

// unusedQuery counts the ids between two that are no messages: those that were
// reserved for gaps.
const unusedQuery = `SELECT coalesce((SELECT sum(last - first + 1) FROM hole WHERE first > ?1 AND first < ?2), 0)
	+ coalesce((SELECT sum(next - low + 1) FROM gap WHERE low > ?1 AND next < ?2 AND next >= low), 0)`

// enough returns the first grams of an order: a further one is taken as long as
// walking its list costs less than the reading that it seems to save.
func enough(order []rare) []rare {
	left := 1.0
	for i, g := range order {
		if i > 0 && g.part > left*(1-g.part)*readCost {
			return order[:i]
		}
		left *= g.part
	}
	return order
}

func texts(grams []rare) []string {
	all := make([]string, 0, len(grams))
	for _, g := range grams {
		all = append(all, g.gram)
	}
	return all
}

// walk reads the messages that have all grams, until enough are found or more
// than maxMissed of all were read in vain.
func (s *search) walk(ctx context.Context, c *conn, grams []string, maxMissed int) error {
	r := c.query(ctx, selectMessage+
		` FROM gram g CROSS JOIN message m ON m.id = g.rowid`+
		` CROSS JOIN conversation c ON c.id = m.conv CROSS JOIN account a ON a.id = c.account AND a.removed = 0`+messageKey+
		` WHERE g.gram MATCH ? AND g.rowid < ? AND m.ord < ? ORDER BY g.rowid DESC`,
		strings.Join(grams, " "), s.next, s.before)
	defer r.close()
	for len(s.found) < s.limit && s.missed <= maxMissed && r.next() {
		m, err := scanMessage(r)
		if err != nil {
			return err
		}
		s.take(&m)
	}
	return r.err
}

// read reads candidates by their ids, which rise.
func (s *search) read(ctx context.Context, c *conn, ids []int64) error {
	for _, id := range slices.Backward(ids) {
		if err := ctx.Err(); err != nil || len(s.found) == s.limit {
			return err
		}
		switch m, err := readMessage(c, chat.MsgID(id)); {
		case errors.Is(err, errNoRow): // of an account that is being removed
		case err != nil:
			return err
		case int64(m.Cursor) < s.before:
			s.take(&m)
		}
	}
	return nil
}

// take keeps a candidate if it is one of those looked for.
func (s *search) take(m *chat.Message) {
	s.next = int64(m.ID)
	if (s.in.IsZero() || m.Conv == s.in) && containsAll(fold(m.Body), s.terms) {
		s.found = append(s.found, *m)
	} else {
		s.missed++
	}
}
