// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
)

const (
	againIn    = time.Second // between two tries to store
	storeTries = 5           // after an error of which nobody knows whether it will pass
)

// persist stores the page: one transaction for its messages. While the database
// takes nothing (a full disk) it tries again, which holds up the account and loses
// nothing. A row that can not be stored by itself is left out, so that it can not
// hold up the others for ever. It returns false when the account is closing.
func (a *account) persist(ctx context.Context, p *arrivals) bool {
	for try := 1; len(p.rows) > 0; try++ {
		stored, err := a.addIncoming(ctx, p.rows)
		switch {
		case err == nil:
			p.stored = stored
		case ctx.Err() != nil:
			return false
		case passes(err, try):
			if !a.holdUp(ctx, err) {
				return false
			}
			continue
		case len(p.rows) > 1:
			if !a.persistEach(ctx, p) {
				return false
			}
		default:
			a.log.Error("message left out", "err", chatError("store message", err))
			p.rows, p.sources = nil, nil
		}
		break
	}
	a.goOn()
	a.advance(ctx, p.statuses)
	return true
}

// passes says whether to store again what could not be stored.
func passes(err error, try int) bool {
	if chat.KindOf(err) != chat.Storage {
		return false
	}
	switch chat.CodeOf(err) {
	case chat.CodeDiskFull, chat.CodeReadOnly, chat.CodeTimeout:
		return true
	}
	return try < storeTries
}

// holdUp waits a moment. Meanwhile the account says what it suffers from, for
// nothing comes in.
func (a *account) holdUp(ctx context.Context, err error) bool {
	e := chatError("store messages", err)
	if a.heldUp == nil || a.heldUp.err.Code != e.Code {
		a.log.Error("store messages", "err", e)
		if a.heldUp == nil {
			a.heldUp = &heldUp{state: a.state, was: a.err}
		}
		a.heldUp.err = e
		a.setState(chat.StateOffline, e)
	}
	timer := time.NewTimer(againIn)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// heldUp is why an account is held up, and what it said before.
type heldUp struct {
	err   *chat.Error
	state chat.AccountState
	was   *chat.Error
}

func (a *account) goOn() {
	if a.heldUp != nil {
		a.setState(a.heldUp.state, a.heldUp.was)
		a.heldUp = nil
	}
}

// persistEach stores a page row by row.
func (a *account) persistEach(ctx context.Context, p *arrivals) bool {
	var whole arrivals
	for i := range p.rows {
		one := arrivals{rows: p.rows[i : i+1], sources: p.sources[i : i+1]}
		if !a.persist(ctx, &one) {
			return false
		}
		whole.rows = append(whole.rows, one.rows...)
		whole.sources = append(whole.sources, one.sources...)
		whole.stored = append(whole.stored, one.stored...)
	}
	p.rows, p.sources, p.stored = whole.rows, whole.sources, whole.stored
	return true
}
