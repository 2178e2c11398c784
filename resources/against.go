// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"maps"

	"chatsecure.org/desktop/resources/csres"
)

// against is what a bundle does to the layers below that none may do: it takes a
// protected text's facts away, or makes two states of the lock look alike.
func (j *judge) against(l *layer, below []*layer) []csres.Problem {
	words := map[string]message{}
	icons := map[string]Icon{}
	for _, under := range below {
		mergeBase(words, under.base)
		mergeIcons(icons, under.icons)
	}
	maps.DeleteFunc(words, func(_ string, m message) bool { return !m.protected })
	r := &fileReader{source: l.source}
	l.silenced = map[string]bool{}
	silent := func(file string, texts map[string]message) {
		r.file = file
		count := 0
		for id, base := range words {
			m, there := texts[id]
			if !there {
				continue
			}
			if reason := m.keeps(base); reason != "" {
				r.fault(int(m.line), "%s %s", id, reason)
			}
			if !l.trusted {
				l.silenced[id] = true
				count++
			}
		}
		if count > 0 {
			l.ignore(file, reasonProtected, "count", count)
		}
	}
	silent(baseFile, l.base)
	for _, t := range l.translations {
		silent(t.file, t.read())
	}
	checkLocks(r, l.icons, icons)
	if !l.trusted {
		checkPretenders(r, l.icons, icons)
	}
	return sorted(refuses(r.problems))
}

// mergeBase puts texts over others; what was protected stays so.
func mergeBase(to, from map[string]message) {
	for id, m := range from {
		m.protected = m.protected || to[id].protected
		to[id] = m
	}
}

// checkLocks looks at a bundle's pictures of the lock over those below.
func checkLocks(r *fileReader, own, below map[string]Icon) {
	merged := maps.Clone(below)
	mergeIcons(merged, own)
	looks := map[string]*lockLook{}
	for id, icon := range merged {
		if !isLock(id) {
			continue
		}
		look, err := drawLock(icon)
		if err != nil {
			if _, mine := own[id]; mine {
				r.file = icon.file
				r.fault(0, "%s", err)
			}
			continue
		}
		looks[id] = look
	}
	for _, id := range sortedKeys(own) {
		if looks[id] == nil {
			continue
		}
		for _, other := range sortedKeys(looks) {
			if lockState(other) != lockState(id) && looks[id].like(looks[other]) {
				r.file = own[id].file
				r.fault(0, "looks like the picture of %s: the states of the lock have to differ by their shape", other)
			}
		}
	}
}

// checkPretenders looks for pictures of something else that look like one of the lock:
// beside a conversation they would be taken for it. Those that the program has itself
// may stay as they are.
func checkPretenders(r *fileReader, own, below map[string]Icon) {
	locks := map[string]*lockLook{}
	for _, id := range lockIDs {
		if look, err := drawLock(below[id]); err == nil {
			locks[id] = look
		}
	}
	for _, id := range sortedKeys(own) {
		usual, known := below[lockState(id)]
		if !known || isLock(id) { // what nobody asks for is not shown
			continue
		}
		look, err := drawLock(own[id])
		if err != nil {
			continue
		}
		was, err := drawLock(usual)
		for _, state := range lockIDs {
			if lock := locks[state]; lock != nil && look.like(lock) && (err != nil || !was.like(lock)) {
				r.file = own[id].file
				r.fault(0, "looks like the picture of %s, and is of something else", state)
			}
		}
	}
}
