// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"math"
	"testing"
)

// The test vectors of XEP-0392 §13.
func TestColorOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text    string
		hue     float64
		r, g, b float64
	}{
		{"Romeo", 327.255249, 0.865, 0.000, 0.686},
		{"juliet@capulet.lit", 209.410400, 0.000, 0.515, 0.573},
		{"😺", 331.199341, 0.872, 0.000, 0.659},
		{"council", 359.994507, 0.918, 0.000, 0.394},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			if got := hueOf(c.text); math.Abs(got-c.hue) > 1e-5 {
				t.Errorf("hue %f, want %f", got, c.hue)
			}
			r, g, b := hsluv(hueOf(c.text), 100, 50)
			for i, pair := range [][2]float64{{r, c.r}, {g, c.g}, {b, c.b}} {
				if math.Abs(pair[0]-pair[1]) > 0.001 {
					t.Errorf("channel %d is %f, want %f", i, pair[0], pair[1])
				}
			}
		})
	}
}
