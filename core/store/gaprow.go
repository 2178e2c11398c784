// SPDX-License-Identifier: MPL-2.0

package store

import (
	"errors"

	"chatsecure.org/desktop/core/chat"
)

// showGap puts the gap's row below all that was placed, directly above the row
// that is older: what comes next goes between. It keeps the lowest row that the gap's
// page has placed.
func (p *placing) showGap(pl *place) error {
	if pl.above == 0 {
		return nil
	}
	if err := p.room(pl); err != nil {
		return err
	}
	if pl.gapRow != 0 && pl.last != 0 {
		if _, err := p.exec(`UPDATE gap_place SET lowest = ? WHERE message = ?`, pl.last, pl.gapRow); err != nil {
			return err
		}
	}
	if pl.gapRow != 0 && pl.gapOrd == pl.floor {
		p.out.Gaps = append(p.out.Gaps, GapRow{Conv: pl.id, ID: chat.MsgID(pl.gapRow)})
		return nil
	}
	ord := pl.floor + 1
	if pl.floor == 0 {
		ord = pl.above - min(ordStep, pl.above/2)
	}
	if pl.gapRow != 0 {
		p.out.Gaps = append(p.out.Gaps, GapRow{Conv: pl.id, ID: chat.MsgID(pl.gapRow)})
		pl.gapOrd = ord
		_, err := p.exec(`UPDATE message SET ord = ? WHERE id = ?`, ord, pl.gapRow)
		return err
	}
	var micro int64 // of the message above it
	err := p.row(`SELECT time FROM message INDEXED BY message_place WHERE conv = ? AND ord = ?`, pl.conv, pl.above).Scan(&micro)
	if err != nil {
		return err
	}
	id := p.newID()
	pl.gapRow, pl.gapOrd = id, ord
	r := messageRow{conv: pl.conv, kind: chat.KindGap, status: chat.Read, time: fromMicro(micro)}
	if err := p.tx.put(id, ord, &r); err != nil {
		return err
	}
	p.out.Gaps = append(p.out.Gaps, GapRow{Conv: pl.id, ID: chat.MsgID(id)})
	_, err = p.exec(`INSERT INTO gap_place (gap, conv, message, lowest) VALUES (?, ?, ?, ?)`, p.gap, pl.conv, id, optionalID(pl.last))
	return err
}

// pin puts the rows of older gaps below all that was placed, where the ids would
// not tell any more that they belong there: what is above them was partly here
// before these gaps (it waited to be sent). Where a conversation's beginning is there
// nothing is missing for an account's first gap.
func (p *placing) pin(pl *place) error {
	older, err := collect(p.query(noCtx, `SELECT g.id FROM gap g INDEXED BY gap_account JOIN conversation c ON c.account = g.account
		WHERE c.id = ? AND g.id < ? AND g.base > ? AND NOT (c.begun AND g.first) ORDER BY g.id DESC`, pl.conv, p.gap, pl.old), scanID)
	if err != nil || len(older) == 0 {
		return err
	}
	at := *pl
	at.last, at.in = 0, 0
	if at.gapRow != 0 && at.gapOrd < at.above {
		at.above = at.gapOrd
	}
	for _, gap := range older {
		at.gapRow, at.gapOrd, at.floor = 0, 0, -1
		err := p.row(`SELECT m.id, m.ord FROM gap_place g CROSS JOIN message m ON m.id = g.message WHERE g.gap = ? AND g.conv = ?`,
			gap, pl.conv).Scan(&at.gapRow, &at.gapOrd)
		if err != nil && !errors.Is(err, errNoRow) {
			return err
		}
		if at.gapRow != 0 && at.gapOrd < at.above {
			at.above = at.gapOrd
			continue
		}
		old := placing{tx: p.tx, gap: gap, out: p.out}
		if old.block, err = p.tx.block(gap); err != nil {
			return err
		}
		if err := old.showGap(&at); err != nil {
			return err
		}
		if err := p.saveBlock(old.block); err != nil {
			return err
		}
		at.above = at.gapOrd
	}
	pl.moved, pl.end = at.moved, at.end
	return nil
}

// room makes sure that there is a free place directly below the last row.
func (p *placing) room(pl *place) (err error) {
	if pl.floor < 0 {
		if pl.floor, err = p.under(pl.conv, pl.above); err != nil {
			return err
		}
	}
	if pl.above-1 > pl.floor {
		return nil
	}
	if err := p.lift(pl.conv, pl.above); err != nil {
		return err
	}
	for _, ord := range []*int64{&pl.lowest, &pl.readIn, &pl.readOut, &pl.gapOrd, &pl.in} {
		if *ord >= pl.above {
			*ord += ordStep
		}
	}
	pl.above, pl.end, pl.moved = pl.above+ordStep, pl.end+ordStep, true
	return nil
}

// under is the place of the row below a place, 0 for none.
func (t *tx) under(conv, ord int64) (int64, error) {
	return optional64(t.row(`SELECT ord FROM message INDEXED BY message_place WHERE conv = ? AND ord < ? ORDER BY ord DESC LIMIT 1`, conv, ord))
}

// lift makes room directly below a place: what stands there, and above, goes up by ordStep.
func (t *tx) lift(conv, from int64) error {
	// Two steps, because no two rows may ever have one place.
	if _, err := t.exec(`UPDATE message INDEXED BY message_place SET ord = -ord WHERE conv = ? AND ord >= ?`, conv, from); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE message INDEXED BY message_place SET ord = ?2 - ord WHERE conv = ?1 AND ord < 0`, conv, int64(ordStep)); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE conversation SET top = top + ? WHERE id = ?`, int64(ordStep), conv)
	return err
}

// spread makes room below every row of a conversation, as wide as between two arrivals, and
// returns the new place of the one that stood at a place.
func (t *tx) spread(conv, at int64) (to int64, err error) {
	var id int64
	if err := t.row(`SELECT id FROM message INDEXED BY message_place WHERE conv = ? AND ord = ?`, conv, at).Scan(&id); err != nil {
		return 0, err
	}
	if _, err := t.exec(`UPDATE message SET ord = -n.place FROM (SELECT id, ?2 + ?3 * row_number() OVER (ORDER BY ord) AS place
		FROM message INDEXED BY message_place WHERE conv = ?1) n WHERE message.id = n.id`, conv, int64(firstOrd), int64(ordStep)); err != nil {
		return 0, err
	}
	if _, err := t.exec(`UPDATE message INDEXED BY message_place SET ord = -ord WHERE conv = ? AND ord < 0`, conv); err != nil {
		return 0, err
	}
	if _, err := t.exec(`UPDATE conversation SET top = (SELECT max(ord) FROM message INDEXED BY message_place WHERE conv = ?1) WHERE id = ?1`, conv); err != nil {
		return 0, err
	}
	err = t.row(`SELECT ord FROM message WHERE id = ?`, id).Scan(&to)
	return to, err
}
