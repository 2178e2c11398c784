// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// deviceList names an account's list of devices.
type deviceList struct {
	owner   chat.Address
	version omemo.Version
}

// listState is what this session knows of a list.
type listState struct {
	at     time.Time // when it last came, or its owner had none; zero: it has to be fetched
	heard  int       // how often it has come
	failed int       // how often in a row it could not be had
	again  time.Time // not to be asked for before, after that
}

const (
	staleAfter = 5 * time.Minute  // a list of somebody who does not tell us of changes
	askedAfter = 5 * time.Second  // a list that says there is nothing is asked for once more
	listAgain  = 2 * time.Second  // after a list could not be had, and twice as long each time
	listRarely = 5 * time.Minute  // to so long
	waitForKey = 30 * time.Second // a message waits so long for keys that can not be had,
	waitMore   = 5 * time.Second  // or so long where some of those who get it can read it,
	tiredFor   = 10 * time.Minute // and those behind it do not wait at all
	lookAgain  = time.Second      // meanwhile
	unlistedIn = 10 * time.Second // a device from which a message came is on the list by then
)

// listStale says whether a list has to be fetched. Of contacts each change comes by itself
// (XEP-0163 §4.3); of others nobody tells us.
func (a *account) listStale(owner chat.Address, v omemo.Version) bool {
	l := a.omemo.lists[deviceList{owner, v}]
	if time.Now().Before(l.again) {
		return false
	}
	told := owner == a.addr || a.omemo.tells[owner] && a.contacts[owner].Subscription&chat.SubscriptionTo != 0
	return l.at.IsZero() || !told && time.Since(l.at) > staleAfter
}

// askAgain has the lists of an owner fetched once more, unless that was done a moment
// ago. It says whether it will be.
func (a *account) askAgain(owner chat.Address) bool {
	if time.Since(a.omemo.asked[owner]) < askedAfter {
		return false
	}
	a.forgetLists(owner)
	return true
}

// forgetLists has the lists of an owner fetched when they are needed next.
func (a *account) forgetLists(owner chat.Address) {
	for _, v := range versions {
		name := deviceList{owner, v}
		if l, ok := a.omemo.lists[name]; ok {
			l.at = time.Time{}
			a.omemo.lists[name] = l
		}
	}
}

// fetchLists fetches lists, beside the actor.
func (a *account) fetchLists(s *session, owner chat.Address, wanted []omemo.Version) {
	if s.conn == nil { // a session that is only being begun
		delete(a.omemo.asking, owner)
		return
	}
	before := make(map[omemo.Version]int)
	for _, v := range wanted {
		before[v] = a.omemo.lists[deviceList{owner, v}].heard
	}
	a.job(func(ctx context.Context) {
		lists, errs := make(map[omemo.Version][]xmpp.Device), make(map[omemo.Version]error)
		for _, v := range wanted {
			lists[v], errs[v] = s.conn.FetchDevices(ctx, owner, xmpp.OMEMOVersion(v))
		}
		a.box.post(func(ctx context.Context) {
			if a.session != s {
				return
			}
			delete(a.omemo.asking, owner)
			for _, v := range wanted {
				if a.omemo.lists[deviceList{owner, v}].heard == before[v] { // else what its owner has said meanwhile is newer
					a.listAnswered(ctx, s, deviceList{owner, v}, lists[v], errs[v])
				}
			}
			a.fetchKeys(ctx, s, owner)
			a.releaseHeld()
			a.announceWaiting(ctx)
		})
	})
}

// listAnswered: a list was asked for. Where it could not be had, what was known of it
// stays: that is not an account without devices.
func (a *account) listAnswered(ctx context.Context, s *session, name deviceList, list []xmpp.Device, err error) {
	if err == nil {
		a.devicesCame(ctx, s, xmpp.DeviceNews{Version: xmpp.OMEMOVersion(name.version), Owner: name.owner, Devices: list})
		return
	}
	a.log.Info("devices", "err", chatError("fetch devices", err))
	l := a.omemo.lists[name]
	if saysNone(err) && !(chat.CodeOf(err) == chat.CodeForbidden && a.mayHaveDevices(ctx, name.owner)) {
		l.at, l.failed, l.again = time.Now(), 0, time.Time{}
	} else {
		l.again = time.Now().Add(min(listAgain<<min(l.failed, 16), listRarely))
		l.failed++
	}
	a.omemo.lists[name] = l
}

