// SPDX-License-Identifier: MPL-2.0

package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// TrustChange is another trust of a key.
type TrustChange struct {
	Owner       chat.Address // bare; the account itself for one's own
	Fingerprint chat.Fingerprint
	// Was is the trust that it must have for the change to happen; TrustNone for
	// any. A key that is not known counts as TrustUndecided.
	Was   chat.Trust
	Trust chat.Trust
	By    chat.TrustSource
	At    time.Time // when the person decided; kept of what other devices are told
	// Revealed are the messages that were held back of the key and are shown now that it
	// is verified. The store sets it.
	Revealed []Revealed
}

// keyName names a key of one account.
type keyName struct {
	account     int64
	owner       string
	fingerprint chat.Fingerprint
}

// keyOf returns the row of a key and makes it where there is none, undecided.
func (t *tx) keyOf(account int64, owner chat.Address, f chat.Fingerprint) (id int64, err error) {
	name := keyName{account, owner.Bare().String(), f}
	if id = t.keys[name]; id != 0 {
		return id, nil
	}
	id, err = optional64(t.row(`SELECT id FROM known_key WHERE account = ? AND owner = ? AND fingerprint = ?`, account, name.owner, f))
	if err == nil && id == 0 {
		err = t.row(`INSERT INTO known_key (account, owner, kind, fingerprint, trust, source, device, first_seen, last_seen)
			VALUES (?, ?, ?, ?, ?, 0, 0, ?, 0) RETURNING id`, account, name.owner, f.Kind(), f, chat.TrustUndecided, nowMicro()).Scan(&id)
	}
	if err != nil {
		return 0, err
	}
	if t.keys == nil {
		t.keys = map[keyName]int64{}
	}
	t.keys[name] = id
	return id, nil
}

// sender returns the row of the key that a side of a conversation wrote with, 0
// for none.
func (t *tx) sender(conv chat.ConvID, side chat.Direction, f chat.Fingerprint) (int64, error) {
	if f == "" {
		return 0, nil
	}
	account, err := t.account(conv.Account)
	if err != nil {
		return 0, err
	}
	owner := conv.Peer
	if side == chat.Out {
		owner = conv.Account
	}
	return t.keyOf(account, owner, f)
}

// seenKey stores which key a device has, and that it lives. fresh: the device was not
// known, so it is on no list.
func (t *tx) seenKey(account int64, s *SeenKey) (fresh bool, err error) {
	if s.Fingerprint == "" {
		return false, wrong("store keys", chat.CodeFingerprint)
	}
	trust := s.Trust
	if trust == chat.TrustNone {
		trust = chat.TrustUndecided
	}
	owner, at := s.Owner.Bare().String(), optionalTime(s.At)
	var key int64
	err = t.row(`INSERT INTO known_key (account, owner, kind, fingerprint, trust, source, was_verified, device, first_seen, last_seen, unlisted)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, owner, fingerprint) DO UPDATE
		SET device = iif(excluded.device = 0, device, excluded.device), last_seen = max(last_seen, excluded.last_seen) RETURNING id`,
		account, owner, s.Fingerprint.Kind(), s.Fingerprint, trust, s.By, verifies(trust, s.By), s.Device, nowMicro(), at, s.Unlisted).Scan(&key)
	if err != nil || s.Version == 0 {
		return false, err
	}
	return t.seenDevice(account, owner, s, key, at)
}

