// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/otr"
	"chatsecure.org/desktop/core/store"
)

// earlyText is one that came while the key was being made.
type earlyText struct {
	from chat.Address
	text string
}

// maxEarly is how many wait for the key.
const maxEarly = 64

// otrKey says whether the account's key is there. The first time it is read from the
// database; where there is none it is made, which takes a second, and what waits for
// it goes on afterwards.
func (a *account) otrKey(ctx context.Context) bool {
	if a.otr.key != nil || a.otr.making != nil || !otr.Available {
		return a.otr.key != nil
	}
	rec, err := a.db.OwnKeys(ctx, a.addr)
	if err != nil {
		a.log.Error("own keys", "err", chatError("read own keys", err))
		return false
	}
	defer clear(rec.OTR)
	clear(rec.Identity)
	if rec.OTR != nil {
		key, err := otr.ParseKey(rec.OTR)
		if err == nil {
			a.otr.key, a.otr.tag = key, rec.InstanceTag
			return true
		}
		a.log.Error("own keys", "err", chatError("read own keys", err))
	}
	a.makeOTRKey()
	return false
}

// makeOTRKey asks nobody, and so waits for no job that does.
func (a *account) makeOTRKey() {
	made, imports, newKey := make(chan struct{}), a.otr.imports, a.newOTRKey
	a.otr.making = made
	a.wg.Go(func() {
		key, err := newKey(nil)
		var tag uint32
		if err == nil {
			tag, err = otr.NewInstanceTag(nil)
		}
		a.box.post(func(ctx context.Context) {
			defer close(made)
			a.otr.making = nil
			if a.otr.imports != imports { // the person has brought one meanwhile
				if a.otrKey(ctx) {
					a.otrKeyMade(ctx)
				}
				return
			}
			if err == nil {
				err = a.storeOTRKey(ctx, key, tag)
			}
			if err != nil {
				a.log.Error("own keys", "err", chatError("make own keys", err))
				return
			}
			a.otr.key, a.otr.tag = key, tag
			a.publish(chat.Event{Kind: chat.TrustChanged, Account: a.addr})
			a.otrKeyMade(ctx)
		})
	})
}

// ownOTRKeyMade sees to it that the account has a key where it may speak OTR, and waits
// until it is stored. One that can not be made is missing: that is all. Any goroutine.
func (a *account) ownOTRKeyMade(ctx context.Context) {
	if !otr.Available || a.client.prefs.otrPolicy() == otr.Never {
		return
	}
	var making <-chan struct{}
	posted := a.do(ctx, func(ctx context.Context) {
		if !a.otrKey(ctx) {
			making = a.otr.making
		}
	})
	if posted != nil || making == nil {
		return
	}
	select {
	case <-making:
	case <-ctx.Done():
	case <-a.ctx.Done():
	}
}

func (a *account) storeOTRKey(ctx context.Context, key *otr.Key, tag uint32) error {
	data, err := key.MarshalBinary()
	if err != nil {
		return err
	}
	defer clear(data)
	return a.db.SaveOwnKeys(ctx, a.addr, store.OwnKeys{OTR: data, OTRFingerprint: key.Fingerprint(), InstanceTag: tag})
}

// otrKeyCame: another key is stored. The sessions of the one that was used end; the
// next ones begin with it.
func (a *account) otrKeyCame(ctx context.Context) {
	if a.session != nil {
		a.flushOutbox(ctx) // what may go in the old sessions goes before they end
	}
	a.beside(ctx, func(p *arrivals) {
		for _, t := range a.otr.talks {
			t.stopWaiting()
			for _, s := range t.sides {
				if s.Their() != "" {
					a.notice(p, t, chat.CodeOTREnded, s.Their())
				}
				a.end(s)
			}
			clear(t.sides)
			t.offers, t.last = nil, ""
			a.showTalk(t)
		}
	})
	a.otr.key, a.otr.tag = nil, 0
	a.otr.imports++
	a.publish(chat.Event{Kind: chat.TrustChanged, Account: a.addr})
	a.releaseHeld()
}

// otrKeyMade goes on with what waited for the key.
func (a *account) otrKeyMade(ctx context.Context) {
	early := a.otr.early
	a.otr.early = nil
	a.beside(ctx, func(p *arrivals) {
		for _, e := range early {
			if a.answers(e.from.Bare()) {
				t := a.talkWith(e.from.Bare())
				a.hear(ctx, p, t, a.sideOf(t, e.from), e.text)
			}
		}
	})
	for _, t := range a.otr.talks {
		if !t.wait.since.IsZero() {
			a.call(t)
		}
	}
	a.releaseHeld()
}

// beside does what a page of messages does, without one: what it says of keys is
// stored, then said and answered.
func (a *account) beside(ctx context.Context, do func(p *arrivals)) {
	p := &arrivals{now: time.Now().UTC()}
	do(p)
	for _, changes := range p.moved {
		if err := a.db.SaveKeys(ctx, a.addr, changes); err != nil {
			a.log.Error("keys", "err", chatError("store keys", err))
		}
	}
	a.afterwards(ctx, p)
}
