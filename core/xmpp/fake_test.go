// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"mellium.im/xmpp"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"
	"mellium.im/xmpp/stream"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp/wire"
)

// fakeWire is a wire whose far side is the test: for what the real server would
// never do.
type fakeWire struct {
	elements chan wire.Element
	written  chan string
	conn     net.Conn // the session's end
	far      net.Conn // the test's end
	down     chan struct{}
	ending   error // why; set before down closes
	once     sync.Once
}

// sentIQ is an IQ that Conn has sent.
type sentIQ struct {
	XMLName xml.Name
	ID      string `xml:"id,attr"`
	Type    string `xml:"type,attr"`
	To      string `xml:"to,attr"`
	Inner   string `xml:",innerxml"`
}

// result is the answer that carries payload.
func (q sentIQ) result(from, payload string) string {
	return "<iq type='result' id='" + q.ID + "' from='" + from + "'>" + payload + "</iq>"
}

func (q sentIQ) refusal(condition string) string {
	return "<iq type='error' id='" + q.ID + "'><error type='cancel'><" + condition + " xmlns='" + nsStanzas + "'/></error></iq>"
}

// newFake makes a Conn of alice whose IQs answer gets, one by one; "" is no
// answer. Both end with the test.
func newFake(t testing.TB, answer func(sentIQ) string) (*Conn, *fakeWire) {
	t.Helper()
	f := &fakeWire{elements: make(chan wire.Element, 16), written: make(chan string, 16), down: make(chan struct{})}
	f.conn, f.far = net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		d := xml.NewDecoder(f.far)
		for {
			var q sentIQ
			if err := d.Decode(&q); err != nil {
				return
			}
			if a := answer(q); a != "" {
				go f.push(a)
			}
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := newConn(ctx, Config{SoftwareName: "Chat", SoftwareVersion: "1.0"}, f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = c.Close(ctx)
		<-done
	})
	return c, f
}

// push sends elements to the session.
func (f *fakeWire) push(elements string) { _, _ = io.WriteString(f.far, elements) }

func (f *fakeWire) Address() chat.Address { return alice }
func (f *fakeWire) Mechanism() string     { return "FAKE" }
func (f *fakeWire) Handled(uint64)        {}

func (f *fakeWire) Session(context.Context) (*xmpp.Session, error) {
	go f.push("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>")
	own := jid.MustParse(alice.String())
	// Not the caller's context: when that ends, the library breaks a session that
	// was made long ago.
	return xmpp.NewSession(context.Background(), own.Domain(), own, f.conn, xmpp.Secure|xmpp.Authn,
		func(_ context.Context, in, out *stream.Info, s *xmpp.Session, _ any) (xmpp.SessionState, io.ReadWriter, any, error) {
			in.XMLNS, out.XMLNS = stanza.NSClient, stanza.NSClient
			r := s.TokenReader()
			defer r.Close()
			_, err := r.Token()
			return xmpp.Ready, nil, nil, err
		})
}

func (f *fakeWire) Next(ctx context.Context) (wire.Element, error) {
	select { // what came before the end comes before its error
	case el := <-f.elements:
		return el, nil
	default:
	}
	select {
	case el := <-f.elements:
		return el, nil
	case <-f.down:
		return wire.Element{}, f.ending
	case <-ctx.Done():
		return wire.Element{}, ctx.Err()
	}
}

func (f *fakeWire) Err() error {
	select {
	case <-f.down:
		return f.ending
	default:
		return nil
	}
}

func (f *fakeWire) WriteCounted(ctx context.Context, el []byte) (uint64, error) {
	select {
	case f.written <- string(el):
		return 1, nil
	case <-ctx.Done():
		return 1, ctx.Err()
	}
}

func (f *fakeWire) Acked() uint64   { return 0 }
func (f *fakeWire) Counted() uint64 { return 0 }

func (f *fakeWire) Close(context.Context) error { f.end(chat.CodeClosed); return nil }

// lose ends the connection from the far side.
func (f *fakeWire) lose() { f.end(chat.CodeConnectionLost) }

func (f *fakeWire) end(code chat.Code) {
	f.once.Do(func() {
		f.ending = &chat.Error{Kind: chat.Offline, Op: "read", Code: code, Err: io.EOF}
		close(f.down)
		_ = f.conn.Close()
		_ = f.far.Close()
	})
}

// silent is a server that never answers.
func silent(sentIQ) string { return "" }

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func wantCode(t testing.TB, err error, kind chat.Kind, code chat.Code) {
	t.Helper()
	var e *chat.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Code != code {
		t.Errorf("error %v, want kind %v and code %v", err, kind, code)
	}
	if err != nil && (strings.Contains(err.Error(), "@") || strings.Contains(err.Error(), "secret words")) {
		t.Errorf("the error tells too much: %v", err)
	}
}
