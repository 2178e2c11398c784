// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"encoding/binary"
)

// sessionFormat begins a stored session. A number more means other bytes behind it: 1 had
// no order.
const sessionFormat = 2

// What a stored ratchet says by its bits.
const (
	bitFirst = 1 << iota
	bitPending
	bitPrekey
	bitSending
	bitReceiving
	bitBroken
	bitsEnd
)

// MarshalBinary gives the whole session with its secret keys, to be stored where
// nobody else reads it.
func (s *Session) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, 512+44*s.skipped.size())
	b = append(b, sessionFormat, byte(s.version), byte(len(s.former)))
	b = append(b, s.remote[:]...)
	b = s.append(b)
	for i := range s.former {
		b = s.former[i].append(b)
	}
	return b, nil
}

func (s *state) append(b []byte) []byte {
	var bits byte
	for _, bit := range []struct {
		set  bool
		mask byte
	}{
		{s.first, bitFirst},
		{s.pending, bitPending},
		{s.prekey, bitPrekey},
		{s.sending, bitSending},
		{s.receiving, bitReceiving},
		{s.broken, bitBroken},
	} {
		if bit.set {
			bits |= bit.mask
		}
	}
	b = append(b, bits)
	for _, key := range [][32]byte{s.own, s.other, s.base, s.root, s.peer} {
		b = append(b, key[:]...)
	}
	b = binary.BigEndian.AppendUint32(b, s.signedID)
	b = binary.BigEndian.AppendUint32(b, s.prekeyID)
	b = binary.BigEndian.AppendUint32(b, s.previous)
	if s.sending {
		b = append(append(b, s.self.private[:]...), s.self.public[:]...)
		b = s.send.append(b)
	}
	if s.receiving {
		b = s.receive.append(b)
	}
	b = append(b, byte(len(s.past)))
	for i := range s.past {
		b = append(b, s.past[i].ratchet[:]...)
		if s.version == V03 {
			b = s.past[i].chain.append(b)
		}
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(s.skipped)))
	for _, c := range s.skipped {
		b = binary.BigEndian.AppendUint16(append(b, c.ratchet[:]...), uint16(len(c.keys)))
		for _, k := range c.keys {
			b = binary.BigEndian.AppendUint32(b, k.n)
			b = binary.BigEndian.AppendUint64(b, uint64(k.at))
			b = append(b, k.key[:]...)
		}
	}
	for _, n := range []uint32{s.made, s.turned, s.answered} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return append(binary.BigEndian.AppendUint64(b, uint64(s.heard)), s.turns)
}

func (c *chain) append(b []byte) []byte {
	return binary.BigEndian.AppendUint32(append(b, c.key[:]...), c.n)
}

// ParseSession is the inverse of MarshalBinary. The error is of kind Storage,
// CodeDamaged.
func ParseSession(b []byte) (*Session, error) {
	const op = "read session"
	r := &reader{rest: b}
	format := r.byte()
	if format < 1 || format > sessionFormat {
		return nil, damaged(op, ErrVersion)
	}
	v := Version(r.byte())
	former := int(r.byte())
	if r.bad || !v.known() || former > maxFormer {
		return nil, damaged(op, ErrMalformed)
	}
	s := &Session{remote: r.key()}
	s.state = r.state(v, format)
	for range former {
		s.former = append(s.former, r.state(v, format))
	}
	if format == 1 { // as if they had come to be in this order
		s.made = uint32(former) + 1
		for i := range s.former {
			s.former[i].made = uint32(former - i)
		}
	}
	if r.bad || len(r.rest) > 0 {
		return nil, damaged(op, ErrMalformed)
	}
	for i := range s.former {
		if s.former[i].other != s.other || s.former[i].own != s.own {
			return nil, damaged(op, ErrMalformed)
		}
	}
	return s, nil
}

func (r *reader) state(v Version, format byte) state {
	bits := r.byte()
	s := state{
		version: v, first: bits&bitFirst != 0, pending: bits&bitPending != 0, prekey: bits&bitPrekey != 0,
		sending: bits&bitSending != 0, receiving: bits&bitReceiving != 0, broken: bits&bitBroken != 0,
	}
	// A ratchet that does neither could never do anything.
	if bits >= bitsEnd || !s.sending && !s.receiving || s.pending && (!s.first || s.receiving || !s.sending) {
		r.bad = true
	}
	for _, key := range []*[32]byte{&s.own, &s.other, &s.base, &s.root, &s.peer} {
		*key = r.key()
	}
	s.signedID, s.prekeyID, s.previous = r.uint32(), r.uint32(), r.uint32()
	if s.sending {
		s.self = pair{private: r.key(), public: r.key()}
		s.send = r.chain()
	}
	if s.receiving {
		s.receive = r.chain()
	}
	n := int(r.byte())
	if n > maxPast {
		r.bad = true
	}
	for i := 0; i < n && !r.bad; i++ {
		p := past{ratchet: r.key()}
		if v == V03 {
			p.chain = r.chain()
		}
		s.past = append(s.past, p)
	}
	s.skipped = r.skipped()
	if format > 1 {
		s.order = r.order()
	}
	return s
}

func (r *reader) order() order {
	o := order{made: r.uint32(), turned: r.uint32(), answered: r.uint32(), heard: int64(r.uint64()), turns: r.byte()}
	r.bad = r.bad || o.turns > maxPast
	return o
}

func (r *reader) chain() chain { return chain{key: r.key(), n: r.uint32()} }

func (r *reader) skipped() (all skipped) {
	total := 0
	for chains := int(r.uint16()); chains > 0 && !r.bad; chains-- {
		c := skippedChain{ratchet: r.key()}
		n := int(r.uint16())
		total += n
		if n == 0 || n > MaxSkip || total > MaxSkipped || n*44 > len(r.rest) {
			r.bad = true
			return nil
		}
		c.keys = make([]skippedKey, n)
		for i := range c.keys {
			c.keys[i] = skippedKey{n: r.uint32(), at: int64(r.uint64()), key: r.key()}
		}
		all = append(all, c)
	}
	return all
}

// reader takes fixed sizes off; what is not there is zero and sets bad.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if r.bad || len(r.rest) < n {
		r.bad = true
		return make([]byte, n)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte     { return r.take(1)[0] }
func (r *reader) uint16() uint16 { return binary.BigEndian.Uint16(r.take(2)) }
func (r *reader) uint32() uint32 { return binary.BigEndian.Uint32(r.take(4)) }
func (r *reader) uint64() uint64 { return binary.BigEndian.Uint64(r.take(8)) }
func (r *reader) key() [32]byte  { return [32]byte(r.take(32)) }
