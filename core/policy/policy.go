// SPDX-License-Identifier: MPL-2.0

package policy

import "maps"

// Policy says of each key how strict a front end and the core must be at least. It
// is immutable; the zero value restricts nothing.
type Policy struct {
	values map[Key]value // never written to once the Policy is made
}

// Merge returns what is as strict as both in every key, and no stricter.
func (p Policy) Merge(q Policy) Policy {
	if len(p.values) == 0 {
		return q
	}
	if len(q.values) == 0 {
		return p
	}
	merged := maps.Clone(p.values)
	for k, v := range q.values {
		if mine, ok := merged[k]; ok {
			v = mine.meet(v)
		}
		merged[k] = v
	}
	return Policy{merged}
}

// Equal says whether both name the same keys with the same values.
func (p Policy) Equal(q Policy) bool {
	return maps.EqualFunc(p.values, q.values, func(a, b value) bool { return a.equal(b) })
}

// Names says whether the policy says something of a key, be it only the loosest.
func (p Policy) Names(k Key) bool { return p.values[k] != nil }

// Empty says whether it names no key at all.
func (p Policy) Empty() bool { return len(p.values) == 0 }

// Locks says whether a key is held to more than the loosest value.
func (p Policy) Locks(k Key) bool {
	v := p.values[k]
	if v == nil {
		return false
	}
	loosest := floor().values[k]
	return loosest == nil || !v.equal(loosest)
}

// Looser returns the keys that p names with a value that is less strict than q's,
// in the order of Keys: merged with q, p would not get what it asks for.
func (p Policy) Looser(q Policy) []Key {
	var looser []Key
	for _, r := range rules {
		mine, theirs := p.values[r.key], q.values[r.key]
		if mine != nil && theirs != nil && !mine.meet(theirs).equal(mine) {
			looser = append(looser, r.key)
		}
	}
	return looser
}

// Value is a key's value in words, "" for a key that the policy does not name: the
// word, the number, the members of a set with commas between them ("nothing" for an
// empty one), pins as domain=hex,hex;domain=hex.
func (p Policy) Value(k Key) string {
	if v := p.values[k]; v != nil {
		return v.String()
	}
	return ""
}

// floor is what holds where nobody restricts anything, for keys that have such a
// value: of the others, absence is it.
func floor() Policy {
	loosest := make(map[Key]value, len(rules))
	for _, r := range rules {
		switch {
		case r.key == History:
			loosest[r.key] = history{word: word{0, r.words[0]}}
		case r.key == EncryptionAllowed:
			loosest[r.key] = choiceOf(r.words, r.words)
		case len(r.words) > 0:
			loosest[r.key] = word{0, r.words[0]}
		}
	}
	return Policy{loosest}
}
