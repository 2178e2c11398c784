// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// Limits of what goes out. Servers end the stream over a longer element, and a
// message that did so would do it for ever.
const (
	MaxBody       = 64 << 10 // bytes of a message's text
	maxStanza     = 128 << 10
	outboxAgainIn = 2 * time.Second
	sentEvery     = 50 * time.Millisecond
)

// outbox is what of the database's outbox is on its way. The database is the
// truth: a row that is Queued there is sent, in order, over this session or the
// next, always with the same bytes.
type outbox struct {
	allowed bool                // the session may send: what was sent before it is known
	open    bool                // rows may be handed to the session
	upTo    chat.MsgID          // rows up to here were read when it opened
	next    []store.Outgoing    // to be given to the session at the end of the actor's round
	handed  map[chat.MsgID]bool // next (false), or given to the session and not confirmed yet (true)
	held    []store.Outgoing    // wait for keys, in order
	again   map[chat.MsgID]bool // of those that were given: refused since, and to be sent once more
	suspect suspect
}

// given is the first message that is with the session; 0 for none.
func (o *outbox) given() (first chat.MsgID) {
	for id, given := range o.handed {
		if given && (first == 0 || id < first) {
			first = id
		}
	}
	return first
}

// SendText stores a message, and sends it as soon as the account is connected.
// The id is that of the stored row. The error is of kind Input with CodeEmpty or
// CodeTooLarge, or of kind Storage.
func (c *Client) SendText(ctx context.Context, conv chat.ConvID, body string, o chat.SendOptions) (chat.MsgID, error) {
	const op = "send message"
	a, conv, err := c.conversationAccount(op, conv)
	if err != nil {
		return 0, err
	}
	if body, err = checkBody(op, body); err != nil {
		return 0, err
	}
	o.OriginID = cleanBody(o.OriginID)
	switch {
	case len(o.OriginID) > 128:
		return 0, failed(chat.Input, op, chat.CodeTooLarge, nil)
	case o.OriginID == "":
		o.OriginID = newID()
	}
	row := store.Outgoing{Conv: conv, Body: body, OriginID: o.OriginID, Time: time.Now().UTC(), Markable: true, Encryption: o.Encryption}
	if o.ReplyTo != 0 {
		if err := c.belongs(ctx, op, conv, o.ReplyTo); err != nil {
			return 0, err
		}
		names, err := c.db.Names(ctx, o.ReplyTo)
		if err != nil {
			return 0, asError(op, err)
		}
		row.ReplyTo = names.Name()
	}
	if row.Encryption, err = a.promise(ctx, conv, o.Encryption); err != nil {
		return 0, asError(op, err)
	}
	m, fresh, err := a.storeOutgoing(ctx, row)
	if err != nil {
		return 0, asError(op, err)
	}
	if fresh {
		a.publishMessages(conv, m.ID)
	}
	return m.ID, nil
}

// storeOutgoing stores a row and tells the actor. Any goroutine.
func (a *account) storeOutgoing(ctx context.Context, row store.Outgoing) (chat.Message, bool, error) {
	a.sending.Lock()
	defer a.sending.Unlock()
	m, fresh, err := a.db.Queue(ctx, row)
	if err != nil || !fresh {
		return m, false, err
	}
	a.discovered(row.Conv)
	row.ID = m.ID
	a.box.post(func(context.Context) {
		delete(a.ourTyping, row.Conv.Peer)
		a.handNew(row)
	})
	return m, true, nil
}

// handNew puts a row that has just been stored among those that go next, unless it
// has been read from the database already.
func (a *account) handNew(row store.Outgoing) {
	if a.outbox.open && row.ID > a.outbox.upTo {
		a.hand(row)
	}
}

// openOutbox lets messages go over a session.
func (a *account) openOutbox(ctx context.Context, s *session) {
	if a.session == s && !a.outbox.allowed && !a.silent {
		a.outbox.allowed = true
		a.fillOutbox(ctx)
		for _, t := range a.otr.talks {
			a.sendAgain(ctx, t)
			for _, side := range t.sides {
				a.missedLater(t, side)
			}
		}
	}
}

// Sent waits until nothing of an account waits to be sent.
func (c *Client) Sent(ctx context.Context, account chat.Address) error {
	const op = "send"
	a, err := c.account(op, account)
	if err != nil {
		return err
	}
	return asError(op, until(ctx, func() (bool, error) {
		rows, err := c.db.Outbox(ctx, a.addr)
		return len(rows) == 0, err
	}))
}

