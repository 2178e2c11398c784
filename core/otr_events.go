// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/otr"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/trust"
)

// hear gives a text to the session of the side that sent it. What the session answers
// and what there is to store goes to p; what follows from that, once it is stored, is
// done by the actor's next orders. unreadable is why an encrypted message could not be
// read, "" where there was none.
func (a *account) hear(ctx context.Context, p *arrivals, t *talk, s *side, text string) (r otr.Result, unreadable chat.Code) {
	r, err := s.Receive(text, p.now)
	if err != nil {
		return r, chat.CodeOf(err)
	}
	s.heard = p.now
	if len(r.Events) > 0 || s.doubtful { // what it is now is known when its key is stored
		a.box.post(func(context.Context) { a.showTalk(t) })
	}
	if r.Encrypted { // who writes in the session has it
		t.last, t.plain, s.doubtful = s.addr.Resource, false, false
	}
	p.replies = append(p.replies, otrItems(s.addr, r.Reply)...)
	for _, e := range r.Events {
		if code := a.happened(ctx, p, t, s, e); code != "" {
			unreadable = code
		}
	}
	return r, unreadable
}

// happened does what follows from an event of a session.
func (a *account) happened(ctx context.Context, p *arrivals, t *talk, s *side, e otr.Event) (unreadable chat.Code) {
	switch e.Kind {
	case otr.Offered:
		t.speaks = true
	case otr.Started, otr.StartedWithNewKey, otr.Renewed:
		a.sessionStarted(ctx, p, t, s, e.Kind)
	case otr.Ended:
		s.asked, s.asking = false, false
		a.notice(p, t, chat.CodeOTRFinished, s.Their())
		a.box.post(func(context.Context) { a.releaseHeld() })
	case otr.SecretAsked, otr.SecretProven, otr.SecretFailed, otr.SecretAborted:
		a.secretNews(p, t, s, e)
	case otr.SecretCrossed:
		a.crossed(t, s)
	case otr.Unreadable:
		if e.Quiet {
			return ""
		}
		s.doubtful = s.Secure() // the other side has another session
		if e.Renew && !a.leaving() {
			p.replies = append(p.replies, s.begin()...)
		}
		return e.Code
	case otr.ErrorText: // most programs say so of a message in a session that they have lost
		if s.Secure() && !a.leaving() && p.now.Sub(s.renewed) >= otrAgain {
			s.doubtful = true
			p.replies = append(p.replies, s.begin()...)
		}
	case otr.SetupFailed:
		a.log.Info("key exchange failed", "event", e)
		if e.Code == chat.CodeOTRDowngrade && p.now.Sub(t.warned) >= otrWarn {
			t.warned = p.now
			a.notice(p, t, e.Code, "")
		}
	}
	return ""
}

// notice is told when the page is stored.
func (a *account) notice(p *arrivals, t *talk, code chat.Code, key chat.Fingerprint) {
	p.notices = append(p.notices, store.Notice{Conv: t.conv, Code: code, Owner: t.conv.Peer, Fingerprint: key, Time: p.now})
}