// mayHaveDevices says whether an owner whose list we may not see is to be taken for
// somebody with devices. Everybody may read a list that is as it should be (XEP-0384
// §5.3.1), so nothing is known while it is refused (decision 0009, item 8); but Prosody
// refuses strangers also what there is not, and who has no OMEMO has to get messages all
// the same. So it is one with devices who ever had a device or a key, and who lets us see
// its presence: of such a one a server says that there is no list, and what it refuses is
// there, and closed. Of other strangers we have never known more than a server that says
// that there is nothing.
func (a *account) mayHaveDevices(ctx context.Context, owner chat.Address) bool {
	if owner == a.addr || a.contacts[owner].Subscription&chat.SubscriptionTo != 0 {
		return true
	}
	devices, err := a.db.Devices(ctx, a.addr, owner)
	if err != nil || len(devices) > 0 {
		return true
	}
	keys, err := a.db.Keys(ctx, a.addr, owner)
	return err != nil || slices.ContainsFunc(keys, func(k chat.Key) bool { return k.Fingerprint.Kind() == chat.KeyOMEMO })
}

// saysNone tells an answer that there is nothing for us from word that nobody knows:
// that the other server, or the way to it, is not well.
func saysNone(err error) bool {
	if err != nil && chat.KindOf(err) == chat.Rejected && chat.CodeOf(err) == chat.CodeNotFound {
		return true
	}
	var said *xmpp.StanzaError
	return errors.As(err, &said) && said.Condition != "remote-server-not-found" && !xmpp.Passes(err)
}

// wake has what waits for keys looked at again in a moment.
func (a *account) wake() {
	if a.omemo.waking {
		return
	}
	s := a.session
	a.omemo.waking = true
	time.AfterFunc(lookAgain, func() {
		a.box.post(func(context.Context) {
			if a.session == s {
				a.omemo.waking = false
				a.releaseHeld()
			}
		})
	})
}

// waitsFor says whether a message waits for keys of the other side, or of our own devices,
// that are being fetched. Where somebody can read it already it waits for others a moment
// only: devices of which no server says anything do not hold up the rest.
func (a *account) waitsFor(ctx context.Context, r *ratchets, peer chat.Address, level chat.TrustLevel) bool {
	for _, v := range versions {
		if a.listStale(peer, v) || a.listStale(a.addr, v) {
			return a.mayWait(peer, waitForKey)
		}
	}
	d, _, err := a.judge(ctx, peer, level, r.keysOf)
	if err != nil || d.Blocked != "" || !a.reaches(ctx, r, d.Send, peer) {
		return a.mayWait(peer, waitForKey)
	}
	if time.Since(a.omemo.tired[peer]) < tiredFor {
		return false
	}
	if a.mayWait(peer, waitMore) {
		return true
	}
	a.omemo.tired[peer] = time.Now()
	return false
}

// reaches says whether there is a session with one of somebody's devices, or what one
// begins with.
func (a *account) reaches(ctx context.Context, r *ratchets, keys []chat.Key, owner chat.Address) bool {
	return slices.ContainsFunc(keys, func(k chat.Key) bool {
		ways, err := a.waysTo(ctx, r, k)
		return err == nil && k.Owner == owner && slices.ContainsFunc(ways, func(id ratchet) bool {
			s, err := r.session(ctx, id)
			return a.hasBundle(id) || err == nil && s != nil && s.Remote().Fingerprint() == k.Fingerprint
		})
	})
}

// mayWait says whether a message to somebody may go on waiting for keys, for so long.
func (a *account) mayWait(peer chat.Address, long time.Duration) bool {
	a.wake()
	if a.online == nil { // the network is away: nothing has been tried
		delete(a.omemo.waiting, peer)
		return true
	}
	since, ok := a.omemo.waiting[peer]
	if !ok || time.Since(since) > 2*waitForKey { // that is another story
		since = time.Now()
		a.omemo.waiting[peer] = since
	}
	return time.Since(since) < long
}

