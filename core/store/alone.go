// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"math"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// A correction whose message is nowhere is a message of its own, edited: its words are
// all that there is (XEP-0308 gives no rule; who does not know corrections shows them so).
// The row stands in the place of that message, under its name. So whatever is said of that
// message finds it, and the message itself, should it come after all, is that row already.

// aloneName begins the name of a row that has only a correction's text.
const aloneName = "\x01alone "

// Alone is a row that ShowAlone made.
type Alone struct {
	Conv  chat.ConvID
	ID    chat.MsgID
	Moved bool // the cursors that others hold of its conversation are no longer right
}

// What others send must not keep the database from everything else.
const (
	aloneAtOnce = 16 // corrections that one transaction looks at
	maxPlaced   = 64 // rows of one conversation for which room is made where their time belongs
)

// ShowAlone makes messages of the account's corrections that wait for one that does not
// come: nothing of its archive is missing any more, or they came before since, and may
// wait for an archive that never gives it. They stand where their time belongs. It looks
// at a few of those behind after, 0 for the first: next is not 0 where it is to be called
// again, with that.
func (db *DB) ShowAlone(ctx context.Context, account chat.Address, after int64, since time.Time) (all []Alone, next int64, err error) {
	err = db.write(ctx, "store corrections", func(t *tx) error {
		all, next = nil, 0
		id, err := t.account(account)
		if err != nil {
			return err
		}
		missing, err := t.missing(id)
		if err != nil {
			return err
		}
		until := int64(math.MaxInt64)
		if missing {
			until = since.UnixMicro()
		}
		// Of several for one message the first: the others go with it.
		wait, err := collect(t.query(noCtx, `SELECT id, peer, target, direction FROM pending NOT INDEXED
			WHERE id > ?3 AND account = ?1 AND kind = ?2 AND held = 0 AND stored < ?5 AND NOT EXISTS (SELECT 1 FROM pending e INDEXED BY pending_target
				WHERE e.account = ?1 AND e.peer = pending.peer AND e.target = pending.target AND e.id < pending.id
				AND e.kind = ?2 AND e.direction = pending.direction AND e.held = 0)
			ORDER BY id LIMIT ?4`, id, AmendReplace, after, aloneAtOnce, until), func(row scanner) (c correction, err error) {
			var peer string
			if err := row.Scan(&c.id, &peer, &c.target, &c.side); err != nil {
				return c, err
			}
			c.conv, err = convID(account.Bare().String(), peer)
			return c, err
		})
		if err != nil {
			return err
		}
		for _, c := range wait {
			c.late = true
			row, err := t.showAlone(c, &Outcome{})
			if err != nil {
				return err
			}
			if row.ID != 0 {
				all = append(all, row)
			}
		}
		if len(wait) == aloneAtOnce {
			next = wait[len(wait)-1].id
		}
		return t.keepCounter()
	})
	if err != nil {
		return nil, 0, err
	}
	return all, next, nil
}

// missing says whether something of the account's archive has not come.
func (t *tx) missing(account int64) (missing bool, err error) {
	err = t.row(`SELECT EXISTS (SELECT 1 FROM gap INDEXED BY gap_account WHERE account = ?)`, account).Scan(&missing)
	return missing, err
}

// correction names what waits for a message.
type correction struct {
	id     int64 // of the news, where it has waited
	conv   chat.ConvID
	target string
	side   chat.Direction
	late   bool // out of an archive: it does not belong at the end
}

// aloneNow makes messages of the corrections of a batch that have just come.
func (t *tx) aloneNow(account chat.Address, all []Amend, out *Outcome) error {
	if t.backwards {
		return nil
	}
	for i := range all {
		a, res := &all[i], &out.Amended[i]
		if !res.Kept || a.Held || a.Kind != AmendReplace || res.Errand != 0 {
			continue
		}
		id, err := t.account(account)
		if err != nil {
			return err
		}
		if missing, err := t.missing(id); err != nil || missing {
			return err
		}
		row, err := t.showAlone(correction{conv: a.Conv, target: a.Target, side: a.Direction}, out)
		if err != nil {
			return err
		}
		res.ID, res.Changed, res.Kept = row.ID, row.ID != 0, row.ID == 0
	}
	return nil
}

