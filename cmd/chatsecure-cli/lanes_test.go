// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestLanesKeepOrder(t *testing.T) {
	l := newLanes(t.Context())
	var mu sync.Mutex
	got := map[string][]int{}
	const n = 3 * maxRequests // more than may wait
	for i := range n {
		for _, lane := range []string{"a", "b"} {
			l.run(lane, func() {
				mu.Lock()
				defer mu.Unlock()
				got[lane] = append(got[lane], i)
			})
		}
	}
	l.finish(patienceInTests)
	for lane, order := range got {
		if len(order) != n || !slices.IsSorted(order) {
			t.Errorf("lane %s: %d of %d, sorted %v", lane, len(order), n, slices.IsSorted(order))
		}
	}
}

// A lane that is just running empty gets its next work done once: by the one who
// drives it or by a new one, not by both.
func TestLanesDoWorkOnce(t *testing.T) {
	l := newLanes(t.Context())
	const n = 20_000
	var done atomic.Int64
	for range n {
		l.run("", func() { done.Add(1) })
		for left := 1; left > 0; { // the lane is empty then, and its driver about to see that
			l.mu.Lock()
			left = l.count
			l.mu.Unlock()
		}
	}
	l.finish(patienceInTests)
	if got := done.Load(); got != n {
		t.Errorf("%d of %d pieces of work were done", got, n)
	}
}

// A lane that waits for the network holds no other up.
func TestLanesRunSideBySide(t *testing.T) {
	l := newLanes(t.Context())
	release := make(chan struct{})
	l.run("slow", func() { <-release })
	done := make(chan struct{})
	l.run("quick", func() { close(done) })
	<-done
	close(release)
	l.finish(patienceInTests)
}

func TestLanesTakeNothingMoreAtTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l := newLanes(ctx)
	release := make(chan struct{})
	for range maxRequests {
		l.run("slow", func() { <-release })
	}
	cancel()
	l.run("slow", func() {}) // would wait for ever
	close(release)
	l.finish(patienceInTests)
}

// A slow disk is waited for, something stuck is not.
func TestLanesFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLanes(t.Context())
		done := 0
		for range 5 {
			l.run("slow", func() { time.Sleep(shutdownPatience * 4 / 5); done++ })
		}
		l.finish(shutdownPatience)
		if done != 5 {
			t.Errorf("%d pieces were finished, want 5", done)
		}
		release := make(chan struct{})
		l.run("stuck", func() { <-release })
		began := time.Now()
		l.finish(shutdownPatience)
		if took := time.Since(began); took > 2*shutdownPatience {
			t.Errorf("waited %v for what does not go on", took)
		}
		close(release)
		l.finish(patienceInTests)
	})
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 5<<20)
	tooLong := strings.Repeat("y", maxLine+1)
	tests := []struct {
		name, in string
		want     []string // "!" for a line that is too long
	}{
		{"none", "", nil},
		{"two", "a\nb\n", []string{"a\n", "b\n"}},
		{"no end", "a\nb", []string{"a\n", "b"}},
		{"megabytes", long + "\nb\n", []string{long + "\n", "b\n"}},
		{"too long", "a\n" + tooLong + "\nb\n", []string{"a\n", "!", "b\n"}},
		{"too long at the end", "a\n" + tooLong, []string{"a\n", "!"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLines(strings.NewReader(test.in))
			var got []string
			for {
				line, err := l.next()
				switch {
				case errors.Is(err, errLongLine):
					got = append(got, "!")
					continue
				case len(line) > 0:
					got = append(got, string(line))
				}
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Fatalf("%d lines, want %d", len(got), len(test.want))
			}
		})
	}
}

