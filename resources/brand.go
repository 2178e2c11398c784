// SPDX-License-Identifier: MPL-2.0

package resources

import "slices"

// Branding names the program. Its id decides the data directory, the keyring's
// names and the package ids, so it comes from the build and never from a skin.
type Branding struct {
	Name  string            `json:"name"`
	ID    string            `json:"id"`
	Links map[string]string `json:"links"` // home, source, support, privacy, translate
}

// Server is a place where anybody may make an account.
type Server struct {
	Domain      string `json:"domain"`
	Host        string `json:"host,omitempty"` // "" looks it up
	Port        int    `json:"port,omitempty"`
	Name        string `json:"name"`
	Description string `json:"description"` // a text's id
	Country     string `json:"country,omitempty"`
	Register    string `json:"register"` // "app", or the address of a page
}

// Palette is the look: colours as #RRGGBB or #RRGGBBAA by token, for each
// variant, and sizes in Fyne's units by token.
type Palette struct {
	Light map[string]string  `json:"light"`
	Dark  map[string]string  `json:"dark"`
	Sizes map[string]float32 `json:"sizes"`
}

// Branding is who the program says it is.
func (b *Bundle) Branding() Branding { return b.branding }

// Servers are the servers to offer to somebody without an account, best first.
func (b *Bundle) Servers() []Server { return slices.Clone(b.servers) }

// Palette is the bundle's look. The maps must not be changed.
func (b *Bundle) Palette() Palette { return b.palette }
