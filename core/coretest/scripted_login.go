// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
)

func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// scramServer is the server's side of SCRAM-SHA-256 without channel binding (RFC
// 5802, RFC 7677).
type scramServer struct {
	user      string
	password  string
	header    string // gs2
	firstBare string
	challenge string
	nonce     string
	proven    bool
}

const scramIterations = 4096

// logIn answers the elements of a login.
func (c *scriptedConn) logIn(s *Session, e *Element) {
	data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(e.Text))
	refuse := func() {
		s.say("<failure xmlns='" + nsSASL + "'><not-authorized/></failure>")
		c.scram = nil
	}
	switch {
	case err != nil:
		refuse()
	case e.XMLName.Local == "auth":
		if c.scram = c.server.beginScram(string(data)); c.scram == nil {
			refuse()
			return
		}
		s.say("<challenge xmlns='" + nsSASL + "'>" + base64.StdEncoding.EncodeToString([]byte(c.scram.challenge)) + "</challenge>")
	case c.scram == nil:
		refuse()
	default:
		final, ok := c.scram.finish(string(data))
		if !ok {
			refuse()
			return
		}
		s.Account = c.scram.user
		s.say("<success xmlns='" + nsSASL + "'>" + base64.StdEncoding.EncodeToString([]byte(final)) + "</success>")
	}
}

// beginScram reads the client-first-message; nil for one that is none, or of
// somebody whom we do not know.
func (f *Scripted) beginScram(first string) *scramServer {
	parts := strings.SplitN(first, ",", 3)
	if len(parts) != 3 || strings.HasPrefix(parts[0], "p=") {
		return nil
	}
	m := &scramServer{header: parts[0] + "," + parts[1] + ",", firstBare: parts[2]}
	user, nonce, ok := strings.Cut(parts[2], ",r=")
	m.user = strings.NewReplacer("=2C", ",", "=3D", "=").Replace(strings.TrimPrefix(user, "n="))
	f.mu.Lock()
	m.password = f.users[m.user]
	m.nonce = nonce + f.newID()
	f.mu.Unlock()
	if !ok || m.password == "" {
		return nil
	}
	salt := base64.StdEncoding.EncodeToString([]byte("salt of " + m.user))
	m.challenge = sprintf("r=%s,s=%s,i=%d", m.nonce, salt, scramIterations)
	return m
}

// finish checks the client's proof and returns our own.
func (m *scramServer) finish(final string) (string, bool) {
	without, proof64, ok := strings.Cut(final, ",p=")
	proof, err := base64.StdEncoding.DecodeString(proof64)
	want := "c=" + base64.StdEncoding.EncodeToString([]byte(m.header)) + ",r=" + m.nonce
	if !ok || err != nil || without != want || len(proof) != sha256.Size {
		return "", false
	}
	salted, err := pbkdf2.Key(sha256.New, m.password, []byte("salt of "+m.user), scramIterations, sha256.Size)
	if err != nil {
		return "", false
	}
	auth := m.firstBare + "," + m.challenge + "," + without
	key := mac(sha256.New, salted, "Client Key")
	stored := sha256.Sum256(key)
	subtle.XORBytes(proof, proof, mac(sha256.New, stored[:], auth))
	if !hmac.Equal(proof, key) {
		return "", false
	}
	m.proven = true
	signature := mac(sha256.New, mac(sha256.New, salted, "Server Key"), auth)
	return "v=" + base64.StdEncoding.EncodeToString(signature), true
}
