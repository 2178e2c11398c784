// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// maxUnlisted is how many devices are remembered that are on no list, or on none any
// more, with their sessions: for each owner and version those from which a message came
// last.
const maxUnlisted = 64

// Device is a device of somebody's that speaks a version of OMEMO.
type Device struct {
	Version     int // 1 eu.siacs.conversations.axolotl, 2 urn:xmpp:omemo:2
	ID          uint32
	Label       string           // what its owner calls it; never trusted
	Listed      bool             // it is on its owner's list now
	Added       time.Time        // when it was first met
	Seen        time.Time        // when a message last came from it; zero for never
	Fingerprint chat.Fingerprint // its identity key; "" while nobody has asked for its bundle

	key int64
}

// DeviceList says what is known of an owner's list of devices.
type DeviceList struct {
	Version int
	Fetched time.Time // when it was last received
	Known   bool      // false: its owner has published none
}

// DeviceChange is what a new list of devices changed.
type DeviceChange struct {
	First          bool // no list of that owner and version was known before
	Added, Removed []uint32
	Met            []chat.Fingerprint // keys of devices that are on a list for the first time, and were met before
	Revealed       []Revealed         // messages that were held back until their devices stood on the list
}

const selectDevice = `SELECT d.device, d.version, d.label, d.listed, d.added, d.seen, d.key, f.fingerprint
	FROM device d LEFT JOIN known_key f ON f.id = d.key WHERE d.account = ` + accountID + ` AND d.owner = ? ORDER BY d.device, d.version`

// Devices returns the devices of an owner that an account knows, by id and version,
// also those that are on no list any more.
func (db *DB) Devices(ctx context.Context, account, owner chat.Address) (all []Device, err error) {
	err = db.read(ctx, "read devices", func(c *conn) error {
		all, err = readDevices(c, account, owner)
		return err
	})
	return all, err
}

func readDevices(c *conn, account, owner chat.Address) ([]Device, error) {
	return collect(c.query(context.Background(), selectDevice, account.Bare().String(), owner.Bare().String()), scanDevice)
}

func scanDevice(row scanner) (d Device, err error) {
	var added, seen int64
	err = row.Scan(&d.ID, &d.Version, &d.Label, &d.Listed, &added, &seen, &d.key, &d.Fingerprint)
	d.Added, d.Seen = toTime(added), toTime(seen)
	return d, err
}

// DeviceLists returns what is known of an owner's lists, none for a version of which
// nobody has asked yet.
func (db *DB) DeviceLists(ctx context.Context, account, owner chat.Address) ([]DeviceList, error) {
	return list(ctx, db, "read devices", scanDeviceList, `SELECT version, fetched, known FROM device_list
		WHERE account = `+accountID+` AND owner = ? ORDER BY version`, account.Bare().String(), owner.Bare().String())
}

func scanDeviceList(row scanner) (l DeviceList, err error) {
	var fetched int64
	err = row.Scan(&l.Version, &fetched, &l.Known)
	l.Fetched = toTime(fetched)
	return l, err
}

