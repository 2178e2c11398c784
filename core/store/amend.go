// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// AmendKind is what an amendment does to a message.
type AmendKind int8

// The kinds of amendments; they are stored.
const (
	AmendReplace AmendKind = iota + 1 // another text (XEP-0308)
	AmendRetract                      // its sender takes it back (XEP-0424)
	AmendReact                        // all reactions of one side, none to take them away (XEP-0444)
)

// Amend is a change to a message that is stored, or to one that is still to come.
// Only the sender of a message can replace or retract it: the side that Direction
// names. Amendments count in the order in which they come, or in which the archive has
// them, not by clocks.
type Amend struct {
	Conv       chat.ConvID
	Direction  chat.Direction // who amends
	Kind       AmendKind
	Target     string // the message's origin-id or stanza id
	OriginID   string // the amendment's own ids, "" for none
	StanzaID   string // given by the account's own archive
	MessageID  string
	Body       string          // AmendReplace
	Encryption chat.Encryption // AmendReplace: a message that came encrypted is not replaced by a text that did not
	Unstyled   bool            // AmendReplace: Body is to be shown as it was typed (XEP-0393 §6)
	Emoji      []string        // AmendReact: no two the same
	// Fingerprint is the key of the device that sent it; "" for none. A text that is
	// replaced is that device's from then on.
	Fingerprint chat.Fingerprint
	Time        time.Time // AmendReplace: when it was sent, and from where: what it is shown with if the message is nowhere
	Resource    string
	Hash        []byte      // SHA-256 of its ciphertext; nil: it was not encrypted
	Keys        *KeyChanges // what reading it did to keys; nil for nothing
	Held        bool        // its device was never on its owner's list: it waits until the key is revealed

	key int64 // known_key.id of Fingerprint, 0 for none
}

// AmendResult is what became of an Amend.
type AmendResult struct {
	Gone    chat.MsgID // the row of this amendment that could not be read; it is removed
	Conv    chat.ConvID
	ID      chat.MsgID // the message; 0 if it is not here
	Changed bool       // the message is not as it was: read it again
	Kept    bool       // the message is not here, or the amendment is held back: it waits (see ShowAlone)
	Errand  chat.MsgID // an errand of ours that our server has: it is no longer in the outbox
}

// Amend is Receive for amendments alone.
func (db *DB) Amend(ctx context.Context, account chat.Address, all []Amend) ([]AmendResult, error) {
	out, err := db.Receive(ctx, account, Batch{Amends: all}, "")
	return out.Amended, err
}

// name is what the amendment is known by when it comes again. A stanza's id may be
// used twice: it does not tell.
func (a *Amend) name() string {
	if a.OriginID == "" && a.StanzaID != "" {
		return archiveName + a.StanzaID
	}
	return a.OriginID
}

// archiveName begins the names that are ids of our archive: nobody else gives such.
const archiveName = "\x00"

// amend carries an amendment out. number tells which of two is the later one.
func (t *tx) amend(a *Amend, number int64) (res AmendResult, err error) {
	res.Conv = a.Conv
	if a.Target == "" || a.Kind < AmendReplace || a.Kind > AmendReact {
		return res, nil
	}
	conv, err := findConversation(t.row(findConversationQuery, a.Conv.Account.String(), a.Conv.Peer.String()))
	if err != nil {
		return res, err
	}
	if err := t.amendKeys(conv, a); err != nil {
		return res, err
	}
	if a.Held {
		if a.key != 0 { // else nobody can say later whose it was
			res.Kept, err = t.keep(conv, a, number)
		}
		return res, err
	}
	var m target
	if conv != 0 {
		if a.Direction == chat.Out && a.OriginID != "" { // our server has it
			var errand int64
			errand, err = optional64(t.row(endErrandQuery, conv, a.OriginID))
			if err != nil {
				return res, err
			}
			res.Errand = chat.MsgID(errand)
		}
		if res.Gone, err = t.wasUnreadable(conv, a); err != nil {
			return res, err
		}
		if m, err = t.findTarget(conv, a); err != nil {
			return res, err
		}
	}
	if m.id == 0 {
		res.Kept, err = t.keep(conv, a, number)
		return res, err
	}
	res.ID = chat.MsgID(m.id)
	res.Changed, err = t.apply(&m, a, number)
	return res, err
}

