// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// other is a device of another program: one that has one ratchet, which each new one
// replaces (as python-omemo), or one that keeps all and uses the one that it read in last
// (as libsignal).
type other struct {
	*device
	keeps bool
	all   []*Session // the latest first
}

func newOther(t tester, v Version, keeps bool) *other {
	return &other{device: newDevice(t, v), keeps: keeps}
}

func (o *other) takes(all ...*Session) {
	if !o.keeps {
		all = all[:1]
	}
	o.all, o.session = all, all[0]
}

func (o *other) begin(b Bundle) {
	o.session = nil
	o.device.begin(b)
	o.takes(append([]*Session{o.session}, o.all...)...)
}

func (o *other) send(text string) parcel {
	p := o.device.send(text)
	o.all[0] = o.session // which was stored
	return p
}

func (o *other) receive(p parcel) (text string, err error) {
	err = ErrOtherSession
	for i, s := range o.all {
		if p.kex && !s.IsSameKex(p.data) {
			continue
		}
		o.session = s
		if text, err = o.device.receive(p); err == nil {
			o.takes(append([]*Session{o.session}, append(append([]*Session{}, o.all[:i]...), o.all[i+1:]...)...)...)
			return text, nil
		}
	}
	if p.kex && errors.Is(err, ErrOtherSession) {
		o.session = nil
		if text, err = o.device.receive(p); err == nil {
			o.takes(append([]*Session{o.session}, o.all...)...)
			return text, nil
		}
	}
	if len(o.all) > 0 {
		o.session = o.all[0]
	}
	return "", err
}

func (o *other) gets(p parcel, want string) {
	o.t.Helper()
	if got, err := o.receive(p); err != nil || got != want {
		o.t.Fatalf("the other one read %q, %v, want %q", got, err, want)
	}
}

func (o *other) has(base [32]byte) bool {
	for _, s := range o.all {
		if s.base == base {
			return true
		}
	}
	return false
}

// withOther begins a session, by either side, and uses it for some turns.
func withOther(t tester, v Version, keeps, weBegin bool, turns int) (us *device, them *other) {
	t.Helper()
	us, them = newDevice(t, v), newOther(t, v, keeps)
	if weBegin {
		us.begin(one(them.bundle(), 10))
		them.gets(us.send("begun here"), "begun here")
	} else {
		them.begin(one(us.bundle(), 10))
		us.gets(them.send("begun there"), "begun there")
	}
	for range turns {
		us.gets(them.send("there"), "there")
		them.gets(us.send("and back"), "and back")
	}
	return us, them
}

// one is a bundle with a single prekey.
func one(b Bundle, id int) Bundle {
	for _, k := range b.Prekeys {
		if int(k.ID) == id {
			b.Prekeys = []PublicPrekey{k}
		}
	}
	return b
}

func inAll(t *testing.T, test func(t *testing.T, v Version, keeps, weBegin bool)) {
	inBoth(t, func(t *testing.T, v Version) {
		for _, keeps := range []bool{false, true} {
			for _, weBegin := range []bool{false, true} {
				t.Run(fmt.Sprintf("keeps=%t/we=%t", keeps, weBegin), func(t *testing.T) { test(t, v, keeps, weBegin) })
			}
		}
	})
}

// TestLateOfFormer: what comes late of a session that the other side has replaced is read,
// and not answered in it.
func TestLateOfFormer(t *testing.T) {
	inAll(t, func(t *testing.T, v Version, keeps, weBegin bool) {
		us, them := withOther(t, v, keeps, weBegin, 3)
		us.gets(them.send("a chain"), "a chain")
		late, last := them.send("late"), them.send("last")
		them.gets(us.send("a turn"), "a turn")
		turned := them.send("with a key that answers")
		them.begin(one(us.bundle(), 1))
		us.gets(them.send("anew"), "anew")
		for i, p := range []parcel{late, turned, last} {
			us.gets(p, []string{"late", "with a key that answers", "last"}[i])
			text := fmt.Sprint("an answer ", i)
			them.gets(us.send(text), text)
		}
		us.gets(them.send("fine"), "fine")
		if us.session.base != them.session.base {
			t.Error("they use different ratchets")
		}
	})
}

// TestBegunAnewStays: a session that this side begins anew is not lost to what is still on
// its way in the old one, however long that was used.
func TestBegunAnewStays(t *testing.T) {
	inAll(t, func(t *testing.T, v Version, keeps, weBegin bool) {
		for _, turns := range []int{0, maxPast, 2 * maxPast} {
			us, them := withOther(t, v, keeps, weBegin, turns)
			var flying []parcel
			for range 3 {
				flying = append(flying, them.send("in flight"))
			}
			us.begin(one(them.bundle(), 1))
			kex := us.send("anew")
			for _, p := range flying {
				us.gets(p, "in flight")
			}
			if p := us.send("still anew"); !p.kex {
				t.Fatal("it goes on in the old session")
			}
			them.gets(kex, "anew")
			us.gets(them.send("an answer"), "an answer")
			them.gets(us.send("fine"), "fine")
		}
	})
}

