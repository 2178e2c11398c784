// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// omemoState is what an account knows of keys besides what is stored. The actor's own.
type omemoState struct {
	own                     *ownKeys                        // nil: not read yet
	keyless                 bool                            // own keys are there and can not be read
	begun                   bool                            // this session knows the account's own lists
	published               bool                            // and our bundles are where others look for them
	publishing, unpublished bool                            // bundles are being published; and have changed since
	thens                   []order                         // wait for that
	lists                   map[deviceList]listState        // what this session knows of each
	asking                  map[chat.Address]bool           // somebody's keys are being fetched
	bundles                 map[ratchet]fetchedBundle       // checked, for sessions that begin
	barren                  map[ratchet]barren              // no usable bundle
	renewed                 map[chat.Address]time.Time      // when what is barren of theirs was last given another try
	remote                  map[ratchet]chat.Fingerprint    // of whom the stored sessions are
	repairs                 map[ratchet]time.Time           // sessions that were begun anew
	mending                 map[chat.Address]bool           // one of theirs is being begun anew
	late                    map[ratchet]bool                // of key exchanges out of the archive, which are answered after it
	healing                 map[omemo.Version]bool          // it is about to put its device on the list
	healed                  map[omemo.Version]int           // how often this session has put its device on the list again
	dropped                 map[uint32]bool                 // own devices that the person removes
	strange                 map[chat.Address]firstLists     // of whom no key was known
	tells                   map[chat.Address]bool           // whose changes come by themselves: one has
	unproven                map[chat.Address][]xmpp.Device  // devices with labels that no key that is known has signed
	asked                   map[chat.Address]time.Time      // when the lists were last fetched
	ours                    map[omemo.Version][]xmpp.Device // our own lists, as they were last heard of
	unlisted                map[chat.Address]time.Time      // when a device of theirs last wrote that is on no list
	held                    map[chat.Address]bool           // what a device of theirs said is held back, and their lists have not been asked for since
	waiting                 map[chat.Address]time.Time      // since when messages to them wait for keys
	announced               map[decided]*announcement       // what other devices are being told
	unannounced             bool                            // some of it waits for keys
	tired                   map[chat.Address]time.Time      // when a message to them had waited for all of their devices
	waking                  bool                            // what waits is looked at again in a moment
	looked                  time.Time                       // when what is published of our own keys was last looked at
	looking                 bool                            // that is being done
	touched                 bool                            // somebody has changed something of it since
	soon                    bool                            // so it is looked at soon
}

const (
	bundleAgain = 3 * time.Second  // a bundle that is not there is asked for once more,
	barrenFor   = 10 * time.Second // and then not again in that time, and twice as long each time
	barrenMax   = time.Hour        // to so long
	repairIn    = time.Hour        // nor a session begun anew
	maxAfter    = 1000             // sessions are answered after the archive was read
	maxHealed   = 8                // of one session: another client may not want us
	maxFetch    = 32               // bundles of an owner in one round
	bundleIn    = 10 * time.Second // for one bundle
	sideBy      = 4                // bundles asked for at the same time
)

var versions = []omemo.Version{omemo.V2, omemo.V03}

func newOMEMOState(own *ownKeys) omemoState {
	return omemoState{
		own: own, lists: make(map[deviceList]listState), asking: make(map[chat.Address]bool), bundles: make(map[ratchet]fetchedBundle),
		barren: make(map[ratchet]barren), remote: make(map[ratchet]chat.Fingerprint), repairs: make(map[ratchet]time.Time), healed: make(map[omemo.Version]int),
		renewed: make(map[chat.Address]time.Time),
		mending: make(map[chat.Address]bool), late: make(map[ratchet]bool), healing: make(map[omemo.Version]bool),
		dropped: make(map[uint32]bool), strange: make(map[chat.Address]firstLists),
		tells: make(map[chat.Address]bool), asked: make(map[chat.Address]time.Time),
		ours: make(map[omemo.Version][]xmpp.Device), held: make(map[chat.Address]bool), unproven: make(map[chat.Address][]xmpp.Device),
		unlisted: make(map[chat.Address]time.Time), waiting: make(map[chat.Address]time.Time),
		announced: make(map[decided]*announcement), tired: make(map[chat.Address]time.Time),
	}
}

// ownKeysAgain is when own keys are read again that the database could not give.
const ownKeysAgain = 5 * time.Second

