// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"cmp"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// How many statements are kept of one sender's address that have not been followed
// yet, and how many in all; the oldest go first. A stranger can send as many as it
// likes.
const (
	senderLimit = 500
	totalLimit  = 5000
)

// Apply follows statements as XEP-0450 §4 says. kept are those that an earlier call
// left, fresh those that have just been read; keys are all keys that are known of
// one's own account and of the contacts that the statements name (more do no harm).
// It has to be called again, without fresh ones, whenever a key was verified or a new
// one became known: what was waiting for that is followed then.
//
// changed are the keys as they have to be stored, left the statements to keep.
//
// A statement waits until its sender's key is verified and the key that it is about is
// known. That of a distrusted key is dropped. A distrust takes away whatever trust a
// key had, also that by the person; a trust does not undo the person's distrust. Of
// two about one key the later one counts, at the same moment the distrust.
func Apply(kept, fresh []Statement, keys []chat.Key) (changed []chat.Key, left []Statement) {
	a := application{
		known:   make(map[target]chat.Key, len(keys)),
		latest:  map[target]Statement{},
		touched: map[target]bool{},
	}
	for _, k := range keys {
		a.known[target{k.Owner, k.Fingerprint}] = k
	}
	waiting := a.sort(slices.Concat(kept, fresh))
	for again := true; again; {
		n := len(waiting)
		waiting = slices.DeleteFunc(waiting, a.settled)
		again = len(waiting) < n
	}
	for _, k := range keys {
		if t := (target{k.Owner, k.Fingerprint}); a.touched[t] {
			changed = append(changed, a.known[t])
		}
	}
	return changed, bounded(a.latest, waiting)
}

type application struct {
	known   map[target]chat.Key
	latest  map[target]Statement // the newest that was followed about each key
	touched map[target]bool
}

// sort puts aside what has been followed before and returns the rest in the order of
// time, of each sender's about each key only the last.
func (a *application) sort(all []Statement) []Statement {
	slices.SortStableFunc(all, func(x, y Statement) int {
		if c := x.Time.Compare(y.Time); c != 0 || x.Distrust == y.Distrust {
			return c
		}
		if x.Distrust { // the last word
			return 1
		}
		return -1
	})
	type voice struct {
		sender chat.Address
		key    chat.Fingerprint
		about  target
	}
	last := map[voice]int{}
	for i, s := range all {
		if s.Applied {
			a.latest[s.target()] = s
		} else {
			last[voice{s.Sender, s.SenderKey, s.target()}] = i
		}
	}
	var waiting []Statement
	for i, s := range all {
		if at, ok := last[voice{s.Sender, s.SenderKey, s.target()}]; !s.Applied && ok && at == i {
			waiting = append(waiting, s)
		}
	}
	return waiting
}

// settled follows a statement if it can be; true is that it need not wait any more.
func (a *application) settled(s Statement) bool {
	if before, ok := a.latest[s.target()]; ok &&
		(before.Time.After(s.Time) || before.Time.Equal(s.Time) && (before.Distrust || !s.Distrust)) {
		return true // a later word has been followed, or the same
	}
	sender, ok := a.known[target{s.Sender, s.SenderKey}]
	if ok && sender.Trust == chat.TrustDistrusted {
		return true
	}
	k, known := a.known[s.target()]
	switch {
	case known && k.Own:
		return true // of this computer's key nobody else decides
	case !ok, sender.Trust != chat.TrustVerified && !sender.Own, !known:
		return false
	}
	to := chat.TrustVerified
	if s.Distrust {
		to = chat.TrustDistrusted
	}
	if now, ok := Set(k, to, chat.ByMessage); ok {
		a.known[s.target()] = now
		a.touched[s.target()] = true
	}
	s.Applied = true
	a.latest[s.target()] = s
	return true
}

// bounded are the statements to keep, in an order that does not depend on chance.
func bounded(latest map[target]Statement, waiting []Statement) []Statement {
	slices.Reverse(waiting) // the newest first
	count := map[chat.Address]int{}
	var left []Statement
	for _, s := range waiting {
		if count[s.Sender]++; count[s.Sender] <= senderLimit && len(left) < totalLimit {
			left = append(left, s)
		}
	}
	slices.Reverse(left)
	var done []Statement
	for _, s := range latest {
		done = append(done, s)
	}
	slices.SortFunc(done, func(x, y Statement) int {
		return cmp.Or(y.Time.Compare(x.Time), cmp.Compare(x.Owner.String(), y.Owner.String()), cmp.Compare(x.Key, y.Key))
	})
	return append(done[:min(len(done), totalLimit)], left...)
}
