// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Whatever the server says, no login without TLS, and nothing of the login on
// the open wire.
func TestNoLoginWithoutTLS(t *testing.T) {
	plainAuth := offer("PLAIN", "SCRAM-SHA-1")
	for name, test := range map[string]struct {
		script func(*far)
		kind   chat.Kind
		code   chat.Code
	}{
		"no STARTTLS":        {func(f *far) { f.open(plainAuth); f.hear("\x00") }, chat.Rejected, chat.CodeNoTLS},
		"empty feature list": {func(f *far) { f.open(""); f.hear("\x00") }, chat.Rejected, chat.CodeNoTLS},
		"already bound":      {func(f *far) { f.open(offerOwn); f.hear("\x00") }, chat.Rejected, chat.CodeNoTLS},
		"foreign starttls":   {func(f *far) { f.open("<starttls xmlns='evil'/>" + plainAuth); f.hear("\x00") }, chat.Rejected, chat.CodeNoTLS},
		"STARTTLS not needed": {func(f *far) {
			f.open("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" + plainAuth)
			f.hear("\x00")
		}, chat.Timeout, chat.CodeTimeout},
		"STARTTLS refused": {func(f *far) {
			f.open(offerTLS)
			f.hear("/>")
			f.say("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>")
		}, chat.Rejected, chat.CodeNoTLS},
		"login in place of TLS": {func(f *far) {
			f.open(offerTLS)
			f.hear("/>")
			f.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
		}, chat.Offline, chat.CodeNotXMPP},
		"words before the handshake": {func(f *far) {
			f.open(offerTLS)
			f.hear("/>")
			f.say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"+header+offered, plainAuth)
			f.handshake(nil)
			f.open(plainAuth)
		}, chat.Offline, chat.CodeTLS},
		"no TLS after it": {func(f *far) {
			f.open(offerTLS)
			f.hear("/>")
			f.say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
			f.hear("\x16") // its hello
			f.say("HTTP/1.1 400 Bad Request\r\n\r\n")
		}, chat.Offline, chat.CodeTLS},
		"TLS 1.1": {func(f *far) {
			f.open(offerTLS)
			f.hear("/>")
			f.say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
			f.handshake(func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 })
			f.open(plainAuth)
		}, chat.Offline, chat.CodeTLS},
		"our certificate wanted": {func(f *far) {
			f.open(offerTLS)
			f.hear("/>")
			f.say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
			f.handshake(func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert })
			f.open(plainAuth)
		}, chat.Offline, chat.CodeTLS},
		"gone": {func(f *far) { f.hear(">") }, chat.Offline, chat.CodeConnectionLost},
		"a web server": {func(f *far) {
			f.hear(">")
			f.say("HTTP/1.1 400 Bad Request\r\nServer: example\r\n\r\n<html>")
		}, chat.Offline, chat.CodeNotXMPP},
		"another stream": {func(f *far) { f.hear(">"); f.say("<stream xmlns='x' version='1.0'>") }, chat.Offline, chat.CodeNotXMPP},
		"a server's stream": {func(f *far) {
			f.hear(">")
			f.say("<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>")
		}, chat.Offline, chat.CodeNotXMPP},
		"an old stream": {func(f *far) {
			f.hear(">")
			f.say("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>")
		}, chat.Offline, chat.CodeNotXMPP},
		"a DTD": {func(f *far) { f.hear(">"); f.say("<!DOCTYPE x [<!ENTITY a 'b'>]>" + header) }, chat.Offline, chat.CodeNotXMPP},
		"unknown host": {func(f *far) {
			f.hear(">")
			f.say(header + "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>no example.test here</text></stream:error>")
		}, chat.Offline, chat.CodeHostNotFound},
		"an endless header":   {func(f *far) { f.hear(">"); f.say("<stream:stream a='%s", strings.Repeat("x", 1<<20)) }, chat.Offline, chat.CodeStreamLimit},
		"an endless feature":  {func(f *far) { f.hear(">"); f.say(header+"<stream:features>%s", strings.Repeat("x", 1<<20)) }, chat.Offline, chat.CodeStreamLimit},
		"a deep feature":      {func(f *far) { f.hear(">"); f.say("%s", header+strings.Repeat("<a>", 70)) }, chat.Offline, chat.CodeStreamLimit},
		"malformed features":  {func(f *far) { f.hear(">"); f.say(header + "<stream:features><a></b></stream:features>") }, chat.Offline, chat.CodeStreamError},
		"not even characters": {func(f *far) { f.hear(">"); f.say(header + "<stream:features>\xff\xfe</stream:features>") }, chat.Offline, chat.CodeStreamError},
	} {
		t.Run(name, func(t *testing.T) {
			c, fake := serve(t, test.script)
			ctx := within(t)
			if test.code == chat.CodeTimeout {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 50*time.Millisecond)
				defer cancel()
			}
			_, err := Dial(ctx, c)
			wantCode(t, err, test.kind, test.code)
			open, all := fake.saw()
			for _, secret := range []string{"alice", "<auth", password, encode([]byte("\x00alice\x00" + password))} {
				if strings.Contains(open, secret) || strings.Contains(all, secret) {
					t.Errorf("the server got %q", secret)
				}
			}
		})
	}
}

