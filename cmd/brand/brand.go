// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/resources/csres"
)

// brand is what the templates in packaging/ are filled in from.
type brand struct {
	ID, Name, Command, Version string
	Prefix                     string // where the Linux tree is installed
	Licence                    string // SPDX, of the program with all that is in it
	Date                       string // of the release, as 2026-01-31
	Developer                  developer
	Comments                   []inLanguage // one line on the program
	Descriptions               []inLanguage // a paragraph each
	Keywords                   []inLanguage
	URLs                       []link
	Languages                  []string // BCP 47
	Flatpak                    flatpakFile
	MacOS                      macosFile

	files     *csres.Bundle
	icon      *picture
	svg       []byte
	made      time.Time // what files in archives are dated
	undated   bool      // the bundle does not say when it was made
	isDefault bool
}

type developer struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// inLanguage is a text for the templates. Key and Lang are empty for the base.
type inLanguage struct {
	Key  string // "[de]", as desktop files have it
	Lang string // ` xml:lang="de"`
	Text string
}

type link struct{ Type, URL string }

// flatpakFile is packaging/flatpak.json: what is not there has a default.
type flatpakFile struct {
	Command        string    `json:"command"`
	Developer      developer `json:"developer"`
	RuntimeVersion string    `json:"runtime_version"`
}

// macosFile is packaging/macos.json: what is not there has a default.
type macosFile struct {
	Category      string `json:"category"`
	MinimumSystem string `json:"minimum_system"`
	Team          string `json:"team"` // Apple's id of whoever signs
}

// read checks the bundle and takes from it what packages need.
func read(root string, o options) (*brand, error) {
	path := o.bundle
	if path == "" {
		path = filepath.Join(root, "resources", "default.csres")
	}
	files, err := csres.Open(path)
	if err != nil {
		return nil, err
	}
	m, words := files.Manifest(), resources.Default()
	b := &brand{
		ID: m.ID, Name: m.Name, Prefix: "/usr", Licence: "MPL-2.0 AND GPL-3.0-only", files: files,
		isDefault: m.ID == words.Branding().ID,
		Flatpak:   flatpakFile{RuntimeVersion: "25.08"},
		MacOS:     macosFile{Category: "public.app-category.social-networking", MinimumSystem: "12.0"},
	}
	if !b.isDefault {
		if words, err = resources.WithBrand(files); err != nil {
			return nil, err
		}
	}
	b.version(root, o)
	return b, errors.Join(b.own(words.Branding()), b.pictures(), b.packaging(), b.dates(m), b.words(words))
}

// own is an error where the brand would go by another's name or sources.
func (b *brand) own(mine resources.Branding) error {
	if b.isDefault {
		return nil
	}
	theirs := resources.Default().Branding()
	if b.Name == theirs.Name {
		return fmt.Errorf("manifest.json: %q is the name of %s; a brand has its own", b.Name, theirs.ID)
	}
	if strings.ContainsAny(b.Name, "/\\") {
		return errors.New("manifest.json: the name can not be a file's: it has a slash")
	}
	for _, name := range []string{"home", "source"} { // the licence wants the source to be had
		if mine.Links[name] == "" || mine.Links[name] == theirs.Links[name] {
			return fmt.Errorf("branding.json: links.%s: has to be the brand's own address", name)
		}
	}
	return nil
}

func (b *brand) pictures() (err error) {
	const svg, png = "icons/app.svg", "icons/app-1024.png"
	for _, name := range []string{svg, png} {
		if !b.files.Has(name) {
			return errors.New(name + ": is missing, and a brand has an icon of its own")
		}
	}
	b.svg = b.files.File(svg)
	b.icon, err = readIcon(b.files.File(png))
	return err
}

var (
	commandForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
	versionForm = regexp.MustCompile(`^[0-9]+(\.[0-9]+){0,3}$`)
	teamForm    = regexp.MustCompile(`^([A-Z0-9]{10})?$`)
	wordForm    = regexp.MustCompile(`^[A-Za-z0-9.-]+$`)
)

