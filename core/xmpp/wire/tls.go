// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// minRSA is the shortest RSA key, in bits, that proves anything.
const minRSA = 2048

// tlsConfig demands a certificate for the address's domain, whatever host the
// DNS or the person named (RFC 6120 §13.7.2).
func (c *Config) tlsConfig(domain string, direct bool) *tls.Config {
	t := &tls.Config{
		ServerName: domain, RootCAs: c.Roots, MinVersion: tls.VersionTLS12,
		VerifyConnection: c.checkKeys,
		// The writer puts whole elements into records: then the other side has each
		// whole or not at all.
		DynamicRecordSizingDisabled: true,
	}
	if c.TLS13 {
		t.MinVersion = tls.VersionTLS13
	}
	if direct {
		t.NextProtos = []string{"xmpp-client"} // XEP-0368 §4
	}
	return t
}

// weakKey is the refusal of a certificate whose key is too short.
type weakKey struct{ cert *x509.Certificate }

func (weakKey) Error() string { return "key too short" }

// notPinned is the refusal of a certificate whose chain has none of the keys.
type notPinned struct{ cert *x509.Certificate }

func (notPinned) Error() string { return "key not pinned" }

// checkKeys runs after the certificate was verified: one way up to an authority
// must have strong keys only and, where the server is pinned, one of these.
func (c *Config) checkKeys(state tls.ConnectionState) error {
	weak := func(cert *x509.Certificate) bool {
		key, ok := cert.PublicKey.(*rsa.PublicKey)
		return ok && key.N.BitLen() < minRSA
	}
	pinned := func(cert *x509.Certificate) bool {
		sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
		return slices.Contains(c.Pins, hex.EncodeToString(sum[:]))
	}
	strong := false
	for _, chain := range state.VerifiedChains {
		if slices.ContainsFunc(chain, weak) {
			continue
		}
		if !c.Pinned || slices.ContainsFunc(chain, pinned) {
			return nil
		}
		strong = true
	}
	if strong {
		return notPinned{state.PeerCertificates[0]}
	}
	return weakKey{state.PeerCertificates[0]}
}

// handshake makes a connection secure. Its error of kind Certificate has the
// SHA-256 of the refused certificate in Detail.
func (c *Config) handshake(ctx context.Context, conn net.Conn, domain string, direct bool) (*tls.Conn, error) {
	t := tls.Client(conn, c.tlsConfig(domain, direct))
	if err := t.HandshakeContext(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, linkError("secure connection", ctx.Err())
		}
		return nil, c.handshakeError(err)
	}
	return t, nil
}

func (c *Config) handshakeError(err error) error {
	const op = "secure connection"
	var verification *tls.CertificateVerificationError
	var weak weakKey
	var unpinned notPinned
	var errno syscall.Errno
	switch {
	case errors.As(err, &verification):
		e := fail(chat.Certificate, op, certificateCode(verification), plainly("certificate refused"))
		if certs := verification.UnverifiedCertificates; len(certs) > 0 {
			e.Detail = fingerprint(certs[0])
		}
		return e
	case errors.As(err, &weak):
		e := fail(chat.Certificate, op, chat.CodeCertWeak, weak)
		e.Detail = fingerprint(weak.cert)
		return e
	case errors.As(err, &unpinned):
		e := fail(chat.Certificate, op, chat.CodeCertPinned, unpinned)
		e.Detail = fingerprint(unpinned.cert)
		return e
	case c.TLS13 && strings.Contains(err.Error(), "protocol version"): // the library has the alert in words only
		return fail(chat.Rejected, op, chat.CodeTLSVersion, bare(err))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &errno):
		return linkError(op, err)
	}
	return fail(chat.Offline, op, chat.CodeTLS, bare(err))
}

func fingerprint(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return hex.EncodeToString(sum[:])
}

// certificateCode names what is wrong with a certificate.
func certificateCode(err *tls.CertificateVerificationError) chat.Code {
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var algorithm x509.InsecureAlgorithmError
	var leaf *x509.Certificate
	if len(err.UnverifiedCertificates) > 0 {
		leaf = err.UnverifiedCertificates[0]
	}
	switch {
	case errors.As(err, &algorithm):
		return chat.CodeCertWeak
	case errors.As(err, &authority):
		if leaf != nil && leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil {
			return chat.CodeCertSelfSigned
		}
		return chat.CodeCertAuthority
	case errors.As(err, &host):
		return chat.CodeCertHost
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		if invalid.Cert != nil && time.Now().Before(invalid.Cert.NotBefore) {
			return chat.CodeCertNotYet
		}
		return chat.CodeCertExpired
	}
	return chat.CodeCertInvalid
}
