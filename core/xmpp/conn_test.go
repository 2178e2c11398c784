// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAskEndsByItsDeadline(t *testing.T) {
	c, _ := newFake(t, silent)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	start := time.Now()
	wantCode(t, c.Ping(ctx, bob), chat.Timeout, chat.CodeTimeout)
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("took %v", d)
	}
	ctx, cancel = context.WithCancel(context.Background())
	cancel()
	wantCode(t, c.Confirm(ctx), chat.Offline, chat.CodeCanceled)
}

func TestAskEndsWithTheConnection(t *testing.T) {
	asked := make(chan struct{}, 2)
	c, f := newFake(t, func(sentIQ) string { asked <- struct{}{}; return "" })
	failed := make(chan error, 2)
	for range 2 {
		go func() { failed <- c.Ping(within(t), chat.Address{}) }()
	}
	<-asked
	<-asked
	f.lose()
	for range 2 {
		wantCode(t, <-failed, chat.Offline, chat.CodeConnectionLost)
	}
	wantCode(t, c.Ping(within(t), chat.Address{}), chat.Offline, chat.CodeConnectionLost)
	wantCode(t, c.Write(within(t), []byte("<presence/>")), chat.Offline, chat.CodeConnectionLost)
}

// A writer that stands still (the network takes nothing) must not hold a
// question over its deadline.
func TestAskEndsWhenNothingIsRead(t *testing.T) {
	block := make(chan struct{})
	c, f := newFake(t, func(sentIQ) string { <-block; return "" })
	defer func() { close(block); f.lose() }()
	for range 3 {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		wantCode(t, c.Ping(ctx, bob), chat.Timeout, chat.CodeTimeout)
		cancel()
	}
}

func TestAnswers(t *testing.T) {
	errorOf := func(condition string) func(sentIQ) string {
		return func(q sentIQ) string {
			return "<iq type='error' id='" + q.ID + "' from='" + q.To + "'>" + q.Inner + "<error type='cancel'><" + condition +
				" xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>secret words of x@y</text></error></iq>"
		}
	}
	for name, test := range map[string]struct {
		answer func(sentIQ) string
		code   chat.Code // "" is no error
	}{
		"result":                  {func(q sentIQ) string { return q.result(q.To, "") }, ""},
		"forbidden":               {errorOf("forbidden"), chat.CodeForbidden},
		"remote server not found": {errorOf("remote-server-not-found"), chat.CodeRemoteServer},
		"service unavailable":     {errorOf("service-unavailable"), chat.CodeServiceUnavailable},
		"item not found":          {errorOf("item-not-found"), chat.CodeNotFound},
		"unknown condition":       {errorOf("made-up"), chat.CodeRefused},
		"answer of a stranger":    {func(q sentIQ) string { return q.result("eve@example.com/x", "") }, chat.CodeForbidden},
		"answer of his account":   {func(q sentIQ) string { return q.result("bob@example.net", "") }, chat.CodeForbidden},
		"answer of our account":   {func(q sentIQ) string { return q.result(alice.Bare().String(), "") }, chat.CodeForbidden},
		"answer without sender":   {func(q sentIQ) string { return "<iq type='result' id='" + q.ID + "'/>" }, chat.CodeForbidden},
		"error without anything":  {func(q sentIQ) string { return "<iq type='error' id='" + q.ID + "' from='" + q.To + "'><x/></iq>" }, chat.CodeRefused},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := newFake(t, test.answer)
			err := c.Ping(within(t), bob)
			if test.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantCode(t, err, chat.Rejected, test.code)
		})
	}
}

func TestOwnAccountMayAnswerInAllItsWays(t *testing.T) {
	for _, from := range []string{"", alice.Bare().String(), alice.String(), "example.org"} {
		c, _ := newFake(t, func(q sentIQ) string { return q.result(from, "") })
		if r, err := c.Roster(within(t), "v1"); err != nil || !r.Unchanged || r.Version != "v1" {
			t.Errorf("from %q: %+v, %v", from, r, err)
		}
	}
	c, _ := newFake(t, func(q sentIQ) string { return q.result("eve@example.com", "<query xmlns='jabber:iq:roster'/>") })
	_, err := c.Roster(within(t), "")
	wantCode(t, err, chat.Rejected, chat.CodeForbidden)
}

