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
	ctx context.Context // of the program: with its end nothing more is taken
	wg  sync.WaitGroup

	mu     sync.Mutex
	queues map[string][]func() // the first of each is running
	count  int
	room   chan struct{}
}

// run queues work. When too much waits, it waits itself: so does then the pipe
// that the requests come from. One goroutine at a time may call it.
func (l *lanes) run(lane string, work func()) {
	l.mu.Lock()
	if l.queues == nil {
		l.queues, l.room = make(map[string][]func()), make(chan struct{}, 1)
	}
	for l.count >= maxRequests {
		l.mu.Unlock()
		select {
		case <-l.room:
		case <-l.ctx.Done():
		}
		l.mu.Lock()
		if l.ctx.Err() != nil {
			break
		}
	}
	l.count++
	l.wg.Add(1)
	l.queues[lane] = append(l.queues[lane], work)
	first := len(l.queues[lane]) == 1
	l.mu.Unlock()
	if first {
		go l.drive(lane)
	}
}

// drive does the work of a lane until there is none.
func (l *lanes) drive(lane string) {
	for {
		l.mu.Lock()
		queue := l.queues[lane]
		if len(queue) == 0 {
			delete(l.queues, lane)
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
		queue[0]()
		l.mu.Lock()
		l.queues[lane] = l.queues[lane][1:]
		l.count--
		l.mu.Unlock()
		select {
		case l.room <- struct{}{}:
		default:
		}
		l.wg.Done()
	}
}

// waitFor waits for wg, at most for a time: the other side of the pipe may have
// stopped reading, and the program ends all the same.
func waitFor(wg *sync.WaitGroup, most time.Duration) {
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
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
	return refused(chat.CodeUnknown, "standard input: %v", err)
}
