// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"sync"

	"chatsecure.org/desktop/core/xmpp"
)

// maxInbound is how many elements from the network may wait in a mailbox. Over
// it the reader waits, and with it the server: memory stays bounded however
// fast it sends.
const maxInbound = 2000

// inbound is an element from the network and the session that brought it.
type inbound struct {
	from *session
	seen bool // of the archive, from before this computer knew the account
	xmpp.Inbound
}

// order is anything else that an actor does: a command, the result of a job.
// It runs on the actor's goroutine.
type order func(ctx context.Context)

// mailbox is an actor's mail, in order. Posting an order never blocks.
type mailbox struct {
	mu      sync.Mutex
	mail    []any // inbound or order
	inbound int
	wake    chan struct{} // there is mail
	room    chan struct{} // there is room for inbound
}

func newMailbox() *mailbox {
	return &mailbox{wake: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

func (b *mailbox) post(o order) {
	b.mu.Lock()
	b.mail = append(b.mail, o)
	b.mu.Unlock()
	signal(b.wake)
}

// deliver posts an element from the network; it waits for room or ctx. One
// goroutine at a time: an account has one connection.
func (b *mailbox) deliver(ctx context.Context, in inbound) {
	for {
		b.mu.Lock()
		if b.inbound < maxInbound || ctx.Err() != nil {
			b.mail = append(b.mail, in)
			b.inbound++
			b.mu.Unlock()
			signal(b.wake)
			return
		}
		b.mu.Unlock()
		select {
		case <-b.room:
		case <-ctx.Done():
		}
	}
}

// take waits for mail and returns all there is; nil when ctx has ended.
func (b *mailbox) take(ctx context.Context) []any {
	for {
		b.mu.Lock()
		mail := b.mail
		b.mail, b.inbound = nil, 0
		b.mu.Unlock()
		if ctx.Err() != nil {
			return nil
		}
		if len(mail) > 0 {
			signal(b.room)
			return mail
		}
		select {
		case <-b.wake:
		case <-ctx.Done():
		}
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
