// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"strings"

	"chatsecure.org/desktop/resources/csres"
)

// Layer is where a bundle comes from. A higher one wins, item by item.
type Layer int

// The layers.
const (
	LayerDefault Layer = iota // embedded in every build
	LayerBrand                // put in by a brand's build
	LayerSystem               // of the computer: its administrator's, a Flatpak extension
	LayerPerson               // given with --bundle, or chosen in the settings
)

// String is the layer's name for programs.
func (l Layer) String() string { return [...]string{"default", "brand", "system", "person"}[l] }

// LayerInfo is what About tells of a layer.
type LayerInfo struct {
	Layer   Layer
	ID      string
	Name    string // as the bundle calls itself
	Version string
	Signer  string // the id of the key that signed it, "" for none
	Path    string // "" for what is embedded
	// Trusted says whether servers, certificates, invitations and policy of it
	// count, and not only its looks.
	Trusted bool
	Items   int // how many texts, pictures, colours and so on count
	Ignored []Ignored
	// Refused is why nothing of the bundle counts, nil for one that counts.
	Refused error
}

// Ignored is something in a bundle that does not count.
type Ignored struct {
	Item   string // a file, or a file and a key
	Reason string // a text's id
	Args   []any  // for that text
}

// Why something is ignored: ids of texts.
const (
	reasonIdentity  = "bundle.ignored.identity"
	reasonUnsigned  = "bundle.ignored.unsigned"
	reasonProtected = "bundle.ignored.protected"
	reasonLocks     = "bundle.ignored.locks"
	reasonKeys      = "bundle.ignored.keys"
)

// layer is a bundle that has been read and judged.
type layer struct {
	*content
	kind    Layer
	trusted bool // functional things count
	ignored []Ignored
	// silenced are the protected texts of a layer that may not say them.
	silenced map[string]bool
}

// newLayer reads a bundle. The error is a *csres.Error.
func newLayer(kind Layer, source *csres.Bundle, trusted bool) (*layer, error) {
	c, problems := readContent(source, kind <= LayerBrand)
	source.Forget()
	if refusing := refuses(problems); len(refusing) > 0 {
		return nil, &csres.Error{Path: source.Path(), Problems: refusing}
	}
	return &layer{content: c, kind: kind, trusted: trusted}, nil
}

func refuses(problems []csres.Problem) []csres.Problem {
	var hard []csres.Problem
	for _, p := range problems {
		if !p.Minor {
			hard = append(hard, p)
		}
	}
	return hard
}

// builtIn says whether the layer is part of the program.
func (l *layer) builtIn() bool { return l.kind <= LayerBrand }

func (l *layer) ignore(item, reason string, args ...any) {
	l.ignored = append(l.ignored, Ignored{Item: item, Reason: reason, Args: args})
}

// counts says whether a file, by its name, is one of those that count in this
// layer: without trust only looks do.
func (l *layer) counts(name string) bool {
	folder, _, _ := strings.Cut(name, "/")
	switch folder {
	case "servers", "certs", "policy.json", "legal":
		return l.trusted
	case "keys":
		return l.builtIn()
	}
	return true
}

// restrict takes away what does not count in this layer, and notes why.
func (l *layer) restrict(program *content) {
	if l.builtIn() {
		return
	}
	if l.source.Manifest().Name != program.source.Manifest().Name {
		l.ignore("manifest.json: name", reasonIdentity)
	}
	for _, id := range sortedKeys(l.icons) {
		switch {
		case isIdentityIcon(id):
			l.ignore(l.icons[id].file, reasonIdentity)
		case isLock(id) && !l.trusted:
			l.ignore(l.icons[id].file, reasonLocks)
		default:
			continue
		}
		delete(l.icons, id)
	}
	for _, name := range l.source.In("keys") {
		l.ignore(name, reasonKeys)
	}
	l.keys = nil
	if !l.trusted {
		l.onlyLooks()
	}
}

// onlyLooks takes away what changes more than looks and ordinary words.
func (l *layer) onlyLooks() {
	for _, name := range l.source.Names() {
		if !l.counts(name) && !strings.HasPrefix(name, "keys/") {
			l.ignore(name, reasonUnsigned)
		}
	}
	l.servers, l.serversMode, l.certificates = nil, "", nil
	for _, key := range sortedKeys(l.brand.links) {
		l.ignore("branding.json: links."+key, reasonUnsigned)
	}
	if s := &l.brand.signup; s.Domain != "" || s.Host != "" || s.Port != 0 {
		l.ignore("branding.json: signup.domain", reasonUnsigned)
		s.Domain, s.Host, s.Port = "", "", 0
	}
	if l.brand.invite.Base != "" || l.brand.invite.Hosts != nil {
		l.ignore("branding.json: invite", reasonUnsigned)
	}
	l.brand.links, l.brand.invite = nil, Invite{}
	seen := map[string]bool{}
	for _, style := range sortedKeys(l.fonts) {
		file := l.fonts[style]
		if tables := exchanges(l.source.File(file)); len(tables) > 0 && !seen[file] {
			l.ignore(file+": "+strings.Join(tables, ", "), reasonUnsigned)
		}
		seen[file] = true
	}
}

func isIdentityIcon(id string) bool {
	id, _, _ = strings.Cut(id, "@")
	return id == "app" || id == "tray" || strings.HasPrefix(id, "app-") || strings.HasPrefix(id, "tray-")
}

// items is how many things of the layer count.
func (l *layer) items() int {
	n := len(l.base) + len(l.icons) + len(l.servers) + len(l.look.Light) + len(l.look.Dark) + len(l.look.Sizes) +
		len(l.fonts) + len(l.certificates) + len(l.stickers) + len(l.brand.links)
	for _, t := range l.translations {
		n += len(t.read())
	}
	for _, folder := range []string{"sounds", "help", "legal"} {
		if l.counts(folder + "/") {
			n += len(l.source.In(folder))
		}
	}
	if l.policy != nil && l.trusted {
		n++
	}
	return n
}

func (l *layer) info() LayerInfo {
	m := l.source.Manifest()
	return LayerInfo{
		Layer: l.kind, ID: m.ID, Name: m.Name, Version: m.Version, Signer: l.source.Signer(), Path: l.source.Path(),
		Trusted: l.trusted, Ignored: l.ignored, Items: l.items(),
	}
}
