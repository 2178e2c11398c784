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

// receiveArchive takes a page of the archive that belongs into a gap. It goes the
// way of all messages (inbound.go), and is stored in one transaction with the word
// that the gap has become smaller. It says whether that was done.
func (a *account) receiveArchive(ctx context.Context, s *session, gap store.Gap, page archived) bool {
	if gap.Before == "" {
		page.Settled = settled(page.messages, time.Now())
	}
	return a.keepPage(ctx, fromArchive(s, page, gap.First), page.ArchivePage, func(part store.ArchivePage) (store.Outcome, error) {
		return a.db.FillGap(ctx, a.addr, gap, part)
	})
}

// settled is the newest of a page's ids before which nothing comes any more: its message is
// older than the page's newest by store.SettledIn, or than now by store.Unsettled. So an
// archive's clock may be wrong by less than that.
func settled(page []xmpp.Archived, now time.Time) (id string) {
	if len(page) == 0 {
		return ""
	}
	edge := page[len(page)-1].Stamp.Add(-store.SettledIn)
	if old := now.Add(-store.Unsettled); old.After(edge) {
		edge = old
	}
	for _, m := range page {
		if m.Stamp.IsZero() || m.Stamp.After(edge) {
			break
		}
		id = m.ID
	}
	return id
}

// receiveOlder takes a page of what was said before everything that is here.
func (a *account) receiveOlder(ctx context.Context, s *session, conv chat.ConvID, before string, page archived) bool {
	page.messages = slices.DeleteFunc(page.messages, func(m xmpp.Archived) bool { // what was not asked for
		return m.Message.From.Bare() != conv.Peer && m.Message.To.Bare() != conv.Peer
	})
	return a.keepPage(ctx, fromArchive(s, page, true), page.ArchivePage, func(part store.ArchivePage) (store.Outcome, error) {
		return a.db.FillOlder(ctx, conv, before, part)
	})
}

func (a *account) keepPage(ctx context.Context, in []inbound, whole store.ArchivePage, fill func(store.ArchivePage) (store.Outcome, error)) bool {
	p := a.sort(in)
	p.always = true
	p.write = func(_ context.Context, p *arrivals, last bool) (store.Outcome, error) {
		var part store.ArchivePage
		if last { // then the gap has become smaller, not before
			part = whole
		}
		part.Batch = p.batch(last)
		return fill(part)
	}
	if !a.persist(ctx, p) {
		return false
	}
	a.announce(p)
	a.answer(p)
	a.afterwards(ctx, p)
	return true
}

func fromArchive(s *session, page archived, seen bool) []inbound {
	all := make([]inbound, len(page.messages))
	for i := range page.messages {
		m := &page.messages[i]
		all[i] = inbound{from: s, seen: seen, Inbound: xmpp.Inbound{Message: &xmpp.Message{Archived: m}}}
	}
	return all
}
