// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"hash"
	"strconv"
	"strings"

	"github.com/xdg-go/stringprep"

	"chatsecure.org/desktop/core/chat"
)

// Iterations that a server may ask for. Fewer let whoever pretends to be the
// server guess the password cheaply (RFC 7677 §4); more only keep us busy.
const (
	minIterations = 4096
	maxIterations = 1_000_000
)

// scram is the client's side of one login by SCRAM (RFC 5802, RFC 7677). It
// proves to know the password, and accepts the login only from a server that
// proves the same.
type scram struct {
	hash     func() hash.Hash
	user     string
	password []byte
	binding  binding
	offered  string // what it was chosen from
	nonce    string

	firstBare string
	auth      []byte // AuthMessage
	salted    []byte
	step      int
}

var scramHashes = map[string]func() hash.Hash{"SCRAM-SHA-1": sha1.New, "SCRAM-SHA-256": sha256.New, "SCRAM-SHA-512": sha512.New}

func newScram(ch choice, user string, password []byte) *scram {
	return &scram{
		hash: scramHashes[strings.TrimSuffix(ch.name, "-PLUS")], user: prepare(user), password: []byte(prepare(string(password))),
		binding: ch.binding, offered: ch.advertised, nonce: rand.Text(),
	}
}

// saslPrep is SASLprep (RFC 4013) for queries, which may hold what Unicode 3.2
// did not know (RFC 3454 §7): emoji are joined by what the mapping takes away.
var saslPrep = stringprep.Profile{
	Mappings: stringprep.SASLprep.Mappings, Normalize: true, CheckBiDi: true,
	Prohibits: []stringprep.Set{
		stringprep.TableC1_2, stringprep.TableC2_1, stringprep.TableC2_2, stringprep.TableC3, stringprep.TableC4,
		stringprep.TableC5, stringprep.TableC6, stringprep.TableC7, stringprep.TableC8, stringprep.TableC9,
	},
}

// prepare makes one password of what different keyboards make of it. What
// SASLprep forbids is left as it is: then so did the server.
func prepare(s string) string {
	if p, err := saslPrep.Prepare(s); err == nil && p != "" {
		return p
	}
	return s
}

// first is the client-first-message.
func (s *scram) first() []byte {
	s.firstBare = "n=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(s.user) + ",r=" + s.nonce
	return []byte(s.binding.header() + s.firstBare)
}

// next answers a challenge, or what comes with success.
func (s *scram) next(ctx context.Context, challenge []byte) ([]byte, error) {
	s.step++
	switch s.step {
	case 1:
		return s.prove(ctx, string(challenge))
	case 2:
		return nil, s.verify(string(challenge))
	}
	return nil, scramError(chat.CodeScramParameters, "more steps than there are")
}

func scramError(code chat.Code, why string) error {
	return fail(chat.Auth, "log in", code, plainly(why))
}

// prove reads the server-first-message and makes the client-final-message.
func (s *scram) prove(ctx context.Context, challenge string) ([]byte, error) {
	fields := strings.Split(challenge, ",")
	if len(fields) < 3 {
		return nil, scramError(chat.CodeScramParameters, "server-first-message too short")
	}
	nonce, okNonce := strings.CutPrefix(fields[0], "r=")
	salt64, okSalt := strings.CutPrefix(fields[1], "s=")
	count, okCount := strings.CutPrefix(fields[2], "i=")
	salt, err := base64.StdEncoding.DecodeString(salt64)
	switch {
	case !okNonce || !okSalt || !okCount || err != nil || len(salt) == 0:
		return nil, scramError(chat.CodeScramParameters, "server-first-message malformed")
	case len(nonce) <= len(s.nonce) || !strings.HasPrefix(nonce, s.nonce):
		return nil, scramError(chat.CodeScramParameters, "nonce is not ours with more behind it")
	}
	iterations, err := strconv.Atoi(count)
	if err != nil || iterations < minIterations || iterations > maxIterations {
		return nil, scramError(chat.CodeScramParameters, "iterations out of bounds")
	}
	if err := s.checkOffer(fields[3:]); err != nil {
		return nil, err
	}
	if s.salted, err = s.stretch(ctx, salt, iterations); err != nil {
		return nil, err
	}
	final := "c=" + base64.StdEncoding.EncodeToString(append([]byte(s.binding.header()), s.binding.data...)) + ",r=" + nonce
	s.auth = []byte(s.firstBare + "," + challenge + "," + final)
	clientKey := s.mac(s.salted, []byte("Client Key"))
	stored := s.hash()
	stored.Write(clientKey)
	proof := s.mac(stored.Sum(nil), s.auth)
	for i := range proof {
		proof[i] ^= clientKey[i]
	}
	return []byte(final + ",p=" + base64.StdEncoding.EncodeToString(proof)), nil
}

// checkOffer compares what we saw on offer with what the server says to have
// offered, where it says that (XEP-0474 §4.2): its words are part of what both
// sides prove, so who shortened the list can not mend them.
func (s *scram) checkOffer(extensions []string) error {
	for _, e := range extensions {
		if sum, ok := strings.CutPrefix(e, "h="); ok {
			h := s.hash()
			h.Write([]byte(s.offered))
			if sum != base64.StdEncoding.EncodeToString(h.Sum(nil)) {
				return scramError(chat.CodeDowngrade, "the server has offered something else than what came here")
			}
		}
	}
	return nil
}

// stretch is Hi() of RFC 5802 §2.2, which may take a second: it looks at ctx now
// and then.
func (s *scram) stretch(ctx context.Context, salt []byte, iterations int) ([]byte, error) {
	m := hmac.New(s.hash, s.password)
	m.Write(salt)
	m.Write([]byte{0, 0, 0, 1})
	u := m.Sum(nil)
	out := bytes.Clone(u)
	for i := 1; i < iterations; i++ {
		if i%minIterations == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		m.Reset()
		m.Write(u)
		u = m.Sum(u[:0])
		subtle.XORBytes(out, out, u)
	}
	clear(u)
	return out, nil
}

// verify reads the server-final-message.
func (s *scram) verify(message string) error {
	first, _, _ := strings.Cut(message, ",")
	if why, isError := strings.CutPrefix(first, "e="); isError {
		if strings.HasPrefix(why, "channel-binding") || why == "server-does-support-channel-binding" {
			return scramError(chat.CodeServerNotProven, "the server sees another connection than we do")
		}
		return scramError(chat.CodeNotAuthorized, "refused")
	}
	text, ok := strings.CutPrefix(first, "v=")
	signature, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || !hmac.Equal(signature, s.mac(s.mac(s.salted, []byte("Server Key")), s.auth)) {
		return scramError(chat.CodeServerNotProven, "wrong server signature")
	}
	return nil
}

// done says whether the server has proved that it knows the password.
func (s *scram) done() bool { return s.step == 2 }

func (s *scram) mac(key, text []byte) []byte {
	m := hmac.New(s.hash, key)
	m.Write(text)
	return m.Sum(nil)
}

// wipe forgets what the password can be had from.
func (s *scram) wipe() {
	clear(s.password)
	clear(s.salted)
}

// plain sends the password itself (RFC 4616): only under TLS, and only to whom
// the person lets have it.
type plain struct {
	user     string
	password []byte
}

func (p plain) first() []byte {
	return bytes.Join([][]byte{nil, []byte(p.user), p.password}, []byte{0})
}

func (p plain) next(context.Context, []byte) ([]byte, error) { return nil, nil }
func (p plain) done() bool                                   { return true }
func (p plain) wipe()                                        {}
