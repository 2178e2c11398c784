// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

const (
	maxPage   = 250     // messages that one transaction stores
	maxInBody = 1 << 20 // bytes of a message's text; the rest is cut off
)

// This file and persist.go are what happens to a message that comes in, top to
// bottom. The actor runs it over a page of messages: one, or in a burst up to maxPage.

func (a *account) receive(ctx context.Context, page []inbound) {
	if len(page) == 0 {
		return
	}
	p := a.sort(page)
	p.write = a.writeLive
	if !a.persist(ctx, p) {
		return // not stored, so not handled: the server keeps it
	}
	a.announce(p)
	a.answer(p) // before the server may forget them
	handled(page)
	a.afterwards(ctx, p)
}

// sort says what each message of a page is.
func (a *account) sort(page []inbound) *arrivals { return a.sortAs(page, false) }

func (a *account) sortAs(page []inbound, again bool) *arrivals {
	p := &arrivals{now: time.Now().UTC(), again: again}
	for _, in := range page {
		a.guard(func() { a.take(a.ctx, p, in) })
	}
	a.guard(func() { a.answerAll(p) })
	return p
}

// arrivals is what a page of messages comes to.
type arrivals struct {
	now      time.Time
	rows     []store.Incoming // to be stored
	sources  []letter         // where each row came from
	out      store.Outcome    // what became of all that
	statuses []store.StatusChange
	amends   []store.Amend
	reads    []store.ReadMark
	typing   []typingNews
	top      string // the newest id of our archive in the page
	always   bool   // there is something to store besides rows and changes
	again    bool   // it has been here, and some of it could not be read then
	write    writer

	// What the encryption has done.
	ratchets *ratchets
	moved    []store.KeyChanges // of what gives no row and no change
	broken   []brokenSession
	notices  []store.Notice
	trust    []trustNews
	fresh    map[chat.Address]bool // of whom a key has become known
	replies  []outItem
	toAnswer []ratchet // sessions whose other side is to hear of us, each once
	late     []ratchet // those that are answered when the archive has been read
}

// keys are the sessions of the page.
func (p *arrivals) keys(a *account) *ratchets {
	if p.ratchets == nil {
		p.ratchets = a.newRatchets()
	}
	return p.ratchets
}

// met notes that a key of an owner has become known.
func (p *arrivals) met(owner chat.Address) {
	if p.fresh == nil {
		p.fresh = make(map[chat.Address]bool)
	}
	p.fresh[owner] = true
}

// writer stores rows and changes of a page in one transaction; last says that no
// more of the page comes.
type writer func(ctx context.Context, p *arrivals, last bool) (store.Outcome, error)

// letter is a message out of what carried it.
type letter struct {
	*xmpp.Message
	session   *session
	conv      chat.ConvID
	direction chat.Direction
	archiveID string    // that our own archive gave
	at        time.Time // when the archive got it; zero for now
	carbon    bool      // a copy of what another device of ours sent or received
	seen      bool      // it came before this computer knew the account
	secret    secret
}

// live says whether it is about now.
func (l *letter) live() bool { return l.at.IsZero() && l.Delay.IsZero() }

// old says whether it comes from the archive and was there before the session began.
func (l *letter) old() bool {
	return !l.at.IsZero() && l.session != nil && l.at.Before(l.session.began)
}

// take runs one message through the stages that need no database.
func (a *account) take(ctx context.Context, p *arrivals, in inbound) {
	l, ok := a.unwrap(in)
	if !ok {
		return
	}
	if l.archiveID != "" && l.at.IsZero() && in.from != nil && in.from.follows.Load() {
		p.top = l.archiveID // else something before it may not be here
		if !l.Delay.IsZero() && (in.from.began.IsZero() || time.Since(in.from.began) < store.SettledIn) {
			a.lookAtArchive(in.from) // what the session before this had not got, which may come in another order, too
		}
	}
	// Duplicates are found where the row is stored, by ids that are unique there; what
	// was encrypted is found before.
	said := len(p.rows) + len(p.amends)
	if a.decrypt(ctx, p, &l) {
		a.interpret(p, l)
	}
	if l.secret.keys != nil && len(p.rows)+len(p.amends) == said {
		l.secret.keys.Hashes = append(l.secret.keys.Hashes, l.secret.hash)
		p.moved = append(p.moved, *l.secret.keys)
	}
}

