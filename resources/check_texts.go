// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// checkTexts tells what is wrong with texts, in the base's and every other
// language: ids that nobody asks for, facts that are left out or made up, plural
// forms that the language does not have or needs.
func (c *content) checkTexts(r *fileReader, below []*layer) {
	known := map[string]message{}
	for _, l := range below {
		mergeBase(known, l.base)
	}
	check := func(file string, texts map[string]message, tag language.Tag, translated bool) {
		r.file = file
		rules := rulesOf(tag)
		for _, id := range sortedKeys(texts) {
			m := texts[id]
			base, there := known[id]
			if own, mine := c.base[id]; translated && mine {
				base, there = own, true
			}
			switch {
			case !there && translated:
				r.minor(int(m.line), "%s: the base has no text with this id", id)
			case !there && !strings.HasPrefix(id, ownTexts) && !c.named[id]:
				r.minor(int(m.line), "%s: there is no text with this id; a bundle's own begin with %q", id, ownTexts)
			case there:
				checkPlaceholders(r, id, m, base)
			}
			rules.check(r, id, m, base, there)
			checkBraces(r, id, m)
		}
	}
	base := language.Make(c.source.Manifest().Locale)
	check(baseFile, c.base, base, false)
	for _, t := range c.translations {
		check(t.file, t.read(), t.tag, true)
	}
}

// checkPlaceholders wants a text to show what the base shows. A form for one,
// two or none may leave the number out: words can say it.
func checkPlaceholders(r *fileReader, id string, m, base message) {
	var want []string
	base.each(func(_, text string) {
		for _, name := range placeholders(text) {
			if !slices.Contains(want, name) {
				want = append(want, name)
			}
		}
	})
	least := placeholders(base.other)
	m.each(func(form, text string) {
		have := placeholders(text)
		for _, name := range have {
			if !slices.Contains(want, name) {
				r.minor(int(m.line), "%s: nothing fills {%s}", id, name)
			}
		}
		for _, name := range least {
			few := form == "zero" || form == "one" || form == "two"
			if !slices.Contains(have, name) && !(few && name == "count") && !leavesOut(base, form, name) {
				r.minor(int(m.line), "%s: {%s} is missing in the form %q", id, name, form)
			}
		}
	})
}

// leavesOut says whether the base itself does not show a fact in that form.
func leavesOut(base message, form, name string) bool {
	if base.plural == nil {
		return false
	}
	text := base.plural.text[formNames[form]]
	return text != "" && !slices.Contains(placeholders(text), name)
}

func checkBraces(r *fileReader, id string, m message) {
	m.each(func(_, text string) {
		if strings.Count(text, "{") != strings.Count(text, "}") {
			r.minor(int(m.line), "%s: a brace has no other", id)
		}
		if strings.TrimSpace(text) == "" {
			r.minor(int(m.line), "%s: says nothing", id)
		}
	})
}

// formsOf are the forms that a language has, and those that it can not do without
// for numbers that people meet.
func (p *pluralRules) formsOf() (has, needed [6]bool) {
	for n := range 200 {
		has[p.form(n)], needed[p.form(n)] = true, true
	}
	has[p.form(1_000_000)] = true
	has[plural.Other] = true
	return has, needed
}

func (p *pluralRules) check(r *fileReader, id string, m, base message, there bool) {
	has, needed := p.formsOf()
	if m.plural == nil {
		if there && base.plural != nil && (needed[plural.One] || needed[plural.Few]) {
			r.minor(int(m.line), "%s: has no plural forms, which the base has", id)
		}
		return
	}
	if there && base.plural == nil && !slices.Contains(placeholders(base.other), "count") {
		r.minor(int(m.line), "%s: has plural forms, and nothing to count", id)
		return
	}
	for _, name := range []string{"zero", "one", "two", "few", "many"} {
		switch form := formNames[name]; {
		case m.plural.text[form] != "" && !has[form]:
			r.minor(int(m.line), "%s: the language %s has no plural form %q", id, p.tag, name)
		case m.plural.text[form] == "" && needed[form]:
			r.minor(int(m.line), "%s: the plural form %q is missing, which %s needs", id, name, p.tag)
		}
	}
}
