// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"crypto/sha256"
	"maps"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/otr"
	"chatsecure.org/desktop/core/store"
)

// openOTR is decrypt for a text: what of it is OTR's business is read if it came here
// and now from a program of the contact's. Everything else is what it is, and texts
// that nobody here can read say so. false: there is nothing in it for us.
func (a *account) openOTR(ctx context.Context, p *arrivals, l *letter) bool {
	looks, peer := otr.Looks(l.Body), l.conv.Peer
	if l.direction != chat.In || l.carbon || !l.at.IsZero() || l.Type != "chat" && l.Type != "normal" {
		return !looks || a.overheard(ctx, l)
	}
	t := a.otr.talks[peer]
	switch {
	case !looks && t == nil && a.client.prefs.otrPolicy() != otr.Require:
		return true
	case !looks:
		a.plainCame(p, l, t)
		return true
	case !a.answers(peer):
		return a.overheard(ctx, l)
	case l.To.IsBare() && otr.Untagged(l.Body) && otr.Carries(l.Body) && !t.had(l.From):
		// Of version 2, and not said to be for this program: another one of the account's
		// may have the session. Who has none is silent, or they would take it in turns.
		return a.overheard(ctx, l)
	case !a.otrKey(ctx):
		if len(a.otr.early) < maxEarly {
			a.otr.early = append(a.otr.early, earlyText{l.From, l.Body})
		}
		return a.overheard(ctx, l)
	}
	hash := textHash(l.Body)
	if read, err := a.wasRead(ctx, hash); err == nil && read {
		return a.wasHeard(l, hash)
	}
	t = a.talkWith(peer)
	s := a.sideOf(t, l.From)
	r, unreadable := a.hear(ctx, p, t, s, l.Body)
	switch {
	case unreadable != "":
		s.miss(l.OriginID)
		return a.unheard(l, hash, unreadable)
	case r.Encrypted && a.vouched(t, s, r.Text):
		l.speak("")
	case r.Encrypted:
		if !s.looked {
			unread := a.unreadBefore(l.conv)
			maps.Copy(unread, s.sought)
			s.looked, s.sought = true, unread
		}
		at := s.read(l, r.Late, p.now)
		l.secret = secret{how: chat.EncryptionOTR, key: r.By, hash: hash, at: at, keys: &store.KeyChanges{
			Seen: []store.SeenKey{a.seenWith(ctx, p, peer, r.By, l.time(p.now))},
		}}
		if l.OriginID == "" && len(l.EME) == 0 { // libpurple writes neither, and HTML
			r.Text = otr.Unmark(r.Text)
		}
		l.Message = l.Opened(r.Text)
	case r.HasText:
		l.speak(r.Text)
		a.plainCame(p, l, t)
	default:
		l.speak("")
	}
	return true
}

// seenWith says that a key was used. A session that has begun in the same page says what
// is thought of a new one, and the page may be stored before that.
func (a *account) seenWith(ctx context.Context, p *arrivals, peer chat.Address, key chat.Fingerprint, at time.Time) store.SeenKey {
	seen := store.SeenKey{Owner: peer, Fingerprint: key, At: at}
	known, err := p.keys(a).keysOf(ctx, peer)
	if err != nil {
		a.log.Error("keys", "err", chatError("read keys", err))
	}
	if k, found := keyOf(known, key); found {
		seen.Trust, seen.By = k.Trust, k.By
	}
	return seen
}

// speak puts a text that came in the clear in the place of the body.
func (l *letter) speak(text string) {
	m := *l.Message
	m.Body, m.HasBody = text, text != ""
	l.Message = &m
}

// overheard is a text of OTR in which we have no part: another device's, an archive's,
// a stranger's.
func (a *account) overheard(ctx context.Context, l *letter) bool {
	switch plain, tagged := otr.Strip(l.Body); {
	case otr.Carries(l.Body):
		hash, code := textHash(l.Body), chat.CodeNotForUs
		if read, err := a.wasRead(ctx, hash); err == nil && read {
			return a.wasHeard(l, hash)
		}
		if l.direction == chat.In && !l.carbon && l.at.IsZero() {
			code = chat.CodeNoSession
		}
		return a.unheard(l, hash, code)
	case tagged:
		l.speak(plain)
	default:
		l.speak("") // what is beside it counts
	}
	return true
}

// wasHeard makes a letter the row that was read before.
func (a *account) wasHeard(l *letter, hash []byte) bool {
	l.secret = secret{how: chat.EncryptionOTR, hash: hash, read: true}
	l.Message = l.Opened("")
	return true
}

// unheard makes a letter the row that says why nobody can read it. It has not arrived:
// who sent it may send it again (XEP-0364 §4.5).
func (a *account) unheard(l *letter, hash []byte, code chat.Code) bool {
	l.secret = secret{how: chat.EncryptionOTR, hash: hash}
	return a.unreadable(l, code)
}

// plainCame sees to it that the person learns of a text that was not encrypted, where
// that is no matter of course. t may be nil.
func (a *account) plainCame(p *arrivals, l *letter, t *talk) {
	inside := a.client.prefs.otrPolicy() == otr.Require
	if t != nil {
		if t.offers != nil {
			_, _ = t.offers.Receive(l.Body, p.now) // without an offer of its own it declines ours
		}
		for _, s := range t.sides {
			inside = inside || s.Their() != ""
		}
		inside, t.plain = inside && !t.plain, t.plain || inside
	}
	if inside {
		p.notices = append(p.notices, store.Notice{Conv: l.conv, Code: chat.CodePlainInside, Owner: l.conv.Peer, Time: l.time(p.now)})
	}
}

// textHash names a text of OTR.
func textHash(text string) []byte {
	h := sha256.Sum256([]byte("OTR\x00" + text))
	return h[:]
}
