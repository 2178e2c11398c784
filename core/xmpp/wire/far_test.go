// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"chatsecure.org/desktop/core/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	password = "secret words"
	offered  = "<stream:features>%s</stream:features>"
	offerTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
	offerOwn = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
)

func offer(mechanisms ...string) string {
	return "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>" + strings.Join(mechanisms, "</mechanism><mechanism>") + "</mechanism></mechanisms>"
}

// far is the other side of a connection: a server whose every word the test
// says. What goes wrong there ends the connection, and the near side will tell.
type far struct {
	net.Conn
	conn  net.Conn // before TLS
	cert  tls.Certificate
	fake  *fakeServer
	heard []byte // not yet expected
}

// fakeServer listens on loopback for the life of a test.
type fakeServer struct {
	cert  tls.Certificate
	mu    sync.Mutex
	plain bytes.Buffer // all that came in before TLS
	all   bytes.Buffer // all that came in, deciphered
}

// serve makes a server of example.test and a Config that leads to it. Each
// connection runs script, and is closed after it.
func serve(t testing.TB, script func(*far)) (Config, *fakeServer) {
	t.Helper()
	return serveAs(t, newCertificate(t, ecdsaKey(t), nil), script)
}

func serveAs(t testing.TB, cert tls.Certificate, script func(*far)) (Config, *fakeServer) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &fakeServer{cert: cert}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			wg.Go(func() {
				defer c.Close()
				script(&far{Conn: c, conn: c, cert: s.cert, fake: s})
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	return Config{
		Login: chat.Login{
			Address: chat.MustAddress("alice@example.test"), Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port,
		},
		Password: []byte(password), Resource: "here", Roots: roots,
	}, s
}

func ecdsaKey(t testing.TB) crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func rsaKey(t testing.TB, bits int) crypto.Signer {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Skip(err) // this build refuses to make one
	}
	return key
}

// newCertificate is one for example.test that is its own authority.
func newCertificate(t testing.TB, key crypto.Signer, change func(*x509.Certificate)) tls.Certificate {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "example.test"}, DNSNames: []string{"example.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IsCA: true, BasicConstraintsValid: true,
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// Read keeps what was read for the test to look at.
func (f *far) Read(p []byte) (int, error) {
	n, err := f.Conn.Read(p)
	f.fake.mu.Lock()
	f.fake.all.Write(p[:n])
	if f.Conn == f.conn {
		f.fake.plain.Write(p[:n])
	}
	f.fake.mu.Unlock()
	return n, err
}

func (s *fakeServer) saw() (plain, all string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.plain.String(), s.all.String()
}

// hear reads up to and with a text, and returns that.
func (f *far) hear(text string) string {
	buf := make([]byte, 4096)
	for {
		if i := bytes.Index(f.heard, []byte(text)); i >= 0 {
			got := string(f.heard[:i+len(text)])
			f.heard = f.heard[i+len(text):]
			return got
		}
		n, err := f.Read(buf)
		f.heard = append(f.heard, buf[:n]...)
		if err != nil {
			return ""
		}
	}
}

func (f *far) say(format string, args ...any) { fmt.Fprintf(f.Conn, format, args...) }

const header = "<?xml version='1.0'?><stream:stream from='example.test' id='1' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"

// open answers a stream header.
func (f *far) open(what string) {
	f.hear("<stream:stream")
	f.hear(">")
	f.say(header+offered, what)
}

// startTLS does it, up to the stream under TLS.
func (f *far) startTLS() {
	f.open(offerTLS)
	f.hear("<starttls")
	f.hear("/>")
	f.say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
	f.handshake(nil)
}

func (f *far) handshake(change func(*tls.Config)) {
	cfg := &tls.Config{Certificates: []tls.Certificate{f.cert}}
	if change != nil {
		change(cfg)
	}
	f.Conn, f.heard = tls.Server(f.conn, cfg), nil
}

// logIn takes a PLAIN login, which needs AllowPlain, and binds.
func (f *far) logIn() {
	f.startTLS()
	f.open(offer("PLAIN"))
	f.hear("</auth>")
	f.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
	f.open(offerOwn)
	f.bind("alice@example.test/here")
}

// bind answers the request for a resource.
func (f *far) bind(full string) {
	f.say("<iq type='result' id='%s'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>%s</jid></bind></iq>", f.iqID(), full)
}

// iqID reads a whole IQ and returns its id.
func (f *far) iqID() string {
	_, id, _ := strings.Cut(f.hear("</iq>"), "id='")
	id, _, _ = strings.Cut(id, "'")
	return id
}

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// dial logs in and hangs up at the end of the test.
func dial(t testing.TB, c Config) (*Stream, error) {
	t.Helper()
	s, err := Dial(within(t), c)
	if err == nil {
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			defer cancel()
			_ = s.Close(ctx)
		})
	}
	return s, err
}

// connected is a stream that has logged in, to a server that goes on with then.
func connected(t testing.TB, then func(*far)) *Stream {
	t.Helper()
	c, _ := serve(t, func(f *far) { f.logIn(); then(f) })
	c.Login.AllowPlain = true
	s, err := dial(t, c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantCode(t testing.TB, err error, kind chat.Kind, code chat.Code) {
	t.Helper()
	var e *chat.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Code != code {
		t.Errorf("error %v, want kind %v and code %v", err, kind, code)
	}
	if err != nil {
		for _, private := range []string{"@", "127.0.0.1", "example.test", password} {
			if strings.Contains(err.Error(), private) {
				t.Errorf("the error tells too much: %v", err)
			}
		}
	}
}
