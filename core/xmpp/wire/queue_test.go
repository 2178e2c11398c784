// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"strings"
	"testing"
)

// kept is a queue of a managed stream with those elements in it.
func kept(t *testing.T, elements ...string) (*queue, []*outgoing) {
	q := newQueue()
	q.acks, q.keep = true, true
	var all []*outgoing
	for _, el := range elements {
		o := &outgoing{element: []byte(el), written: make(chan struct{})}
		if _, err := q.put(context.Background(), nil, o, true); err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
	return q, all
}

func taken(q *queue) string { return string(q.take(nil, func() uint32 { return 7 }).data) }

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// With a link go the elements that are none of the server's business later; who
// waits for them waits no more. Nothing is taken while there is no link.
func TestQueueSuspends(t *testing.T) {
	q, all := kept(t, "<message/>", "<active/>", "<presence/>")
	waits := all[1].written
	q.suspend()
	if !closed(waits) || q.bytes != len("<message/><presence/>") {
		t.Errorf("told %v, %d bytes", closed(waits), q.bytes)
	}
	q.tellH()
	if got := taken(q); got != "" {
		t.Errorf("taken %q", got)
	}
	q.resume()
	if got := taken(q); got != "<a xmlns='urn:xmpp:sm:3' h='7'/><message/><presence/>" {
		t.Errorf("taken %q", got)
	}
}

// What an ack covers is told, dropped and not asked for again, also where no link
// is known to have taken the whole of it.
func TestQueueCounts(t *testing.T) {
	q, all := kept(t, "<message/>", "<message/>", "<message/>")
	first := all[0].written
	taken(q)
	if err := q.count(2, true); err != nil || !closed(first) || q.bytes != len("<message/>") {
		t.Errorf("%v, told %v, %d bytes", err, closed(first), q.bytes)
	}
	q.ask()
	if got := taken(q); got != askWord {
		t.Errorf("asked with %q", got)
	}
	if got := taken(q); got != "" {
		t.Errorf("asked again with %q", got)
	}
	if err := q.count(4, true); err == nil {
		t.Error("more was acked than was sent")
	}
	if err := q.count(3, true); err != nil || len(q.items) != 0 || q.bytes != 0 {
		t.Errorf("%v, %d items, %d bytes", err, len(q.items), q.bytes)
	}
	q.ask()
	if got := taken(q); got != "" {
		t.Errorf("asked for nothing with %q", got)
	}
}

// Acks are asked for unbidden: after many stanzas, and after much.
func TestQueueAsks(t *testing.T) {
	many := make([]string, askEvery)
	for i := range many {
		many[i] = "<presence/>"
	}
	for name, test := range map[string]struct {
		elements []string
		asks     bool
	}{
		"few": {many[1:], false}, "many": {many, true},
		"little": {[]string{"<message>" + strings.Repeat("x", askBytes/2) + "</message>"}, false},
		"much":   {[]string{"<message>" + strings.Repeat("x", askBytes) + "</message>"}, true},
	} {
		q, _ := kept(t, test.elements...)
		if got := strings.HasSuffix(taken(q), askWord); got != test.asks {
			t.Errorf("%s: asks is %v", name, got)
		}
	}
}