const endErrandQuery = `DELETE FROM errand WHERE conv = ? AND origin_id = ? RETURNING id`

// target is a message that is to be amended.
type target struct {
	id, conv   int64
	direction  chat.Direction
	kind       chat.MessageKind
	status     chat.Status
	body       string // of what is held back "", as the search index has it
	encryption chat.Encryption
	retracted  bool
	corrected  int64
	reactions  string
	reacted    [2]int64 // by direction
	key        int64    // known_key.id, 0 for none
}

// findTarget finds the message that an amendment is about.
func (t *tx) findTarget(conv int64, a *Amend) (m target, err error) {
	sides := []chat.Direction{a.Direction}
	if a.Kind == AmendReact {
		sides = []chat.Direction{1 - a.Direction, a.Direction}
	}
	for _, side := range sides {
		id, err := t.resolve(conv, side, a.Target)
		if err != nil || id != 0 {
			if err == nil {
				m, err = t.target(id)
			}
			return m, err
		}
	}
	return m, nil
}

func (t *tx) target(id int64) (m target, err error) {
	err = t.row(`SELECT id, conv, direction, kind, status, iif(kind = 3, '', body), encryption, retracted, corrected, reactions, reacted_in, reacted_out, key
		FROM message WHERE id = ?`, id).Scan(&m.id, &m.conv, &m.direction, &m.kind, &m.status, &m.body, &m.encryption, &m.retracted,
		&m.corrected, &m.reactions, &m.reacted[chat.In], &m.reacted[chat.Out], &m.key)
	return m, err
}

// resolve returns the message of one side that has a name: its sender's id, or
// that of something that changed it. The newest where there are several. 0: none.
func (t *tx) resolve(conv int64, side chat.Direction, name string) (int64, error) {
	for _, query := range []string{
		`SELECT id FROM message INDEXED BY message_origin WHERE conv = ? AND direction = ? AND origin_id = ?`,
		`SELECT id FROM message INDEXED BY message_stanza WHERE conv = ? AND direction = ? AND message_id = ? ORDER BY id DESC LIMIT 1`,
		`SELECT message FROM alias WHERE conv = ? AND direction = ? AND name = ?`,
	} {
		id, err := optional64(t.row(query, conv, side, name))
		if err != nil || id != 0 {
			return id, err
		}
	}
	return 0, nil
}

// apply changes a message, unless the amendment came before or a later one did.
func (t *tx) apply(m *target, a *Amend, number int64) (changed bool, err error) {
	switch m.kind {
	case chat.KindGap, chat.KindNotice:
		return false, nil
	}
	if again, err := t.remember(m, a, number); err != nil || again || m.retracted {
		return false, err
	}
	switch a.Kind {
	case AmendReplace:
		if number < m.corrected || !m.replaceable(a) {
			return false, nil
		}
		return true, t.replace(m, a, number)
	case AmendRetract:
		return true, t.retract(m)
	}
	if number < m.reacted[a.Direction] {
		return false, nil
	}
	after, err := react(m.reactions, a.Direction, a.Emoji)
	if err != nil {
		return false, err
	}
	query := `UPDATE message SET reactions = ?, reacted_in = ? WHERE id = ?`
	if a.Direction == chat.Out {
		query = `UPDATE message SET reactions = ?, reacted_out = ? WHERE id = ?`
	}
	_, err = t.exec(query, optional(after), number, m.id)
	return after != m.reactions, err
}

