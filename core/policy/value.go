// SPDX-License-Identifier: MPL-2.0

package policy

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// value is what a policy says of one key. meet is the loosest value that is as
// strict as both; it gets a value of the same key, so of the same type.
type value interface {
	meet(o value) value
	equal(o value) bool
	String() string
}

// word is one of an order of words.
type word struct {
	at   int // in the rule's words
	text string
}

func (w word) meet(o value) value {
	if other := o.(word); other.at > w.at {
		return other
	}
	return w
}
func (w word) equal(o value) bool { return w == o.(word) }
func (w word) String() string     { return w.text }

// number is a bound: the smaller is the stricter.
type number int

func (n number) meet(o value) value { return min(n, o.(number)) }
func (n number) equal(o value) bool { return n == o.(number) }
func (n number) String() string     { return strconv.Itoa(int(n)) }

// history is for how long messages are kept: a word, or a number of days between
// the first word and the second.
type history struct {
	word
	days int // 0: no number of days
}

func (h history) meet(o value) value {
	other := o.(history)
	switch {
	case h.days > 0 && other.days > 0:
		if other.days < h.days {
			return other
		}
		return h
	case h.days > 0 && other.at == 0, other.days > 0 && h.at > 0, h.days == 0 && other.days == 0 && h.at >= other.at:
		return h
	}
	return other
}
func (h history) equal(o value) bool { return h == o.(history) }
func (h history) String() string {
	if h.days > 0 {
		return daysPrefix + strconv.Itoa(h.days)
	}
	return h.text
}

// set is what is allowed, sorted, each once.
type set []string

func (s set) meet(o value) value {
	other := o.(set)
	both := make(set, 0, min(len(s), len(other)))
	for _, e := range s {
		if other.has(e) {
			both = append(both, e)
		}
	}
	return both
}
func (s set) has(e string) bool  { _, ok := slices.BinarySearch(s, e); return ok }
func (s set) equal(o value) bool { return slices.Equal(s, o.(set)) }
func (s set) String() string {
	if len(s) == 0 {
		return "nothing"
	}
	return strings.Join(s, ",")
}

// choice is a set of words of a rule: written in the rule's order.
type choice struct {
	set
	words []string
}

func (c choice) meet(o value) value {
	return choice{c.set.meet(o.(choice).set).(set), c.words}
}
func (c choice) equal(o value) bool { return c.set.equal(o.(choice).set) }
func (c choice) String() string {
	var named set
	for _, w := range c.words {
		if c.has(w) {
			named = append(named, w)
		}
	}
	return named.String()
}

// pins are, of each domain named, the keys that may vouch for it; of any other, all
// may.
type pins map[string]set

func (p pins) meet(o value) value {
	both := maps.Clone(p)
	for domain, keys := range o.(pins) {
		if mine, ok := p[domain]; ok {
			keys = mine.meet(keys).(set)
		}
		both[domain] = keys
	}
	return both
}

func (p pins) equal(o value) bool {
	return maps.EqualFunc(p, o.(pins), func(a, b set) bool { return slices.Equal(a, b) })
}

func (p pins) String() string {
	parts := make([]string, 0, len(p))
	for _, domain := range slices.Sorted(maps.Keys(p)) {
		parts = append(parts, domain+"="+p[domain].String())
	}
	return strings.Join(parts, ";")
}
