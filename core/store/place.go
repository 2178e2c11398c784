// SPDX-License-Identifier: MPL-2.0

package store

import (
	"errors"

	"chatsecure.org/desktop/core/chat"
)

// olderStep is how far apart the rows stand that scrolling up loads.
const olderStep = 1 << 10

// placing puts the rows of an archive's page where the archive has them. It goes
// through a page from its newest row to its oldest; where the next row of a
// conversation belongs is directly below the last one, whether that was new or
// stored before.
type placing struct {
	*tx
	gap    int64   // 0: what is older than everything
	before string  // with gap 0: where the page ends
	block  idBlock // the gap's ids
	places map[chat.ConvID]*place
	all    []*place // in the order in which they were met
	out    *Outcome
}

// place is where a conversation's next older row belongs.
type place struct {
	id      chat.ConvID
	conv    int64
	created bool
	gapRow  int64 // the message.id of the gap's row here, 0 for none
	gapOrd  int64
	above   int64 // the next row stands directly below this one; 0: at the end
	in      int64 // the lowest row of the gap's pages but for what was written here: what comes next is older; 0 for none
	last    int64 // its message.id, where this page has it
	floor   int64 // the row below that; 0 for none; -1: not looked up
	end     int64 // the highest ord given
	lowest  int64 // with gap 0: the first row of all; 0 for none
	readIn  int64 // incoming rows below this one have been read elsewhere
	readOut int64 // the other side has read ours below this one
	newest  int64 // the highest id that was given here
	fresh   int64
	unread  int64
	old     int64 // the lowest id below which we went on though it was here before the gap
	moved   bool
	sunk    bool   // rows were stored before and stood too high
	buries  bool   // messages were deleted here
	oldID   string // the archive's id of the newest message that came in and was there before this computer knew the account
}

// in returns the place in a conversation.
func (p *placing) in(in *Incoming) (*place, error) {
	if pl := p.places[in.Conv]; pl != nil {
		return pl, nil
	}
	conv, created, err := p.ensure(in.Conv, in.Time)
	if err != nil {
		return nil, err
	}
	pl := &place{id: in.Conv, conv: conv, created: created, floor: -1}
	err = p.row(`SELECT c.top, (SELECT ord FROM message WHERE id = c.read_in), (SELECT ord FROM message WHERE id = c.read_out),
		EXISTS (SELECT 1 FROM gone g WHERE g.account = c.account AND g.peer = c.peer)
		FROM conversation c WHERE c.id = ?`, conv).Scan(&pl.end, &pl.readIn, &pl.readOut, &pl.buries)
	if err != nil {
		return nil, err
	}
	if err := p.locate(pl); err != nil {
		return nil, err
	}
	p.places[in.Conv] = pl
	p.all = append(p.all, pl)
	return pl, nil
}

// locate finds the lowest row that is newer than what is to be placed.
func (p *placing) locate(pl *place) (err error) {
	if p.gap == 0 {
		return p.locateOlder(pl)
	}
	err = p.row(`SELECT m.id, m.ord, coalesce((SELECT l.ord FROM message l WHERE l.id = g.lowest), 0)
		FROM gap_place g CROSS JOIN message m ON m.id = g.message WHERE g.gap = ? AND g.conv = ?`,
		p.gap, pl.conv).Scan(&pl.gapRow, &pl.gapOrd, &pl.in)
	switch {
	case errors.Is(err, errNoRow):
		pl.above, err = p.boundary(pl.conv, p.block.base)
	case err == nil:
		pl.above, err = optional64(p.row(`SELECT ord FROM message INDEXED BY message_place WHERE conv = ? AND ord > ? ORDER BY ord LIMIT 1`,
			pl.conv, pl.gapOrd))
	}
	return err
}

// optional64 reads a number, 0 where there is no row.
func optional64(row scanner) (n int64, err error) {
	if err = row.Scan(&n); errors.Is(err, errNoRow) {
		err = nil
	}
	return n, err
}

// boundary returns the place of the lowest row whose id is base or higher; 0 for
// none. All rows above it are such rows and none below it is.
func (t *tx) boundary(conv, base int64) (int64, error) {
	return t.halve(conv, func(id, _ int64) bool { return id >= base })
}

