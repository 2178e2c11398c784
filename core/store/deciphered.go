// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// hashSize is how much of a SHA-256 is kept. Two ciphertexts with the same half could
// only be made on purpose, by who then loses one of his own two messages.
const hashSize = 16

// Deciphered says of each ciphertext, named by its SHA-256, whether it was read
// before: then it is not decrypted again (the keys are gone) and goes to the database
// as an Incoming with its Hash and without its text, which finds its message.
func (db *DB) Deciphered(ctx context.Context, account chat.Address, hashes [][]byte) ([]bool, error) {
	known := make([]bool, len(hashes))
	if len(hashes) == 0 {
		return known, nil
	}
	err := db.read(ctx, "read messages", func(c *conn) error {
		for i, h := range hashes {
			short, err := shortHash(h)
			if err != nil {
				return err
			}
			if err := c.row(`SELECT EXISTS (SELECT 1 FROM deciphered WHERE account = `+accountID+` AND hash = ? AND readable = 1)`,
				account.Bare().String(), short).Scan(&known[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return known, nil
}

// Tried says whether a ciphertext, named by its SHA-256, came before, whether it could be
// read then or not.
func (db *DB) Tried(ctx context.Context, account chat.Address, hash []byte) (known bool, err error) {
	short, err := shortHash(hash)
	if err != nil {
		return false, err
	}
	err = db.read(ctx, "read messages", func(c *conn) error {
		return c.row(`SELECT EXISTS (SELECT 1 FROM deciphered WHERE account = `+accountID+` AND hash = ?)`, account.Bare().String(), short).Scan(&known)
	})
	return known, err
}

func shortHash(h []byte) ([]byte, error) {
	if len(h) < hashSize {
		return nil, &chat.Error{Kind: chat.Bug, Op: "store messages", Code: chat.CodeTooShort, Detail: "hash"}
	}
	return h[:hashSize], nil
}

// noteHash remembers a ciphertext and the message that it is, 0 for none. One that was
// read stays what it is.
func (t *tx) noteHash(account int64, hash []byte, message int64, readable bool) error {
	short, err := shortHash(hash)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO deciphered (account, hash, message, readable) VALUES (?, ?, ?, ?)
		ON CONFLICT (account, hash) DO UPDATE SET message = excluded.message, readable = excluded.readable WHERE readable = 0`,
		account, short, message, readable)
	return err
}

// noteRow is noteHash for a row that has a place.
func (t *tx) noteRow(r *messageRow, id chat.MsgID) error {
	if r.hash == nil {
		return nil
	}
	return t.noteHash(r.account, r.hash, int64(id), r.readable() || r.err == chat.CodeUnlisted)
}

// readable says whether the row has a text, or has none because it needs none.
func (r *messageRow) readable() bool { return r.kind != chat.KindUndecryptable }

// recognise finds the message that r is already, 0 for none: by its ciphertext first.
// none: it is known and is no message here (a correction, or the person has deleted it).
func (t *tx) recognise(r *messageRow, out *Stored) (none bool, err error) {
	if r.hash != nil {
		if out.ID, none, err = t.byHash(r); err != nil || out.ID != 0 {
			return false, err
		}
	}
	if !none {
		if out.ID, err = t.find(r); err != nil || out.ID != 0 || r.readable() {
			return false, err
		}
		if none, err = t.isChange(r); err != nil {
			return false, err
		}
	}
	if none && r.direction == chat.Out && r.originID != "" { // our server has it
		var errand int64
		errand, err = optional64(t.row(endErrandQuery, r.conv, r.originID))
		out.Errand = chat.MsgID(errand)
	}
	return none, err
}

// byHash finds the message that has the same ciphertext. Where it is another
// conversation's, somebody has sent it once more under another name: that is nothing.
func (t *tx) byHash(r *messageRow) (id chat.MsgID, none bool, err error) {
	short, err := shortHash(r.hash)
	if err != nil {
		return 0, false, err
	}
	var message, conv int64
	var side chat.Direction
	var read bool
	err = t.row(`SELECT message, readable FROM deciphered WHERE account = ? AND hash = ?`, r.account, short).Scan(&message, &read)
	if errors.Is(err, errNoRow) {
		return 0, false, nil
	} else if err != nil {
		return 0, false, err
	}
	err = t.row(`SELECT conv, direction FROM message WHERE id = ?`, message).Scan(&conv, &side)
	switch {
	case errors.Is(err, errNoRow):
		return 0, read, nil
	case err != nil:
		return 0, false, err
	case conv != r.conv || side != r.direction:
		return 0, read, nil
	}
	return chat.MsgID(message), false, nil
}

// isChange says whether what can not be read is a change to a message that is known by
// its ids, for example one that this device has sent itself.
func (t *tx) isChange(r *messageRow) (bool, error) {
	names := []string{r.originID}
	if r.archiveID != "" && r.archive == 0 {
		names = append(names, archiveName+r.archiveID)
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		id, err := optional64(t.row(`SELECT message FROM alias WHERE conv = ? AND direction = ? AND name = ?`, r.conv, r.direction, name))
		if err != nil || id != 0 {
			return id != 0, err
		}
	}
	return false, nil
}

// reveal gives a message that could not be read its text, if r can. A text that was
// not encrypted does not count, nor one that was read before, which comes without it.
func (t *tx) reveal(id chat.MsgID, r *messageRow) (bool, error) {
	switch {
	case r.err == chat.CodeUnlisted:
		return t.holdBack(id, r)
	case !r.readable() || r.encryption == chat.EncryptionNone || r.body == "":
		return false, nil
	}
	m, err := t.target(int64(id))
	if err != nil || m.kind != chat.KindUndecryptable || m.retracted {
		return false, err
	}
	if err := t.reindex(&m, r.body); err != nil {
		return false, err
	}
	_, err = t.exec(`UPDATE message SET kind = ?, body = ?, encryption = ?, key = ?, error = '', error_text = '',
		reply_to = coalesce(?, reply_to), markable = max(markable, ?), resource = iif(? = '', resource, ?), unstyled = ? WHERE id = ?`,
		r.kind, r.body, r.encryption, optionalID(r.key), optional(r.replyTo), r.markable, r.resource, r.resource, r.unstyled, m.id)
	if err != nil {
		return false, err
	}
	return true, t.latch(r.conv)
}

// followsFor is for how long a message that was read takes another place because it came
// again: as long as dead streams are left behind, or a contact could put old words under
// new ones.
const followsFor = 2 * time.Minute

// follows puts a message of the other side's in OTR that was sent again behind the one that
// it follows: who sends again does so in order, while a server delivers what a dead stream
// left behind after what is new, and no archive knows the place. One that could not be read
// before is new; one that was read keeps its time.
func (t *tx) follows(id int64, r *messageRow, revealed bool) (bool, error) {
	behind, last := r.resent.Behind, r.resent.Last && revealed
	if behind == "" && revealed {
		behind = r.resent.Again
	}
	if r.direction != chat.In || r.archiveID != "" || behind == "" && !last {
		return false, nil
	}
	var late bool
	var err error
	if last {
		err = t.row(`SELECT EXISTS (SELECT 1 FROM message m INDEXED BY message_place JOIN message o ON o.id = ?1
			WHERE m.conv = o.conv AND m.ord > o.ord AND m.direction = 0 AND m.kind = ?2)`, id, chat.KindText).Scan(&late)
	} else {
		err = t.row(`SELECT EXISTS (SELECT 1 FROM message m INDEXED BY message_origin JOIN message o ON o.id = ?1
			WHERE m.conv = ?2 AND m.direction = 0 AND m.origin_id = ?3 AND m.ord > o.ord AND (?4 OR o.kind = ?5 AND o.time > ?6 AND o.encryption = ?7))`,
			id, r.conv, behind, revealed, chat.KindText, time.Now().Add(-followsFor).UnixMicro(), chat.EncryptionOTR).Scan(&late)
	}
	if err != nil || !late {
		return false, err
	}
	var ord int64
	if err := t.row(`UPDATE conversation SET top = top + ? WHERE id = ? RETURNING top`, ordStep, r.conv).Scan(&ord); err != nil {
		return false, err
	}
	if _, err := t.exec(`UPDATE message SET ord = ?, time = iif(?, ?, time), status = iif(?, min(status, ?), status) WHERE id = ?`,
		ord, revealed, r.time.UnixMicro(), revealed, r.status, id); err != nil {
		return false, err
	}
	return true, t.refresh(r.conv)
}

// wasUnreadable removes the row of a correction in OTR that could not be read and has
// been sent again: it was no message. 0: there is none.
func (t *tx) wasUnreadable(conv int64, a *Amend) (chat.MsgID, error) {
	if a.Encryption != chat.EncryptionOTR || a.Direction != chat.In || a.OriginID == "" {
		return 0, nil
	}
	id, err := optional64(t.row(`SELECT id FROM message INDEXED BY message_origin WHERE conv = ? AND direction = ? AND origin_id = ? AND kind = ?`,
		conv, a.Direction, a.OriginID, chat.KindUndecryptable))
	if err != nil || id == 0 {
		return 0, err
	}
	if err := t.keepCounter(); err != nil {
		return 0, err
	}
	if err := t.remove(id, conv, chat.KindUndecryptable, ""); err != nil {
		return 0, err
	}
	return chat.MsgID(id), t.refresh(conv)
}
