// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"

	"github.com/coyim/otr3"

	"chatsecure.org/desktop/core/chat"
)

// minTag is the least instance tag; those below mean nothing or everybody.
const minTag = 0x100

// The kinds of encoded messages.
const (
	kindCommit    = 0x02
	kindData      = 0x03
	kindDHKey     = 0x0a
	kindReveal    = 0x11
	kindSignature = 0x12
)

// header is the beginning of an encoded message.
type header struct {
	version  uint16
	kind     byte
	from, to uint32 // the instance tags; 0 in version 2, which has none
	quiet    bool   // a data message with the flag IGNORE_UNREADABLE
}

// parseEncoded reads "?OTR:BASE64." and what may follow, and gives the message in
// its exact form.
func parseEncoded(text string) (h header, message string, ok bool) {
	body, _, ok := strings.Cut(strings.TrimPrefix(text, "?OTR:"), ".")
	if !ok {
		return h, "", false
	}
	b, err := base64.StdEncoding.DecodeString(body)
	if err != nil || len(b) < 3 {
		return h, "", false
	}
	h.version, h.kind = binary.BigEndian.Uint16(b), b[2]
	ok, rest := true, b[3:]
	switch h.version {
	case 2:
	case 3:
		if len(rest) < 8 {
			return h, "", false
		}
		h.from, h.to, rest = binary.BigEndian.Uint32(rest), binary.BigEndian.Uint32(rest[4:]), rest[8:]
		ok = h.from >= minTag
	default:
		return h, "", true
	}
	if len(rest) == 0 {
		return h, "", false
	}
	h.quiet = h.kind == kindData && rest[0]&1 != 0
	return h, "?OTR:" + base64.StdEncoding.EncodeToString(b) + ".", ok
}

// session is one key exchange, and the session that came of it. It takes part in
// no second exchange: what a broken or forged exchange leaves behind can not touch
// a session that is open.
type session struct {
	otr      *otr3.Conversation
	version  uint16
	tag      uint32   // the other side's; 0 until it has said something, and in version 2
	answered bool     // it has said something
	commit   []string // what began the exchange, if this side did
	// revealed says that this side has said all: only the other's signature is missing.
	revealed bool
	key      chat.Fingerprint
	id       [8]byte
	ended    bool
	secret   secret
	own      ownSecret
	asks     string  // the other side, with secretAsked and secretQuestion: as it was written
	heard    []Event // of the call that runs
	empty    bool    // the message of the call that runs had no text
}

// newSession begins one that speaks one version and no other.
func (c *Conversation) newSession(version uint16) *session {
	s := &session{otr: &otr3.Conversation{Rand: c.cfg.Rand}, version: version}
	if version == 2 {
		s.otr.Policies.AllowV2()
	} else {
		s.otr.Policies.AllowV3()
	}
	s.otr.SetOurKeys([]otr3.PrivateKey{c.cfg.Key.dsa})
	s.otr.InitializeInstanceTag(c.cfg.InstanceTag)
	s.otr.SetSecurityEventHandler(s)
	s.otr.SetMessageEventHandler(s)
	s.otr.SetSMPEventHandler(s)
	return s
}

// wrote says whether the other side of a session has sent the message with a header,
// as far as that can be seen.
func (s *session) wrote(h header) bool { return s.version == h.version && s.tag == h.from }

// feed hands a message to the library. A panic in there is an error like another:
// the message was not by a program that we know.
func (s *session) feed(message string) (text []byte, reply []string, err error) {
	s.heard, s.empty = nil, false
	defer func() {
		if r := recover(); r != nil {
			text, reply, err = nil, nil, errPanic
		}
	}()
	plain, out, err := s.otr.Receive(otr3.ValidMessage(message))
	return plain, texts(out), err
}

var (
	errPanic     = errors.New("the message broke the library")
	errNoSession = errors.New("no session")
)

func texts(messages []otr3.ValidMessage) []string {
	var out []string
	for _, m := range messages {
		out = append(out, string(m))
	}
	return out
}

// close wipes what can be wiped and gives the message that tells the other side.
func (s *session) close() []string {
	s.ended = true
	s.secretIs(secretNone)
	out, _ := s.otr.End() // an error is the random source's: then there is no message
	return texts(out)
}

// HandleSecurityEvent hears that the other side has ended the session.
func (s *session) HandleSecurityEvent(e otr3.SecurityEvent) {
	if e == otr3.GoneInsecure && !s.ended {
		s.ended = true
		s.heard = append(s.heard, Event{Kind: Ended})
	}
}

// HandleMessageEvent hears that a message had no text.
func (s *session) HandleMessageEvent(e otr3.MessageEvent, _ []byte, _ error, _ ...any) {
	if e == otr3.MessageEventLogHeartbeatReceived {
		s.empty = true
	}
}

var (
	_ otr3.SecurityEventHandler = (*session)(nil)
	_ otr3.MessageEventHandler  = (*session)(nil)
	_ otr3.SMPEventHandler      = (*session)(nil)
)
