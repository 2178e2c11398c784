// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// body is the text of the n-th message of a device: its number, and words that are
// the same each time. One in fifty is long enough to be cut anywhere.
func body(label string, n int) string {
	r := rand.New(rand.NewPCG(uint64(n), uint64(label[0])))
	count := r.IntN(12)
	if r.IntN(50) == 0 {
		count = r.IntN(1500)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d", label, n)
	for range count {
		b.WriteByte(" \n"[r.IntN(20)/19])
		b.WriteString(words[r.IntN(len(words))])
	}
	return b.String()
}

var words = strings.Fields("the boat leaves at <seven> & we'll \"be\" back before dark ]]> 会议改到星期四 שלום Grüße ☕ 👍🏽 a&amp;b")

// number reads whose message a text is and which.
func number(text string) (label string, n int, ok bool) {
	label, rest, _ := strings.Cut(text, " ")
	end := strings.IndexAny(rest, " \n")
	if end < 0 {
		end = len(rest)
	}
	n, err := strconv.Atoi(rest[:end])
	return label, n, err == nil && n >= 0
}

func originID(label string, n int) string { return fmt.Sprintf("chaos-%s-%d", label, n) }
