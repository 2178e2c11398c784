// SPDX-License-Identifier: MPL-2.0

package store

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// What pending.kind says beside the kinds of amendments.
const (
	pendingDelivered = AmendReact + 1 + iota // a receipt
	pendingRead                              // ReadMark: up to there
)

// Limits of what waits for messages that may never come: the oldest goes first.
const (
	maxPendingPeer = 1000
	maxPendingAll  = 10_000
)

// keep stores an amendment for when its message is stored. Where nobody has
// written only texts are kept, except from an archive, whose pages come newest first.
func (t *tx) keep(conv int64, a *Amend, number int64) (kept bool, err error) {
	if conv == 0 && !t.backwards && a.Kind != AmendReplace {
		return false, nil
	}
	return true, t.wait(a.Conv, a.Target, a.Kind, a, number)
}

// wait stores news of a message that is not here.
func (t *tx) wait(conv chat.ConvID, name string, kind AmendKind, a *Amend, number int64) error {
	account, err := t.account(conv.Account)
	if err != nil {
		return err
	}
	if own := a.name(); own != "" { // it may wait already
		n, err := t.exec(`UPDATE pending INDEXED BY pending_target SET id = max(id, ?6)
			WHERE account = ?1 AND peer = ?2 AND target = ?3 AND direction = ?4 AND name = ?5 AND held = ?7`,
			account, conv.Peer.String(), name, a.Direction, own, number, a.Held)
		if err != nil || n > 0 {
			return err
		}
	}
	_, err = t.exec(`INSERT INTO pending (id, account, peer, target, kind, direction, body, emoji, secret, name, names, key, unstyled, stored, held)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, number, account, conv.Peer.String(), name, kind, a.Direction, a.Body,
		toJSON(a.Emoji), a.Encryption, a.name(), a.names(), optionalID(a.key), a.Unstyled, time.Now().UnixMicro(), a.Held)
	t.full = append(t.full, conv)
	return err
}

// names are all that the column of that name has: the amendment's ids, when it was sent,
// and from where.
func (a *Amend) names() string {
	return strings.Join([]string{a.OriginID, a.StanzaID, a.MessageID, strconv.FormatInt(a.Time.UnixMicro(), 10), a.Resource}, "\x00")
}

// readNames is the other way; the time of what an older version kept is when it came.
func (a *Amend) readNames(names string, stored int64) {
	a.Time = fromMicro(stored)
	parts := strings.SplitN(names, "\x00", 5)
	if len(parts) < 3 {
		return
	}
	a.OriginID, a.StanzaID, a.MessageID = parts[0], parts[1], parts[2]
	if len(parts) < 5 {
		return
	}
	if micro, err := strconv.ParseInt(parts[3], 10, 64); err == nil && !fromMicro(micro).IsZero() {
		a.Time = fromMicro(micro)
	}
	a.Resource = parts[4]
}

// trim keeps what waits within its limits, once all of a transaction is stored.
func (t *tx) trim() error {
	if len(t.full) == 0 {
		return nil
	}
	slices.SortFunc(t.full, func(a, b chat.ConvID) int { return strings.Compare(a.Peer.String(), b.Peer.String()) })
	for _, conv := range slices.Compact(t.full) {
		account, err := t.account(conv.Account)
		if err != nil {
			return err
		}
		peer := conv.Peer.String()
		if _, err := t.exec(`DELETE FROM pending WHERE account = ?1 AND peer = ?2 AND id <= (SELECT id FROM pending INDEXED BY pending_peer
			WHERE account = ?1 AND peer = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)`, account, peer, maxPendingPeer); err != nil {
			return err
		}
	}
	t.full = nil
	_, err := t.exec(`DELETE FROM pending WHERE id <= (SELECT id FROM pending NOT INDEXED ORDER BY id DESC LIMIT 1 OFFSET ?)`, maxPendingAll)
	return err
}

// news is a row of pending.
type news struct {
	id     int64
	peer   string
	target string
	kind   AmendKind
	amend  Amend
}

const newsColumns = `id, peer, target, kind, direction, body, emoji, secret, names, key, unstyled, stored`

func scanNews(row scanner) (n news, err error) {
	var emoji, names string
	var stored int64
	err = row.Scan(&n.id, &n.peer, &n.target, &n.kind, &n.amend.Direction, &n.amend.Body, &emoji, &n.amend.Encryption, &names, &n.amend.key, &n.amend.Unstyled, &stored)
	if err != nil {
		return n, err
	}
	n.amend.readNames(names, stored)
	n.amend.Kind, n.amend.Target = n.kind, n.target
	return n, fromJSON(emoji, &n.amend.Emoji)
}

// awaited remembers a fresh row that news wait for; catchUp carries them out once
// all rows of the transaction stand where they belong.
func (t *tx) awaited(id int64, conv chat.ConvID, r *messageRow) error {
	some, asked := t.waiting[conv]
	if !asked {
		account, err := t.account(conv.Account)
		if err != nil {
			return err
		}
		err = t.row(`SELECT EXISTS (SELECT 1 FROM pending INDEXED BY pending_peer WHERE account = ? AND peer = ?)`,
			account, conv.Peer.String()).Scan(&some)
		if err != nil {
			return err
		}
		if t.waiting == nil {
			t.waiting = map[chat.ConvID]bool{}
		}
		t.waiting[conv] = some
	}
	if some {
		t.arrived = append(t.arrived, arrival{id: id, conv: conv, names: r.names()})
	}
	return nil
}

// arrival is a fresh row that news may wait for.
type arrival struct {
	id    int64
	conv  chat.ConvID
	names []string
}

// names are what others may call a message.
func (r *messageRow) names() []string {
	var all []string
	for _, name := range []string{r.originID, r.messageID} {
		if name != "" {
			all = append(all, name)
		}
	}
	if r.archiveID != "" && r.archive == 0 {
		all = append(all, archiveName+r.archiveID)
	}
	return all
}

// catchUp carries out what has waited for the rows of this transaction.
func (t *tx) catchUp(out *Outcome) error {
	for _, at := range t.arrived {
		account, err := t.account(at.conv.Account)
		if err != nil {
			return err
		}
		for _, name := range at.names {
			all, err := collect(t.query(noCtx, `SELECT `+newsColumns+`
				FROM pending INDEXED BY pending_target WHERE account = ? AND peer = ? AND target = ? AND held = 0 ORDER BY id`,
				account, at.conv.Peer.String(), name), scanNews)
			if err != nil {
				return err
			}
			for i := range all {
				if err := t.fulfil(&at, &all[i], out); err != nil {
					return err
				}
			}
		}
	}
	t.arrived = nil
	return nil
}

// fulfil carries out one piece of news, if the message is one that it can be about.
func (t *tx) fulfil(at *arrival, n *news, out *Outcome) error {
	m, err := t.target(at.id)
	if err != nil {
		return err
	}
	n.amend.Conv = at.conv
	switch n.kind {
	case AmendReplace, AmendRetract:
		if m.direction != n.amend.Direction {
			return nil
		}
		_, err = t.apply(&m, &n.amend, n.id)
	case AmendReact:
		_, err = t.apply(&m, &n.amend, n.id)
	case pendingDelivered:
		if m.direction != chat.Out {
			return nil
		}
		err = t.advance(at.conv.Account, &StatusChange{ID: chat.MsgID(at.id), Status: chat.Delivered}, &out.Statuses)
	case pendingRead:
		mark := ReadMark{Conv: at.conv, Mine: n.amend.Direction == chat.Out}
		if !mark.Mine && m.direction != chat.Out {
			return nil
		}
		err = t.readUpTo(m.conv, at.id, mark, out)
	}
	if err != nil {
		return err
	}
	_, err = t.exec(`DELETE FROM pending WHERE id = ?`, n.id)
	return err
}
