// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"chatsecure.org/desktop/resources/csres"
)

// LoadOptions say which bundles lie over what is built in.
type LoadOptions struct {
	// System are the paths of the computer's bundles, the lowest first; what is not
	// there is passed over. nil is SystemPlaces; an empty list is none.
	System []string
	// Admin is the path of the bundle of the computer's administrator, over those of
	// System; "" is AdminPlace. What is not there is passed over.
	Admin string
	// Person is the path of the person's bundle, "" for none.
	Person string
	// App is the program's version, which bundles ask for; "" or "dev" is newer
	// than all.
	App string
	// Seen is the highest version of each bundle that was used before, as Versions
	// gave it: older ones are refused.
	Seen map[string]string
}

// AdminError says why the bundle of the computer's administrator can not be used. The
// program must not run: nobody knows which locks it would run without.
type AdminError struct {
	Path string
	Err  error
}

func (e *AdminError) Error() string { return e.Err.Error() }
func (e *AdminError) Unwrap() error { return e.Err }

// Load reads the layers over the default. A bundle of the person that can not be
// used is an error (a *csres.Error): nothing of it counts. That of the administrator
// is an *AdminError. Another one of the computer is left out and listed in Layers with
// its reason.
func Load(o LoadOptions) (*Bundle, error) {
	layers, err := builtIn()
	if err != nil {
		return nil, err
	}
	return load(layers, o)
}

func load(layers []*layer, o LoadOptions) (*Bundle, error) {
	j := &judge{program: layers[len(layers)-1].content, options: o}
	for _, l := range layers {
		j.keys = append(j.keys, l.keys...)
	}
	places := o.System
	if places == nil {
		places = SystemPlaces(j.program.source.Manifest().ID)
	}
	var refused []LayerInfo
	for _, path := range places {
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			continue
		}
		l, err := j.open(LayerSystem, path, layers)
		if err != nil {
			refused = append(refused, LayerInfo{Layer: LayerSystem, Path: path, Refused: err})
			continue
		}
		layers = append(layers, l)
	}
	admin := o.Admin
	if admin == "" {
		admin = AdminPlace(j.program.source.Manifest().ID)
	}
	if _, err := os.Lstat(admin); !errors.Is(err, os.ErrNotExist) {
		l, err := j.openAdmins(admin, layers)
		if err != nil {
			return nil, &AdminError{Path: admin, Err: err}
		}
		layers = append(layers, l)
	}
	if o.Person != "" {
		l, err := j.open(LayerPerson, o.Person, layers)
		if err != nil {
			return nil, err
		}
		layers = append(layers, l)
	}
	b := merge(layers)
	b.refused = refused
	return b, nil
}

// SystemPlaces are where the computer's bundles for a program lie, the lowest
// first; those that are there.
func SystemPlaces(id string) []string {
	if runtime.GOOS == "darwin" {
		return nil
	}
	places := globbed("/app/extensions/resources/*")
	dirs := os.Getenv("XDG_DATA_DIRS")
	if dirs == "" {
		dirs = "/usr/local/share:/usr/share"
	}
	// The first of the list is the most important (XDG Base Directory 0.8).
	for _, dir := range slices.Backward(filepath.SplitList(dirs)) {
		if filepath.IsAbs(dir) {
			places = append(places, globbed(filepath.Join(escapeGlob(dir), id, "resources", "*.csres"))...)
		}
	}
	return places
}

// AdminPlace is where the bundle of the computer's administrator lies.
func AdminPlace(id string) string {
	if runtime.GOOS == "darwin" {
		return filepath.Join("/Library/Application Support", id, "Resources.csres")
	}
	return filepath.Join("/etc", id, "resources.csres")
}

// globbed are the paths that fit a pattern, sorted.
func globbed(pattern string) []string {
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return nil
	}
	return paths
}

func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}

// judge decides what of a bundle counts.
type judge struct {
	program *content
	keys    []csres.Key
	options LoadOptions
}

// open reads a bundle for a layer over those below. The error is a *csres.Error.
func (j *judge) open(kind Layer, path string, below []*layer) (*layer, error) {
	root := false
	if kind == LayerSystem {
		var real string
		if real, root = rootsPath(path); root {
			path = real
		}
	}
	source, err := csres.Open(path)
	if err != nil {
		return nil, err
	}
	known := source.Known(j.keys)
	if p := j.refuse(source, known, root); p != nil {
		p.File = csres.ManifestName
		if source.Signer() != "" && !known && !root {
			p.File = csres.SignatureName
		}
		return nil, &csres.Error{Path: path, Problems: []csres.Problem{*p}}
	}
	l, err := newLayer(kind, source, known || root)
	if err != nil {
		return nil, err
	}
	if problems := j.against(l, below); len(problems) > 0 {
		return nil, &csres.Error{Path: path, Problems: problems}
	}
	l.restrict(j.program)
	return l, nil
}

