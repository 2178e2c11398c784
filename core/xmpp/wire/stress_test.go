// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"encoding/xml"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"mellium.im/xmlstream"
	"mellium.im/xmpp"

	"chatsecure.org/desktop/core/chat"
)

const question = "<iq type='get' id='q' from='mallory@example.test/x'><ping xmlns='urn:xmpp:ping'/></iq>"

// Whatever the server pours in, and whoever does not do his part here, Close
// comes back by its context and nothing stays.
func TestCloseInAFlood(t *testing.T) {
	answer := "<iq type='result' id='q' from='mallory@example.test/x'/>"
	for name, test := range map[string]struct {
		flood string
		serve bool
		reads bool // the server does
	}{
		"messages that nobody takes":    {"<message/>", true, true},
		"questions without a session":   {question, false, true},
		"questions, and it reads":       {question, true, true},
		"questions, and it reads not":   {question, true, false},
		"answers that nobody waits for": {answer, true, false},
		"all of it":                     {"<message/><presence/>" + question + answer + "<iq/>", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			flowing := make(chan struct{})
			s := connected(t, func(f *far) {
				if test.reads {
					go func() { _, _ = io.Copy(io.Discard, f.Conn) }()
				}
				text := strings.Repeat(test.flood, 1000)
				for n := 0; ; n++ {
					if _, err := f.Conn.Write([]byte(text)); err != nil {
						return
					}
					if n == 3 {
						close(flowing)
					}
				}
			})
			served := make(chan struct{})
			if test.serve {
				session, err := s.Session(within(t))
				if err != nil {
					t.Fatal(err)
				}
				go func() {
					defer close(served)
					_ = session.Serve(xmpp.HandlerFunc(func(xmlstream.TokenReadEncoder, *xml.StartElement) error { return nil }))
				}()
			} else {
				close(served)
			}
			<-flowing
			start := time.Now()
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
			defer cancel()
			_ = s.Close(ctx)
			<-served
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("took %v", d)
			}
			wantCode(t, s.Err(), chat.Offline, chat.CodeClosed)
		})
	}
}

// Everybody at once, and the end at any moment.
func TestAllAtOnce(t *testing.T) {
	for range 20 {
		s := connected(t, func(f *far) {
			for range 100 {
				f.say("%s", "<message/><presence/>"+question)
			}
			f.hear("</stream:stream>")
			f.say("</stream:stream>")
		})
		session, err := s.Session(within(t))
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			_ = session.Serve(xmpp.HandlerFunc(func(xmlstream.TokenReadEncoder, *xml.StartElement) error { return nil }))
		})
		for range 3 {
			wg.Go(func() {
				for s.Write(within(t), []byte("<presence/>")) == nil {
				}
			})
			wg.Go(func() {
				for range rand.N(2000) { // at any moment
					runtime.Gosched()
				}
				_ = s.Close(within(t))
			})
		}
		wg.Go(func() {
			for {
				if _, err := s.Next(within(t)); err != nil {
					return
				}
			}
		})
		wg.Wait()
		wantCode(t, s.Err(), chat.Offline, chat.CodeClosed)
	}
}

// A context that ends at any moment of a login is honoured, and no connection
// stays open.
func TestDialEndsAtAnyMoment(t *testing.T) {
	var mu sync.Mutex
	open := 0
	count := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		open += n
	}
	c, _ := serve(t, func(f *far) {
		count(1)
		defer count(-1)
		f.logIn()
		f.hear("</stream:stream>")
		f.say("</stream:stream>")
	})
	port := c.Login.Port
	c.Login.AllowPlain = true
	n := &nameServer{records: map[string][]dnsmessage.SRVResource{
		"_xmpp-client._tcp.example.test": {srv("a.test", port, 1, 0), srv("b.test", 1, 2, 0), srv("c.test", port, 3, 0)},
	}}
	raced := c
	raced.Login.Host, raced.Login.Port, raced.resolver = "", 0, n.start(t)
	for i := range 200 {
		ctx, cancel := context.WithTimeout(context.Background(), rand.N(12*time.Millisecond))
		s, err := Dial(ctx, []Config{c, raced}[i%2])
		cancel()
		if err == nil {
			_ = s.Close(within(t))
			continue
		}
		wantCode(t, err, chat.Timeout, chat.CodeTimeout)
	}
	for ctx := within(t); ; {
		mu.Lock()
		left := open
		mu.Unlock()
		if left == 0 {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%d connections stay open", left)
		case <-time.After(time.Millisecond):
		}
	}
}

// The winner of a race does not hang on the race's context, and the losers are
// closed.
func TestRaceClosesTheLosers(t *testing.T) {
	var wg sync.WaitGroup
	wg.Add(1)
	hold := make(chan struct{})
	slow, _ := serve(t, func(f *far) {
		f.startTLS()
		<-hold
		f.open(offer("PLAIN"))
		f.hear("\x00") // until the end
		wg.Done()
	})
	c, s := serve(t, func(f *far) { f.logIn(); f.hear("</stream:stream>"); f.say("</stream:stream>") })
	slow.Roots.AddCert(s.cert.Leaf)
	c.Roots, c.Login.AllowPlain = slow.Roots, true
	l, err := c.race(within(t), []target{{"127.0.0.1", slow.Login.Port, false}, {"127.0.0.1", c.Login.Port, false}})
	if err != nil {
		t.Fatal(err)
	}
	close(hold)
	wg.Wait()
	if _, err := c.logIn(within(t), l, "alice"); err != nil {
		t.Error(err)
	}
	l.raw.Close()
}
