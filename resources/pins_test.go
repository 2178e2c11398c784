// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"slices"
	"testing"
)

// The pins of a layer's list of servers hold as those of its policy do.
func TestServerPins(t *testing.T) {
	t.Parallel()
	const pin = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	b := merge([]*layer{
		{content: Default().layers[0].content, kind: LayerDefault, trusted: true},
		{content: &content{
			source: Default().layers[0].source, servers: []Server{{Domain: "a.example", Pins: []string{pin}}, {Domain: "b.example"}},
		}, kind: LayerBrand, trusted: true},
	})
	keys, ok := b.Policy().Pins("a.example")
	if !ok || !slices.Equal(keys, []string{"0000000000000000000000000000000000000000000000000000000000000000"}) {
		t.Errorf("pinned %v: %q", ok, keys)
	}
	if _, ok := b.Policy().Pins("b.example"); ok {
		t.Error("a server without pins is pinned")
	}
}
