// SPDX-License-Identifier: MPL-2.0

package policy

import "slices"

// Is says whether a key of words holds at least the given word: Is(Receipts, Off),
// Is(Registration, Invite). For a word that the key does not know it is false; of
// history ask History.
func (p Policy) Is(k Key, at string) bool {
	r, ok := ruleOf(k)
	v, isWord := p.values[k].(word)
	wanted := slices.Index(r.words, at)
	if !ok || wanted < 0 {
		return false
	}
	if !isWord {
		return wanted == 0 && p.values[k] == nil
	}
	return v.at >= wanted
}

// Pins are the SHA-256, in hex, of the public keys that may vouch for a domain; ok
// says whether it is pinned at all. A domain that is pinned to nothing may be
// trusted by nobody.
func (p Policy) Pins(domain string) (keys []string, ok bool) {
	all, _ := p.values[TLSPins].(pins)
	s, ok := all[domain]
	return slices.Clone(s), ok
}

// PinnedDomains are the domains that Pins knows, sorted.
func (p Policy) PinnedDomains() []string {
	all, _ := p.values[TLSPins].(pins)
	domains := make([]string, 0, len(all))
	for d := range all {
		domains = append(domains, d)
	}
	slices.Sort(domains)
	return domains
}

// Domains are those of which accounts may be; ok is false where any may.
func (p Policy) Domains() (domains []string, ok bool) {
	s, ok := p.values[AccountsDomains].(set)
	return slices.Clone(s), ok
}

// MaxAccounts is how many accounts there may be; ok is false where any number may.
func (p Policy) MaxAccounts() (n int, ok bool) {
	v, ok := p.values[AccountsMax].(number)
	return int(v), ok
}

// Allows says whether messages may travel with an encryption (None, OTR, OMEMO,
// OMEMO2).
func (p Policy) Allows(encryption string) bool {
	c, ok := p.values[EncryptionAllowed].(choice)
	return !ok || c.has(encryption)
}

// History is for how long messages are kept: Keep, Session or Off, or a number of
// days, which is 0 otherwise.
func (p Policy) History() (what string, days int) {
	h, ok := p.values[History].(history)
	switch {
	case !ok:
		return Keep, 0
	case h.days > 0:
		return "", h.days
	}
	return h.text, 0
}

// LockAfter is after how many minutes without a touch the database is locked; ok is
// false for never.
func (p Policy) LockAfter() (minutes int, ok bool) {
	v, ok := p.values[DatabaseLockAfter].(number)
	return int(v), ok
}
