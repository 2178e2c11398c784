// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// omemoState is what an account knows of keys besides what is stored. The actor's own.
type omemoState struct {
	own       *ownKeys // nil: not read yet
	begun     bool     // this session knows the account's own lists
	published bool     // and our bundles are where others look for them
	lists     map[deviceList]bool
	asking    map[chat.Address]bool           // somebody's keys are being fetched
	bundles   map[ratchet]omemo.Bundle        // fetched and checked, for sessions that begin
	barren    map[ratchet]time.Time           // no usable bundle, and when that was found out
	repairs   map[ratchet]time.Time           // sessions that were begun anew
	healed    map[omemo.Version]int           // how often this session has put its device on the list again
	healing   map[omemo.Version]bool          // it is about to do so
	news      map[omemo.Version]int           // how often it has heard of our own list
	dropped   map[uint32]bool                 // own devices that the person removes
	strange   map[chat.Address]bool           // whose lists had never been asked for: nothing of theirs is news
	unheard   map[chat.Address]unheard        // whose lists were asked for, and nobody answered
	ours      map[omemo.Version][]xmpp.Device // our own lists, as they were last heard of
}

// deviceList names a list of devices that this session has heard of.
type deviceList struct {
	owner   chat.Address
	version omemo.Version
}

const (
	maxAsked  = 3           // then what waits for a list has failed
	barrenFor = time.Minute // no bundle is asked for again in that time
	repairIn  = time.Hour   // nor a session begun anew
	maxHealed = 8           // of one session: another client may not want us
	maxFetch  = 64          // bundles fetched at once
)

var versions = []omemo.Version{omemo.V2, omemo.V03}

func newOMEMOState(own *ownKeys) omemoState {
	return omemoState{
		own: own, lists: make(map[deviceList]bool), asking: make(map[chat.Address]bool), bundles: make(map[ratchet]omemo.Bundle),
		barren: make(map[ratchet]time.Time), repairs: make(map[ratchet]time.Time), healed: make(map[omemo.Version]int),
		healing: make(map[omemo.Version]bool), news: make(map[omemo.Version]int),
		dropped: make(map[uint32]bool), strange: make(map[chat.Address]bool), unheard: make(map[chat.Address]unheard),
		ours: make(map[omemo.Version][]xmpp.Device),
	}
}

// beginOMEMO sees to it that others find this computer's keys, in a session that has
// just begun.
func (a *account) beginOMEMO(ctx context.Context, s *session) {
	a.omemo = newOMEMOState(a.omemo.own)
	if err := a.loadOwn(ctx); err != nil {
		a.log.Error("own keys", "err", chatError("read own keys", err))
		return
	}
	if !s.server.PublishOptions { // nobody could find our keys there; we may still find theirs
		a.omemo.begun = true
		return
	}
	a.job(func(ctx context.Context) {
		lists := make(map[omemo.Version][]xmpp.Device)
		for _, v := range versions {
			list, err := s.conn.FetchDevices(ctx, a.addr, xmpp.OMEMOVersion(v))
			if err != nil {
				a.log.Info("own devices", "err", chatError("fetch devices", err))
				if chat.KindOf(err) != chat.Rejected {
					continue
				}
			}
			lists[v] = list
		}
		a.box.post(func(ctx context.Context) {
			if a.session != s {
				return
			}
			a.omemo.begun = true
			for _, v := range versions {
				if list, ok := lists[v]; ok && !a.omemo.lists[deviceList{a.addr, v}] {
					a.devicesCame(ctx, s, xmpp.DeviceNews{Version: xmpp.OMEMOVersion(v), Owner: a.addr, Devices: list})
				}
			}
			a.releaseHeld()
			// The bundles first: who sees a device on the list asks for them.
			a.publishBundles(ctx, s, func(context.Context) {
				for v := range a.omemo.ours {
					a.stayListed(s, v)
				}
			})
		})
	})
}

