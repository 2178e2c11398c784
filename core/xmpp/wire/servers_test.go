// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mellium.im/xmlstream"
	"mellium.im/xmpp"
	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// real is a Config for alice of a running server.
func real(s *coretest.Server) Config {
	return Config{Login: s.Login("alice"), Password: []byte(password), Resource: "here", Roots: s.Roots}
}

func directly(s *coretest.Server, c Config) Config {
	c.Login.DirectTLS, c.Login.Port = true, s.DirectTLSPort
	return c
}

// uses proves that a stream works: an IQ by the library, a message by us.
func uses(t *testing.T, s *Stream) {
	t.Helper()
	session, err := s.Session(within(t))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = session.Serve(xmpp.HandlerFunc(func(xmlstream.TokenReadEncoder, *xml.StartElement) error { return nil }))
	}()
	ping := xmlstream.Wrap(nil, xml.StartElement{Name: xml.Name{Space: "urn:xmpp:ping", Local: "ping"}})
	if err := session.UnmarshalIQElement(within(t), ping, stanza.IQ{Type: stanza.GetIQ, To: jidOf(t, s.Address().Domain)}, nil); err != nil {
		t.Error(err)
	}
	to := escape(s.Address().String())
	if err := s.Write(within(t), []byte("<presence/><message to='"+to+"' id='m'><body>to me</body></message>")); err != nil {
		t.Error(err)
	}
	for {
		el, err := s.Next(within(t))
		if err != nil {
			t.Fatal(err)
		}
		if el.Name == "message" && strings.Contains(string(el.Bytes), "to me") {
			break
		}
	}
	if err := s.Close(within(t)); err != nil {
		t.Error(err)
	}
	<-served
	wantCode(t, s.Err(), chat.Offline, chat.CodeClosed)
}

