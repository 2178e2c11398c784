// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"fmt"
)

// Errors of the framing. A stream does not survive any of them.
var (
	errStreamEnd  = plainly("the other side closed the stream")
	errRestricted = plainly("comment, processing instruction or DTD on the stream") // RFC 6120 §11.1
	errStreamText = plainly("text between elements")
	errMalformed  = plainly("malformed XML")
)

// errWide comes with an element that was cut off well, but is not to be parsed.
var errWide = limitError{MaxAttributes, "attributes"}

// limitError names the limit that an element has passed.
type limitError struct {
	limit int
	unit  string
}

func (e limitError) Error() string {
	return fmt.Sprintf("element over the limit of %d %s", e.limit, e.unit)
}

// scanner finds where a top-level element ends, without parsing it: it counts
// tags and knows quotes and CDATA, nothing else. It is fed in pieces of any
// length. The zero value with a limit set stands before an element.
type scanner struct {
	limit int // bytes an element
	bytes int // of the element so far
	depth int
	state scanState
	quote byte
	last  byte // before the present one, in a tag
	close bool // the tag began with </
	seen  int  // of cdataOpen, or of cdataClose
	attrs int  // of the tag
	wide  bool // a tag of the element, or of the one before, had too many
}

type scanState int8

const (
	inText scanState = iota
	afterLess
	inTag
	afterBang
	inData
)

const cdataOpen = "[CDATA["

// scan reads on in b. It returns how many bytes it has taken, and whether the
// last of them ended an element; then it stands before the next one. Where depth
// is 0 and no element has begun, white space is taken and counts for nothing.
func (s *scanner) scan(b []byte) (n int, whole bool, err error) {
	for n < len(b) {
		from := n
		switch s.state {
		case inText:
			n, err = s.text(b, n)
		case afterLess:
			err = s.less(b[n])
			n++
		case afterBang:
			if b[n] != cdataOpen[s.seen] || s.depth == 0 {
				return n, false, errRestricted
			}
			n++
			if s.seen++; s.seen == len(cdataOpen) {
				s.state, s.seen = inData, 0
			}
		case inData:
			n = s.data(b, n)
		case inTag:
			var end bool
			if n, end = s.tag(b, n); end {
				whole, err = s.tagEnd()
			}
		}
		if s.state != inText || s.depth > 0 || whole {
			s.bytes += n - from
		}
		switch {
		case err != nil:
			return n, false, err
		case s.bytes > s.limit:
			return n, false, limitError{s.limit, "bytes"}
		case whole:
			*s = scanner{limit: s.limit, wide: s.wide}
			return n, true, nil
		}
	}
	return n, false, nil
}

// text goes to the byte after the next '<'.
func (s *scanner) text(b []byte, n int) (int, error) {
	i := bytes.IndexByte(b[n:], '<')
	end := len(b)
	if i >= 0 {
		end = n + i
	}
	if s.depth == 0 && len(bytes.Trim(b[n:end], " \t\r\n")) > 0 {
		return n, errStreamText
	}
	if i < 0 {
		return end, nil
	}
	s.state = afterLess
	return end + 1, nil
}

// less decides what a '<' has begun.
func (s *scanner) less(c byte) error {
	switch c {
	case '?':
		return errRestricted
	case '!':
		s.state, s.seen = afterBang, 0
		return nil
	case '>', '<', ' ', '\t', '\r', '\n', '"', '\'':
		return errMalformed
	}
	s.state, s.close, s.last, s.quote, s.attrs = inTag, c == '/', c, 0, 0
	s.wide = s.wide && s.depth > 0
	if s.close && s.depth == 0 {
		return errStreamEnd
	}
	return nil
}

// tag goes to the byte after the tag's '>', if it is there.
func (s *scanner) tag(b []byte, n int) (int, bool) {
	for n < len(b) {
		c := b[n]
		switch {
		case s.quote != 0:
			i := bytes.IndexByte(b[n:], s.quote)
			if i < 0 {
				return len(b), false
			}
			n += i
			c, s.quote = b[n], 0
		case c == '"' || c == '\'':
			s.quote = c
			s.attrs++
			s.wide = s.wide || s.attrs > MaxAttributes
		case c == '>':
			return n + 1, true
		}
		s.last = c
		n++
	}
	return n, false
}

func (s *scanner) tagEnd() (whole bool, err error) {
	s.state = inText
	switch {
	case s.close:
		s.depth--
	case s.last == '/':
	default:
		s.depth++
	}
	if s.depth > MaxDepth || s.depth == MaxDepth && !s.close && s.last == '/' {
		return false, limitError{MaxDepth, "elements inside each other"}
	}
	return s.depth == 0, nil
}

// data goes to the byte after "]]>", if it is there.
func (s *scanner) data(b []byte, n int) int {
	for ; n < len(b); n++ {
		switch c := b[n]; {
		case c == ']':
			s.seen = min(s.seen+1, 2)
		case c == '>' && s.seen == 2:
			s.state, s.seen = inText, 0
			return n + 1
		default:
			s.seen = 0
		}
	}
	return n
}
