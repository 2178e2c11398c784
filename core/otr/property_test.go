// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Two sides do whatever they like, and texts arrive in their own time, in order.
// Where nothing is lost on the way, every text that was sent in a session that is
// ready is read once and in order, however many exchanges cross. Where texts are
// lost or come twice, or a side forgets everything, none is read twice or wrong.
// In both cases one exchange is enough for a session afterwards.
func TestAnyOrder(t *testing.T) {
	// A key exchange is 50 ms of work: more runs are for -rapid.checks.
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("20"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = checks.Value.Set(checks.DefValue) }()
	}
	for name, faults := range map[string]bool{"nothing is lost": false, "anything is lost": true} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				a, b := newSide(t, "alice", 0, nil), newSide(t, "bob", 1, nil)
				sent := map[*side][]string{}
				one := func(from, to *side) {
					if len(from.out) > 0 {
						text := from.out[0]
						from.out = from.out[1:]
						to.receive(text)
					}
				}
				for i := range rapid.IntRange(5, 40).Draw(r, "steps") {
					from, to := a, b
					if rapid.Bool().Draw(r, "bob") {
						from, to = b, a
					}
					step := rapid.IntRange(0, 13).Draw(r, "step")
					switch {
					case step == 0:
						from.send(from.conv.Start()...)
					case step <= 2:
						from.send(from.conv.Begin()...)
					case step <= 6:
						if from.conv.Ready() {
							text := fmt.Sprintf("%s %d", from.name, i)
							sent[from] = append(sent[from], text)
							from.must(from.conv.Send(text))
						}
					case step <= 10 || !faults:
						one(from, to)
					case len(from.out) > 0 && step == 11:
						from.out = from.out[1:]
					case len(from.out) > 0 && step == 12:
						to.receive(from.out[0])
					case step == 13 && i%5 == 0:
						from.conv = New(from.conv.cfg)
					}
				}
				talk(a, b)
				check := func(reader, writer *side) {
					if !faults {
						if !slices.Equal(reader.texts, sent[writer]) {
							r.Fatalf("%s read %q of %q; events %v", reader.name, reader.texts, sent[writer], reader.events)
						}
						return
					}
					rest := sent[writer]
					for _, text := range reader.texts {
						i := slices.Index(rest, text)
						if i < 0 {
							r.Fatalf("%s read %q of %q", reader.name, reader.texts, sent[writer])
						}
						rest = rest[i+1:]
					}
				}
				check(a, b)
				check(b, a)
				a.at, b.at = a.at.Add(time.Minute), b.at.Add(time.Minute)
				a.send(a.conv.Begin()...)
				talk(a, b)
				a.wantOpen(b)
				a.forget()
				b.forget()
				a.must(a.conv.Send("one"))
				b.must(b.conv.Send("two"))
				talk(a, b)
				a.wantTexts("two")
				b.wantTexts("one")
			})
		})
	}
}
