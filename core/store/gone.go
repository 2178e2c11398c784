// SPDX-License-Identifier: MPL-2.0

package store

import (
	"math"
	"time"
)

// What begins gone.name says which id follows.
const (
	goneOrigin  = "o"
	goneArchive = "a"
	goneStanza  = "m"
	goneAll     = "c" // no id: the person has removed the conversation
)

// bury remembers the ids of messages that the person deletes: an archive that is
// read over that place must not bring them back. where picks them by m.
func (t *tx) bury(where string, args ...any) error {
	for _, id := range []struct{ name, column string }{
		{goneOrigin, `m.origin_id`},
		{goneArchive, `iif(m.archive = 0, m.archive_id, NULL)`},
		{goneStanza, `m.message_id`},
	} {
		if _, err := t.exec(`INSERT INTO gone (account, peer, direction, name)
			SELECT c.account, c.peer, m.direction, '`+id.name+`' || `+id.column+`
			FROM message m CROSS JOIN conversation c ON c.id = m.conv
			WHERE `+id.column+` IS NOT NULL AND `+where+` ON CONFLICT DO NOTHING`, args...); err != nil {
			return err
		}
	}
	return nil
}

// buried says whether the person has deleted the message. Two with one stanza id
// may be two messages: it counts where there is no better one. seen: it was there
// before this computer knew the account, or is asked for as something older.
func (p *placing) buried(pl *place, r *messageRow, seen bool) (gone bool, err error) {
	if !pl.buries {
		return false, nil
	}
	if seen { // it is older than what the person has removed, or part of that
		err := p.row(`SELECT EXISTS (SELECT 1 FROM gone g CROSS JOIN conversation c ON c.account = g.account AND c.peer = g.peer
			WHERE c.id = ? AND g.direction = 0 AND g.name = ?)`, pl.conv, goneAll).Scan(&gone)
		if err != nil || gone {
			return gone, err
		}
	}
	names := []string{goneOrigin + r.originID}
	if r.archiveID != "" && r.archive == 0 {
		names = append(names, goneArchive+r.archiveID)
	}
	if r.originID == "" {
		names[0] = goneStanza + r.messageID
		if r.messageID != "" { // it may have come as an origin-id
			names = append(names, goneOrigin+r.messageID)
		}
	}
	for _, name := range names {
		if len(name) == 1 {
			continue
		}
		err := p.row(`SELECT EXISTS (SELECT 1 FROM gone g CROSS JOIN conversation c ON c.account = g.account AND c.peer = g.peer
			WHERE c.id = ? AND g.direction = ? AND g.name = ?)`, pl.conv, r.direction, name).Scan(&gone)
		if err != nil || gone {
			return gone, err
		}
	}
	return false, nil
}

// leaveOut notes a message that is not to be stored. The page that is new may be read once
// more: then the message would be one that was missed.
func (p *placing) leaveOut(pl *place, r *messageRow) error {
	if p.gap != 0 && time.Since(r.time) <= Unsettled {
		for name, id := range map[string]string{goneOrigin: r.originID, goneArchive: r.archiveID, goneStanza: r.messageID} {
			if id == "" || name == goneArchive && r.archive != 0 {
				continue
			}
			if _, err := p.exec(`INSERT INTO gone (account, peer, direction, name)
				SELECT account, peer, ?, ? FROM conversation WHERE id = ? ON CONFLICT DO NOTHING`, r.direction, name+id, pl.conv); err != nil {
				return err
			}
		}
	}
	return p.noteRow(r, 0)
}

// buryConversation remembers what of a conversation an archive would give again:
// what came after the id from which the next session asks on. Should the conversation
// begin anew, nothing older belongs to it.
func (t *tx) buryConversation(conv int64) error {
	edge, known, err := t.archiveEdge(conv)
	if err != nil || !known {
		return err
	}
	if _, err := t.exec(`INSERT INTO gone (account, peer, direction, name)
		SELECT account, peer, 0, ? FROM conversation WHERE id = ? ON CONFLICT DO NOTHING`, goneAll, conv); err != nil {
		return err
	}
	if err := t.bury(`m.conv = ? AND m.ord >= ?`, conv, edge.low); err != nil {
		return err
	}
	return t.bury(`m.conv = ? AND m.ord > 0 AND m.time >= ?`, conv, edge.since)
}

// edge is what of a conversation an archive would give again to who asks on from where
// the next session does: what stands at low or above, or is of since or later.
type edge struct{ low, since int64 }

func (e edge) over(ord, micro int64) bool { return ord >= e.low || micro >= e.since }

// archiveEdge is the edge of a conversation. known says whether the archive was ever asked.
func (t *tx) archiveEdge(conv int64) (e edge, known bool, err error) {
	var from, looked int64
	err = t.row(`SELECT a.next_at, a.archive_top IS NOT NULL, min(a.topped, iif(a.sure_top IS NULL, a.topped, a.sure_marked), coalesce((SELECT min(o.marked) FROM conversation k
			CROSS JOIN message o INDEXED BY message_outbox ON o.conv = k.id AND o.direction = 1 AND o.status = 0
			WHERE k.account = a.id AND o.stanza IS NOT NULL), a.topped))
		FROM conversation c CROSS JOIN account a ON a.id = c.account WHERE c.id = ?`, conv).Scan(&looked, &known, &from)
	if err != nil || !known {
		return edge{}, known, err
	}
	e = edge{low: math.MaxInt64, since: math.MaxInt64}
	if looked != 0 {
		e.since = looked - Unsettled.Microseconds()
	}
	low, err := t.boundary(conv, from+1)
	if low != 0 {
		e.low = low
	}
	return e, known, err
}
