// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// archive answers all questions for pages until it is told to stop, and counts them.
type archive struct {
	asked atomic.Int64
	off   atomic.Bool
}

func (a *archive) answer(page func(s *coretest.Session, iq *coretest.Element, q coretest.ArchiveQuery, n int)) coretest.Script {
	return func(s *coretest.Session, e *coretest.Element) bool {
		q, ok := e.ArchiveQuery()
		if !ok || a.off.Load() {
			return false
		}
		page(s, e, q, int(a.asked.Add(1)))
		return true
	}
}

// stored is a message of bob's in an archive, i minutes ago.
func stored(id string, i int, inside string) coretest.Archived {
	return coretest.Archived{
		ID: id, Stamp: time.Now().Add(-time.Duration(i) * time.Minute), Message: message("bob@example.test/desk", "id of "+id, inside),
	}
}

func originID(id string) string { return "<origin-id xmlns='urn:xmpp:sid:0' id='" + id + "'/>" }

// away stops alice, lets the archive change, and starts her.
func (f *far) away(change func()) {
	f.t.Helper()
	f.alice.stop()
	change()
	f.alice.start()
}

// settled waits until alice has given up or is done with the archive, and fails the
// test if that took more questions than most.
func (f *far) settled(a *archive, most int64) {
	f.t.Helper()
	f.caughtUp()
	n := a.asked.Load()
	f.t.Logf("%d questions", n)
	if n == 0 || n > most {
		f.t.Errorf("%d questions to the archive, want at most %d", n, most)
	}
	f.goesOn()
	if now := a.asked.Load(); now != n {
		f.t.Errorf("it goes on asking: %d", now-n)
	}
}

// TestArchiveWithoutEnd: an archive that has ever more, and never says that this was
// all. Meanwhile messages come and go; at some time it is enough.
func TestArchiveWithoutEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	var a archive
	f := among(t, func(s *coretest.Scripted) { s.Archive("alice", stored("known", 0, text("known"))) })
	f.On(a.answer(func(s *coretest.Session, iq *coretest.Element, _ coretest.ArchiveQuery, n int) {
		s.SendPage(iq, []coretest.Archived{stored(fmt.Sprint("endless", n), n, text(fmt.Sprint("endless ", n)))}, false)
	}))
	f.away(func() {})
	f.alice.wait("a part of the archive", func() bool { return a.asked.Load() > 100 })
	f.goesOn()
	f.alice.wait("most of what is asked for", func() bool { return a.asked.Load() > 3000 })
	f.settled(&a, 4000)
	if all := f.alice.all(f.bob); all[0].Body != "known" || int64(len(all)) < a.asked.Load() {
		t.Errorf("%d messages after %d questions, the first is %q", len(all), a.asked.Load(), all[0].Body)
	}
}

// TestArchiveInCircles: an archive that gives the same pages again and again.
func TestArchiveInCircles(t *testing.T) {
	page := []coretest.Archived{stored("p1", 2, text("one")+originID("o1")), stored("p2", 1, text("two")+originID("o2"))}
	other := []coretest.Archived{stored("q1", 4, text("minus one")), stored("q2", 3, text("zero"))}
	for name, test := range map[string]struct {
		page func(s *coretest.Session, iq *coretest.Element, n int)
		want []string
		most int64
	}{
		"one page": {func(s *coretest.Session, iq *coretest.Element, _ int) { s.SendPage(iq, page, false) }, []string{"one", "two"}, 10},
		"two in turn": {func(s *coretest.Session, iq *coretest.Element, n int) {
			s.SendPage(iq, [][]coretest.Archived{page, other}[(n+1)%2], false)
		}, []string{"minus one", "zero", "one", "two"}, 12},
		"under new names": {func(s *coretest.Session, iq *coretest.Element, n int) {
			again := []coretest.Archived{stored(fmt.Sprint("a", n), 2, ""), stored(fmt.Sprint("b", n), 1, "")}
			for i := range again {
				again[i].Message = page[i].Message
			}
			s.SendPage(iq, again, false)
		}, []string{"one", "two"}, 10_000},
		"that goes nowhere": {func(s *coretest.Session, iq *coretest.Element, n int) {
			s.SendPage(iq, nil, false)
		}, nil, 10},
		"whose end is no name": {func(s *coretest.Session, iq *coretest.Element, n int) {
			q, _ := iq.ArchiveQuery()
			s.Send(coretest.ArchiveResult("alice@example.test", q.QueryID, page[0]), coretest.Result(iq, "", coretest.ArchiveEnd("", "p1", false)))
		}, []string{"one"}, 10},
	} {
		t.Run(name, func(t *testing.T) {
			var a archive
			f := among(t, func(s *coretest.Scripted) {
				s.On(a.answer(func(s *coretest.Session, iq *coretest.Element, _ coretest.ArchiveQuery, n int) { test.page(s, iq, n) }))
			})
			var got []string
			for _, m := range f.alice.all(f.bob) {
				if m.Body != "" {
					got = append(got, m.Body)
				}
			}
			if strings.Join(got, ",") != strings.Join(test.want, ",") {
				t.Errorf("%q, want %q", got, test.want)
			}
			f.settled(&a, test.most)
		})
	}
}

