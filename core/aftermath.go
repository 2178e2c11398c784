// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// trustNews is a trust message that came (XEP-0434).
type trustNews struct {
	sender chat.Address
	key    chat.Fingerprint // of the device that sent it
	says   xmpp.TrustMessage
	at     time.Time
}

// brokenSession is one that begins anew: that was not there when a message of it came, or
// whose keys do not fit any more.
type brokenSession struct {
	conv chat.ConvID
	id   ratchet
}

// afterwards does what follows from a page that is stored: word for devices, notices,
// sessions to be begun anew, new prekeys for those that were used.
func (a *account) afterwards(ctx context.Context, p *arrivals) {
	a.owe(p.replies...)
	for _, id := range p.late {
		if len(a.omemo.late) < maxAfter {
			a.omemo.late[id] = true
		}
	}
	a.tell(ctx, p.notices)
	owners := make(map[chat.Address]bool)
	for _, n := range p.notices {
		if !owners[n.Owner] {
			owners[n.Owner] = true
			a.publishTrust(n.Owner)
		}
	}
	for _, n := range p.trust {
		a.trustSaid(ctx, n, p.now)
	}
	if len(p.fresh) > 0 {
		a.followLater(ctx)
		for owner := range p.fresh {
			a.proveLabels(ctx, owner)
		}
	}
	for _, b := range p.broken {
		a.repair(ctx, b)
	}
	if p.ratchets != nil && p.ratchets.mended {
		a.announceWaiting(ctx)
	}
	if p.usedPrekeys() && a.session != nil && a.omemo.begun {
		a.publishBundles(ctx, a.session, nil)
	}
}

// usedPrekeys says whether somebody has begun a session with this computer.
func (p *arrivals) usedPrekeys() bool {
	return p.did(func(k store.KeyChanges) bool { return len(k.UsedPrekeys) > 0 })
}

// did says whether something of the page has changed keys so.
func (p *arrivals) did(so func(store.KeyChanges) bool) bool {
	return slices.ContainsFunc(p.moved, so) ||
		slices.ContainsFunc(p.sources, func(l letter) bool { return l.secret.keys != nil && so(*l.secret.keys) })
}

// tell stores notices, each in its conversation: of one owner one of a kind, for who
// makes up devices can make up many.
func (a *account) tell(ctx context.Context, notices []store.Notice) {
	type kind struct {
		conv  chat.ConvID
		owner chat.Address
		code  chat.Code
	}
	said, mended := make(map[kind]bool), false
	for _, n := range notices {
		k := kind{n.Conv, n.Owner, n.Code}
		if said[k] {
			continue
		}
		said[k] = true
		mended = mended || n.Code == chat.CodeSessionRepaired
		if n.Owner == a.addr { // about our own account: every conversation concerns it
			a.publish(chat.Event{Kind: chat.TrustChanged, Account: a.addr})
			if n.Code != chat.CodeSessionRepaired {
				continue
			}
		}
		id, err := a.db.AddNotice(ctx, n)
		if err != nil {
			a.log.Error("notice", "err", chatError("store notice", err))
			continue
		}
		a.discovered(n.Conv)
		a.publishMessages(n.Conv, id)
	}
	if mended {
		a.announceWaiting(ctx)
	}
}

// publishTrust says that keys of an owner, or what is thought of them, have changed.
func (a *account) publishTrust(owner chat.Address) {
	a.publish(chat.Event{Kind: chat.TrustChanged, Account: a.addr, Conv: chat.ConvID{Account: a.addr, Peer: owner}})
}

// identityKeyOf is the key itself, of OMEMO.
func identityKeyOf(k chat.Key) (key omemo.IdentityKey, ok bool) {
	b, err := hex.DecodeString(string(k.Fingerprint))
	if err != nil || len(b) != len(key) {
		return key, false
	}
	return omemo.IdentityKey(b), true
}

// fetchBundle fetches a device's bundle and checks it. A job.
func fetchBundle(ctx context.Context, s *session, id ratchet) (omemo.Bundle, error) {
	if s.conn == nil { // a session that is only being begun
		return omemo.Bundle{}, failed(chat.Offline, "fetch bundle", chat.CodeConnectionLost, nil)
	}
	got, err := s.conn.FetchBundle(ctx, id.owner, xmpp.OMEMOVersion(id.version), id.device)
	if err != nil {
		return omemo.Bundle{}, err
	}
	b := omemo.Bundle{Version: id.version, Identity: got.Identity, SignedID: got.SignedID, SignedKey: got.SignedKey, Signature: got.Signature}
	for _, k := range got.Prekeys {
		b.Prekeys = append(b.Prekeys, omemo.PublicPrekey{ID: k.ID, Key: k.Key})
	}
	return b, b.Check()
}
