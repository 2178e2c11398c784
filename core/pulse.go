// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"
	"sync"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// pulse is how long things last at most that a server has a part in.
type pulse struct {
	silence time.Duration // without an answer: after it we ask whether the server is there,
	there   time.Duration // and this long it may take to say so
	confirm time.Duration // to say what it has
	archive time.Duration // to give a page of the archive
}

var usualPulse = pulse{silence: 60 * time.Second, there: 15 * time.Second, confirm: askIn, archive: 60 * time.Second}

// An answer may stand behind much, on a slow line: it is waited for as long as something
// comes in without a pause, up to a limit: a link that takes nothing of ours, but brings
// something all the time, is not found before that.
const (
	answerPause = 3 * time.Second
	answerLast  = 2 * time.Minute
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
		if err := s.ask(mark, s.account.pulse.confirm); err != nil {
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
		late, err := s.patiently(within, lost, question)
		switch {
		case err == nil:
			s.answered.Store(time.Now().UnixNano())
			s.settle(mark)
			return nil
		case s.ctx.Err() != nil, !s.conn.Managed(), !late:
			return err
		}
		select {
		case <-lost: // then nobody could answer
		default:
			s.conn.Drop(failed(chat.Offline, "keep alive", chat.CodeConnectionLost, err))
		}
	}
}

// patiently asks a question. late: there was no answer within a time, and nothing behind
// which it could stand, or the link on which it was asked is lost; the error is of kind
// Timeout then.
func (s *session) patiently(within time.Duration, lost <-chan struct{}, question func(context.Context) error) (late bool, err error) {
	ctx, cancel := context.WithTimeout(s.ctx, max(within, answerLast))
	defer cancel()
	over := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for wait := within; ; {
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
			case <-over:
				timer.Stop()
				return
			}
			pause := min(within, answerPause)
			quiet := s.conn.Quiet()
			select {
			case <-lost:
				quiet = pause
			default:
			}
			if late = quiet >= pause || ctx.Err() != nil; late {
				cancel()
				return
			}
			wait = pause - quiet
		}
	})
	err = question(ctx)
	close(over)
	watch.Wait()
	if late = err != nil && (late || errors.Is(err, context.DeadlineExceeded)); late {
		err = failed(chat.Timeout, "wait for an answer", chat.CodeTimeout, err)
	}
	return late, err
}

func (s *session) settle(mark int) {
	if ids := s.queue.settle(mark); len(ids) > 0 {
		s.account.box.post(func(ctx context.Context) { s.account.confirmed(ctx, ids) })
	}
}

// keepAlive finds connections that died without a word, or take none of ours any more.
func (s *session) keepAlive() {
	silence := s.account.pulse.silence
	timer := time.NewTimer(silence)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-s.ctx.Done():
			return
		}
		quiet := time.Since(time.Unix(0, s.answered.Load()))
		if quiet < 0 { // the clock was set back
			quiet = silence
		}
		if quiet >= silence {
			if err := s.isThere(s.account.pulse.there); err != nil {
				s.fail(failed(chat.Offline, "keep alive", chat.CodeConnectionLost, err))
				return
			}
			quiet = 0
		}
		timer.Reset(silence - quiet)
	}
}
