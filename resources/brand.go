// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"maps"
	"net/url"
	"slices"
	"sync"
)

// Branding names the program. Name and id decide the data directory, the
// keyring's names and the package ids, so they come from what is built in
// (layers 0 and 1) and never from a bundle that is loaded.
type Branding struct {
	Name    string
	ID      string
	Version string            // of the bundle that gives the name
	Links   map[string]string // home, source, support, privacy, translate
	UI      UI
	About   []string // ids of texts that About shows besides
}

// UI is how much of the program a person sees.
type UI struct {
	Mode        string // "full" or "simple"
	MaxAccounts int    // 0 is any number
	Tor         bool   // whether Tor is offered
}

// Signup is how somebody without an account begins.
type Signup struct {
	Domain       string   // the server that accounts are made on; "" lets the person choose
	Host         string   // "" looks it up
	Port         int      // 0 looks it up
	Cards        []string // what the first page offers, in order: invite, import, sign-in, create
	NicknameOnly bool     // ask for a name and make the rest; only with a Domain
}

// Invite is where invitations lead.
type Invite struct {
	Base  string   // an https address that an invitation's parts are added to; "" for none
	Hosts []string // whose links are read as invitations, besides that of Base
}

// LinkHosts are all hosts whose links are read as invitations, that of Base first.
func (i Invite) LinkHosts() []string {
	base, err := url.Parse(i.Base)
	if err != nil || base.Hostname() == "" {
		return i.Hosts
	}
	return append([]string{base.Hostname()}, i.Hosts...)
}

// Server is a place where anybody may make an account.
type Server struct {
	Domain      string
	Host        string // "" looks it up
	Port        int
	Onion       string // its address inside of Tor, "" for none
	Name        string
	Description string   // a text's id
	Country     string   // ISO 3166, two letters
	Register    string   // "app", or the address of a page
	Pins        []string // SHA-256 of public keys (SPKI), base64
}

// Palette is the look: colours as #RRGGBB or #RRGGBBAA by token, for each
// variant, and sizes in Fyne's units by token.
type Palette struct {
	Light map[string]string
	Dark  map[string]string
	Sizes map[string]float32
}

// Layout is how the window is divided.
type Layout string

// The layouts.
const (
	LayoutSplit  Layout = "split"  // conversations beside the one that is open
	LayoutSimple Layout = "simple" // one thing at a time
)

// Branding is who the program says it is. Its map and list must not be changed.
func (b *Bundle) Branding() Branding { return b.branding }

// Signup is how somebody without an account begins.
func (b *Bundle) Signup() Signup { return b.signup }

// Invite is where invitations lead.
func (b *Bundle) Invite() Invite { return b.invite }

// Servers are the servers to offer to somebody without an account, best first.
func (b *Bundle) Servers() []Server { return slices.Clone(b.servers) }

// UsualPalette is the look of the program without any brand: what stands in for colours
// that can not be used. The maps must not be changed.
var UsualPalette = sync.OnceValue(func() Palette {
	layers, err := builtIn()
	if err != nil {
		panic(err) // a fault of the build
	}
	return layers[0].look
})

// Palette is the bundle's look. The maps must not be changed.
func (b *Bundle) Palette() Palette { return b.palette }

// Layout is how the window is divided.
func (b *Bundle) Layout() Layout { return b.layout }

// Density is "normal" or "compact": what the bundle suggests to who has not chosen.
func (b *Bundle) Density() string { return b.density }

// Font is the font for a style, as the bundle's file; nil where the bundle has
// none and the program's own is meant. Styles: regular, bold, italic,
// bold-italic, mono, symbols. It must not be changed.
func (b *Bundle) Font(style string) []byte {
	f, ok := b.fonts[style]
	if !ok {
		return nil
	}
	if f.plain {
		return letterByLetter(f.from.File(f.name))
	}
	return f.from.File(f.name)
}

// Certificates are authorities or certificates (PEM) to trust for one domain
// each, besides the system's. The map must not be changed.
func (b *Bundle) Certificates() map[string][]byte { return maps.Clone(b.certificates) }

// Sticker is one picture of a pack.
type Sticker struct {
	ID   string // the file's name without extension
	Text string // the id of what it says in words
	PNG  []byte // must not be changed
}

// StickerPack is a folder of stickers.
type StickerPack struct {
	ID       string // the folder's name
	Name     string // a text's id
	Author   string
	Licence  string
	Stickers []Sticker
}

// Stickers are the packs, sorted by id. They must not be changed.
func (b *Bundle) Stickers() []StickerPack { return b.stickers }

// Sound is an Ogg file by its name without extension, nil for none. It must not
// be changed.
func (b *Bundle) Sound(id string) []byte { return b.file("sounds/" + id + ".ogg") }

// Help is a page in Markdown, in the bundle's language where it has one
// (help/ID.de.md), "" for none.
func (b *Bundle) Help(id string) string { return b.page("help", id) }

// Legal is a page in Markdown: about, privacy, terms, attribution. "" for none.
func (b *Bundle) Legal(id string) string { return b.page("legal", id) }

func (b *Bundle) page(folder, id string) string {
	for _, tag := range b.chain {
		if data := b.file(folder + "/" + id + "." + tag.String() + ".md"); data != nil {
			return string(data)
		}
	}
	return string(b.file(folder + "/" + id + ".md"))
}

// file is that of the highest layer that has it and whose files of that kind count.
func (b *Bundle) file(name string) []byte {
	for _, l := range slices.Backward(b.layers) {
		if l.counts(name) && l.source.Has(name) {
			return l.source.File(name)
		}
	}
	return nil
}