// devicesCame: an account has these devices now, and no other.
func (a *account) devicesCame(ctx context.Context, s *session, n xmpp.DeviceNews) {
	v := omemo.Version(n.Version)
	name := deviceList{n.Owner, v}
	a.omemo.lists[name] = true
	rows := make([]store.Device, len(n.Devices))
	for i, d := range n.Devices {
		rows[i] = store.Device{ID: d.ID, Label: a.goodLabel(ctx, n.Owner, d)}
	}
	changed, err := a.db.SetDevices(ctx, a.addr, n.Owner, int(v), rows, len(rows) > 0, time.Now().UTC())
	if err != nil {
		a.log.Error("store devices", "err", chatError("store devices", err))
		return
	}
	if changed.First {
		a.omemo.strange[n.Owner] = true
	}
	if n.Owner == a.addr {
		a.omemo.ours[v] = n.Devices
		a.omemo.news[v]++
		if a.omemo.published {
			a.stayListed(s, v)
		}
	}
	for id := range a.omemo.barren { // it has something to say about them
		if id.owner == n.Owner {
			delete(a.omemo.barren, id)
		}
	}
	if len(changed.Added)+len(changed.Removed) > 0 {
		a.publishTrust(n.Owner)
		if n.Owner == a.addr || a.talks(ctx, n.Owner) {
			a.fetchKeys(ctx, s, n.Owner)
		}
	}
}

// goodLabel is what an owner calls a device, if the device's key has signed it.
func (a *account) goodLabel(ctx context.Context, owner chat.Address, d xmpp.Device) string {
	if d.Label == "" {
		return ""
	}
	keys, err := a.db.Keys(ctx, a.addr, owner)
	if err != nil {
		return ""
	}
	for _, k := range keys {
		if key, ok := identityKeyOf(k); ok && k.Device == d.ID && key.CheckLabel(d.Label, d.LabelSig) {
			return d.Label
		}
	}
	return ""
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
	if time.Since(a.omemo.unheard[owner].last) < barrenFor {
		return false
	}
	var lists []omemo.Version
	for _, v := range versions {
		if !a.omemo.lists[deviceList{owner, v}] {
			lists = append(lists, v)
		}
	}
	if len(lists) > 0 {
		a.omemo.asking[owner] = true
		a.job(func(ctx context.Context) { a.fetchLists(ctx, s, owner, lists) })
		return true
	}
	wanted, err := a.missingBundles(ctx, owner)
	if err != nil {
		a.log.Error("keys", "err", chatError("read keys", err))
	}
	if len(wanted) == 0 {
		return false
	}
	a.omemo.asking[owner] = true
	a.job(func(ctx context.Context) { a.fetchBundles(ctx, s, owner, wanted[:min(len(wanted), maxFetch)]) })
	return true
}

// fetchLists is a job.
func (a *account) fetchLists(ctx context.Context, s *session, owner chat.Address, wanted []omemo.Version) {
	news := make(map[omemo.Version]*xmpp.DeviceNews)
	silent := false
	for _, v := range wanted {
		list, err := s.conn.FetchDevices(ctx, owner, xmpp.OMEMOVersion(v))
		if err != nil {
			// What was known of it stays: that is not an account without devices.
			a.log.Info("devices", "err", chatError("fetch devices", err))
			if chat.KindOf(err) == chat.Rejected || a.heardOf(ctx, owner, v) {
				news[v] = nil
			} else {
				silent = true // nor is it an answer
			}
			continue
		}
		news[v] = &xmpp.DeviceNews{Version: xmpp.OMEMOVersion(v), Owner: owner, Devices: list}
	}
	a.box.post(func(ctx context.Context) {
		if a.session != s {
			return
		}
		delete(a.omemo.asking, owner)
		a.omemo.unheard[owner] = a.omemo.unheard[owner].again(silent)
		for v, n := range news {
			if a.omemo.lists[deviceList{owner, v}] {
				continue // news of it has come meanwhile, and is newer
			}
			a.omemo.lists[deviceList{owner, v}] = true
			if n != nil {
				a.devicesCame(ctx, s, *n)
			}
		}
		a.fetchKeys(ctx, s, owner)
		a.releaseHeld()
	})
}

