// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// The life of this computer's own keys (XEP-0384 §5.3.2).
const (
	prekeyCount  = 100
	rotateAfter  = 7 * 24 * time.Hour  // then a signed prekey gets a successor,
	forgetUsed   = 7 * 24 * time.Hour  // how long a prekey that was used is kept for who took it, too
	forgetSigned = 30 * 24 * time.Hour // and then is kept so long for messages on their way
)

// ownKeys are an account's keys on this computer. The actor's own.
type ownKeys struct {
	device   uint32
	label    string
	identity *omemo.Identity
	signed   []ownSigned // the newest first
	made     time.Time   // when this computer got them; zero where that is not known
}

type ownSigned struct {
	omemo.SignedPrekey
	made time.Time
}

// loadOwn reads the account's keys, and makes them the first time.
func (a *account) loadOwn(ctx context.Context) error {
	if a.omemo.own != nil {
		return nil
	}
	rec, err := a.db.OwnKeys(ctx, a.addr)
	if err != nil {
		return err
	}
	defer clear(rec.Identity)
	defer clear(rec.OTR)
	own := &ownKeys{device: rec.Device, label: rec.Label}
	if rec.Identity == nil {
		if own, err = a.makeOwn(ctx); err != nil {
			return err
		}
	} else if own.identity, err = omemo.ParseIdentity(rec.Identity); err != nil {
		return err
	}
	signed, err := a.db.SignedPrekeys(ctx, a.addr)
	if err != nil {
		return err
	}
	for _, row := range signed {
		k, err := omemo.ParseSignedPrekey(row.Data)
		clear(row.Data)
		if err != nil {
			return err
		}
		own.signed = append(own.signed, ownSigned{k, row.Made})
	}
	keys, err := a.db.Keys(ctx, a.addr, a.addr)
	if err != nil {
		return err
	}
	if k, ok := keyOf(keys, own.identity.Public().Fingerprint()); ok {
		own.made = k.FirstSeen
	}
	a.omemo.own = own
	return nil
}

// makeOwn makes the identity of this computer: a key, and a device id at random
// (XEP-0384 §4.1).
func (a *account) makeOwn(ctx context.Context) (*ownKeys, error) {
	identity, err := omemo.NewIdentity(nil)
	if err != nil {
		return nil, err
	}
	own := &ownKeys{device: newDevice(), label: a.client.cfg.AppName, identity: identity}
	data, err := identity.MarshalBinary()
	if err != nil {
		return nil, err
	}
	defer clear(data)
	return own, a.db.SaveOwnKeys(ctx, a.addr, store.OwnKeys{
		Identity: data, Fingerprint: identity.Public().Fingerprint(), Device: own.device, Label: own.label,
	})
}

// newDevice is a device id at random (XEP-0384 §4.1).
func newDevice() uint32 {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return binary.BigEndian.Uint32(b[:])%omemo.MaxID + 1
}

// renumber gives this computer another number, before its first bundle is published, where a
// device of the account has the one that was drawn (XEP-0384 §6).
func (a *account) renumber(ctx context.Context) error {
	own := a.omemo.own
	taken := func(id uint32) bool {
		for _, list := range a.omemo.ours {
			if slices.ContainsFunc(list, func(d xmpp.Device) bool { return d.ID == id }) {
				return true
			}
		}
		return a.omemo.dropped[id]
	}
	if len(own.signed) > 0 || !taken(own.device) { // with a signed prekey it may be ours that stands there
		return nil
	}
	rec, err := a.db.OwnKeys(ctx, a.addr)
	if err != nil {
		return err
	}
	defer clear(rec.Identity)
	clear(rec.OTR)
	rec.OTR = nil // it stays as it is
	for taken(rec.Device) {
		rec.Device = newDevice()
	}
	if err := a.db.SaveOwnKeys(ctx, a.addr, rec); err != nil {
		return err
	}
	own.device = rec.Device
	a.publishTrust(a.addr)
	return nil
}

