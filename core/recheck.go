// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/store"
)

// fillAll closes the account's gaps, and tries again when the archive does not
// answer. Then it is known what has been read without a hole in it, and which sessions
// were begun in it. pages were loaded before.
func (s *session) fillAll(pages int) {
	a := s.account
	for wait := a.archiveAgain; !s.fillGaps(&pages) && pages < maxPages; {
		a.box.post(a.showAlone)
		if !s.untilAgain(&wait) {
			break
		}
	}
	if a.nothingMissing(s.ctx) {
		s.reread(&pages)
	}
	a.box.post(func(ctx context.Context) {
		a.showAlone(ctx)
		a.answerLate(ctx, s)
		a.tellUntold(ctx, s)
		a.caughtUp(ctx, s)
	})
}

// caughtUp: what others have said while we were away is here, or there is no archive that
// has it.
func (a *account) caughtUp(ctx context.Context, s *session) {
	if s.caughtUp = true; a.session == s {
		a.announceUntold(ctx)
	}
}

// fillGaps closes the account's gaps, the newest first, as far as possible. pages is
// how many were loaded before. It says whether there is nothing left to do.
func (s *session) fillGaps(pages *int) bool {
	a := s.account
	s.filling.Lock()
	defer s.filling.Unlock()
	a.setCatchingUp(true)
	defer a.setCatchingUp(false)
	for s.ctx.Err() == nil {
		state, err := a.db.ArchiveState(s.ctx, a.addr)
		if err == nil && len(state.Gaps) == 0 {
			return true
		}
		if err != nil || !s.fill(state.Gaps[0], pages) {
			return false
		}
	}
	return false
}

// recheckIn is how long a resumed session has for what the server sends again.
const recheckIn = time.Second

// expectDisorder: the link is lost. Servers promise to send again what it had not
// taken, before anything newer, but not all keep that (ejabberd 23 puts newer
// messages before it). So what comes from here on is compared with the archive.
func (a *account) expectDisorder(ctx context.Context, s *session) {
	if !s.follows.Load() {
		return
	}
	if _, err := a.openGap(ctx, a.addr); err != nil {
		a.log.Error("archive", "err", chatError("open gap", err))
	}
}

// lookAtArchive has the archive compared with what the server sends again. A page that
// was on its way when the link was lost may have closed the gap of that moment.
func (a *account) lookAtArchive(s *session) {
	if s.follows.Load() {
		signal(s.look)
	}
}

// looks waits until lookAtArchive has been called, and opens the gap that is to be filled
// then; false: the session has ended.
func (s *session) looks() bool {
	select {
	case <-s.look:
		return s.lookAgain()
	case <-s.ctx.Done():
		return false
	}
}

func (s *session) lookAgain() bool {
	return s.pause(recheckIn) && s.account.do(s.ctx, func(ctx context.Context) { s.account.expectDisorder(ctx, s) }) == nil
}

// untilAgain waits before the archive is asked once more, longer each time; a new link
// ends that, and begins anew. It is false when the session has ended.
func (s *session) untilAgain(wait *time.Duration) bool {
	timer := time.NewTimer(*wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		*wait = min(2**wait, archiveRarely)
		return true
	case <-s.look:
		*wait = s.account.archiveAgain
		return s.lookAgain()
	case <-s.ctx.Done():
		return false
	}
}

// openedAnew says whether the gap at the end is not what it was when it was asked for,
// because the link was lost since, and brings it up to date.
func (s *session) openedAnew(gap *store.Gap) bool {
	state, err := s.account.db.ArchiveState(s.ctx, s.account.addr)
	if err != nil || len(state.Gaps) == 0 || state.Gaps[0].Before != "" || state.Gaps[0] == *gap {
		return false
	}
	*gap = state.Gaps[0]
	return true
}
