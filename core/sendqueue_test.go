// SPDX-License-Identifier: MPL-2.0

package core

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func outMessage(id, size int) outItem {
	return outItem{stanza: make([]byte, size), id: chat.MsgID(id), conv: chat.ConvID{Peer: chat.MustAddress("bob@example.test")}}
}

func outReceipt(size int) outItem { return outItem{stanza: make([]byte, size), receipt: true} }

// write takes all that may be written and returns how much that was.
func (q *sendQueue) writeAll() (n int) {
	for items := q.take(); len(items) > 0; items = q.take() {
		for _, i := range items {
			q.sent(i, 0)
			n++
		}
	}
	return n
}

func TestSendQueueWindow(t *testing.T) {
	for _, size := range []int{100, windowBytes / 10} {
		t.Run(fmt.Sprint(size), func(t *testing.T) { sendThrough(t, size) })
	}
}

func sendThrough(t *testing.T, size int) {
	q := newSendQueue()
	for i := range 300 {
		q.put(outMessage(i+1, size))
	}
	var all []chat.MsgID
	for len(all) < 300 {
		n := q.writeAll()
		if n == 0 || n > windowElements || (n-1)*size >= windowBytes {
			t.Fatalf("%d messages of %d bytes are written without an answer", n, size)
		}
		mark, ask := q.question()
		if !ask || q.idle() {
			t.Fatal("messages are written and there is no question")
		}
		all = append(all, q.settle(mark)...)
		if ids := q.settle(mark); ids != nil { // another question was answered, too
			t.Fatalf("settled twice: %v", ids)
		}
	}
	if !slices.IsSorted(all) || all[0] != 1 || all[299] != 300 || !q.idle() {
		t.Errorf("settled %v; idle %t", all, q.idle())
	}
	q.put(outMessage(301, 3*windowBytes))
	q.put(outMessage(302, 1))
	q.put(outItem{stanza: []byte("typing")}) // keeps its place
	if n := q.writeAll(); n != 1 {
		t.Errorf("of a message over the limit and the one behind it %d are written, want 1", n)
	}
}

// A connection that ends leaves receipts in doubt; two of one do no harm.
func TestSendQueueReceipts(t *testing.T) {
	q := newSendQueue()
	q.put(outReceipt(100))
	q.writeAll()
	if _, ask := q.question(); ask || !q.idle() {
		t.Error("a receipt alone is worth a question")
	}
	q.put(outMessage(1, 100))
	q.put(outReceipt(100))
	q.writeAll()
	mark, ask := q.question()
	if !ask {
		t.Fatal("no question about a message")
	}
	q.put(outReceipt(100))
	q.writeAll()
	if ids := q.settle(mark); fmt.Sprint(ids) != "[1]" {
		t.Errorf("settled %v", ids)
	}
	q.put(outReceipt(100))
	if n := len(q.receipts()); n != 2 {
		t.Errorf("%d receipts are in doubt, want the last 2", n)
	}
	q.ending()
	q.writeAll()
	mark, ask = q.question()
	if !ask || q.idle() {
		t.Error("no question about the last receipts")
	}
	q.settle(mark)
	if !q.idle() || len(q.receipts()) != 0 {
		t.Error("receipts are in doubt after the answer")
	}
	for range 1000 {
		q.put(outReceipt(100))
	}
	q.last = false
	q.writeAll()
	if _, ask := q.question(); !ask {
		t.Error("receipts fill the window and there is no question")
	}
}

func TestSendQueueDrop(t *testing.T) {
	q := newSendQueue()
	for i := range 4 {
		q.put(outMessage(i+1, windowBytes/2+1))
	}
	q.put(outReceipt(1))
	if n := q.writeAll(); n != 2 {
		t.Fatalf("%d are written, want 2", n)
	}
	q.drop(func(i outItem) bool { return i.id == 1 || i.id == 3 })
	mark, _ := q.question()
	if ids := q.settle(mark); fmt.Sprint(ids) != "[1 2]" {
		t.Errorf("settled %v", ids)
	}
	q.writeAll()
	mark, _ = q.question()
	if ids := q.settle(mark); fmt.Sprint(ids) != "[4]" || !q.idle() {
		t.Errorf("settled %v after 3 was dropped", ids)
	}
}

// What waits for the network is not sent once the person does not want it any more.
func TestSwitchedOffMeanwhile(t *testing.T) {
	q := newSendQueue()
	var receipts atomic.Bool
	receipts.Store(true)
	for _, i := range []outItem{
		{stanza: []byte("a"), receipt: true, only: &receipts}, {stanza: []byte("b"), id: 1}, {stanza: []byte("c"), receipt: true, only: &receipts},
	} {
		q.put(i)
	}
	receipts.Store(false)
	if got := q.take(); len(got) != 1 || got[0].id != 1 {
		t.Errorf("%d elements are written, want the message alone", len(got))
	}
}
