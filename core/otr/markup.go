// SPDX-License-Identifier: MPL-2.0

package otr

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxMark  = 2048 // bytes of a tag; what is longer is text
	maxLinks = 8    // inside each other
)

// marks are the elements of libpurple's markup (Pidgin, Adium), and what stands for
// them in a text.
var marks = map[string]struct{ opened, closed string }{
	"html": {}, "body": {}, "b": {}, "strong": {}, "i": {}, "em": {}, "u": {}, "s": {}, "strike": {}, "sub": {}, "sup": {}, "font": {}, "span": {},
	"a": {}, "big": {}, "small": {}, "tt": {}, "pre": {}, "code": {}, "img": {}, "binding": {}, "blockquote": {},
	"br": {opened: "\n"}, "p": {closed: "\n"}, "div": {closed: "\n"}, "hr": {opened: "\n"}, "li": {opened: "\n• "}, "ul": {}, "ol": {},
	"h1": {closed: "\n"}, "h2": {closed: "\n"}, "h3": {closed: "\n"},
}

// entities are those that libpurple writes.
var entities = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'", "nbsp": "\u00a0", "copy": "©", "reg": "®"}

// Unmark makes plain text of what libpurple's programs send in a session, which is
// HTML: "<b>so</b> &amp; so". Elements that they do not write stay what they are, and so
// does a text in which nothing is theirs. A link's address stands behind its words.
// Other programs send plain text there: ask only for one that may be libpurple's.
func Unmark(text string) string {
	if !strings.ContainsAny(text, "<&") {
		return text
	}
	var b strings.Builder
	var links []link
	for rest := text; rest != ""; {
		i := strings.IndexAny(rest, "<&")
		if i < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:i])
		rest = rest[i:]
		if n, s := entity(rest); n > 0 {
			b.WriteString(s)
			rest = rest[n:]
			continue
		}
		n, name, closing, href := mark(rest)
		switch m := marks[name]; {
		case n == 0:
			b.WriteByte(rest[0])
			n = 1
		case name == "a" && !closing:
			links = append(links[:min(len(links), maxLinks)], link{href, b.Len()})
		case name == "a" && len(links) > 0:
			l := links[len(links)-1]
			links = links[:len(links)-1]
			if words := b.String()[min(l.at, b.Len()):]; l.href != "" && !strings.Contains(l.href, words) || words == "" {
				b.WriteString(" (" + l.href + ")")
			}
		case closing:
			b.WriteString(m.closed)
		default:
			b.WriteString(m.opened)
		}
		rest = rest[n:]
	}
	out := clean([]byte(b.String()))
	if out == text || strings.TrimSpace(out) == "" {
		return text
	}
	return strings.TrimSuffix(out, "\n")
}

var marked = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", "<br>")

// Mark makes the HTML of a plain text for a program of libpurple's: as it is, it would
// show no "<tag>" and run lines together.
func Mark(text string) string { return marked.Replace(text) }

// link is one that is open: where it goes, and where its words begin.
type link struct {
	href string
	at   int
}

// entity reads one at the beginning of a text, and how long it is; 0 for none.
func entity(text string) (n int, s string) {
	end := strings.IndexByte(text[:min(len(text), 10)], ';')
	if text[0] != '&' || end < 2 {
		return 0, ""
	}
	name := text[1:end]
	if s, known := entities[name]; known {
		return end + 1, s
	}
	if name[0] != '#' {
		return 0, ""
	}
	digits, base := name[1:], 10
	if strings.HasPrefix(digits, "x") || strings.HasPrefix(digits, "X") {
		digits, base = digits[1:], 16
	}
	code, err := strconv.ParseUint(digits, base, 32)
	if err != nil || code < ' ' && code != '\n' && code != '\t' || !utf8.ValidRune(rune(code)) || code > utf8.MaxRune {
		return 0, ""
	}
	return end + 1, string(rune(code))
}

// mark reads a tag of an element that is known at the beginning of a text, and how long
// it is; 0 for none.
func mark(text string) (n int, name string, closing bool, href string) {
	end := strings.IndexByte(text[:min(len(text), maxMark)], '>')
	if text[0] != '<' || end < 2 {
		return 0, "", false, ""
	}
	inside, closing := strings.CutPrefix(text[1:end], "/")
	inside = strings.TrimSuffix(inside, "/")
	name, attributes, _ := strings.Cut(inside, " ")
	name = strings.ToLower(name)
	if _, known := marks[name]; !known || strings.ContainsRune(attributes, '<') {
		return 0, "", false, ""
	}
	if name == "a" && !closing {
		href = attribute(attributes, "href")
	}
	return end + 1, name, closing, href
}

// attribute is the value of one, with its entities read.
func attribute(attributes, name string) string {
	at := strings.Index(strings.ToLower(attributes), name+"=")
	if at < 0 || at+len(name) >= len(attributes) {
		return ""
	}
	value := attributes[at+len(name)+1:]
	if value == "" || value[0] != '"' && value[0] != '\'' {
		return ""
	}
	value, _, closed := strings.Cut(value[1:], value[:1])
	if !closed {
		return ""
	}
	return strings.ReplaceAll(value, "&amp;", "&")
}
