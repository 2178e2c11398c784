// SPDX-License-Identifier: MPL-2.0

// Package resources holds what a brand can replace: words, icons, colours, the
// list of servers, the policy and the names. They come from bundles (package
// csres) that lie in layers over one another: the embedded default, a brand put
// in by the build, the computer's, the person's.
//
// A Bundle is what the layers give together. It is immutable and safe for use
// from any goroutine.
package resources

import (
	"embed"
	"io/fs"
	"sync"

	"golang.org/x/text/language"

	"chatsecure.org/desktop/resources/csres"
)

// The default's manifest lists its files, as any bundle's may.
//
//go:generate go run ../cmd/chatsecure-cli bundle manifest default.csres

// The brand's folder holds nothing in the tree: a build that has a brand puts its
// files there (cmd/brand).
//
//go:embed all:default.csres all:brand.csres
var embedded embed.FS

// Bundle is everything that a brand can replace, as the program uses it now.
type Bundle struct {
	layers  []*layer    // that count, the lowest first
	refused []LayerInfo // those that do not

	locale language.Tag
	chain  []language.Tag // where texts are looked for, before the base's
	words  map[string]message

	icons        map[string]Icon
	servers      []Server
	branding     Branding
	signup       Signup
	invite       Invite
	palette      Palette
	layout       Layout
	density      string
	fonts        map[string]fontFile
	certificates map[string][]byte
	stickers     []StickerPack
	keys         []csres.Key
}

type fontFile struct {
	from  *csres.Bundle
	name  string
	plain bool // drawn letter by letter
}

// Default is what is embedded in the program, the brand's with it, in English. A
// fault in it is a fault of the build, so it panics.
var Default = sync.OnceValue(func() *Bundle {
	layers, err := builtIn()
	if err != nil {
		panic(err)
	}
	return merge(layers)
})

// builtIn reads layers 0 and 1.
func builtIn() ([]*layer, error) {
	var layers []*layer
	for kind, folder := range []string{"default.csres", "brand.csres"} {
		files, err := fs.Sub(embedded, folder)
		if err != nil {
			return nil, err
		}
		if _, err := fs.Stat(files, csres.ManifestName); err != nil && kind > 0 {
			continue // no brand
		}
		l, err := embeddedLayer(Layer(kind), files)
		if err != nil {
			return nil, err
		}
		layers = append(layers, l)
	}
	return layers, nil
}

func embeddedLayer(kind Layer, files fs.FS) (*layer, error) {
	source, err := csres.FromFS(files)
	if err != nil {
		return nil, err
	}
	return newLayer(kind, source, true)
}

// WithBrand is the program with a brand's bundle as its layer 1, as a build of the
// brand has it. The error is a *csres.Error.
func WithBrand(brand *csres.Bundle) (*Bundle, error) {
	layers, err := builtIn()
	if err != nil {
		return nil, err
	}
	// As strictly as one that is loaded; then it is what a build has in it.
	l, err := newLayer(LayerSystem, brand, true)
	if err != nil {
		return nil, err
	}
	if problems := (&judge{program: layers[0].content}).against(l, layers[:1]); len(problems) > 0 {
		return nil, &csres.Error{Path: brand.Path(), Problems: problems}
	}
	l.kind = LayerBrand
	return merge(append(layers[:1:1], l)), nil
}
