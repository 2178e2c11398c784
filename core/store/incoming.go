// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/crash"
)

// sameStanza is how far apart in time two stanzas with one id can be and still
// be the same: some clients count their ids from 1 at each start.
const sameStanza = time.Hour

// AddIncoming is Receive for messages alone, which may be of several accounts.
func (db *DB) AddIncoming(ctx context.Context, in []Incoming) ([]Stored, error) {
	if len(in) == 0 {
		return nil, nil
	}
	stored := make([]Stored, len(in))
	err := db.write(ctx, "store messages", func(t *tx) error {
		for i := range in {
			if in[i].Keys != nil {
				if err := t.keyChanges(in[i].Conv.Account, []*KeyChanges{in[i].Keys}); err != nil {
					return err
				}
			}
			if err := t.addIncoming(&in[i], &stored[i]); err != nil {
				return err
			}
		}
		if err := t.catchUp(&Outcome{}); err != nil {
			return err
		}
		crash.At("incoming-before-commit")
		return nil
	})
	if err != nil {
		return nil, err
	}
	crash.At("incoming-after-commit")
	return stored, nil
}

func (t *tx) addIncoming(in *Incoming, out *Stored) error {
	conv, _, err := t.ensure(in.Conv, in.Time)
	if err != nil {
		return err
	}
	r, err := t.rowOf(in, conv)
	if err != nil {
		return err
	}
	if none, err := t.recognise(&r, out); err != nil || none {
		return err
	}
	if out.ID != 0 {
		return t.known(&r, out)
	}
	out.Fresh = true
	if out.ID, err = t.insert(&r); err != nil {
		return err
	}
	if err := t.noteRow(&r, out.ID); err != nil {
		return err
	}
	return t.awaited(int64(out.ID), in.Conv, &r)
}

// known brings a message that is stored up to what r, which is the same one, says.
func (t *tx) known(r *messageRow, out *Stored) error {
	confirms := r.direction == chat.Out && r.archiveID != "" && r.archive == 0
	if confirms {
		old, err := t.mayBeRefused(out.ID, r.archiveID)
		if err != nil {
			return err
		}
		confirms = !old
	}
	var err error
	if out.Changed, err = t.reveal(out.ID, r); err != nil {
		return err
	}
	if r.encryption == chat.EncryptionOTR && r.readable() {
		if out.Moved, err = t.follows(int64(out.ID), r, out.Changed); err != nil {
			return err
		}
	}
	if err := t.noteRow(r, out.ID); err != nil {
		return err
	}
	if err := t.learn(out.ID, r); err != nil || !confirms {
		return err
	}
	// So has what was given up because streams broke over it, and not because of an answer.
	n, err := t.exec(`UPDATE message SET status = 1, error = '', error_text = '', stanza = NULL
		WHERE id = ? AND direction = 1 AND (status = 0 OR status = 4 AND error = ?)`, out.ID, chat.CodeStreamError)
	out.Confirmed = n > 0
	return err
}

// rowOf is row with the key that the message names.
func (t *tx) rowOf(in *Incoming, conv int64) (r messageRow, err error) {
	if r, err = in.row(conv); err != nil {
		return r, err
	}
	if r.key, err = t.sender(in.Conv, in.Direction, in.Fingerprint); err != nil || in.Hash == nil {
		return r, err
	}
	r.hash = in.Hash
	r.account, err = t.account(in.Conv.Account)
	return r, err
}

// mayBeRefused says whether what our archive has may be an earlier try of a message,
// which was refused: it is the only one that is known.
func (t *tx) mayBeRefused(id chat.MsgID, archiveID string) (old bool, err error) {
	err = t.row(`SELECT EXISTS (SELECT 1 FROM message m CROSS JOIN alias a ON a.conv = m.conv AND a.direction = 1 AND a.name = ?2 || m.id
		WHERE m.id = ?1 AND (m.archive IS NULL OR m.archive <> 0 OR m.archive_id = ?3))`, id, refusedName, archiveID).Scan(&old)
	return old, err
}

