// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"slices"
	"time"
)

// Bounds of the keys that are kept for messages that have not come yet.
const (
	MaxSkip    = 1000                // of one chain, and how many one message may skip
	MaxSkipped = 2000                // of a session's ratchet
	MaxAge     = 30 * 24 * time.Hour // then they are dropped
)

// skippedKey is the key of message n, kept since at (seconds, Unix).
type skippedKey struct {
	n   uint32
	at  int64
	key [32]byte
}

// skippedChain has the keys of one of the other side's ratchet keys, the oldest first.
type skippedChain struct {
	ratchet [32]byte
	keys    []skippedKey
}

// skipped are a ratchet's, the oldest chain first. A value is never changed.
type skipped []skippedChain

func (k skipped) find(ratchet [32]byte, n uint32) (chain, key int) {
	chain = slices.IndexFunc(k, func(c skippedChain) bool { return c.ratchet == ratchet })
	if chain < 0 {
		return -1, -1
	}
	return chain, slices.IndexFunc(k[chain].keys, func(s skippedKey) bool { return s.n == n })
}

func (k skipped) has(ratchet [32]byte, n uint32) bool {
	_, at := k.find(ratchet, n)
	return at >= 0
}

func (k skipped) size() (n int) {
	for _, c := range k {
		n += len(c.keys)
	}
	return n
}

// take gives a message's key and what is left without it.
func (k skipped) take(ratchet [32]byte, n uint32) (key [32]byte, rest skipped, ok bool) {
	c, at := k.find(ratchet, n)
	if at < 0 {
		return key, k, false
	}
	key = k[c].keys[at].key
	return key, k.replace(c, slices.Delete(slices.Clone(k[c].keys), at, at+1)), true
}

// replace gives chain at other keys, and takes it away if those are none.
func (k skipped) replace(at int, keys []skippedKey) skipped {
	rest := slices.Clone(k)
	if len(keys) == 0 {
		return slices.Delete(rest, at, at+1)
	}
	rest[at].keys = keys
	return rest
}

// fill moves the chain to message n and keeps the keys before it. The oldest ones go
// where there would be too many.
func (k skipped) fill(ratchet [32]byte, c *chain, n uint32, now time.Time) skipped {
	if c.n >= n {
		return k
	}
	var keys []skippedKey
	rest := slices.Clone(k)
	if at, _ := k.find(ratchet, n); at >= 0 {
		keys = slices.Clone(k[at].keys)
		rest = slices.Delete(rest, at, at+1)
	}
	for c.n < n {
		number := c.n
		keys = append(keys, skippedKey{n: number, at: now.Unix(), key: c.next()})
	}
	keys = keys[max(0, len(keys)-MaxSkip):]
	rest = append(rest, skippedChain{ratchet: ratchet, keys: keys})
	for extra := rest.size() - MaxSkipped; extra > 0; extra = rest.size() - MaxSkipped {
		rest = rest.replace(0, rest[0].keys[min(extra, len(rest[0].keys)):])
	}
	return rest
}

// since is without those that are older.
func (k skipped) since(limit time.Time) skipped {
	old := func(s skippedKey) bool { return s.at < limit.Unix() }
	if !slices.ContainsFunc(k, func(c skippedChain) bool { return slices.ContainsFunc(c.keys, old) }) {
		return k
	}
	var rest skipped
	for _, c := range k {
		if keys := slices.DeleteFunc(slices.Clone(c.keys), old); len(keys) > 0 {
			rest = append(rest, skippedChain{ratchet: c.ratchet, keys: keys})
		}
	}
	return rest
}