// showAlone makes a row of what waits for a message; its ID is 0 if there is nothing to show.
func (t *tx) showAlone(c correction, out *Outcome) (row Alone, err error) {
	account, err := t.account(c.conv.Account)
	if err != nil {
		return Alone{}, err
	}
	peer := c.conv.Peer.String()
	all, err := collect(t.query(noCtx, `SELECT `+newsColumns+`
		FROM pending INDEXED BY pending_target WHERE account = ? AND peer = ? AND target = ? AND direction = ? AND held = 0 ORDER BY id`,
		account, peer, c.target, c.side), scanNews)
	if err != nil {
		return Alone{}, err
	}
	var first, last *Amend // the first says when, the last what
	for i := range all {
		switch a := &all[i].amend; {
		case a.Kind == AmendRetract:
			return Alone{}, nil
		case a.Kind != AmendReplace:
		case first == nil:
			first, last = a, a
		case a.Encryption != chat.EncryptionNone || last.Encryption == chat.EncryptionNone:
			last = a
		}
	}
	if first == nil {
		return Alone{}, nil
	}
	var gone bool // the person has deleted it
	err = t.row(`SELECT EXISTS (SELECT 1 FROM gone WHERE account = ?1 AND peer = ?2
		AND (direction = ?3 AND name IN (?4, ?5) OR ?6 AND direction = 0 AND name = ?7))`,
		account, peer, c.side, goneOrigin+c.target, goneStanza+c.target, c.late, goneAll).Scan(&gone)
	if err != nil || gone {
		return Alone{}, err
	}
	conv, _, err := t.ensure(c.conv, first.Time)
	if err != nil {
		return Alone{}, err
	}
	if other, err := t.resolve(conv, 1-c.side, c.target); err != nil || other != 0 { // it is known, and somebody else's
		return Alone{}, err
	}
	r := messageRow{
		conv: conv, direction: c.side, kind: chat.KindText, body: last.Body, time: first.Time, status: chat.Delivered, resource: first.Resource,
		encryption: last.Encryption, originID: c.target, key: last.key, unstyled: last.Unstyled,
	}
	if c.side == chat.Out {
		r.status = chat.Sent
	}
	row.Conv = c.conv
	if err := t.insertAlone(&r, &row, c.late); err != nil {
		return Alone{}, err
	}
	id := int64(row.ID)
	if _, err := t.exec(`INSERT INTO alias (conv, direction, name, message, number) VALUES (?, ?, ?, ?, 0)`,
		conv, c.side, aloneName+row.ID.String(), id); err != nil {
		return Alone{}, err
	}
	t.arrived = append(t.arrived, arrival{id: id, conv: c.conv, names: []string{c.target}})
	return row, t.catchUp(out)
}

// insertAlone puts a row at the end of its conversation, or where its time belongs. Where
// there is no room, and many such rows have come, it is the end, too.
func (t *tx) insertAlone(r *messageRow, row *Alone, late bool) (err error) {
	var above int64
	if late {
		above, err = t.halve(r.conv, func(_, micro int64) bool { return micro > r.time.UnixMicro() })
	}
	if err != nil {
		return err
	}
	if above == 0 { // it is the last
		row.ID, err = t.insert(r)
		return err
	}
	if r.direction == chat.In {
		read, err := t.readAbove(r.conv, above)
		if err != nil {
			return err
		}
		if read {
			r.status = chat.Read
		}
	}
	ord, err := t.below(r.conv, above)
	if err == nil && ord == 0 {
		var many bool
		err = t.row(`SELECT EXISTS (SELECT 1 FROM alias WHERE conv = ?1 AND direction = ?2 AND name >= ?3 AND name < ?4
			ORDER BY name LIMIT 1 OFFSET ?5)`, r.conv, r.direction, aloneName, aloneName+"~", maxPlaced-1).Scan(&many)
		switch {
		case err != nil:
		case many:
			row.ID, err = t.insert(r)
			return err
		default:
			row.Moved = true
			if above, err = t.spread(r.conv, above); err == nil {
				ord, err = t.below(r.conv, above)
			}
		}
	}
	if err != nil {
		return err
	}
	id := t.nextID()
	if err := t.put(id, ord, r); err != nil {
		return err
	}
	row.ID = chat.MsgID(id)
	return t.refresh(r.conv)
}

