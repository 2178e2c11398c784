// SPDX-License-Identifier: MPL-2.0

package core

import (
	"slices"
	"sync"
	"sync/atomic"

	"chatsecure.org/desktop/core/chat"
)

// The window is what may be on its way without the server's word that it has it;
// at least one element may, whatever its size. More would only wait in buffers: on
// a slow line, or with a busy server, our question would stand behind it until we
// give up, and the end of a connection would leave more in doubt.
const (
	windowBytes    = 64 << 10
	windowElements = 32
)

// outItem is an element to write: a message, a receipt, or what has no effect
// later, such as typing.
type outItem struct {
	stanza  []byte
	id      chat.MsgID  // of the message that it carries; 0 for none
	conv    chat.ConvID // of that message
	receipt bool
	errand  bool         // it carries a change of a message: two of one do no harm
	only    *atomic.Bool // the setting without which it is not to be sent; nil for none
	then    func()       // once the server has it, or is not to have it any more; must not wait; nil for nothing
	otr     chat.Address // of a text of OTR that is no message of the outbox: whose session it is for
	repeats chat.MsgID   // the message, or the change of one, that such a text brings again; 0 for none
	number  uint64       // among the stanzas of the session, once it is written
}

// carries is the message, or the change of one, that the element brings; 0 for none.
func (i outItem) carries() chat.MsgID { return i.id | i.repeats }

// counts says whether it matters that the server has it.
func (i outItem) counts() bool { return i.id != 0 || i.receipt }

// sendQueue is what a session has to write and what it has written. Any goroutine
// may call its methods; one takes, one asks.
type sendQueue struct {
	more  chan struct{} // there is something to write, or room in the window
	wrote chan struct{} // there may be something to ask about

	mu      sync.Mutex
	waiting []outItem
	flying  []outItem // taken, and not known to be with the server
	written int       // how many of flying are on the wire
	bytes   int       // of flying
	settled int       // how many have been with the server
	writing bool      // what was taken last is being written
	last    bool      // nothing comes behind: ask about receipts, too
}

func newSendQueue() *sendQueue {
	return &sendQueue{more: make(chan struct{}, 1), wrote: make(chan struct{}, 1)}
}

// put adds an element; it never blocks.
func (q *sendQueue) put(i outItem) {
	q.mu.Lock()
	q.waiting = append(q.waiting, i)
	q.mu.Unlock()
	signal(q.more)
}

// take returns what is to be written now, in order; nothing if there is nothing or
// the window is full. What it returned before has been written.
func (q *sendQueue) take() []outItem {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = slices.DeleteFunc(q.waiting, func(i outItem) bool {
		off := i.only != nil && !i.only.Load() // meanwhile
		if off && i.then != nil {
			i.then()
		}
		return off
	})
	n := 0
	for ; n < len(q.waiting); n++ {
		i := q.waiting[n]
		if !i.counts() {
			continue
		}
		if q.bytes >= windowBytes || len(q.flying) >= windowElements {
			break
		}
		q.bytes += len(i.stanza)
		q.flying = append(q.flying, i)
	}
	items := q.waiting[:n:n]
	if q.waiting = q.waiting[n:]; len(q.waiting) == 0 {
		q.waiting = nil
	}
	q.writing = n > 0
	return items
}

// sent says that an element of what was taken is on the wire, as which stanza.
func (q *sendQueue) sent(i outItem, number uint64) {
	if !i.counts() {
		return
	}
	q.mu.Lock()
	q.flying[q.written].number = number
	q.written++
	q.mu.Unlock()
	signal(q.wrote)
}

// acked is the mark of what the server has counted.
func (q *sendQueue) acked(number uint64) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for n < q.written && q.flying[n].number != 0 && q.flying[n].number <= number {
		n++
	}
	return q.settled + n
}

// mark names the place up to which all is written now, for settle.
func (q *sendQueue) mark() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.settled + q.written
}

// question is the mark to ask the server about; false while there is nothing to
// ask. Receipts alone are worth a question only when they fill the window.
func (q *sendQueue) question() (mark int, ask bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.written == 0 {
		return 0, false
	}
	ask = q.last || 2*q.bytes >= windowBytes || 2*len(q.flying) >= windowElements ||
		slices.ContainsFunc(q.flying[:q.written], func(i outItem) bool { return i.id != 0 || i.then != nil })
	return q.settled + q.written, ask
}

// settle says that the server has all up to a mark, and returns the messages that
// are new in that.
func (q *sendQueue) settle(mark int) (ids []chat.MsgID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.settled < mark {
		i := q.flying[0]
		if i.id != 0 {
			ids = append(ids, i.id)
		}
		if i.then != nil {
			i.then()
		}
		q.bytes -= len(q.flying[0].stanza)
		q.flying = q.flying[1:]
		q.written--
		q.settled++
	}
	signal(q.more)
	return ids
}

// review settles, of all that is not settled, what is to be taken for settled; before is
// whether it stands before a mark. It is for a queue from which nothing is written any
// more, and asks in order.
func (q *sendQueue) review(mark int, over func(i outItem, before bool) bool) (ids []chat.MsgID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := mark - q.settled
	at := 0
	settles := func(i outItem) bool {
		at++
		if !over(i, at <= n) {
			return false
		}
		if i.id != 0 {
			ids = append(ids, i.id)
		}
		if i.then != nil {
			i.then()
		}
		return true
	}
	q.flying = slices.DeleteFunc(q.flying, settles)
	q.waiting = slices.DeleteFunc(q.waiting, settles)
	return ids
}

// idle says whether the server has all messages; at the end, all receipts too.
func (q *sendQueue) idle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting) == 0 && !q.writing &&
		!slices.ContainsFunc(q.flying, func(i outItem) bool { return q.last || i.id != 0 })
}

// ending says that what is in the queue is the last.
func (q *sendQueue) ending() {
	q.mu.Lock()
	q.last = true
	q.mu.Unlock()
	signal(q.wrote)
}

// drop takes out messages that are not to be sent, as far as that is possible.
func (q *sendQueue) drop(which func(outItem) bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = slices.DeleteFunc(q.waiting, func(i outItem) bool { return i.id != 0 && which(i) })
}

// unsettled is all of which nobody knows whether the server has it, in order.
func (q *sendQueue) unsettled() []outItem {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Concat(q.flying, q.waiting)
}

// receipts are those of which nobody knows whether the server has them, and which nobody
// else makes again.
func (q *sendQueue) receipts() (owed []outItem) {
	for _, i := range q.unsettled() {
		if i.receipt && i.then == nil {
			owed = append(owed, i)
		}
	}
	return owed
}
