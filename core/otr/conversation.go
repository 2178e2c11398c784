// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"fmt"
	"strings"
	"time"

	"github.com/coyim/otr3"

	"chatsecure.org/desktop/core/chat"
)

// maxText is the longest text that Send takes, in bytes: encoded it has to fit into
// one message of the other side's.
const maxText = 256 << 10

// Conversation is OTR with one program of a contact: one full address. It is not
// for several goroutines at once. Only texts that come live belong into it: what an
// archive brings, or another device's copy, can not be read and must not be
// answered.
//
// Each key exchange is made beside the session that is open, which goes on until
// the new one is proven. What was sent in the old one and comes late can be read
// until the first message of the new one.
type Conversation struct {
	cfg     Config
	current *session // open, or ended by the other side; nil for none
	before  *session // that current replaced
	shake   *session // the key exchange that is under way
	// crossed is an answer to the other side's exchange that has crossed ours, of version
	// 2, and comes before it. The specification has the other side ignore ours then;
	// libotr answers it, and ignores what we answer.
	crossed *session
	// waiting are exchanges that shake has taken the place of, and that only the other
	// side's signature is missing of: it may be in the new session already.
	waiting []*session
	lastKey chat.Fingerprint
	parts   assembly
	offer   offer

	now        time.Time // of the call that runs
	revealedAt time.Time // when an exchange came so far that only the other side's signature was missing
	replacedAt time.Time // when current replaced before
	renewed    time.Time // when Event.Renew was last set
	quiet      time.Time // since when we have said nothing while the other side talks
}

// offer is what became of the white space that offers OTR.
type offer int8

const (
	offerNone offer = iota
	offerSent
	offerDeclined // answered in plain text without it
)

// New begins a conversation; nothing is sent. It panics without a key.
func New(cfg Config) *Conversation {
	if cfg.Key == nil {
		panic("otr: no key")
	}
	for cfg.InstanceTag < minTag {
		tag, err := NewInstanceTag(cfg.Rand)
		if err != nil {
			tag = minTag // of a random source that is at its end: nothing else will work either
		}
		cfg.InstanceTag = tag
	}
	if cfg.Newest == nil {
		cfg.Newest = make(map[chat.Fingerprint]bool)
	}
	return &Conversation{cfg: cfg}
}

// SetPolicy changes the policy; a session that is open stays so.
func (c *Conversation) SetPolicy(p Policy) { c.cfg.Policy = p }

// Secure says whether a session is open: whether Send would send.
func (c *Conversation) Secure() bool { return c.current != nil && !c.current.ended }

// Ready is Secure, and no renewal of the session is so far that the other side may
// have left it: who can wait for the event waits, some seconds, and then calls Begin
// again.
func (c *Conversation) Ready() bool {
	return c.Secure() && len(c.waiting) == 0 && (c.shake == nil || !c.shake.revealed)
}

// Their is the fingerprint of the other side's key in the session that is open,
// or was until the other side ended it; "" for none.
func (c *Conversation) Their() chat.Fingerprint {
	if c.current == nil {
		return ""
	}
	return c.current.key
}

// Version is that of the protocol in the session that is open, or was until the other
// side ended it: 2 or 3; 0 for none.
func (c *Conversation) Version() int {
	if c.current == nil {
		return 0
	}
	return int(c.current.version)
}

// SessionID is what both sides of one session have in common, for people who want
// to compare that; zero without a session.
func (c *Conversation) SessionID() [8]byte {
	if c.current == nil {
		return [8]byte{}
	}
	return c.current.id
}

// Offer adds the white space that offers OTR to a plain text, where the policy is
// to offer it and the other side has not shown that it does not want it.
func (c *Conversation) Offer(text string) string {
	if c.cfg.Policy != Automatic || c.offer == offerDeclined || c.current != nil || Looks(text) {
		return text
	}
	c.offer = offerSent
	return text + tagMark + tagV2 + tagV3
}

// Start asks the other side for a session, in a text that a person can read whose
// program does not know OTR. It returns nothing where the policy is Never.
func (c *Conversation) Start() []string {
	if c.cfg.Policy == Never {
		return nil
	}
	query := "?OTRv23?"
	if c.cfg.Query != "" {
		query += " " + clean([]byte(c.cfg.Query))
	}
	return []string{query}
}

// Begin begins a key exchange at once, with a program that is known to speak OTR:
// to renew a session, or to have one again that one side has lost. A session that
// is open stays so until the new one is there. The version is that of the last session;
// without one, version 3. It returns nothing where the policy is Never.
func (c *Conversation) Begin() []string {
	if c.Version() == 2 {
		return c.begin(2)
	}
	return c.begin(3)
}

// begin is Begin with a version.
func (c *Conversation) begin(version uint16) []string {
	if c.cfg.Policy == Never {
		return nil
	}
	s := c.newSession(version)
	_, reply, err := s.feed(fmt.Sprintf("?OTRv%d?", version))
	if err != nil {
		return nil
	}
	s.commit = reply
	c.replaceShake(s)
	return c.pieces(reply, s)
}

// Send encrypts a text. It never gives plain text. Errors: CodeNoSession,
// CodeOTREnded (the other side has ended the session, and nothing is sent before a
// new one), CodeEmpty, CodeTooLarge.
func (c *Conversation) Send(text string) ([]string, error) {
	s, err := c.open("send OTR message")
	if err != nil {
		return nil, err
	}
	text = strings.ReplaceAll(text, "\x00", "") // ends the text on the wire
	switch {
	case text == "":
		return nil, failure(chat.Input, "send OTR message", chat.CodeEmpty, nil)
	case len(text) > maxText:
		return nil, failure(chat.Input, "send OTR message", chat.CodeTooLarge, nil)
	}
	out, err := s.otr.Send(otr3.ValidMessage(text))
	if err != nil {
		return nil, failure(chat.EncryptionFailed, "send OTR message", chat.CodeUnknown, err)
	}
	c.quiet = time.Time{}
	return c.cutUp(texts(out), s)
}

// End ends the session; what it returns tells the other side. Afterwards plain text
// is plain text again. It is harmless without a session.
func (c *Conversation) End() []string {
	var out []string
	if c.Secure() {
		out = c.pieces(c.current.close(), c.current)
	}
	if c.before != nil {
		c.before.close()
	}
	c.current, c.before, c.shake, c.crossed, c.waiting, c.offer = nil, nil, nil, nil, nil, offerNone
	c.parts.reset()
	return out
}

// open is the session that can be written to.
func (c *Conversation) open(op string) (*session, error) {
	switch {
	case c.current == nil:
		return nil, failure(chat.EncryptionFailed, op, chat.CodeNoSession, nil)
	case c.current.ended:
		return nil, failure(chat.EncryptionFailed, op, chat.CodeOTREnded, nil)
	}
	return c.current, nil
}

// cutUp cuts messages of a session into parts where they are too long.
func (c *Conversation) cutUp(messages []string, s *session) ([]string, error) {
	head := headV2
	if s.version > 2 {
		head = headV3(c.cfg.InstanceTag, s.tag)
	}
	var all []string
	for _, m := range messages {
		parts, err := split(m, c.cfg.Fragment, head)
		if err != nil {
			return nil, failure(chat.Input, "send OTR message", chat.CodeTooLarge, err)
		}
		all = append(all, parts...)
	}
	return all, nil
}

// pieces is cutUp for what the protocol itself says, which is never too long.
func (c *Conversation) pieces(messages []string, s *session) []string {
	all, err := c.cutUp(messages, s)
	if err != nil {
		return messages
	}
	return all
}
