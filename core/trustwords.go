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
	"chatsecure.org/desktop/core/xmpp"
)

// trustSaid follows a trust message (XEP-0450 §4), as far as its sender's key is
// verified; the rest waits until it is.
func (a *account) trustSaid(ctx context.Context, n trustNews, now time.Time) {
	m := trust.Message{
		Sender: n.sender, SenderKey: n.key, Usage: n.says.Usage, Encryption: n.says.Encryption, Time: n.at,
	}
	keys, err := a.db.Keys(ctx, a.addr, n.sender)
	for _, o := range n.says.Owners {
		if err != nil {
			break
		}
		var theirs []chat.Key
		if theirs, err = a.db.Keys(ctx, a.addr, o.Owner); o.Owner != n.sender {
			keys = append(keys, theirs...)
		}
		m.Owners = append(m.Owners, trust.Owner{
			Address: o.Owner, Trust: fingerprints(o.Trust, theirs), Distrust: fingerprints(o.Distrust, theirs),
		})
	}
	if err == nil {
		err = a.follow(ctx, nil, trust.Read(a.addr, m, now), keys)
	}
	if err != nil {
		a.log.Error("trust message", "err", chatError("follow trust message", err))
	}
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

// follow stores what statements change, and those that have to wait.
func (a *account) follow(ctx context.Context, kept, fresh []trust.Statement, keys []chat.Key) error {
	changed, left := trust.Apply(kept, fresh, keys)
	var changes store.KeyChanges
	owners := map[chat.Address]bool{}
	for _, k := range changed {
		changes.Trust = append(changes.Trust, store.TrustChange{Owner: k.Owner, Fingerprint: k.Fingerprint, Trust: k.Trust, By: k.By})
		owners[k.Owner] = true
	}
	for _, s := range left {
		if s.Applied {
			continue
		}
		t := chat.TrustVerified
		if s.Distrust {
			t = chat.TrustDistrusted
		}
		changes.Later = append(changes.Later, store.LaterTrust{
			SenderOwner: s.Sender, Sender: s.SenderKey, Owner: s.Owner, Fingerprint: s.Key, Trust: t, At: s.Time,
		})
	}
	if err := a.db.SaveKeys(ctx, a.addr, changes); err != nil {
		return err
	}
	for owner := range owners {
		a.publishTrust(owner)
		a.reconsider(ctx, owner)
	}
	return nil
}

// followLater follows what a device said before it was verified.
func (a *account) followLater(ctx context.Context, owner chat.Address, f chat.Fingerprint) {
	waiting, err := a.db.LaterTrust(ctx, a.addr, owner, f)
	if err != nil || len(waiting) == 0 {
		return
	}
	keys, err := a.db.Keys(ctx, a.addr, owner)
	if err != nil {
		return
	}
	have := map[chat.Address]bool{owner: true}
	var kept []trust.Statement
	for _, w := range waiting {
		if !have[w.Owner] {
			have[w.Owner] = true
			more, err := a.db.Keys(ctx, a.addr, w.Owner)
			if err != nil {
				return
			}
			keys = append(keys, more...)
		}
		kept = append(kept, trust.Statement{
			Sender: owner, SenderKey: f, Owner: w.Owner, Key: w.Fingerprint, Distrust: w.Trust == chat.TrustDistrusted, Time: w.At,
		})
	}
	if k, ok := keyOf(keys, f); ok && (k.Trust == chat.TrustVerified || k.Trust == chat.TrustDistrusted) {
		if err := a.db.DropLaterTrust(ctx, a.addr, owner, f); err != nil {
			return
		}
	}
	if err := a.follow(ctx, kept, nil, keys); err != nil {
		a.log.Error("trust message", "err", chatError("follow trust message", err))
	}
}

// announceTrust tells those of our own devices, and of the contact's, that understand
// it, what the person has decided about a key (XEP-0450 §4).
func (a *account) announceTrust(ctx context.Context, k chat.Key) {
	if a.session == nil || !a.omemo.begun || k.Fingerprint.Kind() != chat.KeyOMEMO {
		return
	}
	owners := []chat.Address{a.addr}
	for addr := range a.contacts {
		owners = append(owners, addr)
	}
	if !slices.Contains(owners, k.Owner) {
		owners = append(owners, k.Owner)
	}
	var keys []chat.Key
	for _, owner := range owners {
		some, err := a.db.Keys(ctx, a.addr, owner)
		if err != nil {
			return
		}
		keys = append(keys, some...)
	}
	for _, out := range trust.Announce(a.addr, k, keys) {
		if err := a.sendTrust(ctx, out); err != nil {
			a.log.Error("trust message", "err", chatError("send trust message", err))
		}
	}
}

func (a *account) sendTrust(ctx context.Context, out trust.Outgoing) error {
	says := xmpp.TrustMessage{Usage: trust.Usage, Encryption: out.Encryption}
	raw := func(list []chat.Fingerprint) (all [][]byte) {
		for _, f := range list {
			if b, err := hex.DecodeString(string(f)); err == nil {
				all = append(all, b)
			}
		}
		return all
	}
	for _, o := range out.Owners {
		says.Owners = append(says.Owners, xmpp.TrustOwner{Owner: o.Address, Trust: raw(o.Trust), Distrust: raw(o.Distrust)})
	}
	r := a.newRatchets()
	readers, err := a.readers(ctx, r, out.For)
	if err != nil || len(readers) == 0 {
		return err
	}
	m := xmpp.OutMessage{To: out.To, Type: "chat", ID: newID()}
	envelope := xmpp.EncodeEnvelope(xmpp.OutEnvelope{From: a.addr, To: out.To, Time: time.Now().UTC(), Message: m, Trust: &says})
	var changes store.KeyChanges
	part, err := r.sealPart(omemo.V2, envelope, readers.by(omemo.V2), &changes)
	if err != nil {
		return err
	}
	if err := a.db.SaveKeys(ctx, a.addr, changes); err != nil {
		return err
	}
	m.Encrypted = []xmpp.Encrypted{part}
	a.owe(outItem{stanza: xmpp.EncodeMessage(m), receipt: true})
	return nil
}
