// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// JSON-RPC 2.0 errors; rpcFailed is the core's, with data {kind, code}.
const (
	rpcParse         = -32700
	rpcRequest       = -32600
	rpcMethod        = -32601
	rpcParams        = -32602
	rpcFailed        = 1
	rpcVersion       = "2.0"
	maxRequests      = 1024             // under way at a time; more wait in the pipe
	shutdownPatience = 10 * time.Second // for the next of what is under way when the input ends
)

type rpcError struct {
	Code    int      `json:"code"`
	Message string   `json:"message"`
	Data    *rpcData `json:"data,omitempty"`
}

type rpcData struct {
	Kind   string `json:"kind"`
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty"`
}

func (e *rpcError) Error() string { return e.Message }

var (
	errParse   = &rpcError{Code: rpcParse, Message: "parse error"}
	errRequest = &rpcError{Code: rpcRequest, Message: "invalid request"}
	errMethod  = &rpcError{Code: rpcMethod, Message: "method not found"}
)

func invalidParams(why string) error {
	return &rpcError{Code: rpcParams, Message: "invalid params: " + why}
}

// rpcErrorOf is an error as a program reads it.
func rpcErrorOf(err error) *rpcError {
	var r *rpcError
	if errors.As(err, &r) {
		return r
	}
	var u usageError
	if errors.As(err, &u) {
		return &rpcError{Code: rpcParams, Message: "invalid params: " + oneLine(u.Error())}
	}
	d := &rpcData{Kind: chat.KindOf(err).String(), Code: string(chat.CodeOf(err))}
	var e *chat.Error
	switch {
	case errors.As(err, &e):
		d.Detail = e.Detail
	case errors.Is(err, context.DeadlineExceeded):
		d.Kind, d.Code = chat.Timeout.String(), string(chat.CodeTimeout)
	case errors.Is(err, context.Canceled):
		d.Kind, d.Code = chat.Offline.String(), string(chat.CodeCanceled)
	}
	return &rpcError{Code: rpcFailed, Message: oneLine(words(err)), Data: d}
}

type answer struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  any             `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

type notification struct {
	Version string `json:"jsonrpc"`
	Method  string `json:"method"`
	Params  any    `json:"params"`
}

// request is one call. Without an id it is a notification and gets no answer.
type request struct {
	id json.RawMessage
	work
}

// server speaks JSON-RPC for one session. What only reads and writes the
// database is done in the order of the requests; what waits for the network is
// done beside it, in the order of the requests of each account.
type server struct {
	*session
	call   *call
	lanes  *lanes
	unsent unsent

	mu         sync.Mutex // of the output
	subscribed sync.Once
	notified   chan struct{} // closed at the end of the notifications
}

// serve is the command rpc. It ends when the input does: what was asked before is
// finished, and what it was given to send is sent if the accounts get online.
func serve(ctx context.Context, c *call) error {
	s, err := c.open(ctx, false)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	r := &server{session: s, call: c, lanes: newLanes(ctx), notified: make(chan struct{})}
	ended := make(chan error, 1)
	go func() { ended <- r.read(ctx) }() // may stay in a read of the terminal when ctx ends first
	select {
	case err = <-ended:
		r.lanes.finish(shutdownPatience)
		r.sendOff(ctx, shutdownPatience)
	case <-ctx.Done():
	}
	cancel()
	r.lanes.finish(shutdownPatience)
	r.subscribed.Do(func() { close(r.notified) }) // nobody has
	select {
	case <-r.notified:
	case <-time.After(shutdownPatience): // who should read them does not
	}
	return errors.Join(err, s.close())
}

// read takes requests line by line until the input ends.
func (s *server) read(ctx context.Context) error {
	lines := newLines(s.call.in)
	for ctx.Err() == nil {
		line, err := lines.next()
		switch {
		case errors.Is(err, errLongLine):
			s.reply(answer{ID: null, Error: &rpcError{Code: rpcRequest, Message: "invalid request: over 16 MiB"}})
			continue
		case len(bytes.TrimSpace(line)) > 0:
			s.take(ctx, line)
		}
		if err != nil {
			return inputError(err)
		}
	}
	return nil
}

var null = json.RawMessage("null")

// take starts what a line asks for.
func (s *server) take(ctx context.Context, line []byte) {
	if !json.Valid(line) {
		s.reply(answer{ID: null, Error: errParse})
		return
	}
	var batch []json.RawMessage
	if json.Unmarshal(line, &batch) != nil || batch == nil {
		s.one(ctx, line, s.reply)
		return
	}
	if len(batch) == 0 {
		s.reply(answer{ID: null, Error: errRequest})
		return
	}
	go s.batch(ctx, batch)()
}

// batch starts all requests of a batch; what it returns waits for the answers
// and writes them in one line.
func (s *server) batch(ctx context.Context, batch []json.RawMessage) func() {
	s.lanes.hold()
	answers := make(chan answer, len(batch))
	var pending sync.WaitGroup
	for _, one := range batch {
		pending.Add(1)
		s.one(ctx, one, func(a answer) {
			defer pending.Done()
			if a.ID != nil {
				answers <- a
			}
		})
	}
	return func() {
		defer s.lanes.release()
		pending.Wait()
		close(answers)
		var all []answer
		for a := range answers {
			a.Version = rpcVersion
			all = append(all, a)
		}
		if len(all) > 0 {
			s.write(all)
		}
	}
}

// one starts a request and has it answered by reply, exactly once; the answer to
// a notification has no ID.
func (s *server) one(ctx context.Context, raw json.RawMessage, reply func(answer)) {
	r, err := parseRequest(raw)
	if err != nil {
		reply(answer{ID: r.id, Error: rpcErrorOf(err)})
		return
	}
	s.lanes.run(r.lane, func() {
		limit, cancel := s.call.limited(ctx)
		defer cancel()
		result, err := r.do(limit, s)
		if err != nil {
			reply(answer{ID: r.id, Error: rpcErrorOf(err)})
			return
		}
		reply(answer{ID: r.id, Result: result})
		if f, ok := result.(follows); ok {
			f.begin()
		}
	})
}

// follows is a result behind which something begins.
type follows interface{ begin() }

// parseRequest reads one request. With an error, the id is what could be read.
func parseRequest(raw json.RawMessage) (request, error) {
	r := request{id: null}
	var fields map[string]json.RawMessage // exact names, unlike a struct
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return r, errRequest
	}
	id, hasID := fields["id"]
	if hasID {
		if id[0] != '"' && id[0] != '-' && (id[0] < '0' || id[0] > '9') && !bytes.Equal(id, null) {
			return r, errRequest // JSON-RPC 2.0 §4: text, a number or null
		}
		r.id = id
	}
	var version, name string
	if json.Unmarshal(fields["jsonrpc"], &version) != nil || version != rpcVersion ||
		json.Unmarshal(fields["method"], &name) != nil || bytes.Equal(fields["method"], null) {
		return r, errRequest
	}
	if !hasID {
		r.id = nil
	}
	prepare, ok := methods[name]
	if !ok {
		return r, errMethod
	}
	var err error
	r.work, err = prepare(fields["params"])
	return r, err
}

// reply writes an answer; to a notification there is none.
func (s *server) reply(a answer) {
	if a.ID == nil {
		return
	}
	a.Version = rpcVersion
	s.write(a)
}

func (s *server) notify(method string, params any) {
	s.write(notification{rpcVersion, method, params})
}

// write writes one line; any goroutine may call it.
func (s *server) write(v any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.call.value(v)
}
