// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"io"
	"math/big"

	"github.com/coyim/otr3"

	"chatsecure.org/desktop/core/chat"
)

// Available says that this program was built with OTR.
const Available = true

// maxKey is far more than any key of OTR takes.
const maxKey = 4096

// Key is an account's long-lived private key (DSA, 1024 bits). It may be used by
// any number of conversations and goroutines.
type Key struct {
	dsa *otr3.DSAPrivateKey
}

// NewKey makes a key, which takes about a second. A nil rand is crypto/rand.
func NewKey(random io.Reader) (*Key, error) {
	if random == nil {
		random = rand.Reader
	}
	k := &Key{dsa: new(otr3.DSAPrivateKey)}
	if err := k.dsa.Generate(random); err != nil {
		return nil, failure(chat.Bug, "make OTR key", chat.CodeUnknown, err)
	}
	return k, nil
}

// ParseKey reads what MarshalBinary wrote. The error is of kind Input,
// CodeKeyWrong: that is no key, or a damaged one.
func ParseKey(b []byte) (*Key, error) {
	k := &Key{dsa: new(otr3.DSAPrivateKey)}
	if len(b) <= maxKey {
		if rest, ok := k.dsa.Parse(b); ok && len(rest) == 0 && k.consistent() {
			return k, nil
		}
	}
	return nil, failure(chat.Input, "read OTR key", chat.CodeKeyWrong, nil)
}

// MarshalBinary gives the key with its private part, in the form of OTR's
// specification: type, p, q, g, y, x.
func (k *Key) MarshalBinary() ([]byte, error) { return k.dsa.Serialize(), nil }

// Fingerprint is the name of the key's public part.
func (k *Key) Fingerprint() chat.Fingerprint { return fingerprint(&k.dsa.DSAPublicKey) }

// String keeps the key out of anything that is printed.
func (k *Key) String() string { return "OTR key" }

// GoString does the same for %#v.
func (k *Key) GoString() string { return "OTR key" }

// consistent says whether the numbers are a key: in the sizes that OTR uses, and
// the public one belonging to the private one.
func (k *Key) consistent() bool {
	p, q, g, y, x := k.dsa.PrivateKey.P, k.dsa.PrivateKey.Q, k.dsa.PrivateKey.G, k.dsa.PrivateKey.Y, k.dsa.PrivateKey.X
	one := big.NewInt(1)
	if p.BitLen() < 1024 || p.BitLen() > 3072 || q.BitLen() != 160 || x.Sign() <= 0 || x.Cmp(q) >= 0 || g.Cmp(one) <= 0 || g.Cmp(p) >= 0 {
		return false
	}
	rest := new(big.Int).Sub(p, one)
	if rest.Mod(rest, q).Sign() != 0 || p.Bit(0) == 0 {
		return false
	}
	return new(big.Int).Exp(g, q, p).Cmp(one) == 0 && new(big.Int).Exp(g, x, p).Cmp(y) == 0
}

func fingerprint(k otr3.PublicKey) chat.Fingerprint {
	if k == nil {
		return ""
	}
	return chat.Fingerprint(hex.EncodeToString(k.Fingerprint()))
}

// NewInstanceTag makes the number that tells an account's programs apart: one for
// each account and program, kept as long as the key. A nil rand is crypto/rand.
func NewInstanceTag(random io.Reader) (uint32, error) {
	if random == nil {
		random = rand.Reader
	}
	var b [4]byte
	for {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return 0, failure(chat.Bug, "make instance tag", chat.CodeUnknown, err)
		}
		if tag := binary.BigEndian.Uint32(b[:]); tag >= minTag {
			return tag, nil
		}
	}
}
