// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"chatsecure.org/desktop/core/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	alice = chat.MustAddress("alice@example.org")
	bob   = chat.MustAddress("bob@example.org")
	conv  = chat.ConvID{Account: alice, Peer: bob}
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
)

// desk is the UI goroutine of a test: the test's own, which runs what was
// dispatched while it waits. Its clock is moved by hand.
type desk struct {
	*Env
	t      *testing.T
	queue  chan func()
	now    time.Time
	timers []*timer
}

type timer struct {
	at   time.Time
	f    func()
	done bool
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, queue: make(chan func(), 1000), now: noon}
	dispatch := func(f func()) { d.queue <- f }
	d.Env = &Env{
		Dispatch: dispatch,
		Tasks:    NewTasks(t.Context(), dispatch),
		Now:      func() time.Time { return d.now },
		Zone:     time.UTC,
		After: func(wait time.Duration, f func()) func() {
			tm := &timer{at: d.now.Add(wait), f: f}
			d.timers = append(d.timers, tm)
			return func() { tm.done = true }
		},
	}
	t.Cleanup(func() { d.Tasks.Close(5 * time.Second) })
	return d
}

// advance moves the clock and fires what is due.
func (d *desk) advance(by time.Duration) {
	d.now = d.now.Add(by)
	for _, tm := range slices.Clone(d.timers) {
		if !tm.done && !tm.at.After(d.now) {
			tm.done = true
			tm.f()
		}
	}
}

// until runs the UI goroutine until cond holds.
func (d *desk) until(what string, cond func() bool) {
	d.t.Helper()
	deadline := time.After(10 * time.Second)
	for !cond() {
		select {
		case f := <-d.queue:
			f()
		case <-deadline:
			d.t.Fatalf("never happened: %s", what)
		}
	}
}

// settle runs all that is under way.
func (d *desk) settle(lanes ...*Lane) {
	d.t.Helper()
	for _, l := range lanes {
		done := false
		l.Run(func(context.Context) func() { return func() { done = true } })
		d.until("lane empty", func() bool { return done })
	}
}

// history is a core with one conversation of any length.
type history struct {
	mu       sync.Mutex
	n        int // messages 1..n, cursor = id * 10
	edited   map[chat.MsgID]chat.Message
	gone     map[chat.MsgID]bool
	conv     chat.Conversation
	marked   chat.MsgID
	reads    int // rows returned
	err      error
	drafts   []string
	sent     []string
	origins  []string
	typing   []chat.Typing
	replies  []chat.MsgID // what was answered
	sendGate chan struct{}
	asked    []string
	low      chat.MsgID // what is below is with the server
	each     chat.MsgID // that an answer of the archive brings
	farGate  chan struct{}
}

func newHistory(n int) *history {
	return &history{n: n, low: 1, each: 50, conv: chat.Conversation{ID: conv}, edited: map[chat.MsgID]chat.Message{}, gone: map[chat.MsgID]bool{}}
}

func (h *history) message(id chat.MsgID) (chat.Message, bool) {
	if m, ok := h.edited[id]; ok {
		return m, true
	}
	if id < h.low || int(id) > h.n || h.gone[id] {
		return chat.Message{}, false
	}
	m := chat.Message{
		ID: id, Conv: conv, Cursor: chat.Cursor(id * 10), Body: fmt.Sprintf("message %d", id),
		Time: noon.Add(time.Duration(int(id)-h.n) * time.Minute),
	}
	if id%3 == 0 {
		m.Direction = chat.Out
	}
	return m, true
}

func (h *history) Conversation(context.Context, chat.ConvID) (chat.Conversation, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.conv, h.err
}

func (h *history) Page(_ context.Context, _ chat.ConvID, before chat.Cursor, n int) ([]chat.Message, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if before == 0 {
		before = chat.Cursor(h.n*10 + 1)
	}
	var out []chat.Message
	for id := chat.MsgID(before-1) / 10; id >= 1 && len(out) < n; id-- {
		if m, ok := h.message(id); ok {
			out = append(out, m)
		}
	}
	slices.Reverse(out)
	h.reads += len(out)
	return out, h.err
}