func TestLimitIsNamed(t *testing.T) {
	c, _ := serve(t, func(f *far) { f.hear(">"); f.say(header+"<stream:features>%s", strings.Repeat("x", 1<<20)) })
	_, err := Dial(within(t), c)
	if err == nil || !strings.Contains(err.Error(), "65536 bytes") {
		t.Errorf("error %v", err)
	}
}

func TestCertificates(t *testing.T) {
	ok := func(f *far) { f.logIn(); f.hear("</stream:stream>") }
	for name, test := range map[string]struct {
		change func(*x509.Certificate)
		roots  bool
		code   chat.Code
	}{
		"good":        {nil, true, ""},
		"expired":     {func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, true, chat.CodeCertExpired},
		"not yet":     {func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }, true, chat.CodeCertNotYet},
		"other host":  {func(c *x509.Certificate) { c.DNSNames = []string{"127.0.0.1.example", "www.example.test"} }, true, chat.CodeCertHost},
		"common name": {func(c *x509.Certificate) { c.DNSNames = nil }, true, chat.CodeCertHost},
		"self-signed": {nil, false, chat.CodeCertSelfSigned},
		"no server":   {func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, true, chat.CodeCertInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			cert := newCertificate(t, ecdsaKey(t), test.change)
			c, fake := serveAs(t, cert, ok)
			c.Login.AllowPlain = true
			if !test.roots {
				c.Roots = x509.NewCertPool()
			}
			_, err := dial(t, c)
			if test.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantCode(t, err, chat.Certificate, test.code)
			sum := sha256.Sum256(cert.Leaf.Raw)
			if e, ok := err.(*chat.Error); !ok || e.Detail != hex.EncodeToString(sum[:]) {
				t.Errorf("%v does not name the certificate", err)
			}
			if _, all := fake.saw(); strings.Contains(all, "<auth") {
				t.Error("a login was tried")
			}
		})
	}
}

func TestWeakKey(t *testing.T) {
	cert := newCertificate(t, rsaKey(t, 1024), nil)
	c, _ := serveAs(t, cert, func(f *far) { f.logIn() })
	_, err := Dial(within(t), c)
	// The language's own library may refuse it first.
	if code := chat.CodeOf(err); code != chat.CodeCertWeak && code != chat.CodeTLS && code != chat.CodeCertInvalid {
		t.Errorf("RSA with 1024 bits: %v", err)
	}
	state := tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert.Leaf}, VerifiedChains: [][]*x509.Certificate{{cert.Leaf}}}
	wantCode(t, (&Config{}).handshakeError((&Config{}).checkKeys(state)), chat.Certificate, chat.CodeCertWeak)
	strong := newCertificate(t, rsaKey(t, 2048), nil)
	state.VerifiedChains = append(state.VerifiedChains, []*x509.Certificate{strong.Leaf})
	if err := (&Config{}).checkKeys(state); err != nil {
		t.Errorf("one good way up: %v", err)
	}
}

// A domain beyond ASCII is itself in XMPP, and in ASCII in the DNS and in TLS
// (RFC 7622 §3.2, RFC 6120 §13.7.1.2.1), however it was typed.
func TestDomainOfAnyScript(t *testing.T) {
	for _, typed := range []string{"bücher.test", "BÜCHER.test", "xn--bcher-kva.test", "bu\u0308cher。test"} {
		cert := newCertificate(t, ecdsaKey(t), func(c *x509.Certificate) { c.DNSNames = []string{"xn--bcher-kva.test"} })
		names := make(chan string, 1)
		c, fake := serveAs(t, cert, func(f *far) {
			f.open(offerTLS)
			f.hear("/>")
			f.say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
			f.handshake(func(c *tls.Config) {
				c.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) { names <- h.ServerName; return nil, nil }
			})
			f.open(offer("PLAIN"))
			f.hear("</auth>")
			f.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
			f.open(offerOwn)
			f.bind("alice@bücher.test/here")
			f.hear("</stream:stream>")
		})
		c.Login.Address, c.Login.AllowPlain = chat.MustAddress("alice@"+typed), true
		s, err := dial(t, c)
		if err != nil {
			t.Errorf("%s: %v", typed, err)
			continue
		}
		if s.Address().Domain != "bücher.test" || <-names != "xn--bcher-kva.test" {
			t.Errorf("%s: address %s", typed, s.Address())
		}
		if plain, all := fake.saw(); !strings.Contains(plain, "to='bücher.test'") || !strings.Contains(all, "from='alice@bücher.test'") {
			t.Errorf("%s: sent %s", typed, plain)
		}
	}
}

