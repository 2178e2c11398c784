// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
)

// Text is the text with that id in the bundle's language. Args are pairs of a
// placeholder's name and its value; the value of "count", an int, chooses the
// plural form (CLDR). An id that the bundle lacks shows as [id], so that it is
// seen and reported instead of leaving a hole.
func (b *Bundle) Text(id string, args ...any) string {
	m, ok := b.words[id]
	if !ok {
		return "[" + id + "]"
	}
	text := m.other
	if m.plural != nil {
		text = m.plural.choose(args)
	}
	if len(args) == 0 || strings.IndexByte(text, '{') < 0 {
		return text
	}
	return fill(text, args)
}

func (p *pluralForms) choose(args []any) string {
	for i := 0; i+1 < len(args); i += 2 {
		if n, ok := args[i+1].(int); ok && args[i] == "count" {
			if text := p.text[p.rules.form(max(n, -n))]; text != "" {
				return text
			}
			break
		}
	}
	return p.text[plural.Other]
}

// fill puts the values into a text. It goes over the text once: a value that
// looks like a placeholder is never replaced again. What has no value stays.
func fill(text string, args []any) string {
	var room [192]byte
	out := room[:0]
	for {
		at := strings.IndexByte(text, '{')
		if at < 0 {
			break
		}
		end := strings.IndexByte(text[at:], '}')
		if end < 0 {
			break
		}
		end += at
		if open := strings.LastIndexByte(text[at:end], '{'); open > 0 {
			at += open
		}
		out = append(out, text[:at]...)
		if value, ok := argument(args, text[at+1:end]); ok {
			out = appendValue(out, value)
		} else {
			out = append(out, text[at:end+1]...)
		}
		text = text[end+1:]
	}
	return string(append(out, text...))
}

func argument(args []any, name string) (any, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1], true
		}
	}
	return nil, false
}

func appendValue(to []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return append(to, v...)
	case int:
		return strconv.AppendInt(to, int64(v), 10)
	}
	return fmt.Append(to, value)
}

// Has says whether the bundle has a text with that id.
func (b *Bundle) Has(id string) bool {
	_, ok := b.words[id]
	return ok
}

// IDs are the ids of all texts, sorted.
func (b *Bundle) IDs() []string { return sortedKeys(b.words) }