// SetTrust stores what is thought of keys of an account, in one transaction, and
// returns the changes that changed something, with Was as it was. A key that is not
// known becomes so: it may have been verified before any device showed it.
func (db *DB) SetTrust(ctx context.Context, account chat.Address, changes []TrustChange) (changed []TrustChange, err error) {
	err = db.write(ctx, "store trust", func(t *tx) error {
		changed = nil
		id, err := t.account(account)
		if err != nil {
			return err
		}
		for _, c := range changes {
			moved, err := t.setTrust(id, &c)
			if err != nil {
				return err
			}
			if moved {
				changed = append(changed, c)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// setTrust carries out a change and notes in it what was before, and what it reveals.
func (t *tx) setTrust(account int64, c *TrustChange) (moved bool, err error) {
	if c.Fingerprint == "" || c.Trust <= chat.TrustNone || c.Trust > chat.TrustDistrusted {
		return false, wrong("store trust", chat.CodeFingerprint)
	}
	owner := c.Owner.Bare().String()
	var trust chat.Trust
	var by chat.TrustSource
	err = t.row(`SELECT trust, source FROM known_key WHERE account = ? AND owner = ? AND fingerprint = ?`,
		account, owner, c.Fingerprint).Scan(&trust, &by)
	known := !errors.Is(err, errNoRow)
	if err != nil && known {
		return false, err
	}
	if !known {
		trust = chat.TrustUndecided
	}
	if c.Was != chat.TrustNone && c.Was != trust || known && trust == c.Trust && by == c.By {
		return false, nil
	}
	c.Was = trust
	id, err := t.keyOf(account, c.Owner, c.Fingerprint)
	if err != nil {
		return false, err
	}
	var decided int64
	if c.tells() {
		decided = optionalTime(c.At)
	}
	_, err = t.exec(`UPDATE known_key SET trust = ?, source = ?, was_verified = max(was_verified, ?), untold = ?, decided = ? WHERE id = ?`,
		c.Trust, c.By, verifies(trust, by) || verifies(c.Trust, c.By), c.tells(), decided, id)
	switch {
	case err != nil:
	case c.Trust == chat.TrustDistrusted: // nor is its device believed
		_, err = t.exec(`DELETE FROM trust_later WHERE account = ? AND sender = ?`, account, id)
	case c.Trust == chat.TrustVerified: // whoever can know it says that it is the owner's: no list has to
		c.Revealed, err = t.revealVerified(account, c.Owner.Bare(), id)
	}
	return err == nil, err
}

// tells says whether the change is a decision of the person's that other devices are
// told of.
func (c *TrustChange) tells() bool {
	return c.By != chat.ByNobody && c.By != chat.ByRule && c.By != chat.ByMessage && c.Fingerprint.Kind() == chat.KeyOMEMO &&
		(c.Trust == chat.TrustVerified || c.Trust == chat.TrustDistrusted)
}

// verifies says whether a trust is somebody's decision that a key is the right one:
// it counts from then on, whatever is thought of the key later.
func verifies(trust chat.Trust, by chat.TrustSource) bool {
	return trust == chat.TrustVerified && by != chat.ByNobody
}

// Keys returns the keys of an owner that an account knows, one for each device that
// has it: this computer's first, then those of listed devices, each by age. One that
// no device has any more stands with the device that had it last. Used is not set, and
// Listed of an OTR key neither.
func (db *DB) Keys(ctx context.Context, account, owner chat.Address) (all []chat.Key, err error) {
	err = db.read(ctx, "read keys", func(c *conn) error {
		devices, err := readDevices(c, account, owner)
		if err != nil {
			return err
		}
		keys, err := collect(c.query(context.Background(), `SELECT f.id, f.fingerprint, f.trust, f.source, f.was_verified, f.device, f.first_seen, f.last_seen, f.unlisted,
			f.id IN (own.key, own.otr_key), iif(f.id = own.key, own.device, 0)
			FROM known_key f INDEXED BY known_key_name LEFT JOIN own_identity own ON own.account = f.account
			WHERE f.account = `+accountID+` AND f.owner = ?`, account.Bare().String(), owner.Bare().String()), scanKey)
		if err != nil {
			return err
		}
		slices.SortFunc(keys, func(a, b knownKey) int { return cmp.Compare(a.id, b.id) })
		all = merge(keys, devices, account.Bare(), owner.Bare())
		return nil
	})
	return all, err
}

// knownKey is a key with its row.
type knownKey struct {
	id int64
	chat.Key
}

func scanKey(row scanner) (k knownKey, err error) {
	var first, last int64
	var own uint32
	err = row.Scan(&k.id, &k.Fingerprint, &k.Trust, &k.By, &k.WasVerified, &k.Device, &first, &last, &k.Unlisted, &k.Own, &own)
	if own != 0 {
		k.Device = own
	}
	k.FirstSeen, k.LastSeen = toTime(first), toTime(last)
	return k, err
}

// merge puts keys and the devices that have them together.
func merge(keys []knownKey, devices []Device, account, owner chat.Address) []chat.Key {
	byKey := map[int64][]Device{}
	for _, d := range devices {
		if d.key != 0 {
			byKey[d.key] = append(byKey[d.key], d)
		}
	}
	var all []chat.Key
	for _, k := range keys {
		k.Account, k.Owner = account, owner
		byDevice := map[uint32]chat.Key{}
		var order []uint32
		for _, d := range byKey[k.id] {
			one, met := byDevice[d.ID]
			if !met {
				one, order = k.Key, append(order, d.ID)
				one.Device, one.Own = d.ID, k.Own && d.ID == k.Device
			}
			if d.Listed && !one.Listed { // it speaks what its owner says now
				one.Listed, one.OMEMO, one.OMEMO2 = true, false, false
			}
			if d.Listed || !one.Listed {
				one.Label = cmp.Or(d.Label, one.Label)
				one.OMEMO = one.OMEMO || d.Version == 1
				one.OMEMO2 = one.OMEMO2 || d.Version == 2
			}
			byDevice[d.ID] = one
		}
		for _, id := range order {
			all = append(all, byDevice[id])
		}
		// An identity that was moved is one's own here also while only the other computer's
		// device is on the list.
		if len(order) == 0 || k.Own && !slices.Contains(order, k.Device) {
			all = append(all, k.Key)
		}
	}
	rank := func(k chat.Key) int {
		switch {
		case k.Own:
			return 0
		case k.Listed:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b chat.Key) int { return rank(a) - rank(b) })
	return all
}
