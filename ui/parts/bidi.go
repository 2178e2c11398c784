// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/bidi"
)

// visualOrder puts the runs of one line into the order in which they stand on
// the screen, because the toolkit draws every text from left to right
// (UAX #9). The letters of a run that reads from right to left stay in logical
// order: the toolkit's shaper turns a run of one script by itself.
func visualOrder(line string) string {
	if !hasRTL(line) {
		return line
	}
	var p bidi.Paragraph
	if _, err := p.SetString(line); err != nil {
		return line
	}
	order, err := p.Order()
	if err != nil {
		return line
	}
	var b strings.Builder
	for i := range order.NumRuns() {
		run := order.Run(i)
		if run.Direction() == bidi.RightToLeft {
			b.WriteString(turnWords(run.String()))
		} else {
			b.WriteString(run.String())
		}
	}
	return b.String()
}

func hasRTL(line string) bool {
	for _, r := range line {
		if p, _ := bidi.LookupRune(r); p.Class() == bidi.R || p.Class() == bidi.AL {
			return true
		}
	}
	return false
}

// turnWords reverses the order of the pieces between letters of one script and
// everything else, which is how the toolkit breaks a text before shaping.
func turnWords(run string) string {
	var pieces []string
	letters := false
	for g := uniseg.NewGraphemes(run); g.Next(); {
		is := hasRTL(g.Str())
		if len(pieces) > 0 && is && letters {
			pieces[len(pieces)-1] += g.Str()
		} else {
			pieces = append(pieces, g.Str())
		}
		letters = is
	}
	var b strings.Builder
	for i := len(pieces) - 1; i >= 0; i-- {
		b.WriteString(pieces[i])
	}
	return b.String()
}