// refill sees to it that there are prekeys, and a signed one that is not old.
func (a *account) refill(ctx context.Context) error {
	own, now := a.omemo.own, a.clock.now().UTC()
	rec, err := a.db.OwnKeys(ctx, a.addr)
	if err != nil {
		return err
	}
	clear(rec.Identity)
	clear(rec.OTR)
	if len(own.signed) == 0 || now.Sub(own.signed[0].made) >= rotateAfter || own.signed[0].made.After(now) {
		k, err := own.identity.NewSignedPrekey(rec.NextSigned, nil)
		if err != nil {
			return err
		}
		data, err := k.MarshalBinary()
		if err != nil {
			return err
		}
		defer clear(data)
		if err := a.db.AddSignedPrekey(ctx, a.addr, store.SignedPrekey{ID: k.ID, Data: data, Made: now}); err != nil {
			return err
		}
		own.signed = slices.Insert(own.signed, 0, ownSigned{k, now})
		if err := a.db.DropSignedPrekeys(ctx, a.addr, now.Add(-forgetSigned)); err != nil {
			return err
		}
		own.forgetSigned(now.Add(-forgetSigned))
	}
	if err := a.db.DropUsedPrekeys(ctx, a.addr, now.Add(-forgetUsed)); err != nil {
		return err
	}
	have, err := a.db.Prekeys(ctx, a.addr)
	if err != nil || len(have) >= prekeyCount {
		return err
	}
	fresh, err := omemo.NewPrekeys(rec.NextPrekey, prekeyCount-len(have), nil)
	if err != nil {
		return err
	}
	rows := make([]store.Prekey, len(fresh))
	for i, k := range fresh {
		if rows[i].Data, err = k.MarshalBinary(); err != nil {
			return err
		}
		rows[i].ID = k.ID
	}
	return a.db.AddPrekeys(ctx, a.addr, rows)
}

// forgetSigned forgets the signed prekeys that got their successor before a time.
func (o *ownKeys) forgetSigned(before time.Time) {
	for i := 1; i < len(o.signed); i++ {
		if o.signed[i-1].made.Before(before) {
			o.signed = slices.Delete(o.signed, i, len(o.signed))
			return
		}
	}
}

// readPrekeys are this computer's prekeys that nobody has used.
func (a *account) readPrekeys(ctx context.Context) ([]omemo.Prekey, error) {
	return parsePrekeys(a.db.Prekeys(ctx, a.addr))
}

func parsePrekeys(rows []store.Prekey, err error) ([]omemo.Prekey, error) {
	if err != nil {
		return nil, err
	}
	all := make([]omemo.Prekey, 0, len(rows))
	for _, row := range rows {
		k, err := omemo.ParsePrekey(row.Data)
		clear(row.Data)
		if err != nil {
			return nil, err
		}
		all = append(all, k)
	}
	return all, nil
}

// ownBundle is what others need to begin a session with this computer.
func (a *account) ownBundle(v omemo.Version, prekeys []omemo.Prekey) xmpp.Bundle {
	b := a.omemo.own.identity.Bundle(v, a.omemo.own.signed[0].SignedPrekey, prekeys)
	out := xmpp.Bundle{Version: xmpp.OMEMOVersion(v), Identity: b.Identity, SignedID: b.SignedID, SignedKey: b.SignedKey, Signature: b.Signature}
	for _, k := range b.Prekeys {
		out.Prekeys = append(out.Prekeys, xmpp.Prekey{ID: k.ID, Key: k.Key})
	}
	return out
}

// ownDevice is this computer as it stands on the account's list.
func (a *account) ownDevice(v omemo.Version) xmpp.Device {
	own := a.omemo.own
	d := xmpp.Device{ID: own.device}
	if v == omemo.V2 && own.label != "" {
		if sig, err := own.identity.SignLabel(own.label, nil); err == nil {
			d.Label, d.LabelSig = own.label, sig
		}
	}
	return d
}

// sameBundle says whether what the server has is what it should have: as many prekeys
// as there are, and no other.
func sameBundle(want, have xmpp.Bundle) bool {
	if !slices.Equal(want.Identity, have.Identity) || want.SignedID != have.SignedID || !slices.Equal(want.SignedKey, have.SignedKey) ||
		!slices.Equal(want.Signature, have.Signature) || len(want.Prekeys) != len(have.Prekeys) {
		return false
	}
	keys := make(map[uint32][]byte, len(want.Prekeys))
	for _, k := range want.Prekeys {
		keys[k.ID] = k.Key
	}
	return !slices.ContainsFunc(have.Prekeys, func(k xmpp.Prekey) bool { return !slices.Equal(keys[k.ID], k.Key) })
}

// levelOf is how much has to be known of an owner's keys.
func (a *account) levelOf(ctx context.Context, owner chat.Address) chat.TrustLevel {
	s, err := a.db.EncryptionSettings(ctx, chat.ConvID{Account: a.addr, Peer: owner})
	if err != nil {
		a.log.Error("trust level", "err", chatError("read encryption", err))
		return chat.Strict
	}
	return a.client.level(s)
}

// level is the level that counts: the narrowest that was set, or what a policy asks for
// where that is stricter.
func (c *Client) level(s store.EncryptionSettings) chat.TrustLevel {
	level := chat.Careful
	switch {
	case s.OwnLevel:
		level = s.Level
	case s.HasLevel:
		level = s.AccountLevel
	}
	return c.held().atLeast(level)
}
