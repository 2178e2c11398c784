// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"chatsecure.org/desktop/resources/csres"
)

// Report is what Check has looked at.
type Report struct {
	csres.Manifest
	Bundle   *csres.Bundle // nil if it is not even a container with a manifest
	Known    bool          // signed by a key that is built in, or one of those given
	Problems []csres.Problem
}

// Check tells every fault of a bundle, those that refuse it and those that it
// works in spite of, sorted by file and line. It is read as one that lies over the
// program's default and is trusted. keys are known besides those built in.
func Check(path string, keys []csres.Key) Report {
	source, problems := csres.Inspect(path)
	if source == nil {
		return Report{Problems: problems}
	}
	report := Report{Manifest: source.Manifest(), Bundle: source}
	below, err := builtIn()
	if err != nil {
		return Report{Problems: append(problems, csres.Problem{Reason: err.Error()})}
	}
	for _, l := range below {
		keys = append(keys, l.keys...)
	}
	report.Known = source.Known(keys)
	c, more := readContent(source, false)
	problems = append(problems, more...)
	if p := (&judge{program: below[len(below)-1].content}).pretends(report.Manifest); p != nil {
		problems = append(problems, *p)
	}
	problems = append(problems, (&judge{program: below[0].content}).against(&layer{content: c, kind: LayerPerson, trusted: true}, below)...)

	r := &fileReader{source: source}
	c.checkTexts(r, below[:1])
	c.checkPictures(r, below[0].icons)
	c.checkLook(r, below[0].look)
	c.checkReferences(r, below[0])
	c.checkPlaces(r)
	report.Problems = sorted(append(problems, r.problems...))
	return report
}

// sorted is by file and line, nothing twice.
func sorted(problems []csres.Problem) []csres.Problem {
	slices.SortStableFunc(problems, func(a, b csres.Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, strings.Compare(a.Reason, b.Reason))
	})
	return slices.CompactFunc(problems, func(a, b csres.Problem) bool {
		return a.File == b.File && a.Line == b.Line && a.Reason == b.Reason
	})
}

// appIcons are pictures that a brand may have and the default does not need.
var appIcons = regexp.MustCompile(`^(app(-[0-9]+)?|tray(-unread)?)(@dark)?$`)

// checkPictures tells which pictures nobody asks for.
func (c *content) checkPictures(r *fileReader, known map[string]Icon) {
	for _, id := range sortedKeys(c.icons) {
		plain, dark := strings.CutSuffix(id, "@dark")
		_, there := known[plain]
		r.file = c.icons[id].file
		if !there && !appIcons.MatchString(id) {
			r.minor(0, "there is no picture with the id %q in the program", plain)
		}
		if _, light := c.icons[plain]; dark && !light {
			r.minor(0, "is the dark variant of a picture that the bundle does not have")
		}
	}
}

// checkReferences tells which texts the bundle names and nobody has, and which
// fonts come without their licence.
func (c *content) checkReferences(r *fileReader, program *layer) {
	has := func(id string) bool {
		_, own := c.base[id]
		_, under := program.base[id]
		return own || under
	}
	text := func(line int, what, id string) {
		if id != "" && !has(id) {
			r.minor(line, "%s names the text %q, which nobody has", what, id)
		}
	}
	if v := r.open("branding.json"); v != nil {
		for _, id := range c.brand.about {
			text(lineAt(v, "about"), "about", id)
		}
		if s := c.brand.signup; c.brand.nick != nil && *c.brand.nick && s.Domain == "" {
			r.minor(lineAt(v.Get("signup"), "nickname_only"), "nickname_only needs a domain to make accounts on")
		}
	}
	if v := r.open("servers/servers.json"); v != nil {
		list := v.Get("servers")
		for i, s := range c.servers {
			line := 0
			if list != nil && i < len(list.Items) {
				line = list.Items[i].Line
			}
			text(line, "the server "+s.Domain, s.Description)
		}
	}
	for _, p := range c.stickers {
		r.file = "stickers/" + p.ID + "/pack.json"
		text(0, "the pack", p.Name)
		for _, s := range p.Stickers {
			text(0, "the sticker "+s.ID, s.Text)
		}
	}
	fonts, licence := 0, false
	for _, file := range c.source.In("fonts") {
		switch path.Ext(file) {
		case ".ttf", ".otf":
			fonts++
			r.file = file
		case ".txt", ".md", "":
			licence = true
		}
	}
	if fonts > 0 && !licence {
		r.minor(0, "has no licence (a .txt) beside it")
	}
}

// reads are the kinds of files that each folder has.
var reads = map[string][]string{
	"theme": {".json"}, "images": {".svg", ".png"}, "icons": {".svg", ".png"}, "fonts": {".ttf", ".otf", ".txt", ".md", ""}, "sounds": {".ogg", ".txt", ".md", ""},
	"strings": {".json"}, "stickers": {".json", ".png", ".txt", ".md", ""}, "servers": {".json"}, "certs": {".pem"}, "help": {".md"}, "legal": {".md"},
	"packaging": {".json", ".svg", ".png", ".md"}, "keys": {".pub"},
}

// checkPlaces tells which files nobody reads.
func (c *content) checkPlaces(r *fileReader) {
	listed := c.source.Manifest().Files != nil
	for _, file := range c.source.Extra() {
		folder, _, _ := strings.Cut(file, "/")
		r.file = file
		switch {
		case strings.HasPrefix(path.Base(file), ".") || path.Ext(file) == ".md" && folder == file || strings.HasPrefix(file, "LICEN"):
		case listed && csres.KnownPlace(file):
			r.minor(0, "is not in the manifest's list, so it does not count (bundle manifest makes the list anew)")
		default:
			r.minor(0, "lies where a bundle has nothing, so it does not count")
		}
	}
	for _, file := range c.source.Names() {
		folder, _, inside := strings.Cut(file, "/")
		r.file = file
		switch {
		case !inside:
		case reads[folder] == nil:
			r.minor(0, "lies where a bundle has nothing")
		case !slices.Contains(reads[folder], path.Ext(file)):
			r.minor(0, "is of a kind that nobody reads in %s (%s)", folder, strings.Join(reads[folder], " "))
		}
	}
}
