// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"crypto/hmac"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// maxPast is how many of the other side's former ratchet keys are remembered.
const maxPast = 8

// past is a former ratchet key of the other side: a message with it that has no kept
// key was read before. In V03 its chain is kept as well, as libsignal does: what a
// message of libsignal says of how many there were in it is one too few.
type past struct {
	ratchet [32]byte
	chain   chain // V03 only
}

// state is one Double Ratchet (signal.org/docs/specifications/doubleratchet) with what
// of the key agreement has to be kept. Its slices are never changed in place, so that
// a copy of the struct is a copy of the state.
type state struct {
	version       Version
	first         bool     // this side began the session
	own, other    [32]byte // identity keys, in the form's encoding
	base          [32]byte // the ephemeral key of the key exchange
	signedID      uint32   // the other side's prekeys that were used: while pending
	prekeyID      uint32
	prekey        bool
	pending       bool // no answer yet: each message is a key exchange (XEP-0384 §4.3)
	root          [32]byte
	self          pair     // this side's ratchet key: while sending
	peer          [32]byte // the other side's
	send, receive chain
	sending       bool // there is a chain to send on; otherwise the next message makes one
	receiving     bool
	broken        bool   // a message of the other side could not be read, and none since could
	previous      uint32 // how many messages the last sending chain had
	past          []past // the latest first
	skipped       skipped
	order
}

// additional is the associated data of a message: the identity keys of the one who
// began and of the other (XEP-0384 §4.1), in V03 of the sender and of the receiver, as
// libsignal has it.
func (s *state) additional(sent bool) []byte {
	a, b := s.own, s.other
	if s.version == V2 && !s.first || s.version == V03 && !sent {
		a, b = b, a
	}
	return append(s.version.encode(a), s.version.encode(b)...)
}

// seal makes the next message. On an error s is unchanged.
func (s *state) seal(plain []byte, random io.Reader) ([]byte, error) {
	next := *s
	if !next.sending {
		if err := next.turn(random); err != nil {
			return nil, err
		}
	}
	if next.send.n == math.MaxUint32 {
		return nil, errCounter
	}
	m := message{ratchet: next.self.public, n: next.send.n, previous: next.previous}
	key := next.send.next()
	d := s.version.dialect()
	keys, err := newMessageKeys(key[:], d.message)
	if err != nil {
		return nil, err
	}
	defer clear(keys)
	clear(key[:])
	if m.body, err = keys.encrypt(plain); err != nil {
		return nil, err
	}
	signed := appendMessage(s.version, m)
	out := appendTag(s.version, signed, keys.tag(d.tag, next.additional(true), signed))
	if next.pending {
		out = appendKeyExchange(s.version, keyExchange{
			signedID: next.signedID, prekeyID: next.prekeyID, prekey: next.prekey,
			identity: next.own, base: next.base, inner: out,
		})
	}
	*s = next
	return out, nil
}

// turn makes a new ratchet key and a chain to send on. It waits until there is
// something to send, which the other side can not tell from doing it at once.
func (s *state) turn(random io.Reader) error {
	self, key, err := newPair(random)
	if err != nil {
		return err
	}
	agreed, err := agree(key, s.peer)
	if err != nil {
		return err
	}
	s.send, err = moveRoot(s.version, &s.root, agreed)
	s.self, s.sending = self, true
	return err
}

// open reads a message. On an error s is unchanged.
func (s *state) open(m message, now time.Time) ([]byte, error) {
	next := *s
	next.skipped = s.skipped.since(now.Add(-MaxAge)) // before one is used
	if s.skipped.has(m.ratchet, m.n) && !next.skipped.has(m.ratchet, m.n) {
		return nil, ErrRepeated
	}
	key, err := next.keyOf(m, now)
	if err != nil {
		return nil, err
	}
	plain, err := next.unseal(m, key[:])
	clear(key[:])
	if err != nil {
		if m.ratchet != s.peer && s.formerly(m.ratchet) < 0 && !s.skipped.has(m.ratchet, m.n) {
			// The key came out of an agreement that the sender may not have made.
			err = fmt.Errorf("%w: %w", ErrOtherSession, err)
		}
		return nil, err
	}
	next.pending, next.broken = false, false
	*s = next
	return plain, nil
}

func (s *state) unseal(m message, key []byte) ([]byte, error) {
	d := s.version.dialect()
	keys, err := newMessageKeys(key, d.message)
	if err != nil {
		return nil, err
	}
	defer clear(keys)
	if !hmac.Equal(m.tag, keys.tag(d.tag, s.additional(false), m.signed)) {
		return nil, ErrNotAuthentic
	}
	return keys.decrypt(m.body)
}

// keyOf moves s to where the message's key is.
func (s *state) keyOf(m message, now time.Time) (key [32]byte, err error) {
	if key, rest, ok := s.skipped.take(m.ratchet, m.n); ok {
		s.skipped = rest
		return key, nil
	}
	switch {
	case s.receiving && m.ratchet == s.peer:
	case s.formerly(m.ratchet) >= 0:
		return s.keyOfPast(m, now)
	case !s.sending:
		// Only who knows our ratchet key can have made a new one, and nobody was told.
		return key, ErrOtherSession
	default:
		if err := s.follow(m, now); err != nil {
			return key, err
		}
	}
	return s.advance(s.peer, &s.receive, m.n, now)
}

// advance moves a chain to behind message n and gives that message's key.
func (s *state) advance(ratchet [32]byte, c *chain, n uint32, now time.Time) (key [32]byte, err error) {
	if n < c.n {
		return key, ErrRepeated
	}
	if n-c.n > MaxSkip || n == math.MaxUint32 {
		return key, ErrSkippedTooFar
	}
	s.skipped = s.skipped.fill(ratchet, c, n, now)
	return c.next(), nil
}

func (s *state) formerly(ratchet [32]byte) int {
	return slices.IndexFunc(s.past, func(p past) bool { return p.ratchet == ratchet })
}

func (s *state) keyOfPast(m message, now time.Time) (key [32]byte, err error) {
	if s.version != V03 {
		return key, ErrRepeated
	}
	s.past = slices.Clone(s.past)
	p := &s.past[s.formerly(m.ratchet)]
	return s.advance(p.ratchet, &p.chain, m.n, now)
}

// follow takes the other side's new ratchet key.
func (s *state) follow(m message, now time.Time) error {
	if s.receiving {
		if m.previous > s.receive.n && m.previous-s.receive.n <= MaxSkip {
			s.skipped = s.skipped.fill(s.peer, &s.receive, m.previous, now)
		}
		left := past{ratchet: s.peer}
		if s.version == V03 {
			left.chain = s.receive
		}
		all := append([]past{left}, s.past...)
		s.past = slices.Clip(all[:min(len(all), maxPast)])
	}
	key, err := s.self.key()
	if err != nil {
		return err
	}
	agreed, err := agree(key, m.ratchet)
	if err != nil {
		return err
	}
	if s.receive, err = moveRoot(s.version, &s.root, agreed); err != nil {
		return err
	}
	s.peer, s.receiving = m.ratchet, true
	s.previous, s.sending = s.send.n, false
	s.self, s.send = pair{}, chain{}
	s.answered, s.turns = s.turned, min(s.turns+1, maxPast)
	return nil
}