// halve returns the place of a row that is new where the one below it is not: the lowest
// that is, if all above are, too. 0 where the highest is not. New is told by id and time.
func (t *tx) halve(conv int64, isNew func(id, micro int64) bool) (int64, error) {
	first := func(from int64) (above bool, ord int64, err error) {
		var id, micro int64
		err = t.row(`SELECT id, ord, time FROM message INDEXED BY message_place WHERE conv = ? AND ord >= ? ORDER BY ord LIMIT 1`, conv, from).Scan(&id, &ord, &micro)
		return isNew(id, micro), ord, err
	}
	var id, high, micro int64
	err := t.row(`SELECT id, ord, time FROM message INDEXED BY message_place WHERE conv = ? ORDER BY ord DESC LIMIT 1`, conv).Scan(&id, &high, &micro)
	if errors.Is(err, errNoRow) || err == nil && !isNew(id, micro) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	above, low, err := first(0)
	if err != nil || above {
		return low, err
	}
	// The first row at or after low is an old one, that at or after high is not.
	for high-low > 1 {
		middle := low + (high-low)/2
		above, ord, err := first(middle)
		switch {
		case err != nil:
			return 0, err
		case !above:
			low = ord
		default:
			high = middle
		}
	}
	_, ord, err := first(high)
	return ord, err
}

// put stores one row, or finds it stored.
func (p *placing) put(in *Incoming, stored *Stored) error {
	pl, err := p.in(in)
	if err != nil {
		return err
	}
	r, err := p.rowOf(in, pl.conv)
	if err != nil {
		return err
	}
	if none, err := p.recognise(&r, stored); err != nil || none {
		return err
	}
	if stored.ID != 0 {
		if err := p.known(&r, stored); err != nil {
			return err
		}
		stored.Read, err = p.anchor(pl, int64(stored.ID), r.archiveID)
		return err
	}
	if gone, err := p.buried(pl, &r, in.Seen); err != nil {
		return err
	} else if gone {
		return p.noteRow(&r, 0)
	}
	if p.db.keeping.Load().leavesOut(&r, in.Seen) {
		return p.leaveOut(pl, &r)
	}
	ord, err := p.next(pl)
	if err != nil {
		return err
	}
	switch {
	case r.direction == chat.In && (ord < pl.readIn || p.gap == 0 && (pl.lowest == 0 || ord < pl.lowest)):
		r.status = chat.Read // seen on another device, or old
	case r.direction == chat.Out && ord < pl.readOut:
		r.status = chat.Read
	}
	id := p.newID()
	if err := p.tx.put(id, ord, &r); err != nil {
		return err
	}
	if err := p.noteRow(&r, chat.MsgID(id)); err != nil {
		return err
	}
	pl.in, pl.last = ord, id
	pl.newest = max(pl.newest, id)
	if in.Seen && pl.oldID == "" && r.direction == chat.In && r.archive == 0 {
		pl.oldID = r.archiveID
	}
	pl.fresh++
	if r.unread() {
		pl.unread++
	}
	stored.ID, stored.Fresh = chat.MsgID(id), true
	return p.awaited(id, in.Conv, &r)
}

// newID is the id of the next older row.
func (p *placing) newID() int64 {
	if p.gap != 0 {
		return p.take(&p.block)
	}
	p.db.lowID--
	return p.db.lowID
}

// next returns the place directly below the last row.
func (p *placing) next(pl *place) (int64, error) {
	if pl.above == 0 { // nothing newer is here
		pl.end += ordStep
		if _, err := p.exec(`UPDATE conversation SET top = ? WHERE id = ?`, pl.end, pl.conv); err != nil {
			return 0, err
		}
		pl.above, pl.floor = pl.end, -1
		return pl.end, nil
	}
	if err := p.room(pl); err != nil {
		return 0, err
	}
	step := int64(1)
	if p.gap == 0 && pl.floor == 0 {
		step = olderStep
	}
	pl.above -= step
	return pl.above, nil
}

// finish brings a conversation's row up to date. Its place in the list rises only
// by what is newer than all that it had. Of what was there before this computer knew
// the account nobody has to be told that it was read.
func (p *placing) finish(pl *place) error {
	if pl.moved {
		p.out.Moved = append(p.out.Moved, pl.id)
	}
	if pl.fresh == 0 {
		if pl.sunk {
			return p.refresh(pl.conv)
		}
		if !pl.created || pl.gapRow != 0 {
			return nil
		}
		_, err := p.exec(`DELETE FROM conversation WHERE id = ?`, pl.conv) // all of it was deleted before
		return err
	}
	newest := pl.newest
	if p.gap == 0 {
		newest = 0
	}
	_, err := p.exec(`UPDATE conversation SET
		recent = iif(?2 AND ?3 > 0, ?3, max(recent, ?3)), unread = unread + ?4, displayed = iif(displayed = '', ?5, displayed),
		last = (SELECT id FROM message INDEXED BY message_place WHERE conv = ?1 AND kind NOT IN (2, 4) ORDER BY ord DESC LIMIT 1),
		time = (SELECT time FROM message INDEXED BY message_place WHERE conv = ?1 AND kind NOT IN (2, 4) ORDER BY ord DESC LIMIT 1),
		first_new = (SELECT id FROM message INDEXED BY message_unread WHERE conv = ?1 AND direction = 0 AND status < 3 ORDER BY ord LIMIT 1)
		WHERE id = ?1`, pl.conv, pl.created, newest, pl.unread, pl.oldID)
	return err
}
