// SPDX-License-Identifier: MPL-2.0

package core

import (
	"cmp"
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
)

// missingBundles are the devices of an owner that the next round asks for: with which no session
// can be begun yet, or whose key nobody knows. First those that have failed the fewest times.
func (a *account) missingBundles(ctx context.Context, owner chat.Address) ([]ratchet, error) {
	devices, err := a.db.Devices(ctx, a.addr, owner)
	if err != nil {
		return nil, err
	}
	sessions, err := a.db.Sessions(ctx, a.addr, owner)
	if err != nil {
		return nil, err
	}
	have := make(map[ratchet]chat.Fingerprint, len(sessions))
	for _, s := range sessions {
		id := ratchet{owner, s.Device, omemo.Version(s.Version)}
		have[id] = a.remoteOf(id, s)
		clear(s.Data)
	}
	locks := a.client.held()
	devices = slices.DeleteFunc(devices, func(d store.Device) bool { return !d.Listed || !locks.allowsFormat(omemo.Version(d.Version)) })
	slices.SortStableFunc(devices, func(a, b store.Device) int { return b.Seen.Compare(a.Seen) })
	modern := make(map[uint32]bool)
	for _, d := range devices {
		if id := (ratchet{owner, d.ID, omemo.V2}); omemo.Version(d.Version) == omemo.V2 && (have[id] != "" || a.omemo.barren[id].lack == unsaid) {
			modern[d.ID] = true
		}
	}
	var wanted []ratchet
	for _, d := range devices {
		id := ratchet{owner, d.ID, omemo.Version(d.Version)}
		fetched := a.hasBundle(id)
		switch {
		case owner == a.addr && d.ID == a.omemo.own.device:
		case d.Fingerprint != "" && have[id] == d.Fingerprint, fetched:
		case modern[d.ID] && id.version == omemo.V03: // it gets its messages in the other format
		case a.omemo.barren[id].rests():
		default:
			wanted = append(wanted, id)
		}
	}
	slices.SortStableFunc(wanted, func(x, y ratchet) int { return cmp.Compare(a.omemo.barren[x].tries, a.omemo.barren[y].tries) })
	return wanted[:min(len(wanted), maxFetch)], nil
}

// remoteOf is for whom a stored session can be used; "" where it can not be read or is
// broken.
func (a *account) remoteOf(id ratchet, row store.Session) chat.Fingerprint {
	if f, ok := a.omemo.remote[id]; ok {
		return f
	}
	s, err := omemo.ParseSession(row.Data)
	if err != nil {
		return ""
	}
	f := usableFor(s)
	a.omemo.remote[id] = f
	return f
}

// usableFor is whose session it is; "" for nobody's, if it is broken: a new one needs a
// bundle.
func usableFor(s *omemo.Session) chat.Fingerprint {
	if s.Broken() {
		return ""
	}
	return s.Remote().Fingerprint()
}

// lack is why there is no bundle of a device.
type lack int

const (
	unsaid  lack = iota // nobody could say
	absent              // it is not there, or not yet: many programs publish it after their list
	useless             // it is not for us, or could not be used
)

// lackOf is what an answer without a bundle says.
func lackOf(err error) lack {
	switch {
	case chat.KindOf(err) == chat.Rejected && chat.CodeOf(err) == chat.CodeNotFound:
		return absent
	case saysNone(err) || chat.KindOf(err) == chat.EncryptionFailed:
		return useless
	}
	return unsaid
}

// bundleAnswers are what servers said of devices' bundles.
type bundleAnswers struct {
	mu   sync.Mutex
	ids  []ratchet // that have been answered, or not in time
	got  map[ratchet]omemo.Bundle
	lack map[ratchet]lack
}

func (b *bundleAnswers) add(id ratchet, bundle omemo.Bundle, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ids == nil {
		b.got, b.lack = make(map[ratchet]omemo.Bundle), make(map[ratchet]lack)
	}
	b.ids = append(b.ids, id)
	if err == nil {
		b.got[id] = bundle
	} else {
		b.lack[id] = lackOf(err)
	}
}

