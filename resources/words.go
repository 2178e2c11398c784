// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// message is one text in all the plural forms that its language has. A text
// without plurals has only Other.
type message struct {
	forms     map[plural.Form]string
	protected bool
}

var formNames = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two,
	"few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// Text is the text with that id in the bundle's language. Args are pairs of a
// placeholder's name and its value; the value of "count", an int, chooses the
// plural form (CLDR). An id that the bundle lacks shows as [id], so that it is
// seen and reported instead of leaving a hole.
func (b *Bundle) Text(id string, args ...any) string {
	m, ok := b.words[id]
	if !ok {
		return "[" + id + "]"
	}
	text := m.forms[plural.Other]
	if len(m.forms) > 1 {
		if form, ok := m.forms[b.form(args)]; ok {
			text = form
		}
	}
	if len(args) == 0 || !strings.ContainsRune(text, '{') {
		return text
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", args[i]), fmt.Sprint(args[i+1]))
	}
	// One pass: a value that looks like a placeholder is never replaced again.
	return strings.NewReplacer(pairs...).Replace(text)
}

func (b *Bundle) form(args []any) plural.Form {
	for i := 0; i+1 < len(args); i += 2 {
		if n, ok := args[i+1].(int); ok && args[i] == "count" {
			return plural.Cardinal.MatchPlural(b.locale, max(n, -n), 0, 0, 0, 0)
		}
	}
	return plural.Other
}

// Has says whether the bundle has a text with that id.
func (b *Bundle) Has(id string) bool {
	_, ok := b.words[id]
	return ok
}

// IDs are the ids of all texts, sorted.
func (b *Bundle) IDs() []string { return slices.Sorted(maps.Keys(b.words)) }

// Locale is a bundle that speaks the language nearest to the one asked for.
// What has not been translated stays in the base language.
func (b *Bundle) Locale(tag language.Tag) *Bundle {
	tags := []language.Tag{language.English}
	names := []string{""}
	entries, err := fs.ReadDir(b.files, "strings")
	if err != nil {
		return b
	}
	for _, e := range entries {
		name, isJSON := strings.CutSuffix(e.Name(), ".json")
		if t, err := language.Parse(name); isJSON && name != "base" && err == nil {
			tags, names = append(tags, t), append(names, name)
		}
	}
	_, i, _ := language.NewMatcher(tags).Match(tag)
	if i == 0 {
		return b
	}
	translated, err := readTranslation(b.files, "strings/"+names[i]+".json")
	if err != nil {
		return b
	}
	c := *b
	c.locale = tags[i]
	c.words = maps.Clone(b.words)
	for id, forms := range translated {
		if base, ok := c.words[id]; ok && keepsPlaceholders(base, forms) {
			c.words[id] = message{forms: forms, protected: base.protected}
		}
	}
	return &c
}

// keepsPlaceholders says whether a translation may replace a text: a protected
// one must show every fact that the base shows.
func keepsPlaceholders(base message, forms map[plural.Form]string) bool {
	if !base.protected {
		return true
	}
	for _, name := range placeholders(base.forms[plural.Other]) {
		if !strings.Contains(forms[plural.Other], "{"+name+"}") {
			return false
		}
	}
	return true
}

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

func readWords(files fs.FS, name string) (map[string]message, error) {
	var raw map[string]struct {
		Text      json.RawMessage `json:"text"`
		Protected bool            `json:"protected"`
	}
	if err := readJSON(files, name, &raw); err != nil {
		return nil, err
	}
	words := make(map[string]message, len(raw))
	for id, r := range raw {
		forms, err := readForms(r.Text)
		if err != nil {
			return nil, fmt.Errorf("read bundle: %s: %s: %w", name, id, err)
		}
		words[id] = message{forms: forms, protected: r.Protected}
	}
	return words, nil
}

func readTranslation(files fs.FS, name string) (map[string]map[plural.Form]string, error) {
	var raw map[string]json.RawMessage
	if err := readJSON(files, name, &raw); err != nil {
		return nil, err
	}
	all := make(map[string]map[plural.Form]string, len(raw))
	for id, r := range raw {
		forms, err := readForms(r)
		if err != nil {
			return nil, fmt.Errorf("read bundle: %s: %s: %w", name, id, err)
		}
		all[id] = forms
	}
	return all, nil
}

// readForms reads "text" or {"one":"text","other":"text"}.
func readForms(raw json.RawMessage) (map[plural.Form]string, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return map[plural.Form]string{plural.Other: text}, nil
	}
	var named map[string]string
	if err := json.Unmarshal(raw, &named); err != nil {
		return nil, err
	}
	forms := make(map[plural.Form]string, len(named))
	for name, text := range named {
		form, ok := formNames[name]
		if !ok {
			return nil, fmt.Errorf("no plural form %q", name)
		}
		forms[form] = text
	}
	if _, ok := forms[plural.Other]; !ok {
		return nil, errors.New("the form \"other\" is missing")
	}
	return forms, nil
}
