// SPDX-License-Identifier: MPL-2.0

package core

import (
	"testing"
	"time"

	"chatsecure.org/desktop/core/xmpp"
)

// What an archive got in the last half minute before its newest message may still be out
// of order, but for what is old.
func TestSettled(t *testing.T) {
	now := time.Now()
	for name, test := range map[string]struct {
		ages []time.Duration // zero: no stamp
		want string
	}{
		"empty":                  {nil, ""},
		"all just now":           {[]time.Duration{20 * time.Second, 10 * time.Second}, ""},
		"a little old":           {[]time.Duration{2 * time.Hour, 10 * time.Minute, 9 * time.Minute, 8*time.Minute + 40*time.Second}, "b"},
		"all old":                {[]time.Duration{48 * time.Hour, 2*time.Hour + time.Second, 2 * time.Hour}, "c"},
		"the archive is ahead":   {[]time.Duration{-5 * time.Hour, -6*time.Hour + time.Second, -6 * time.Hour}, "a"},
		"without a stamp":        {[]time.Duration{3 * time.Hour, 0, 2 * time.Hour}, "a"},
		"out of order in itself": {[]time.Duration{10 * time.Minute, time.Minute, 9 * time.Minute, time.Minute}, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			var page []xmpp.Archived
			for i, age := range test.ages {
				m := xmpp.Archived{ID: string(rune('a' + i))}
				if age != 0 {
					m.Stamp = now.Add(-age)
				}
				page = append(page, m)
			}
			if got := settled(page, now); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
