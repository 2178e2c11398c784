// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Keeping is what is stored of messages that only an archive gives; the zero value is
// all of them.
type Keeping struct {
	// Since leaves out what was said before and is nothing new: what was there before this
	// computer knew the account, and what somebody finds by scrolling up.
	Since time.Time
	// NoOwn leaves out what our other devices have sent.
	NoOwn bool
}

// Keep says what is stored from now on. Any goroutine.
func (db *DB) Keep(k Keeping) { db.keeping.Store(&k) }

// leavesOut says whether a message that is not here yet is not to be stored.
func (k *Keeping) leavesOut(r *messageRow, seen bool) bool {
	return k != nil && (seen && r.time.Before(k.Since) || k.NoOwn && r.direction == chat.Out)
}

// Forget deletes the messages that were sent before a time, zero for all, for ever: an
// archive does not bring them back as news. What waits to be sent stays, and so does
// what nobody has read. With all of them go the drafts. It returns the conversations from
// which something went. A message takes about 100 µs; if ctx ends it, what was deleted is.
func (db *DB) Forget(ctx context.Context, before time.Time) (from []chat.ConvID, err error) {
	const op = "forget messages"
	var all []peerOfAccount
	err = db.read(ctx, op, func(c *conn) (err error) {
		all, err = collect(c.query(ctx, `SELECT c.id, a.address, c.peer FROM conversation c JOIN account a ON a.id = c.account AND a.removed = 0`), scanPeerOfAccount)
		return err
	})
	for _, conv := range all {
		if err != nil {
			break
		}
		some := false
		if some, err = db.forgetIn(ctx, op, conv.id, before); some {
			from = append(from, conv.name)
		}
	}
	if err == nil {
		err = db.write(ctx, op, func(t *tx) error { return t.forgetBeside(before) })
	}
	return from, err
}

// forgetBeside deletes the texts that are no messages: news of messages that are not
// here and, with all of them, drafts.
func (t *tx) forgetBeside(before time.Time) error {
	if !before.IsZero() {
		_, err := t.exec(`DELETE FROM pending WHERE stored < ?`, before.UnixMicro())
		return err
	}
	for _, query := range []string{`DELETE FROM pending`, `UPDATE conversation SET draft = '' WHERE draft != ''`} {
		if _, err := t.exec(query); err != nil {
			return err
		}
	}
	return t.emptyIndex()
}

type peerOfAccount struct {
	id   int64
	name chat.ConvID
}

func scanPeerOfAccount(row scanner) (p peerOfAccount, err error) {
	var account, peer string
	if err = row.Scan(&p.id, &account, &peer); err == nil {
		p.name, err = convID(account, peer)
	}
	return p, err
}

// oldRow is a message that may go.
type oldRow struct {
	id, ord   int64
	kind      chat.MessageKind
	body      string
	direction chat.Direction
	status    chat.Status
	micro     int64
}

// stays says whether the message is not done with.
func (r *oldRow) stays() bool {
	return r.kind == chat.KindGap || r.direction == chat.Out && r.status == chat.Queued || r.direction == chat.In && r.status < chat.Read
}

// forgetIn goes through a conversation from its beginning, a batch a transaction, until
// one has nothing that is old enough: the order is that of time but for a few.
func (db *DB) forgetIn(ctx context.Context, op string, conv int64, before time.Time) (some bool, err error) {
	for above, more := int64(0), true; more && err == nil; {
		err = db.write(ctx, op, func(t *tx) error {
			rows, err := collect(t.query(ctx, `SELECT id, ord, kind, iif(kind = 3, '', body), direction, status, time FROM message INDEXED BY message_place
				WHERE conv = ? AND ord > ? ORDER BY ord LIMIT ?`, conv, above, removeBatch), func(row scanner) (r oldRow, err error) {
				err = row.Scan(&r.id, &r.ord, &r.kind, &r.body, &r.direction, &r.status, &r.micro)
				return r, err
			})
			if err != nil {
				return err
			}
			old, gone := 0, 0
			edge, known, err := t.archiveEdge(conv)
			if err != nil {
				return err
			}
			for i := range rows {
				r := &rows[i]
				above = r.ord
				if !before.IsZero() && r.micro >= before.UnixMicro() {
					continue
				}
				if old++; r.stays() {
					continue
				}
				if known && edge.over(r.ord, r.micro) {
					if err := t.bury(`m.id = ?`, r.id); err != nil {
						return err
					}
				}
				if gone == 0 {
					if err := t.keepCounter(); err != nil {
						return err
					}
				}
				gone++
				if err := t.remove(r.id, conv, r.kind, r.body); err != nil {
					return err
				}
			}
			more = len(rows) == removeBatch && old > 0
			if gone == 0 {
				return nil
			}
			some = true
			return t.refresh(conv)
		})
	}
	return some, err
}
