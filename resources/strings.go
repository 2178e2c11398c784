// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"chatsecure.org/desktop/resources/csres"
)

// message is one text in all the plural forms that its language has.
type message struct {
	other     string
	plural    *pluralForms // nil for a text without
	protected bool
	line      int32
}

type pluralForms struct {
	rules *pluralRules // of the language
	text  [6]string    // by plural.Form; "" is Other's
}

var formNames = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two,
	"few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// each calls f for every form that there is, by its name.
func (m message) each(f func(form, text string)) {
	if m.plural == nil {
		f("other", m.other)
		return
	}
	for _, name := range []string{"zero", "one", "two", "few", "many", "other"} {
		if text := m.plural.text[formNames[name]]; text != "" {
			f(name, text)
		}
	}
}

// translation is one language of one bundle, read when it is first needed.
type translation struct {
	tag  language.Tag
	file string
	read func() map[string]message
}

const baseFile = "strings/base.json"

// readStrings reads the base's texts and, but for what is built in, those of
// every language, so that a fault is found before anything counts.
func (c *content) readStrings(r *fileReader, builtIn bool) {
	tag := language.Make(c.source.Manifest().Locale)
	if v := r.open(baseFile); v != nil {
		c.base = readBase(r, v, tag)
	}
	for _, file := range c.source.In("strings") {
		name, isJSON := strings.CutSuffix(strings.TrimPrefix(file, "strings/"), ".json")
		if file == baseFile || !isJSON {
			continue
		}
		tag, err := language.Parse(name)
		r.file = file
		if err != nil {
			r.fault(0, "its name is no language tag: it looks like de.json or pt-BR.json")
			continue
		}
		t := &translation{tag: tag, file: file}
		parse := func(r *fileReader) map[string]message {
			v := r.open(file)
			if v == nil {
				return nil
			}
			return readTranslation(r, v, tag)
		}
		if builtIn {
			t.read = sync.OnceValue(func() map[string]message { return parse(&fileReader{source: c.source}) })
		} else {
			all := parse(r)
			t.read = func() map[string]message { return all }
		}
		c.translations = append(c.translations, t)
	}
}

// readBase reads {"id":{"text":…,"comment":…,"protected":true}}.
func readBase(r *fileReader, v *csres.Value, tag language.Tag) map[string]message {
	all := make(map[string]message, len(v.Members))
	for _, m := range v.Members {
		text := m.Value.Get("text")
		if text == nil {
			r.fault(m.Value.Line, "%s has no \"text\"", m.Key)
			continue
		}
		msg, ok := readMessage(r, m.Key, text, tag)
		for _, part := range m.Value.Members {
			switch part.Key {
			case "text", "comment", "max":
			case "protected":
				msg.protected = part.Value.Kind == csres.Bool && part.Value.Text == "true"
			default:
				r.minor(part.Value.Line, "%s: the key %q is not known", m.Key, part.Key)
			}
		}
		if ok {
			all[m.Key] = msg
		}
	}
	return all
}

// readTranslation reads {"id":"…" or {"one":"…","other":"…"}}.
func readTranslation(r *fileReader, v *csres.Value, tag language.Tag) map[string]message {
	all := make(map[string]message, len(v.Members))
	for i := range v.Members {
		m := &v.Members[i]
		if msg, ok := readMessage(r, m.Key, &m.Value, tag); ok {
			all[m.Key] = msg
		}
	}
	return all
}

// readMessage reads "text" or {"one":"text","other":"text"}.
func readMessage(r *fileReader, id string, v *csres.Value, tag language.Tag) (message, bool) {
	m := message{line: int32(v.Line)} //nolint:gosec // at most 8 Mi lines
	switch v.Kind {
	case csres.String:
		m.other = v.Text
	case csres.Object:
		m.plural = &pluralForms{rules: rulesOf(tag)}
		for _, f := range v.Members {
			form, known := formNames[f.Key]
			if !known || f.Value.Kind != csres.String {
				r.fault(f.Value.Line, "%s: there is no plural form %q, or it is no text", id, f.Key)
				return m, false
			}
			m.plural.text[form] = f.Value.Text
		}
		if m.other = m.plural.text[plural.Other]; m.other == "" {
			r.fault(v.Line, "%s: the form \"other\" is missing", id)
			return m, false
		}
	default:
		r.fault(v.Line, "%s is %s, not a text", id, v.Kind)
		return m, false
	}
	ok := true
	m.each(func(_, text string) {
		if len(text) > longestText || strings.Count(text, "\n") > mostLines {
			r.fault(v.Line, "%s has more than %d bytes or %d lines", id, longestText, mostLines)
			ok = false
		}
	})
	return m, ok
}

// What a text may have at most: a window can not lay out one without end. The longest
// of the default's has 400 bytes.
const (
	longestText = 4000
	mostLines   = 40
)

// keeps says whether a text may stand in the place of another, "" for yes. A
// protected one must show, in every form, each fact that the base shows, and say
// something.
func (m message) keeps(base message) string {
	if !base.protected {
		return ""
	}
	reason := ""
	m.each(func(form, text string) {
		of := base.other
		if base.plural != nil && base.plural.text[formNames[form]] != "" {
			of = base.plural.text[formNames[form]]
		}
		for _, name := range placeholders(of) {
			if !strings.Contains(text, "{"+name+"}") {
				reason = "is protected and lacks {" + name + "}"
			}
		}
		if reason == "" && (strings.TrimSpace(text) == "" || len(text)*protectedShare < len(of)) {
			reason = "is protected and too short to say the same"
		}
	})
	return reason
}

// protectedShare bounds how much shorter a protected text may become, in bytes.
const protectedShare = 4

// placeholders are the names between braces.
func placeholders(text string) []string {
	var names []string
	for {
		_, after, ok := strings.Cut(text, "{")
		if !ok {
			return names
		}
		name, rest, ok := strings.Cut(after, "}")
		if !ok {
			return names
		}
		names, text = append(names, name), rest
	}
}
