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
	"chatsecure.org/desktop/core/trust"
)

// trustSaid follows a trust message (XEP-0450 §4), as far as its sender's key is
// verified; the rest waits until it is. An older word than the one that was followed
// last changes nothing.
func (a *account) trustSaid(ctx context.Context, n trustNews, now time.Time) {
	m := trust.Message{
		Sender: n.sender, SenderKey: n.key, Usage: n.says.Usage, Encryption: n.says.Encryption,
		Time: n.at.Truncate(time.Microsecond), // as it is stored
	}
	var err error
	for _, o := range n.says.Owners {
		var theirs []chat.Key
		if theirs, err = a.db.Keys(ctx, a.addr, o.Owner); err != nil {
			break
		}
		m.Owners = append(m.Owners, trust.Owner{
			Address: o.Owner, Trust: fingerprints(o.Trust, theirs), Distrust: fingerprints(o.Distrust, theirs),
		})
	}
	if err == nil {
		err = a.follow(ctx, nil, trust.Read(a.addr, m, now.Truncate(time.Microsecond)))
	}
	if err != nil {
		a.log.Error("trust message", "err", chatError("follow trust message", err))
		return
	}
	a.followLater(ctx)
}

// fingerprints are keys as a trust message names them. XEP-0434 does not say which form
// of an OMEMO key that is: where one form is known, it is that one.
func fingerprints(raw [][]byte, known []chat.Key) []chat.Fingerprint {
	var all []chat.Fingerprint
	for _, b := range raw {
		if len(b) != 32 {
			continue
		}
		f := chat.Fingerprint(hex.EncodeToString(b))
		if _, ok := keyOf(known, f); !ok {
			if other, err := (omemo.Bundle{Version: omemo.V2, Identity: b}).IdentityKey(); err == nil {
				if _, ok := keyOf(known, other.Fingerprint()); ok {
					f = other.Fingerprint()
				}
			}
		}
		all = append(all, f)
	}
	return all
}

// follow stores what statements change, those that have to wait, and which were
// followed; waiting are those that are stored already.
func (a *account) follow(ctx context.Context, waiting, fresh []trust.Statement) error {
	if len(waiting)+len(fresh) == 0 {
		return nil
	}
	keys, before, err := a.spokenOf(ctx, slices.Concat(waiting, fresh))
	if err != nil {
		return err
	}
	changed, left := trust.Apply(slices.Concat(before, waiting), fresh, keys)
	var changes store.KeyChanges
	owners := map[chat.Address]bool{}
	for _, k := range changed {
		changes.Trust = append(changes.Trust, trustOf(k))
		owners[k.Owner] = true
	}
	for _, s := range left {
		switch {
		case !s.Applied:
			changes.Later = append(changes.Later, laterTrust(s))
		case !slices.Contains(before, s):
			changes.Followed = append(changes.Followed, laterTrust(s))
		}
	}
	for _, s := range waiting {
		if !slices.Contains(left, s) {
			changes.Settled = append(changes.Settled, laterTrust(s))
		}
	}
	if err := a.db.SaveKeys(ctx, a.addr, changes); err != nil {
		return err
	}
	a.revealedBy(changes.Trust)
	for owner := range owners {
		a.publishTrust(owner)
		a.reconsider(ctx, owner)
	}
	return nil
}

// spokenOf are the keys of all whom statements name and of those who made them, and
// what was followed last about each.
func (a *account) spokenOf(ctx context.Context, all []trust.Statement) (keys []chat.Key, before []trust.Statement, err error) {
	have := map[chat.Address]bool{}
	for _, s := range all {
		for _, owner := range []chat.Address{s.Sender, s.Owner} {
			if have[owner] {
				continue
			}
			have[owner] = true
			theirs, err := a.db.Keys(ctx, a.addr, owner)
			if err != nil {
				return nil, nil, err
			}
			keys = append(keys, theirs...)
			followed, err := a.db.FollowedTrust(ctx, a.addr, owner)
			if err != nil {
				return nil, nil, err
			}
			for _, l := range followed {
				s := statement(l)
				s.Applied = true
				before = append(before, s)
			}
		}
	}
	return keys, before, nil
}

// trustOf is what is thought of a key, to be stored.
func trustOf(k chat.Key) store.TrustChange {
	return store.TrustChange{Owner: k.Owner, Fingerprint: k.Fingerprint, Trust: k.Trust, By: k.By}
}

func laterTrust(s trust.Statement) store.LaterTrust {
	t := chat.TrustVerified
	if s.Distrust {
		t = chat.TrustDistrusted
	}
	return store.LaterTrust{SenderOwner: s.Sender, Sender: s.SenderKey, Owner: s.Owner, Fingerprint: s.Key, Trust: t, At: s.Time}
}

func statement(l store.LaterTrust) trust.Statement {
	return trust.Statement{
		Sender: l.SenderOwner, SenderKey: l.Sender, Owner: l.Owner, Key: l.Fingerprint, Distrust: l.Trust == chat.TrustDistrusted, Time: l.At,
	}
}

// maxFollow is how many times what was followed makes more of it possible: as many as
// devices can vouch for each other in a row.
const maxFollow = 100

// followLater follows what has waited for a device to be verified, or for a key to be
// known. It is called whenever either has happened.
func (a *account) followLater(ctx context.Context) {
	for range maxFollow {
		ready, err := a.db.ReadyTrust(ctx, a.addr)
		if err == nil && len(ready) == 0 {
			return
		}
		var waiting []trust.Statement
		for _, l := range ready {
			waiting = append(waiting, statement(l))
		}
		if err == nil {
			err = a.follow(ctx, waiting, nil)
		}
		if err != nil {
			a.log.Error("trust message", "err", chatError("follow trust message", err))
			return
		}
	}
}
