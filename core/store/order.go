// SPDX-License-Identifier: MPL-2.0

package store

import (
	"slices"
)

// bringDown puts a row that stands among what newer pages of the gap have had, or
// above it, where the archive has it.
func (p *placing) bringDown(pl *place, id int64) error {
	to, err := p.next(pl) // may move all that is above
	if err != nil {
		return err
	}
	var from int64
	if err := p.row(`SELECT ord FROM message WHERE id = ?`, id).Scan(&from); err != nil {
		return err
	}
	if _, err := p.exec(`UPDATE message SET ord = ? WHERE id = ?`, to, id); err != nil {
		return err
	}
	for _, read := range []*int64{&pl.readIn, &pl.readOut} {
		if *read == from {
			*read = to
		}
	}
	pl.moved, pl.stale = true, true
	return nil
}

// inOrder brings what came in, of a page, into the page's order where it is not: a
// server may deliver in another order than it archives, when it sends again what a
// lost link had not taken. The rows exchange places among each other. What was
// written here stays. whole: the page is all that the gap was, so what is not in it was
// not in the archive yet.
func (p *placing) inOrder(pl *place, whole bool) error {
	var ids, ords []int64
	seen := make(map[int64]bool, len(pl.rows))
	for _, id := range slices.Backward(pl.rows) { // from the oldest
		if seen[id] {
			continue
		}
		seen[id] = true
		var ord int64
		var here bool
		err := p.row(`SELECT ord, `+writtenHere+` FROM message WHERE id = ?`, id).Scan(&ord, &here)
		if err != nil {
			return err
		}
		if !here {
			ids, ords = append(ids, id), append(ords, ord)
		}
	}
	if whole && pl.since != 0 && len(ords) > 0 {
		newer, err := p.cameLater(pl, slices.Max(ords))
		if err != nil {
			return err
		}
		for _, r := range newer {
			if !seen[r[0]] {
				ids, ords = append(ids, r[0]), append(ords, r[1])
			}
		}
	}
	if !slices.IsSorted(ords) {
		if err := p.exchange(ids, ords); err != nil {
			return err
		}
		if !pl.moved {
			p.out.Moved = append(p.out.Moved, pl.id)
		}
		pl.stale = true
	}
	if pl.stale {
		return p.refresh(pl.conv)
	}
	return nil
}

// cameLater returns the id and the place of what came since the gap was opened and
// stands below a place. With the first page of the gap that a conversation is in,
// it is what the archive did not have yet, unless it is in the page or, which an
// older page will show, far too late.
func (p *placing) cameLater(pl *place, high int64) ([][2]int64, error) {
	return collect(p.query(noCtx, `SELECT id, ord FROM message INDEXED BY message_place
		WHERE conv = ? AND ord >= ? AND ord < ? AND id >= ? AND archive = 0 AND NOT (`+writtenHere+`) ORDER BY ord`,
		pl.conv, pl.since, high, p.block.base), func(row scanner) (r [2]int64, err error) {
		err = row.Scan(&r[0], &r[1])
		return r, err
	})
}

// exchange gives the rows the places that they have, from the lowest up.
func (p *placing) exchange(ids, ords []int64) error {
	places := slices.Sorted(slices.Values(ords))
	for i, id := range ids { // two steps, because no two rows may ever have one place
		if places[i] == ords[i] {
			continue
		}
		if _, err := p.exec(`UPDATE message SET ord = -ord WHERE id = ?`, id); err != nil {
			return err
		}
	}
	for i, id := range ids {
		if places[i] == ords[i] {
			continue
		}
		if _, err := p.exec(`UPDATE message SET ord = ? WHERE id = ?`, places[i], id); err != nil {
			return err
		}
	}
	return nil
}
