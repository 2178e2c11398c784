// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"slices"
	"sync"
)

const (
	pendingOut = 256      // elements that wait to be written
	maxKept    = 16 << 20 // bytes of elements that are not acked; over it Write waits
	mostKept   = 64 << 20 // and with what the library writes; over it the stream ends
	askEvery   = 50       // stanzas, after which an ack is asked for unbidden
	askBytes   = 256 << 10
)

// outgoing is one element on its way out.
type outgoing struct {
	element []byte
	seq     uint64        // counts stanzas that go out, from 1; 0 for what is none
	written chan struct{} // closed when a link has taken it; nil where nobody waits
}

func (o *outgoing) tell() {
	if o.written != nil {
		close(o.written)
		o.written = nil
	}
}

// queue is what goes out, in the order of the wire: what a link has taken and the
// server has not acked, then what waits. Any goroutine may use it; at a time one
// takes from it.
type queue struct {
	acks  bool   // the server counts (XEP-0198 §3)
	keep  bool   // and resumes: stanzas stay until they are acked
	start uint32 // what h began with; 0 except in tests

	mu      sync.Mutex
	items   []*outgoing
	next    int // the first of items that the present link has not got
	bytes   int // of items
	queued  uint64
	given   uint64 // up to which the present link has been given stanzas, whole or in part
	tried   uint64 // up to which any has
	acked   uint64
	refused uint64        // up to which the server has counted, as it says where it does not resume
	changed chan struct{} // closed, and replaced, when there is more room or an ack

	wake     chan struct{} // tells the writer; has room for one
	want     uint64        // up to which acks are wanted
	asked    uint64        // up to which the last <r/> on this link asks
	asking   int           // <r/> without an answer, on this link
	unasked  int           // bytes since the last <r/>
	answer   bool          // the server is to be told our h
	bye      string        // the last words; nothing is taken behind them
	byeSaid  chan struct{} // closed when they have been written
	suspends bool          // there is no link
	probing  bool          // nothing goes out before the server has answered
	unproven int           // links in a row that broke before it had
}

func newQueue() *queue {
	return &queue{changed: make(chan struct{}), wake: make(chan struct{}, 1), byeSaid: make(chan struct{})}
}

