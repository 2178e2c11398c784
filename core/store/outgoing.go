// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/crash"
)

// AddOutgoing is Queue for a text.
func (db *DB) AddOutgoing(ctx context.Context, conv chat.ConvID, body string, at time.Time, originID string) (m chat.Message, fresh bool, err error) {
	return db.Queue(ctx, Outgoing{Conv: conv, Body: body, Time: at, OriginID: originID})
}

// Queue stores a message that the person sends, Queued, at the end of the
// conversation: Conv, Body, OriginID, Time, ReplyTo, Markable and Encryption of o. A second
// call with the same OriginID in the same conversation stores nothing and returns
// the message of the first, with fresh false.
func (db *DB) Queue(ctx context.Context, o Outgoing) (m chat.Message, fresh bool, err error) {
	if o.OriginID == "" {
		return chat.Message{}, false, &chat.Error{Kind: chat.Bug, Op: "store message", Code: chat.CodeEmpty}
	}
	err = db.write(ctx, "store message", func(t *tx) error {
		id, _, err := t.ensure(o.Conv, o.Time)
		if err != nil {
			return err
		}
		msg, err := findMessage(t.row(byOriginQuery, id, o.OriginID))
		if err != nil {
			return err
		}
		if msg == 0 {
			fresh = true
			r := messageRow{
				conv: id, direction: chat.Out, body: o.Body, time: o.Time, originID: o.OriginID,
				replyTo: o.ReplyTo, markable: o.Markable, wanted: o.Encryption,
			}
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

const (
	byOriginQuery = `SELECT id FROM message INDEXED BY message_origin WHERE conv = ? AND direction = 1 AND origin_id = ?`
	byStanzaQuery = `SELECT id FROM message INDEXED BY message_stanza WHERE conv = ? AND direction = 1 AND message_id = ?
		ORDER BY id DESC LIMIT 1`
)

// Outbox returns what of the account waits to be sent, messages and errands, in
// the order in which they were stored.
func (db *DB) Outbox(ctx context.Context, account chat.Address) ([]Outgoing, error) {
	return list(ctx, db, "read outbox", scanOutgoing,
		`SELECT m.id, a.address, c.peer, m.body, m.origin_id, m.time, m.stanza, m.reply_to, m.markable, m.wanted, m.encryption, 0, NULL, NULL, NULL, NULL`+
			` FROM account a CROSS JOIN conversation c ON c.account = a.id`+
			` CROSS JOIN message m INDEXED BY message_outbox ON m.conv = c.id AND m.direction = 1 AND m.status = 0`+
			` WHERE a.address = ?1 AND a.removed = 0 UNION ALL `+selectErrand+` WHERE a.address = ?1 AND a.removed = 0 AND e.failed = 0 ORDER BY 1`,
		account.Bare().String())
}

// errandColumns are what a row of the outbox has from an errand, after its stanza.
const errandColumns = `NULL, 0, e.wanted, e.sealed, e.kind, e.message, e.target, e.emoji,
	coalesce((SELECT encryption FROM message WHERE id = e.message), e.under)`

// selectErrand reads errands like rows of the outbox.
const selectErrand = `SELECT e.id, a.address, c.peer, e.body, e.origin_id, e.time, e.stanza, ` + errandColumns +
	` FROM account a CROSS JOIN conversation c ON c.account = a.id CROSS JOIN errand e ON e.conv = c.id`

func scanOutgoing(row scanner) (o Outgoing, err error) {
	var account, peer, emoji string
	var micro int64
	err = row.Scan(&o.ID, &account, &peer, &o.Body, &o.OriginID, &micro, &o.Stanza, &o.ReplyTo, &o.Markable,
		&o.Encryption, &o.Sealed, &o.Errand, &o.Message, &o.Target, &emoji, &o.Under)
	if err != nil {
		return Outgoing{}, err
	}
	o.Time = fromMicro(micro)
	if o.Conv, err = convID(account, peer); err != nil {
		return Outgoing{}, err
	}
	return o, fromJSON(emoji, &o.Emoji)
}

// SaveStanza keeps the finished bytes of a Queued message, so that sending it
// again sends the same. They are dropped once the server has the message.
func (db *DB) SaveStanza(ctx context.Context, id chat.MsgID, stanza []byte) error {
	return db.write(ctx, "store stanza", func(t *tx) error {
		n, err := t.saveStanza(&Outgoing{ID: id, Stanza: stanza})
		if err == nil && n == 0 {
			err = wrong("store stanza", chat.CodeNotFound)
		}
		return err
	})
}

// SetWanted changes how the person wants a message to travel that is Queued and not
// sealed yet, or has Failed: that one is sealed anew by the next try. CodeNotFound:
// there is no such message.
func (db *DB) SetWanted(ctx context.Context, id chat.MsgID, choice chat.EncryptionChoice) error {
	return db.write(ctx, "store message", func(t *tx) error {
		n, err := t.exec(`UPDATE message SET wanted = ?, stanza = NULL, encryption = 0, key = NULL
			WHERE id = ? AND direction = 1 AND (status = 0 AND stanza IS NULL OR status = 4)`, choice, int64(id))
		if err == nil && n == 0 {
			err = wrong("store message", chat.CodeNotFound)
		}
		return err
	})
}

// refusedName begins the name of a message that was refused and is sent again: an
// archive may have it from the first time. Nobody else can write such a name.
const refusedName = "\x01refused "

// Retry queues a Failed message again, and the errands for a message that have
// failed, and returns the message as it is then. One that is not Failed stays as it
// is. CodeNotFound: no such outgoing message, and no such errand.
func (db *DB) Retry(ctx context.Context, id chat.MsgID) (m chat.Message, err error) {
	err = db.write(ctx, "retry message", func(t *tx) error {
		_, err := t.exec(`INSERT INTO alias (conv, direction, name, message, number)
			SELECT conv, 1, ?2 || id, id, 0 FROM message WHERE id = ?1 AND direction = 1 AND status = 4 AND error <> ?3
			ON CONFLICT DO NOTHING`, id, refusedName, chat.CodeStreamError)
		if err != nil {
			return err
		}
		// It was not sent, or refused: whether it arrives from now on is asked anew.
		_, err = t.exec(`UPDATE message SET status = 0, error = '', error_text = '', marked = ?2,
			mark = (SELECT a.archive_top FROM conversation c CROSS JOIN account a ON a.id = c.account WHERE c.id = message.conv)
			WHERE id = ?1 AND direction = 1 AND status = 4`, id, t.db.nextID-1)
		if err != nil {
			return err
		}
		errands, err := t.retryErrands(int64(id))
		if err != nil {
			return err
		}
		m, err = readMessage(t.conn, id)
		if errors.Is(err, errNoRow) || err == nil && m.Direction != chat.Out && !errands {
			return wrong("retry message", chat.CodeNotFound)
		}
		return err
	})
	if err != nil {
		return chat.Message{}, err
	}
	return m, nil
}
