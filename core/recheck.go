// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/store"
)

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
	if !s.follows.Load() {
		return
	}
	select {
	case s.look <- struct{}{}:
	default: // it will be
	}
}

// looks waits until the archive is to be looked at, because of lookAtArchive or at a
// time, and opens the gap that is to be filled then; false: the session has ended.
func (s *session) looks(at <-chan time.Time) bool {
	select {
	case <-at:
		return true
	case <-s.look:
	case <-s.ctx.Done():
		return false
	}
	return s.pause(recheckIn) && s.account.do(s.ctx, func(ctx context.Context) { s.account.expectDisorder(ctx, s) }) == nil
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
