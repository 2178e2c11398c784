// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
)

const (
	// firstID is the id of a profile's first message. Arrivals count up from
	// it; what an archive adds from before may count down, so that the search
	// index, which runs through ids downwards, meets newer messages first.
	firstID = 1 << 32
	// firstOrd and ordStep: see message.ord in the first migration.
	firstOrd = 1 << 40
	ordStep  = 1 << 20
)

const lastIDQuery = `SELECT max(` +
	`coalesce((SELECT max(id) FROM message), 0), ` +
	`coalesce((SELECT value FROM counter WHERE name = 'message'), 0), 4294967295)`

// messageColumns are what nullMessage reads.
const messageColumns = `m.id, m.ord, m.resource, m.direction, m.kind, m.body, m.time,
	m.status, m.error, m.error_text, m.encryption, m.archive_id, m.origin_id, m.edited`

// selectMessage begins every query for messages; fromMessage goes on with it.
const (
	selectMessage = `SELECT a.address, c.peer, ` + messageColumns
	fromMessage   = ` FROM message m JOIN conversation c ON c.id = m.conv JOIN account a ON a.id = c.account AND a.removed = 0 `
)

func scanMessage(row scanner) (chat.Message, error) {
	var account, peer string
	var n nullMessage
	if err := row.Scan(append([]any{&account, &peer}, n.dest()...)...); err != nil {
		return chat.Message{}, err
	}
	conv, err := convID(account, peer)
	if err != nil {
		return chat.Message{}, err
	}
	return n.message(conv), nil
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

// Messages returns the messages with these ids that exist, in the order of ids.
func (db *DB) Messages(ctx context.Context, ids []chat.MsgID) ([]chat.Message, error) {
	all := make([]chat.Message, 0, len(ids))
	err := db.read(ctx, "read messages", func(ctx context.Context, q *sql.Conn) error {
		stmt, err := q.PrepareContext(ctx, selectMessage+fromMessage+`WHERE m.id = ?`)
		if err != nil {
			return err
		}
		defer func() { _ = stmt.Close() }()
		for _, id := range ids {
			switch m, err := scanMessage(stmt.QueryRowContext(ctx, int64(id))); {
			case errors.Is(err, sql.ErrNoRows):
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

// collect scans all rows with scan.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// optional is NULL for "".
func optional(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// nullMessage reads a message of a join that may find none.
type nullMessage struct {
	id, ord, direction, kind, time, status, encryption        sql.NullInt64
	resource, body, errorCode, errorText, archiveID, originID sql.NullString
	edited                                                    sql.NullBool
}

func (n *nullMessage) dest() []any {
	return []any{
		&n.id, &n.ord, &n.resource, &n.direction, &n.kind, &n.body, &n.time, &n.status,
		&n.errorCode, &n.errorText, &n.encryption, &n.archiveID, &n.originID, &n.edited,
	}
}

// message returns the message, the zero value for none.
func (n *nullMessage) message(conv chat.ConvID) chat.Message {
	if !n.id.Valid {
		return chat.Message{}
	}
	m := chat.Message{
		ID: chat.MsgID(n.id.Int64), Conv: conv, Cursor: chat.Cursor(n.ord.Int64),
		From: conv.Peer, Direction: chat.Direction(n.direction.Int64), Kind: chat.MessageKind(n.kind.Int64),
		Body: n.body.String, Time: fromMicro(n.time.Int64), Status: chat.Status(n.status.Int64),
		Error: chat.Code(n.errorCode.String), ErrorText: n.errorText.String,
		Encryption: chat.Encryption(n.encryption.Int64),
		StanzaID:   n.archiveID.String, OriginID: n.originID.String, Edited: n.edited.Bool,
	}
	if m.Direction == chat.Out {
		m.From = conv.Account
	}
	m.From.Resource = n.resource.String
	return m
}