// TestOtherReplacesWhatItBegan: both begin at once, and the other side replaces its own by
// ours: we go over to it with its first answer.
func TestOtherReplacesWhatItBegan(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		for _, before := range []bool{false, true} {
			us, them := newDevice(t, v), newOther(t, v, false)
			if before {
				us, them = withOther(t, v, false, true, 2*maxPast)
			}
			toThem, toUs := one(them.bundle(), 1), one(us.bundle(), 1)
			us.begin(toThem)
			them.begin(toUs)
			ours, theirs := us.send("ours"), them.send("theirs")
			late := them.send("late")
			us.gets(theirs, "theirs")
			them.gets(ours, "ours")
			us.gets(them.send("an answer"), "an answer")
			us.gets(late, "late")
			them.gets(us.send("fine"), "fine")
			us.gets(them.send("here, too"), "here, too")
		}
	})
}

// TestCrossingWithKeeper: with another one that keeps its ratchets both come to use one
// after they have begun at once.
func TestCrossingWithKeeper(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		us, them := withOther(t, v, true, true, 2)
		toThem, toUs := one(them.bundle(), 1), one(us.bundle(), 1)
		us.begin(toThem)
		them.begin(toUs)
		for i := range 4 {
			text := fmt.Sprint("crossing ", i)
			a, b := us.send(text), them.send(text)
			us.gets(b, text)
			them.gets(a, text)
		}
		us.gets(them.send("one"), "one")
		them.gets(us.send("two"), "two")
		us.gets(them.send("three"), "three")
		if us.session.base != them.session.base {
			t.Error("they use different ratchets")
		}
	})
}

// TestKeyExchangeComesLate: a key exchange out of the archive that was sent long before
// what came live is read, and does not end the session that is used.
func TestKeyExchangeComesLate(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		for _, dated := range []bool{false, true} {
			us, them := newDevice(t, v), newOther(t, v, false)
			them.begin(one(us.bundle(), 1))
			old := them.send("in the archive")
			older, oldest := them.send("in the archive, too"), them.send("even this")
			us.now = noon.Add(time.Hour)
			us.begin(one(them.bundle(), 1))
			for range maxPast {
				them.gets(us.send("ours"), "ours")
				us.gets(them.send("live"), "live")
			}
			if dated {
				us.sent = noon
			}
			us.gets(old, "in the archive")
			us.gets(older, "in the archive, too")
			us.sent = time.Time{}
			if !dated { // then it needs some time
				us.now = us.now.Add(slack + 2*time.Second)
				us.gets(them.send("live again"), "live again")
			}
			them.gets(us.send("an answer"), "an answer")
			us.gets(them.send("live and well"), "live and well")
			us.prekeys = nil
			us.gets(oldest, "even this")
		}
	})
}

// TestAnswersInAnotherOrder: of what this side has begun the latest stays, whichever answer
// comes first; and an answer that was sent long before the other side began anew says nothing.
func TestAnswersInAnotherOrder(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		us, them := withOther(t, v, false, true, 2)
		us.begin(one(them.bundle(), 1))
		first := us.send("first")
		us.begin(one(them.bundle(), 2))
		second := us.send("second")
		them.gets(first, "first")
		there := them.send("the first is there")
		them.gets(second, "second")
		us.gets(them.send("the second is there"), "the second is there")
		us.gets(there, "the first is there")
		them.gets(us.send("fine"), "fine")

		us.begin(one(them.bundle(), 3))
		them.gets(us.send("third"), "third")
		archived := them.send("the third is there")
		us.now = noon.Add(time.Hour)
		them.begin(one(us.bundle(), 4))
		us.gets(them.send("anew"), "anew")
		us.sent = noon
		us.gets(archived, "the third is there")
		them.gets(us.send("fine again"), "fine again")
	})
}

// TestAlwaysReplaced: a session that is broken or that nobody has answered gives way to
// another one, whatever is said of when that was begun.
func TestAlwaysReplaced(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		for _, broken := range []bool{false, true} {
			us, them := withOther(t, v, false, true, 2)
			us.now = noon.Add(time.Hour)
			if !broken {
				us.begin(one(them.bundle(), 2))
				them.prekeys = nil
			}
			us.gets(them.send("live"), "live")
			if broken {
				us.session.Break()
			}
			them.begin(one(us.bundle(), 1))
			us.sent = noon
			us.gets(them.send("anew"), "anew")
			if us.session.Broken() {
				t.Error("it is broken")
			}
			them.gets(us.send("fine"), "fine")
		}
	})
}

