// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Language is one that the bundle has texts in.
type Language struct {
	Tag        language.Tag
	Name       string // in itself: "Deutsch"
	Translated int
	Total      int // of texts
}

// Locale is a bundle that speaks the language nearest to the ones asked for, the
// first first. What has not been translated stays in the base language. Where
// none is near, it is the language of the brand.
func (b *Bundle) Locale(tags ...language.Tag) *Bundle {
	have := b.tags()
	_, i, sure := language.NewMatcher(have).Match(tags...)
	if sure == language.No { // no more than the same script
		i = 0
	}
	if have[i] == b.locale {
		return b
	}
	c := *b
	c.speak(have[i])
	return &c
}

// Language is the one that the bundle speaks now.
func (b *Bundle) Language() language.Tag { return b.locale }

// tags are all languages, that of the brand first, then the base.
func (b *Bundle) tags() []language.Tag {
	var tags []language.Tag
	add := func(t language.Tag) {
		if !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	for _, l := range slices.Backward(b.layers) {
		if l.builtIn() {
			add(language.Make(l.source.Manifest().Locale))
		}
	}
	for _, l := range b.layers {
		if l.base != nil {
			add(language.Make(l.source.Manifest().Locale))
		}
		for _, t := range l.translations {
			add(t.tag)
		}
	}
	return tags
}

// Languages are all that there are, sorted by tag, the base's first. It reads
// every translation: some milliseconds.
func (b *Bundle) Languages() []Language {
	tags := b.tags()
	base := b.base()
	slices.SortFunc(tags, func(x, y language.Tag) int {
		switch {
		case x == y:
			return 0
		case x == base:
			return -1
		case y == base:
			return 1
		}
		return strings.Compare(x.String(), y.String())
	})
	list := make([]Language, len(tags))
	for i, tag := range tags {
		list[i] = Language{Tag: tag, Name: selfName(tag), Total: len(b.words), Translated: len(b.words) - b.missingIn(tag)}
	}
	return list
}

// selfName is a language's name in itself, as the first word of a line.
func selfName(tag language.Tag) string {
	name := display.Self.Name(tag)
	if name == "" {
		return tag.String()
	}
	base, _ := tag.Base()
	if _, _, region := tag.Raw(); region != (language.Region{}) && name == display.Self.Name(language.Make(base.String())) {
		if names := display.Regions(tag); names != nil && names.Name(region) != "" {
			name += " (" + names.Name(region) + ")"
		}
	}
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToTitle(r)) + name[n:]
}

// NameOf is what a language is called by who speaks it.
func (b *Bundle) NameOf(tag language.Tag) string { return selfName(tag) }

// Missing is how many texts are not in the bundle's language but in the base's.
func (b *Bundle) Missing() int { return b.missingIn(b.locale) }

func (b *Bundle) missingIn(tag language.Tag) int {
	type said struct {
		by    *layer
		words map[string]message
	}
	var all []said
	chain := b.chainOf(tag)
	if len(chain) == 0 {
		chain = []language.Tag{tag}
	}
	for _, t := range chain {
		for _, l := range b.layers {
			for _, words := range l.in(t) {
				all = append(all, said{l, words})
			}
		}
	}
	missing := 0
	for id := range b.words {
		if !slices.ContainsFunc(all, func(s said) bool { _, there := s.words[id]; return there && s.by.says(id) }) {
			missing++
		}
	}
	return missing
}

// chainOf are a language and its parents, without the base.
func (b *Bundle) chainOf(tag language.Tag) (chain []language.Tag) {
	base := b.base()
	for t := tag; t != language.Und && t != base; t = t.Parent() {
		chain = append(chain, t)
	}
	return chain
}

// speak sets the language. A text is taken from the first language of the chain
// that any layer has it in, from the highest layer; at last from the base's.
func (b *Bundle) speak(tag language.Tag) {
	b.locale, b.chain = tag, b.chainOf(tag)
	base := b.base()
	b.words = map[string]message{}
	for _, l := range b.layers {
		how := takeBase
		if language.Make(l.source.Manifest().Locale) != base {
			how = takeNew
		}
		b.take(l, l.base, how)
	}
	for _, t := range slices.Backward(b.chain) {
		for _, l := range b.layers {
			for _, words := range l.in(t) {
				b.take(l, words, takeTranslation)
			}
		}
	}
}

// What take does with texts.
const (
	takeBase        = iota // all
	takeNew                // those that there are not yet: a base in another language
	takeTranslation        // those that there are
)

// take puts the texts of one layer and language over those that there are. Only
// what is built in, or belongs to what the layer brings, may be new; a protected
// text has to say all that it said, and only who is trusted may say it anew.
func (b *Bundle) take(l *layer, words map[string]message, how int) {
	for id, m := range words {
		old, there := b.words[id]
		switch {
		case there && how == takeNew, !there && how == takeTranslation:
			continue
		case !there && !l.builtIn() && !l.owns(id):
			continue
		case old.protected && (!l.trusted || m.keeps(old) != ""):
			continue
		}
		m.protected = m.protected || old.protected
		b.words[id] = m
	}
}

// in are the texts that a layer has in exactly that language.
func (l *layer) in(tag language.Tag) (all []map[string]message) {
	if language.Make(l.source.Manifest().Locale) == tag {
		all = append(all, l.base)
	}
	for _, t := range l.translations {
		if t.tag == tag {
			all = append(all, t.read())
		}
	}
	return all
}

// speaks says whether the layer has a text in exactly that language.
func (l *layer) speaks(id string, tag language.Tag) bool {
	for _, words := range l.in(tag) {
		if _, there := words[id]; there {
			return true
		}
	}
	return false
}

// textOrigin is the layer that says a text in the bundle's language.
func (b *Bundle) textOrigin(id string) Layer {
	for _, t := range b.chain {
		for _, l := range slices.Backward(b.layers) {
			if l.speaks(id, t) && l.says(id) {
				return l.kind
			}
		}
	}
	for _, l := range slices.Backward(b.layers) {
		if _, there := l.base[id]; there && l.says(id) {
			return l.kind
		}
	}
	return LayerDefault
}

// says is false for what take leaves out of a layer's texts.
func (l *layer) says(id string) bool { return l.trusted || !l.silenced[id] }

// ownTexts begins the ids of texts that a bundle brings for its own things:
// sticker packs, servers, lines in About.
const ownTexts = "own."

// owns says whether a bundle that is not built in may bring a text of that id.
func (l *layer) owns(id string) bool { return strings.HasPrefix(id, ownTexts) || l.named[id] }
