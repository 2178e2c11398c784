// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/xmpp/wire"
)

// fakeWire is not managed: it ends with its link.

func (f *fakeWire) WriteNonza(ctx context.Context, el []byte) error {
	_, err := f.WriteCounted(ctx, el)
	return err
}
func (f *fakeWire) Offers(string) bool            { return false }
func (f *fakeWire) MaxBytes() int                 { return 0 }
func (f *fakeWire) Token() wire.Token             { return wire.Token{} }
func (f *fakeWire) Carbons() bool                 { return false }
func (f *fakeWire) Managed() bool                 { return false }
func (f *fakeWire) Confirm(context.Context) error { panic("not managed") }
func (f *fakeWire) Lost() <-chan struct{}         { return f.down }
func (f *fakeWire) LostBy() error                 { return f.Err() }
func (f *fakeWire) Suspended() bool               { return false }
func (f *fakeWire) Quiet() time.Duration          { return 0 }
func (f *fakeWire) Drop(error)                    { f.lose() }

// A connection goes on when its link has broken and another is there: what was
// written meanwhile goes out, and what was asked is answered. A server that has
// forgotten it gives a new one.
func TestConnectionOutlivesItsLink(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	coretest.User(t, s, "alice", "secret of alice")
	proxy := coretest.NewProxy(t, s)
	cfg := Config{SoftwareName: "Chat", SoftwareVersion: "1.0", Config: wire.Config{Login: proxy.Through(s.Login("alice")), Password: []byte("secret of alice"), Roots: s.Roots}}
	c, err := Connect(within(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	in, end := run(t, c)
	p := &person{c, t, in, s.Address("alice")}
	p.must(c.SendPresence(within(t), OutPresence{}))
	p.until("own presence", p.presence("", p.bare))
	if !c.Managed() || c.Suspended() || c.LostBy() != nil {
		t.Fatalf("managed %v, suspended %v, lost by %v", c.Managed(), c.Suspended(), c.LostBy())
	}
	proxy.Cut()
	<-c.Lost()
	if !c.Suspended() {
		t.Fatalf("not suspended: %v", c.LostBy())
	}
	wantCode(t, c.LostBy(), chat.Offline, chat.CodeConnectionLost)
	written, asked, confirmed := make(chan error, 1), make(chan error, 1), make(chan error, 1)
	go func() {
		written <- c.Write(within(t), EncodeMessage(OutMessage{To: c.Address(), Type: "chat", ID: "m", Body: "while away"}))
		confirmed <- c.Confirm(within(t))
	}()
	go func() { _, err := c.Roster(within(t), ""); asked <- err }()
	cfg.Previous = c
	again, err := Connect(within(t), cfg)
	if err != nil || again != c {
		t.Fatalf("%p is not %p: %v", again, c, err)
	}
	for _, result := range []chan error{written, asked} {
		p.must(<-result)
	}
	p.until("the message", func(in Inbound) bool { return in.Message != nil && in.Message.Body == "while away" })
	p.must(<-confirmed)

	s.Kill()
	p.must(s.Start(t.Context()))
	<-c.Lost()
	fresh, err := Connect(within(t), cfg)
	if err != nil || fresh == c {
		t.Fatalf("%p, %v", fresh, err)
	}
	run(t, fresh)
	wantCode(t, <-end, chat.Offline, chat.CodeNotResumed)
	wantCode(t, c.Write(within(t), []byte("<presence/>")), chat.Offline, chat.CodeConnectionLost)
	p.must(fresh.Ping(within(t), chat.Address{}))
	wantCode(t, c.Confirm(within(t)), chat.Offline, chat.CodeConnectionLost)

	fresh.Drop(nil) // and what has ended is no previous one
	<-fresh.Lost()
	p.must(fresh.Close(within(t)))
	cfg.Previous = fresh
	third, err := Connect(within(t), cfg)
	if err != nil || third == fresh {
		t.Fatalf("%p, %v", third, err)
	}
	run(t, third)
	p.must(third.Close(within(t)))
}
