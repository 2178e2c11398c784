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
	"chatsecure.org/desktop/core/trust"
	"chatsecure.org/desktop/core/xmpp"
)

// ratchets are the OMEMO sessions of an account while one page of messages is read
// or sealed: as the database has them, and then as they are after what the page did.
// They live as long as the page: a page that is not stored leaves no trace. The
// actor's own.
type ratchets struct {
	a        *account
	sessions map[ratchet]*omemo.Session
	steps    map[ratchet]int64
	loaded   map[chat.Address]bool           // whose sessions have been read
	known    map[chat.Address][]chat.Key     // all keys of an owner
	devices  map[chat.Address][]store.Device // and all devices
	prekeys  map[uint32]omemo.Prekey         // nil: not read yet
	mended   bool                            // one that was broken is whole
	read     map[string]bool                 // ciphertexts that the page has read
	decided  map[chat.Address]trust.Decision // who gets what is sent to a contact
}

// ratchet names a session: with which device, in which format.
type ratchet struct {
	owner   chat.Address
	device  uint32
	version omemo.Version
}

func (a *account) newRatchets() *ratchets {
	return &ratchets{
		a: a, sessions: make(map[ratchet]*omemo.Session), steps: make(map[ratchet]int64), loaded: make(map[chat.Address]bool),
		known: make(map[chat.Address][]chat.Key), devices: make(map[chat.Address][]store.Device), read: make(map[string]bool),
		decided: make(map[chat.Address]trust.Decision),
	}
}

// session is the session with a device; nil for none. One that can not be read is
// none: the device gets a new one.
func (r *ratchets) session(ctx context.Context, id ratchet) (*omemo.Session, error) {
	if !r.loaded[id.owner] {
		all, err := r.a.db.Sessions(ctx, r.a.addr, id.owner)
		if err != nil {
			return nil, err
		}
		for _, row := range all {
			at := ratchet{id.owner, row.Device, omemo.Version(row.Version)}
			r.steps[at] = row.Step
			s, err := omemo.ParseSession(row.Data)
			clear(row.Data)
			if err != nil {
				r.a.log.Error("a session was left out", "err", chatError("read session", err))
				continue
			}
			r.sessions[at] = s
		}
		r.loaded[id.owner] = true
	}
	return r.sessions[id], nil
}

// keeps says whether a session stays although a message begins one of another key with
// the same device: where its own key is verified, and where the message is from before
// the last one of the device. Which key a device has its bundle says.
func (r *ratchets) keeps(ctx context.Context, id ratchet, s *omemo.Session, sent time.Time) (bool, error) {
	keys, err := r.keysOf(ctx, id.owner)
	if err != nil {
		return false, err
	}
	if k, ok := keyOf(keys, s.Remote().Fingerprint()); ok && k.Trust == chat.TrustVerified {
		return true, nil
	}
	return r.heardSince(ctx, id, sent)
}

// heardSince says whether a device has sent something that was read after a time.
func (r *ratchets) heardSince(ctx context.Context, id ratchet, at time.Time) (bool, error) {
	devices, err := r.devicesOf(ctx, id.owner)
	return slices.ContainsFunc(devices, func(d store.Device) bool {
		return d.ID == id.device && omemo.Version(d.Version) == id.version && at.Before(d.Seen)
	}), err
}

// moved adds a session as it is now to what has to be stored.
func (r *ratchets) moved(id ratchet, s *omemo.Session, changes *store.KeyChanges) error {
	data, err := s.MarshalBinary()
	if err != nil {
		return err
	}
	r.sessions[id] = s
	if f, ok := r.a.omemo.remote[id]; ok && f != usableFor(s) {
		delete(r.a.omemo.remote, id)
	}
	r.steps[id]++
	changes.Sessions = append(changes.Sessions, store.Session{
		Owner: id.owner, Device: id.device, Version: int(id.version), Step: r.steps[id], Data: data,
	})
	return nil
}

// keysOf are all keys of an owner that are known.
func (r *ratchets) keysOf(ctx context.Context, owner chat.Address) ([]chat.Key, error) {
	if keys, ok := r.known[owner]; ok {
		return keys, nil
	}
	keys, err := r.a.keysOf(ctx, owner)
	if err == nil {
		r.known[owner] = keys
	}
	return keys, err
}

// isListed says whether a device is on its owner's list, as far as that is known.
func (r *ratchets) isListed(ctx context.Context, id ratchet) (bool, error) {
	devices, err := r.devicesOf(ctx, id.owner)
	return slices.ContainsFunc(devices, func(d store.Device) bool {
		return d.Listed && d.ID == id.device && omemo.Version(d.Version) == id.version
	}), err
}

