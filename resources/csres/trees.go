// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"path"
	"sync"
)

// trees keep what was parsed to check it, until whoever reads the bundle has it.
type trees struct {
	mu   sync.Mutex
	keep map[string]*Value
}

func newTrees() *trees { return &trees{keep: map[string]*Value{}} }

// check looks at a file by what its name says that it is.
func (t *trees) check(name string, data []byte) *Problem {
	if path.Ext(name) != ".json" {
		return checkContent(name, data)
	}
	v, p := ParseJSON(data)
	if p != nil {
		p.File = name
		return p
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keep[name] = v
	return nil
}

// JSON is a JSON file, parsed; nil for one that is not there. It must not be
// changed.
func (b *Bundle) JSON(name string) (*Value, *Problem) {
	b.parsed.mu.Lock()
	v := b.parsed.keep[name]
	b.parsed.mu.Unlock()
	if v != nil {
		return v, nil
	}
	data := b.File(name)
	if data == nil {
		return nil, nil
	}
	v, p := ParseJSON(data)
	if p != nil {
		p.File = name
	}
	return v, p
}

// Forget gives the memory back that parsed files take; JSON parses again.
func (b *Bundle) Forget() {
	b.parsed.mu.Lock()
	defer b.parsed.mu.Unlock()
	clear(b.parsed.keep)
}