// noDevice is what becomes of a message to somebody of whom no device is known that
// could get it: it waits while that may change, or has failed for the reason.
// "" and false: there is none.
func (a *account) noDevice(ctx context.Context, peer chat.Address, written time.Time) (code chat.Code, wait bool, err error) {
	devices, err := a.db.Devices(ctx, a.addr, peer)
	if err != nil {
		return "", false, err
	}
	sure, locks := true, a.client.held()
	for _, d := range devices {
		if d.Listed && locks.allowsFormat(omemo.Version(d.Version)) && (peer != a.addr || d.ID != a.omemo.own.device) { // there is one, and its key could not be had
			code = chat.CodeNoKeyOf
			b, ok := a.omemo.barren[ratchet{peer, d.ID, omemo.Version(d.Version)}]
			sure = sure && (!ok || b.final(written))
		}
	}
	for _, v := range versions {
		switch l := a.omemo.lists[deviceList{peer, v}]; {
		case l.failed > 0:
			code, sure = chat.CodeNoKeyOf, false
		case !l.at.IsZero():
		case a.omemo.asking[peer]: // nobody knows; the question may not even have had its turn, but it ends
			a.wake()
			return "", true, nil
		default:
			code, sure = chat.CodeNoKeyOf, false
		}
	}
	if code != "" {
		switch {
		case sure:
			delete(a.omemo.waiting, peer)
		case a.mayWait(peer, waitForKey):
			return "", true, nil
		}
		return code, false, nil
	}
	if at := a.omemo.unlisted[peer]; time.Since(at) < unlistedIn { // it writes, and will be on the list
		if time.Since(a.omemo.asked[peer]) > lookAgain {
			a.forgetLists(peer)
			a.fetchKeys(ctx, a.session, peer)
		}
		a.wake()
		return "", true, nil
	}
	delete(a.omemo.waiting, peer)
	return "", false, nil
}

// wroteUnlisted: a message came from a device that is not on its owner's list. It may
// have been put there a moment ago.
func (a *account) wroteUnlisted(ctx context.Context, l *letter, owner chat.Address) {
	s := a.session
	if l.secret.held {
		a.lookForHeld(s, owner)
	}
	if s == nil || owner != a.addr && !a.contacts[owner].Listed && !l.secret.held {
		return
	}
	if l.live() {
		a.omemo.unlisted[owner] = time.Now()
	}
	if a.omemo.begun && time.Since(a.omemo.asked[owner]) > unlistedIn {
		a.forgetLists(owner)
		a.fetchKeys(ctx, s, owner)
	}
}

// lookForHeld asks for the lists of an owner in a moment: a device of theirs has written
// that was on none, and programs put themselves on the list a little before or after.
func (a *account) lookForHeld(s *session, owner chat.Address) {
	if a.omemo.held[owner] {
		return
	}
	a.omemo.held[owner] = true
	a.lookAfter(s, owner)
}

func (a *account) lookAfter(s *session, owner chat.Address) {
	if s == nil { // the session asks when it begins
		return
	}
	time.AfterFunc(unlistedIn, func() {
		a.box.post(func(ctx context.Context) {
			switch {
			case a.session != s: // another session asks
				return
			case !a.omemo.begun:
				a.lookAfter(s, owner)
				return
			}
			delete(a.omemo.held, owner)
			a.forgetLists(owner)
			a.fetchKeys(ctx, s, owner)
		})
	})
}

// revealedBy says what changes of trust have revealed.
func (a *account) revealedBy(changes []store.TrustChange) {
	for _, c := range changes {
		a.revealed(c.Revealed)
	}
}

// revealed says that messages are there that were held back, or are not as they were.
func (a *account) revealed(all []store.Revealed) {
	ids := make(map[chat.ConvID][]chat.MsgID)
	for _, m := range all {
		if !slices.Contains(ids[m.Conv], m.ID) {
			ids[m.Conv] = append(ids[m.Conv], m.ID)
		}
	}
	for conv, some := range ids {
		a.publishMessages(conv, some...)
	}
}
