// SPDX-License-Identifier: MPL-2.0

package core

import "math"

// spans are, by session, the texts that were encrypted in it, and which of them the other
// side has confirmed.
type spans map[sealedIn]*span

type span struct {
	confirmed   map[uint64]bool // by number
	first, last uint64          // confirmed ones; 0 for none
}

// key is the session alone.
func (in sealedIn) key() sealedIn { return sealedIn{side: in.side, session: in.session} }

func (s spans) add(in sealedIn, confirmed bool) {
	if in.number == 0 {
		return
	}
	all := s[in.key()]
	if all == nil {
		all = &span{confirmed: make(map[uint64]bool)}
		s[in.key()] = all
	}
	all.confirmed[in.number] = confirmed
	if confirmed {
		all.last = max(all.last, in.number)
		if all.first == 0 || in.number < all.first {
			all.first = in.number
		}
	}
}

// between says whether a text stands between two that were confirmed.
func (s spans) between(in sealedIn) bool {
	all := s[in.key()]
	return all != nil && all.first != 0 && all.first < in.number && in.number < all.last
}

// cover says whether the texts next to a correction were confirmed: then that has come.
func (s spans) cover(in sealedIn) bool {
	all := s[in.key()]
	if all == nil {
		return false
	}
	before, behind := uint64(0), uint64(math.MaxUint64) // which are no text's
	for number := range all.confirmed {
		switch {
		case number < in.number:
			before = max(before, number)
		case number > in.number:
			behind = min(behind, number)
		}
	}
	return all.confirmed[before] && all.confirmed[behind]
}
