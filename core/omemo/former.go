// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"slices"
	"time"
)

// slack is how much later something has to be sent for its time to tell what came first:
// clocks of servers and computers differ.
const slack = 5 * time.Minute

// order is what a ratchet has to be told apart by from the others of its session. made,
// turned and answered count what this side did in all of them.
type order struct {
	made     uint32 // when it came to be here
	turned   uint32 // when this side made its latest ratchet key in it
	answered uint32 // turned of the key that the other side's latest one answers; 0 for none
	heard    int64  // when the latest message that was read in it was sent (seconds, Unix); 0: not known
	turns    uint8  // how many ratchet keys the other side has made since this ratchet is the one used, up to maxPast
}

// count is the number of the latest thing that this side did.
func (s *Session) count() uint32 {
	n := max(s.made, s.turned)
	for i := range s.former {
		n = max(n, s.former[i].made, s.former[i].turned)
	}
	return n
}

// hears notes when a message was sent that has been read in t.
func (t *state) hears(sent, now time.Time) {
	if t.heard > now.Unix() || t.heard < sent.Unix() { // a clock was wrong, or it is the latest
		t.heard = sent.Unix()
	}
}

// counts has the time go from now on where nothing was heard in t, or a clock was wrong.
func (t *state) counts(now time.Time) {
	if t.heard == 0 || t.heard > now.Unix() {
		t.heard = now.Unix()
	}
}

// overrules says whether a message that was read in a former ratchet shows that the other
// side now uses that one. ratchet is the key that it came with, pending what the former
// ratchet was before.
//
// Some programs keep one ratchet, which a new one replaces (XEP-0384 §4.3), and read nothing
// in another: python-omemo. Others keep all and use the one in which they read last:
// libsignal. Either reads what comes in the ratchet that it used last. So it is asked what
// was sent last and not what comes last: a message of the old session may be late. The
// ratchet used here gives way
//
//   - to one that this side has begun and that now is answered, if it is one of the other
//     side, or was begun before: both began at once, and the other side has gone over. One
//     that this side has begun later stays: its key exchange is there or on its way.
//   - to one in which the other side answers a key that this side made when it had the
//     current ratchet already: that can not have been sent before it. Where two programs like
//     this one begin at once each goes over to the other's, until a message comes that none
//     crosses; all is read meanwhile.
//   - to one in which something was sent clearly later than all that was read in the current
//     one; where nothing was, than the time when the first message of another one came. Then
//     the key exchange of the current one was late, or the other side can not take it.
func (s *Session) overrules(f *state, pending bool, ratchet [32]byte, sent, now time.Time) bool {
	s.counts(now)
	switch {
	case sent.Add(-slack).Unix() > s.heard:
		return true
	case sent.Add(slack).Unix() < s.heard:
		return false
	case f.first && pending:
		return !s.first || f.made > s.made
	}
	return ratchet == f.peer && f.answered > s.made
}

// promote makes a former ratchet the one that is used.
func (s *Session) promote(i int) {
	chosen := s.former[i]
	chosen.turns = 0
	former := append(make([]state, 0, maxFormer), s.state)
	former = append(former, s.former[:i]...)
	s.state, s.former = chosen, append(former, s.former[i+1:]...)
}

// settle drops the former ratchets once both sides have used one for a while; those that
// may still be answered MaxAge later.
func (s *Session) settle(now time.Time) {
	if s.turns < maxPast || len(s.former) == 0 {
		return
	}
	s.former = slices.DeleteFunc(slices.Clone(s.former), func(t state) bool {
		return !t.pending || t.heard != 0 && t.heard < now.Add(-MaxAge).Unix()
	})
	for i := range s.former {
		s.former[i].counts(now)
	}
}

// Heard says when the key exchange was sent from which s was made, where that was not just
// now. Supersede goes by it.
func (s *Session) Heard(sent time.Time) { s.heard = min(s.heard, sent.Unix()) }

// Supersede lets s read what the other side sends in the session that it had with this
// device before: both may have begun one at the same time, and messages may be on their
// way. What the other side began clearly before it sent the latest that was read comes late:
// then s goes on with what is there, unless that is broken, and reads the late one, too. It
// does nothing if old is nil, of the other form or with another key.
func (s *Session) Supersede(old *Session, now time.Time) {
	if old == nil || old.version != s.version || old.other != s.other || old.own != s.own {
		return
	}
	s.made = old.count() + 1
	if s.turned > 0 {
		s.turned = s.made
	}
	heard := min(old.heard, now.Unix()) // a clock was wrong
	late := !s.first && !old.pending && !old.broken && s.heard+int64(slack/time.Second) < heard
	former := append([]state(nil), s.former...)
	former = append(append(former, old.state), old.former...)
	if late {
		s.state, former[len(s.former)] = former[len(s.former)], s.state
		s.turns = 0
	}
	s.former = slices.Clip(former[:min(len(former), maxFormer)])
}
