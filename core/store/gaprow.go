// SPDX-License-Identifier: MPL-2.0

package store

import (
	"chatsecure.org/desktop/core/chat"
)

// showGap puts the gap's row below all that was placed, directly above the row
// that is older: what comes next goes between.
func (p *placing) showGap(pl *place) error {
	if pl.above == 0 {
		return nil
	}
	if err := p.room(pl); err != nil {
		return err
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
		_, err := p.exec(`UPDATE message SET ord = ? WHERE id = ?`, ord, pl.gapRow)
		return err
	}
	var micro int64 // of the message above it
	err := p.row(`SELECT time FROM message INDEXED BY message_place WHERE conv = ? AND ord = ?`, pl.conv, pl.above).Scan(&micro)
	if err != nil {
		return err
	}
	id := p.newID()
	r := messageRow{conv: pl.conv, kind: chat.KindGap, status: chat.Read, time: fromMicro(micro)}
	if err := p.tx.put(id, ord, &r); err != nil {
		return err
	}
	p.out.Gaps = append(p.out.Gaps, GapRow{Conv: pl.id, ID: chat.MsgID(id)})
	_, err = p.exec(`INSERT INTO gap_place (gap, conv, message) VALUES (?, ?, ?)`, p.gap, pl.conv, id)
	return err
}

// pin gives the older gaps their rows in a conversation in which they will not be
// able to tell by the ids where they belong.
func (p *placing) pin(pl *place, id int64) error {
	older, err := collect(p.query(noCtx, `SELECT g.id FROM gap g INDEXED BY gap_account
		JOIN conversation c ON c.account = g.account
		WHERE c.id = ?1 AND g.id < ?2 AND g.base > ?3
		AND NOT EXISTS (SELECT 1 FROM gap_place WHERE gap = g.id AND conv = ?1) ORDER BY g.id DESC`, pl.conv, p.gap, id), scanID)
	if err != nil {
		return err
	}
	for _, gap := range older {
		b, err := p.tx.block(gap)
		if err != nil {
			return err
		}
		at := &place{id: pl.id, conv: pl.conv, end: pl.end, floor: -1}
		if at.above, err = p.boundary(pl.conv, b.base); err != nil || at.above == 0 {
			return err
		}
		old := placing{tx: p.tx, gap: gap, block: b, out: p.out}
		if err := old.showGap(at); err != nil {
			return err
		}
		if err := p.saveBlock(old.block); err != nil {
			return err
		}
		if at.moved {
			pl.moved, pl.end = true, at.end
			if pl.above != 0 {
				pl.above += ordStep
			}
		}
		pl.floor = -1
	}
	return nil
}

// room makes sure that there is a free place directly below the last row.
func (p *placing) room(pl *place) (err error) {
	if pl.floor < 0 {
		pl.floor, err = optional64(p.row(`SELECT ord FROM message INDEXED BY message_place WHERE conv = ? AND ord < ? ORDER BY ord DESC LIMIT 1`,
			pl.conv, pl.above))
		if err != nil {
			return err
		}
	}
	if pl.above-1 > pl.floor {
		return nil
	}
	// Two steps, because no two rows may ever have one place.
	if _, err := p.exec(`UPDATE message INDEXED BY message_place SET ord = -ord WHERE conv = ? AND ord >= ?`, pl.conv, pl.above); err != nil {
		return err
	}
	if _, err := p.exec(`UPDATE message INDEXED BY message_place SET ord = ?2 - ord WHERE conv = ?1 AND ord < 0`, pl.conv, int64(ordStep)); err != nil {
		return err
	}
	if _, err := p.exec(`UPDATE conversation SET top = top + ? WHERE id = ?`, int64(ordStep), pl.conv); err != nil {
		return err
	}
	for _, ord := range []*int64{&pl.lowest, &pl.readIn, &pl.readOut, &pl.gapOrd} {
		if *ord >= pl.above {
			*ord += ordStep
		}
	}
	pl.above, pl.end, pl.moved = pl.above+ordStep, pl.end+ordStep, true
	return nil
}
