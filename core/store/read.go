// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"

	"chatsecure.org/desktop/core/chat"
)

// ReadMark says that a message has been seen, and all before it.
type ReadMark struct {
	Conv chat.ConvID
	// ID names the message: an id of its sender or, with Mine, also that of
	// the account's own archive.
	ID string
	// Mine: another device of ours has shown what came in (XEP-0490, or a carbon of
	// XEP-0333). Else the other side has seen what we wrote (XEP-0333).
	Mine bool
}

// ReadUpTo is Receive for one mark. A mark of the other side can only be about a
// message of ours. One whose message is not here does nothing.
func (db *DB) ReadUpTo(ctx context.Context, mark ReadMark) (Outcome, error) {
	return db.Receive(ctx, mark.Conv.Account, Batch{Reads: []ReadMark{mark}}, "")
}

// read stores a mark; in an archive's page it waits for its message.
func (t *tx) read(mark ReadMark, out *Outcome) error {
	if mark.ID == "" {
		return nil
	}
	conv, err := findConversation(t.row(findConversationQuery, mark.Conv.Account.String(), mark.Conv.Peer.String()))
	if err != nil {
		return err
	}
	if conv != 0 {
		id, err := t.seen(conv, mark)
		if err != nil {
			return err
		}
		if id != 0 {
			return t.readUpTo(conv, id, mark, out)
		}
	}
	if !t.backwards {
		return nil
	}
	a := Amend{Direction: chat.In}
	if !mark.Mine {
		return t.wait(mark.Conv, mark.ID, pendingRead, &a, t.number())
	}
	a.Direction = chat.Out // two names, of which one will never come
	if err := t.wait(mark.Conv, mark.ID, pendingRead, &a, t.number()); err != nil {
		return err
	}
	return t.wait(mark.Conv, archiveName+mark.ID, pendingRead, &a, t.number())
}

// seen finds the message that a mark names.
func (t *tx) seen(conv int64, mark ReadMark) (int64, error) {
	if !mark.Mine {
		return t.resolve(conv, chat.Out, mark.ID)
	}
	for _, side := range []chat.Direction{chat.In, chat.Out} {
		id, err := optional64(t.row(`SELECT id FROM message INDEXED BY message_archive
			WHERE conv = ? AND direction = ? AND archive = 0 AND archive_id = ?`, conv, side, mark.ID))
		if err != nil || id != 0 {
			return id, err
		}
		if id, err = t.resolve(conv, side, archiveName+mark.ID); err != nil || id != 0 {
			return id, err
		}
	}
	return t.resolve(conv, chat.In, mark.ID)
}

// readUpTo marks messages up to one as read and remembers how far: what an archive
// puts before it has been read as well.
func (t *tx) readUpTo(conv, id int64, mark ReadMark, out *Outcome) error {
	var ord, had int64
	query := `SELECT (SELECT ord FROM message WHERE id = ?1),
		(SELECT m.ord FROM conversation c CROSS JOIN message m ON m.id = c.read_out WHERE c.id = ?2)`
	if mark.Mine {
		query = `SELECT (SELECT ord FROM message WHERE id = ?1),
			(SELECT m.ord FROM conversation c CROSS JOIN message m ON m.id = c.read_in WHERE c.id = ?2)`
	}
	if err := t.row(query, id, conv).Scan(&ord, &had); err != nil || ord <= had {
		return err
	}
	if mark.Mine {
		if _, err := t.exec(`UPDATE conversation SET read_in = ? WHERE id = ?`, id, conv); err != nil {
			return err
		}
		n, err := t.exec(`UPDATE message INDEXED BY message_unread SET status = 3
			WHERE conv = ? AND direction = 0 AND status < 3 AND ord <= ?`, conv, ord)
		if err != nil || n == 0 {
			return err
		}
		out.Read = append(out.Read, mark.Conv)
		return t.refresh(conv)
	}
	if _, err := t.exec(`UPDATE conversation SET read_out = ? WHERE id = ?`, id, conv); err != nil {
		return err
	}
	// What waits to be sent below it has not been seen, but the message itself has. A text in
	// OTR without a receipt may have been lost on the way, where others have one.
	var receipts bool
	if err := t.row(`SELECT EXISTS (SELECT 1 FROM message INDEXED BY message_place WHERE conv = ? AND ord > ? AND ord <= ? AND direction = 1
		AND encryption = ? AND status = 2)`, conv, had, ord, chat.EncryptionOTR).Scan(&receipts); err != nil {
		return err
	}
	seen, err := collect(t.query(noCtx, `UPDATE message INDEXED BY message_place SET status = 3, error = iif(kind = 3, error, ''), error_text = '', stanza = NULL
		WHERE conv = ?1 AND ord > ?2 AND ord <= ?3 AND direction = 1 AND retracted = 0
		AND (status = 2 OR status = 1 AND NOT (?6 AND encryption = ?5) OR id = ?4 AND status <> 3) RETURNING id`, conv, had, ord, id, chat.EncryptionOTR, receipts), scanID)
	for _, s := range seen {
		out.Statuses = append(out.Statuses, StatusChanged{ID: chat.MsgID(s), Conv: mark.Conv, Status: chat.Read})
	}
	return err
}

// Names are the ids by which others know a message; "" for those that it has not.
type Names struct {
	OriginID  string // given by its sender (XEP-0359)
	MessageID string // the stanza's id attribute
	StanzaID  string // given by the account's own archive
}

// Name is what an answer, a reaction or a correction calls the message.
func (n Names) Name() string {
	if n.OriginID != "" {
		return n.OriginID
	}
	return n.MessageID
}

// Names returns the ids of a message. CodeNotFound: there is none.
func (db *DB) Names(ctx context.Context, id chat.MsgID) (n Names, err error) {
	err = db.read(ctx, "read message", func(c *conn) error {
		n, err = scanNames(c.row(`SELECT origin_id, coalesce(message_id, origin_id), iif(archive = 0, archive_id, NULL)
			FROM message WHERE id = ?`, int64(id)))
		if errors.Is(err, errNoRow) {
			return wrong("read message", chat.CodeNotFound)
		}
		return err
	})
	return n, err
}

func scanNames(row scanner) (n Names, err error) {
	err = row.Scan(&n.OriginID, &n.MessageID, &n.StanzaID)
	return n, err
}

func optionalText(row scanner) (s string, err error) {
	if s, err = scanText(row); errors.Is(err, errNoRow) {
		err = nil
	}
	return s, err
}
