// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/otr"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

const (
	maxJobs = 4               // of an account that use the network at a time
	leaveIn = 5 * time.Second // for a goodbye that nothing holds up
)

// account is the actor of one account. Its goroutine (run) takes the mail in
// order and alone changes what stands below; others read under mu, ask through
// the methods that say so, or post an order.
type account struct {
	client *Client
	addr   chat.Address // bare
	number int64        // the accounts that were here before have lower ones
	log    *slog.Logger
	db     *store.DB
	box    *mailbox

	ctx    context.Context // ends with the actor
	cancel context.CancelFunc
	wg     sync.WaitGroup // the actor, its connection, its jobs
	jobs   chan struct{}  // one token a running job

	// What tests stand in for.
	addIncoming   func(ctx context.Context, account chat.Address, b store.Batch, top string) (store.Outcome, error)
	openGap       func(ctx context.Context, account chat.Address) (store.Gap, error)
	advanceStatus func(ctx context.Context, account chat.Address, changes []store.StatusChange) ([]store.StatusChanged, error)
	fetch         func(ctx context.Context, s *session, peer chat.Address, hash string) error
	archiveAgain  time.Duration
	bundleAgain   time.Duration
	aloneIn       time.Duration
	newOTRKey     func(io.Reader) (*otr.Key, error)
	clock         clock
	pulse         pulse

	changing sync.Mutex // held by commands that connect, disconnect or change the login
	paging   sync.Mutex // held while older messages are loaded
	sending  sync.Mutex // held from storing a message to posting it, so that both have one order

	// The actor's own.
	link       *link    // the goroutine that keeps us connected, if any
	again      bool     // asked to connect since the link began, or failed: do so once it has ended
	session    *session // the connection, once it may be used
	outbox     outbox
	late       []store.StatusChange   // that could not be stored
	lateAgain  bool                   // they will be tried again
	owed       []outItem              // receipts that wait for a session
	forgotten  time.Time              // when keys that are too old were last looked for
	pictures   map[chat.Address]claim // what this session said of pictures
	heldUp     *heldUp                // by a database that takes nothing; nil for not
	typingTime *time.Timer            // when a contact's typing has to end by itself
	ourTyping  map[chat.Address]chat.Typing
	omemo      omemoState
	bundles    int       // how our own are published: see shortBundle
	shortened  time.Time // when that last changed
	shorter    suspect   // whether they are published so for too long a stanza
	otr        otrState
	removing   bool                 // for good: its device goes off the lists and does not come back
	silent     bool                 // it is to be removed: nothing that waits is sent any more
	toTell     map[chat.ConvID]bool // conversations of which others shall know that they were read

	unlearned atomic.Int32 // sessions in a row that could not find out what the server can do

	mu       sync.Mutex // the actor writes under it, everybody reads under it
	rec      store.AccountRecord
	state    chat.AccountState
	err      *chat.Error
	catching bool     // catching up with the archive
	online   *session // session, for commands that ask the server something
	contacts map[chat.Address]chat.Contact
	live     map[chat.Address]*live
	known    map[chat.ConvID]struct{} // conversations that there are
	blocked  map[chat.Address]bool
	hidden   bool // the network has been away too long to say who is here
}

func (c *Client) newAccount(ctx context.Context, r store.AccountRecord) (*account, error) {
	a := &account{
		client: c, addr: r.Login.Address, number: c.added.Add(1), log: c.log, db: c.db, box: newMailbox(),
		jobs: make(chan struct{}, maxJobs), rec: r,
		contacts: make(map[chat.Address]chat.Contact), live: make(map[chat.Address]*live),
		known: make(map[chat.ConvID]struct{}), ourTyping: make(map[chat.Address]chat.Typing),
		toTell: make(map[chat.ConvID]bool), blocked: make(map[chat.Address]bool),
	}
	contacts, err := c.db.Contacts(ctx, a.addr)
	if err != nil {
		return nil, err
	}
	for _, contact := range contacts {
		contact.Asking = contact.Asking && contact.Subscription&chat.SubscriptionFrom == 0
		a.contacts[contact.Address] = contact
	}
	blocked, err := c.db.Blocked(ctx, a.addr)
	if err != nil {
		return nil, err
	}
	for _, addr := range blocked {
		a.blocked[addr] = true
	}
	a.addIncoming, a.openGap = c.db.Receive, c.db.OpenGap
	a.advanceStatus, a.fetch, a.archiveAgain = c.db.AdvanceStatus, a.fetchPicture, archiveAgain
	a.pulse = usualPulse
	a.clock, a.bundleAgain, a.aloneIn, a.newOTRKey = c.clock, bundleAgain, aloneIn, otr.NewKey
	a.omemo = newOMEMOState(nil)
	a.ctx, a.cancel = context.WithCancel(c.ctx)
	return a, nil
}

func (a *account) start() { a.wg.Go(a.run) }

