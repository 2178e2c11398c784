// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/xmpp"
	"chatsecure.org/desktop/core/xmpp/wire"
)

const (
	catchUpSize  = 10_000 // messages that come while nobody is there
	catchUpConvs = 20     // conversations that they are in
)

// generated is an archive that is made as it is read, so that it takes no memory.
type generated struct {
	mu  sync.Mutex
	n   int // messages beside the first, which alice knows
	max int // of a page, whatever is asked for
	at  time.Time

	every, next int   // questions from one look at the heap to the next; 0 for none
	looks, seen int64 // and how many bytes were in use, in all of them
}

const words = "the quick brown fox jumps over the lazy dog and says what people say to each other all day "

func (g *generated) message(i int) coretest.Archived {
	peer := fmt.Sprintf("peer%d@example.test/desk", i%catchUpConvs)
	from, to := peer, "alice@example.test"
	if i%3 == 0 {
		from, to = to+"/phone", peer
	}
	start := i * 7 % len(words)
	body := fmt.Sprint(i, " ", words[start:], words[:i%60])
	return coretest.Archived{
		ID: fmt.Sprintf("archive-%08d", i), Stamp: g.at.Add(time.Duration(i) * time.Second),
		Message: fmt.Sprintf("<message from='%s' to='%s' type='chat' id='m%d'><body>%s</body><origin-id xmlns='urn:xmpp:sid:0' id='m%d'/>"+
			"<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/></message>", from, to, i, body, i),
	}
}

// answer gives the page of a question; ids are numbers, so nothing is searched.
func (g *generated) answer(s *coretest.Session, e *coretest.Element) bool {
	q, ok := e.ArchiveQuery()
	if !ok {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.next++; g.every > 0 && g.next%g.every == 0 {
		g.looks, g.seen = g.looks+1, g.seen+heap()
	}
	number := func(id string, none int) int {
		if n, err := strconv.Atoi(strings.TrimPrefix(id, "archive-")); err == nil {
			return n
		}
		return none
	}
	from, to := number(q.AfterID, -1)+1, number(q.Before, g.n+1)
	size := min(q.Max, g.max)
	first := max(from, to-size)
	var page []coretest.Archived
	for i := first; i < to; i++ {
		page = append(page, g.message(i))
	}
	s.SendPage(e, page, first == from)
	return true
}

// returns is alice, who knows the first message of the archive, coming back to n
// more. It says how long it took from being connected till all was in the database.
func returns(tb testing.TB, n int, g *generated) (p *person, took time.Duration) {
	tb.Helper()
	g.at = time.Now().Add(-100 * 24 * time.Hour)
	f := among(tb, func(s *coretest.Scripted) { s.On(g.answer) })
	f.away(func() { g.mu.Lock(); g.n = n; g.mu.Unlock() })
	f.alice.waitState(chat.StateOnline)
	began := time.Now()
	f.caughtUp()
	took = time.Since(began)
	got := 0
	for i := range catchUpConvs {
		got += f.alice.count(chat.ConvID{Account: f.alice.addr, Peer: f.Address(fmt.Sprintf("peer%d", i))})
	}
	if got != n+1 {
		tb.Fatalf("%d messages, want %d", got, n+1)
	}
	return f.alice, took
}

// count is how many messages a conversation has.
func (p *person) count(conv chat.ConvID) (n int) {
	var before chat.Cursor
	for {
		page, err := p.Page(context.Background(), conv, before, 500)
		if err != nil {
			p.t.Fatal(err)
		}
		if len(page) == 0 {
			return n
		}
		n, before = n+len(page), page[0].Cursor
	}
}

// BenchmarkCatchUp is the way of 10,000 messages from an archive into the database,
// with a server that takes no time (pages as long as we ask for, and as real
// servers give them), and with real ones.
func BenchmarkCatchUp(b *testing.B) {
	for _, page := range []int{250, 50} {
		b.Run(fmt.Sprintf("scripted/pages-%d", page), func(b *testing.B) {
			var all time.Duration
			for range b.N {
				p, took := returns(b, catchUpSize, &generated{max: page})
				p.stop()
				all += took
			}
			b.ReportMetric(0, "ns/op") // most of it is the way to the state that is measured
			b.ReportMetric(float64(catchUpSize*b.N)/all.Seconds(), "messages/s")
		})
	}
	for name, start := range map[string]func(testing.TB, coretest.Options) *coretest.Server{
		"prosody": coretest.Prosody, "ejabberd": coretest.Ejabberd,
	} {
		b.Run(name, func(b *testing.B) {
			var all, alone time.Duration
			for range b.N {
				took, least := returnsTo(b, start(b, coretest.Options{LargeArchive: true}))
				all, alone = all+took, alone+least
			}
			b.ReportMetric(0, "ns/op") // most of it is the way to the state that is measured
			b.ReportMetric(float64(catchUpSize*b.N)/all.Seconds(), "messages/s")
			b.ReportMetric(float64(catchUpSize*b.N)/alone.Seconds(), "read/s")
		})
	}
}

// returnsTo is returns with a real server. alone is how long the server takes to give
// the same pages to who does nothing with them.
func returnsTo(b *testing.B, s *coretest.Server) (took, alone time.Duration) {
	b.Helper()
	alice := user(b, s, "alice")
	coretest.User(b, s, "bob", "secret of bob")
	phone, bob := raw(b, s, "alice"), raw(b, s, "bob")
	say(b, bob, alice.addr, 1)
	conv := chat.ConvID{Account: alice.addr, Peer: s.Address("bob")}
	alice.wait("the first message", func() bool { return alice.conversation(conv).Last.ID != 0 })
	alice.stop()
	say(b, bob, alice.addr, catchUpSize)
	alice.start()
	alice.waitState(chat.StateOnline)
	began := time.Now()
	alice.wait("being caught up", func() bool { return !alice.account().CatchingUp })
	took = time.Since(began)
	if got := alice.count(conv); got != catchUpSize+1 {
		b.Fatalf("%d messages, want %d", got, catchUpSize+1)
	}
	alice.stop()
	began = time.Now()
	before, got := "", 0
	for more := true; more; {
		page, err := phone.Archive(alice.ctx(), xmpp.ArchiveQuery{Before: &before, Max: 250})
		if err != nil {
			b.Fatal(err)
		}
		got, before, more = got+len(page.Messages), page.First, !page.Complete
	}
	if got != catchUpSize+1 {
		b.Fatalf("the archive has %d messages, want %d", got, catchUpSize+1)
	}
	return took, time.Since(began)
}

// raw is a device that takes everything and keeps nothing.
func raw(b *testing.B, s *coretest.Server, name string) *xmpp.Conn {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := xmpp.Connect(ctx, xmpp.Config{Config: wire.Config{
		Login: s.Login(name), Password: []byte("secret of " + name), Resource: "raw", Roots: s.Roots,
	}})
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.Run(context.Background(), func(in xmpp.Inbound) { c.Handled(in.Seq) })
	}()
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = c.Close(ctx)
		<-ended
	})
	if err := c.SendPresence(ctx, xmpp.OutPresence{Show: chat.Available}); err != nil {
		b.Fatal(err)
	}
	return c
}