// beginOMEMO sees to it that others find this computer's keys, in a session that has
// just begun.
func (a *account) beginOMEMO(ctx context.Context, s *session) {
	held, late := a.omemo.held, a.omemo.late
	a.omemo = newOMEMOState(a.omemo.own)
	a.omemo.late = late // what the archive of before had is not read again
	for owner := range held {
		a.lookForHeld(s, owner)
	}
	if err := a.loadOwn(ctx); err != nil {
		a.log.Error("own keys", "err", chatError("read own keys", err))
		var said *chat.Error
		if errors.As(err, &said) && said.Code != chat.CodeDamaged { // the database is busy or full: they are there, and what is to be sent waits
			a.clock.after(ownKeysAgain, func() {
				a.box.post(func(ctx context.Context) {
					if a.session == s {
						a.beginOMEMO(ctx, s)
					}
				})
			})
			return
		}
		a.omemo.keyless = true
		a.releaseHeld()
		return
	}
	a.dropAbandoned(ctx)
	if !s.server.PublishOptions { // nobody could find our keys there; we may still find theirs
		a.omemo.begun = true
		a.announceUntold(ctx)
		return
	}
	// The bundles first: who sees a device on the list asks for them. And nothing is
	// sent before: it would come from a device of which nobody knows.
	a.lookAtOwn(s, func(ctx context.Context) {
		a.listOwn(ctx, s)
		a.announceUntold(ctx)
	})
}

// devicesCame: an account has these devices now, and no other.
func (a *account) devicesCame(ctx context.Context, s *session, n xmpp.DeviceNews) {
	v := omemo.Version(n.Version)
	name := deviceList{n.Owner, v}
	a.omemo.lists[name] = listState{at: time.Now(), heard: a.omemo.lists[name].heard + 1}
	var labels map[uint32]string
	if v == omemo.V2 { // the other has none
		labels = a.goodLabels(ctx, n.Owner, n.Devices)
	}
	rows := make([]store.Device, len(n.Devices))
	for i, d := range n.Devices {
		rows[i] = store.Device{ID: d.ID, Label: labels[d.ID]}
	}
	changed, err := a.db.SetDevices(ctx, a.addr, n.Owner, int(v), rows, len(rows) > 0, time.Now().UTC())
	if err != nil {
		a.log.Error("store devices", "err", chatError("store devices", err))
		return
	}
	if changed.First {
		a.firstList(ctx, n, changed.Met)
	}
	a.nowListed(ctx, n.Owner, changed.Met)
	a.revealed(changed.Revealed)
	if n.Owner == a.addr {
		a.omemo.ours[v] = n.Devices
		if a.omemo.published {
			a.stayListed(s, v, func() {})
		}
	}
	a.tryBarren(n.Owner)
	if len(changed.Added) > 0 {
		delete(a.omemo.tired, n.Owner)
	}
	if len(changed.Added)+len(changed.Removed) > 0 {
		a.publishTrust(n.Owner)
		if n.Owner == a.addr || a.talks(ctx, n.Owner) {
			a.fetchKeys(ctx, s, n.Owner)
		}
	}
}

// talks says whether keys of an owner are of use before a message is written.
func (a *account) talks(ctx context.Context, owner chat.Address) bool {
	s, err := a.db.EncryptionSettings(ctx, chat.ConvID{Account: a.addr, Peer: owner})
	return err == nil && s.Used
}

// fetchKeys fetches what is missing of an owner's lists and bundles; what waits for it
// goes on afterwards. It says whether anything is missing.
func (a *account) fetchKeys(ctx context.Context, s *session, owner chat.Address) (missing bool) {
	if a.omemo.asking[owner] {
		return true
	}
	var lists []omemo.Version
	for _, v := range versions {
		if a.listStale(owner, v) {
			lists = append(lists, v)
		}
	}
	if len(lists) > 0 {
		a.omemo.asking[owner] = true
		a.omemo.asked[owner] = time.Now()
		a.fetchLists(s, owner, lists)
		return true
	}
	wanted, err := a.missingBundles(ctx, owner)
	if err != nil {
		a.log.Error("keys", "err", chatError("read keys", err))
	}
	if len(wanted) == 0 {
		delete(a.omemo.strange, owner)
		return false
	}
	a.omemo.asking[owner] = true
	a.job(func(ctx context.Context) { a.fetchBundles(ctx, s, owner, wanted) })
	return true
}
