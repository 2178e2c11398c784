// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAnySchedule: two devices that send, begin sessions anew and lose, delay and repeat
// messages in any way. What comes for the first time is read as long as the reader has
// the ratchet it was made with; nothing is read twice; a refusal changes nothing; and
// when they have heard each other both use one ratchet.
func TestAnySchedule(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		rapid.Check(t, func(r *rapid.T) {
			s := newSchedule(r, v)
			for range rapid.IntRange(10, 80).Draw(r, "steps") {
				who := rapid.IntRange(0, 1).Draw(r, "who")
				s.now = s.now.Add(time.Duration(rapid.IntRange(0, 3).Draw(r, "minutes")) * time.Minute)
				switch what := rapid.IntRange(0, 19).Draw(r, "what"); {
				case what == 0 && s.begun < 5:
					s.begin(who)
				case what < 10:
					s.send(who)
				case what == 10:
					s.repeat(r, who)
				default:
					s.deliver(r, who)
				}
			}
			s.meet()
		})
	})
}

// letter is a message on its way, and which ratchet made it.
type letter struct {
	parcel
	text string
	base [32]byte
	sent time.Time
}

type schedule struct {
	t     tester
	ends  [2]*device
	ways  [2][]letter // to each end
	read  [2][]letter
	begun int
	sent  int
	now   time.Time
}

func newSchedule(t tester, v Version) *schedule {
	s := &schedule{t: t, ends: [2]*device{newDevice(t, v), newDevice(t, v)}, now: noon}
	s.begin(0)
	return s
}

// begin uses a prekey that no other session uses: that two do is another test.
func (s *schedule) begin(who int) {
	b := s.ends[1-who].bundle()
	for i, k := range b.Prekeys {
		if int(k.ID) == s.begun+1 {
			b.Prekeys = b.Prekeys[i : i+1]
			break
		}
	}
	s.begun++
	s.ends[who].begin(b)
	s.send(who)
}

func (s *schedule) send(who int) {
	d := s.ends[who]
	if d.session == nil {
		return
	}
	s.sent++
	text := fmt.Sprint("letter ", s.sent)
	p := d.send(text)
	s.ways[1-who] = append(s.ways[1-who], letter{p, text, d.session.base, s.now})
}

func (s *schedule) deliver(r *rapid.T, to int) {
	way := s.ways[to]
	if len(way) == 0 {
		return
	}
	i := rapid.IntRange(0, len(way)-1).Draw(r, "which")
	l := way[i]
	s.ways[to] = append(append([]letter{}, way[:i]...), way[i+1:]...)
	if rapid.IntRange(0, 9).Draw(r, "lost") == 0 {
		return
	}
	if rapid.IntRange(0, 2).Draw(r, "nobody says when") == 0 {
		l.sent = s.now
	}
	s.hand(to, l)
}

func (s *schedule) hand(to int, l letter) {
	d := s.ends[to]
	d.now, d.sent = s.now, l.sent
	had := d.has(l.base)
	text, err := d.receive(l.parcel)
	switch {
	case err == nil && text == l.text:
		s.read[to] = append(s.read[to], l)
	case err == nil:
		s.t.Fatalf("read %q, want %q", text, l.text)
	case had || l.kex && !errors.Is(err, ErrNoPrekey):
		s.t.Fatalf("not read: %v", err)
	}
}

func (s *schedule) repeat(r *rapid.T, to int) {
	if len(s.read[to]) == 0 {
		return
	}
	l := rapid.SampledFrom(s.read[to]).Draw(r, "again")
	if text, err := s.ends[to].receive(l.parcel); err == nil {
		s.t.Fatalf("read %q twice", text)
	}
}

// meet lets each hear the other, one message after the other.
func (s *schedule) meet() {
	s.ways = [2][]letter{}
	for i := range 6 {
		who := i % 2
		s.now = s.now.Add(2 * slack)
		s.send(who)
		for _, l := range s.ways[1-who] {
			before := len(s.read[1-who])
			s.hand(1-who, l)
			if i > 1 && len(s.read[1-who]) != before+1 {
				s.t.Fatal("they do not come together")
			}
		}
		s.ways = [2][]letter{}
	}
	if s.ends[0].session.base != s.ends[1].session.base {
		s.t.Fatal("they use different ratchets")
	}
}

func (d *device) has(base [32]byte) bool {
	if d.session == nil {
		return false
	}
	for _, st := range append([]state{d.session.state}, d.session.former...) {
		if st.base == base {
			return true
		}
	}
	return false
}
