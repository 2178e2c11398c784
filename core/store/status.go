// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"

	"chatsecure.org/desktop/core/chat"
)

// AdvanceStatus moves outgoing messages of an account forward, all in one
// transaction, and returns those that moved. A change that names no outgoing
// message of the account, or that leads backwards (chat.Status.Advance), does
// nothing: the far side may send receipts for anything.
//
// A change may also name an errand. One that the server has is done and gone; one
// that Failed waits for Retry of the message that it changes, whose Error says why
// while its Status stays.
func (db *DB) AdvanceStatus(ctx context.Context, account chat.Address, changes []StatusChange) ([]StatusChanged, error) {
	if len(changes) == 0 {
		return nil, nil
	}
	var moved []StatusChanged
	err := db.write(ctx, "store status", func(t *tx) error {
		for i := range changes {
			if err := t.advance(account.Bare(), &changes[i], &moved); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

// advanceOrWait is advance; in the page of an archive a receipt waits for its message.
func (t *tx) advanceOrWait(account chat.Address, c *StatusChange, out *Outcome) error {
	found, err := t.change(account, c, &out.Statuses)
	if err != nil || found || !t.backwards || c.Status != chat.Delivered || c.OriginID == "" || c.Conv.Account != account {
		return err
	}
	return t.wait(c.Conv, c.OriginID, pendingDelivered, &Amend{Direction: chat.In}, t.number())
}

func (t *tx) advance(account chat.Address, c *StatusChange, moved *[]StatusChanged) error {
	_, err := t.change(account, c, moved)
	return err
}

// change moves a message, or ends an errand. found: there is one that is named.
func (t *tx) change(account chat.Address, c *StatusChange, moved *[]StatusChanged) (found bool, err error) {
	var message, errand int64
	viaAlias := false
	switch {
	case c.ID != 0:
		message = int64(c.ID)
	case c.OriginID != "" && c.Conv.Account == account:
		conv, err := findConversation(t.row(findConversationQuery, account.String(), c.Conv.Peer.String()))
		if err != nil || conv == 0 {
			return false, err
		}
		errand, err = optional64(t.row(`SELECT id FROM errand WHERE conv = ? AND origin_id = ?`, conv, c.OriginID))
		if err == nil && errand == 0 {
			message, viaAlias, err = t.resolveOwn(conv, c.OriginID)
		}
		if err != nil || message == 0 && errand == 0 {
			return false, err
		}
	default:
		return false, nil
	}
	var peer string
	var was chat.Status
	if message != 0 {
		err = t.row(`SELECT m.id, m.status, c.peer FROM message m JOIN conversation c ON c.id = m.conv
			JOIN account a ON a.id = c.account WHERE m.id = ? AND m.direction = 1 AND a.address = ?`,
			message, account.String()).Scan(&message, &was, &peer)
		if c.ID == 0 || !errors.Is(err, errNoRow) {
			if err == nil {
				err = t.move(account, c, &StatusChanged{ID: chat.MsgID(message), Status: was}, peer, viaAlias, moved)
			}
			return err == nil, err
		}
		errand = message
	}
	return t.endErrand(account, errand, c, moved)
}

// resolveOwn finds a message of ours by its id, or by that of what changed it.
func (t *tx) resolveOwn(conv int64, name string) (id int64, viaAlias bool, err error) {
	for _, query := range []string{byOriginQuery, byStanzaQuery} {
		id, err = optional64(t.row(query, conv, name))
		if err != nil || id != 0 {
			return id, false, err
		}
	}
	id, err = optional64(t.row(`SELECT message FROM alias WHERE conv = ? AND direction = 1 AND name = ?`, conv, name))
	return id, true, err
}

// move stores a message's next status. News of what changed a message are no news
// of the message's own way, except that it has come as far.
func (t *tx) move(account chat.Address, c *StatusChange, m *StatusChanged, peer string, viaAlias bool, moved *[]StatusChanged) (err error) {
	if m.Conv, err = convID(account.String(), peer); err != nil {
		return err
	}
	if viaAlias && c.Status == chat.Failed {
		return t.blame(int64(m.ID), c, moved)
	}
	now := m.Status.Advance(c.Status)
	if now == m.Status {
		return nil
	}
	code, text := c.Error, c.ErrorText
	if now != chat.Failed {
		code, text = "", ""
	}
	// A failed message keeps its bytes: a retry sends the same. What could not be read
	// keeps the reason.
	_, err = t.exec(`UPDATE message SET status = ?1, error = iif(kind = 3, error, ?2), error_text = iif(kind = 3, error_text, ?3),
		stanza = CASE WHEN ?1 IN (0, 4) THEN stanza END WHERE id = ?4`, now, code, text, int64(m.ID))
	m.Status = now
	*moved = append(*moved, *m)
	return err
}

// endErrand: the server has an errand, or it failed. Then it is kept for a retry,
// and the message that it should have changed says why.
func (t *tx) endErrand(account chat.Address, id int64, c *StatusChange, moved *[]StatusChanged) (found bool, err error) {
	var message int64
	err = t.row(`SELECT e.id, e.message FROM errand e JOIN conversation c ON c.id = e.conv
		JOIN account a ON a.id = c.account WHERE e.id = ? AND a.address = ?`, id, account.String()).Scan(&id, &message)
	if errors.Is(err, errNoRow) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	switch c.Status {
	case chat.Queued:
		return true, nil
	case chat.Failed:
		if _, err := t.exec(`UPDATE errand SET failed = 1 WHERE id = ?`, id); err != nil || message == 0 {
			return true, err
		}
		return true, t.blame(message, c, moved)
	}
	_, err = t.exec(`DELETE FROM errand WHERE id = ?`, id)
	return true, err
}

// blame notes at a message why a change of it did not arrive; its status stays.
func (t *tx) blame(message int64, c *StatusChange, moved *[]StatusChanged) error {
	if _, err := t.exec(`UPDATE message SET error = ?, error_text = ? WHERE id = ?`, c.Error, c.ErrorText, message); err != nil {
		return err
	}
	m, err := readMessage(t.conn, chat.MsgID(message))
	*moved = append(*moved, StatusChanged{ID: m.ID, Conv: m.Conv, Status: m.Status})
	return err
}
