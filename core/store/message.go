// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
)

const (
	// firstOrd and ordStep: see message.ord in the first migration.
	firstOrd = 1 << 40
	ordStep  = 1 << 20
)

// lastIDQuery finds the highest id ever given. The first of a profile is 2^32:
// arrivals count up from it; what an archive adds from before may count down, so
// that a search, which runs through ids downwards, meets newer messages first.
const lastIDQuery = `SELECT max(` +
	`coalesce((SELECT max(id) FROM message), 0), ` +
	`coalesce((SELECT value FROM counter WHERE name = 'message'), 0), 4294967295)`

// lowestIDQuery finds the lowest id ever given, or the first that would be.
const lowestIDQuery = `SELECT min(` +
	`coalesce((SELECT min(id) FROM message), 4294967296), ` +
	`coalesce((SELECT value FROM counter WHERE name = 'older'), 4294967296), 4294967296)`

// messageColumns are what messageDest takes. The id that the other side's archive
// gave is for finding a message again; only ours is shown. Of what is held back the text
// leaves the table only with reveal and revealKey. A reply names a message by an id of
// its sender.
const messageColumns = `m.id, m.ord, m.resource, m.direction, m.kind, iif(m.kind = 3, '', m.body), m.time,
	m.status, m.error, m.error_text, m.encryption, iif(m.archive = 0, m.archive_id, NULL), m.origin_id, m.edited,
	m.retracted, m.unstyled, m.reactions, f.fingerprint, f.trust,
	f.trust = 1 AND m.direction = 0 AND (f.unlisted = 1 OR EXISTS (SELECT 1 FROM known_key v INDEXED BY known_key_name
		WHERE v.account = f.account AND v.owner = f.owner AND v.was_verified = 1)), m.reply_to, CASE WHEN m.reply_to IS NOT NULL THEN coalesce(
		(SELECT id FROM message INDEXED BY message_origin WHERE conv = m.conv AND direction = 0 AND origin_id = m.reply_to),
		(SELECT id FROM message INDEXED BY message_origin WHERE conv = m.conv AND direction = 1 AND origin_id = m.reply_to),
		(SELECT id FROM message INDEXED BY message_stanza WHERE conv = m.conv AND direction = 0 AND message_id = m.reply_to ORDER BY id DESC LIMIT 1),
		(SELECT id FROM message INDEXED BY message_stanza WHERE conv = m.conv AND direction = 1 AND message_id = m.reply_to ORDER BY id DESC LIMIT 1),
		(SELECT message FROM alias WHERE conv = m.conv AND direction = 0 AND name = m.reply_to),
		(SELECT message FROM alias WHERE conv = m.conv AND direction = 1 AND name = m.reply_to)) END`

// selectMessage begins every query for messages; fromMessage goes on with it.
// CROSS JOIN keeps SQLite from another order, in which it would sort all
// messages of a conversation for each page.
const (
	selectMessage = `SELECT a.address, c.peer, ` + messageColumns
	fromMessage   = ` FROM message m CROSS JOIN conversation c ON c.id = m.conv CROSS JOIN account a ON a.id = c.account AND a.removed = 0 ` + messageKey
)

// messageKey joins the key that a message names, for messageColumns.
const messageKey = ` LEFT JOIN known_key f ON f.id = m.key `

// rawMessage is what columns hold in another form than a chat.Message.
type rawMessage struct {
	micro     int64
	reactions string
}

// messageDest are the places for messageColumns; finishMessage completes the message.
func messageDest(m *chat.Message, raw *rawMessage) []any {
	return []any{
		&m.ID, &m.Cursor, &m.From.Resource, &m.Direction, &m.Kind, &m.Body, &raw.micro,
		&m.Status, &m.Error, &m.ErrorText, &m.Encryption, &m.StanzaID, &m.OriginID, &m.Edited,
		&m.Retracted, &m.Unstyled, &raw.reactions, &m.Fingerprint, &m.Trust, &m.Doubtful, &m.ReplyTo, &m.ReplyID,
	}
}

func finishMessage(m *chat.Message, conv chat.ConvID, raw *rawMessage) (err error) {
	side := conv.Peer
	if m.Direction == chat.Out {
		side = conv.Account
	}
	m.Conv, m.From, m.Time = conv, side.WithResource(m.From.Resource), fromMicro(raw.micro)
	m.Reactions, err = shownReactions(raw.reactions)
	return err
}

func scanMessage(row scanner) (m chat.Message, err error) {
	var account, peer string
	var raw rawMessage
	if err := row.Scan(append([]any{&account, &peer}, messageDest(&m, &raw)...)...); err != nil {
		return chat.Message{}, err
	}
	conv, err := convID(account, peer)
	if err != nil {
		return chat.Message{}, err
	}
	return m, finishMessage(&m, conv, &raw)
}

func convID(account, peer string) (chat.ConvID, error) {
	a, err := storedAddress(account)
	if err != nil {
		return chat.ConvID{}, err
	}
	p, err := storedAddress(peer)
	return chat.ConvID{Account: a, Peer: p}, err
}

// storedAddress reads an address that this package has written. What can not be
// read was written by nobody.
func storedAddress(s string) (chat.Address, error) {
	a, err := chat.ParseAddress(s)
	if err != nil {
		return chat.Address{}, &chat.Error{Kind: chat.Storage, Op: "read address", Code: chat.CodeDamaged}
	}
	return a, nil
}

func fromMicro(n int64) time.Time { return time.UnixMicro(n).UTC() }

// Message returns the message with an id, and whether there is one.
func (db *DB) Message(ctx context.Context, id chat.MsgID) (chat.Message, bool, error) {
	all, err := db.Messages(ctx, []chat.MsgID{id})
	if err != nil || len(all) == 0 {
		return chat.Message{}, false, err
	}
	return all[0], true, nil
}

// Sent returns the message of ours that has an origin-id in a conversation. false: there is
// none.
func (db *DB) Sent(ctx context.Context, conv chat.ConvID, originID string) (m chat.Message, found bool, err error) {
	err = db.read(ctx, "read message", func(c *conn) error {
		in, err := findConversation(c.row(findConversationQuery, conv.Account.String(), conv.Peer.String()))
		if err != nil || in == 0 {
			return err
		}
		id, err := findMessage(c.row(byOriginQuery, in, originID))
		if err != nil || id == 0 {
			return err
		}
		m, err = readMessage(c, id)
		found = err == nil
		return err
	})
	return m, found, err
}

// Messages returns the messages with these ids that exist, in the order of ids.
func (db *DB) Messages(ctx context.Context, ids []chat.MsgID) ([]chat.Message, error) {
	all := make([]chat.Message, 0, len(ids))
	err := db.read(ctx, "read messages", func(c *conn) error {
		for _, id := range ids {
			switch m, err := readMessage(c, id); {
			case errors.Is(err, errNoRow):
			case err != nil:
				return err
			default:
				all = append(all, m)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func readMessage(c *conn, id chat.MsgID) (chat.Message, error) {
	return scanMessage(c.row(selectMessage+fromMessage+`WHERE m.id = ?`, id))
}

// optional is NULL for "".
func optional(s string) any {
	if s == "" {
		return nil
	}
	return s
}
