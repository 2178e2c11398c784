// SPDX-License-Identifier: MPL-2.0

package core

import (
	"cmp"
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// Saved bytes are sent again as they are, so that whoever has them already knows them.
// But the person may have decided since that they must not go: then the row is sealed
// again, or fails, as if it were new.

// outdated says whether the saved bytes of a row may not be sent any more.
func (a *account) outdated(ctx context.Context, r *ratchets, row store.Outgoing) (bool, error) {
	switch {
	case row.Stanza == nil, row.Errand == store.AmendRetract:
		return false, nil
	case row.Sealed != chat.EncryptionNone && !a.client.held().allows(row.Sealed):
		return true, nil
	case row.Sealed == chat.EncryptionOTR:
		return a.routeTo(row.Conv, a.talkWith(row.Conv.Peer).open()).code != "", nil
	}
	s, err := a.db.EncryptionSettings(ctx, row.Conv)
	if err != nil {
		return false, err
	}
	if row.Sealed != chat.EncryptionNone {
		return a.othersRead(ctx, r, row, a.client.level(s))
	}
	want, must := a.wantedFor(row, s)
	return want == chat.ChoiceOMEMO || want == chat.ChoiceOTR || want == chat.ChoiceAuto && must ||
		want == chat.ChoiceNone && a.client.required(s), nil
}

// othersRead says whether the bytes of a row are also for a device that would not get
// them now. A device of which two keys are known is one of those: nothing says for
// which of them they were.
func (a *account) othersRead(ctx context.Context, r *ratchets, row store.Outgoing, level chat.TrustLevel) (bool, error) {
	d, known, err := a.judge(ctx, row.Conv.Peer, level, r.keysOf)
	if err != nil {
		return false, err
	}
	if row.Conv.Peer != a.addr {
		ours, err := r.keysOf(ctx, a.addr)
		if err != nil {
			return false, err
		}
		known = slices.Concat(known, ours)
	}
	m, err := xmpp.DecodeMessage(row.Stanza, a.addr, time.Now(), "")
	if err != nil || len(m.Encrypted) == 0 {
		return true, nil
	}
	for _, part := range m.Encrypted {
		for _, k := range part.Keys {
			if !reads(k, known, d.Send) {
				return true, nil
			}
		}
	}
	return false, nil
}

// reads says whether all known keys of a device, at least one, are among those that get
// a message.
func reads(to xmpp.EncryptedKey, known, send []chat.Key) (some bool) {
	for _, k := range known {
		if k.Device != to.Device || k.Fingerprint.Kind() != chat.KeyOMEMO || !to.Owner.IsZero() && to.Owner != k.Owner {
			continue
		}
		if !slices.ContainsFunc(send, func(s chat.Key) bool { return s.Owner == k.Owner && s.Fingerprint == k.Fingerprint }) {
			return false
		}
		some = true
	}
	return some
}

// reconsider looks again at what waits to be written to a contact, or where peer is
// zero or one's own account to anybody: the person has decided something. What is on
// the wire stays there.
func (a *account) reconsider(ctx context.Context, peer chat.Address) {
	if a.session == nil {
		return
	}
	a.session.queue.drop(func(i outItem) bool {
		if !peer.IsZero() && peer != a.addr && i.conv.Peer != peer {
			return false
		}
		delete(a.outbox.handed, i.id)
		return true
	})
	a.fillAgain(ctx)
}

// fillAgain takes up queued rows that had been handed over before, in their places.
func (a *account) fillAgain(ctx context.Context) {
	a.releaseHeld()
	a.fillOutbox(ctx)
	slices.SortStableFunc(a.outbox.next, func(x, y store.Outgoing) int { return cmp.Compare(x.ID, y.ID) })
}