// unwrap takes the message out of what carries it: package xmpp has checked that
// only our own account can have sent that (XEP-0280 §11, XEP-0313 §11).
func (a *account) unwrap(in inbound) (letter, bool) {
	l := letter{Message: in.Message, session: in.from, seen: in.seen}
	if in.Message.Archived != nil {
		l.Message, l.archiveID, l.at = in.Message.Archived.Message, in.Message.Archived.ID, in.Message.Archived.Stamp
	}
	if c := l.Carbon; c != nil {
		l.Message, l.carbon = c.Message, true
	} else if to := in.Message.To.Bare(); !to.IsZero() && to != a.addr {
		return letter{}, false // not for us: a server that takes us for another
	}
	if l.Message == nil || l.From.IsZero() || l.Type == "groupchat" {
		return letter{}, false
	}
	peer := l.From.Bare()
	if peer == a.addr {
		l.direction = chat.Out // from this or another device of ours
		if to := l.To.Bare(); !to.IsZero() && (l.carbon || !l.at.IsZero()) {
			peer = to
		}
	}
	l.conv = chat.ConvID{Account: a.addr, Peer: peer}
	// A server without an archive does not take out what senders write (XEP-0359 §6).
	if l.archiveID == "" && in.from.names.Load() {
		l.archiveID = l.StanzaIDBy(a.addr)
	}
	l.archiveID = chat.Cut(l.archiveID, maxID)
	return l, true
}

// interpret says what a message means: news of an account, an error, a receipt, a
// marker, typing, a change to another message, a text.
func (a *account) interpret(p *arrivals, l letter) {
	if l.at.IsZero() && !l.carbon {
		a.accountNews(p, l)
	}
	in := l.direction == chat.In
	if l.Type == "error" {
		if in && l.Error != nil && l.ID != "" {
			if a.bounced(&l) {
				return
			}
			p.statuses = append(p.statuses, store.StatusChange{
				Conv: l.conv, OriginID: l.ID, Status: chat.Failed,
				Error: l.Error.Code, ErrorText: chat.Cut(l.Error.Text, 500),
			})
		}
		return
	}
	if l.ReceiptFor != "" && in {
		// Only a message of ours in the conversation with the sender can match.
		p.statuses = append(p.statuses, store.StatusChange{Conv: l.conv, OriginID: l.ReceiptFor, Status: chat.Delivered})
	}
	if l.DisplayedFor != "" {
		p.reads = append(p.reads, store.ReadMark{Conv: l.conv, ID: chat.Cut(l.DisplayedFor, maxID), Mine: !in})
	}
	text := chat.Cut(cleanBody(l.Text()), maxInBody)
	hasText := l.HasBody && strings.TrimSpace(text) != ""
	if in && l.live() && !l.carbon && (l.ChatState != nil || hasText) {
		state := chat.Idle
		if l.ChatState != nil {
			state = *l.ChatState
		}
		p.typing = append(p.typing, typingNews{l.conv.Peer, state})
	}
	if l.secret.code == chat.CodeUnlisted {
		if change, ok := amendment(p, l, text); ok {
			change.Held = true
			p.amends = append(p.amends, change)
			return
		}
		if !hasText {
			return
		}
	}
	if l.secret.code != "" || l.secret.read {
		if l.secret.code != chat.CodeUnlisted {
			text = ""
		}
		p.rows = append(p.rows, row(p, l, text))
		p.sources = append(p.sources, l)
		return
	}
	if change, ok := amendment(p, l, text); ok {
		p.amends = append(p.amends, change)
		return
	}
	if !hasText {
		return
	}
	if l.conv.Peer == a.addr && l.session != nil && l.From == l.session.conn.Address() && l.OriginID != "" && l.at.IsZero() {
		// A note to ourselves has come back: it is stored already.
		p.statuses = append(p.statuses, store.StatusChange{Conv: l.conv, OriginID: l.OriginID, Status: chat.Delivered})
		return
	}
	p.rows = append(p.rows, row(p, l, text))
	p.sources = append(p.sources, l)
}