// run is the actor.
func (a *account) run() {
	for {
		mail := a.box.take(a.ctx)
		if mail == nil {
			return
		}
		var page []inbound
		for _, m := range mail {
			in, isInbound := m.(inbound)
			if isInbound && in.Message != nil && len(page) < maxPage {
				page = append(page, in)
				continue
			}
			a.receive(a.ctx, page)
			if page = page[:0]; a.ctx.Err() != nil {
				return // what was not stored must not count as handled for what comes behind it
			}
			switch {
			case isInbound && in.Message != nil:
				page = append(page, in)
			case isInbound:
				a.receiveOther(a.ctx, in)
			default:
				m.(order)(a.ctx)
			}
		}
		a.receive(a.ctx, page)
		a.flushOutbox(a.ctx)
	}
}

// close says goodbye, ends the actor and waits for all its goroutines. An actor
// that is held up (a full disk) is ended without a goodbye. Any goroutine may call
// it.
func (a *account) close() {
	ctx, cancel := context.WithTimeout(a.ctx, leaveIn)
	defer cancel()
	a.hangUp(ctx)
	a.cancel()
	a.wg.Wait()
}

// hangUp disconnects and waits until that is done, or ctx ends. Any goroutine.
func (a *account) hangUp(ctx context.Context) {
	done := make(chan (<-chan struct{}), 1)
	a.box.post(func(context.Context) { done <- a.disconnect() })
	select {
	case ended := <-done:
		select {
		case <-ended:
		case <-ctx.Done():
		}
	case <-ctx.Done():
	case <-a.ctx.Done():
	}
}

// connect makes the account be connected. conn, if not nil, is a connection that
// exists already.
func (a *account) connect(conn *xmpp.Conn) {
	if a.state != chat.StateOnline {
		a.setState(chat.StateConnecting, nil)
	}
	if a.link != nil {
		a.again = true // if the link is about to end
		signal(a.link.kick)
		if conn != nil { // not reached: who brings a connection has waited for the end of the last
			a.wg.Go(func() { a.dispose(conn) })
		}
		return
	}
	stop, cancel := context.WithCancel(a.ctx)
	l := &link{account: a, stop: cancel, kick: make(chan struct{}, 1), ended: make(chan struct{})}
	a.link, a.again = l, false
	a.wg.Go(func() {
		l.run(stop, conn)
		cancel()
		a.box.post(func(context.Context) { a.linkEnded(l) })
	})
}

// disconnect begins to end the connection; the channel closes when it has ended.
func (a *account) disconnect() <-chan struct{} {
	a.again = false
	a.endTalks()
	if a.link == nil {
		a.setState(chat.StateOffline, nil)
		ended := make(chan struct{})
		close(ended)
		return ended
	}
	a.link.stop()
	return a.link.ended
}

func (a *account) linkEnded(l *link) {
	a.link = nil
	close(l.ended)
	if a.again && a.record().Enabled {
		a.connect(nil)
	}
}

// job runs do beside the actor, a few at a time. It may be called by the actor
// only; do posts what came of it.
func (a *account) job(do func(ctx context.Context)) {
	a.wg.Go(func() {
		select {
		case a.jobs <- struct{}{}:
		case <-a.ctx.Done():
			return
		}
		defer func() { <-a.jobs }()
		ctx, cancel := context.WithTimeout(a.ctx, askIn)
		defer cancel()
		do(ctx)
	})
}

func (a *account) setState(state chat.AccountState, err *chat.Error) {
	if err != nil {
		a.log.Info("account", "state", state.String(), "err", err)
	}
	a.mu.Lock()
	same := a.state == state && a.err == err
	a.state, a.err = state, err
	a.mu.Unlock()
	if !same {
		a.publish(chat.Event{Kind: chat.AccountChanged})
	}
}

// setCatchingUp says whether messages are being loaded from the archive. Any
// goroutine.
func (a *account) setCatchingUp(on bool) {
	a.mu.Lock()
	a.catching = on
	a.mu.Unlock()
	a.publish(chat.Event{Kind: chat.AccountChanged})
}

// publish fills in the account. Any goroutine.
func (a *account) publish(events ...chat.Event) {
	for i := range events {
		events[i].Account = a.addr
	}
	a.client.hub.publish(events...)
}

// snapshot is the account as it is now. Any goroutine.
func (a *account) snapshot() chat.Account {
	a.mu.Lock()
	defer a.mu.Unlock()
	return chat.Account{
		Login: a.rec.Login, Nick: a.rec.Nick, Avatar: a.rec.Avatar, Enabled: a.rec.Enabled,
		State: a.state, Error: a.err, CatchingUp: a.catching && a.online != nil,
	}
}

// record is what is stored of the account, without the password. Any goroutine.
func (a *account) record() store.AccountRecord {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.rec
}

func (a *account) edit(change func(*store.AccountRecord)) {
	a.mu.Lock()
	change(&a.rec)
	a.mu.Unlock()
	a.publish(chat.Event{Kind: chat.AccountChanged})
}