// TestNotTaken: what this side began and the other can not take: it goes on in what it has,
// and after a while so do we.
func TestNotTaken(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		us, them := withOther(t, v, false, true, 2*maxPast)
		kept := them.prekeys
		us.begin(one(them.bundle(), 1))
		anew := us.send("anew")
		them.prekeys = nil
		if _, err := them.receive(anew); !errors.Is(err, ErrNoPrekey) {
			t.Fatal(err)
		}
		us.gets(them.send("at once"), "at once")
		if !us.session.Pending() {
			t.Fatal("it may still be on its way, and is given up")
		}
		us.now = noon.Add(slack + 2*time.Second)
		us.gets(them.send("later"), "later")
		them.gets(us.send("back"), "back")
		for range 2 {
			us.gets(them.send("there"), "there")
			them.gets(us.send("and back"), "and back")
		}
		them.prekeys = kept // it was not gone after all
		them.gets(anew, "anew")
		us.gets(them.send("taken"), "taken")
		them.gets(us.send("at last"), "at last")
	})
}

// TestWrongClock: a time to come says nothing.
func TestWrongClock(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		us, them := withOther(t, v, true, true, 2)
		us.now = noon.Add(1000 * time.Hour)
		us.gets(them.send("of the future"), "of the future")
		us.now = noon
		us.gets(them.send("of today"), "of today")
		if us.session.heard != noon.Unix() {
			t.Error("it counts on")
		}
		us.sent = noon.Add(time.Hour)
		us.gets(them.send("of tomorrow"), "of tomorrow")
		if us.session.heard != noon.Unix() {
			t.Error("what another says of the future counts")
		}
		us, them = withOther(t, v, false, true, 2)
		us.now = noon.Add(24 * time.Hour)
		us.gets(them.send("tomorrow, as it was thought"), "tomorrow, as it was thought")
		us.now = noon.Add(time.Minute)
		them.begin(one(us.bundle(), 20))
		us.gets(them.send("anew"), "anew")
		them.gets(us.send("answered there"), "answered there")
	})
}

// TestFormatOne: what was stored before there was an order is read, stored anew and used.
func TestFormatOne(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		file, err := os.ReadFile("testdata/format1/" + v.String())
		if err != nil {
			t.Fatal(err)
		}
		var b [3][]byte
		for i, line := range strings.Fields(string(file)) {
			if b[i], err = hex.DecodeString(line); err != nil {
				t.Fatal(err)
			}
		}
		d := newDevice(t, v)
		if d.session, err = ParseSession(b[0]); err != nil {
			t.Fatal(err)
		}
		d.store()
		if len(d.session.former) != 1 || d.session.made <= d.session.former[0].made || !d.session.Pending() {
			t.Fatal("it is another session")
		}
		base := d.session.base
		d.gets(parcel{b[1], false}, "in the former one")
		if d.session.base != base {
			t.Error("the former one is used")
		}
		d.gets(parcel{b[2], false}, "in the one that is used")
		if d.session.Pending() {
			t.Error("it still waits for an answer")
		}
	})
}

