// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestSubscriptionMerges(t *testing.T) {
	me, bob := chat.MustAddress("me@example.test"), chat.MustAddress("bob@example.test")
	conv := chat.ConvID{Account: me, Peer: bob}
	messages := func(ids ...chat.MsgID) chat.Event {
		return chat.Event{Kind: chat.MessagesChanged, Account: me, Conv: conv, IDs: ids}
	}
	list := chat.Event{Kind: chat.ConversationsChanged, Account: me}
	raise, reload := chat.Event{Kind: chat.Raise}, chat.Event{Kind: chat.Reload}
	many := make([]chat.MsgID, maxPendingIDs+1)
	for i := range many {
		many[i] = chat.MsgID(i + 1)
	}
	for _, tc := range []struct {
		name      string
		published []chat.Event
		want      []chat.Event
	}{
		{"one", []chat.Event{list}, []chat.Event{list}},
		{"twice the same", []chat.Event{list, list}, []chat.Event{list}},
		{"ids gather, each once", []chat.Event{messages(1, 2), list, messages(2, 3)}, []chat.Event{messages(1, 2, 3), list}},
		{"reload swallows", []chat.Event{list, reload, messages(1)}, []chat.Event{reload}},
		{"raise survives a reload", []chat.Event{list, raise, reload, raise}, []chat.Event{reload, raise}},
		{"raise after a reload", []chat.Event{reload, raise}, []chat.Event{reload, raise}},
		{"too many ids", []chat.Event{messages(many...)}, []chat.Event{reload}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var h hub
			s := h.subscribe()
			h.publish(tc.published...)
			got, err := s.Next(t.Context())
			if err != nil || !slices.EqualFunc(got, tc.want, sameEvent) {
				t.Errorf("Next = %v, %v, want %v", got, err, tc.want)
			}
			h.publish(list)
			if got, err := s.Next(t.Context()); err != nil || len(got) != 1 {
				t.Errorf("the next Next = %v, %v, want one event", got, err)
			}
		})
	}
}

func sameEvent(x, y chat.Event) bool {
	return x.Kind == y.Kind && x.Account == y.Account && x.Conv == y.Conv && slices.Equal(x.IDs, y.IDs)
}

func TestSubscriptionSlowReader(t *testing.T) {
	var h hub
	s := h.subscribe()
	for i := range 3 * maxPendingEvents {
		h.publish(chat.Event{Kind: chat.MessagesChanged, Conv: chat.ConvID{Peer: chat.Address{Local: chat.MsgID(i + 1).String(), Domain: "x"}}})
	}
	got, err := s.Next(t.Context())
	if err != nil || len(got) != 1 || got[0].Kind != chat.Reload {
		t.Errorf("Next = %d events, %v, want one reload", len(got), err)
	}
}

func TestSubscriptionEnds(t *testing.T) {
	var h hub
	for name, end := range map[string]func(*Subscription){"its own": (*Subscription).Close, "the hub's": func(*Subscription) { h.close() }} {
		s := h.subscribe()
		done := make(chan error)
		go func() {
			_, err := s.Next(context.Background())
			done <- err
		}()
		end(s)
		if err := <-done; chat.CodeOf(err) != chat.CodeClosed {
			t.Errorf("%s close: Next says %v, want closed", name, err)
		}
		s.Close()
		h = hub{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.subscribe().Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Next with an ended context says %v", err)
	}
}
