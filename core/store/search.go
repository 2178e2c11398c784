// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"math"
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
	s := search{terms: terms, limit: q.Limit, before: int64(q.Before)}
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
	limit  int
	before int64
	found  []chat.Message
}

// run walks the candidates from the newest on and keeps those that hold. The
// index knows which messages have all three-letter parts of the words;
// whether these stand together is seen in the text.
func (s *search) run(ctx context.Context, c *conn, conv int64) error {
	r := c.query(ctx, selectMessage+
		` FROM gram g CROSS JOIN message m ON m.id = g.rowid`+
		` CROSS JOIN conversation c ON c.id = m.conv CROSS JOIN account a ON a.id = c.account AND a.removed = 0`+
		` WHERE g.gram MATCH ? AND (?2 = 0 OR m.conv = ?2) AND m.ord < ?3 ORDER BY g.rowid DESC`,
		match(s.terms, conv), conv, s.before)
	defer r.close()
	for len(s.found) < s.limit && r.next() {
		m, err := scanMessage(r)
		if err != nil {
			return err
		}
		if containsAll(fold(m.Body), s.terms) {
			s.found = append(s.found, m)
		}
	}
	return r.err
}
