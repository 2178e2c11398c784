// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/crash"
)

// Errand is a change to a message that the person makes: a correction or a
// retraction of one's own, reactions to anybody's.
type Errand struct {
	Conv     chat.ConvID
	Kind     AmendKind
	Message  chat.MsgID
	Body     string   // AmendReplace
	Emoji    []string // AmendReact: all of ours
	Time     time.Time
	OriginID string
	// Encryption is how the person wants it to travel; also Promised.
	Encryption chat.EncryptionChoice
}

// ErrandResult is what became of an Errand.
type ErrandResult struct {
	Message chat.Message // as it is now
	Row     Outgoing     // the row of the outbox that tells the other side
	Queued  bool         // false: there is nothing to tell, Row is empty
	Gone    bool         // the message had not been sent and was removed: Message is as it was
}

// AddErrand changes a message here and queues what tells the other side, in one
// transaction. What has not been given to a connection yet (Queued, no stanza
// saved) is changed or removed by itself. An errand that waits is dropped for a later
// one of its kind. A second call with the same OriginID does nothing more.
//
// CodeNotFound: no such message, or one that can not be changed so: it is the other
// side's, has Failed, is retracted, or has no id that the other side knows.
func (db *DB) AddErrand(ctx context.Context, e Errand) (res ErrandResult, err error) {
	if e.OriginID == "" {
		return res, &chat.Error{Kind: chat.Bug, Op: errandOp, Code: chat.CodeEmpty}
	}
	err = db.write(ctx, errandOp, func(t *tx) error {
		res = ErrandResult{}
		if err := t.addErrand(&e, &res); err != nil {
			return err
		}
		if !res.Gone {
			res.Message, err = readMessage(t.conn, e.Message)
		}
		crash.At("outgoing-before-commit")
		return err
	})
	if err != nil {
		return ErrandResult{}, err
	}
	crash.At("outgoing-after-commit")
	return res, nil
}

const errandOp = "change message"

func (t *tx) addErrand(e *Errand, res *ErrandResult) error {
	conv, err := findConversation(t.row(findConversationQuery, e.Conv.Account.String(), e.Conv.Peer.String()))
	if err != nil {
		return err
	}
	m, err := t.target(int64(e.Message))
	if errors.Is(err, errNoRow) || err == nil && (m.conv != conv || !m.takes(e.Kind)) {
		return wrong(errandOp, chat.CodeNotFound)
	} else if err != nil {
		return err
	}
	if row, err := t.errand(`e.conv = ? AND e.origin_id = ?`, conv, e.OriginID); err != nil || row.ID != 0 {
		res.Row, res.Queued = row, row.ID != 0
		return err
	}
	waits, name, err := t.sendState(m.id)
	switch {
	case err != nil:
		return err
	case waits && e.Kind == AmendReplace:
		if err := t.reindex(&m, e.Body); err != nil {
			return err
		}
		_, err := t.exec(`UPDATE message SET body = ?1, wanted = iif(wanted = ?3 AND ?4 = ?5, ?4, wanted) WHERE id = ?2`,
			e.Body, m.id, chat.ChoiceAuto, e.Encryption, Promised)
		return err
	case waits && e.Kind == AmendRetract:
		return t.unsend(&m, res)
	case name == "":
		return wrong(errandOp, chat.CodeNotFound)
	}
	return t.queueErrand(e, &m, name, res)
}

// takes says whether the person can change the message so.
func (m *target) takes(kind AmendKind) bool {
	switch {
	case m.kind == chat.KindGap, m.kind == chat.KindNotice, m.retracted, m.direction == chat.Out && m.status == chat.Failed:
		return false
	case kind == AmendReplace:
		return m.direction == chat.Out && m.kind == chat.KindText
	case kind == AmendRetract:
		return m.direction == chat.Out
	}
	return kind == AmendReact
}

// sendState says whether a message waits to be given to a connection, and by
// which id the other side knows it.
func (t *tx) sendState(id int64) (waits bool, name string, err error) {
	err = t.row(`SELECT direction = 1 AND status = 0 AND stanza IS NULL, coalesce(origin_id, message_id) FROM message WHERE id = ?`,
		id).Scan(&waits, &name)
	return waits, name, err
}

// unsend removes a message that nobody has seen.
func (t *tx) unsend(m *target, res *ErrandResult) (err error) {
	if res.Message, err = readMessage(t.conn, chat.MsgID(m.id)); err != nil {
		return err
	}
	res.Gone = true
	if err := t.keepCounter(); err != nil {
		return err
	}
	if err := t.remove(m.id, m.conv, m.kind, m.body); err != nil {
		return err
	}
	return t.refresh(m.conv)
}

func (t *tx) queueErrand(e *Errand, m *target, name string, res *ErrandResult) error {
	id := t.nextID()
	a := Amend{Conv: e.Conv, Direction: chat.Out, Kind: e.Kind, OriginID: e.OriginID, Body: e.Body, Emoji: e.Emoji, Encryption: m.encryption, key: m.key}
	if _, err := t.apply(m, &a, id); err != nil {
		return err
	}
	// What it takes the place of is sent no more: later it would undo this one.
	if _, err := t.exec(`DELETE FROM errand WHERE message = ? AND (stanza IS NULL OR failed = 1) AND (kind = ? OR ? AND kind <> ?)`,
		m.id, e.Kind, e.Kind == AmendRetract, AmendRetract); err != nil {
		return err
	}
	if m.kind == chat.KindText { // what failed before may be all that the error was about
		if _, err := t.exec(`UPDATE message SET error = '', error_text = '' WHERE id = ?1 AND error <> ''
			AND NOT EXISTS (SELECT 1 FROM errand WHERE message = ?1 AND failed = 1)`, m.id); err != nil {
			return err
		}
	}
	_, err := t.exec(`INSERT INTO errand (id, conv, message, kind, target, body, emoji, time, origin_id, wanted, under) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, m.conv, m.id, e.Kind, name, e.Body, toJSON(e.Emoji), e.Time.UnixMicro(), e.OriginID, e.Encryption, m.encryption)
	if err != nil {
		return err
	}
	res.Queued = true
	if res.Row, err = t.errand(`e.id = ?`, id); err != nil {
		return err
	}
	return t.keepCounter()
}

// errand reads one errand; its ID is 0 where there is none.
func (t *tx) errand(where string, args ...any) (Outgoing, error) {
	o, err := scanOutgoing(t.row(`SELECT e.id, a.address, c.peer, e.body, e.origin_id, e.time, e.stanza, `+errandColumns+`
		FROM errand e CROSS JOIN conversation c ON c.id = e.conv CROSS JOIN account a ON a.id = c.account WHERE `+where, args...))
	if errors.Is(err, errNoRow) {
		return Outgoing{}, nil
	}
	return o, err
}

// retryErrands queues again what failed for a message.
func (t *tx) retryErrands(message int64) (some bool, err error) {
	n, err := t.exec(`UPDATE errand SET failed = 0 WHERE message = ? AND failed = 1`, message)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = t.exec(`UPDATE message SET error = '', error_text = '' WHERE id = ?`, message)
	return true, err
}
