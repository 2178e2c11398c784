// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"errors"
	"strings"
	"time"

	"github.com/coyim/otr3"

	"chatsecure.org/desktop/core/chat"
)

const (
	renewEvery   = 10 * time.Second // how often Event.Renew is set at most
	oldKept      = time.Minute      // how long a session that was replaced can be read
	silence      = time.Minute      // after this long without a word of ours a heartbeat answers
	maxErrorText = 500              // bytes of the other side's
)

// Receive takes a text of the other side's, as it stands in the message's body, in
// the order in which they came. The error says that nothing of it could be looked
// at: CodeTooLarge. All else is said by events.
func (c *Conversation) Receive(text string, now time.Time) (Result, error) {
	if len(text) > maxMessage {
		return Result{}, failure(chat.EncryptionFailed, "read OTR message", chat.CodeTooLarge, nil)
	}
	c.now = now
	c.parts.expire(now)
	c.giveUp()
	f := formOf(text)
	if c.never() && f != formEncoded && f != formFragment {
		f = formPlain
	}
	switch f {
	case formPlain, formTagged:
		return c.plain(text, f), nil
	case formQuery:
		return c.query(text), nil
	case formError:
		said := strings.TrimSpace(strings.TrimPrefix(text, "?OTR Error:"))
		return Result{Events: []Event{{Kind: ErrorText, Text: chat.Cut(clean([]byte(said)), maxErrorText)}}}, nil
	case formFragment:
		return c.fragment(text), nil
	}
	return c.encoded(text), nil
}

// plain is what came in the clear. It is never taken for anything else.
func (c *Conversation) plain(text string, f form) Result {
	r := Result{Text: text, HasText: true, Plain: c.current != nil || c.cfg.Policy == Require}
	if f == formPlain {
		if c.offer == offerSent {
			c.offer = offerDeclined
		}
		return r
	}
	var version uint16
	r.Text, version, _ = stripTag(text)
	r.HasText = r.Text != ""
	if version != 0 {
		r.Events = []Event{{Kind: Offered}}
		if !c.Secure() && (c.cfg.Policy == Automatic || c.cfg.Policy == Require) {
			r.Reply = c.begin(version)
		}
	}
	return r
}

func (c *Conversation) query(text string) Result {
	version := queryOffers(text)
	if version == 0 {
		return Result{Events: []Event{{Kind: SetupFailed, Code: chat.CodeNotSupported}}}
	}
	if c.Secure() { // with that session's program, which can do what it does
		version = max(version, c.current.version)
	}
	r := Result{Events: []Event{{Kind: Offered}}}
	if s := c.shake; s != nil && s.begun() && s.version == version {
		r.Reply = c.pieces(s.commit, s) // our exchange waits for an answer already
	} else {
		r.Reply = c.begin(version)
	}
	return r
}

// never says that OTR is switched off and nothing is left of it.
func (c *Conversation) never() bool { return c.cfg.Policy == Never && c.current == nil }

func (c *Conversation) fragment(text string) Result {
	p, ok := parsePart(text)
	switch {
	case !ok || p.version == 3 && (p.from < minTag || p.to != 0 && p.to < minTag):
		return lost(chat.CodeForged, false)
	case p.version == 2:
	case p.to != 0 && p.to != c.cfg.InstanceTag || p.from == c.cfg.InstanceTag:
		return Result{Events: []Event{{Kind: OtherInstance}}}
	}
	whole, done, tooLarge := c.parts.add(p, c.now)
	switch {
	case tooLarge:
		return lost(chat.CodeTooLarge, false)
	case !done:
		return Result{}
	case formOf(whole) != formEncoded:
		return lost(chat.CodeForged, false)
	}
	return c.encoded(whole)
}

func (c *Conversation) encoded(text string) Result {
	h, message, ok := parseEncoded(text)
	switch {
	case !ok:
		return lost(chat.CodeForged, false)
	case h.version != 2 && h.version != 3, c.never():
		return lost(chat.CodeNotSupported, false)
	case h.version == 2:
	case h.from == c.cfg.InstanceTag, h.to != c.cfg.InstanceTag && (h.to != 0 || h.kind != kindCommit):
		return Result{Events: []Event{{Kind: OtherInstance}}}
	}
	switch h.kind {
	case kindData:
		return c.data(h, message)
	case kindCommit, kindDHKey, kindReveal, kindSignature:
		return c.exchange(h, message)
	}
	return lost(chat.CodeNotSupported, false)
}

// lost is an encrypted message that could not be read, by Code alone.
func lost(code chat.Code, quiet bool) Result {
	return Result{Events: []Event{{Kind: Unreadable, Code: code, Quiet: quiet}}}
}

// unreadable is one that the other side sent in a session of its own.
func (c *Conversation) unreadable(code chat.Code, quiet bool) Result {
	r := lost(code, quiet)
	if quiet || !c.renewed.IsZero() && c.now.Sub(c.renewed) < renewEvery && !c.now.Before(c.renewed) {
		return r
	}
	c.renewed = c.now
	r.Events[0].Renew = true
	if c.cfg.Error != "" {
		r.Reply = []string{"?OTR Error: " + clean([]byte(c.cfg.Error))}
	}
	return r
}

// data reads a message of a session.
func (c *Conversation) data(h header, message string) Result {
	if c.before != nil && c.now.Sub(c.replacedAt) > oldKept {
		c.before.close()
		c.before = nil
	}
	s, late := c.current, c.before
	if late != nil && !late.wrote(h) {
		late = nil
	}
	err, code := errNoSession, chat.CodeNoSession
	var text []byte
	var reply []string
	switch {
	case s == nil || !s.wrote(h):
	case s.ended:
		code = chat.CodeOTREnded
	default:
		if text, reply, err = s.feed(message); err == nil && late != nil {
			c.before.close() // who uses the new session has nothing more to say in the old one
			c.before = nil
		}
	}
	if err != nil && late != nil {
		if text, _, lateErr := late.feed(message); lateErr == nil && len(text) > 0 {
			return Result{Text: clean(text), HasText: true, Encrypted: true, Late: true, By: late.key}
		}
	}
	switch {
	case errors.Is(err, errNoSession):
		return c.unreadable(code, h.quiet)
	case errors.Is(err, otr3.ErrRepeated):
		return Result{Events: []Event{{Kind: Repeated}}}
	case errors.Is(err, errPanic):
		return lost(chat.CodeForged, h.quiet)
	case err != nil:
		return c.unreadable(chat.CodeBrokenKeys, h.quiet)
	}
	r := Result{Reply: append(c.pieces(reply, s), c.uncross(s)...)}
	r.Events = s.heard
	if len(text) > 0 {
		r.Text, r.HasText, r.Encrypted, r.By = clean(text), true, true, s.key
		r.Reply = append(r.Reply, c.heartbeat()...)
	} else if s.empty && len(r.Events) == 0 {
		r.Events = []Event{{Kind: Heartbeat}}
	}
	return r
}

// heartbeat moves the keys on for a side that only reads.
func (c *Conversation) heartbeat() []string {
	if c.quiet.IsZero() || c.now.Before(c.quiet) {
		c.quiet = c.now
	}
	if c.now.Sub(c.quiet) < silence || !c.Secure() {
		return nil
	}
	c.quiet = c.now
	out, err := c.current.otr.Heartbeat()
	if err != nil {
		return nil
	}
	return c.pieces(texts(out), c.current)
}
