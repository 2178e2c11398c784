// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"strings"

	"golang.org/x/text/language"
)

// SystemLanguages are the languages that the environment asks for, best first, as
// POSIX and gettext have it: LANGUAGE is a list, which counts where the first of LC_ALL,
// LC_MESSAGES and LANG that is set names a language at all.
func SystemLanguages(getenv func(string) string) []language.Tag {
	locale := ""
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale = getenv(name); locale != "" {
			break
		}
	}
	first, ok := parseLocale(locale)
	if !ok {
		return nil // "C", "POSIX" or nothing: the base language
	}
	var tags []language.Tag
	for _, each := range strings.Split(getenv("LANGUAGE"), ":") {
		if tag, ok := parseLocale(each); ok {
			tags = append(tags, tag)
		}
	}
	return append(tags, first)
}

// parseLocale reads "de_AT.UTF-8@euro", and tags as BCP 47 has them.
func parseLocale(locale string) (language.Tag, bool) {
	name, modifier, _ := strings.Cut(locale, "@")
	name, _, _ = strings.Cut(name, ".")
	if name == "" || name == "C" || name == "POSIX" {
		return language.Und, false
	}
	if modifier == "latin" {
		if base, region, ok := strings.Cut(name, "_"); ok {
			name = base + "_Latn_" + region
		}
	}
	tag, err := language.Parse(strings.ReplaceAll(name, "_", "-"))
	return tag, err == nil && tag != language.Und
}
