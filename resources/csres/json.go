// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a JSON file: nesting, and values of any kind.
const (
	maxDepth  = 16
	maxValues = 200_000
)

// Kind is what a Value is.
type Kind uint8

// The kinds of JSON.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// String is the kind's name in a sentence.
func (k Kind) String() string {
	return [...]string{"null", "true or false", "a number", "a text", "a list", "an object"}[k]
}

// Value is a value of a JSON file with the line on which it begins.
type Value struct {
	Kind    Kind
	Line    int
	Text    string   // of a String; a Number or Bool as it is written
	Items   []Value  // of an Array
	Members []Member // of an Object, in the file's order; no key is there twice
}

// Member is a part of an Object.
type Member struct {
	Key   string
	Value Value
}

// Get is a member's value, nil if the object (or the value) is not there.
func (v *Value) Get(key string) *Value {
	if v == nil {
		return nil
	}
	for i := range v.Members {
		if v.Members[i].Key == key {
			return &v.Members[i].Value
		}
	}
	return nil
}

// ParseJSON reads a JSON file (RFC 8259) strictly: UTF-8 without a mark, no key
// twice, nothing after the end, at most 16 levels deep. The problem has no file.
func ParseJSON(data []byte) (*Value, *Problem) {
	if p := checkText(data); p != nil {
		return nil, p
	}
	d := &decoder{s: string(data), line: 1, left: maxValues}
	v := new(Value)
	err := d.value(v, 0)
	if err == nil {
		if d.space(); d.i < len(d.s) {
			err = fmt.Errorf("something follows the end")
		}
	}
	if err != nil {
		return nil, &Problem{Line: d.line, Reason: err.Error()}
	}
	return v, nil
}

type decoder struct {
	s             string
	i, line, left int
}

func (d *decoder) space() {
	for d.i < len(d.s) {
		switch d.s[d.i] {
		case '\n':
			d.line++
		case ' ', '\t', '\r':
		default:
			return
		}
		d.i++
	}
}

// next is the first byte of what comes, 0 at the end.
func (d *decoder) next() byte {
	d.space()
	if d.i == len(d.s) {
		return 0
	}
	return d.s[d.i]
}

func (d *decoder) value(v *Value, depth int) error {
	c := d.next()
	v.Line = d.line
	if d.left--; d.left < 0 {
		return fmt.Errorf("has more than %d values", maxValues)
	}
	if depth > maxDepth {
		return fmt.Errorf("is nested more than %d levels deep", maxDepth)
	}
	switch c {
	case 0:
		return fmt.Errorf("ends too early")
	case '"':
		v.Kind = String
		return d.text(&v.Text)
	case '{':
		v.Kind = Object
		return d.object(v, depth)
	case '[':
		v.Kind = Array
		return d.array(v, depth)
	}
	return d.word(v)
}

func (d *decoder) array(v *Value, depth int) error {
	d.i++
	if d.next() == ']' {
		d.i++
		return nil
	}
	for {
		v.Items = append(v.Items, Value{})
		if err := d.value(&v.Items[len(v.Items)-1], depth+1); err != nil {
			return err
		}
		switch d.next() {
		case ',':
			d.i++
		case ']':
			d.i++
			return nil
		default:
			return fmt.Errorf("a list has neither a comma nor its end here")
		}
	}
}

func (d *decoder) object(v *Value, depth int) error {
	d.i++
	if d.next() == '}' {
		d.i++
		return nil
	}
	// Keys in order can not be there twice; others are remembered.
	sorted, last := true, ""
	if depth == 0 {
		v.Members = make([]Member, 0, min(len(d.s)/64, 2048)) // of texts there are many
	}
	var seen map[string]bool
	for {
		if d.next() != '"' {
			return fmt.Errorf("a key has to stand here")
		}
		v.Members = append(v.Members, Member{})
		m := &v.Members[len(v.Members)-1]
		if err := d.text(&m.Key); err != nil {
			return err
		}
		if sorted && len(v.Members) > 1 && m.Key <= last {
			sorted, seen = false, make(map[string]bool, len(v.Members))
			for _, before := range v.Members[:len(v.Members)-1] {
				seen[before.Key] = true
			}
		}
		if seen[m.Key] {
			return fmt.Errorf("the key %q is there twice", m.Key)
		}
		if last = m.Key; !sorted {
			seen[m.Key] = true
		}
		if d.next() != ':' {
			return fmt.Errorf("a colon has to stand after the key %q", m.Key)
		}
		d.i++
		if err := d.value(&m.Value, depth+1); err != nil {
			return err
		}
		switch d.next() {
		case ',':
			d.i++
		case '}':
			d.i++
			return nil
		default:
			return fmt.Errorf("an object has neither a comma nor its end here")
		}
	}
}

