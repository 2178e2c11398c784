// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"path"
	"strings"
)

// Icon is a picture of the bundle. Strokes and fills in "currentColor" are for
// the theme to colour.
type Icon struct {
	Name string // with its extension: "search.svg"
	SVG  []byte // or a PNG where Name says so; never changed

	file string // in its bundle
}

// Icon is the picture with that id: the file's name without extension. One for
// dark looks, where there is one, has "@dark" after its id. An id that the
// bundle lacks gives an empty square, never nil.
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

// readIcons takes the pictures of icons/ and images/, which share their ids.
func (c *content) readIcons(r *fileReader) {
	c.icons = map[string]Icon{}
	for _, folder := range []string{"icons", "images"} {
		for _, file := range c.source.In(folder) {
			name := path.Base(file)
			ext := path.Ext(name)
			if ext != ".svg" && ext != ".png" {
				continue
			}
			id := strings.TrimSuffix(name, ext)
			if other, there := c.icons[id]; there {
				r.file = file
				r.fault(0, "is a second picture for %s, beside %s", id, other.file)
				continue
			}
			c.icons[id] = Icon{Name: name, SVG: c.source.File(file), file: file}
		}
	}
}

// mergeIcons puts the pictures of a higher layer over others. One that has no
// dark variant takes that of the picture below away.
func mergeIcons(to, from map[string]Icon) {
	for id := range from {
		if _, dark := from[id+"@dark"]; !dark {
			delete(to, id+"@dark")
		}
	}
	for id, icon := range from {
		to[id] = icon
	}
}
