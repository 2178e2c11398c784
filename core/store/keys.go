// SPDX-License-Identifier: MPL-2.0

package store

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// secret keeps what embeds it out of whatever is printed or logged.
type secret struct{}

// Format keeps private keys out of whatever is printed.
func (secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "secret") }

// LogValue keeps private keys out of logs.
func (secret) LogValue() slog.Value { return slog.StringValue("redacted") }

// KeyChanges are what encrypting or reading one stanza does to keys. They are stored
// with what the stanza is, in one transaction: both are there or both are not.
type KeyChanges struct {
	secret
	Seen        []SeenKey
	Sessions    []Session
	UsedPrekeys []uint32 // one's own one-time prekeys: they leave the bundle
	Trust       []TrustChange
	Later       []LaterTrust
	Followed    []LaterTrust // of each key the last that was followed
	Settled     []LaterTrust // of Later, earlier: they need not wait any more
	Hashes      [][]byte     // SHA-256 of ciphertexts that were read and are no row
}

// Session is an OMEMO session with a device of somebody's.
type Session struct {
	secret
	Owner   chat.Address // bare; the account itself for one's own other devices
	Device  uint32
	Version int   // 1 eu.siacs.conversations.axolotl, 2 urn:xmpp:omemo:2
	Step    int64 // rises with each change: a state with a lower one than what is stored is left out
	Data    []byte
}

// SeenKey says which identity key a device has.
type SeenKey struct {
	Owner       chat.Address // bare; the account itself for one's own
	Fingerprint chat.Fingerprint
	Device      uint32    // 0 for OTR
	Version     int       // as in Session; 0 for OTR
	At          time.Time // when a message came from it; zero: only its bundle was read
	// Trust and By are for a key that is new; those that are known keep theirs.
	// TrustNone stands for TrustUndecided.
	Trust chat.Trust
	By    chat.TrustSource
	// Unlisted is for a key that is new: its device is on no list, so nobody has been told
	// of it. See DeviceChange.Met.
	Unlisted bool
}

// sessionName names a session of one account.
type sessionName struct {
	owner   string
	device  uint32
	version int
}

// keyChanges stores what several stanzas of an account did to keys. Of a session
// only the last state is written.
func (t *tx) keyChanges(account chat.Address, all []*KeyChanges) error {
	if len(all) == 0 {
		return nil
	}
	id, err := t.account(account)
	if err != nil {
		return err
	}
	last := map[sessionName]*Session{}
	var order []sessionName
	seen := map[SeenKey]time.Time{}
	grown := map[sessionName]bool{} // owners and versions that have devices which were not known
	for _, k := range all {
		for _, s := range k.Seen {
			at := s.At
			s.At = time.Time{}
			if had, again := seen[s]; again && !at.After(had) {
				continue
			}
			seen[s], s.At = at, at
			fresh, err := t.seenKey(id, &s)
			if err != nil {
				return err
			}
			if fresh {
				grown[sessionName{owner: s.Owner.Bare().String(), version: s.Version}] = true
			}
		}
		for i := range k.Sessions {
			s := &k.Sessions[i]
			name := sessionName{s.Owner.Bare().String(), s.Device, s.Version}
			switch had, again := last[name]; {
			case !again:
				order = append(order, name)
				last[name] = s
			case s.Step >= had.Step:
				last[name] = s
			}
		}
		if err := t.otherKeyChanges(id, k); err != nil {
			return err
		}
	}
	for _, name := range order {
		if err := t.putSession(id, last[name]); err != nil {
			return err
		}
	}
	for of := range grown { // now that the sessions are there
		if err := t.forgetDevices(id, of.owner, of.version); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) otherKeyChanges(account int64, k *KeyChanges) error {
	for _, prekey := range k.UsedPrekeys {
		if err := t.usePrekey(account, prekey); err != nil {
			return err
		}
	}
	for i := range k.Trust {
		if _, err := t.setTrust(account, &k.Trust[i]); err != nil {
			return err
		}
	}
	if err := t.settleLater(account, k); err != nil {
		return err
	}
	if err := t.keepLater(account, k.Later); err != nil {
		return err
	}
	for _, h := range k.Hashes {
		if err := t.noteHash(account, h, 0, true); err != nil {
			return err
		}
	}
	return nil
}

// batchKeys stores what a batch did to keys, before its rows: these name keys. An
// amendment that comes again is known by its ciphertext, and is no row.
func (t *tx) batchKeys(account chat.Address, b *Batch) error {
	var all []*KeyChanges
	var changes KeyChanges
	for i := range b.Rows {
		if k := b.Rows[i].Keys; k != nil {
			all = append(all, k)
		}
	}
	for i := range b.Amends {
		if k := b.Amends[i].Keys; k != nil {
			all = append(all, k)
		}
		if h := b.Amends[i].Hash; h != nil {
			changes.Hashes = append(changes.Hashes, h)
		}
	}
	if len(changes.Hashes) > 0 {
		all = append(all, &changes)
	}
	for i := range b.Keys {
		all = append(all, &b.Keys[i])
	}
	return t.keyChanges(account, all)
}

// optionalTime is 0 for the zero time; toTime the other way round.
func optionalTime(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func toTime(micro int64) time.Time {
	if micro == 0 {
		return time.Time{}
	}
	return fromMicro(micro)
}

// optionalID is NULL for 0.
func optionalID(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}