// take are the answers since the last time.
func (b *bundleAnswers) take() (ids []ratchet, got map[ratchet]omemo.Bundle, lacks map[ratchet]lack) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ids, got, lacks = b.ids, b.got, b.lack
	b.ids, b.got, b.lack = nil, nil, nil
	return ids, got, lacks
}

// fetchBundles is a job. Devices of which a server says nothing hold up the others for a
// moment only: what has come by then is handed on.
func (a *account) fetchBundles(ctx context.Context, s *session, owner chat.Address, wanted []ratchet) {
	var answers bundleAnswers
	hand := func(last bool) {
		ids, got, lacks := answers.take()
		a.box.post(func(ctx context.Context) {
			if a.session != s {
				return
			}
			a.bundlesCame(ctx, owner, ids, got, lacks)
			if last {
				delete(a.omemo.asking, owner)
				a.fetchKeys(ctx, s, owner)
			}
			a.releaseHeld()
			a.announceWaiting(ctx)
		})
	}
	early := time.AfterFunc(lookAgain, func() { hand(false) })
	a.askBundles(ctx, s, wanted, &answers)
	early.Stop()
	hand(true)
}

// askBundles asks for bundles and waits for the answers. Any goroutine but the actor.
func (a *account) askBundles(ctx context.Context, s *session, wanted []ratchet, answers *bundleAnswers) {
	var asking sync.WaitGroup
	next := make(chan ratchet, len(wanted))
	for _, id := range wanted {
		next <- id
	}
	close(next)
	for range min(sideBy, len(wanted)) {
		asking.Go(func() {
			for id := range next {
				one, cancel := context.WithTimeout(ctx, bundleIn)
				bundle, err := fetchBundle(one, s, id)
				cancel()
				answers.add(id, bundle, err)
				if err != nil {
					a.log.Info("bundle", "err", chatError("fetch bundle", err))
				}
			}
		})
	}
	asking.Wait()
}

// bundlesCame keeps bundles for the sessions that begin with them, and their keys.
func (a *account) bundlesCame(ctx context.Context, owner chat.Address, wanted []ratchet, got map[ratchet]omemo.Bundle, lacks map[ratchet]lack) {
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
			a.isBarren(id, lacks[id])
			continue
		}
		key, err := b.IdentityKey()
		if err != nil || id.version == omemo.V03 && a.hasOtherKey(ctx, id, key.Fingerprint()) {
			a.isBarren(id, useless)
			continue
		}
		delete(a.omemo.barren, id)
		a.keepBundle(id, b)
		seen := store.SeenKey{Owner: owner, Fingerprint: key.Fingerprint(), Device: id.device, Version: int(id.version)}
		if k, fresh := a.appear(ctx, r, id, key.Fingerprint(), appearance{conv: conv}, &notices); fresh {
			seen.Trust, seen.By = k.Trust, k.By
		}
		changes.Seen = append(changes.Seen, seen)
	}
	if err := a.db.SaveKeys(ctx, a.addr, changes); err != nil {
		a.log.Error("keys", "err", chatError("store keys", err))
		return
	}
	a.followLater(ctx)
	a.proveLabels(ctx, owner)
	a.tell(ctx, notices)
	a.publishTrust(owner)
	a.lookOnceMore(owner, wanted)
}

// hasOtherKey says whether a device is known by another key than this one in the new
// format: the old one does not take its place.
func (a *account) hasOtherKey(ctx context.Context, id ratchet, f chat.Fingerprint) bool {
	devices, err := a.db.Devices(ctx, a.addr, id.owner)
	return err != nil || slices.ContainsFunc(devices, func(d store.Device) bool {
		return d.ID == id.device && omemo.Version(d.Version) == omemo.V2 && d.Listed && d.Fingerprint != "" && d.Fingerprint != f
	})
}