// say sends n messages and waits until the server has them.
func say(b *testing.B, c *xmpp.Conn, to chat.Address, n int) {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*patience)
	defer cancel()
	g := generated{at: time.Now()}
	for i := range n {
		body := strings.TrimSuffix(g.message(i).Message, "</message>")
		m := xmpp.OutMessage{To: to, Type: "chat", ID: fmt.Sprintf("%d of %d", i, n), Body: fmt.Sprint(i, " ", body[len(body)-90:])}
		m.OriginID = m.ID
		if err := c.Write(ctx, xmpp.EncodeMessage(m)); err != nil {
			b.Fatal(err)
		}
	}
	if err := c.Confirm(ctx); err != nil {
		b.Fatal(err)
	}
}

// TestCatchUpMemory: what is in use, while and after the archive is read, does not
// grow with it.
func TestCatchUpMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	var during, after [2]int64
	for i, n := range []int{10_000, 40_000} {
		g := &generated{max: 250, every: n / 250 / 8}
		p, took := returns(t, n, g)
		during[i], after[i] = g.seen/g.looks, heap()
		t.Logf("%d messages in %v, %d KiB in use, %d in the end", n, took.Round(time.Millisecond), during[i]>>10, after[i]>>10)
		p.stop()
	}
	const onTheirWay = 512 << 10 // pages, of which there are more or fewer at a look
	if during[1] > during[0]*6/5+onTheirWay || after[1] > after[0]*6/5 {
		t.Errorf("bytes in use with 10,000 and 40,000 messages: %d meanwhile, %d in the end", during, after)
	}
}
