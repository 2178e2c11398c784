// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// side is all keys of one owner, and what has to be known of all of them to judge one.
type side struct {
	keys     []chat.Key
	verified bool                        // one was, ever
	newest   map[uint32]time.Time        // of each device's listed OMEMO keys
	compared map[uint32]chat.Fingerprint // a verified OMEMO key of the device
}

func sideOf(keys []chat.Key) side {
	s := side{keys: keys, newest: map[uint32]time.Time{}, compared: map[uint32]chat.Fingerprint{}}
	for _, k := range keys {
		if k.Own {
			continue
		}
		// A key that nobody verified is one's own of before, or on another device now.
		s.verified = s.verified || k.WasVerified || verified(k)
		if k.Device == 0 || k.Fingerprint.Kind() != chat.KeyOMEMO {
			continue
		}
		if at := seen(k); k.Listed && at.After(s.newest[k.Device]) {
			s.newest[k.Device] = at
		}
		if k.Trust == chat.TrustVerified {
			s.compared[k.Device] = k.Fingerprint
		}
	}
	return s
}

// verified says whether somebody has decided that a key is the right one.
func verified(k chat.Key) bool { return k.Trust == chat.TrustVerified && k.By != chat.ByNobody }

// usable is the table of the package's page, for a key whose trust by rule is settled.
func (s side) usable(level chat.TrustLevel, k chat.Key) bool {
	switch k.Trust {
	case chat.TrustVerified:
		return true
	case chat.TrustTrusted:
		return level == chat.Relaxed || level == chat.Careful && !s.verified
	}
	return false
}

// byRule is the key with the trust that the level gives to what nobody decided about.
func (s side) byRule(level chat.TrustLevel, k chat.Key) (chat.Key, bool) {
	if s.verified || level != chat.Careful && level != chat.Relaxed {
		return k, false
	}
	return Set(k, chat.TrustTrusted, chat.ByRule)
}

// active says whether an OMEMO message can go to the key's device.
func (s side) active(k chat.Key) bool {
	return k.Listed && !k.Own && k.Fingerprint.Kind() == chat.KeyOMEMO &&
		(k.Device == 0 || !seen(k).Before(s.newest[k.Device]))
}

// replaces says whether the key's device has another key that is verified.
func (s side) replaces(k chat.Key) bool {
	other, ok := s.compared[k.Device]
	return ok && k.Fingerprint != other
}

// has says whether an OMEMO key of a device is known.
func (s side) has(device uint32) bool {
	return device != 0 && slices.ContainsFunc(s.keys, func(k chat.Key) bool {
		return k.Device == device && k.Fingerprint.Kind() == chat.KeyOMEMO
	})
}

// seen is when there was last a sign of a key.
func seen(k chat.Key) time.Time {
	if k.LastSeen.After(k.FirstSeen) {
		return k.LastSeen
	}
	return k.FirstSeen
}
