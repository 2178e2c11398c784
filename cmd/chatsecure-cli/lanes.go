// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// lanes run work in order within a lane and side by side between lanes.
type lanes struct {
	ctx  context.Context // of the program: with its end nothing more is taken
	room chan struct{}   // a piece of work is done: there is room for another
	step chan struct{}   // the same, for finish

	mu     sync.Mutex
	queues map[string][]func() // the first of each is running
	count  int                 // pieces of work
	held   int                 // see hold
}

func newLanes(ctx context.Context) *lanes {
	return &lanes{
		ctx: ctx, room: make(chan struct{}, 1), step: make(chan struct{}, 1),
		queues: make(map[string][]func()),
	}
}

// run queues work. When too much waits, it waits itself: so does then the pipe
// that the requests come from. One goroutine at a time may call it.
func (l *lanes) run(lane string, work func()) {
	l.mu.Lock()
	for l.count >= maxRequests && l.ctx.Err() == nil {
		l.mu.Unlock()
		select {
		case <-l.room:
		case <-l.ctx.Done():
		}
		l.mu.Lock()
	}
	l.count++
	l.queues[lane] = append(l.queues[lane], work)
	first := len(l.queues[lane]) == 1
	l.mu.Unlock()
	if first {
		go l.drive(lane)
	}
}

// drive does the work of a lane until there is none. That the lane is empty and
// that nobody drives it any more are one step: else two would do the same work.
func (l *lanes) drive(lane string) {
	l.mu.Lock()
	for len(l.queues[lane]) > 0 {
		work := l.queues[lane][0]
		l.mu.Unlock()
		work()
		l.mu.Lock()
		l.queues[lane] = l.queues[lane][1:]
		l.count--
		tell(l.room)
		tell(l.step)
	}
	delete(l.queues, lane)
	l.mu.Unlock()
}

// hold keeps finish waiting until release, for what is done beside the lanes.
func (l *lanes) hold() {
	l.mu.Lock()
	l.held++
	l.mu.Unlock()
}

func (l *lanes) release() {
	l.mu.Lock()
	l.held--
	l.mu.Unlock()
	tell(l.step)
}

// finish waits until all work is done, or none was in a time: a disk may be slow,
// but what waits for the network, or for a reader who has stopped reading, does not
// hold up the end for long.
func (l *lanes) finish(patience time.Duration) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		l.mu.Lock()
		left := l.count + l.held
		l.mu.Unlock()
		if left == 0 {
			return
		}
		select {
		case <-l.step:
			timer.Reset(patience)
		case <-timer.C:
			return
		}
	}
}

func tell(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// maxLine is the longest request.
const maxLine = 16 << 20

var errLongLine = errors.New("line too long")

// lines reads lines of any length up to maxLine; of a longer one nothing is kept.
type lines struct{ r *bufio.Reader }

func newLines(r io.Reader) *lines { return &lines{bufio.NewReaderSize(r, 64<<10)} }

// next returns the next line, also the last one that has no end; the error with
// it or after it is io.EOF. After errLongLine it may be called again.
func (l *lines) next() ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := l.r.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxLine; long {
			line = nil
		} else {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case long:
			return nil, errLongLine // io.EOF comes again with the next call
		}
		return line, err
	}
}

// inputError is why the requests ended; nil for their orderly end.
func inputError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) {
		return nil
	}
	return refused(chat.CodeUnknown, "option", "option", text("standard-input"), "reason", err)
}
