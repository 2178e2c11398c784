// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

const (
	againIn    = time.Second // between two tries to store
	storeTries = 5           // after an error of which nobody knows whether it will pass
)

// persist stores the page: one transaction for all of it. While the database
// takes nothing (a full disk) it tries again, which holds up the account and loses
// nothing. A row that can not be stored by itself is left out, so that it can not
// hold up the others for ever. It returns false when the account is closing.
func (a *account) persist(ctx context.Context, p *arrivals) bool {
	if len(p.rows)+len(p.amends)+len(p.reads)+len(p.moved) == 0 && !p.always { // what only moves statuses holds up nothing
		a.advance(ctx, p.statuses)
		return true
	}
	return a.persistPart(ctx, p, true)
}

// persistPart stores a page or a piece of one; last says that no more of it comes.
func (a *account) persistPart(ctx context.Context, p *arrivals, last bool) bool {
	for try := 1; ; try++ {
		out, err := p.write(ctx, p, last)
		switch n := len(p.rows) + len(p.amends); {
		case err == nil:
			p.out = out
		case ctx.Err() != nil:
			return false
		case passes(err, try):
			if !a.holdUp(ctx, err) {
				return false
			}
			continue
		case p.always && chat.CodeOf(err) == chat.CodeNotFound: // where the page belongs is not as it was when it was asked for
			a.log.Info("archive page left out", "err", chatError("store archive page", err))
			a.goOn()
			return false
		case n > 1 || n == 1 && last:
			if !a.persistEach(ctx, p) {
				return false
			}
		default:
			a.log.Error("message left out", "err", chatError("store message", err))
			p.rows, p.sources, p.amends, p.reads = nil, nil, nil, nil
			p.moved, p.replies = nil, nil // a session that is not stored says nothing
			if last {                     // not even the rest of the page
				a.goOn()
				return !p.always
			}
		}
		break
	}
	a.goOn()
	return true
}

// writeLive stores what came as it happened.
func (a *account) writeLive(ctx context.Context, p *arrivals, last bool) (store.Outcome, error) {
	b, top := p.batch(last), ""
	if last {
		top = p.top
	}
	return a.addIncoming(ctx, a.addr, b, top)
}

// batch is what to store of a piece of a page: what is said about messages comes
// with the last, when they are there.
func (p *arrivals) batch(last bool) store.Batch {
	b := store.Batch{Rows: p.rows, Amends: p.amends}
	if last {
		b.Statuses, b.Reads, b.Keys = p.statuses, p.reads, p.moved
	}
	return b
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

// persistEach stores a page piece by piece. Of an archive the newest goes first: so
// each finds its place before those that are there. Sessions and used prekeys go last:
// what a page that breaks off has stored is known by its ciphertext when it comes again,
// and the keys for the rest are still there.
func (a *account) persistEach(ctx context.Context, p *arrivals) bool {
	var whole arrivals
	var later []store.KeyChanges
	for n := range p.rows {
		i := n
		if p.always {
			i = len(p.rows) - 1 - n
		}
		one := arrivals{rows: []store.Incoming{p.rows[i]}, sources: p.sources[i : i+1], write: p.write}
		later = holdBack(&one.rows[0].Keys, later)
		if !a.persistPart(ctx, &one, false) {
			return false
		}
		whole.rows = append(whole.rows, one.rows...)
		whole.sources = append(whole.sources, one.sources...)
		join(&whole.out, one.out)
	}
	for i := range p.amends {
		one := arrivals{amends: []store.Amend{p.amends[i]}, write: p.write}
		later = holdBack(&one.amends[0].Keys, later)
		if !a.persistPart(ctx, &one, false) {
			return false
		}
		join(&whole.out, one.out)
	}
	rest := arrivals{statuses: p.statuses, reads: p.reads, moved: append(later, p.moved...), top: p.top, always: p.always, write: p.write}
	if rest.always || rest.top != "" || len(rest.statuses)+len(rest.reads)+len(rest.moved) > 0 {
		if !a.persistPart(ctx, &rest, true) {
			return false
		}
		join(&whole.out, rest.out)
		if rest.moved == nil {
			p.replies = nil
		}
	}
	p.rows, p.sources, p.amends, p.out = whole.rows, whole.sources, nil, whole.out
	return true
}

// holdBack takes out of what reading one message did to keys what the rest of its page
// still needs as it was, and adds it to later.
func holdBack(keys **store.KeyChanges, later []store.KeyChanges) []store.KeyChanges {
	if *keys == nil || len((*keys).Sessions)+len((*keys).UsedPrekeys) == 0 {
		return later
	}
	now := **keys
	later = append(later, store.KeyChanges{Sessions: now.Sessions, UsedPrekeys: now.UsedPrekeys})
	now.Sessions, now.UsedPrekeys = nil, nil
	*keys = &now
	return later
}

func join(o *store.Outcome, more store.Outcome) {
	o.Stored = append(o.Stored, more.Stored...)
	o.Statuses = append(o.Statuses, more.Statuses...)
	o.Gaps = append(o.Gaps, more.Gaps...)
	o.Read = append(o.Read, more.Read...)
	o.Amended = append(o.Amended, more.Amended...)
	o.Moved = append(o.Moved, more.Moved...)
}