// remember keeps an amendment's ids as names of the message. again: it came before.
// Then its place in the order may turn out to be a later one: an archive that is
// read over what was here numbers it anew.
func (t *tx) remember(m *target, a *Amend, number int64) (again bool, err error) {
	if name := a.name(); name != "" {
		var had int64
		err := t.row(`SELECT number FROM alias WHERE conv = ? AND direction = ? AND name = ?`, m.conv, a.Direction, name).Scan(&had)
		if err == nil && number > had {
			err = t.renumber(m, a, had, number)
		}
		if !errors.Is(err, errNoRow) {
			return true, err
		}
	}
	names := []string{a.OriginID, a.MessageID}
	if a.StanzaID != "" {
		names = append(names, archiveName+a.StanzaID)
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		if _, err := t.exec(`INSERT INTO alias (conv, direction, name, message, number) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			m.conv, a.Direction, name, m.id, number); err != nil {
			return false, err
		}
	}
	return false, nil
}

func (t *tx) renumber(m *target, a *Amend, had, number int64) error {
	if _, err := t.exec(`UPDATE alias SET number = ?4 WHERE conv = ?1 AND direction = ?2 AND name = ?3`,
		m.conv, a.Direction, a.name(), number); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE message SET corrected = iif(corrected = ?2, ?3, corrected), reacted_in = iif(reacted_in = ?2, ?3, reacted_in),
		reacted_out = iif(reacted_out = ?2, ?3, reacted_out) WHERE id = ?1`, m.id, had, number)
	return err
}

// replaceable says whether an amendment may give a message another text: one that came
// encrypted takes only one that did, and so does one that could not be read.
func (m *target) replaceable(a *Amend) bool {
	switch m.kind {
	case chat.KindText:
		return m.encryption == chat.EncryptionNone || a.Encryption != chat.EncryptionNone
	case chat.KindUndecryptable:
		return a.Encryption != chat.EncryptionNone
	}
	return false
}

// replace gives a message another text. What could not be read is read then. One that
// did not come encrypted stays so whatever its other text did.
func (t *tx) replace(m *target, a *Amend, number int64) error {
	if err := t.reindex(m, a.Body); err != nil {
		return err
	}
	if m.encryption == chat.EncryptionNone && m.kind == chat.KindText {
		_, err := t.exec(`UPDATE message SET body = ?, edited = 1, corrected = ?, unstyled = ? WHERE id = ?`, a.Body, number, a.Unstyled, m.id)
		return err
	}
	_, err := t.exec(`UPDATE message SET body = ?, edited = 1, corrected = ?, unstyled = ?, encryption = ?, key = ?, error = iif(kind = 3, '', error),
		error_text = iif(kind = 3, '', error_text), kind = iif(kind = 3, 0, kind) WHERE id = ?`, a.Body, number, a.Unstyled, a.Encryption, optionalID(a.key), m.id)
	return err
}

// amendKeys finds the key that an amendment names.
func (t *tx) amendKeys(conv int64, a *Amend) (err error) {
	if a.key, err = t.sender(a.Conv, a.Direction, a.Fingerprint); err != nil {
		return err
	}
	if a.Encryption == chat.EncryptionNone || conv == 0 {
		return nil
	}
	return t.latch(conv)
}

// retract takes a message's text away, and what was said under it. One of ours that
// waits to be sent does not wait any more.
func (t *tx) retract(m *target) error {
	if err := t.reindex(m, ""); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE message SET body = '', retracted = 1, reactions = NULL, stanza = NULL, reply_to = NULL,
		status = iif(direction = 1 AND status = 0, 1, status) WHERE id = ?`, m.id)
	return err
}

// reindex puts another text of a message into the search index.
func (t *tx) reindex(m *target, body string) error {
	if _, err := t.exec(`INSERT INTO gram (gram, rowid, text) VALUES ('delete', ?, ?)`, m.id, grams(m.conv, m.body)); err != nil {
		return err
	}
	return t.index(m.id, m.conv, body)
}
