// SPDX-License-Identifier: MPL-2.0

package store

import (
	"errors"
	"math"
)

// writtenHere is true for rows that this program's person wrote in it: they wait, have
// failed, or were given to a connection.
const writtenHere = `direction = 1 AND (marked IS NOT NULL OR status IN (0, 4))`

// anchor goes on below a row that is stored already. Where it stands higher than we
// are it is brought down: a server may deliver in another order than it archives, when
// it sends again what a lost link had not taken. Only the first of all that the gap has
// here may stand anywhere, because what came since the gap was opened is newer than it.
// What the gap's own pages gave has its place: an archive may repeat itself.
//
// What was written here stays where it is. It may have reached the archive much later
// than what came in and stands above it: then that is what the archive's order is kept
// against. Who sends one message twice has two places in the archive: the one counts
// that the row has. It says whether the message has been read.
func (p *placing) anchor(pl *place, id int64, archiveID string) (read bool, err error) {
	var ord int64
	var here, other bool
	err = p.row(`SELECT ord, `+writtenHere+`, coalesce(archive = 0 AND archive_id <> ?2, 0), status = 3 FROM message WHERE id = ?1`,
		id, archiveID).Scan(&ord, &here, &other, &read)
	if errors.Is(err, errNoRow) {
		return false, nil
	}
	if err != nil || other {
		return read, err
	}
	switch high := pl.above != 0 && ord >= pl.above; {
	case high && (here || p.gap == 0):
		return read, nil
	case here:
		overtaken, err := p.cameBetween(pl, ord)
		if err != nil || overtaken {
			return read, err
		}
	case pl.in != 0 && (ord == pl.in || ord > pl.in && p.block.has(id)):
		return read, nil
	case pl.in != 0 && ord > pl.in:
		if ord, err = p.sink(pl, id, ord); err != nil {
			return read, err
		}
	}
	if id < p.block.base && (pl.old == 0 || id < pl.old) {
		pl.old = id
	}
	if pl.above == 0 || ord < pl.above {
		pl.above, pl.floor = ord, -1
	}
	if !here {
		pl.in, pl.last = ord, id
	}
	return read, nil
}

// sink moves a row from a place above where we are to directly below, and returns
// its new place.
func (p *placing) sink(pl *place, id, from int64) (int64, error) {
	if pl.above == 0 || pl.above > pl.in {
		pl.above, pl.floor = pl.in, -1
	}
	above := pl.above
	if err := p.room(pl); err != nil { // may move all from there on
		return 0, err
	}
	from += pl.above - above
	to, err := p.next(pl)
	if err != nil {
		return 0, err
	}
	if _, err := p.exec(`UPDATE message SET ord = ? WHERE id = ?`, to, id); err != nil {
		return 0, err
	}
	for _, read := range []*int64{&pl.readIn, &pl.readOut} {
		if *read == from {
			*read = to
		}
	}
	pl.moved, pl.sunk = true, true
	return to, nil
}

// cameBetween says whether messages that were not written here stand between a
// place and where we are.
func (p *placing) cameBetween(pl *place, ord int64) (bool, error) {
	high := pl.above
	if high == 0 {
		high = math.MaxInt64
	}
	id, err := optional64(p.row(`SELECT id FROM message INDEXED BY message_place
		WHERE conv = ? AND ord > ? AND ord < ? AND kind NOT IN (2, 4)
		AND NOT (`+writtenHere+`) LIMIT 1`, pl.conv, ord, high))
	return id != 0, err
}
