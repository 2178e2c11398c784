// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// What the archive is asked for (XEP-0313). Pages are as long as one transaction.
const (
	archivePage   = maxPage
	maxPages      = 4000 // of one session; what is missing then stays a gap
	firstPages    = 80   // of an account that is new here; the rest comes when somebody scrolls up
	archivePause  = 2 * time.Second
	archiveTries  = 5             // one after the other
	archiveAgain  = time.Minute   // before the next, and twice as long each time
	archiveRarely = 2 * time.Hour // to so long
	smallestPages = 1
	maxHeld       = 1 << 20 // bytes of texts to which another page is put
)

// expectArchive opens the gap between what is stored and what comes from now on.
// It is done before messages can come. nil: there is no archive to ask.
func (s *session) expectArchive(ctx context.Context) (*store.Gap, error) {
	a := s.account
	if !s.server.Archive {
		return nil, nil
	}
	var gap store.Gap
	var stored error
	if err := a.do(ctx, func(ctx context.Context) { gap, stored = a.openGap(ctx, a.addr) }); err != nil {
		return nil, err
	}
	return &gap, stored
}

// catchUp brings the database up to date with the archive, the newest first, and
// lets the outbox go: at once where nothing of it may have been sent before, else
// when the archive has said what of it was. It goes on until the session ends: each time
// that its link was lost the archive has something to say.
func (s *session) catchUp(open *store.Gap) {
	a := s.account
	if open == nil {
		a.box.post(func(ctx context.Context) {
			a.openOutbox(ctx, s)
			a.showAlone(ctx)
			a.caughtUp(ctx, s)
		})
		return
	}
	a.box.post(func(ctx context.Context) {
		if a.isSure(ctx) {
			a.openOutbox(ctx, s)
		}
	})
	s.filling.Lock()
	a.setCatchingUp(true)
	pages := 0
	for !s.fill(*open, &pages) && s.openedAnew(open) {
	}
	if s.ctx.Err() == nil { // what was sent is known as such, or will never be
		a.box.post(func(ctx context.Context) { a.openOutbox(ctx, s) })
	}
	s.filling.Unlock()
	a.fetchDisplayed(s)
	s.fillAll(pages)
	for s.looks() {
		s.fillAll(0)
	}
}

// fill loads what belongs into a gap, from its newer end, and says whether it has
// closed. A page is stored while the next is on its way.
func (s *session) fill(gap store.Gap, pages *int) bool {
	f := filler{s: s, gap: gap, size: archivePage}
	for tries := 0; s.ctx.Err() == nil && *pages < maxPages; *pages++ {
		page, err := f.next()
		if f.plain && f.gap.Before != "" && chat.CodeOf(err) == chat.CodeNotFound { // what is missing is not there any more
			page.Short, page.Reached = true, true
			return f.store(page) && f.wait()
		}
		if err != nil {
			if tries++; tries >= archiveTries || !f.mend(err) {
				s.account.log.Info("archive", "err", chatError("read archive", err))
				return f.wait() && false
			}
			continue
		}
		tries = 0
		if page.Reached || gap.First && (*pages+1 >= firstPages || s.account.client.beyond(page.messages)) {
			page.Short, page.Reached = !page.Reached, true
			return f.store(page) && f.wait()
		}
		if !f.store(page) {
			return false
		}
	}
	return f.wait() && false
}

// filler is one run through a gap.
type filler struct {
	s      *session
	gap    store.Gap
	size   int
	seen   map[string]bool // first ids of pages, to know an archive that goes in circles
	plain  bool            // without the filter for what is newer than gap.After
	held   *archived       // a page that waits until the one before is stored
	above  store.Gap       // gap, as it is without held
	stored chan bool       // of the page before; nil for none
}

// archived is a page on its way to the database.
type archived struct {
	store.ArchivePage
	messages []xmpp.Archived
}

// archivedPage is a page as the archive gave it. It is an error where the archive says
// neither that this is all nor from where to ask on.
func archivedPage(got xmpp.ArchivePage) (archived, error) {
	p := archived{messages: got.Messages}
	p.First, p.Last, p.Reached = got.First, got.Last, got.Complete
	switch empty := len(p.messages) == 0 && p.Last == ""; {
	case p.First != "" || p.Reached:
	case empty: // beyond it there is nothing
		p.Reached = true
	case len(p.messages) > 0:
		p.First = p.messages[0].ID
	default:
		return p, failed(chat.Rejected, "read archive", chat.CodeUnsupported, nil)
	}
	return p, nil
}

