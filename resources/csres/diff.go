// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Change is one item in which two bundles differ.
type Change struct {
	Kind     string // manifest, text, picture, look, policy, server, brand, or file
	Item     string // a file, or a file and the way to a value in it
	Old, New string // "" where there is none; of a file that is no JSON, its size and hash
}

// Diff is what makes b of a, item by item, sorted by file.
func Diff(a, b *Bundle) []Change {
	before, after := a.itemized(), b.itemized()
	var changes []Change
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, key := range slices.SortedFunc(maps.Keys(all), func(x, y item) int {
		if c := strings.Compare(x.file, y.file); c != 0 {
			return c
		}
		return strings.Compare(x.at, y.at)
	}) {
		if before[key] == after[key] {
			continue
		}
		c := Change{Kind: kindOf(key.file), Item: key.file, Old: before[key], New: after[key]}
		if key.at != "" {
			c.Item += ": " + key.at
		}
		changes = append(changes, c)
	}
	return changes
}

type item struct{ file, at string }

var kinds = map[string]string{
	ManifestName: "manifest", "strings": "text", "images": "picture", "icons": "picture", "theme": "look", "policy.json": "policy",
	"servers": "server", "branding.json": "brand",
}

func kindOf(file string) string {
	folder, _, _ := strings.Cut(file, "/")
	if k := kinds[folder]; k != "" && (path.Ext(file) == ".json" || k == "picture") {
		return k
	}
	return "file"
}

// itemized takes a bundle apart. The manifest's list of files tells nothing that
// the files do not.
func (b *Bundle) itemized() map[item]string {
	items := map[item]string{}
	for _, name := range append([]string{ManifestName}, b.names...) {
		data := b.raw
		if name != ManifestName {
			data = b.File(name)
		}
		if path.Ext(name) == ".json" {
			if v, p := ParseJSON(data); p == nil { // the manifest is none of the files
				v.flatten(func(at, value string) {
					if name != ManifestName || !strings.HasPrefix(at, "files") {
						items[item{name, at}] = value
					}
				})
				continue
			}
		}
		sum := sha256.Sum256(data)
		items[item{name, ""}] = fmt.Sprintf("%d bytes, SHA-256 %s", len(data), hex.EncodeToString(sum[:8]))
	}
	if s := b.Signer(); s != "" {
		items[item{SignatureName, ""}] = s
	}
	return items
}

// flatten calls f with every value and the way to it. What has a domain, a file or
// an id is found by that in a list, and not by its place.
func (v *Value) flatten(f func(at, value string)) { v.walk("", f) }

func (v *Value) walk(at string, f func(at, value string)) {
	join := func(key string) string {
		if at == "" {
			return key
		}
		return at + "." + key
	}
	switch v.Kind {
	case Object:
		for i := range v.Members {
			v.Members[i].Value.walk(join(v.Members[i].Key), f)
		}
		if len(v.Members) == 0 && at != "" {
			f(at, "{}")
		}
	case Array:
		if plain := v.plainList(); plain != "" {
			f(at, plain)
			return
		}
		for i := range v.Items {
			key := fmt.Sprint(i + 1)
			for _, name := range []string{"domain", "file", "id"} {
				if n := v.Items[i].Get(name); n != nil && n.Text != "" {
					key = n.Text
					break
				}
			}
			v.Items[i].walk(at+"["+key+"]", f)
		}
	case Null:
		f(at, "null")
	default:
		f(at, v.Text)
	}
}

// plainList is a list of texts and numbers in one line, "" if there are others.
func (v *Value) plainList() string {
	var b bytes.Buffer
	for i, item := range v.Items {
		if item.Kind == Object || item.Kind == Array {
			return ""
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(item.Text)
	}
	return "[" + b.String() + "]"
}