// devicesOf are all devices of an owner that are known.
func (r *ratchets) devicesOf(ctx context.Context, owner chat.Address) ([]store.Device, error) {
	if devices, ok := r.devices[owner]; ok {
		return devices, nil
	}
	devices, err := r.a.db.Devices(ctx, r.a.addr, owner)
	if err == nil {
		r.devices[owner] = devices
	}
	return devices, err
}

// listsChanged: what was read of devices holds no longer.
func (r *ratchets) listsChanged() {
	if r != nil {
		clear(r.devices)
	}
}

// SignedPrekey is one of this computer's, for omemo.Answer.
func (r *ratchets) SignedPrekey(id uint32) (omemo.SignedPrekey, bool, error) {
	for _, k := range r.a.omemo.own.signed {
		if k.ID == id {
			return k.SignedPrekey, true, nil
		}
	}
	return omemo.SignedPrekey{}, false, nil
}

// Prekey is one of this computer's. One that was used is kept for a while: two devices
// may have taken the same before it was gone from the bundle.
func (r *ratchets) Prekey(id uint32) (omemo.Prekey, bool, error) {
	if r.prekeys == nil {
		all, err := r.a.readPrekeys(r.a.ctx)
		if err != nil {
			return omemo.Prekey{}, false, err
		}
		used, err := parsePrekeys(r.a.db.UsedPrekeys(r.a.ctx, r.a.addr))
		if err != nil {
			return omemo.Prekey{}, false, err
		}
		all = append(all, used...)
		r.prekeys = make(map[uint32]omemo.Prekey, len(all))
		for _, k := range all {
			r.prekeys[k.ID] = k
		}
	}
	k, ok := r.prekeys[id]
	return k, ok, nil
}

// wasRead says whether the database knows a ciphertext as one that was read.
func (a *account) wasRead(ctx context.Context, hash []byte) (bool, error) {
	known, err := a.db.Deciphered(ctx, a.addr, [][]byte{hash})
	return err == nil && known[0], err
}

// openOne is open for the one of several keys that is for us, where nothing else tells it
// from the others; the error is the one that says most. kex: it begins a session.
func (r *ratchets) openOne(
	ctx context.Context, id ratchet, keys []xmpp.EncryptedKey, sent, now time.Time, changes *store.KeyChanges,
) (inside []byte, s *omemo.Session, kex bool, err error) {
	for i := range keys {
		inside, s, failed := r.open(ctx, id, &keys[i], sent, now, changes)
		if failed == nil {
			return inside, s, keys[i].Kex, nil
		}
		if err == nil || says(failed) > says(err) {
			err = failed
		}
	}
	return nil, nil, false, err
}

// says is how much an error says of a session: one that knows a message to be its own the
// most, and one about a key that was for another device the least.
func says(err error) int {
	least := []error{omemo.ErrNoPrekey, omemo.ErrOtherSession, omemo.ErrSkippedTooFar, omemo.ErrRepeated}
	return slices.IndexFunc(least, func(e error) bool { return errors.Is(err, e) })
}

// open reads the key of a message in the session with the device that sent it, or in
// the one that it begins. What that moves is added to changes. sent is when the message
// was sent, as far as anybody knows.
func (r *ratchets) open(ctx context.Context, id ratchet, key *xmpp.EncryptedKey, sent, now time.Time, changes *store.KeyChanges) ([]byte, *omemo.Session, error) {
	s, err := r.session(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	var inside []byte
	broken := s != nil && s.Broken()
	switch {
	case key.Kex && (s == nil || !s.IsSameKex(key.Data)):
		begun, plain, used, err := omemo.Answer(id.version, r.a.omemo.own.identity, r, key.Data, now, nil)
		if err != nil {
			return nil, nil, err
		}
		if used != 0 {
			changes.UsedPrekeys = append(changes.UsedPrekeys, used)
		}
		if s != nil && s.Remote() != begun.Remote() {
			if keep, err := r.keeps(ctx, id, s, sent); err != nil || keep {
				return plain, begun, err
			}
		}
		begun.Heard(sent)
		begun.Supersede(s, now)
		s, inside = begun, plain
	case s == nil:
		return nil, nil, omemo.ErrOtherSession
	default:
		if inside, err = s.DecryptSent(key.Data, key.Kex, sent, now); err != nil {
			return nil, nil, err
		}
	}
	r.mended = r.mended || broken && !s.Broken()
	return inside, s, r.moved(id, s, changes)
}
