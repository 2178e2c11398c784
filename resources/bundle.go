// SPDX-License-Identifier: MPL-2.0

// Package resources holds what a brand can replace: words, icons, colours, the
// list of servers and the names. It is a directory in the layout of a bundle,
// embedded as the default.
//
// A Bundle is immutable after Load and safe for use from any goroutine.
package resources

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"

	"golang.org/x/text/language"
)

//go:embed all:default.csres
var embedded embed.FS

// Bundle is everything that a brand can replace, as the program uses it now.
type Bundle struct {
	locale   language.Tag
	words    map[string]message
	icons    map[string]Icon
	servers  []Server
	branding Branding
	palette  Palette
	files    fs.FS
}

// Default is the bundle that is embedded in the program, in English. A fault in
// it is a fault of the build, so it panics.
var Default = sync.OnceValue(func() *Bundle {
	sub, err := fs.Sub(embedded, "default.csres")
	if err != nil {
		panic(err)
	}
	b, err := Load(sub)
	if err != nil {
		panic(err)
	}
	return b
})

// Load reads a bundle that is trusted as the program itself is. It returns an
// error that names the file which can not be read.
func Load(files fs.FS) (*Bundle, error) {
	b := &Bundle{locale: language.English, files: files}
	var err error
	if b.words, err = readWords(files, "strings/base.json"); err != nil {
		return nil, err
	}
	if b.icons, err = readIcons(files, "icons", "images"); err != nil {
		return nil, err
	}
	var list struct {
		Servers []Server `json:"servers"`
	}
	for name, to := range map[string]any{
		"servers/servers.json": &list,
		"branding.json":        &b.branding,
		"theme/theme.json":     &b.palette,
	} {
		if err := readJSON(files, name, to); err != nil {
			return nil, err
		}
	}
	b.servers = list.Servers
	return b, nil
}

func readJSON(files fs.FS, name string, to any) error {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("read bundle: %w", err)
	}
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("read bundle: %s: %w", name, err)
	}
	return nil
}
