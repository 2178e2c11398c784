// SPDX-License-Identifier: MPL-2.0

package omemo

// message is one message of a ratchet: OMEMOAuthenticatedMessage of XEP-0384 §10 in
// V2, SignalMessage of libsignal 3 in V03.
type message struct {
	ratchet  [32]byte // the sender's ratchet key
	n        uint32   // the number in its chain, from 0
	previous uint32   // how many messages the sender's chain before this one had
	body     []byte   // encrypted
	signed   []byte   // what the tag stands for, with the associated data before it
	tag      []byte
}

// keyExchange is a message with what the other side needs to make the session:
// OMEMOKeyExchange of V2, PreKeySignalMessage of V03.
type keyExchange struct {
	signedID uint32
	prekeyID uint32
	prekey   bool     // a prekey was used; always in V2
	identity [32]byte // in the form's encoding
	base     [32]byte // the ephemeral key
	inner    []byte   // the message
}

// signalVersion begins messages of V03: the version 3, and that no later one is known.
const signalVersion = 0x33

// At which numbers the fields stand.
type numbering struct{ ratchet, n, previous, body, prekeyID, signedID, identity, base, inner int }

func (v Version) numbering() numbering {
	if v == V03 {
		return numbering{ratchet: 1, n: 2, previous: 3, body: 4, prekeyID: 1, base: 2, identity: 3, inner: 4, signedID: 6}
	}
	return numbering{n: 1, previous: 2, ratchet: 3, body: 4, prekeyID: 1, signedID: 2, identity: 3, base: 4, inner: 5}
}

func kinds(numbers, bytes []int) (k [16]byte) {
	for _, n := range numbers {
		k[n] = 'n'
	}
	for _, n := range bytes {
		k[n] = 'b'
	}
	return k
}

// readVersion takes libsignal's byte away.
func readVersion(v Version, b []byte) ([]byte, error) {
	if v != V03 {
		return b, nil
	}
	if len(b) == 0 {
		return nil, ErrMalformed
	}
	if b[0]>>4 != 3 {
		return nil, ErrVersion
	}
	return b[1:], nil
}

// readMessage reads one message; its slices are into data.
func readMessage(v Version, data []byte) (m message, err error) {
	if len(data) > MaxKeyMessage || !v.known() {
		return m, ErrMalformed
	}
	if v == V03 {
		at := len(data) - v.dialect().tag
		if at < 1 {
			return m, ErrMalformed
		}
		m.signed, m.tag = data[:at], data[at:]
	} else {
		f, ok := readFields(data, kinds(nil, []int{1, 2}))
		if !ok || !f.all(1, 2) || len(f.bytes[1]) != v.dialect().tag {
			return m, ErrMalformed
		}
		m.tag, m.signed = f.bytes[1], f.bytes[2]
	}
	b, err := readVersion(v, m.signed)
	if err != nil {
		return message{}, err
	}
	at := v.numbering()
	f, ok := readFields(b, kinds([]int{at.n, at.previous}, []int{at.ratchet, at.body}))
	if !ok || !f.all(at.ratchet, at.n, at.body) || v == V2 && !f.all(at.previous) {
		return message{}, ErrMalformed
	}
	m.n, m.previous, m.body = f.numbers[at.n], f.numbers[at.previous], f.bytes[at.body]
	if m.ratchet, ok = v.decode(f.bytes[at.ratchet]); !ok || len(m.body) == 0 {
		return message{}, ErrMalformed
	}
	return m, nil
}

// appendMessage makes what the tag stands for.
func appendMessage(v Version, m message) []byte {
	key, at := v.encode(m.ratchet), v.numbering()
	b := make([]byte, 0, 128)
	if v == V03 {
		b = appendBytes(append(b, signalVersion), at.ratchet, key)
	}
	b = appendNumber(b, at.n, m.n)
	b = appendNumber(b, at.previous, m.previous)
	if v == V2 {
		b = appendBytes(b, at.ratchet, key)
	}
	return appendBytes(b, at.body, m.body)
}

// appendTag puts what the tag stands for and the tag together.
func appendTag(v Version, signed, tag []byte) []byte {
	if v == V03 {
		return append(signed, tag...)
	}
	return appendBytes(appendBytes(make([]byte, 0, len(signed)+len(tag)+8), 1, tag), 2, signed)
}

// readKeyExchange reads a key exchange, not the message in it; its slices are into data.
func readKeyExchange(v Version, data []byte) (k keyExchange, err error) {
	if len(data) > MaxKeyMessage || !v.known() {
		return k, ErrMalformed
	}
	b, err := readVersion(v, data)
	if err != nil {
		return k, err
	}
	at := v.numbering()
	f, ok := readFields(b, kinds([]int{at.prekeyID, at.signedID}, []int{at.identity, at.base, at.inner}))
	if !ok || !f.all(at.signedID, at.identity, at.base, at.inner) {
		return k, ErrMalformed
	}
	k.signedID, k.prekeyID, k.inner = f.numbers[at.signedID], f.numbers[at.prekeyID], f.bytes[at.inner]
	k.prekey = f.all(at.prekeyID)
	identity, ok1 := v.decode(f.bytes[at.identity])
	base, ok2 := v.decode(f.bytes[at.base])
	if !ok1 || !ok2 || v == V2 && !k.prekey || k.signedID > MaxID || k.prekeyID > MaxID {
		return keyExchange{}, ErrMalformed
	}
	k.identity, k.base = identity, base
	return k, nil
}

func appendKeyExchange(v Version, k keyExchange) []byte {
	identity, base, at := v.encode(k.identity), v.encode(k.base), v.numbering()
	b := make([]byte, 0, len(k.inner)+96)
	if v == V03 {
		b = append(b, signalVersion)
	}
	if k.prekey {
		b = appendNumber(b, at.prekeyID, k.prekeyID)
	}
	if v == V2 {
		b = appendNumber(b, at.signedID, k.signedID)
		b = appendBytes(b, at.identity, identity)
		b = appendBytes(b, at.base, base)
		return appendBytes(b, at.inner, k.inner)
	}
	b = appendBytes(b, at.base, base)
	b = appendBytes(b, at.identity, identity)
	b = appendBytes(b, at.inner, k.inner)
	return appendNumber(b, at.signedID, k.signedID)
}
