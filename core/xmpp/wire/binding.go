// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"crypto"
	_ "crypto/sha256" // hashes that certificates are signed with
	_ "crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"slices"
)

// binding ties a login to the TLS connection on which it happens (RFC 5056), so
// that nobody can pass it on from another one.
type binding struct {
	flag byte // 'p' bound, 'y' we could and the server does not offer it, 'n' we can not
	kind string
	data []byte
}

// header is the gs2-header of SCRAM (RFC 5802 §7), without an authzid.
func (b binding) header() string {
	if b.flag == 'p' {
		return "p=" + b.kind + ",,"
	}
	return string(b.flag) + ",,"
}

// bindings are the kinds that this connection has data for, best first.
func bindings(state tls.ConnectionState) []binding {
	var out []binding
	// RFC 9266 §4.2; with TLS 1.2 it fails without the extended master secret.
	if data, err := state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32); err == nil {
		out = append(out, binding{'p', "tls-exporter", data})
	}
	if len(state.TLSUnique) > 0 && state.Version == tls.VersionTLS12 {
		out = append(out, binding{'p', "tls-unique", state.TLSUnique})
	}
	if len(state.PeerCertificates) > 0 {
		if data := endPoint(state.PeerCertificates[0]); data != nil {
			out = append(out, binding{'p', "tls-server-end-point", data})
		}
	}
	return out
}

// endPoint is the hash of a certificate (RFC 5929 §4.1).
func endPoint(cert *x509.Certificate) []byte {
	var hash crypto.Hash
	switch cert.SignatureAlgorithm {
	case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.SHA256WithRSA, x509.SHA256WithRSAPSS, x509.ECDSAWithSHA256:
		hash = crypto.SHA256
	case x509.SHA384WithRSA, x509.SHA384WithRSAPSS, x509.ECDSAWithSHA384:
		hash = crypto.SHA384
	case x509.SHA512WithRSA, x509.SHA512WithRSAPSS, x509.ECDSAWithSHA512:
		hash = crypto.SHA512
	default:
		return nil // Ed25519 names no hash
	}
	h := hash.New()
	h.Write(cert.Raw)
	return h.Sum(nil)
}

// pickBinding chooses what both sides can do. offered is what the server says
// (XEP-0440). Where it says nothing, TLS 1.2 goes with tls-unique (RFC 5802 §6);
// with TLS 1.3 we know of none: RFC 9266 §3 names tls-exporter, but ejabberd
// offers -PLUS there and refuses it.
func pickBinding(state tls.ConnectionState, offered []string) (binding, bool) {
	if len(offered) == 0 && state.Version == tls.VersionTLS12 {
		offered = []string{"tls-unique"}
	}
	for _, b := range bindings(state) {
		if slices.Contains(offered, b.kind) {
			return b, true
		}
	}
	return binding{flag: 'n'}, false
}
