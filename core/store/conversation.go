// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/crash"
)

const findConversationQuery = `SELECT c.id FROM conversation c JOIN account a ON a.id = c.account AND a.removed = 0
	WHERE a.address = ? AND c.peer = ?`

// findConversation returns the row's id, 0 without one.
func findConversation(row scanner) (int64, error) {
	var id int64
	err := row.Scan(&id)
	if errors.Is(err, errNoRow) {
		err = nil
	}
	return id, err
}

func checkConv(op string, conv chat.ConvID) error {
	if conv.Account.Domain == "" || conv.Peer.Domain == "" || !conv.Account.IsBare() || !conv.Peer.IsBare() {
		return wrong(op, chat.CodeAddress)
	}
	return nil
}

// ensure returns the row of a conversation and makes it where there is none.
func (t *tx) ensure(conv chat.ConvID, at time.Time) (id int64, created bool, err error) {
	if err := checkConv("store conversation", conv); err != nil {
		return 0, false, err
	}
	id, err = findConversation(t.row(findConversationQuery, conv.Account.String(), conv.Peer.String()))
	if err != nil || id != 0 {
		return id, false, err
	}
	account, err := t.account(conv.Account)
	if err != nil {
		return 0, false, err
	}
	// As new as the last arrival. Of one that was removed nothing older is wanted.
	err = t.row(`INSERT INTO conversation (account, peer, recent, top, time, begun)
		VALUES (?1, ?2, ?3, ?4, ?5, EXISTS (SELECT 1 FROM gone WHERE account = ?1 AND peer = ?2 AND direction = 0 AND name = ?6)) RETURNING id`,
		account, conv.Peer.String(), t.db.nextID-1, int64(firstOrd), at.UnixMicro(), goneAll).Scan(&id)
	return id, true, err
}

// EnsureConversation makes the conversation if there is none. CodeNotFound: the
// account is not of this profile.
func (db *DB) EnsureConversation(ctx context.Context, conv chat.ConvID) (created bool, err error) {
	err = db.write(ctx, "store conversation", func(t *tx) error {
		_, created, err = t.ensure(conv, time.Now())
		return err
	})
	return created && err == nil, err
}

const selectConversation = `SELECT a.address, c.peer, c.time, c.unread, c.first_new, c.draft, c.muted, c.pinned, ` +
	contactColumns + `, ` + messageColumns + `
	FROM conversation c JOIN account a ON a.id = c.account AND a.removed = 0
	LEFT JOIN contact k ON k.account = c.account AND k.address = c.peer
	LEFT JOIN message m ON m.id = c.last ` + messageKey

// Conversations returns all conversations, the pinned first, then by the
// arrival of their last message, newest first. Presence and typing are not
// stored and left zero.
func (db *DB) Conversations(ctx context.Context) ([]chat.Conversation, error) {
	return list(ctx, db, "read conversations", scanConversation,
		selectConversation+`ORDER BY c.pinned DESC, c.recent DESC, c.id DESC`)
}

// Conversation returns one conversation, and whether it exists.
func (db *DB) Conversation(ctx context.Context, conv chat.ConvID) (c chat.Conversation, found bool, err error) {
	return one(ctx, db, "read conversation", scanConversation,
		selectConversation+`WHERE a.address = ? AND c.peer = ?`, conv.Account.String(), conv.Peer.String())
}

func scanConversation(row scanner) (c chat.Conversation, err error) {
	var account, peer, groups string
	var micro, active int64
	var last rawMessage
	dest := []any{&account, &peer, &micro, &c.Unread, &c.FirstNew, &c.Draft, &c.Settings.Muted, &c.Settings.Pinned}
	dest = append(dest, contactDest(&c.Contact, &groups, &active)...)
	if err := row.Scan(append(dest, messageDest(&c.Last, &last)...)...); err != nil {
		return chat.Conversation{}, err
	}
	if c.ID, err = convID(account, peer); err != nil {
		return chat.Conversation{}, err
	}
	c.Time = fromMicro(micro)
	if c.Last.ID != 0 {
		if err := finishMessage(&c.Last, c.ID, &last); err != nil {
			return chat.Conversation{}, err
		}
	}
	return c, finishContact(&c.Contact, c.ID, groups, active)
}

// SetDraft keeps what the person has typed but not sent.
func (db *DB) SetDraft(ctx context.Context, conv chat.ConvID, text string) error {
	return db.write(ctx, "store draft", func(t *tx) error {
		id, _, err := t.ensure(conv, time.Now())
		if err != nil {
			return err
		}
		_, err = t.exec(`UPDATE conversation SET draft = ? WHERE id = ?`, text, id)
		return err
	})
}

// SetConversationSettings stores the person's choices for a conversation.
func (db *DB) SetConversationSettings(ctx context.Context, conv chat.ConvID, s chat.ConversationSettings) error {
	return db.write(ctx, "store conversation settings", func(t *tx) error {
		id, _, err := t.ensure(conv, time.Now())
		if err != nil {
			return err
		}
		_, err = t.exec(`UPDATE conversation SET muted = ?, pinned = ? WHERE id = ?`, s.Muted, s.Pinned, id)
		return err
	})
}

// refresh works the denormalised columns of a conversation out again, by a few
// steps in indexes.
func (t *tx) refresh(conv int64) error {
	_, err := t.exec(`UPDATE conversation SET
		last = (SELECT id FROM message WHERE conv = ?1 AND kind NOT IN (2, 4) ORDER BY ord DESC LIMIT 1),
		time = coalesce((SELECT time FROM message WHERE conv = ?1 AND kind NOT IN (2, 4) ORDER BY ord DESC LIMIT 1), time),
		unread = (SELECT count(*) FROM message INDEXED BY message_unread WHERE conv = ?1 AND direction = 0 AND status < 3),
		first_new = (SELECT id FROM message INDEXED BY message_unread WHERE conv = ?1 AND direction = 0 AND status < 3 ORDER BY ord LIMIT 1)
		WHERE id = ?1`, conv)
	return err
}

// MarkRead marks the messages of the other side as read up to one of them and
// returns whether any was unread. It never marks one unread again.
func (db *DB) MarkRead(ctx context.Context, conv chat.ConvID, upTo chat.MsgID) (changed bool, err error) {
	err = db.write(ctx, "mark read", func(t *tx) error {
		id, err := findConversation(t.row(findConversationQuery, conv.Account.String(), conv.Peer.String()))
		if err != nil || id == 0 {
			return err
		}
		n, err := t.exec(`UPDATE message INDEXED BY message_unread SET status = 3 WHERE conv = ?1 AND direction = 0 AND status < 3
			AND ord <= (SELECT ord FROM message WHERE id = ?2 AND conv = ?1)`, id, int64(upTo))
		if err != nil || n == 0 {
			return err
		}
		changed = true
		err = t.refresh(id)
		crash.At("read-before-commit")
		return err
	})
	if err != nil {
		return false, err
	}
	crash.At("read-after-commit")
	return changed, nil
}
