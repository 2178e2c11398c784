// SPDX-License-Identifier: MPL-2.0

package core

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/xmpp"
)

// healIn is how long, times the tries before, a device waits at most before it puts
// itself on the list again: where several do that at once each takes the others off.
const healIn = 300 * time.Millisecond

// publishTries is how often a bundle is published that the server does not take.
const publishTries = 4

// stayListed puts this computer's device on the account's list again where it does not
// stand there: another client, or the server, has lost it (XEP-0384 §5.3.1).
// then is done when it does, or can not.
func (a *account) stayListed(s *session, v omemo.Version, then func()) {
	if a.removing || a.bundles >= noBundle || a.ownListed(v) || !a.client.held().allowsFormat(v) || a.omemo.healing[v] || a.omemo.healed[v] >= maxHealed {
		then()
		return
	}
	wait := time.Duration(a.omemo.healed[v]) * healIn
	a.omemo.healed[v]++
	a.omemo.healing[v] = true
	if wait == 0 {
		a.heal(s, v, then)
		return
	}
	a.wg.Go(func() {
		if s.pause(rand.N(wait)) {
			a.box.post(func(context.Context) { a.heal(s, v, then) })
		}
	})
}

func (a *account) ownListed(v omemo.Version) bool {
	return slices.ContainsFunc(a.omemo.ours[v], func(d xmpp.Device) bool { return d.ID == a.omemo.own.device })
}

// heal publishes the list as it is known now, with this device.
func (a *account) heal(s *session, v omemo.Version, then func()) {
	if a.session != s {
		return
	}
	a.omemo.healing[v] = false
	if a.ownListed(v) {
		then()
		return
	}
	list := append(slices.Clone(a.omemo.ours[v]), a.ownDevice(v))
	list = slices.DeleteFunc(list, func(d xmpp.Device) bool { return a.omemo.dropped[d.ID] })
	heard := a.omemo.lists[deviceList{a.addr, v}].heard
	a.job(func(ctx context.Context) {
		err := s.conn.PublishDevices(ctx, xmpp.OMEMOVersion(v), list)
		if err != nil {
			a.log.Info("device list", "err", chatError("publish devices", err))
		}
		a.box.post(func(ctx context.Context) {
			if a.session != s {
				return
			}
			if err == nil && a.omemo.lists[deviceList{a.addr, v}].heard == heard { // else what was heard meanwhile is newer
				a.devicesCame(ctx, s, xmpp.DeviceNews{Version: xmpp.OMEMOVersion(v), Owner: a.addr, Devices: list})
			}
			then()
			if err != nil { // the server was making the node, or is busy: nobody finds this device until it stands there
				a.stayListed(s, v, func() {})
			}
		})
	})
}

// listOwn puts this computer's device on the lists that are known. Then messages can be
// sent: the other side finds the device from which they come.
func (a *account) listOwn(ctx context.Context, s *session) {
	left := len(a.omemo.ours) + 1
	done := func() {
		if left--; left == 0 {
			a.omemo.begun = true
			a.releaseHeld()
			a.unlistAbandoned(ctx, s)
		}
	}
	for _, v := range versions {
		if _, ok := a.omemo.ours[v]; ok {
			a.stayListed(s, v, done)
		}
	}
	done()
}

// publishBundles makes the keys that are missing, and compares the bundles that the
// server has with those that it should have. then is done when they are there, or can
// not be. One at a time does so: what changes meanwhile goes with the next round.
func (a *account) publishBundles(ctx context.Context, s *session, then order) {
	if then != nil {
		a.omemo.thens = append(a.omemo.thens, then)
	}
	if a.omemo.publishing {
		a.omemo.unpublished = true
		return
	}
	if a.removing {
		a.bundlesPublished(ctx)
		return
	}
	want, err := a.ownBundles(ctx, s)
	if err != nil {
		a.log.Error("own keys", "err", chatError("make keys", err))
		a.bundlesPublished(ctx)
		return
	}
	a.omemo.publishing, a.omemo.unpublished = true, false
	own := a.omemo.own
	a.job(func(ctx context.Context) {
		a.publishAll(s, own, want, func(b xmpp.Bundle) (over bool) { return a.publishBundle(ctx, s, own.device, b) })
	})
}

// publishAll publishes bundles until the connection is over. Then the session ends, which
// speaks against what was being published; where it has not ended in a while nobody shall
// wait for it any longer. A job.
func (a *account) publishAll(s *session, own *ownKeys, all []xmpp.Bundle, publish func(xmpp.Bundle) (over bool)) {
	done := func() {
		a.box.post(func(ctx context.Context) { a.roundPublished(ctx, s, own) })
	}
	if slices.ContainsFunc(all, publish) {
		a.clock.after(keysGap, done)
		return
	}
	done()
}

