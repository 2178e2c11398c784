// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"errors"
	"io"
	"time"
)

// maxFormer is how many ratchets are kept besides the one that is used.
const maxFormer = 4

// heartbeatAt is the number of a message that asks for a sign of life (XEP-0384 §6).
const heartbeatAt = 53

// Session is what this device and another one share: a ratchet, and those it had with
// the same device before, so that messages that crossed a new beginning are read.
// Not for several goroutines.
type Session struct {
	state
	remote IdentityKey // other in its Curve25519 form
	former []state     // the latest first; pending ones among them may still be answered
}

// Version is the session's form.
func (s *Session) Version() Version { return s.version }

// Remote is the other device's key.
func (s *Session) Remote() IdentityKey { return s.remote }

// Heartbeat says that the other side has sent so many messages without hearing from
// this device that it has to be sent an empty one (TransportKey), to which a new
// ratchet key belongs (XEP-0384 §6). Sending anything ends it.
func (s *Session) Heartbeat() bool { return s.receiving && !s.sending && s.receive.n > heartbeatAt }

// Unanswered says that the other side has begun the session and has heard nothing in it
// yet: until it does each of its messages is a key exchange, and the prekey is not gone
// (XEP-0384 §4.3, §6).
func (s *Session) Unanswered() bool { return !s.first && !s.sending && s.previous == 0 }

// Pending says that this side has begun the session and has heard nothing in it yet: each
// of its messages is a key exchange (XEP-0384 §4.3).
func (s *Session) Pending() bool { return s.pending }

// Break notes that a message of the other side could not be read: its keys and those
// here do not fit together. The next one that can be read takes that back, but for a late
// one of a session before.
func (s *Session) Break() { s.broken = true }

// Broken says whether that is so. What then has to be done is a person's decision
// (XEP-0384, Security Considerations).
func (s *Session) Broken() bool { return s.broken }

// Encrypt makes what stands in one <key/>. kex says that it is a key exchange, which
// all are until the other side has answered. On an error s is unchanged. random nil
// is crypto/rand.
func (s *Session) Encrypt(key []byte, random io.Reader) (data []byte, kex bool, err error) {
	kex = s.pending
	turns := !s.sending
	if data, err = s.seal(key, random); err != nil {
		return nil, false, failed("encrypt key", err)
	}
	if turns {
		s.turned = s.count() + 1
	}
	return data, kex, nil
}

// Decrypt reads what stands in one <key/>; kex is what its attribute says. A key
// exchange has to be one that IsSameKex knows; any other one is for Answer. On an error
// s is unchanged.
func (s *Session) Decrypt(data []byte, kex bool, now time.Time) ([]byte, error) {
	return s.DecryptSent(data, kex, now, now)
}

// DecryptSent is Decrypt of what was sent at a time that somebody says, and perhaps not
// just now.
func (s *Session) DecryptSent(data []byte, kex bool, sent, now time.Time) ([]byte, error) {
	const op = "decrypt key"
	if sent.After(now) {
		sent = now
	}
	var base *[32]byte
	if kex {
		k, err := readKeyExchange(s.version, data)
		if err != nil {
			return nil, failed(op, err)
		}
		if !s.knows(k) {
			return nil, failed(op, ErrOtherSession)
		}
		base, data = &k.base, k.inner
	}
	m, err := readMessage(s.version, data)
	if err != nil {
		return nil, failed(op, err)
	}
	if base == nil || *base == s.base {
		plain, err2 := s.open(m, now)
		if err2 == nil {
			s.hears(sent, now)
			s.settle(now)
			s.Forget(now)
			return plain, nil
		}
		err = err2
	}
	for i := range s.former {
		if base != nil && *base != s.former[i].base {
			continue
		}
		f := &s.former[i]
		pending := f.pending
		plain, err2 := f.open(m, now)
		if err2 == nil {
			f.hears(sent, now)
			if s.overrules(f, pending, m.ratchet, sent, now) {
				s.promote(i)
			}
			s.Forget(now)
			return plain, nil
		}
		// What a ratchet knows to be its own tells more than another's not knowing it.
		if err == nil || errors.Is(err, ErrOtherSession) {
			err = err2
		}
	}
	return nil, failed(op, err)
}

// Forget drops the keys of messages that have not come in time, of this ratchet and of
// those before it. It says whether there were any.
func (s *Session) Forget(now time.Time) (some bool) {
	forget := func(t *state) {
		had := t.skipped.size()
		t.skipped = t.skipped.since(now.Add(-MaxAge))
		some = some || t.skipped.size() < had
	}
	forget(&s.state)
	for i := range s.former {
		forget(&s.former[i])
	}
	return some
}

// IsSameKex says that this session comes from that key exchange: its message is for
// Decrypt (XEP-0384 §4.3).
func (s *Session) IsSameKex(data []byte) bool {
	k, err := readKeyExchange(s.version, data)
	return err == nil && s.knows(k)
}

func (s *Session) knows(k keyExchange) bool {
	made := func(t *state) bool { return !t.first && t.base == k.base && t.other == k.identity }
	if made(&s.state) {
		return true
	}
	for i := range s.former {
		if made(&s.former[i]) {
			return true
		}
	}
	return false
}

// String keeps keys out of logs.
func (Session) String() string { return "session" }

// GoString keeps keys out of logs.
func (Session) GoString() string { return "session" }
