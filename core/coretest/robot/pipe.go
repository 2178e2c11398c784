// SPDX-License-Identifier: MPL-2.0

package robot

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// ErrEnded is why a call has no answer: the client has ended, and whether it did
// what it was asked nobody knows.
var ErrEnded = errors.New("the client has ended")

// Pipe is a running client that is asked many things at once, and may be killed.
// Any goroutine may call its methods.
type Pipe struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	note  func(method string, params json.RawMessage)
	ended chan struct{} // closed when it has ended and all that it said was read
	err   error         // how it ended; read after ended

	writing sync.Mutex // of in; taken before mu
	last    int

	mu     sync.Mutex
	calls  map[int]chan Reply // nil when it has ended
	stderr bytes.Buffer       // read after its end
}

// Reply is the answer to a call. Err is ErrEnded, or an *Error.
type Reply struct {
	Result json.RawMessage
	Err    error
}

// Error is a refusal.
type Error struct {
	Message string
	Data    struct{ Kind, Code string }
}

func (e *Error) Error() string { return e.Message }

// Pipe starts the client. note is told of each notification, in order, and may be
// nil; it must not wait for answers. env are more variables for the client. The
// caller ends it with End or Kill.
func (p *Person) Pipe(note func(method string, params json.RawMessage), env ...string) (*Pipe, error) {
	cmd := exec.Command(p.Program, p.arguments("rpc")...)
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = ownGroup()
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w := &Pipe{cmd: cmd, in: in, note: note, ended: make(chan struct{}), calls: make(map[int]chan Reply)}
	cmd.Stderr = &w.stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go w.read(out)
	return w, nil
}

func (w *Pipe) read(out io.Reader) {
	s := bufio.NewScanner(out)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		w.heard(s.Bytes())
	}
	_, _ = io.Copy(io.Discard, out) // after a line that is too long, so that it can end
	err := w.cmd.Wait()
	w.mu.Lock()
	if err != nil && w.stderr.Len() > 0 {
		err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(w.stderr.Bytes()))
	}
	w.err = err
	for _, c := range w.calls {
		c <- Reply{Err: ErrEnded}
	}
	w.calls = nil
	w.mu.Unlock()
	close(w.ended)
}

// heard takes a line of the client.
func (w *Pipe) heard(line []byte) {
	var got struct {
		ID     *int
		Method string
		Params json.RawMessage
		Result json.RawMessage
		Error  *Error
	}
	if json.Unmarshal(line, &got) != nil {
		return // a line that was cut off by its death
	}
	if got.ID == nil {
		if w.note != nil && got.Method != "" {
			w.note(got.Method, got.Params)
		}
		return
	}
	w.mu.Lock()
	c := w.calls[*got.ID]
	delete(w.calls, *got.ID)
	w.mu.Unlock()
	switch {
	case c == nil:
	case got.Error != nil:
		c <- Reply{Err: got.Error}
	default:
		c <- Reply{Result: got.Result}
	}
}

// Start asks the client; the answer comes on the channel. Calls that one goroutine
// starts are asked in that order.
func (w *Pipe) Start(method string, params any) <-chan Reply {
	c := make(chan Reply, 1)
	w.writing.Lock()
	defer w.writing.Unlock()
	w.last++
	id := w.last
	line, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
	if err != nil {
		c <- Reply{Err: err}
		return c
	}
	w.mu.Lock()
	ended := w.calls == nil
	if !ended {
		w.calls[id] = c
	}
	w.mu.Unlock()
	if ended {
		c <- Reply{Err: ErrEnded}
		return c
	}
	if _, err := w.in.Write(append(line, '\n')); err != nil {
		w.mu.Lock()
		if w.calls[id] != nil {
			delete(w.calls, id)
			c <- Reply{Err: ErrEnded}
		}
		w.mu.Unlock()
	}
	return c
}

// Call asks the client and waits; into gets the result and may be nil.
func (w *Pipe) Call(ctx context.Context, method string, params, into any) error {
	select {
	case r := <-w.Start(method, params):
		if r.Err != nil {
			return fmt.Errorf("%s: %w", method, r.Err)
		}
		if into == nil {
			return nil
		}
		return json.Unmarshal(r.Result, into)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

// Kill ends the client as a power cut does, and waits for that.
func (w *Pipe) Kill() {
	_ = w.cmd.Process.Kill()
	<-w.ended
}

// End closes the client's input, which ends it in good order, and waits for that.
// When ctx ends first it is killed.
func (w *Pipe) End(ctx context.Context) error {
	_ = w.in.Close()
	select {
	case <-w.ended:
		return w.err
	case <-ctx.Done():
		w.Kill()
		return fmt.Errorf("end the client: %w", ctx.Err())
	}
}

// Ended is closed when the client has ended, in whatever way; after that Err says
// how.
func (w *Pipe) Ended() <-chan struct{} { return w.ended }

// Err is how the client ended; nil for good order.
func (w *Pipe) Err() error { return w.err }
