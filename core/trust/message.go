// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Usage is what a trust message is for: automatic trust management (XEP-0450).
const Usage = "urn:xmpp:atm:1"

// The encryptions whose keys a trust message can be about (XEP-0434 §4). Both have
// the same identity keys; a device that speaks only the older one is named under it.
const (
	OMEMO2 = "urn:xmpp:omemo:2"
	OMEMO  = "eu.siacs.conversations.axolotl"
)

// Owner is what a trust message says of one owner's keys.
type Owner struct {
	Address         chat.Address // bare
	Trust, Distrust []chat.Fingerprint
}

// Message is a trust message (XEP-0434) that came in, from inside an OMEMO message.
type Message struct {
	Sender     chat.Address     // bare
	SenderKey  chat.Fingerprint // of the device whose session it came in
	Usage      string
	Encryption string
	Owners     []Owner
	Time       time.Time // of its envelope (XEP-0420)
}

// Statement is what one device says of one key. The caller keeps those that Apply
// leaves (XEP-0450 §6.1, §6.2).
type Statement struct {
	Sender    chat.Address     // bare
	SenderKey chat.Fingerprint // the device that says it
	Owner     chat.Address     // bare, of Key
	Key       chat.Fingerprint
	Distrust  bool
	Time      time.Time // never later than it came
	// Applied says that it has been followed. It is kept so that an older one that
	// comes late changes nothing (XEP-0434 §3.2.1).
	Applied bool
}

// target is the key that a statement is about.
type target struct {
	owner chat.Address
	key   chat.Fingerprint
}

func (s Statement) target() target { return target{s.Owner, s.Key} }

// messageLimit is how many keys a trust message may speak of; more are not read.
const messageLimit = 1000

// Read returns the statements of a message that the account may follow at all: one's
// own devices speak of one's own keys and of any contact's, those of a contact only
// of that contact's (XEP-0450 §4). now bounds the time that the sender gives. Whether
// the sender is to be believed is Apply's matter.
func Read(account chat.Address, m Message, now time.Time) []Statement {
	if m.Usage != Usage || m.Encryption != OMEMO2 && m.Encryption != OMEMO {
		return nil
	}
	at := m.Time
	if at.After(now) {
		at = now
	}
	var all []Statement
	for _, o := range m.Owners {
		if m.Sender != account && m.Sender != o.Address {
			continue
		}
		for i, list := range [][]chat.Fingerprint{o.Trust, o.Distrust} {
			for _, key := range list {
				if len(key) != 64 || len(all) == messageLimit {
					continue
				}
				all = append(all, Statement{m.Sender, m.SenderKey, o.Address, key, i == 1, at.UTC(), false})
			}
		}
	}
	return all
}
