// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// places are the folders whose files count, and top the files beside them.
var (
	places = map[string]bool{
		"theme": true, "images": true, "icons": true, "fonts": true, "sounds": true, "strings": true, "stickers": true,
		"servers": true, "certs": true, "help": true, "legal": true, "packaging": true, "keys": true,
	}
	top = map[string]bool{"branding.json": true, "policy.json": true}
)

// KnownPlace says whether a file of that name is part of a bundle whose manifest
// has no list.
func KnownPlace(name string) bool {
	folder, rest, inside := strings.Cut(name, "/")
	if !inside {
		return top[name]
	}
	return places[folder] && !strings.HasPrefix(rest, ".") && !strings.Contains(rest, "/.")
}

// checkName says what is wrong with a name inside a bundle, "" for nothing.
func checkName(name string) string {
	switch {
	case name == "":
		return "an entry has no name"
	case len(name) > MaxName:
		return fmt.Sprintf("its name has more than %d bytes", MaxName)
	case !utf8.ValidString(name):
		return "its name is not UTF-8"
	case strings.Contains(name, "\\"):
		return "there is a backslash in its name"
	case strings.HasPrefix(name, "/"):
		return "its name is an absolute path"
	case strings.Contains(name, ":"):
		return "there is a colon in its name"
	case !norm.NFC.IsNormalString(name):
		return "its name is not in Unicode's form NFC"
	}
	for _, r := range name {
		if r == unicode.ReplacementChar || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) {
			return fmt.Sprintf("there is an invisible character in its name (%U)", r)
		}
	}
	parts := strings.Split(name, "/")
	if len(parts) > MaxFolders+1 {
		return fmt.Sprintf("it lies more than %d folders deep", MaxFolders)
	}
	for _, part := range parts {
		switch {
		case part == "..":
			return "its name leads out of the bundle (..)"
		case part == "" || part == ".":
			return "its name has an empty part"
		case strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ") || strings.HasPrefix(part, " "):
			return "a part of its name begins with a space, or ends with one or with a dot"
		}
	}
	return ""
}

// nameSet finds names that are there twice, or would be on a disk that does not
// tell capitals.
type nameSet struct {
	files, folders map[string]string // by folded name
}

func newNameSet() *nameSet {
	return &nameSet{files: map[string]string{}, folders: map[string]string{}}
}

// fold is a name as a disk compares it that does not tell capitals.
func fold(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return norm.NFC.String(cases.Fold().String(s))
		}
	}
	return strings.ToLower(s)
}

// add takes a checked name and says what is wrong with it beside the others.
func (s *nameSet) add(name string, folder bool) string {
	for i, r := range name {
		if r == '/' {
			if reason := s.addFolder(name[:i]); reason != "" {
				return reason
			}
		}
	}
	if folder {
		return s.addFolder(name)
	}
	key := fold(name)
	switch other, there := s.files[key]; {
	case there && other == name:
		return "is there twice"
	case there:
		return fmt.Sprintf("differs from %s only by capital letters", other)
	}
	if other, there := s.folders[key]; there {
		return fmt.Sprintf("is a file and a folder (%s)", other)
	}
	s.files[key] = name
	return ""
}

func (s *nameSet) addFolder(name string) string {
	key := fold(name)
	if other, there := s.folders[key]; there && other != name {
		return fmt.Sprintf("its folder differs from %s only by capital letters", other)
	}
	if other, there := s.files[key]; there {
		return fmt.Sprintf("is a file and a folder (%s)", other)
	}
	s.folders[key] = name
	return ""
}