// prepend puts the page before this one to it.
func (p *archived) prepend(older archived) {
	p.messages = slices.Concat(older.messages, p.messages)
	p.Reached, p.Short = older.Reached, older.Short
	if older.First != "" {
		p.First = older.First
	}
}

// bytes are those of its texts.
func (p *archived) bytes() (n int) {
	for _, m := range p.messages {
		n += len(m.Message.Body)
	}
	return n
}

// readArchive asks for a page, and waits as long as it may take.
func (s *session) readArchive(q xmpp.ArchiveQuery) (page xmpp.ArchivePage, err error) {
	_, err = s.patiently(s.account.pulse.archive, s.conn.Lost(), func(ctx context.Context) (err error) {
		page, err = s.conn.Archive(ctx, q)
		return err
	})
	return page, err
}

// next asks for the page before f.gap.Before.
func (f *filler) next() (archived, error) {
	q := xmpp.ArchiveQuery{Before: &f.gap.Before, Max: f.size}
	if f.s.server.ArchiveExtended && !f.plain {
		q.AfterID = f.gap.After
	}
	got, err := f.s.readArchive(q)
	if err != nil {
		return archived{}, err
	}
	p, err := archivedPage(got)
	if err != nil {
		return archived{}, err
	}
	// Without the filter the page may reach over what is known.
	if i := slices.IndexFunc(p.messages, func(m xmpp.Archived) bool { return m.ID == f.gap.After }); i >= 0 {
		p.messages, p.Reached = p.messages[i+1:], true
	}
	if f.seen[p.First] && !p.Reached {
		return archived{}, failed(chat.Rejected, "read archive", chat.CodeUnsupported, nil)
	}
	if f.seen == nil {
		f.seen = make(map[string]bool)
	}
	f.seen[p.First] = true
	return p, nil
}

// mend says whether another try is worth while, and makes it a better one.
func (f *filler) mend(err error) bool {
	for f.s.conn.Suspended() && f.s.pause(archivePause) { // nobody could answer
	}
	switch {
	case chat.CodeOf(err) == chat.CodeTooLarge && f.size > smallestPages:
		f.size = max(smallestPages, f.size/8)
		return true
	case chat.CodeOf(err) == chat.CodeNotFound && !f.plain: // the archive has forgotten what we know
		f.plain = true
		return true
	case chat.KindOf(err) == chat.Timeout: // as much of it as the line can take
		f.size = max(smallestPages, f.size/4)
	case chat.CodeOf(err) == chat.CodeServiceUnavailable:
	default:
		return false
	}
	return f.s.pause(archivePause)
}

// pause is false when the session has ended.
func (s *session) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// store gives a page to the actor, once the one before is stored; false if that is
// not. Meanwhile small pages become one: servers give as few as 50 messages at once,
// and a transaction costs as much as what is in it.
func (f *filler) store(p archived) bool {
	full := f.held != nil && (len(f.held.messages)+len(p.messages) > maxPage || f.held.bytes() > maxHeld)
	if full && !f.flush() {
		return false
	}
	if f.held == nil {
		f.held, f.above = &p, f.gap
	} else {
		f.held.prepend(p)
	}
	if p.First != "" {
		f.gap.Before = p.First
	}
	return f.busy() || f.flush()
}

// busy says whether the actor still has the page before.
func (f *filler) busy() bool {
	if f.stored == nil {
		return false
	}
	select {
	case ok := <-f.stored:
		f.stored <- ok // for whoever waits
		return false
	default:
		return true
	}
}

// flush gives what is held to the actor, once it is free.
func (f *filler) flush() bool {
	if f.held == nil {
		return true
	}
	if !f.free() {
		return false
	}
	page, gap, stored := *f.held, f.above, make(chan bool, 1)
	f.held, f.stored = nil, stored
	f.s.account.box.post(func(ctx context.Context) { stored <- f.s.account.receiveArchive(ctx, f.s, gap, page) })
	return true
}

// wait waits until all pages are stored.
func (f *filler) wait() bool { return f.flush() && f.free() }

// free waits until what was given to the actor is stored.
func (f *filler) free() bool {
	if f.stored == nil {
		return f.s.ctx.Err() == nil
	}
	select {
	case ok := <-f.stored:
		f.stored = nil
		return ok
	case <-f.s.ctx.Done():
		return false
	}
}

// isSure says whether nothing that waits to be sent may have been sent before.
func (a *account) isSure(ctx context.Context) bool {
	state, err := a.db.ArchiveState(ctx, a.addr)
	return err == nil && !state.Doubt
}