// missingBundles are the devices of an owner with which no session can be begun yet,
// and those whose key nobody knows.
func (a *account) missingBundles(ctx context.Context, owner chat.Address) ([]ratchet, error) {
	devices, err := a.db.Devices(ctx, a.addr, owner)
	if err != nil {
		return nil, err
	}
	sessions, err := a.db.Sessions(ctx, a.addr, owner)
	if err != nil {
		return nil, err
	}
	have := make(map[ratchet]bool, len(sessions))
	for _, s := range sessions {
		clear(s.Data)
		have[ratchet{owner, s.Device, omemo.Version(s.Version)}] = true
	}
	modern := make(map[uint32]bool)
	for _, d := range devices {
		if d.Listed && omemo.Version(d.Version) == omemo.V2 {
			modern[d.ID] = true
		}
	}
	var wanted []ratchet
	for _, d := range devices {
		id := ratchet{owner, d.ID, omemo.Version(d.Version)}
		_, fetched := a.omemo.bundles[id]
		switch {
		case !d.Listed, owner == a.addr && d.ID == a.omemo.own.device:
		case have[id] && d.Fingerprint != "", fetched:
		case modern[d.ID] && id.version == omemo.V03: // it gets its messages in the other format
		case time.Since(a.omemo.barren[id]) < barrenFor:
		default:
			wanted = append(wanted, id)
		}
	}
	return wanted, nil
}

// fetchBundles is a job.
func (a *account) fetchBundles(ctx context.Context, s *session, owner chat.Address, wanted []ratchet) {
	got := make(map[ratchet]omemo.Bundle)
	for _, id := range wanted {
		bundle, err := fetchBundle(ctx, s, id)
		if err != nil {
			a.log.Info("bundle", "err", chatError("fetch bundle", err))
			continue
		}
		got[id] = bundle
	}
	a.box.post(func(ctx context.Context) {
		if a.session != s {
			return
		}
		delete(a.omemo.asking, owner)
		a.bundlesCame(ctx, owner, wanted, got)
		a.fetchKeys(ctx, s, owner)
		a.releaseHeld()
	})
}

// bundlesCame keeps bundles for the sessions that begin with them, and their keys.
func (a *account) bundlesCame(ctx context.Context, owner chat.Address, wanted []ratchet, got map[ratchet]omemo.Bundle) {
	r := a.newRatchets()
	conv := chat.ConvID{Account: a.addr, Peer: owner}
	if !a.talks(ctx, owner) && owner != a.addr {
		conv = chat.ConvID{} // nobody has spoken yet: nothing is news
	}
	var changes store.KeyChanges
	var notices []store.Notice
	for _, id := range wanted {
		b, ok := got[id]
		if !ok {
			a.omemo.barren[id] = time.Now()
			continue
		}
		key, err := b.IdentityKey()
		if err != nil {
			continue
		}
		a.omemo.bundles[id] = b
		seen := store.SeenKey{Owner: owner, Fingerprint: key.Fingerprint(), Device: id.device, Version: int(id.version)}
		if k, fresh := a.appear(ctx, r, id, key.Fingerprint(), conv, a.omemo.strange[owner], &notices); fresh {
			seen.Trust, seen.By = k.Trust, k.By
		}
		changes.Seen = append(changes.Seen, seen)
	}
	if err := a.db.SaveKeys(ctx, a.addr, changes); err != nil {
		a.log.Error("keys", "err", chatError("store keys", err))
		return
	}
	delete(a.omemo.strange, owner)
	a.tell(ctx, notices)
	a.publishTrust(owner)
}