// logsIn tries an account in all ways.
func logsIn(t *testing.T, s *coretest.Server, mechanism string) {
	t.Helper()
	for name, c := range map[string]Config{"STARTTLS": real(s), "direct TLS": directly(s, real(s))} {
		stream, err := Dial(within(t), c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if stream.Mechanism() != mechanism || stream.Address() != s.Address("alice").WithResource("here") {
			t.Errorf("%s: %s as %s", name, stream.Mechanism(), stream.Address())
		}
		uses(t, stream)
		c.Password = []byte("wrong")
		_, err = Dial(within(t), c)
		wantCode(t, err, chat.Auth, chat.CodeNotAuthorized)
	}
}

// What each server is known to offer is what is used: another mechanism here
// means that the choice, or the server, has changed.
func TestProsody(t *testing.T) {
	for name, test := range map[string]struct {
		options   coretest.Options
		mechanism string
	}{
		"as it is":     {coretest.Options{}, "SCRAM-SHA-1"},
		"with SHA-256": {coretest.Options{SHA256: true}, "SCRAM-SHA-256"},
		"with TLS 1.2": {coretest.Options{TLS12: true}, "SCRAM-SHA-1-PLUS"},
		"with both":    {coretest.Options{TLS12: true, SHA256: true}, "SCRAM-SHA-256-PLUS"},
	} {
		t.Run(name, func(t *testing.T) {
			s := coretest.Prosody(t, test.options)
			coretest.User(t, s, "alice", password)
			logsIn(t, s, test.mechanism)
			if test.options == (coretest.Options{}) {
				c := real(s)
				c.Strongest = "SCRAM-SHA-256"
				_, err := Dial(within(t), c)
				wantCode(t, err, chat.Auth, chat.CodeDowngrade)
				c = real(s)
				c.Login.Address.Domain = "elsewhere.test"
				_, err = Dial(within(t), c)
				wantCode(t, err, chat.Offline, chat.CodeHostNotFound)
				c = real(s)
				c.Login.DirectTLS = true
				_, err = Dial(within(t), c)
				wantCode(t, err, chat.Offline, chat.CodeTLS)
				c = real(s)
				s.Kill()
				_, err = Dial(within(t), c)
				wantCode(t, err, chat.Offline, chat.CodeConnectionRefused)
			}
		})
	}
}

func TestCertificatesOfProsody(t *testing.T) {
	for kind, code := range map[coretest.Certificate]chat.Code{
		coretest.CertExpired: chat.CodeCertExpired, coretest.CertOtherHost: chat.CodeCertHost,
		coretest.CertSelfSigned: chat.CodeCertSelfSigned, coretest.CertUnknownCA: chat.CodeCertAuthority,
	} {
		s := coretest.Prosody(t, coretest.Options{Certificate: kind})
		for _, c := range []Config{real(s), directly(s, real(s))} {
			_, err := Dial(within(t), c)
			wantCode(t, err, chat.Certificate, code)
		}
	}
}

func TestEjabberd(t *testing.T) {
	for name, test := range map[string]struct {
		options   coretest.Options
		mechanism string
	}{
		"as it is":     {coretest.Options{}, "SCRAM-SHA-1"}, // it offers -PLUS and refuses tls-exporter
		"with TLS 1.2": {coretest.Options{TLS12: true}, "SCRAM-SHA-1-PLUS"},
	} {
		t.Run(name, func(t *testing.T) {
			s := coretest.Ejabberd(t, test.options)
			coretest.User(t, s, "alice", password)
			logsIn(t, s, test.mechanism)
		})
	}
}

// registers makes an account and logs in with it; fill answers the form.
func registers(t *testing.T, s *coretest.Server, local, secret string, fill func(chat.Form) map[string]string) {
	t.Helper()
	c := real(s)
	c.Login.Address, c.Password = s.Address(local), []byte(secret)
	r, err := DialRegistration(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	form, err := r.Form(within(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Submit(within(t), c.Password, fill(form)); err != nil {
		t.Fatal(err)
	}
	stream, err := Dial(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	uses(t, stream)
}

func nothing(chat.Form) map[string]string { return nil }

func TestRegistrationOnServers(t *testing.T) {
	for name, start := range map[string]func(testing.TB, coretest.Options) *coretest.Server{
		"prosody": coretest.Prosody, "ejabberd": coretest.Ejabberd,
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, coretest.Options{Registration: true})
			registers(t, s, "alice", password, nothing)
			// What SASLprep changes, and what means something in XML.
			registers(t, s, "bob", "ｐäss\u00a0wörd <&'\">\u00aa\u2168", nothing)
			if name == "prosody" { // the other one takes no such password
				registers(t, s, "carol", "🏳️\u200d🌈", nothing)
			}
			for written, local := range map[string]string{"ｄａｎ": "dan", "e\u0301va": "éva", "FRED": "fred"} {
				registers(t, s, written, password, nothing)
				c := real(s)
				c.Login.Address = s.Address(written)
				stream, err := dial(t, c)
				if err != nil || stream.Address().Local != local {
					t.Errorf("%q is %v, %v", written, stream.Address(), err)
				}
			}
			c := real(s)
			if name == "prosody" { // it writes "ss" (RFC 3491), and would give us an address that is not ours
				c.Login.Address = s.Address("straße")
				coretest.User(t, s, "strasse", password)
				_, err := Dial(within(t), c)
				wantCode(t, err, chat.Auth, chat.CodeNotAuthorized)
				c = real(s)
			}
			r, err := DialRegistration(within(t), c)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if _, err := r.Form(within(t)); err != nil {
				t.Fatal(err)
			}
			wantCode(t, r.Submit(within(t), c.Password, nil), chat.Rejected, chat.CodeAddressTaken)
		})
	}
}

// ejabberd takes each captcha once: a wrong answer needs another form.
func TestCaptchaOfEjabberd(t *testing.T) {
	s := coretest.Ejabberd(t, coretest.Options{Registration: true, Captcha: true})
	c := real(s)
	r, err := DialRegistration(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, right := range []bool{false, true} {
		form, err := r.Form(within(t))
		if err != nil {
			t.Fatal(err)
		}
		if len(form.Fields) != 1 || form.Fields[0].Name != "ocr" || !bytes.HasPrefix(form.Fields[0].Picture, []byte("\x89PNG")) {
			t.Fatalf("form %+v", form)
		}
		words, err := os.ReadFile(filepath.Join(s.Dir, "captcha"))
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, r.Submit(within(t), c.Password, nil), chat.Input, chat.CodeFormIncomplete)
		if right {
			if err := r.Submit(within(t), c.Password, map[string]string{"ocr": string(words)}); err != nil {
				t.Fatal(err)
			}
		} else {
			wantCode(t, r.Submit(within(t), c.Password, map[string]string{"ocr": "no"}), chat.Rejected, chat.CodeFormIncomplete)
		}
	}
	stream, err := Dial(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	uses(t, stream)
}

// How servers end a stream, and what that is to us.
func TestServersEndStreams(t *testing.T) {
	for name, start := range map[string]func(testing.TB, coretest.Options) *coretest.Server{
		"prosody": coretest.Prosody, "ejabberd": coretest.Ejabberd,
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, coretest.Options{})
			coretest.User(t, s, "alice", password)
			ends := func(what string, do func(), code chat.Code, kept bool) {
				stream, err := dial(t, real(s))
				if err != nil {
					t.Fatal(err)
				}
				do()
				<-stream.Lost()
				err = stream.LostBy()
				if chat.KindOf(err) != chat.Offline || chat.CodeOf(err) != code || stream.Suspended() != kept {
					t.Errorf("%s: %v, want %s; kept is %v", what, err, code, stream.Suspended())
				}
				if err := stream.Close(within(t)); err != nil {
					t.Error(err)
				}
			}
			ends("the same device again", func() {
				if _, err := dial(t, real(s)); err != nil {
					t.Error(err)
				}
			}, chat.CodeConflict, false)
			if name == "prosody" { // it closes the connection only, and knows later what it had
				ends("its end", s.Stop, chat.CodeConnectionLost, true)
			} else {
				ends("its end", s.Stop, chat.CodeServiceUnavailable, false)
			}
			if err := s.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			ends("its death", s.Kill, chat.CodeConnectionLost, true)
		})
	}
}
