// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
)

const (
	switchTime = 30 * time.Second // how long an exchange may wait for its last message
	maxWaiting = 4
)

// replaceShake goes on with another exchange.
func (c *Conversation) replaceShake(s *session) {
	if c.shake != nil && c.shake.revealed {
		c.waiting = append(c.waiting, c.shake)
		c.waiting = c.waiting[max(0, len(c.waiting)-maxWaiting):]
	}
	c.shake = s
}

// giveUp forgets exchanges whose last message does not come.
func (c *Conversation) giveUp() {
	if c.now.Sub(c.revealedAt) <= switchTime {
		return
	}
	c.waiting = nil
	if c.shake != nil && c.shake.revealed {
		c.shake = nil
	}
}

// exchange goes on with the key exchange that a message belongs to.
func (c *Conversation) exchange(h header, message string) Result {
	s := c.shake
	if s != nil && s.tag != 0 && s.tag != h.from {
		s = nil
	}
	switch {
	case h.kind == kindCommit && (s == nil || s.revealed):
		s = c.newSession()
		c.replaceShake(s)
	case h.kind == kindSignature:
		for _, w := range c.waiting {
			if w.tag != h.from {
				continue
			}
			if _, _, err := w.feed(message); err == nil && w.otr.IsEncrypted() {
				return Result{Events: c.promote(w)}
			}
		}
	}
	if s == nil {
		return Result{} // of an exchange that is over, or was never begun
	}
	s.tag = h.from
	_, reply, err := s.feed(message)
	if err != nil {
		return Result{Events: []Event{{Kind: SetupFailed, Code: chat.CodeForged}}}
	}
	// Who has revealed a signature waits for the other's, which is already in the
	// new session then.
	if h.kind == kindDHKey && len(reply) > 0 {
		s.revealed, c.revealedAt = true, c.now
	}
	r := Result{Reply: c.pieces(reply, s.tag)}
	if s.otr.IsEncrypted() {
		r.Events = c.promote(s)
	}
	return r
}

// promote makes the session of an exchange that is done. Those that were begun before
// it have no signature to wait for any more.
func (c *Conversation) promote(s *session) []Event {
	old := c.current
	if c.shake == s {
		c.shake, c.waiting = nil, nil
	}
	c.waiting = c.waiting[slices.Index(c.waiting, s)+1:]
	s.key, s.id = fingerprint(s.otr.GetTheirKey()), s.otr.GetSSID()
	if s.key == c.cfg.Key.Fingerprint() {
		s.close() // our own messages, sent back to us
		return []Event{{Kind: SetupFailed, Code: chat.CodeForged}}
	}
	var events []Event
	if old != nil && !old.ended {
		if old.secret != secretNone {
			events = append(events, Event{Kind: SecretAborted})
		}
		if c.before != nil {
			c.before.close()
		}
		c.before = old
	}
	kind := Started
	switch {
	case c.lastKey != "" && c.lastKey != s.key:
		kind = StartedWithNewKey
	case old != nil && !old.ended:
		kind = Renewed
	}
	c.current, c.lastKey, c.quiet, c.renewed = s, s.key, time.Time{}, time.Time{}
	c.replacedAt = c.now
	return append(events, Event{Kind: kind})
}
