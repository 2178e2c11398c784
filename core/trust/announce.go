// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"cmp"
	"maps"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// Outgoing is a trust message to send (XEP-0434), in an OMEMO 2 message for exactly
// these keys.
type Outgoing struct {
	To         chat.Address // bare: one's own for one's own devices
	For        []chat.Key   // verified keys of To
	Encryption string       // whose keys it is about
	Owners     []Owner
}

// Announce returns the messages that XEP-0450 §4 asks for after the person has
// verified or distrusted a key: k is the key as it is now, keys are all that are known
// in the account, own and contacts'. There is none for a trust that came by a rule or
// by a message, none about OTR, and none to devices that do not speak OMEMO 2, for
// they could not read it.
func Announce(account chat.Address, k chat.Key, keys []chat.Key) []Outgoing {
	if k.By == chat.ByRule || k.By == chat.ByMessage || k.Own || k.Fingerprint.Kind() != chat.KeyOMEMO {
		return nil
	}
	distrust := k.Trust == chat.TrustDistrusted
	if k.Trust != chat.TrustVerified && !distrust {
		return nil
	}
	all := verifiedBut(k, keys)
	own := k.Owner == account
	var out []Outgoing
	// Of a contact's key one's own devices are told, of one's own key everybody.
	readers := all
	if !own {
		readers = of(account, all)
	}
	for _, to := range ownersOf(readers) {
		o := Outgoing{To: to, For: able(of(to, readers)), Encryption: encryptionOf(k), Owners: []Owner{{Address: k.Owner}}}
		list := &o.Owners[0].Trust
		if distrust {
			list = &o.Owners[0].Distrust
		}
		*list = []chat.Fingerprint{k.Fingerprint}
		out = append(out, o)
	}
	// The newly verified device is told of one's own, or where it is one's own of all.
	if !distrust {
		known := all
		if !own {
			known = of(account, all)
		}
		out = append(out, introduce(k, known)...)
	}
	return slices.DeleteFunc(out, func(o Outgoing) bool { return len(o.For) == 0 })
}

// introduce tells the device of k which keys are verified here.
func introduce(k chat.Key, known []chat.Key) []Outgoing {
	var out []Outgoing
	for _, encryption := range []string{OMEMO2, OMEMO} {
		o := Outgoing{To: k.Owner, For: able([]chat.Key{k}), Encryption: encryption}
		for _, owner := range ownersOf(known) {
			var list []chat.Fingerprint
			for _, v := range of(owner, known) {
				if encryptionOf(v) == encryption {
					list = append(list, v.Fingerprint)
				}
			}
			if len(list) > 0 {
				o.Owners = append(o.Owners, Owner{Address: owner, Trust: list})
			}
		}
		if len(o.Owners) > 0 {
			out = append(out, o)
		}
	}
	return out
}

// Split makes parts of what a trust message would say, in order: each names at most the
// given number of keys.
func Split(owners []Owner, most int) [][]Owner {
	var parts [][]Owner
	var part []Owner
	left := most
	for _, o := range owners {
		for len(o.Trust)+len(o.Distrust) > 0 {
			n := min(left, len(o.Trust))
			m := min(left-n, len(o.Distrust))
			part = append(part, Owner{Address: o.Address, Trust: o.Trust[:n], Distrust: o.Distrust[:m]})
			o.Trust, o.Distrust = o.Trust[n:], o.Distrust[m:]
			if left -= n + m; left == 0 {
				parts, part, left = append(parts, part), nil, most
			}
		}
	}
	if len(part) > 0 {
		parts = append(parts, part)
	}
	return parts
}

// verifiedBut are the verified OMEMO keys of other devices than this computer's and
// k's that are on their owner's list.
func verifiedBut(k chat.Key, keys []chat.Key) []chat.Key {
	var list []chat.Key
	for _, o := range keys {
		if o.Trust == chat.TrustVerified && !o.Own && o.Listed && o.Fingerprint.Kind() == chat.KeyOMEMO &&
			(o.Owner != k.Owner || o.Fingerprint != k.Fingerprint) {
			list = append(list, o)
		}
	}
	return list
}

func able(keys []chat.Key) []chat.Key {
	return slices.DeleteFunc(slices.Clone(keys), func(k chat.Key) bool { return !k.OMEMO2 || !k.Listed })
}

func of(owner chat.Address, keys []chat.Key) []chat.Key {
	return slices.DeleteFunc(slices.Clone(keys), func(k chat.Key) bool { return k.Owner != owner })
}

// ownersOf are the addresses that the keys belong to, in their order.
func ownersOf(keys []chat.Key) []chat.Address {
	set := map[chat.Address]bool{}
	for _, k := range keys {
		set[k.Owner] = true
	}
	return slices.SortedFunc(maps.Keys(set), func(a, b chat.Address) int { return cmp.Compare(a.String(), b.String()) })
}

func encryptionOf(k chat.Key) string {
	if k.OMEMO2 || !k.OMEMO {
		return OMEMO2
	}
	return OMEMO
}