func TestConfirmTakesAnErrorForAnAnswer(t *testing.T) {
	c, _ := newFake(t, func(q sentIQ) string {
		return "<iq type='error' id='" + q.ID + "' from='example.org'><error type='cancel'><feature-not-implemented xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
	})
	if err := c.Confirm(within(t)); err != nil {
		t.Error(err)
	}
	c, _ = newFake(t, func(q sentIQ) string { return q.result("eve@example.com", "") })
	wantCode(t, c.Confirm(within(t)), chat.Rejected, chat.CodeForbidden)
}

// run starts Run and returns what it delivers and how it ends.
func run(t testing.TB, c *Conn) (<-chan Inbound, <-chan error) {
	in, end := make(chan Inbound), make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		end <- c.Run(ctx, func(i Inbound) {
			select {
			case in <- i:
			case <-ctx.Done():
			}
		})
	}()
	t.Cleanup(func() { cancel(); <-done })
	return in, end
}

func TestRunDelivers(t *testing.T) {
	c, f := newFake(t, silent)
	in, end := run(t, c)
	for n, el := range []string{
		"<message from='bob@example.net/phone'><body>1</body></message>", "<message from='a b'/>", "<presence from='bob@example.net/phone'/>",
		"<presence type='made-up'/>", "<other/>", "",
	} {
		name := "message"
		if strings.HasPrefix(el, "<presence") {
			name = "presence"
		}
		f.elements <- wire.Element{Seq: uint64(n) + 1, Name: name, Bytes: []byte(el)}
		got := <-in
		if got.Seq != uint64(n)+1 || (got.Message != nil) != (n == 0) || (got.Presence != nil) != (n == 2) || got.Roster != nil {
			t.Errorf("%d: %+v", n, got)
		}
	}
	f.lose()
	wantCode(t, <-end, chat.Offline, chat.CodeConnectionLost)
}

// What came before the end is delivered, whoever ends the connection.
func TestRunDeliversToTheEnd(t *testing.T) {
	for name, end := range map[string]func(*Conn, *fakeWire, context.CancelFunc){
		"lost":          func(_ *Conn, f *fakeWire, _ context.CancelFunc) { f.lose() },
		"closed":        func(c *Conn, _ *fakeWire, _ context.CancelFunc) { _ = c.Close(context.Background()) },
		"context ended": func(_ *Conn, _ *fakeWire, cancel context.CancelFunc) { cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			c, f := newFake(t, silent)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			for n := range cap(f.elements) {
				f.elements <- wire.Element{Seq: uint64(n) + 1, Name: "message", Bytes: []byte("<message from='bob@example.net/phone'><body>x</body></message>")}
			}
			began, release := make(chan struct{}, 1), make(chan struct{})
			got, done := 0, make(chan error, 1)
			go func() {
				done <- c.Run(ctx, func(in Inbound) {
					select {
					case began <- struct{}{}:
						<-release
					default:
					}
					if in.Message != nil {
						got++
					}
				})
			}()
			<-began
			ended := make(chan struct{})
			go func() { end(c, f, cancel); close(ended) }()
			<-c.life.Done()
			close(release)
			<-done
			<-ended
			if got != cap(f.elements) {
				t.Errorf("%d elements were delivered, want %d", got, cap(f.elements))
			}
		})
	}
}

// The server's own reason is not hidden by our leaving over it.
func TestReasonOfTheEnd(t *testing.T) {
	c, f := newFake(t, silent)
	_, end := run(t, c)
	f.lose()
	_ = c.Close(within(t))
	wantCode(t, <-end, chat.Offline, chat.CodeConnectionLost)
}

func TestRunEndsByContextAndClose(t *testing.T) {
	c, _ := newFake(t, silent)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	wantCode(t, c.Run(ctx, func(Inbound) {}), chat.Offline, chat.CodeCanceled)

	c, _ = newFake(t, silent)
	_, end := run(t, c)
	if err := c.Close(within(t)); err != nil {
		t.Error(err)
	}
	wantCode(t, <-end, chat.Offline, chat.CodeCanceled)
	if err := c.Close(within(t)); err != nil {
		t.Error("second close:", err)
	}
}
