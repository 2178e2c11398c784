// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
)

const (
	silence  = 60 * time.Second // after it we ask whether the server is there
	answerIn = 15 * time.Second // and this long it may take to answer
)

// confirm asks the server whether it has what was written. One question covers
// all that was written before it; meanwhile more is written.
func (s *session) confirm() {
	for {
		mark, ask := s.queue.question()
		if !ask {
			select {
			case <-s.queue.wrote:
				continue
			case <-s.ctx.Done():
				return
			}
		}
		if err := s.ask(mark, askIn); err != nil {
			s.fail(err)
			return
		}
	}
}

// ask asks the server whether it has all up to mark.
func (s *session) ask(mark int, within time.Duration) error {
	return s.insist(mark, within, s.conn.Confirm)
}

// isThere asks the server whether it is there, also where there is nothing to
// confirm.
func (s *session) isThere(within time.Duration) error {
	return s.insist(s.queue.mark(), within, s.conn.Alive)
}

// insist asks until there is an answer, which also says that the server has all up
// to mark. A link on which none comes is dropped; where the session can be resumed it
// asks again then, else it fails.
func (s *session) insist(mark int, within time.Duration, question func(context.Context) error) error {
	for {
		for s.conn.Suspended() { // nobody could answer, and questions would pile up
			if !s.pause(time.Second) {
				return s.ctx.Err()
			}
		}
		lost := s.conn.Lost()
		ctx, cancel := context.WithTimeout(s.ctx, within)
		err := question(ctx)
		cancel()
		switch {
		case err == nil:
			s.last.Store(time.Now().UnixNano())
			s.settle(mark)
			return nil
		case s.ctx.Err() != nil, !s.conn.Managed(), !errors.Is(err, context.DeadlineExceeded):
			return err
		}
		select {
		case <-lost: // then nobody could answer
		default:
			s.conn.Drop(failed(chat.Offline, "keep alive", chat.CodeConnectionLost, err))
		}
	}
}

func (s *session) settle(mark int) {
	if ids := s.queue.settle(mark); len(ids) > 0 {
		s.account.box.post(func(ctx context.Context) { s.account.confirmed(ctx, ids) })
	}
}

// keepAlive finds connections that died without a word.
func (s *session) keepAlive() {
	timer := time.NewTimer(silence)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-s.ctx.Done():
			return
		}
		quiet := time.Since(time.Unix(0, s.last.Load()))
		if quiet < 0 { // the clock was set back
			quiet = silence
		}
		if quiet >= silence {
			if err := s.isThere(answerIn); err != nil {
				s.fail(failed(chat.Offline, "keep alive", chat.CodeConnectionLost, err))
				return
			}
			quiet = 0
		}
		timer.Reset(silence - quiet)
	}
}
