// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// prose is a text of random words that nobody has measured before.
func prose(size int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	for b.Len() < size {
		for range 1 + r.IntN(10) {
			b.WriteByte(byte('a' + r.IntN(26)))
		}
		b.WriteByte(" \n"[min(r.IntN(30), 29)/29])
	}
	return b.String()
}

func BenchmarkLayout(b *testing.B) {
	for _, c := range []struct {
		name string
		size int
	}{{"100 bytes", 100}, {"64 KiB", maxShown - 16}} {
		b.Run(c.name, func(b *testing.B) {
			text := prose(c.size, 1)
			newLayout(text, plainFace, 400, true)
			b.ReportAllocs()
			for b.Loop() {
				newLayout(text, plainFace, 400, true)
			}
		})
	}
}
