// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"crypto/sha256"
	"strconv"
	"time"

	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// The archive is read newest first, but no ratchet can be turned further at once than
// omemo.MaxSkip messages. Of a longer backlog the newer messages can not be read before
// the older ones are there. They are stored as what they are, and since when there are
// such is kept: once the archive has no gap any more it is read again from there,
// oldest first, and each message gets its text in its place. One that is too far away
// even then says that what is missing before it is gone, and the session with it.

// earlySetting begins the name under which the database keeps that.
const earlySetting = "omemo.early."

// tooEarly notes that a message can not be read before older ones are. It says whether
// there is an archive to read it from again.
func (a *account) tooEarly(ctx context.Context, l *letter, now time.Time) bool {
	if l.session == nil || !l.session.server.Archive {
		return false
	}
	at := l.time(now)
	since, err := a.earlySince(ctx)
	if err == nil && (since.IsZero() || at.Before(since)) {
		err = a.db.SetSetting(ctx, earlySetting+a.addr.String(), strconv.FormatInt(at.UnixMicro(), 10))
	}
	if err != nil {
		a.log.Error("archive", "err", chatError("note messages", err))
	}
	return err == nil
}

// nameAgain is what the database knows a ciphertext by that was read again and is still
// too far away: not by its hash, which is that of its row since it came too early. What it
// says of its session counts once; whoever brings it again breaks no other session.
func nameAgain(hash []byte) []byte {
	sum := sha256.Sum256(append([]byte("again "), hash...))
	return sum[:]
}

// earlySince is since when there are messages that came too early; zero for none.
func (a *account) earlySince(ctx context.Context) (time.Time, error) {
	text, err := a.db.Setting(ctx, earlySetting+a.addr.String())
	if err != nil || text == "" {
		return time.Time{}, err
	}
	micro, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // what nobody can read names nothing
	}
	return time.UnixMicro(micro), nil
}

// reread reads again what came too early. The archive must have no gap.
func (s *session) reread(pages *int) {
	a := s.account
	since, err := a.earlySince(s.ctx)
	if err != nil || since.IsZero() {
		return
	}
	s.filling.Lock()
	defer s.filling.Unlock()
	a.setCatchingUp(true)
	defer a.setCatchingUp(false)
	q := xmpp.ArchiveQuery{Start: since.Add(-time.Second), Max: archivePage}
	for ; *pages < maxPages; *pages++ {
		page, err := s.readArchive(q)
		if err != nil {
			a.log.Info("archive", "err", chatError("read archive again", err))
			return
		}
		stored := false
		if a.do(s.ctx, func(ctx context.Context) { stored = a.receiveAgain(ctx, s, page.Messages) }) != nil || !stored {
			return
		}
		if page.Complete || page.Last == "" || q.After != nil && *q.After == page.Last {
			break
		}
		q.After = &page.Last
	}
	if err := a.db.SetSetting(s.ctx, earlySetting+a.addr.String(), ""); err != nil {
		a.log.Error("archive", "err", chatError("note messages", err))
	}
}

// receiveAgain takes a page of messages that have their places.
func (a *account) receiveAgain(ctx context.Context, s *session, messages []xmpp.Archived) bool {
	p := a.sortAs(fromArchive(s, archived{messages: messages}, false), true)
	p.write = func(ctx context.Context, p *arrivals, last bool) (store.Outcome, error) {
		return a.addIncoming(ctx, a.addr, p.batch(last), "")
	}
	if !a.persist(ctx, p) {
		return false
	}
	a.announce(p)
	a.afterwards(ctx, p)
	return true
}

// nothingMissing says whether the archive has no gap.
func (a *account) nothingMissing(ctx context.Context) bool {
	state, err := a.db.ArchiveState(ctx, a.addr)
	return err == nil && len(state.Gaps) == 0
}
