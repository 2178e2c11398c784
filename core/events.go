// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"sync"

	"chatsecure.org/desktop/core/chat"
)

// The most that waits for a slow reader; more becomes one Reload.
const (
	maxPendingEvents = 1000
	maxPendingIDs    = 10_000
)

// hub hands events to the subscriptions. Publishing never blocks.
type hub struct {
	mu     sync.Mutex
	subs   map[*Subscription]struct{}
	closed bool
}

// Subscribe begins to collect events. The caller reads what there is after it,
// and ends it with Close. Any goroutine may call it.
func (c *Client) Subscribe() *Subscription { return c.hub.subscribe() }

func (h *hub) subscribe() *Subscription {
	s := &Subscription{hub: h, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		s.end()
		return s
	}
	if h.subs == nil {
		h.subs = make(map[*Subscription]struct{})
	}
	h.subs[s] = struct{}{}
	return s
}

func (h *hub) publish(events ...chat.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subs {
		for _, e := range events {
			s.add(e)
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.subs {
		s.end()
	}
	h.subs = nil
}

// eventKey is what two events share that say the same.
type eventKey struct {
	kind    chat.EventKind
	account chat.Address
	conv    chat.ConvID
}

// Subscription collects what changed for one reader.
type Subscription struct {
	hub   *hub
	wake  chan struct{}
	ended chan struct{}
	once  sync.Once

	mu      sync.Mutex
	pending []chat.Event
	index   map[eventKey]int // place in pending
	ids     map[chat.MsgID]struct{}
	raised  bool
}

// Next waits until something has changed and returns what did since the last
// call, merged. Reload, where it comes, is the first and stands for all that is
// lost. It returns an error with CodeClosed after Close and when the Client has
// closed, and the context's with CodeCanceled or CodeTimeout. One goroutine at a
// time may call it.
func (s *Subscription) Next(ctx context.Context) ([]chat.Event, error) {
	const op = "wait for events"
	for {
		if events := s.take(); len(events) > 0 {
			return events, nil
		}
		select {
		case <-s.wake:
		case <-s.ended:
			if events := s.take(); len(events) > 0 {
				return events, nil
			}
			return nil, failed(chat.Offline, op, chat.CodeClosed, nil)
		case <-ctx.Done():
			return nil, asError(op, ctx.Err())
		}
	}
}

// Close ends the subscription; a Next that waits returns. Any goroutine may
// call it, more than once.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	delete(s.hub.subs, s)
	s.hub.mu.Unlock()
	s.end()
}

func (s *Subscription) end() { s.once.Do(func() { close(s.ended) }) }

func (s *Subscription) take() []chat.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	events := s.pending
	s.pending, s.index, s.ids, s.raised = nil, nil, nil, false
	return events
}

// add merges e into what waits.
func (s *Subscription) add(e chat.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}()
	reloading := len(s.pending) > 0 && s.pending[0].Kind == chat.Reload
	if e.Kind == chat.Raise {
		if !s.raised {
			s.raised = true
			s.pending = append(s.pending, chat.Event{Kind: chat.Raise})
		}
		return
	}
	if reloading {
		return
	}
	if e.Kind == chat.Reload {
		s.reload()
		return
	}
	key := eventKey{e.Kind, e.Account, e.Conv}
	i, known := s.index[key]
	if !known {
		if s.index == nil {
			s.index, s.ids = make(map[eventKey]int), make(map[chat.MsgID]struct{})
		}
		i = len(s.pending)
		s.index[key] = i
		s.pending = append(s.pending, chat.Event{Kind: e.Kind, Account: e.Account, Conv: e.Conv})
	}
	for _, id := range e.IDs {
		if _, twice := s.ids[id]; !twice {
			s.ids[id] = struct{}{}
			s.pending[i].IDs = append(s.pending[i].IDs, id)
		}
	}
	if len(s.pending) > maxPendingEvents || len(s.ids) > maxPendingIDs {
		s.reload()
	}
}

func (s *Subscription) reload() {
	s.pending, s.index, s.ids = []chat.Event{{Kind: chat.Reload}}, nil, nil
	if s.raised {
		s.pending = append(s.pending, chat.Event{Kind: chat.Raise})
	}
}