// packaging reads what a bundle says for packages only. All of it is checked: it
// goes into files that other programs read.
func (b *brand) packaging() error {
	for name, to := range map[string]any{"packaging/flatpak.json": &b.Flatpak, "packaging/macos.json": &b.MacOS} {
		if !b.files.Has(name) {
			continue
		}
		d := json.NewDecoder(strings.NewReader(string(b.files.File(name))))
		d.DisallowUnknownFields()
		if err := d.Decode(to); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	b.Command, b.Developer = b.Flatpak.Command, b.Flatpak.Developer
	if b.Command == "" {
		b.Command = slug(b.Name, b.ID)
	}
	if b.Developer.ID == "" {
		b.Developer.ID = b.ID[:strings.LastIndexByte(b.ID, '.')]
	}
	if b.Developer.Name == "" {
		b.Developer.Name = b.Name
	}
	for what, ok := range map[string]bool{
		"flatpak.json: command":         commandForm.MatchString(b.Command) && !strings.HasSuffix(b.Command, "-cli"),
		"flatpak.json: developer.id":    wordForm.MatchString(b.Developer.ID),
		"flatpak.json: developer.name":  csres.ValidName(b.Developer.Name),
		"flatpak.json: runtime_version": wordForm.MatchString(b.Flatpak.RuntimeVersion),
		"macos.json: category":          wordForm.MatchString(b.MacOS.Category),
		"macos.json: minimum_system":    versionForm.MatchString(b.MacOS.MinimumSystem),
		"macos.json: team":              teamForm.MatchString(b.MacOS.Team),
	} {
		if !ok {
			return fmt.Errorf("packaging/%s: is not of the form that it has to have", what)
		}
	}
	return nil
}

// slug is the name of a program as one types it: of the brand's name what is ASCII,
// else the last part of its id.
func slug(name, id string) string {
	plain := func(s string) string {
		return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9')
		}), "-")
	}
	if s := plain(name); commandForm.MatchString(s) {
		return s
	}
	return plain(id[strings.LastIndexByte(id, '.')+1:])
}

// dates are those of the bundle, or of SOURCE_DATE_EPOCH
// (https://reproducible-builds.org/specs/source-date-epoch/), or of today.
func (b *brand) dates(m csres.Manifest) error {
	switch epoch := os.Getenv("SOURCE_DATE_EPOCH"); {
	case epoch != "":
		n, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
		}
		b.made = time.Unix(n, 0)
	case m.Created != "":
		t, err := time.Parse(time.RFC3339, m.Created)
		if err != nil {
			return fmt.Errorf("manifest.json: created: %w", err)
		}
		b.made = t
	default:
		b.made, b.undated = time.Now().Truncate(24*time.Hour), true
	}
	b.made = b.made.UTC().Truncate(time.Second)
	b.Date = b.made.Format(time.DateOnly)
	return nil
}

// version is that of the command line, else of FyneApp.toml.
func (b *brand) version(root string, o options) {
	b.Version = o.version
	if b.Version == "" {
		data, _ := os.ReadFile(filepath.Join(root, "FyneApp.toml"))
		if found := regexp.MustCompile(`(?m)^Version = "([^"]+)"`).FindSubmatch(data); found != nil {
			b.Version = string(found[1])
		}
	}
}

// words takes the texts of packages in all languages, the base first.
func (b *brand) words(words *resources.Bundle) error {
	if !csres.ValidVersion(b.Version) {
		return fmt.Errorf("%q is no version", b.Version)
	}
	for _, l := range words.Languages() {
		t := words.Locale(l.Tag)
		b.Languages = append(b.Languages, l.Tag.String())
		in := inLanguage{Key: "[" + desktopLocale(l.Tag) + "]", Lang: ` xml:lang="` + l.Tag.String() + `"`}
		if len(b.Languages) == 1 {
			in = inLanguage{}
		}
		add := func(to *[]inLanguage, id string) {
			in.Text = strings.Join(strings.Fields(t.Text(id, "app", b.Name)), " ") // one line: another would be a key of its own
			*to = append(*to, in)
		}
		add(&b.Comments, "package.summary")
		add(&b.Keywords, "package.keywords")
		add(&b.Descriptions, "package.description")
		add(&b.Descriptions, "package.description-2")
	}
	links := words.Branding().Links
	for _, l := range []struct{ kind, name string }{{"homepage", "home"}, {"vcs-browser", "source"}, {"help", "support"}, {"translate", "translate"}} {
		if links[l.name] != "" {
			b.URLs = append(b.URLs, link{l.kind, links[l.name]})
		}
	}
	return nil
}

// desktopLocale is a language as desktop files name it: pt_BR, sr@latin (Desktop Entry
// Specification, "Localized values for keys").
func desktopLocale(tag language.Tag) string {
	base, _ := tag.Base()
	s := base.String()
	if script, c := tag.Script(); c == language.Exact && s == "zh" {
		return map[string]string{"Hans": "zh_CN", "Hant": "zh_TW"}[script.String()]
	}
	if region, c := tag.Region(); c == language.Exact {
		s += "_" + region.String()
	}
	return s
}