// below is the place between a row and the one below that leaves the most room, 0 for none.
func (t *tx) below(conv, above int64) (int64, error) {
	under, err := t.under(conv, above)
	switch {
	case err != nil || above-under < 2:
		return 0, err
	case under == 0:
		return max(1, above-olderStep), nil
	}
	return under + (above-under)/2, nil
}

// readAbove says whether what came in at a place, or above, has been read: below the first
// that has not been, where there is one.
func (t *tx) readAbove(conv, from int64) (read bool, err error) {
	err = t.row(`SELECT EXISTS (SELECT 1 FROM message INDEXED BY message_place WHERE conv = ?1 AND ord >= ?2
		AND ord < coalesce((SELECT ord FROM message INDEXED BY message_unread WHERE conv = ?1 AND direction = 0 AND status < 3 AND ord >= ?2 ORDER BY ord LIMIT 1), ?3)
		AND direction = 0 AND status = 3 AND kind NOT IN (2, 4))`, conv, from, int64(math.MaxInt64)).Scan(&read)
	return read, err
}

// original says which row a message is that comes under the name of one that is here: 0
// if all that was here is a correction that it would not have taken. That stays, for itself.
func (t *tx) original(id chat.MsgID, r *messageRow) (chat.MsgID, error) {
	if r.encryption == chat.EncryptionNone {
		return id, nil
	}
	n, err := t.exec(`UPDATE message SET origin_id = NULL WHERE id = ?1 AND encryption = 0 AND EXISTS (SELECT 1 FROM alias a
		WHERE a.conv = message.conv AND a.direction = message.direction AND a.name = ?2)`, int64(id), aloneName+id.String())
	if n > 0 {
		id = 0
	}
	return id, err
}

// findAlone finds the correction that stands for a message under the id of its stanza.
// Some programs count those from 1 at each start: a message is older than its correction.
func (t *tx) findAlone(r *messageRow) (chat.MsgID, error) {
	id, err := findMessage(t.row(`SELECT m.id FROM message m INDEXED BY message_origin CROSS JOIN alias a ON a.conv = m.conv AND a.direction = m.direction
		AND a.name = ?4 || m.id WHERE m.conv = ?1 AND m.direction = ?2 AND m.origin_id = ?3 AND m.time >= ?5
		AND (?6 IS NULL OR m.archive_id IS NULL OR m.archive <> ?7 OR m.archive_id = ?6)`,
		r.conv, r.direction, r.messageID, aloneName, r.time.UnixMicro(), optional(r.archiveID), r.archive))
	if err != nil || id == 0 {
		return 0, err
	}
	if id, err = t.original(id, r); err != nil || id == 0 || r.originID == "" {
		return id, err
	}
	return id, t.named(int64(id), r)
}

// named gives such a row the names of its message, now that these are known.
func (t *tx) named(id int64, r *messageRow) error {
	if _, err := t.exec(`UPDATE message SET origin_id = ?, message_id = ? WHERE id = ?`, r.originID, r.messageID, id); err != nil {
		return err
	}
	var account, peer string
	err := t.row(`SELECT a.address, c.peer FROM conversation c CROSS JOIN account a ON a.id = c.account WHERE c.id = ?`, r.conv).Scan(&account, &peer)
	if err != nil {
		return err
	}
	conv, err := convID(account, peer)
	t.arrived = append(t.arrived, arrival{id: id, conv: conv, names: r.names()})
	return err
}