// barrenLooks is how often a bundle that is not there is looked for without anybody
// needing it: it is put there a moment after its device is put on the list, or was lost
// and is published again.
const barrenLooks = 4

// lookOnceMore has bundles of an owner asked for again that were not there, when their
// time has come.
func (a *account) lookOnceMore(owner chat.Address, wanted []ratchet) {
	var at time.Time
	for _, id := range wanted {
		if b, ok := a.omemo.barren[id]; ok && b.tries <= barrenLooks && b.until.After(at) {
			at = b.until
		}
	}
	s := a.session
	if at.IsZero() || owner != a.addr && !a.contacts[owner].Listed {
		return
	}
	time.AfterFunc(time.Until(at), func() {
		a.box.post(func(ctx context.Context) {
			if a.session == s {
				a.fetchKeys(ctx, s, owner)
			}
		})
	})
}

// barren is a device without a bundle that could be used.
type barren struct {
	at    time.Time // when that was found out
	until time.Time // it is not asked for before,
	early bool      // unless its owner has said something since
	tries int       // without those that were early
	lack  lack
}

// rests says that it is not asked for now.
func (b barren) rests() bool { return !b.early && time.Now().Before(b.until) }

// final says that a message of a time need not wait for a bundle: it was not there when
// it was looked for once more, or there was none for us since, and it will not be asked
// for soon.
func (b barren) final(written time.Time) bool {
	switch b.lack {
	case absent:
		return b.tries > 1
	case useless:
		return !written.After(b.at) || time.Until(b.until) > waitForKey
	}
	return false
}

// isBarren: a device has no bundle that could be used. A look that was early does not
// take the place of the next one.
func (a *account) isBarren(id ratchet, why lack) {
	delete(a.omemo.bundles, id)
	now, b := time.Now(), a.omemo.barren[id]
	if b.at, b.lack = now, why; !b.early || !now.Before(b.until) {
		wait := a.bundleAgain
		if b.tries > 0 {
			wait = min(barrenFor<<min(b.tries-1, 16), barrenMax)
		}
		b.until, b.tries = now.Add(wait), b.tries+1
	}
	b.early = false
	a.omemo.barren[id] = b
}

// tryBarren: an owner says something about its devices. Perhaps there is a bundle now
// where there was none; but who says so all the time is not asked all the time.
func (a *account) tryBarren(owner chat.Address) {
	if time.Since(a.omemo.renewed[owner]) < barrenFor {
		return
	}
	for id, b := range a.omemo.barren {
		if id.owner == owner {
			a.omemo.renewed[owner] = time.Now()
			b.early = true
			a.omemo.barren[id] = b
		}
	}
}

// forgetBarren has all bundles of an owner asked for once more that were not there.
func (a *account) forgetBarren(owner chat.Address) {
	maps.DeleteFunc(a.omemo.barren, func(id ratchet, _ barren) bool { return id.owner == owner })
}

// fetchedBundle is a bundle, and when it was fetched.
type fetchedBundle struct {
	omemo.Bundle
	at time.Time
}

// bundleFor is how long a bundle that was fetched is good: its owner goes on making new
// ones (XEP-0384 §5.3.2).
const bundleFor = time.Hour

// keepBundle keeps a bundle for the session that begins with it, which needs one of
// its prekeys.
func (a *account) keepBundle(id ratchet, b omemo.Bundle) {
	if n := len(b.Prekeys); n > 1 {
		b.Prekeys = []omemo.PublicPrekey{b.Prekeys[rand.IntN(n)]}
	}
	a.omemo.bundles[id] = fetchedBundle{b, time.Now()}
}

// hasBundle says whether there is a bundle that is not too old.
func (a *account) hasBundle(id ratchet) bool {
	b, ok := a.omemo.bundles[id]
	if ok && time.Since(b.at) > bundleFor {
		delete(a.omemo.bundles, id)
		return false
	}
	return ok
}