// text reads a string; the file itself is known to be UTF-8.
func (d *decoder) text(to *string) error {
	d.i++
	from := d.i
	for ; d.i < len(d.s); d.i++ {
		switch c := d.s[d.i]; {
		case c == '"':
			*to = d.s[from:d.i]
			d.i++
			return nil
		case c == '\\':
			return d.escaped(to, from)
		case c < 0x20:
			return fmt.Errorf("a text has a control character or does not end on its line")
		}
	}
	return fmt.Errorf("ends within a text")
}

// escapes are those of RFC 8259 §7 that stand for something that can be seen, or
// for the space between.
var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'n': '\n', 'r': '\r', 't': '\t'}

func (d *decoder) escaped(to *string, from int) error {
	var b strings.Builder
	b.WriteString(d.s[from:d.i])
	for d.i < len(d.s) {
		c := d.s[d.i]
		d.i++
		switch {
		case c == '"':
			*to = b.String()
			return nil
		case c < 0x20:
			return fmt.Errorf("a text has a control character or does not end on its line")
		case c != '\\':
			b.WriteByte(c)
			continue
		case d.i == len(d.s):
			return fmt.Errorf("ends within a text")
		}
		if d.s[d.i] == 'u' {
			r, err := d.rune()
			if err != nil {
				return err
			}
			if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' || r >= 0x202a && r <= 0x202e {
				return fmt.Errorf("\\u%04x is a control character", r)
			}
			b.WriteRune(r)
			continue
		}
		plain, ok := escapes[d.s[d.i]]
		if !ok {
			return fmt.Errorf("\\%c stands for nothing", d.s[d.i])
		}
		b.WriteByte(plain)
		d.i++
	}
	return fmt.Errorf("ends within a text")
}

// rune reads uXXXX, and the second half of a pair.
func (d *decoder) rune() (rune, error) {
	unit := func() (rune, bool) {
		if d.i+5 > len(d.s) || d.s[d.i] != 'u' {
			return 0, false
		}
		n, err := strconv.ParseUint(d.s[d.i+1:d.i+5], 16, 16)
		d.i += 5
		return rune(n), err == nil
	}
	r, ok := unit()
	if ok && r >= 0xd800 && r < 0xdc00 && strings.HasPrefix(d.s[d.i:], "\\u") {
		d.i++
		var low rune
		if low, ok = unit(); ok && low >= 0xdc00 && low < 0xe000 {
			r = (r-0xd800)<<10 + (low - 0xdc00) + 0x10000
		}
	}
	if !ok || !utf8.ValidRune(r) || r == 0 {
		return 0, fmt.Errorf("\\u is not followed by a character")
	}
	return r, nil
}

// word reads true, false, null and numbers.
func (d *decoder) word(v *Value) error {
	from := d.i
	for d.i < len(d.s) && strings.IndexByte("+-.0123456789eEtruefalsnull", d.s[d.i]) >= 0 {
		d.i++
	}
	v.Text = d.s[from:d.i]
	switch v.Text {
	case "true", "false":
		v.Kind = Bool
		return nil
	case "null":
		return nil
	}
	v.Kind = Number
	if len(v.Text) > 32 || !isNumber(v.Text) {
		return fmt.Errorf("a value has to stand here")
	}
	return nil
}

// isNumber follows RFC 8259 §6.
func isNumber(s string) bool {
	digits := func() bool {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		s = s[n:]
		return n > 0
	}
	s = strings.TrimPrefix(s, "-")
	if zero, ok := strings.CutPrefix(s, "0"); ok {
		s = zero
	} else if !digits() {
		return false
	}
	if after, ok := strings.CutPrefix(s, "."); ok {
		if s = after; !digits() {
			return false
		}
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		if !digits() {
			return false
		}
	}
	return s == ""
}