// openAdmins is open for the administrator's bundle: it counts as a whole or not at all.
func (j *judge) openAdmins(path string, below []*layer) (*layer, error) {
	free := *j
	free.options.Seen = nil // it may be older than the one before
	l, err := free.open(LayerSystem, path, below)
	if err != nil {
		return nil, err
	}
	if !l.trusted {
		p := csres.Problem{File: csres.ManifestName, Reason: "others than root may change it, and no known key has signed it"}
		return nil, &csres.Error{Path: path, Problems: []csres.Problem{p}}
	}
	return l, nil
}

// refuse is what is wrong with who the bundle says it is, nil for nothing.
func (j *judge) refuse(source *csres.Bundle, known, root bool) *csres.Problem {
	m, own := source.Manifest(), j.program.source.Manifest()
	problem := func(format string, args ...any) *csres.Problem {
		return &csres.Problem{Reason: fmt.Sprintf(format, args...)}
	}
	if p := j.pretends(m); p != nil {
		return p
	}
	switch signer := source.Signer(); {
	case signer != "" && !known && !root:
		return problem("it is signed by the key %s, which %s does not know", signer, own.Name)
	case m.ID != own.ID && known && !root:
		return problem("it is the signed bundle of another program (%s, %q); this one is %s", m.ID, m.Name, own.ID)
	}
	if app := j.options.App; m.MinApp != "" && csres.ValidVersion(app) && csres.CompareVersions(app, m.MinApp) < 0 {
		return problem("it needs version %s of %s; this is %s", m.MinApp, own.Name, app)
	}
	if seen := j.options.Seen[seenKey(m.ID, known || root)]; seen != "" && csres.CompareVersions(m.Version, seen) < 0 {
		return problem("version %s is older than %s, which was used before", m.Version, seen)
	}
	return nil
}

// pretends is what is wrong with the name that a bundle has, nil for nothing: it
// is not another's.
func (j *judge) pretends(m csres.Manifest) *csres.Problem {
	own := j.program.source.Manifest()
	problem := func(format string, args ...any) *csres.Problem {
		return &csres.Problem{File: csres.ManifestName, Reason: fmt.Sprintf(format, args...)}
	}
	switch {
	case m.ID == own.ID && m.Name != own.Name:
		return problem("it calls %s %q; its name is %q and can not be changed by a bundle", own.ID, m.Name, own.Name)
	case m.ID != own.ID && sameName(m.Name, own.Name):
		return problem("it calls itself %q, which is the name of %s, and is %s", m.Name, own.ID, m.ID)
	}
	return nil
}

// lookalikes are letters of other alphabets that look as those of ours do, in small
// letters (UTS #39, the most common).
var lookalikes = strings.NewReplacer(
	"а", "a", "в", "b", "с", "c", "ԁ", "d", "е", "e", "һ", "h", "н", "h", "і", "i", "ј", "j", "к", "k", "м", "m", "о", "o", "р", "p", "ԛ", "q",
	"ѕ", "s", "т", "t", "ս", "u", "υ", "u", "ν", "v", "ԝ", "w", "х", "x", "у", "y", "α", "a", "ε", "e", "ι", "i", "κ", "k", "ο", "o", "ρ", "p",
	"τ", "t", "χ", "x", "γ", "y", "ı", "i", "0", "o", "1", "l",
)

// sameName says whether a reader could take one name for the other: capitals,
// spaces, signs, accents and other alphabets make no difference.
func sameName(a, b string) bool {
	plain := func(s string) string {
		s = lookalikes.Replace(cases.Fold().String(norm.NFKD.String(s)))
		return strings.Map(func(r rune) rune {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return -1
			}
			return r
		}, s)
	}
	if x, y := plain(a), plain(b); x != "" || y != "" {
		return x == y
	}
	return a == b
}

// seenKey tells what anybody can make from what a known key or the computer's
// administrator vouches for: the first must not make the second look old.
func seenKey(id string, trusted bool) string {
	if trusted {
		return id
	}
	return id + " unsigned"
}

// Versions are the highest versions of all bundles used so far, those of seen
// among them: what LoadOptions.Seen wants the next time.
func (b *Bundle) Versions(seen map[string]string) map[string]string {
	all := map[string]string{}
	for key, version := range seen {
		all[key] = version
	}
	for _, l := range b.layers {
		m := l.source.Manifest()
		if key := seenKey(m.ID, l.trusted); !l.builtIn() && (all[key] == "" || csres.CompareVersions(m.Version, all[key]) > 0) {
			all[key] = m.Version
		}
	}
	return all
}
