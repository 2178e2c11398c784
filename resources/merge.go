// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"chatsecure.org/desktop/core/policy"
)

// merge puts layers over one another, the lowest first: item by item the highest
// wins. They must have been judged; none of them is changed.
func merge(layers []*layer) *Bundle {
	b := &Bundle{
		layers: layers, icons: map[string]Icon{}, fonts: map[string]fontFile{}, certificates: map[string][]byte{},
		palette:  Palette{Light: map[string]string{}, Dark: map[string]string{}, Sizes: map[string]float32{}},
		branding: Branding{Links: map[string]string{}, UI: UI{Mode: "full", Tor: true}},
		layout:   LayoutSplit, density: "normal",
		signup: Signup{Cards: slices.Clone(signupCards)},
	}
	for _, l := range layers {
		if m := l.source.Manifest(); l.builtIn() {
			b.branding.Name, b.branding.ID, b.branding.Version = m.Name, m.ID, m.Version
			b.keys = append(b.keys, l.keys...)
		}
		mergeIcons(b.icons, l.icons)
		maps.Copy(b.palette.Light, l.look.Light)
		maps.Copy(b.palette.Dark, l.look.Dark)
		maps.Copy(b.palette.Sizes, l.look.Sizes)
		for style, name := range l.fonts {
			b.fonts[style] = fontFile{l.source, name, !l.trusted}
		}
		if l.layout != "" {
			b.layout = l.layout
		}
		if l.density != "" {
			b.density = l.density
		}
		maps.Copy(b.certificates, l.certificates)
		b.servers = mergeServers(b.servers, l.servers, l.serversMode)
		b.stickers = mergeStickers(b.stickers, l.stickers)
		b.mergeBrand(l.brand)
	}
	b.speak(b.base())
	return b
}

func (b *Bundle) mergeBrand(f brandFile) {
	maps.Copy(b.branding.Links, f.links)
	if f.mode != "" {
		b.branding.UI.Mode = f.mode
	}
	if f.most != nil {
		b.branding.UI.MaxAccounts = *f.most
	}
	if f.tor != nil {
		b.branding.UI.Tor = *f.tor
	}
	if f.aboutIs {
		b.branding.About = f.about
	}
	// A server's three parts belong together.
	if s := f.signup; s.Domain != "" {
		b.signup.Domain, b.signup.Host, b.signup.Port = s.Domain, s.Host, s.Port
	}
	if f.cards {
		b.signup.Cards = f.signup.Cards
	}
	if f.nick != nil {
		b.signup.NicknameOnly = *f.nick
	}
	if b.signup.Domain == "" {
		b.signup.NicknameOnly = false
	}
	if f.invite.Base != "" {
		b.invite.Base = f.invite.Base
	}
	if f.invite.Hosts != nil {
		b.invite.Hosts = f.invite.Hosts
	}
}

// mergeServers puts a layer's servers before the others, or in their place.
func mergeServers(below, own []Server, mode string) []Server {
	if mode == "replace" {
		return own
	}
	merged := slices.Clone(own)
	for _, s := range below {
		if !slices.ContainsFunc(own, func(o Server) bool { return strings.EqualFold(o.Domain, s.Domain) }) {
			merged = append(merged, s)
		}
	}
	return merged
}

func mergeStickers(below, own []StickerPack) []StickerPack {
	merged := slices.Clone(own)
	for _, p := range below {
		if !slices.ContainsFunc(own, func(o StickerPack) bool { return o.ID == p.ID }) {
			merged = append(merged, p)
		}
	}
	slices.SortFunc(merged, func(a, b StickerPack) int { return strings.Compare(a.ID, b.ID) })
	return merged
}

// base is the language of the default's base texts.
func (b *Bundle) base() language.Tag { return language.Make(b.layers[0].source.Manifest().Locale) }

// Layers are all layers, the lowest first, also those that were refused. The list
// is the caller's.
// It reads every translation to count the items: some milliseconds.
func (b *Bundle) Layers() []LayerInfo {
	infos := slices.Clone(b.refused)
	for _, l := range b.layers {
		infos = append(infos, l.info())
	}
	slices.SortStableFunc(infos, func(x, y LayerInfo) int { return int(x.Layer - y.Layer) })
	return infos
}

// Policy is what all layers that count hold the program to.
func (b *Bundle) Policy() policy.Policy { return policy.Effective(b.PolicySources()) }

// PolicySources are the policies of all layers that have one, the lowest first,
// with the reason where one does not count. The pins of a layer's servers are part of it.
func (b *Bundle) PolicySources() []policy.Source {
	var sources []policy.Source
	for _, l := range b.layers {
		p, pinned := pinsOf(l.servers)
		if l.policy == nil && !pinned {
			continue
		}
		if l.policy != nil {
			p = l.policy.Merge(p)
		}
		s := policy.Source{Layer: l.kind.String(), Name: l.source.Manifest().Name, Policy: p}
		if !l.trusted {
			s.Refused = []string{"unsigned"}
		}
		sources = append(sources, s)
	}
	return sources
}

// pinsOf is the policy that servers.json comes to: whose keys may vouch for a server.
func pinsOf(servers []Server) (p policy.Policy, pinned bool) {
	pins := map[string][]string{}
	for _, s := range servers {
		if len(s.Pins) > 0 {
			pins[s.Domain] = s.Pins
		}
	}
	if len(pins) == 0 {
		return p, false
	}
	data, err := json.Marshal(map[policy.Key]any{policy.TLSPins: pins})
	if err != nil {
		return p, false
	}
	p, err = policy.Parse(data)
	return p, err == nil
}

// Origin is the layer that an item comes from: kind is "text", "icon", "color"
// (light or dark), "size", "font", "link" or "file". What nobody has is of the default.
func (b *Bundle) Origin(kind, id string) Layer {
	if kind == "text" {
		return b.textOrigin(id)
	}
	for _, l := range slices.Backward(b.layers) {
		if l.has(kind, id) {
			return l.kind
		}
	}
	return LayerDefault
}

func (l *layer) has(kind, id string) bool {
	var there bool
	switch kind {
	case "icon":
		_, there = l.icons[id]
	case "color":
		_, light := l.look.Light[id]
		_, dark := l.look.Dark[id]
		there = light || dark
	case "size":
		_, there = l.look.Sizes[id]
	case "font":
		_, there = l.fonts[id]
	case "link":
		_, there = l.brand.links[id]
	case "file":
		there = l.counts(id) && l.source.Has(id)
	}
	return there
}
