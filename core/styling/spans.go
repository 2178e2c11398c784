// SPDX-License-Identifier: MPL-2.0

package styling

import "unicode"

// kindOf is what a sign begins and ends.
func kindOf(r rune) (Kind, bool) {
	switch r {
	case '*':
		return Strong, true
	case '_':
		return Emphasis, true
	case '~':
		return Strike, true
	case '`':
		return Code, true
	}
	return 0, false
}

// space is white space as XEP-0393 §3 has it.
func space(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Z, r) }

// spansOf reads a line, or what is inside a span (XEP-0393 §5.2). Every sign ends at
// the first sign like it that can end it, so one is never inside its like: what is
// inside is read at most once for each kind.
func (p *parser) spansOf(start, end int) {
	var open [Code + 1]bool // nothing after here ends this kind
	begins := true          // here is the beginning, or a space or a beginning sign before
	for i := start; i < end; i++ {
		r := p.text[i]
		k, sign := kindOf(r)
		if !sign || !begins || open[k] || i+1 == end || space(p.text[i+1]) {
			begins = space(r)
			continue
		}
		if p.text[i+1] == r { // nothing in between: neither is one
			begins = false
			i++
			continue
		}
		last := p.closing(i, end)
		if last < 0 {
			open[k], begins = true, false
			continue
		}
		p.add(k, i, last+1, 0)
		p.add(Directive, i, i+1, 0)
		p.add(Directive, last, last+1, 0)
		if k != Code {
			p.spansOf(i+1, last)
		}
		i, begins = last, false
	}
}

// closing finds what ends the span that begins at i: the first sign like it that has
// no space before it.
func (p *parser) closing(i, end int) int {
	for j := i + 2; j < end; j++ {
		if p.text[j] == p.text[i] && !space(p.text[j-1]) {
			return j
		}
	}
	return -1
}
