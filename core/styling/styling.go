// SPDX-License-Identifier: MPL-2.0

// Package styling reads the few signs that people put around words: *strong*,
// _emphasis_, ~struck~, `code`, blocks of code and quotations (XEP-0393), and the
// /me of an action (XEP-0245). It changes no text: it says which parts are what.
//
// Everything here is pure, takes time and memory in proportion to the length of the
// text, and is safe for use from any goroutine.
package styling

import (
	"cmp"
	"slices"
	"strings"
)

// Kind says what a part of a text is.
type Kind int8

// The kinds. All but Directive include the signs that make them.
const (
	Strong    Kind = iota // *text*
	Emphasis              // _text_
	Strike                // ~text~
	Code                  // `text`, in which nothing else is
	Block                 // lines of code, with the lines of ``` around them
	Quote                 // lines that begin with >
	Directive             // the signs themselves: * _ ~ `, a whole line of ```, > with the space behind it
)

var kindNames = [...]string{"strong", "emphasis", "strike", "code", "block", "quote", "directive"}

func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "unknown"
	}
	return kindNames[k]
}

// Span is a part of a text. Start and End count code points, as a for range over
// the string does; Start < End. A Block or a Quote ends before the last line end.
type Span struct {
	Kind       Kind
	Start, End int
	Depth      int // of a Quote, from 1; 0 of everything else
}

// Bounds: what is over them is plain text.
const (
	MaxSpans = 10_000
	MaxDepth = 16 // quotations in each other
)

// Parse returns the parts of text by their Start, those around others first. They
// are inside each other or apart; only a Block or a Quote inside a Quote has the
// signs of the outer one in it, as Directives. A message with an <unstyled/>
// (XEP-0393 §6) is not to be parsed.
func Parse(text string) []Span {
	if !strings.ContainsAny(text, "*_~`>") {
		return nil
	}
	p := parser{text: []rune(text)}
	p.blocks(p.lines(), 1)
	slices.SortStableFunc(p.spans, func(a, b Span) int {
		if c := cmp.Compare(a.Start, b.Start); c != 0 {
			return c
		}
		return cmp.Compare(b.End, a.End)
	})
	return p.spans
}

// actionPrefix is what an action begins with, in these very letters.
const actionPrefix = "/me "

// IsAction says whether a message tells what its sender does: it begins with "/me ",
// in whose place the sender's name is to be shown (XEP-0245 §2).
func IsAction(text string) bool { return strings.HasPrefix(text, actionPrefix) }

type parser struct {
	text  []rune
	spans []Span
}

func (p *parser) add(k Kind, start, end, depth int) {
	if start < end && len(p.spans) < MaxSpans {
		p.spans = append(p.spans, Span{k, start, end, depth})
	}
}

// line is a line without its end, and without the signs of the quotations around.
type line struct{ start, end int }

func (p *parser) lines() []line {
	var all []line
	start := 0
	for i, r := range p.text {
		if r == '\n' {
			all = append(all, line{start, i})
			start = i + 1
		}
	}
	return append(all, line{start, len(p.text)})
}
