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

// maxPast is how many of the other side's former ratchet keys are remembered, to know
// a message again that was read before.
const maxPast = 8

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
	previous      uint32 // how many messages the last sending chain had
	past          [][32]byte
	skipped       skipped
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
func (s *state) turn(random io.Reader) (err error) {
	if s.self, err = newPair(random); err != nil {
		return err
	}
	key, err := s.self.key()
	if err != nil {
		return err
	}
	agreed, err := agree(key, s.peer)
	if err != nil {
		return err
	}
	s.send, err = moveRoot(s.version, &s.root, agreed)
	s.sending = true
	return err
}

// open reads a message. On an error s is unchanged.
func (s *state) open(m message, now time.Time) ([]byte, error) {
	next := *s
	key, err := next.keyOf(m, now)
	if err != nil {
		return nil, err
	}
	plain, err := next.unseal(m, key[:])
	clear(key[:])
	if err != nil {
		if m.ratchet != s.peer && !s.skipped.has(m.ratchet, m.n) {
			// The key came out of an agreement that the sender may not have made.
			err = fmt.Errorf("%w: %w", ErrOtherSession, err)
		}
		return nil, err
	}
	next.pending = false
	next.skipped = next.skipped.since(now.Add(-MaxAge))
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
	case slices.Contains(s.past, m.ratchet):
		return key, ErrRepeated
	case !s.sending:
		// Only who knows our ratchet key can have made a new one, and nobody was told.
		return key, ErrOtherSession
	default:
		if err := s.follow(m, now); err != nil {
			return key, err
		}
	}
	if m.n < s.receive.n {
		return key, ErrRepeated
	}
	if m.n-s.receive.n > MaxSkip || m.n == math.MaxUint32 {
		return key, ErrSkippedTooFar
	}
	s.skipped = s.skipped.fill(s.peer, &s.receive, m.n, now)
	return s.receive.next(), nil
}

// follow takes the other side's new ratchet key.
func (s *state) follow(m message, now time.Time) error {
	if s.receiving {
		// libsignal's previous counter is the last message's number, OMEMO's is how many
		// there were: one more does no harm.
		end := uint64(m.previous)
		if s.version == V03 {
			end++
		}
		if end > uint64(s.receive.n) && end-uint64(s.receive.n) <= MaxSkip {
			s.skipped = s.skipped.fill(s.peer, &s.receive, uint32(end), now)
		}
		past := append([][32]byte{s.peer}, s.past...)
		s.past = slices.Clip(past[:min(len(past), maxPast)])
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
	return nil
}