// sessionStarted notes whose key the session has, and lets go what waited for it.
func (a *account) sessionStarted(ctx context.Context, p *arrivals, t *talk, s *side, how otr.EventKind) {
	peer, key := t.conv.Peer, s.Their()
	t.last, t.speaks, s.doubtful, s.renewed = s.addr.Resource, true, false, time.Time{}
	s.asked, s.asking, s.latest, s.texts = false, false, "", generations{}
	seen := store.SeenKey{Owner: peer, Fingerprint: key, At: p.now}
	r := p.keys(a)
	known, err := r.keysOf(ctx, peer)
	if err != nil {
		a.log.Error("keys", "err", chatError("read keys", err))
	}
	_, met := keyOf(known, key)
	others := slices.ContainsFunc(known, func(k chat.Key) bool { return k.Fingerprint.Kind() == chat.KeyOTR || k.WasVerified })
	if !met {
		k, _ := trust.Appear(a.levelOf(ctx, peer), known, chat.Key{Account: a.addr, Owner: peer, Fingerprint: key, FirstSeen: p.now}, true)
		seen.Trust, seen.By = k.Trust, k.By
		r.known[peer] = append(slices.Clip(known), k)
		p.met(peer)
	}
	p.moved = append(p.moved, store.KeyChanges{Seen: []store.SeenKey{seen}})
	switch {
	case !met && others:
		a.notice(p, t, chat.CodeOTRNewKey, key)
	case how != otr.Renewed && s.Version() > 2:
		a.notice(p, t, chat.CodeOTRStarted, key)
	}
	if how != otr.Renewed && s.Version() == 2 {
		a.notice(p, t, chat.CodeOTRStartedOld, key)
	}
	// Nothing that was meant for another key goes to a new one by itself.
	t.again = how != otr.StartedWithNewKey && (met || !others)
	if !t.again {
		s.strange = key
	}
	a.box.post(func(ctx context.Context) {
		a.showTalk(t)
		a.publishTrust(peer)
		a.goOnOTR(ctx, t)
	})
	a.missedLater(t, s)
}

// secretNews is about the secret that both know. What it says of a key counts only
// where this side has chosen the question, or there was none.
func (a *account) secretNews(p *arrivals, t *talk, s *side, e otr.Event) {
	peer, key := t.conv.Peer, s.Their()
	if e.Kind == otr.SecretProven {
		a.vouch(t, s)
	}
	if e.Kind == otr.SecretAsked {
		s.asking, s.asked, s.question = false, true, e.Text
		a.box.post(func(context.Context) { a.publish(chat.Event{Kind: chat.SecretAsked, Conv: t.conv}) })
		return
	}
	s.asking, s.asked, s.question = false, false, ""
	switch {
	case e.Kind == otr.SecretFailed:
		a.notice(p, t, chat.CodeSecretFailed, key)
	case e.Kind == otr.SecretAborted:
		a.notice(p, t, chat.CodeSecretStopped, key)
	case !e.Vouches:
		a.notice(p, t, chat.CodeSecretAnswered, key)
	default:
		s.proven = s.SessionID()
		a.notice(p, t, chat.CodeSecretProven, key)
		a.box.post(func(ctx context.Context) {
			if err := a.decideTrust(ctx, peer, key, chat.TrustVerified, chat.BySecret); err != nil {
				a.log.Error("trust", "err", chatError("trust key", err))
			}
		})
	}
}

// crossed gives up after a while where both sides have asked for a secret at the same time
// and the other one's program does not go on, which it may not know how to.
func (a *account) crossed(t *talk, s *side) {
	s.crossings++
	which := s.crossings
	a.clock.after(otrWait, func() {
		a.box.post(func(ctx context.Context) {
			if which != s.crossings || !s.Crossed() {
				return
			}
			s.asking = false
			a.owe(otrItems(s.addr, s.AbortSecret())...)
			a.beside(ctx, func(p *arrivals) { a.notice(p, t, chat.CodeSecretStopped, s.Their()) })
			a.showTalk(t)
		})
	})
}

// otrSeen follows which programs of a contact come and go: one that went may have lost
// its session.
func (a *account) otrSeen(ctx context.Context, peer, from chat.Address, here bool) {
	t := a.otr.talks[peer]
	if t == nil {
		return
	}
	for _, s := range t.sides {
		switch {
		case s.addr != from && !from.IsBare() || !s.Secure():
		case !here:
			s.doubtful = true
		case s.doubtful && !a.leaving() && s.addr == from:
			a.revive(ctx, t, s)
		}
	}
	a.showTalk(t)
	if here {
		a.undoubted(ctx, t)
	}
	if here && !t.wait.since.IsZero() {
		t.wait.called = false
		a.call(t)
	}
}

// revive begins a session anew whose other side has been away, if messages may have
// been lost in it.
func (a *account) revive(ctx context.Context, t *talk, s *side) {
	if time.Since(s.renewed) >= otrAgain && len(a.undelivered(ctx, t)) > 0 {
		a.owe(s.begin()...)
	}
}