// until looks every now and then whether something is done.
func until(ctx context.Context, done func() (bool, error)) error {
	look := time.NewTicker(sentEvery)
	defer look.Stop()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fillOutbox takes up all queued rows, those that are not on their way.
func (a *account) fillOutbox(ctx context.Context) {
	if a.session == nil || !a.outbox.allowed {
		return
	}
	rows, err := a.db.Outbox(ctx, a.addr)
	if err != nil {
		a.outboxStalled(err)
		return
	}
	if a.outbox.handed == nil {
		a.outbox.handed, a.outbox.again = make(map[chat.MsgID]bool), make(map[chat.MsgID]bool)
	}
	a.outbox.open = true
	over := make(map[chat.MsgID]bool) // and the database could not be told so
	for _, change := range a.late {
		over[change.ID] = true
	}
	for _, row := range rows {
		a.outbox.upTo = max(a.outbox.upTo, row.ID)
		if !over[row.ID] {
			a.hand(row)
		}
	}
}

// hand puts a row among those that go next.
func (a *account) hand(row store.Outgoing) {
	if _, handed := a.outbox.handed[row.ID]; !handed {
		a.outbox.handed[row.ID] = false
		a.outbox.next = append(a.outbox.next, row)
	}
}

// forget takes messages that the person deletes out of what waits to be written.
// Any goroutine.
func (a *account) forget(which func(chat.MsgID, chat.ConvID) bool) {
	a.box.post(func(context.Context) {
		gone := func(row store.Outgoing) bool {
			if !which(row.ID, row.Conv) {
				return false
			}
			delete(a.outbox.handed, row.ID)
			return true
		}
		a.outbox.next = slices.DeleteFunc(a.outbox.next, gone)
		a.outbox.held = slices.DeleteFunc(a.outbox.held, gone)
		if a.session != nil {
			a.session.queue.drop(func(i outItem) bool { return gone(store.Outgoing{ID: i.id, Conv: i.conv}) })
		}
	})
}

// outboxStalled stops sending until the database can be read again: to go on
// would put later messages before earlier ones.
func (a *account) outboxStalled(err error) {
	a.log.Error("outbox", "err", chatError("read outbox", err))
	for _, row := range slices.Concat(a.outbox.next, a.outbox.held) {
		delete(a.outbox.handed, row.ID)
	}
	a.outbox.open, a.outbox.next, a.outbox.held = false, nil, nil
	time.AfterFunc(outboxAgainIn, func() { a.box.post(a.fillOutbox) })
}

// confirmed: the server has these messages.
func (a *account) confirmed(ctx context.Context, ids []chat.MsgID) {
	changes := make([]store.StatusChange, 0, len(ids))
	again := false
	for _, id := range ids {
		delete(a.outbox.handed, id)
		a.outbox.suspect.acquit(id)
		if a.outbox.again[id] {
			delete(a.outbox.again, id)
			again = true
			continue
		}
		changes = append(changes, store.StatusChange{ID: id, Status: chat.Sent})
	}
	a.advance(ctx, changes)
	if again {
		a.fillOutbox(ctx)
	}
}

// maxLate is how many changes of a status wait for a database that takes none.
const maxLate = 10_000

// advance stores how far messages have come and says so. What can not be stored is
// tried again.
func (a *account) advance(ctx context.Context, changes []store.StatusChange) {
	changes = append(a.late, changes...)
	a.late = nil
	if len(changes) == 0 {
		return
	}
	changed, err := a.advanceStatus(ctx, a.addr, changes)
	if err != nil {
		a.log.Error("status", "err", chatError("store status", err))
		if a.late = changes[max(0, len(changes)-maxLate):]; !a.lateAgain {
			a.lateAgain = true
			time.AfterFunc(outboxAgainIn, func() {
				a.box.post(func(ctx context.Context) {
					a.lateAgain = false
					a.advance(ctx, nil)
				})
			})
		}
		return
	}
	a.receiptsCame(changed)
	byConv := make(map[chat.ConvID][]chat.MsgID)
	for _, ch := range changed {
		byConv[ch.Conv] = append(byConv[ch.Conv], ch.ID)
	}
	for conv, ids := range byConv {
		a.publishMessages(conv, ids...)
	}
}

// newID makes an id for a stanza: 130 random bits.
func newID() string { return rand.Text() }

// cleanBody is a text as it can travel: UTF-8, lines ending in \n, and of characters
// that XML can not hold (XML 1.0 §2.2) what stands for them on the wire.
func cleanBody(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return '\uFFFD'
		}
		return r
	}, s)
}
