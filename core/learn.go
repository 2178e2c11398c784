// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

// Where a server can not say for the moment what it can do it is asked again: so often,
// so long after, and in so many sessions in a row.
const (
	learnTries    = 3
	learnPause    = time.Second
	learnSessions = 3
)

// learn asks what the server can do, and has it send copies of what our other
// devices send and receive (XEP-0280 §4): it says whether these will come. Without
// an answer the server can do nothing; then nothing is known if it may say more soon.
func (s *session) learn(ctx context.Context) (copies, known bool) {
	abilities, err := s.conn.ServerFeatures(ctx)
	for try := 1; mayStillSay(abilities, err) && try < learnTries && s.pause(learnPause); try++ {
		abilities, err = s.conn.ServerFeatures(ctx)
	}
	if known = !mayStillSay(abilities, err); known {
		s.account.unlearned.Store(0)
	}
	if err != nil {
		s.account.log.Info("abilities of the server", "err", chatError("features", err))
		return false, known
	}
	s.server = abilities
	s.names.Store(abilities.Archive)
	if s.conn.Carbons() {
		return true, known
	}
	if !abilities.Carbons {
		return false, known
	}
	if err := s.conn.EnableCarbons(ctx); err != nil {
		s.account.log.Info("copies", "err", chatError("enable copies", err))
		return false, known
	}
	return true, known
}

func mayStillSay(abilities xmpp.Abilities, err error) bool {
	return abilities.Unsaid != nil || xmpp.Passes(err) || chat.KindOf(err) == chat.Timeout
}

// mayLearn says whether another session is to find out what this one could not: the
// account has had an archive, and without it what was sent, and is not known to have
// arrived, would be sent again, and what was missed would stay away. A server that never
// says is taken for one without. Any goroutine.
func (a *account) mayLearn(ctx context.Context) bool {
	state, err := a.db.ArchiveState(ctx, a.addr)
	return err == nil && state.Known && a.unlearned.Add(1) < learnSessions
}