func (h *history) PageAfter(_ context.Context, _ chat.ConvID, after chat.Cursor, n int) ([]chat.Message, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []chat.Message
	for id := chat.MsgID(after/10) + 1; int(id) <= h.n && len(out) < n; id++ {
		if m, ok := h.message(id); ok {
			out = append(out, m)
		}
	}
	h.reads += len(out)
	return out, h.err
}

func (h *history) Messages(_ context.Context, ids []chat.MsgID) ([]chat.Message, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []chat.Message
	for _, id := range ids {
		if m, ok := h.message(id); ok {
			out = append(out, m)
		}
	}
	h.reads += len(out)
	return out, h.err
}

func (h *history) MarkRead(_ context.Context, _ chat.ConvID, upTo chat.MsgID) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.marked = upTo
	return h.err
}

// did notes a command, and fails it as the test has set.
func (h *history) did(what string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, what)
	return h.err
}

func (h *history) Retry(_ context.Context, _ chat.ConvID, id chat.MsgID) error {
	return h.did("retry " + id.String())
}

func (h *history) RetryAs(_ context.Context, _ chat.ConvID, id chat.MsgID, choice chat.EncryptionChoice) error {
	return h.did("retry " + id.String() + " as " + choice.String())
}

func (h *history) DeleteMessage(_ context.Context, _ chat.ConvID, id chat.MsgID) error {
	return h.did("delete " + id.String())
}

func (h *history) Retract(_ context.Context, _ chat.ConvID, id chat.MsgID) error {
	return h.did("take back " + id.String())
}

func (h *history) React(_ context.Context, _ chat.ConvID, id chat.MsgID, emoji []string) error {
	return h.did("react " + id.String() + " " + strings.Join(emoji, ""))
}

func (h *history) Correct(_ context.Context, _ chat.ConvID, id chat.MsgID, body string) error {
	return h.did("correct " + id.String() + " " + body)
}

// LoadOlder brings as many messages as the test has put into the archive: those
// below low.
func (h *history) LoadOlder(ctx context.Context, _ chat.ConvID) (more bool, err error) {
	err = h.did("older")
	if h.farGate != nil {
		select {
		case <-h.farGate:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		h.low = max(h.low-h.each, 1)
	}
	return h.low > 1, err
}

func (h *history) LoadMissing(ctx context.Context, _ chat.Address) error {
	err := h.did("missing")
	if h.farGate != nil {
		<-h.farGate
	}
	return err
}

// arrive adds n messages and returns the event about them.
func (h *history) arrive(n int) chat.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := chat.Event{Kind: chat.MessagesChanged, Conv: conv}
	for range n {
		h.n++
		e.IDs = append(e.IDs, chat.MsgID(h.n))
		m, _ := h.message(chat.MsgID(h.n))
		m.Direction, m.Time = chat.In, noon
		h.edited[m.ID] = m
	}
	h.conv.Unread += n
	return e
}

func (h *history) SetDraft(_ context.Context, _ chat.ConvID, text string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil {
		h.drafts = append(h.drafts, text)
		h.conv.Draft = text
	}
	return h.err
}

func (h *history) SendText(_ context.Context, _ chat.ConvID, body string, o chat.SendOptions) (chat.MsgID, error) {
	if h.sendGate != nil {
		<-h.sendGate
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.origins = append(h.origins, o.OriginID)
	h.replies = append(h.replies, o.ReplyTo)
	if h.err == nil {
		h.sent = append(h.sent, body)
	}
	return 1, h.err
}

func (h *history) SetTyping(_ context.Context, _ chat.ConvID, to chat.Typing) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.typing = append(h.typing, to)
	return h.err
}

func (h *history) get(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}