// row makes a row of what came in. The sender must be the side that Direction
// names: who that is is all that the table keeps.
func (in *Incoming) row(conv int64) (messageRow, error) {
	side := in.Conv.Peer
	r := messageRow{
		conv: conv, direction: in.Direction, kind: in.Kind, body: in.Body, time: in.Time,
		status: chat.Delivered, err: in.Error, encryption: in.Encryption,
		resource: in.From.Resource, originID: in.OriginID, messageID: in.MessageID,
		replyTo: in.ReplyTo, markable: in.Markable, unstyled: in.Unstyled, resent: in.Resent,
	}
	switch {
	case in.Direction == chat.Out:
		side, r.status = in.Conv.Account, chat.Sent
	case in.Seen, hidden(in.Kind):
		r.status = chat.Read
	}
	if !in.From.IsZero() && in.From.Bare() != side {
		return messageRow{}, &chat.Error{Kind: chat.Bug, Op: "store messages", Code: chat.CodeAddress}
	}
	if r.messageID == r.originID {
		r.messageID = "" // said already
	}
	switch { // an id that another gave is no id: anybody can write one
	case in.StanzaID == "":
	case in.StanzaBy == in.Conv.Account:
		r.archiveID = in.StanzaID
	case in.StanzaBy == in.Conv.Peer:
		r.archive, r.archiveID = 1, in.StanzaID
	}
	return r, nil
}

// find returns the message that r is already, 0 for none.
func (t *tx) find(r *messageRow) (chat.MsgID, error) {
	if r.originID != "" {
		id, err := findMessage(t.row(`SELECT id FROM message INDEXED BY message_origin
			WHERE conv = ? AND direction = ? AND origin_id = ?`,
			r.conv, r.direction, r.originID))
		if err == nil && id != 0 {
			return t.original(id, r)
		}
		if err != nil {
			return 0, err
		}
	}
	if r.archiveID != "" {
		id, err := findMessage(t.row(`SELECT id FROM message INDEXED BY message_archive
			WHERE conv = ? AND direction = ? AND archive = ? AND archive_id = ?`,
			r.conv, r.direction, r.archive, r.archiveID))
		if err != nil || id != 0 {
			return id, err
		}
	}
	if r.messageID != "" && r.originID == "" { // as origin-id it may have come the first time
		id, err := t.findStanza(r, byOrigin, r.messageID)
		if err != nil || id != 0 {
			return id, err
		}
	}
	if r.messageID != "" { // a correction names this one (XEP-0308 §3)
		id, err := t.findAlone(r)
		if err != nil || id != 0 {
			return id, err
		}
	}
	switch {
	case r.messageID != "":
		return t.findStanza(r, byStanza, r.messageID)
	case r.originID != "":
		return t.findStanza(r, byStanza, r.originID)
	}
	return 0, nil
}

// The columns that may hold a stanza's id. All these queries name their index:
// the planner would rather walk the whole conversation backwards, and SQLite
// compiles a statement anew at each run while it ponders whether a partial
// index (message_unread) suits the value of a parameter.
const (
	byOrigin = `INDEXED BY message_origin WHERE origin_id = ?3`
	byStanza = `INDEXED BY message_stanza WHERE message_id = ?3`
)

// sameIDs is how many of the newest messages with one stanza id are looked at:
// who gives all messages the same must not make each take longer than the last.
const sameIDs = 64

// findStanza finds the message with the stanza id in a column, if the same
// device sent the same text at about the time and no better id speaks against it.
func (t *tx) findStanza(r *messageRow, column, stanza string) (chat.MsgID, error) {
	return findMessage(t.row(`SELECT id FROM (
			SELECT id, resource, body, time, origin_id, archive, archive_id FROM message `+column+`
			AND conv = ?1 AND direction = ?2 ORDER BY id DESC LIMIT ?11)
		WHERE resource IN (?4, '') AND body = ?5 AND abs(time - ?6) <= ?7
		AND (?8 IS NULL OR origin_id IS NULL OR origin_id = ?8)
		AND (?9 IS NULL OR archive_id IS NULL OR archive <> ?10 OR archive_id = ?9) LIMIT 1`,
		r.conv, r.direction, stanza, r.resource, r.body, r.time.UnixMicro(), sameStanza.Microseconds(),
		optional(r.originID), optional(r.archiveID), r.archive, sameIDs))
}

func findMessage(row scanner) (chat.MsgID, error) {
	var id chat.MsgID
	err := row.Scan(&id)
	if errors.Is(err, errNoRow) {
		err = nil
	}
	return id, err
}

// learn gives a stored message the archive's id if it has none and nobody else
// has it.
func (t *tx) learn(id chat.MsgID, r *messageRow) error {
	if r.archiveID == "" {
		return nil
	}
	_, err := t.exec(`UPDATE OR IGNORE message SET archive = ?, archive_id = ? WHERE id = ? AND archive_id IS NULL`,
		r.archive, r.archiveID, id)
	return err
}
