// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/coyim/otr3"

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
	c.shake, c.crossed = s, nil
}

// begun says that this side has begun the exchange and waits for an answer.
func (s *session) begun() bool { return len(s.commit) > 0 && !s.answered }

// commitHash is what a D-H Commit says of its g^x, by which two that cross are ordered;
// "" for none.
func commitHash(message string) string {
	code, _, _ := strings.Cut(strings.TrimPrefix(message, "?OTR:"), ".")
	b, err := base64.StdEncoding.DecodeString(code)
	if err != nil || len(b) < 3 {
		return ""
	}
	rest, _, _ := otr3.ExtractData(b[3:]) // of version 2: no instance tags
	_, hash, _ := otr3.ExtractData(rest)
	return string(hash)
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
	if s != nil && s.answered && !s.wrote(h) {
		s = nil
	}
	switch {
	case h.version == 2 && h.kind == kindCommit && s != nil && s.begun() && commitHash(s.commit[0]) < commitHash(message):
		if c.crossed == nil {
			c.crossed = c.newSession(2)
		}
		s = c.crossed
	case h.version == 2 && h.kind == kindReveal && c.crossed != nil:
		s = c.crossed
	case h.kind == kindCommit && (s == nil || s.revealed || s.version != h.version):
		s = c.newSession(h.version)
		c.replaceShake(s)
	case h.kind == kindSignature:
		for _, w := range c.waiting {
			if !w.wrote(h) {
				continue
			}
			if _, _, err := w.feed(message); err == nil && w.otr.IsEncrypted() {
				return c.promote(w, nil)
			}
		}
	}
	if s == nil || s.version != h.version {
		return Result{} // of an exchange that is over, or was never begun
	}
	s.tag, s.answered = h.from, true
	_, reply, err := s.feed(message)
	if err != nil {
		return Result{Events: []Event{{Kind: SetupFailed, Code: chat.CodeForged}}}
	}
	// Who has revealed a signature waits for the other's, which is already in the
	// new session then.
	if h.kind == kindDHKey && len(reply) > 0 {
		s.revealed, c.revealedAt = true, c.now
	}
	if s.otr.IsEncrypted() {
		return c.promote(s, reply)
	}
	return Result{Reply: c.pieces(reply, s)}
}

// promote makes the session of an exchange that is done, and sends the last message of
// it, if that is ours. Those that were begun before it have no signature to wait for
// any more.
func (c *Conversation) promote(s *session, reply []string) Result {
	old := c.current
	if c.shake == s || c.crossed == s {
		c.shake, c.waiting = nil, nil
	}
	c.crossed = nil
	c.waiting = c.waiting[slices.Index(c.waiting, s)+1:]
	s.key, s.id = fingerprint(s.otr.GetTheirKey()), s.otr.GetSSID()
	switch newest := c.cfg.Newest; {
	case s.key == c.cfg.Key.Fingerprint():
		s.close() // our own messages, sent back to us
		return Result{Reply: c.pieces(reply, s), Events: []Event{{Kind: SetupFailed, Code: chat.CodeForged}}}
	case s.version == 2 && newest[s.key]:
		s.close() // somebody has changed what one of us has asked for
		return Result{Reply: c.begin(3), Events: []Event{{Kind: SetupFailed, Code: chat.CodeOTRDowngrade}}}
	case s.version > 2 && len(newest) < maxNewest:
		newest[s.key] = true
	}
	var events []Event
	if old != nil && !old.ended {
		if old.secret != secretNone {
			events = append(events, Event{Kind: SecretAborted})
			old.secretIs(secretNone)
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
	return Result{Reply: c.pieces(reply, s), Events: append(events, Event{Kind: kind})}
}