// TestArchiveTooLarge: pages that hold more than may be kept at once are asked for
// again in smaller pieces; an archive that gives more whatever is asked is left.
func TestArchiveTooLarge(t *testing.T) {
	t.Run("bytes", func(t *testing.T) {
		const n = 200
		var a archive
		f := among(t, func(s *coretest.Scripted) {
			for i := range n {
				s.Archive("alice", stored(fmt.Sprint("large", i), n-i, text(fmt.Sprint(i, " ", strings.Repeat("x", 120<<10)))))
			}
			s.On(a.answer(func(s *coretest.Session, iq *coretest.Element, _ coretest.ArchiveQuery, _ int) { s.Answer(iq) }))
		})
		for i, m := range f.alice.all(f.bob) {
			if !strings.HasPrefix(m.Body, fmt.Sprint(i, " x")) {
				t.Fatalf("message %d is %.10q", i, m.Body)
			}
		}
		if got := len(f.alice.all(f.bob)); got != n {
			t.Errorf("%d messages, want %d", got, n)
		}
		f.settled(&a, 20)
	})
	t.Run("number", func(t *testing.T) {
		var a archive
		f := among(t, func(s *coretest.Scripted) {
			s.On(a.answer(func(s *coretest.Session, iq *coretest.Element, _ coretest.ArchiveQuery, n int) {
				page := make([]coretest.Archived, 300)
				for i := range page {
					page[i] = stored(fmt.Sprintf("%d/%d", n, i), 300-i, text("too many"))
				}
				s.SendPage(iq, page, false)
			}))
		})
		f.has(f.bob)
		f.settled(&a, 20)
	})
}

// TestArchiveWithoutFirst: an answer that says where its page ends and not where it
// begins. It is not the beginning of everything: what is missing stays missing, or is
// asked for from the page's oldest message on.
func TestArchiveWithoutFirst(t *testing.T) {
	for _, c := range []struct {
		name string
		page []coretest.Archived
		want string
	}{
		{"with messages", []coretest.Archived{stored("b", 2, text("b")), stored("c", 1, text("c"))}, "known,a,b,c,"},
		{"with nothing that can be read", nil, "known,"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var a archive
			f := among(t, func(s *coretest.Scripted) { s.Archive("alice", stored("known", 9, text("known"))) })
			f.away(func() {
				f.Archive("alice", append([]coretest.Archived{stored("a", 3, text("a"))}, c.page...)...)
				f.On(a.answer(func(s *coretest.Session, iq *coretest.Element, q coretest.ArchiveQuery, n int) {
					if n > 1 && c.page != nil {
						s.Answer(iq)
						return
					}
					for _, m := range c.page {
						s.Send(coretest.ArchiveResult("alice@example.test", q.QueryID, m))
					}
					if c.page == nil {
						s.Send("<message from='alice@example.test'><result xmlns='urn:xmpp:mam:2' queryid='" + q.QueryID + "' id='c'/></message>")
					}
					s.Send(coretest.Result(iq, "", coretest.ArchiveEnd("", "c", false)))
				}))
			})
			f.alice.waitState(chat.StateOnline)
			f.caughtUp()
			var got string
			for _, m := range f.alice.all(f.bob) {
				if m.Kind != chat.KindGap {
					got += m.Body + ","
				}
			}
			gaps, err := f.alice.Gaps(f.alice.ctx(), f.alice.addr)
			if got != c.want || err != nil || (gaps == 0) != (c.page != nil) {
				t.Errorf("%q, %d gaps, %v; want %q", got, gaps, err, c.want)
			}
		})
	}
}

// TestArchiveRepeatsNames: ids that stand for two messages, in a page and in two.
func TestArchiveRepeatsNames(t *testing.T) {
	var a archive
	f := among(t, func(s *coretest.Scripted) {
		s.On(a.answer(func(s *coretest.Session, iq *coretest.Element, _ coretest.ArchiveQuery, n int) {
			switch n {
			case 1:
				s.SendPage(iq, []coretest.Archived{
					stored("x", 3, text("x")),
					{ID: "x", Stamp: time.Now(), Message: message("bob@example.test/desk", "another", text("another x"))},
					stored("y", 2, text("y")),
				}, false)
			default:
				s.SendPage(iq, []coretest.Archived{
					stored("w", 5, text("w")), {ID: "y", Stamp: time.Now(), Message: message("bob@example.test/desk", "third", text("another y"))},
				}, true)
			}
		}))
	})
	f.has(f.bob, "w", "x", "y")
	f.settled(&a, 5)
}

// TestSmallPages: pages that are put together on their way to the database stay in
// order, and the place from which the archive is read next is its end.
func TestSmallPages(t *testing.T) {
	const n = 600
	var a archive
	var asked afters
	f := among(t, func(s *coretest.Scripted) { s.Archive("alice", stored("known", n+1, text("known"))) })
	f.On(a.answer(func(s *coretest.Session, iq *coretest.Element, q coretest.ArchiveQuery, _ int) {
		s.Reply(iq, min(q.Max, 7))
	}))
	f.On(asked.script)
	want := []string{"known"}
	f.away(func() {
		for i := range n {
			want = append(want, fmt.Sprint(i))
			f.Archive("alice", stored(fmt.Sprint("small", i), n-i, text(fmt.Sprint(i))))
		}
	})
	f.caughtUp()
	f.has(f.bob, want...)
	asked.take()
	f.away(func() {})
	f.caughtUp()
	if got := asked.take(); len(got) == 0 || got[0] != fmt.Sprint("small", n-2) { // the newest may be out of order
		t.Errorf("the archive is read from %q", got)
	}
	f.settled(&a, n)
}
