// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"

	"chatsecure.org/desktop/core/chat"
)

// maxDepth is deeper than any list of libotr's files.
const maxDepth = 8

var errExpression = errors.New("not an expression")

// expression is one of libgcrypt's (its manual, "S-expressions"): a list or a string
// of bytes.
type expression struct {
	atom []byte
	list []expression
}

// name is the first string of a list.
func (e expression) name() string {
	if len(e.list) == 0 {
		return ""
	}
	return string(e.list[0].atom)
}

// child is the list of that name in a list; an empty one if there is none.
func (e expression) child(name string) expression {
	for i, c := range e.list {
		if i > 0 && c.name() == name {
			return c
		}
	}
	return expression{}
}

// text is the one string of a list (name "alice"), cleaned.
func (e expression) text() string {
	if len(e.list) != 2 {
		return ""
	}
	return chat.Cut(clean(e.list[1].atom), 1024)
}

// parseExpression reads one list, and nothing but white space after it.
func parseExpression(b []byte) (expression, error) {
	e, rest, err := readExpression(b, 0)
	if err == nil && len(skipSpace(rest)) > 0 {
		err = errExpression
	}
	return e, err
}

func skipSpace(b []byte) []byte { return bytes.TrimLeft(b, " \t\r\n\x00") }

func readExpression(b []byte, depth int) (e expression, rest []byte, err error) {
	b = skipSpace(b)
	if len(b) == 0 || depth > maxDepth {
		return e, nil, errExpression
	}
	switch b[0] {
	case '(':
		e.list = []expression{}
		for b = skipSpace(b[1:]); ; b = skipSpace(b) {
			if len(b) == 0 {
				return e, nil, errExpression
			}
			if b[0] == ')' {
				return e, b[1:], nil
			}
			var c expression
			if c, b, err = readExpression(b, depth+1); err != nil {
				return e, nil, err
			}
			e.list = append(e.list, c)
		}
	case '"':
		end := closingQuote(b)
		if end < 0 {
			return e, nil, errExpression
		}
		e.atom, err = unquote(b[1:end])
		return e, b[end+1:], err
	case '#', '|':
		end := bytes.IndexByte(b[1:], b[0])
		if end < 0 {
			return e, nil, errExpression
		}
		e.atom, err = decodeAtom(b[0], b[1:end+1])
		return e, b[end+2:], err
	}
	end := bytes.IndexAny(b, " \t\r\n()\"#|")
	if end <= 0 {
		return e, nil, errExpression
	}
	e.atom = b[:end]
	return e, b[end:], nil
}

// decodeAtom reads what stands between # (hex) or | (base64), whatever the lines.
func decodeAtom(mark byte, b []byte) ([]byte, error) {
	b = bytes.Join(bytes.Fields(b), nil)
	if mark == '#' {
		return hex.DecodeString(string(b))
	}
	return base64.StdEncoding.DecodeString(string(b))
}

func closingQuote(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// unquote reads C's escapes, as libgcrypt writes them.
func unquote(b []byte) ([]byte, error) {
	if bytes.IndexByte(b, '\\') < 0 {
		return b, nil
	}
	s := string(b)
	var out []byte
	for s != "" {
		if s[0] != '\\' { // a byte is a byte, also where it is no UTF-8
			out, s = append(out, s[0]), s[1:]
			continue
		}
		quote := byte('"')
		if len(s) > 1 && s[1] == '\'' {
			quote = '\''
		}
		r, wide, rest, err := strconv.UnquoteChar(s, quote)
		if err != nil || wide {
			return nil, errExpression
		}
		out, s = append(out, byte(r)), rest
	}
	return out, nil
}