func TestHandshakeErrors(t *testing.T) {
	for _, test := range []struct {
		err  error
		kind chat.Kind
		code chat.Code
		text string
	}{
		{&net.OpError{Op: "read", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, Err: syscall.ETIMEDOUT}, chat.Timeout, chat.CodeTimeout, ""},
		{&net.OpError{Op: "write", Err: syscall.EPIPE}, chat.Offline, chat.CodeConnectionLost, "broken pipe"},
		{&net.OpError{Op: "write", Err: syscall.ENETUNREACH}, chat.Offline, chat.CodeNoNetwork, ""},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, chat.Offline, chat.CodeTLS, "tls: handshake failure"},
	} {
		err := (&Config{}).handshakeError(test.err)
		wantCode(t, err, test.kind, test.code)
		if !strings.Contains(err.Error(), test.text) {
			t.Errorf("%v does not say %q", err, test.text)
		}
	}
}

func TestDirectTLS(t *testing.T) {
	protocols := make(chan string, 1)
	c, _ := serve(t, func(f *far) {
		f.handshake(func(c *tls.Config) { c.NextProtos = []string{"xmpp-client", "http/1.1"} })
		f.open(offer("PLAIN"))
		protocols <- f.Conn.(*tls.Conn).ConnectionState().NegotiatedProtocol
		f.hear("</auth>")
		f.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
		f.open(offerOwn)
		f.bind("alice@example.test/there")
		f.hear("</stream:stream>")
	})
	c.Login.DirectTLS, c.Login.AllowPlain = true, true
	s, err := dial(t, c)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Address().String(); got != "alice@example.test/there" {
		t.Errorf("address %q", got)
	}
	if got := <-protocols; got != "xmpp-client" {
		t.Errorf("ALPN %q (XEP-0368 §4)", got)
	}
}

// A server that stops answering, wherever that is, holds nobody up.
func TestSilentServer(t *testing.T) {
	for name, script := range map[string]func(*far){
		"from the start":     func(f *far) {},
		"after its header":   func(f *far) { f.hear(">"); f.say(header) },
		"after its features": func(f *far) { f.open(offerTLS) },
		"before TLS": func(f *far) {
			f.open(offerTLS)
			f.hear("<starttls")
			f.hear("/>")
			f.say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
		},
		"under TLS":    func(f *far) { f.startTLS(); _ = f.Conn.(*tls.Conn).Handshake() },
		"during login": func(f *far) { f.startTLS(); f.open(offer("PLAIN")) },
		"after login": func(f *far) {
			f.startTLS()
			f.open(offer("PLAIN"))
			f.hear("</auth>")
			f.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
		},
		"before binding": func(f *far) {
			f.startTLS()
			f.open(offer("PLAIN"))
			f.hear("</auth>")
			f.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
			f.open(offerOwn)
		},
	} {
		t.Run(name, func(t *testing.T) {
			silent, release := make(chan struct{}), make(chan struct{})
			c, _ := serve(t, func(f *far) {
				script(f)
				close(silent)
				<-release
			})
			defer close(release)
			c.Login.AllowPlain = true
			ctx, cancel := context.WithCancel(within(t))
			go func() { <-silent; cancel() }()
			start := time.Now()
			_, err := Dial(ctx, c)
			wantCode(t, err, chat.Offline, chat.CodeCanceled)
			ctx, cancel = context.WithDeadline(within(t), time.Now().Add(-time.Second))
			defer cancel()
			_, err = Dial(ctx, c)
			wantCode(t, err, chat.Timeout, chat.CodeTimeout)
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

// A server that never stops talking is as little help as one that never starts.
func TestServerThatDrips(t *testing.T) {
	forever := func(f *far) {
		for {
			if _, err := f.Conn.Write([]byte(" ")); err != nil {
				return
			}
		}
	}
	for name, script := range map[string]func(*far){
		"from the start":   func(f *far) {},
		"after its header": func(f *far) { f.hear(">"); f.say(header) },
		"in its features":  func(f *far) { f.hear(">"); f.say(header + "<stream:features>") },
		"under TLS":        func(f *far) { f.startTLS(); f.hear(">"); f.say(header) },
		"during login":     func(f *far) { f.startTLS(); f.open(offer("PLAIN")); f.hear("</auth>") },
		"before binding": func(f *far) {
			f.startTLS()
			f.open(offer("PLAIN"))
			f.hear("</auth>")
			f.say("<success xmlns='%s'/>", nsSASL)
			f.open(offerOwn)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dripping := make(chan struct{})
			c, _ := serve(t, func(f *far) { script(f); close(dripping); forever(f) })
			c.Login.AllowPlain = true
			ctx, cancel := context.WithCancel(within(t))
			go func() { <-dripping; cancel() }()
			_, err := Dial(ctx, c)
			if chat.CodeOf(err) != chat.CodeStreamLimit { // the features may get too long first
				wantCode(t, err, chat.Offline, chat.CodeCanceled)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	c, _ := serve(t, func(*far) {})
	c.Login.Port = 1
	_, err := Dial(within(t), c)
	wantCode(t, err, chat.Offline, chat.CodeConnectionRefused)
	for _, address := range []chat.Address{{Domain: "example.test"}, {Local: "a b", Domain: "example.test"}, {Local: "a", Domain: "-\u2028"}} {
		c.Login.Address = address
		_, err = Dial(within(t), c)
		wantCode(t, err, chat.Input, chat.CodeAddress)
	}
}