// roundPublished: the bundles of keys are there, or can not be. Where the account has got
// other keys meanwhile that says nothing of theirs.
func (a *account) roundPublished(ctx context.Context, s *session, own *ownKeys) {
	if a.session != s || a.omemo.own != own {
		return
	}
	a.omemo.publishing = false
	a.shorter.acquit(publishing)
	if a.omemo.unpublished {
		a.publishBundles(ctx, s, nil)
		return
	}
	a.omemo.published = true
	a.bundlesPublished(ctx)
}

// publishBundle publishes a bundle that the server has not as it should, and looks
// whether it is there then: one that is making the node for another device may say no,
// or yes and keep one item only until the node has got its settings (ejabberd). over: the
// connection has ended. A job.
func (a *account) publishBundle(ctx context.Context, s *session, device uint32, b xmpp.Bundle) (over bool) {
	for try := range publishTries {
		have, err := s.conn.FetchBundle(ctx, a.addr, b.Version, device)
		if err == nil && sameBundle(b, have) {
			return false
		}
		if try > 0 && !s.pause(time.Duration(try)*healIn) {
			return true
		}
		if err != nil && chat.KindOf(err) != chat.Rejected { // nobody knows what is there
			a.log.Info("bundle", "err", chatError("fetch own bundle", err))
			if chat.KindOf(err) == chat.Offline {
				return true
			}
			continue
		}
		if err := s.conn.PublishBundle(ctx, device, b); err != nil {
			a.log.Info("bundle", "err", chatError("publish bundle", err))
			if chat.KindOf(err) == chat.Offline {
				return true
			}
		}
	}
	return false
}

// bundlesPublished goes on with what waited for it.
func (a *account) bundlesPublished(ctx context.Context) {
	thens := a.omemo.thens
	a.omemo.thens = nil
	for _, then := range thens {
		then(ctx)
	}
}

// Bundles are published shorter where the server ends the stream over them, and then not
// at all.
const (
	shortBundle   = iota + 1 // with the fewest prekeys (XEP-0384 §5.3.2)
	noBundle                 // this device can not be written to, and goes on no list
	fewestPrekeys = 25

	publishing = 1 // what suspect calls that
)

// accusePublishing lets the loss of a stream or link speak against the bundles that were
// being published.
func (a *account) accusePublishing(weight int) {
	if !a.omemo.publishing || a.bundles >= noBundle || !a.shorter.accuse(publishing, weight) {
		return
	}
	a.shorter = suspect{}
	a.bundles++
	a.shortened = a.clock.now()
	a.log.Warn("the server ends the stream over own keys", "tried", a.bundles, "left out", a.bundles == noBundle)
	a.publishTrust(a.addr)
}

// bundlesDue says whether the server has gone without bundles for long enough to be asked
// once more: it may have been something else, or it has got other limits.
func (a *account) bundlesDue() bool {
	age := a.clock.now().Sub(a.shortened)
	return a.bundles >= noBundle && (age >= keysEvery || age < 0) // or the clock was set back
}

// tryBundles publishes them again. Where the next stream ends over them, too, that is it
// for another day.
func (a *account) tryBundles() {
	a.bundles, a.shorter = shortBundle, suspect{id: publishing, evidence: maxEvidence - streamErrored}
	a.omemo.published = false // the device goes on the list after its bundles
}

// ownBundles are this computer's bundles as the server should have them: no longer than
// it says that it takes, or than all do.
func (a *account) ownBundles(ctx context.Context, s *session) ([]xmpp.Bundle, error) {
	if err := a.refill(ctx); err != nil {
		return nil, err
	}
	if a.bundles >= noBundle {
		return nil, nil
	}
	prekeys, err := a.readPrekeys(ctx)
	if err != nil {
		return nil, err
	}
	most := cmp.Or(s.maxStanza(), xmpp.MinStanza)
	if a.bundles >= shortBundle {
		most = 0
	}
	want := make([]xmpp.Bundle, 0, len(versions))
	for _, v := range versions {
		if a.client.held().allowsFormat(v) { // nobody shall write in another
			want = append(want, a.ownBundle(v, prekeys).Within(most, fewestPrekeys))
		}
	}
	return want, nil
}

// maxStanza is how many bytes a stanza may have here, 0 where the server does not say.
func (s *session) maxStanza() int {
	if s == nil || s.conn == nil { // a session that is only being begun
		return 0
	}
	return s.conn.MaxStanza()
}
