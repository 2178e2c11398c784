// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"errors"
	"maps"
	"slices"

	"chatsecure.org/desktop/core/policy"
	"chatsecure.org/desktop/resources/csres"
)

// content is what one bundle says, read but not yet judged by its layer.
type content struct {
	source       *csres.Bundle
	base         map[string]message // in the language of the manifest
	translations []*translation
	icons        map[string]Icon
	look         Palette
	layout       Layout
	density      string
	fonts        map[string]string // files by style
	brand        brandFile
	servers      []Server
	serversMode  string         // "add" or "replace"
	policy       *policy.Policy // nil for none
	certificates map[string][]byte
	keys         []csres.Key
	stickers     []StickerPack
	named        map[string]bool // texts that the bundle itself refers to
}

// brandFile is branding.json: what is zero there says nothing.
type brandFile struct {
	links   map[string]string
	signup  Signup
	cards   bool // signup has cards
	nick    *bool
	invite  Invite
	mode    string
	most    *int
	tor     *bool
	about   []string
	aboutIs bool
}

// readContent reads a bundle and says everything that is wrong with it. What is
// built in is known to be right: its translations are read when they are used.
func readContent(source *csres.Bundle, builtIn bool) (*content, []csres.Problem) {
	c := &content{source: source}
	r := &fileReader{source: source}
	c.readStrings(r, builtIn)
	c.readIcons(r)
	c.readTheme(r, builtIn)
	c.readBranding(r)
	c.readServers(r)
	c.readCertificates(r)
	c.readKeys(r)
	c.readStickers(r)
	c.readPolicy(r)
	c.named = map[string]bool{}
	for _, id := range c.brand.about {
		c.named[id] = true
	}
	for _, s := range c.servers {
		c.named[s.Description] = true
	}
	for _, p := range c.stickers {
		c.named[p.Name] = true
		for _, s := range p.Stickers {
			c.named[s.Text] = true
		}
	}
	return c, r.problems
}

// readPolicy reads policy.json. What it does not know refuses the bundle: a lock
// that does not lock would be believed.
func (c *content) readPolicy(r *fileReader) {
	r.file = "policy.json"
	data := c.source.File(r.file)
	if data == nil {
		return
	}
	p, err := policy.Parse(data)
	if err != nil {
		line := 0
		var at *policy.Error
		if errors.As(err, &at) {
			line = at.Line
		}
		r.fault(line, "%s", err)
		return
	}
	c.policy = &p
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
