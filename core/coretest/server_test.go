// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strconv"
	"testing"
)

func TestServers(t *testing.T) {
	for name, start := range map[string]func(testing.TB, Options) *Server{"prosody": Prosody, "ejabberd": Ejabberd} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, Options{})
			User(t, s, "alice", "secret")
			for range 2 {
				c, err := tls.Dial("tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.DirectTLSPort)),
					&tls.Config{ServerName: s.Domain, RootCAs: s.Roots, NextProtos: []string{"xmpp-client"}})
				if err != nil {
					t.Fatal(err)
				}
				c.Close()
				s.Stop()
				if err := s.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestBadCertificate(t *testing.T) {
	s := Prosody(t, Options{Certificate: CertUnknownCA})
	_, err := tls.Dial("tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.DirectTLSPort)), &tls.Config{ServerName: s.Domain, RootCAs: s.Roots})
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
		t.Errorf("dial: %v, want an unknown authority", err)
	}
}
