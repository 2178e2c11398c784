// SPDX-License-Identifier: MPL-2.0

package store

import (
	"slices"
)

// inOrder brings what came in, of a page, into the page's order where it is not: a
// server may deliver in another order than it archives, when it sends again what a
// lost link had not taken. The rows exchange places among each other. What was
// written here stays.
func (p *placing) inOrder(pl *place) error {
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
	if slices.IsSorted(ords) {
		return nil
	}
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
	if !pl.moved {
		p.out.Moved = append(p.out.Moved, pl.id)
	}
	return p.refresh(pl.conv)
}
