// SPDX-License-Identifier: MPL-2.0

package theme

import (
	"image/color"
	"math"
	"slices"
	"testing"

	"chatsecure.org/desktop/resources"
)

// What a check of a bundle calls hard to read is what the window does not take: the same
// pairs, by the same measure.
func TestContrastsAreThoseOfACheck(t *testing.T) {
	t.Parallel()
	if len(pairs) < 30 {
		t.Fatalf("only %d pairs", len(pairs))
	}
	for _, p := range pairs {
		if !slices.Contains(Tokens, p.front) || !slices.Contains(Tokens, p.back) {
			t.Errorf("%s on %s: there is no such colour", p.front, p.back)
		}
	}
	for _, c := range [][2]string{{"#000000", "#FFFFFF"}, {"#8A5300", "#FFFFFF"}, {"#1B252340", "#FBFAF6"}, {"#5FC7AF", "#131817"}} {
		front, err1 := parseColor(c[0])
		back, err2 := parseColor(c[1])
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		got := contrast(map[Token]color.Color{ColorText: front, ColorBackground: back}, pair{front: ColorText, back: ColorBackground})
		if want := resources.ContrastOf(c[0], c[1]); math.Abs(got-want) > 0.05 {
			t.Errorf("%s on %s: %.2f, a check has %.2f", c[0], c[1], got, want)
		}
	}
}
