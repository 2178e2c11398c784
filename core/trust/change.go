// SPDX-License-Identifier: MPL-2.0

package trust

import "chatsecure.org/desktop/core/chat"

// Set is a key after somebody thinks something else of it. false is that nothing
// changes, because it may not or because it is so already:
//
//   - nobody thinks anything of this computer's own key;
//   - a rule only trusts what nobody has decided about;
//   - a message (XEP-0450) verifies and distrusts, and never undoes a distrust of the
//     person's;
//   - the person may do everything; to verify without having compared is ByChoice.
//
// By says who decided last, and stays where a message only says the same again.
func Set(k chat.Key, t chat.Trust, by chat.TrustSource) (chat.Key, bool) {
	person := by != chat.ByRule && by != chat.ByMessage
	if by == chat.ByNobody {
		by = chat.ByChoice
	}
	switch {
	case k.Own, t < chat.TrustUndecided, t > chat.TrustDistrusted, by < 0, by > chat.ByChoice:
		return k, false
	case by == chat.ByRule && (t != chat.TrustTrusted || k.Trust > chat.TrustUndecided || k.By != chat.ByNobody):
		return k, false
	case by == chat.ByMessage && t != chat.TrustVerified && t != chat.TrustDistrusted:
		return k, false
	case by == chat.ByMessage && t == k.Trust:
		return k, false
	case by == chat.ByMessage && k.Trust == chat.TrustDistrusted && k.By != chat.ByMessage:
		return k, false
	case person && t == k.Trust && by == k.By:
		return k, false
	}
	k.WasVerified = k.WasVerified || verified(k) || t == chat.TrustVerified
	k.Trust, k.By = t, by
	return k, true
}

// Appear is a key that was not known before, with what the level makes of it, and the
// notice that is given about it ("" for none): in the owner's conversation, or where
// k.Owner is k.Account about one's own account. known are the owner's keys before,
// those of the same new list not among them. first says that the owner's devices had
// never been asked for: what was there all the time is no news. That a device which had
// another key has this one now always is, whatever was thought of the other.
//
// A key that is known already comes back as it was.
func Appear(level chat.TrustLevel, known []chat.Key, k chat.Key, first bool) (chat.Key, chat.Code) {
	for _, o := range known {
		if o.Fingerprint == k.Fingerprint {
			return o, ""
		}
	}
	k.Trust, k.By, k.WasVerified = chat.TrustUndecided, chat.ByNobody, false
	s := sideOf(known)
	k, used := s.byRule(level, k)
	switch {
	case s.has(k.Device):
		return k, chat.CodeKeyChanged
	case first:
		return k, ""
	case k.Owner == k.Account:
		return k, chat.CodeOwnDevice
	case used:
		return k, chat.CodeDeviceAdded
	}
	return k, chat.CodeDeviceUnchecked
}
