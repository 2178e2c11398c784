// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/crash"
)

// AddOutgoing stores what the person sends, Queued, at the end of the
// conversation. A second call with the same originID in the same conversation
// stores nothing and returns the message of the first, with fresh false.
func (db *DB) AddOutgoing(ctx context.Context, conv chat.ConvID, body string, at time.Time, originID string) (m chat.Message, fresh bool, err error) {
	if originID == "" {
		return chat.Message{}, false, &chat.Error{Kind: chat.Bug, Op: "store message", Code: chat.CodeEmpty}
	}
	err = db.write(ctx, "store message", func(t *tx) error {
		id, _, err := t.ensure(conv, at)
		if err != nil {
			return err
		}
		msg, err := findMessage(t.row(byOriginQuery, id, originID))
		if err != nil {
			return err
		}
		if msg == 0 {
			fresh = true
			r := messageRow{conv: id, direction: chat.Out, body: body, time: at, originID: originID}
			if msg, err = t.insert(&r); err != nil {
				return err
			}
		}
		m, err = readMessage(t.conn, msg)
		crash.At("outgoing-before-commit")
		return err
	})
	if err != nil {
		return chat.Message{}, false, err
	}
	crash.At("outgoing-after-commit")
	return m, fresh, nil
}

const byOriginQuery = `SELECT id FROM message INDEXED BY message_origin WHERE conv = ? AND direction = 1 AND origin_id = ?`

// Outbox returns the account's messages that wait to be sent, in the order in
// which they were stored.
func (db *DB) Outbox(ctx context.Context, account chat.Address) ([]Outgoing, error) {
	return list(ctx, db, "read outbox", scanOutgoing,
		`SELECT m.id, a.address, c.peer, m.body, m.origin_id, m.time, m.stanza`+
			` FROM account a CROSS JOIN conversation c ON c.account = a.id`+
			` CROSS JOIN message m INDEXED BY message_outbox ON m.conv = c.id AND m.direction = 1 AND m.status = 0`+
			` WHERE a.address = ? AND a.removed = 0 ORDER BY m.id`, account.Bare().String())
}

func scanOutgoing(row scanner) (o Outgoing, err error) {
	var account, peer string
	var micro int64
	if err := row.Scan(&o.ID, &account, &peer, &o.Body, &o.OriginID, &micro, &o.Stanza); err != nil {
		return Outgoing{}, err
	}
	o.Time = fromMicro(micro)
	o.Conv, err = convID(account, peer)
	return o, err
}

// SaveStanza keeps the finished bytes of a Queued message, so that sending it
// again sends the same. They are dropped once the server has the message.
func (db *DB) SaveStanza(ctx context.Context, id chat.MsgID, stanza []byte) error {
	return db.write(ctx, "store stanza", func(t *tx) error {
		n, err := t.saveStanza(int64(id), stanza)
		if err == nil && n == 0 {
			err = wrong("store stanza", chat.CodeNotFound)
		}
		return err
	})
}

// Retry queues a Failed message again and returns it as it is then. One that is
// not Failed stays as it is. CodeNotFound: no such outgoing message.
func (db *DB) Retry(ctx context.Context, id chat.MsgID) (m chat.Message, err error) {
	err = db.write(ctx, "retry message", func(t *tx) error {
		// It was not sent, or refused: whether it arrives from now on is asked anew.
		_, err := t.exec(`UPDATE message SET status = 0, error = '', error_text = '', marked = ?2,
			mark = (SELECT a.archive_top FROM conversation c CROSS JOIN account a ON a.id = c.account WHERE c.id = message.conv)
			WHERE id = ?1 AND direction = 1 AND status = 4`, id, t.db.nextID-1)
		if err != nil {
			return err
		}
		m, err = readMessage(t.conn, id)
		if errors.Is(err, errNoRow) || err == nil && m.Direction != chat.Out {
			return wrong("retry message", chat.CodeNotFound)
		}
		return err
	})
	if err != nil {
		return chat.Message{}, err
	}
	return m, nil
}