// time is when it was sent, as far as anybody knows.
func (l *letter) time(now time.Time) time.Time {
	switch {
	case !l.at.IsZero() && l.at.Before(now):
		return l.at.UTC()
	case !l.Delay.IsZero() && l.Delay.Before(now):
		return l.Delay.UTC()
	}
	return now
}

// maxID bounds ids that others chose; over it they are cut.
const maxID = 1024

func row(p *arrivals, l letter, text string) store.Incoming {
	r := store.Incoming{
		Conv: l.conv, From: l.From, Direction: l.direction, Kind: chat.KindText, Body: text, Time: l.time(p.now),
		OriginID: chat.Cut(l.OriginID, maxID), MessageID: chat.Cut(l.ID, maxID), Markable: l.Markable, Unstyled: l.Unstyled, Seen: l.seen,
		Encryption: l.secret.how, Fingerprint: l.secret.key, Hash: l.secret.hash, Keys: l.secret.keys, Resent: l.secret.at,
	}
	if l.secret.code != "" {
		r.Kind, r.Error = chat.KindUndecryptable, l.secret.code
	}
	if l.Reply != nil {
		r.ReplyTo = chat.Cut(l.Reply.ID, maxID)
	}
	if l.archiveID != "" {
		r.StanzaID, r.StanzaBy = l.archiveID, l.conv.Account
	}
	return r
}

// announce says what has changed, after it has been committed.
func (a *account) announce(p *arrivals) {
	changed := make(map[chat.ConvID][]chat.MsgID)
	for i, s := range p.out.Stored {
		if s.Fresh || s.Confirmed || s.Changed {
			changed[p.rows[i].Conv] = append(changed[p.rows[i].Conv], s.ID)
		}
	}
	a.receiptsCame(p.out.Statuses)
	for _, s := range p.out.Statuses {
		changed[s.Conv] = append(changed[s.Conv], s.ID)
	}
	for _, g := range p.out.Gaps {
		changed[g.Conv] = append(changed[g.Conv], g.ID)
	}
	for _, m := range p.out.Amended {
		if m.Changed {
			changed[m.Conv] = append(changed[m.Conv], m.ID)
		}
		if m.Gone != 0 {
			changed[m.Conv] = append(changed[m.Conv], m.Gone)
		}
	}
	for _, conv := range p.out.Read {
		a.publish(chat.Event{Kind: chat.ConversationChanged, Conv: conv})
	}
	for conv, ids := range changed {
		a.discovered(conv)
		a.publishMessages(conv, ids...)
	}
	moved := slices.ContainsFunc(p.out.Stored, func(s store.Stored) bool { return s.Moved })
	if moved || len(p.out.Moved) > 0 { // the places that others know are no longer right
		a.publish(chat.Event{Kind: chat.Reload})
	}
	a.theirTyping(p.now, p.typing)
}

// handled lets the connections count the page's elements as stored.
func handled(page []inbound) {
	for i, in := range page {
		if i == len(page)-1 || page[i+1].from != in.from {
			in.from.conn.Handled(in.Seq)
		}
	}
}

// receiveOther is receive for what is not a message.
func (a *account) receiveOther(ctx context.Context, in inbound) {
	a.guard(func() {
		switch {
		case in.Presence != nil:
			a.presenceCame(ctx, in.from, in.Presence)
		case in.Roster != nil:
			a.rosterPushed(ctx, in.from, *in.Roster)
		case in.Blocked != nil:
			a.blockPushed(ctx, *in.Blocked)
		}
	})
	if in.Seq != 0 {
		in.from.conn.Handled(in.Seq)
	}
}

// guard keeps a fault that some element sets off to that element.
func (a *account) guard(do func()) {
	defer func() {
		if r := recover(); r != nil {
			a.log.Error("an element was skipped", "panic", fmt.Sprintf("%T", r), "stack", string(debug.Stack()))
		}
	}()
	do()
}
