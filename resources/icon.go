// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Icon is a picture of the bundle. Strokes and fills in "currentColor" are for
// the theme to colour.
type Icon struct {
	Name string // with its extension: "search.svg"
	SVG  []byte // or a PNG where Name says so; never changed
}

// Icon is the picture with that id: the file's name without extension. An id
// that the bundle lacks gives an empty square, never nil.
func (b *Bundle) Icon(id string) Icon {
	if i, ok := b.icons[id]; ok {
		return i
	}
	return Icon{
		Name: "missing.svg",
		SVG:  []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect x="4" y="4" width="16" height="16" fill="none" stroke="#000"/></svg>`),
	}
}

// HasIcon says whether the bundle has a picture with that id.
func (b *Bundle) HasIcon(id string) bool {
	_, ok := b.icons[id]
	return ok
}

func readIcons(files fs.FS, dirs ...string) (map[string]Icon, error) {
	icons := map[string]Icon{}
	for _, dir := range dirs {
		entries, err := fs.ReadDir(files, dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue // an empty folder can not be embedded
		}
		if err != nil {
			return nil, fmt.Errorf("read bundle: %w", err)
		}
		for _, e := range entries {
			ext := path.Ext(e.Name())
			if ext != ".svg" && ext != ".png" {
				continue
			}
			data, err := fs.ReadFile(files, path.Join(dir, e.Name()))
			if err != nil {
				return nil, fmt.Errorf("read bundle: %w", err)
			}
			icons[strings.TrimSuffix(e.Name(), ext)] = Icon{Name: e.Name(), SVG: data}
		}
	}
	return icons, nil
}
