// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
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
			if err := t.refresh(id); err != nil {
				return err
			}
		}
		m, err = t.message(msg)
		return err
	})
	if err != nil {
		return chat.Message{}, false, err
	}
	return m, fresh, nil
}

const byOriginQuery = `SELECT id FROM message WHERE conv = ? AND direction = 1 AND origin_id = ?`

func (t *tx) message(id chat.MsgID) (chat.Message, error) {
	return scanMessage(t.row(selectMessage+fromMessage+`WHERE m.id = ?`, int64(id)))
}

// Outbox returns the account's messages that wait to be sent, in the order in
// which they were stored.
func (db *DB) Outbox(ctx context.Context, account chat.Address) ([]Outgoing, error) {
	var all []Outgoing
	err := db.read(ctx, "read outbox", func(ctx context.Context, q *sql.Conn) error {
		rows, err := q.QueryContext(ctx, `SELECT m.id, a.address, c.peer, m.body, m.origin_id, m.time, m.stanza`+
			` FROM account a CROSS JOIN conversation c ON c.account = a.id`+
			` CROSS JOIN message m INDEXED BY message_outbox ON m.conv = c.id AND m.direction = 1 AND m.status = 0`+
			` WHERE a.address = ? AND a.removed = 0 ORDER BY m.id`, account.Bare().String())
		all, err = collect(rows, err, scanOutgoing)
		return err
	})
	return all, err
}

func scanOutgoing(row scanner) (Outgoing, error) {
	var o Outgoing
	var account, peer string
	var origin sql.NullString
	var micro int64
	err := row.Scan(&o.ID, &account, &peer, &o.Body, &origin, &micro, &o.Stanza)
	if err != nil {
		return Outgoing{}, err
	}
	o.OriginID, o.Time = origin.String, fromMicro(micro)
	o.Conv, err = convID(account, peer)
	return o, err
}

// SaveStanza keeps the finished bytes of a Queued message, so that sending it
// again sends the same. They are dropped once the server has the message.
func (db *DB) SaveStanza(ctx context.Context, id chat.MsgID, stanza []byte) error {
	return db.write(ctx, "store stanza", func(t *tx) error {
		n, err := t.exec(`UPDATE message SET stanza = ? WHERE id = ? AND direction = 1 AND status = 0`, stanza, int64(id))
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
		_, err := t.exec(`UPDATE message SET status = 0, error = '', error_text = ''
			WHERE id = ? AND direction = 1 AND status = 4`, int64(id))
		if err != nil {
			return err
		}
		m, err = t.message(id)
		if errors.Is(err, sql.ErrNoRows) || err == nil && m.Direction != chat.Out {
			return wrong("retry message", chat.CodeNotFound)
		}
		return err
	})
	if err != nil {
		return chat.Message{}, err
	}
	return m, nil
}
