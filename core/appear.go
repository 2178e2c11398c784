// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/trust"
	"chatsecure.org/desktop/core/xmpp"
)

// How many keys are kept of devices that were never on a list: of one owner, and of all
// together where the owner is no contact. Who wants to can make up as many as he likes.
const (
	maxUnlistedOf = 64
	maxStrangers  = 1000
)

// appearance is where, and how, a key is met.
type appearance struct {
	conv     chat.ConvID // zero: nobody is to be told
	unlisted bool        // the device is on no list
}

// appear is the key of a device as it is known, or as it becomes known now: with what
// the level makes of it, and a notice, unless nothing was known of its owner.
func (a *account) appear(ctx context.Context, r *ratchets, id ratchet, f chat.Fingerprint, where appearance, notices *[]store.Notice) (k chat.Key, fresh bool) {
	known, err := r.keysOf(ctx, id.owner)
	if err != nil {
		a.log.Error("keys", "err", chatError("read keys", err))
	}
	if k, ok := keyOf(known, f); ok {
		return k, false
	}
	lists, err := a.db.DeviceLists(ctx, a.addr, id.owner)
	strange := err == nil && len(lists) == 0 || slices.Contains(a.omemo.strange[id.owner].devices, id.device) || len(known) == 0
	k = chat.Key{
		Account: a.addr, Owner: id.owner, Device: id.device, Fingerprint: f, Listed: !where.unlisted,
		OMEMO: id.version == omemo.V03, OMEMO2: id.version == omemo.V2, FirstSeen: time.Now().UTC(),
		Unlisted: where.unlisted,
	}
	judged, code := trust.Appear(a.levelOf(ctx, id.owner), known, k, strange)
	if where.unlisted {
		k.Trust = chat.TrustUndecided
		code = ""
	} else {
		k = judged
	}
	r.known[id.owner] = append(slices.Clip(known), k)
	if code != "" && !where.conv.IsZero() {
		*notices = append(*notices, store.Notice{Conv: where.conv, Code: code, Owner: id.owner, Fingerprint: f, Time: k.FirstSeen})
	}
	return k, true
}

// firstLists are the lists, of one or both formats, by which an owner becomes known: until
// the bundles have been fetched none of their devices is news.
type firstLists struct {
	devices []uint32
	met     []chat.Fingerprint // of those that had written before
}

// firstList: a list of a format came that never came before. Where a key of the owner is
// known it is no first contact: what stands on it only is as new as on any other list. A key
// that was on no list before these counts where somebody has decided about it.
func (a *account) firstList(ctx context.Context, n xmpp.DeviceNews, met []chat.Fingerprint) {
	first := a.omemo.strange[n.Owner]
	first.met = append(first.met, met...)
	known, err := a.db.Keys(ctx, a.addr, n.Owner)
	if err != nil {
		a.log.Error("keys", "err", chatError("read keys", err))
		return
	}
	if slices.ContainsFunc(known, func(k chat.Key) bool {
		isNew := (k.Unlisted || slices.Contains(first.met, k.Fingerprint)) && (k.By == chat.ByNobody || k.By == chat.ByRule)
		return k.Fingerprint.Kind() == chat.KeyOMEMO && !k.Own && !isNew
	}) {
		return
	}
	for _, d := range n.Devices {
		first.devices = append(first.devices, d.ID)
	}
	a.omemo.strange[n.Owner] = first
}

// neverListed says whether a key came from a device that never was on its owner's list,
// although there is a list by which that can be told: who writes in somebody's name can
// make up a device. Of a stranger nobody has asked for a list, and nothing of the
// stranger's was ever compared.
func (a *account) neverListed(ctx context.Context, r *ratchets, owner chat.Address, f chat.Fingerprint) bool {
	known, err := r.keysOf(ctx, owner)
	if err != nil {
		return true
	}
	if k, ok := keyOf(known, f); ok && (!k.Unlisted || k.Trust == chat.TrustVerified) {
		return false
	}
	if owner == a.addr || a.contacts[owner].Listed || slices.ContainsFunc(known, func(k chat.Key) bool { return k.WasVerified }) {
		return true
	}
	lists, err := a.db.DeviceLists(ctx, a.addr, owner)
	return err != nil || slices.ContainsFunc(lists, func(l store.DeviceList) bool { return l.Known })
}

// tooMany says whether a key that is not known, of a device on no list, is one too many.
// What it wrote is read all the same, or held back for good where there is a list: nobody
// can say later from which device it came.
func (a *account) tooMany(ctx context.Context, p *arrivals, owner chat.Address, f chat.Fingerprint) bool {
	keys, err := p.keys(a).keysOf(ctx, owner)
	if _, known := keyOf(keys, f); known || err != nil {
		return false
	}
	of, all, err := a.db.UnlistedKeys(ctx, a.addr, owner)
	if err != nil {
		a.log.Error("keys", "err", chatError("read keys", err))
		return false
	}
	here := 0 // also those of the page, which are not stored yet
	for _, k := range keys {
		if !k.Listed && !k.Own && k.Trust == chat.TrustUndecided {
			here++
		}
	}
	return max(of, here) >= maxUnlistedOf || all >= maxStrangers && owner != a.addr && !a.contacts[owner].Listed
}

// nowListed: devices that were met before stand on their owner's list for the first time.
// Now they are what any new device is: with what the level makes of their keys, and news.
func (a *account) nowListed(ctx context.Context, owner chat.Address, met []chat.Fingerprint) {
	if len(met) == 0 {
		return
	}
	known, err := a.db.Keys(ctx, a.addr, owner)
	if err != nil {
		a.log.Error("keys", "err", chatError("read keys", err))
		return
	}
	isMet := func(k chat.Key) bool { return slices.Contains(met, k.Fingerprint) }
	before := slices.DeleteFunc(slices.Clone(known), isMet)
	conv := chat.ConvID{Account: a.addr, Peer: owner}
	if owner != a.addr && !a.talks(ctx, owner) {
		conv = chat.ConvID{}
	}
	var changes store.KeyChanges
	var notices []store.Notice
	for _, k := range known {
		if !isMet(k) || k.Trust != chat.TrustUndecided || k.By != chat.ByNobody {
			continue
		}
		strange := len(before) == 0 || slices.Contains(a.omemo.strange[owner].devices, k.Device)
		judged, code := trust.Appear(a.levelOf(ctx, owner), before, k, strange)
		if judged.Trust != k.Trust {
			c := trustOf(judged)
			c.Was = k.Trust
			changes.Trust = append(changes.Trust, c)
		}
		if code != "" && !conv.IsZero() {
			notices = append(notices, store.Notice{Conv: conv, Code: code, Owner: owner, Fingerprint: k.Fingerprint, Time: time.Now().UTC()})
		}
	}
	if err := a.db.SaveKeys(ctx, a.addr, changes); err != nil {
		a.log.Error("keys", "err", chatError("store keys", err))
	}
	a.tell(ctx, notices)
	a.publishTrust(owner)
}
