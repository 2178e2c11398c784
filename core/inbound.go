// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

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
	p := &arrivals{now: time.Now().UTC()}
	for _, in := range page {
		a.guard(func() { a.take(p, in) })
	}
	if !a.persist(ctx, p) {
		return // not stored, so not handled: the server keeps it
	}
	a.announce(p)
	handled(page)
	a.answer(p)
}

// arrivals is what a page of messages comes to.
type arrivals struct {
	now      time.Time
	rows     []store.Incoming // to be stored
	sources  []inbound        // where each row came from
	stored   []store.Stored   // what became of each row
	statuses []store.StatusChange
	typing   []typingNews
}

// take runs one message through the stages that need no database.
func (a *account) take(p *arrivals, in inbound) {
	m, ok := a.unwrap(in.Message)
	if !ok {
		return
	}
	// Duplicates are found where the row is stored, by ids that are unique there.
	m, ok = a.decrypt(m)
	if !ok {
		return
	}
	in.Message = m
	a.interpret(p, in)
}

// unwrap takes the message out of what carries it (a carbon, an archive's
// result), after checking who sent that. Today messages come bare.
func (a *account) unwrap(m *xmpp.Message) (*xmpp.Message, bool) {
	if m.From.IsZero() || m.Type == "groupchat" {
		return nil, false
	}
	return m, true
}

// decrypt is the place of the encryption.
func (a *account) decrypt(m *xmpp.Message) (*xmpp.Message, bool) { return m, true }

// interpret says what a message means: news of an account, an error, a receipt,
// typing, a text.
func (a *account) interpret(p *arrivals, in inbound) {
	m := in.Message
	conv := chat.ConvID{Account: a.addr, Peer: m.From.Bare()}
	if m.AvatarEvent != nil || m.NickEvent != nil {
		a.accountNews(in)
	}
	if m.Type == "error" {
		if m.Error != nil && m.ID != "" {
			p.statuses = append(p.statuses, store.StatusChange{
				Conv: conv, OriginID: m.ID, Status: chat.Failed,
				Error: m.Error.Code, ErrorText: cut(m.Error.Text, 500),
			})
		}
		return
	}
	own := conv.Peer == a.addr
	if m.ReceiptFor != "" {
		// Only a message of ours in the conversation with the sender can match.
		p.statuses = append(p.statuses, store.StatusChange{Conv: conv, OriginID: m.ReceiptFor, Status: chat.Delivered})
	}
	hasText := m.HasBody && strings.TrimSpace(m.Body) != ""
	if !own && m.Delay.IsZero() && (m.ChatState != nil || hasText) {
		state := chat.Idle
		if m.ChatState != nil {
			state = *m.ChatState
		}
		p.typing = append(p.typing, typingNews{conv.Peer, state})
	}
	if !hasText {
		return
	}
	if own && m.From == in.from.conn.Address() && m.OriginID != "" {
		// A note to ourselves has come back: it is stored already.
		p.statuses = append(p.statuses, store.StatusChange{Conv: conv, OriginID: m.OriginID, Status: chat.Delivered})
		return
	}
	p.rows = append(p.rows, a.row(p, conv, m))
	p.sources = append(p.sources, in)
}

func (a *account) row(p *arrivals, conv chat.ConvID, m *xmpp.Message) store.Incoming {
	row := store.Incoming{
		Conv: conv, From: m.From, Kind: chat.KindText, Body: cut(cleanBody(m.Body), maxInBody), Time: p.now,
		OriginID: cut(m.OriginID, 1024), MessageID: cut(m.ID, 1024),
	}
	if conv.Peer == a.addr {
		row.Direction = chat.Out // written to ourselves on another device
	}
	if !m.Delay.IsZero() && m.Delay.Before(p.now) {
		row.Time = m.Delay.UTC()
	}
	// Two ids that claim to be our archive's mean that one is forged.
	var ours []string
	for _, id := range m.StanzaIDs {
		if id.By == a.addr {
			ours = append(ours, id.ID)
		}
	}
	if len(ours) == 1 {
		row.StanzaID, row.StanzaBy = cut(ours[0], 1024), a.addr
	}
	return row
}

// announce says what has changed, after it has been committed.
func (a *account) announce(p *arrivals) {
	byConv := make(map[chat.ConvID][]chat.MsgID)
	for i, s := range p.stored {
		if s.Fresh {
			byConv[p.rows[i].Conv] = append(byConv[p.rows[i].Conv], s.ID)
		}
	}
	for conv, ids := range byConv {
		a.discovered(conv)
		a.publishMessages(conv, ids...)
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

// answer sends receipts, only now that the messages are stored, and only to
// contacts who may see whether we are here (XEP-0184 §8). A message that comes
// twice gets a second one: perhaps the first was lost with a connection.
func (a *account) answer(p *arrivals) {
	if !a.client.prefs.receipts.Load() {
		return
	}
	for i := range p.stored {
		m := p.sources[i].Message
		if !m.ReceiptRequest || m.ID == "" || p.rows[i].Direction == chat.Out || !a.seesUs(m.From.Bare()) {
			continue
		}
		receipt := xmpp.OutMessage{To: m.From, Type: m.Type, ID: newID(), ReceiptFor: m.ID}
		a.owe(outItem{stanza: xmpp.EncodeMessage(receipt), receipt: true})
	}
}

// maxOwed is how many receipts wait for a connection.
const maxOwed = 1000

// owe sends a receipt now or with the next session.
func (a *account) owe(receipts ...outItem) {
	for _, r := range receipts {
		switch {
		case a.session != nil:
			a.session.queue.put(r)
		case len(a.owed) < maxOwed:
			a.owed = append(a.owed, r)
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

// cut shortens s to at most n bytes, between two characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