// TestAnsweredWhereHeard: one side begins sessions anew as often as it likes, at the other
// come its messages in order, and at us late ones of former sessions, too. What we send is
// read, where the other side has not begun another one meanwhile; and all of theirs is.
func TestAnsweredWhereHeard(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		rapid.Check(t, func(r *rapid.T) {
			keeps, weBegin := rapid.Bool().Draw(r, "they keep all"), rapid.Bool().Draw(r, "we begin")
			us, them := withOther(r, v, keeps, rapid.Bool().Draw(r, "we have begun"), rapid.IntRange(1, 2*maxPast).Draw(r, "turns"))
			type dated struct {
				letter
				session int // how many there were before
				begun   bool
			}
			var toUs, toThem []dated
			now, begun, known, sent := noon, 0, 0, 0
			texts := func() string {
				sent++
				return fmt.Sprint("letter ", sent)
			}
			fromThem := func(anew bool) {
				text := texts()
				toUs = append(toUs, dated{letter{them.send(text), text, them.session.base, now}, begun, anew})
			}
			fromUs := func() {
				text := texts()
				toThem = append(toThem, dated{letter{us.send(text), text, us.session.base, now}, known, false})
			}
			toRead := func() {
				l := toThem[0]
				toThem = toThem[1:]
				text, err := them.receive(l.parcel)
				if (keeps || weBegin || l.session == begun) && (err != nil || text != l.text) {
					r.Fatalf("the other one read %q, %v, want %q", text, err, l.text)
				}
			}
			for range rapid.IntRange(5, 50).Draw(r, "steps") {
				now = now.Add(time.Duration(rapid.IntRange(0, 3).Draw(r, "seconds")) * time.Second)
				us.now = now
				switch rapid.SampledFrom([]string{"begin", "us", "us", "them", "them", "to us", "to us", "to us", "to them", "to them"}).Draw(r, "what") {
				case "begin":
					switch {
					case begun == maxFormer:
					case weBegin:
						us.begin(one(them.bundle(), begun+1))
						begun++
						fromUs()
					default:
						them.begin(one(us.bundle(), begun+1))
						begun++
						fromThem(true)
					}
				case "us":
					fromUs()
				case "them":
					fromThem(false)
				case "to us":
					if len(toUs) == 0 {
						break
					}
					i := rapid.IntRange(0, len(toUs)-1).Draw(r, "which")
					if !weBegin && toUs[i].session > known+1 {
						break
					}
					us.sent = time.Time{}
					if rapid.Bool().Draw(r, "it is said when") {
						us.sent = toUs[i].sent
					}
					us.gets(toUs[i].parcel, toUs[i].text)
					if !weBegin {
						known = max(known, toUs[i].session)
					}
					toUs = append(append([]dated{}, toUs[:i]...), toUs[i+1:]...)
				case "to them":
					if len(toThem) > 0 {
						toRead()
					}
				}
			}
			for len(toThem) > 0 {
				toRead()
			}
		})
	})
}

// TestAnyScheduleWithOthers: whatever comes in whatever order, and whoever begins anew and
// when: what comes is read where its ratchet is there, and when it is quiet again both talk.
func TestAnyScheduleWithOthers(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		rapid.Check(t, func(r *rapid.T) {
			keeps, weBegin := rapid.Bool().Draw(r, "they keep all"), rapid.Bool().Draw(r, "we begin")
			us, them := withOther(r, v, keeps, weBegin, rapid.IntRange(0, maxPast).Draw(r, "turns"))
			var toUs, toThem []letter
			begun, sent := 0, 0
			now := noon
			text := func() string {
				sent++
				return fmt.Sprint("letter ", sent)
			}
			ours := func() letter {
				text := text()
				return letter{us.send(text), text, us.session.base, now}
			}
			theirs := func() letter {
				text := text()
				return letter{them.send(text), text, them.session.base, now}
			}
			readHere := func(l letter) bool {
				had := us.has(l.base)
				us.now = now
				text, err := us.receive(l.parcel)
				if err == nil && text != l.text || err != nil && (had || l.kex && !errors.Is(err, ErrNoPrekey)) {
					r.Fatalf("read %q, %v, want %q", text, err, l.text)
				}
				return err == nil
			}
			readThere := func(l letter) bool {
				had := them.has(l.base)
				text, err := them.receive(l.parcel)
				if err == nil && text != l.text || err != nil && (had || l.kex && !errors.Is(err, ErrNoPrekey)) {
					r.Fatalf("the other one read %q, %v, want %q", text, err, l.text)
				}
				return err == nil
			}
			take := func(way *[]letter) (l letter) {
				i := rapid.IntRange(0, len(*way)-1).Draw(r, "which")
				l = (*way)[i]
				*way = append(append([]letter{}, (*way)[:i]...), (*way)[i+1:]...)
				return l
			}
			for range rapid.IntRange(5, 60).Draw(r, "steps") {
				now = now.Add(time.Duration(rapid.IntRange(0, 3).Draw(r, "minutes")) * time.Minute)
				switch what := rapid.IntRange(0, 15).Draw(r, "what"); {
				case what == 0 && begun < maxFormer:
					begun++
					us.begin(one(them.bundle(), begun))
					toThem = append(toThem, ours())
				case what == 1 && begun < maxFormer:
					begun++
					them.begin(one(us.bundle(), begun))
					toUs = append(toUs, theirs())
				case what < 6:
					toThem = append(toThem, ours())
				case what < 9:
					toUs = append(toUs, theirs())
				case what < 12 && len(toThem) > 0:
					readThere(take(&toThem))
				case what >= 12 && len(toUs) > 0:
					l := take(&toUs)
					us.sent = time.Time{}
					if rapid.Bool().Draw(r, "it is said when") {
						us.sent = l.sent
					}
					readHere(l)
				}
			}
			us.sent = time.Time{}
			for i := range 5 {
				now = now.Add(2 * slack)
				here := readHere(theirs())
				now = now.Add(2 * slack)
				if there := readThere(ours()); i > 2 && !(here && there) {
					r.Fatalf("we read %t, they read %t when all is quiet", here, there)
				}
			}
		})
	})
}