func (q *queue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// notify is called with mu held.
func (q *queue) notify() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// errUnacked is the end of a stream whose server takes everything and answers for
// nothing.
var errUnacked = limitError{mostKept, "bytes without an ack"}

// put appends an element when there is room; down ends the wait. Behind our last
// words it is left out, and while there is no link what is no stanza. patient is
// for who can wait for acks; the library can not, because the reader waits for it.
// It returns the number of a stanza; 0 for what is none, or was left out.
func (q *queue) put(ctx context.Context, down <-chan struct{}, o *outgoing, patient bool) (uint64, error) {
	stanza := looksLikeStanza(o.element)
	for {
		q.mu.Lock()
		full := len(q.items)-q.next >= pendingOut
		if q.keep && q.bytes > 0 {
			total := q.bytes + len(o.element)
			if !patient && total > mostKept {
				q.mu.Unlock()
				return 0, errUnacked
			}
			full = full || patient && total > maxKept
		}
		switch {
		case q.bye != "":
			q.mu.Unlock()
			return 0, nil
		case !stanza && q.suspends:
			o.tell()
			q.mu.Unlock()
			return 0, nil
		case !full:
			if stanza {
				q.queued++
				o.seq = q.queued
			}
			number := o.seq
			q.items = append(q.items, o)
			q.bytes += len(o.element)
			q.mu.Unlock()
			q.nudge()
			return number, nil
		}
		changed := q.changed
		q.mu.Unlock()
		select {
		case <-changed:
		case <-down:
			return 0, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// take gives the next portion into data's space; an empty one if nothing waits. h
// says what we have handled.
func (q *queue) take(data []byte, h func() uint32) portion {
	q.mu.Lock()
	defer q.mu.Unlock()
	p := portion{data: data[:0]}
	if q.suspends { // the writer has not noticed yet
		return p
	}
	if q.answer {
		q.answer = false
		p.add(ackOf(h()))
	}
	if q.probing {
		if q.asking == 0 {
			p.add([]byte(askWord))
			q.asking++
		}
		return p
	}
	for q.next < len(q.items) && len(p.data) < batch {
		o := q.items[q.next]
		p.add(o.element)
		p.items = append(p.items, o)
		q.unasked += len(o.element)
		q.given = max(q.given, o.seq)
		q.tried = max(q.tried, q.given)
		if q.keep && o.seq > 0 {
			q.next++
			continue
		}
		q.items = slices.Delete(q.items, q.next, q.next+1)
		q.bytes -= len(o.element)
	}
	if len(p.items) > 0 {
		q.notify()
	}
	if q.keep && q.toAsk() {
		p.add([]byte(askWord))
		q.asked, q.unasked = q.given, 0
		q.asking++
	}
	if q.next == len(q.items) && q.bye != "" {
		if q.acks {
			p.add(ackOf(h())) // XEP-0198 §4: or the server sends again what we have
		}
		p.add([]byte(q.bye))
		p.last = true
	}
	return p
}

// toAsk says whether an ack is due for what the link has been given. mu is held.
func (q *queue) toAsk() bool {
	switch {
	case q.given <= q.asked:
		return false
	case q.asked < q.want && q.want <= q.given:
		return true
	}
	return q.given-q.asked >= askEvery || q.unasked >= askBytes
}

// wrote says that a link has taken a portion.
func (q *queue) wrote(p portion) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, o := range p.items {
		o.tell()
	}
	if p.last {
		close(q.byeSaid)
	}
}

// leave makes words the last ones; the first call counts.
func (q *queue) leave(words string) {
	q.mu.Lock()
	if q.bye == "" {
		q.bye = words
	}
	q.mu.Unlock()
	q.nudge()
}

// tellH has the server told what we have handled.
func (q *queue) tellH() {
	q.mu.Lock()
	q.answer = true
	q.mu.Unlock()
	q.nudge()
}

// suspend is the loss of a link: what is no stanza is forgotten with it.
func (q *queue) suspend() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.suspends, q.answer = true, false
	q.items = slices.DeleteFunc(q.items, func(o *outgoing) bool {
		if o.seq == 0 {
			q.bytes -= len(o.element)
			o.tell()
		}
		return o.seq == 0
	})
	q.next = min(q.next, len(q.items))
	if q.probing {
		q.unproven++
	}
	q.notify()
}

// resume is a new link: everything that is not acked goes out again. Where the last
// link had been given a part of that, the server must first show that it reads.
// Prosody 0.12 goes on with the parser that it had before, and if it has half an
// element in that, takes all that follows for its inside, without a word.
func (q *queue) resume() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.probing = q.tried > q.acked
	q.suspends, q.next, q.given, q.asked, q.asking, q.unasked = false, 0, q.acked, q.acked, 0, 0
	q.notify()
}

// highH is an h beyond what was sent (XEP-0198 §6).
type highH struct{ h, sent uint32 }

func (highH) Error() string { return "more acked than was sent" }

// count takes an h of the server's: what it covers is the server's now. One that
// is older than the last changes nothing. answered says that it came in an <a/>.
func (q *queue) count(h uint32, answered bool) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := int32(h - (q.start + uint32(q.acked)))
	if int64(n) > int64(q.tried-q.acked) {
		return highH{h, q.start + uint32(q.tried)}
	}
	if answered {
		q.asking, q.probing, q.unproven = max(q.asking-1, 0), false, 0
		q.nudge()
	}
	if n > 0 {
		q.acked += uint64(n)
		done := 0
		for done < len(q.items) && q.items[done].seq > 0 && q.items[done].seq <= q.acked {
			q.bytes -= len(q.items[done].element)
			q.items[done].tell()
			done++
		}
		q.items = slices.Delete(q.items, 0, done)
		q.next = max(q.next-done, 0)
		q.asked = max(q.asked, q.acked)
	}
	q.notify()
	return nil
}

// ask wants acks of all that is in the queue, and returns up to where that is.
func (q *queue) ask() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.want = q.queued
	q.nudge()
	return q.want
}

// again repeats a question whose answer did not cover it.
func (q *queue) again() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.asking == 0 {
		q.asked = q.acked
	}
	q.nudge()
}

// proves says whether the server still has to show that it reads.
func (q *queue) proves() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.probing
}

// maxUnproven is how many links in a row may break before that.
const maxUnproven = 5

// hopeless says that too many have.
func (q *queue) hopeless() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.unproven >= maxUnproven
}

// state is how far the acks have come, and a channel that closes when that, or
// something else, has changed.
func (q *queue) state() (acked uint64, changed <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.acked, q.changed
}
