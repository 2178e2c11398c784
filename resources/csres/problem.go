// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Problem is a fault of a bundle. Its reason is a part of a sentence that goes on
// after the file's name, in English, for who makes the bundle.
type Problem struct {
	File   string // "" for the bundle as a whole; may hold anything that a name can
	Line   int    // from 1; 0 for the file as a whole
	Reason string
	Minor  bool // the bundle works in spite of it, only not as it should
}

// String is "file:line: reason". A name that could trick a reader is quoted.
func (p Problem) String() string {
	name := p.File
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) {
		name = strconv.QuoteToASCII(name)
	}
	switch {
	case name == "":
		return p.Reason
	case p.Line == 0:
		return name + ": " + p.Reason
	}
	return fmt.Sprintf("%s:%d: %s", name, p.Line, p.Reason)
}

// Error is why a bundle was refused.
type Error struct {
	Path     string
	Problems []Problem // at least one
}

// Error is the first fault, and how many more there are.
func (e *Error) Error() string {
	text := e.Problems[0].String()
	if e.Path != "" {
		text = e.Path + ": " + text
	}
	if more := len(e.Problems) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}