// SetDevices stores the list that an owner has published for a version: ID and Label
// of each device. known is false if there is none on the server. What is not on it
// any more is kept as not listed, with its key and session, if it had one.
func (db *DB) SetDevices(ctx context.Context, account, owner chat.Address, version int, devices []Device, known bool, at time.Time) (ch DeviceChange, err error) {
	name := owner.Bare().String()
	err = db.write(ctx, "store devices", func(t *tx) error {
		ch = DeviceChange{}
		id, err := t.account(account)
		if err != nil {
			return err
		}
		before, err := collect(t.query(noCtx, `SELECT device FROM device WHERE account = ? AND owner = ? AND version = ? AND listed = 1`,
			id, name, version), scanID)
		if err != nil {
			return err
		}
		if err := t.row(`SELECT NOT EXISTS (SELECT 1 FROM device_list WHERE account = ? AND owner = ? AND version = ?)`, id, name, version).Scan(&ch.First); err != nil {
			return err
		}
		if _, err := t.exec(`INSERT INTO device_list (account, owner, version, fetched, known) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (account, owner, version) DO UPDATE SET fetched = excluded.fetched, known = excluded.known`,
			id, name, version, at.UnixMicro(), known); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE device SET listed = 0 WHERE account = ? AND owner = ? AND version = ? AND listed = 1`, id, name, version); err != nil {
			return err
		}
		for _, d := range devices {
			if _, err := t.exec(`INSERT INTO device (account, owner, device, version, label, listed, added, seen) VALUES (?, ?, ?, ?, ?, 1, ?, 0)
				ON CONFLICT (account, owner, device, version) DO UPDATE SET listed = 1, label = excluded.label`,
				id, name, d.ID, version, d.Label, at.UnixMicro()); err != nil {
				return err
			}
		}
		ch.compare(before, devices)
		if ch.Met, err = collect(t.query(noCtx, `UPDATE known_key SET unlisted = 0 WHERE account = ?1 AND owner = ?2 AND unlisted = 1 AND id IN
			(SELECT key FROM device WHERE account = ?1 AND owner = ?2 AND version = ?3 AND listed = 1) RETURNING fingerprint`,
			id, name, version), scanFingerprint); err != nil {
			return err
		}
		if ch.Revealed, err = t.revealListed(id, account.Bare(), owner.Bare(), ch.Met); err != nil || len(ch.Removed) == 0 {
			return err
		}
		return t.forgetDevices(id, name, version)
	})
	return ch, err
}

// LabelDevices stores what an owner calls devices that are on its list.
func (db *DB) LabelDevices(ctx context.Context, account, owner chat.Address, version int, labels map[uint32]string) error {
	return db.write(ctx, "store devices", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		for device, label := range labels {
			if _, err := t.exec(`UPDATE device SET label = ? WHERE account = ? AND owner = ? AND device = ? AND version = ? AND listed = 1`,
				label, id, owner.Bare().String(), device, version); err != nil {
				return err
			}
		}
		return nil
	})
}

func scanFingerprint(row scanner) (f chat.Fingerprint, err error) {
	err = row.Scan(&f)
	return f, err
}

// UnlistedKeys counts the keys whose devices were never on a list: those of an owner, and
// all of the account's.
func (db *DB) UnlistedKeys(ctx context.Context, account, owner chat.Address) (of, all int, err error) {
	err = db.read(ctx, "read keys", func(c *conn) error {
		return c.row(`SELECT count(iif(owner = ?, 1, NULL)), count(*) FROM known_key INDEXED BY known_key_unlisted
			WHERE account = `+accountID+` AND unlisted = 1`, owner.Bare().String(), account.Bare().String()).Scan(&of, &all)
	})
	return of, all, err
}

func (ch *DeviceChange) compare(before []int64, devices []Device) {
	now := map[int64]bool{}
	for _, d := range devices {
		if id := int64(d.ID); !now[id] {
			now[id] = true
			if !slices.Contains(before, id) {
				ch.Added = append(ch.Added, d.ID)
			}
		}
	}
	for _, id := range before {
		if !now[id] {
			ch.Removed = append(ch.Removed, uint32(id)) // it was one
		}
	}
}

// forgetDevices bounds what is remembered of devices that are on no list: who changes
// a list all the time, or writes from ever new devices, must not fill the database.
func (t *tx) forgetDevices(account int64, owner string, version int) error {
	if _, err := t.exec(`DELETE FROM device WHERE account = ? AND owner = ? AND version = ? AND listed = 0 AND key IS NULL AND seen = 0`,
		account, owner, version); err != nil {
		return err
	}
	old, err := collect(t.query(noCtx, `SELECT device FROM device WHERE account = ? AND owner = ? AND version = ? AND listed = 0
		ORDER BY max(seen, added) DESC LIMIT -1 OFFSET ?`, account, owner, version, maxUnlisted), scanID)
	if err != nil {
		return err
	}
	for _, device := range old {
		for _, query := range []string{
			`DELETE FROM device WHERE account = ? AND owner = ? AND device = ? AND version = ?`,
			`DELETE FROM session WHERE account = ? AND owner = ? AND device = ? AND version = ?`,
		} {
			if _, err := t.exec(query, account, owner, device, version); err != nil {
				return err
			}
		}
	}
	return nil
}

// seenDevice stores which key a device has. A message from before the last one says
// nothing about that.
func (t *tx) seenDevice(account int64, owner string, s *SeenKey, key, at int64) (fresh bool, err error) {
	if err := t.row(`SELECT NOT EXISTS (SELECT 1 FROM device WHERE account = ? AND owner = ? AND device = ? AND version = ?)`,
		account, owner, s.Device, s.Version).Scan(&fresh); err != nil {
		return false, err
	}
	_, err = t.exec(`INSERT INTO device (account, owner, device, version, label, listed, added, seen, key) VALUES (?, ?, ?, ?, '', 0, ?, ?, ?)
		ON CONFLICT (account, owner, device, version) DO UPDATE SET seen = max(seen, excluded.seen),
		key = iif(key IS NULL OR excluded.seen = 0 OR excluded.seen >= seen, excluded.key, key)`,
		account, owner, s.Device, s.Version, nowMicro(), at, key)
	return fresh, err
}
