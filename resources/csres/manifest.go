// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"
)

// Schema is the version of the format that this package reads and writes.
const Schema = 1

// Manifest is manifest.json: who the bundle says it is, and what is in it.
type Manifest struct {
	Schema  int    `json:"schema"`
	ID      string `json:"id"` // "org.acme.chat": also the application id of a brand
	Name    string `json:"name"`
	Version string `json:"version"` // Semantic Versioning; missing parts are 0
	// MinApp is the oldest program that the bundle is for; "" for any.
	MinApp string `json:"min_app,omitempty"`
	// Locale is the language of strings/base.json (BCP 47).
	Locale string `json:"locale_default"`
	// Created is when it was packed, in RFC 3339; "" in a folder under work.
	Created string `json:"created,omitempty"`
	// Files is nil in a folder under work: then all files of known places count.
	Files map[string]FileSum `json:"files,omitempty"`
}

// FileSum is what the manifest says of a file.
type FileSum struct {
	SHA256 string `json:"sha256"` // 64 hex digits
	Size   int64  `json:"size"`
	sum    [sha256.Size]byte
}

func (m *Manifest) lists(name string) bool {
	_, there := m.Files[name]
	return there
}

var (
	// An application id as D-Bus and Flatpak want it: reverse DNS.
	idForm      = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)+$`)
	versionForm = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,9}){0,2}(-[0-9A-Za-z.-]{1,64})?(\+[0-9A-Za-z.-]{1,64})?$`)
)

// ValidID says whether s can be the id of a bundle: at least two parts between
// dots, of ASCII letters, digits, "_" and "-", none beginning with a digit.
func ValidID(s string) bool { return len(s) <= 128 && idForm.MatchString(s) }

// ValidVersion says whether s is a version: 1, 1.2, 1.2.3 or 1.2.3-beta.1.
func ValidVersion(s string) bool { return versionForm.MatchString(s) }

// ValidName says whether s can be the name of a program: a short line of what
// can be seen.
func ValidName(s string) bool {
	return s != "" && len(s) <= 100 && s == strings.TrimSpace(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// CompareVersions is negative where a is older than b (Semantic Versioning 2.0.0
// §11). What is no version is older than all.
func CompareVersions(a, b string) int {
	split := func(s string) (numbers [3]int, pre string) {
		s, _, _ = strings.Cut(s, "+")
		s, pre, _ = strings.Cut(s, "-")
		for i, part := range strings.SplitN(s, ".", 3) {
			n, err := strconv.Atoi(part)
			if err != nil {
				return [3]int{-1, -1, -1}, ""
			}
			numbers[i] = n
		}
		return numbers, pre
	}
	x, preX := split(a)
	y, preY := split(b)
	if c := slices.Compare(x[:], y[:]); c != 0 {
		return c
	}
	switch {
	case preX == preY:
		return 0
	case preX == "":
		return 1
	case preY == "":
		return -1
	}
	return slices.CompareFunc(strings.Split(preX, "."), strings.Split(preY, "."), func(p, q string) int {
		m, errM := strconv.Atoi(p)
		n, errN := strconv.Atoi(q)
		switch {
		case errM == nil && errN == nil:
			return m - n
		case errM == nil:
			return -1
		case errN == nil:
			return 1
		}
		return strings.Compare(p, q)
	})
}

// parseManifest reads manifest.json and says everything that is wrong with it.
func parseManifest(data []byte) (Manifest, []Problem) {
	var m Manifest
	root, p := ParseJSON(data)
	if p != nil {
		p.File = ManifestName
		return m, []Problem{*p}
	}
	var problems []Problem
	fault := func(line int, format string, args ...any) {
		problems = append(problems, Problem{File: ManifestName, Line: line, Reason: fmt.Sprintf(format, args...)})
	}
	if root.Kind != Object {
		fault(root.Line, "is not an object")
		return m, problems
	}
	text := func(v Value, to *string, valid func(string) bool, want string) {
		if *to = v.Text; v.Kind != String || !valid(v.Text) {
			fault(v.Line, "%s", want)
		}
	}
	for _, member := range root.Members {
		v := member.Value
		switch member.Key {
		case "schema":
			if m.Schema, _ = strconv.Atoi(v.Text); v.Kind != Number || m.Schema != Schema {
				fault(v.Line, "schema is %s; this program reads %d", v.Text, Schema)
			}
		case "id":
			text(v, &m.ID, ValidID, "id is no application id: it looks like org.acme.chat")
		case "name":
			text(v, &m.Name, ValidName, "name is not one line of at most 100 bytes that can be seen")
		case "version":
			text(v, &m.Version, ValidVersion, "version is none: it looks like 1.2.0")
		case "min_app":
			text(v, &m.MinApp, ValidVersion, "min_app is no version: it looks like 0.1.0")
		case "locale_default":
			text(v, &m.Locale, validLocale, "locale_default is no language tag: it looks like en or pt-BR")
		case "created":
			text(v, &m.Created, validTime, "created is no time of RFC 3339")
		case "files":
			m.Files = parseFiles(v, fault)
		default:
			fault(v.Line, "the key %q is not known", member.Key)
		}
	}
	for _, key := range []string{"schema", "id", "name", "version", "locale_default"} {
		if root.Get(key) == nil {
			fault(root.Line, "%s is missing", key)
		}
	}
	return m, problems
}

func validLocale(s string) bool { _, err := language.Parse(s); return err == nil }

func validTime(s string) bool { _, err := time.Parse(time.RFC3339, s); return err == nil }

func parseFiles(v Value, fault func(int, string, ...any)) map[string]FileSum {
	files := make(map[string]FileSum, len(v.Members))
	if v.Kind != Object {
		fault(v.Line, "files is not an object")
		return files
	}
	if len(v.Members) > MaxEntries {
		fault(v.Line, "lists more than %d files", MaxEntries)
		return files
	}
	names, total := newNameSet(), int64(0)
	for _, member := range v.Members {
		name, line := member.Key, member.Value.Line
		reason := checkName(name)
		if reason == "" {
			reason = names.add(name, false)
		}
		if reason == "" && (name == ManifestName || name == SignatureName) {
			reason = "can not be in the list"
		}
		if reason != "" {
			fault(line, "%q: %s", name, reason)
			continue
		}
		var f FileSum
		var errSize error
		sum, size := member.Value.Get("sha256"), member.Value.Get("size")
		if sum == nil || size == nil || len(member.Value.Members) != 2 || sum.Kind != String || size.Kind != Number {
			fault(line, "%s: its sha256 and size have to stand here, and nothing else", name)
			continue
		}
		f.SHA256 = sum.Text
		n, errSum := hex.Decode(f.sum[:min(len(f.sum), len(sum.Text)/2)], []byte(sum.Text))
		if f.Size, errSize = strconv.ParseInt(size.Text, 10, 64); errSum != nil || n != sha256.Size || len(sum.Text) != 2*sha256.Size {
			fault(line, "%s: sha256 is not 64 hex digits", name)
		} else if errSize != nil || f.Size < 0 || f.Size > MaxFile {
			fault(line, "%s: a file has at most %d MiB", name, MaxFile>>20)
		}
		total += f.Size
		files[name] = f
	}
	if total > MaxTotal {
		fault(v.Line, "the bundle has more than %d MiB", MaxTotal>>20)
	}
	return files
}

// Encode is the manifest as it is written to a file: the same for equal content.
func (m Manifest) Encode() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		panic(err) // texts, numbers and maps of them can be encoded
	}
	return b.Bytes()
}
