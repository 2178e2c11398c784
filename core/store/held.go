// SPDX-License-Identifier: MPL-2.0

package store

import (
	"chatsecure.org/desktop/core/chat"
)

// What a device has written that was never on its owner's list is held back, until it
// stands there or somebody has verified its key: the row says that it can not be read
// (chat.CodeUnlisted) and keeps the text, for the keys are gone once it was read. While
// it is held back no query for people gives the text, and the search index does not have
// it. What such a device says about messages waits beside (pending), and is no row.

// Revealed is a message that was held back, or that what was held back has changed.
type Revealed struct {
	Conv chat.ConvID
	ID   chat.MsgID
}

// holdBack gives a message that could not be read for another reason the text that it
// may show later.
func (t *tx) holdBack(id chat.MsgID, r *messageRow) (bool, error) {
	if r.body == "" {
		return false, nil
	}
	n, err := t.exec(`UPDATE message SET body = ?, encryption = ?, key = ?, error = ?, unstyled = ?
		WHERE id = ? AND kind = 3 AND retracted = 0 AND error <> ?`,
		r.body, r.encryption, optionalID(r.key), r.err, r.unstyled, id, chat.CodeUnlisted)
	return n > 0, err
}

// revealListed shows what was held back of keys that have come onto their owner's list.
func (t *tx) revealListed(account int64, self, owner chat.Address, met []chat.Fingerprint) (all []Revealed, err error) {
	for _, f := range met {
		key, err := t.keyOf(account, owner, f)
		if err != nil {
			return nil, err
		}
		some, err := t.revealKey(account, self, owner, key)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// revealVerified shows what was held back of a key that somebody has verified.
func (t *tx) revealVerified(account int64, owner chat.Address, key int64) ([]Revealed, error) {
	var name string
	if err := t.row(`SELECT address FROM account WHERE id = ?`, account).Scan(&name); err != nil {
		return nil, err
	}
	self, err := storedAddress(name)
	if err != nil {
		return nil, err
	}
	return t.revealKey(account, self, owner, key)
}

func (t *tx) revealKey(account int64, self, owner chat.Address, key int64) (all []Revealed, err error) {
	side := chat.In
	if owner == self {
		side = chat.Out
	}
	type row struct {
		target
		conv chat.ConvID
	}
	rows, err := collect(t.query(noCtx, `SELECT m.id, m.conv, m.body, c.peer FROM conversation c CROSS JOIN message m INDEXED BY message_place ON m.conv = c.id
		WHERE c.account = ?1 AND (?2 OR c.peer = ?3) AND m.direction = ?4 AND m.kind = 3 AND m.key = ?5 AND m.error = ?6 AND m.body <> '' AND m.retracted = 0`,
		account, side == chat.Out, owner.String(), side, key, chat.CodeUnlisted), func(s scanner) (r row, err error) {
		var peer string
		if err = s.Scan(&r.id, &r.target.conv, &r.body, &peer); err == nil {
			r.conv, err = convID(self.String(), peer)
		}
		return r, err
	})
	if err != nil {
		return nil, err
	}
	for i := range rows {
		r := &rows[i]
		text := r.body
		r.body = "" // as the index has it
		if err := t.reindex(&r.target, text); err != nil {
			return nil, err
		}
		if _, err := t.exec(`UPDATE message SET kind = 0, error = '' WHERE id = ?`, r.id); err != nil {
			return nil, err
		}
		all = append(all, Revealed{r.conv, chat.MsgID(r.id)})
	}
	changed, err := t.releaseChanges(account, self, key)
	return append(all, changed...), err
}

// releaseChanges carries out what was held back of a key about messages, which now count
// in the order in which they came. What is about a message that is not here goes on
// waiting for it, as anybody's would.
func (t *tx) releaseChanges(account int64, self chat.Address, key int64) (all []Revealed, err error) {
	waiting, err := collect(t.query(noCtx, `SELECT `+newsColumns+` FROM pending INDEXED BY pending_held
		WHERE account = ? AND key = ? AND held = 1 ORDER BY id`, account, key), scanNews)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	if _, err := t.exec(`UPDATE pending INDEXED BY pending_held SET held = 0 WHERE account = ? AND key = ? AND held = 1`, account, key); err != nil {
		return nil, err
	}
	for i := range waiting {
		n := &waiting[i]
		conv, err := findConversation(t.row(findConversationQuery, self.String(), n.peer))
		if err != nil {
			return nil, err
		}
		m, err := t.findTarget(conv, &n.amend)
		if err != nil {
			return nil, err
		}
		if m.id == 0 {
			continue
		}
		changed, err := t.apply(&m, &n.amend, n.id)
		if err != nil {
			return nil, err
		}
		if _, err := t.exec(`DELETE FROM pending WHERE id = ?`, n.id); err != nil {
			return nil, err
		}
		if !changed {
			continue
		}
		id, err := convID(self.String(), n.peer)
		if err != nil {
			return nil, err
		}
		all = append(all, Revealed{id, chat.MsgID(m.id)})
	}
	return all, nil
}
