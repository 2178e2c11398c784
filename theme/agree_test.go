// SPDX-License-Identifier: MPL-2.0

package theme

import (
	"testing"

	"chatsecure.org/desktop/resources"
)

// What a check of a bundle calls hard to read is what the window does not take.
func TestContrastsAreThoseOfACheck(t *testing.T) {
	t.Parallel()
	checked := map[resources.Contrast]bool{}
	for _, c := range resources.Contrasts {
		checked[c] = true
	}
	for _, p := range pairs {
		c := resources.Contrast{Front: string(p.front), Back: string(p.back), Least: p.least}
		if !checked[c] {
			t.Errorf("bundle check does not look at %s on %s (%.1f)", p.front, p.back, p.least)
		}
		delete(checked, c)
	}
	for c := range checked {
		t.Errorf("the window takes %s on %s, which bundle check does not", c.Front, c.Back)
	}
}
