// SPDX-License-Identifier: MPL-2.0

package store

import (
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// messageRow is a message on its way into the table.
type messageRow struct {
	conv       int64
	direction  chat.Direction
	resource   string
	kind       chat.MessageKind
	body       string
	time       time.Time
	status     chat.Status
	err        chat.Code
	encryption chat.Encryption
	originID   string
	archive    int64
	archiveID  string
	messageID  string
	replyTo    string
	markable   bool
	unstyled   bool
	wanted     chat.EncryptionChoice
	key        int64  // known_key.id, 0 for none
	account    int64  // with hash
	hash       []byte // SHA-256 of the ciphertext, nil for none
	resent     Resent
}

// unread says whether the row counts as unread.
func (r *messageRow) unread() bool { return r.direction == chat.In && r.status < chat.Read }

// insert stores a message at the end of its conversation and in the search
// index, and brings the conversation's row up to date.
func (t *tx) insert(r *messageRow) (chat.MsgID, error) {
	id := t.nextID()
	var ord int64
	query := `UPDATE conversation SET top = top + ?1, recent = ?2, last = ?2, time = ?3, unread = unread + ?4,
		first_new = CASE WHEN ?4 THEN coalesce(first_new, ?2) ELSE first_new END WHERE id = ?5 RETURNING top`
	if hidden(r.kind) {
		query = `UPDATE conversation SET top = top + ?1 WHERE id = ?5 RETURNING top`
	}
	err := t.row(query, ordStep, id, r.time.UnixMicro(), r.unread(), r.conv).Scan(&ord)
	if err != nil {
		return 0, err
	}
	return chat.MsgID(id), t.put(id, ord, r)
}

// put stores a message at a place that is free, and in the search index. The
// caller brings the conversation's row up to date.
func (t *tx) put(id, ord int64, r *messageRow) error {
	var archive any
	if r.archiveID != "" {
		archive = r.archive
	}
	_, err := t.exec(`INSERT INTO message (id, conv, ord, direction, resource, kind, body, time, status,
		error, error_text, encryption, origin_id, archive, archive_id, message_id, reply_to, markable, wanted, key, unstyled)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, r.conv, ord, r.direction, r.resource, r.kind, r.body, r.time.UnixMicro(), r.status,
		r.err, r.encryption, optional(r.originID), archive, optional(r.archiveID), optional(r.messageID),
		optional(r.replyTo), r.markable, r.wanted, optionalID(r.key), r.unstyled)
	if err != nil {
		return err
	}
	if r.encryption != chat.EncryptionNone {
		if err := t.latch(r.conv); err != nil {
			return err
		}
	}
	if hidden(r.kind) {
		return nil
	}
	body := r.body
	if !r.readable() { // held back: nobody finds it
		body = ""
	}
	if t.backwards {
		t.unindexed = append(t.unindexed, unindexed{id, r.conv, body})
		return nil
	}
	return t.index(id, r.conv, body)
}

// unindexed is a message that the search index does not have yet.
type unindexed struct {
	id, conv int64
	body     string
}

func (t *tx) index(id, conv int64, body string) error {
	_, err := t.exec(`INSERT INTO gram (rowid, text) VALUES (?, ?)`, id, grams(conv, body))
	return err
}

// indexAll brings the search index up to date. FTS5 writes all that it holds to its
// tables when an id is lower than the one before: these came from the highest down.
func (t *tx) indexAll() error {
	for _, u := range slices.Backward(t.unindexed) {
		if err := t.index(u.id, u.conv, u.body); err != nil {
			return err
		}
	}
	t.unindexed = nil
	return nil
}

// remove takes a message out of the table and the search index. The caller
// refreshes the conversation.
func (t *tx) remove(id, conv int64, kind chat.MessageKind, body string) error {
	if hidden(kind) { // is not in the index
		_, err := t.exec(`DELETE FROM message WHERE id = ?`, id)
		return err
	}
	if _, err := t.exec(`INSERT INTO gram (gram, rowid, text) VALUES ('delete', ?, ?)`, id, grams(conv, body)); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM message WHERE id = ?`, id)
	return err
}

// keepCounter remembers the highest id, before messages are deleted.
func (t *tx) keepCounter() error {
	_, err := t.exec(`INSERT INTO counter (name, value) VALUES ('message', ?)
		ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)`, t.db.nextID-1)
	return err
}
