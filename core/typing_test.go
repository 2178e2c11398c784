// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func TestTypingEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bob, stranger := chat.MustAddress("bob@example.test"), chat.MustAddress("eve@example.test")
		a := &account{
			client: &Client{}, addr: chat.MustAddress("me@example.test"), log: slog.New(slog.DiscardHandler),
			box: newMailbox(), contacts: map[chat.Address]chat.Contact{bob: {Address: bob}}, live: make(map[chat.Address]*live),
		}
		ctx, cancel := context.WithCancel(t.Context())
		a.ctx = ctx
		done := make(chan struct{})
		go func() { a.run(); close(done) }()
		sub := a.client.Subscribe()
		typing := func() (is chat.Typing) {
			_ = a.do(ctx, func(context.Context) { is = a.live[bob].typing })
			return is
		}
		news := func(from chat.Address, state chat.Typing) {
			_ = a.do(ctx, func(context.Context) { a.theirTyping(time.Now(), []typingNews{{from, state}}) })
		}
		news(bob, chat.Composing)
		news(stranger, chat.Composing)
		if _, err := sub.Next(ctx); err != nil || typing() != chat.Composing {
			t.Errorf("bob is %v, %v; want typing", typing(), err)
		}
		time.Sleep(typingLasts - time.Second)
		news(bob, chat.Composing) // still at it
		time.Sleep(2 * time.Second)
		if typing() != chat.Composing {
			t.Error("typing ended although it went on")
		}
		time.Sleep(typingLasts)
		if typing() != chat.Idle {
			t.Error("bob types for ever")
		}
		if len(a.live) != 1 {
			t.Error("a stranger's typing is kept")
		}
		cancel()
		<-done
	})
}
