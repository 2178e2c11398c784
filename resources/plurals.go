// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// usualNumbers are those whose plural form is looked up once: from 0, by far the
// most that are counted.
const usualNumbers = 1000

// pluralRules are those of one language, for whole numbers (CLDR, cardinals).
type pluralRules struct {
	tag   language.Tag
	once  sync.Once
	usual [usualNumbers]uint8
}

var allRules struct {
	sync.Mutex
	of map[language.Tag]*pluralRules
}

// rulesOf are a language's rules, the same for all that ask.
func rulesOf(tag language.Tag) *pluralRules {
	allRules.Lock()
	defer allRules.Unlock()
	if allRules.of == nil {
		allRules.of = map[language.Tag]*pluralRules{}
	}
	p := allRules.of[tag]
	if p == nil {
		p = &pluralRules{tag: tag}
		allRules.of[tag] = p
	}
	return p
}

// form is the form of a number that is not negative.
func (p *pluralRules) form(n int) plural.Form {
	if n >= usualNumbers || n < 0 { // there is one number without a positive one
		return p.match(n)
	}
	p.once.Do(func() {
		for i := range p.usual {
			p.usual[i] = uint8(p.match(i)) //nolint:gosec // there are six
		}
	})
	return plural.Form(p.usual[n])
}

func (p *pluralRules) match(n int) plural.Form {
	return plural.Cardinal.MatchPlural(p.tag, n, 0, 0, 0, 0)
}
