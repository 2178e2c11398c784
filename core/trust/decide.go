// SPDX-License-Identifier: MPL-2.0

package trust

import "chatsecure.org/desktop/core/chat"

// Decision says who gets a message.
type Decision struct {
	Send    []chat.Key // the message is encrypted for these: the contact's, then one's own; none where Blocked
	Skipped []chat.Key // active, and left out
	Blocked chat.Code  // why nothing may be sent; "" where it may
	Changed bool       // a device whose key was verified has another one now
	// Changes are the keys that got their trust by this decision, as they have to be
	// stored with it: under Relaxed those trusted before the first verification go on
	// being used after it.
	Changes []chat.Key
}

// Decide says which OMEMO keys get a message to a contact. keys are all of the
// contact's that are known, own all of one's own account: also those of devices that
// are gone, and those of OTR, for they say whether one was ever verified. Active is
// what is Listed; this computer's own key (Own) gets nothing. Of several listed keys
// of one device only the one seen last is active. To talk to oneself, give one's own
// keys as keys, and none as own.
//
// Blocked is CodeNoDevice where the contact has no active key, CodeNoTrusted or
// CodeKeyChanged where none may be used or, under Strict, where an active one is neither
// verified nor distrusted; CodeOwnUnchecked, under Strict, where one of one's own is
// neither. One's own other devices never block anything else.
func Decide(level chat.TrustLevel, keys, own []chat.Key) Decision {
	var d Decision
	theirs, mine := sideOf(keys), sideOf(own)
	n, open, changed := d.add(level, theirs)
	sent := len(d.Send)
	_, openOwn, changedOwn := d.add(level, mine)
	d.Changed = changed || changedOwn
	switch {
	case n == 0:
		d.Blocked = chat.CodeNoDevice
	case level == chat.Strict && open && theirs.verified:
		d.Blocked = chat.CodeKeyChanged
	case level == chat.Strict && open:
		d.Blocked = chat.CodeNoTrusted
	case sent == 0 && changed:
		d.Blocked = chat.CodeKeyChanged
	case sent == 0:
		d.Blocked = chat.CodeNoTrusted
	case level == chat.Strict && openOwn: // the contact's are in order
		d.Blocked = chat.CodeOwnUnchecked
	}
	if d.Blocked != "" {
		d.Send, d.Skipped = nil, append(d.Send, d.Skipped...)
	}
	return d
}

// add sorts one side's active keys. It returns how many there are, whether one of
// them is neither verified nor distrusted, and whether one of these took the place of
// a verified one.
func (d *Decision) add(level chat.TrustLevel, s side) (n int, open, changed bool) {
	for _, k := range s.keys {
		if !s.active(k) {
			continue
		}
		n++
		if promoted, ok := s.byRule(level, k); ok {
			k = promoted
			d.Changes = append(d.Changes, k)
		}
		if k.Trust != chat.TrustVerified && k.Trust != chat.TrustDistrusted {
			open = true
			changed = changed || s.replaces(k)
		}
		if s.usable(level, k) {
			d.Send = append(d.Send, k)
		} else {
			d.Skipped = append(d.Skipped, k)
		}
	}
	return n, open, changed
}

// Session says whether a message may go to the open OTR session of a key. keys are all
// of the contact's that are known, of both kinds. "" is yes.
func Session(level chat.TrustLevel, keys []chat.Key, with chat.Fingerprint) chat.Code {
	s := sideOf(keys)
	for _, k := range keys {
		if k.Fingerprint != with {
			continue
		}
		if promoted, ok := s.byRule(level, k); ok {
			k = promoted
		}
		switch {
		case s.usable(level, k):
			return ""
		case k.Trust != chat.TrustDistrusted && s.verified:
			return chat.CodeKeyChanged
		}
	}
	return chat.CodeNoTrusted
}

// Lock is the lock of a conversation whose messages this decision is about. It warns
// where a key changed and where devices are there and none may get a message.
func (d Decision) Lock() chat.Lock {
	switch {
	case d.Blocked == chat.CodeNoDevice:
		return chat.LockOpen
	case d.Blocked != "", d.Changed:
		return chat.LockWarning
	}
	for _, k := range d.Send {
		if k.Trust != chat.TrustVerified {
			return chat.LockClosed
		}
	}
	return chat.LockVerified
}