func TestParseRequest(t *testing.T) {
	tests := []struct {
		name, raw, id string // id "": no answer
		code          int    // 0: well formed
	}{
		{"good", `{"jsonrpc":"2.0","id":1,"method":"account.list"}`, "1", 0},
		{"id is text", `{"jsonrpc":"2.0","id":"x","method":"account.list","params":{}}`, `"x"`, 0},
		{"id is null", `{"jsonrpc":"2.0","id":null,"method":"account.list"}`, "null", 0},
		{"notification", `{"jsonrpc":"2.0","method":"account.list"}`, "", 0},
		{"id is a list", `{"jsonrpc":"2.0","id":[],"method":"account.list"}`, "null", rpcRequest},
		{"id is false", `{"jsonrpc":"2.0","id":false,"method":"account.list"}`, "null", rpcRequest},
		{"id is negative", `{"jsonrpc":"2.0","id":-1.5e3,"method":"account.list"}`, "-1.5e3", 0},
		{"account is a server", `{"jsonrpc":"2.0","id":1,"method":"account.remove","params":{"address":"example.org"}}`, "1", rpcFailed},
		{"a server's conversation", `{"jsonrpc":"2.0","id":1,"method":"message.page","params":{"address":"example.org"}}`, "1", 0},
		{"number", `1`, "null", rpcRequest},
		{"null", `null`, "null", rpcRequest},
		{"no version", `{"id":1,"method":"account.list"}`, "1", rpcRequest},
		{"old version", `{"jsonrpc":"1.0","id":1,"method":"account.list"}`, "1", rpcRequest},
		{"version is a number", `{"jsonrpc":2.0,"id":1,"method":"account.list"}`, "1", rpcRequest},
		{"no method", `{"jsonrpc":"2.0","id":1}`, "1", rpcRequest},
		{"method is a number", `{"jsonrpc":"2.0","id":1,"method":1}`, "1", rpcRequest},
		{"method is null", `{"jsonrpc":"2.0","id":1,"method":null}`, "1", rpcRequest},
		{"other letters", `{"jsonrpc":"2.0","id":1,"Method":"account.list"}`, "1", rpcRequest},
		{"unknown method", `{"jsonrpc":"2.0","id":1,"method":"no.such"}`, "1", rpcMethod},
		{"unknown method, no id", `{"jsonrpc":"2.0","method":"no.such"}`, "", rpcMethod},
		{"list of params", `{"jsonrpc":"2.0","id":1,"method":"account.list","params":[1]}`, "1", rpcParams},
		{"text of params", `{"jsonrpc":"2.0","id":1,"method":"account.list","params":"x"}`, "1", rpcParams},
		{"wrong type", `{"jsonrpc":"2.0","id":1,"method":"message.page","params":{"address":"b@x","limit":"ten"}}`, "1", rpcParams},
		{"missing address", `{"jsonrpc":"2.0","id":1,"method":"message.send","params":{"body":"x"}}`, "1", rpcParams},
		{"malformed address", `{"jsonrpc":"2.0","id":1,"method":"message.send","params":{"address":"@","body":"x"}}`, "1", rpcFailed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := parseRequest(json.RawMessage(test.raw))
			if string(r.id) != test.id {
				t.Errorf("id %q, want %q", r.id, test.id)
			}
			code := 0
			if err != nil {
				code = rpcErrorOf(err).Code
			}
			if code != test.code {
				t.Errorf("code %d, want %d", code, test.code)
			}
			if err == nil && r.do == nil {
				t.Error("nothing to do")
			}
		})
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add(`{"jsonrpc":"2.0","id":1,"method":"message.send","params":{"account":"a@x","address":"b@x","body":"x"}}`)
	f.Add(`[1,{"jsonrpc":"2.0","method":"subscribe"}]`)
	f.Fuzz(func(t *testing.T, raw string) {
		if !json.Valid([]byte(raw)) {
			return
		}
		r, err := parseRequest(json.RawMessage(raw))
		if (err == nil) != (r.do != nil) {
			t.Fatalf("%v with something to do: %v", err, r.do != nil)
		}
		if r.id != nil && !json.Valid(r.id) {
			t.Fatalf("id %q", r.id)
		}
	})
}
