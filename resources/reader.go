// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"chatsecure.org/desktop/resources/csres"
)

// fileReader reads the JSON files of one bundle and gathers what is wrong.
type fileReader struct {
	source   *csres.Bundle
	file     string
	problems []csres.Problem
}

// fault is something that refuses the bundle.
func (r *fileReader) fault(line int, format string, args ...any) {
	r.problems = append(r.problems, csres.Problem{File: r.file, Line: line, Reason: fmt.Sprintf(format, args...)})
}

// minor is something that the bundle works in spite of.
func (r *fileReader) minor(line int, format string, args ...any) {
	r.problems = append(r.problems, csres.Problem{File: r.file, Line: line, Reason: fmt.Sprintf(format, args...), Minor: true})
}

// open parses a file; nil if it is not there or can not be read.
func (r *fileReader) open(name string) *csres.Value {
	r.file = name
	v, p := r.source.JSON(name)
	if p != nil {
		r.fault(p.Line, "%s", p.Reason)
		return nil
	}
	if v == nil {
		return nil
	}
	if v.Kind != csres.Object {
		r.fault(v.Line, "is %s, not an object", v.Kind)
		return nil
	}
	return v
}

// object hands each member to the function of its key. An unknown key is minor:
// a later program may know it.
func (r *fileReader) object(v csres.Value, where string, keys map[string]func(csres.Value)) {
	if v.Kind != csres.Object {
		r.fault(v.Line, "%s is %s, not an object", strings.TrimSuffix(where, "."), v.Kind)
		return
	}
	for _, m := range v.Members {
		if read, known := keys[m.Key]; known {
			read(m.Value)
		} else {
			r.minor(m.Value.Line, "the key %q is not known", where+m.Key)
		}
	}
}

// text reads a line that can be seen; valid may be nil.
func (r *fileReader) text(to *string, what string, valid func(string) bool) func(csres.Value) {
	return func(v csres.Value) {
		switch {
		case v.Kind != csres.String:
			r.fault(v.Line, "%s is %s, not a text", what, v.Kind)
		case strings.ContainsFunc(v.Text, func(c rune) bool { return !unicode.IsPrint(c) }) || len(v.Text) > 2000:
			r.fault(v.Line, "%s has characters that can not be seen, or too many", what)
		case valid != nil && !valid(v.Text):
			r.fault(v.Line, "%s can not be %q", what, v.Text)
		default:
			*to = v.Text
		}
	}
}

func (r *fileReader) oneOf(to *string, what string, values ...string) func(csres.Value) {
	return func(v csres.Value) {
		if v.Kind != csres.String || !slices.Contains(values, v.Text) {
			r.fault(v.Line, "%s is one of %s", what, strings.Join(values, ", "))
			return
		}
		*to = v.Text
	}
}

func (r *fileReader) number(to *int, what string, least, most int) func(csres.Value) {
	return func(v csres.Value) {
		n, err := strconv.Atoi(v.Text)
		if v.Kind != csres.Number || err != nil || n < least || n > most {
			r.fault(v.Line, "%s is no number from %d to %d", what, least, most)
			return
		}
		*to = n
	}
}

func (r *fileReader) yes(to **bool, what string) func(csres.Value) {
	return func(v csres.Value) {
		if v.Kind != csres.Bool {
			r.fault(v.Line, "%s is %s, not true or false", what, v.Kind)
			return
		}
		is := v.Text == "true"
		*to = &is
	}
}

func (r *fileReader) list(to *[]string, what string, valid func(string) bool) func(csres.Value) {
	return func(v csres.Value) {
		if v.Kind != csres.Array || len(v.Items) > 256 {
			r.fault(v.Line, "%s is %s, not a list of at most 256 texts", what, v.Kind)
			return
		}
		*to = []string{}
		for _, item := range v.Items {
			var s string
			before := len(r.problems)
			if r.text(&s, what, valid)(item); len(r.problems) == before {
				*to = append(*to, s)
			}
		}
	}
}

// isDomain is a rough look at a host's name: what is wrong with it finer is found
// when it is asked for.
func isDomain(s string) bool {
	if s == "" || len(s) > 253 || strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || strings.Contains(s, "..") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '.' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && isDomain(u.Hostname()) && u.User == nil
}

// isLink is where a link may lead: a page, or a person.
func isLink(s string) bool {
	u, err := url.Parse(s)
	return isWeb(s) || err == nil && (u.Scheme == "mailto" || u.Scheme == "xmpp") && u.Opaque != ""
}
