// SPDX-License-Identifier: MPL-2.0

package nickname

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

// TestGolden compares with the table: a nickname, the name made of it, and whether it
// can stand alone.
func TestGolden(t *testing.T) {
	f, err := os.Open("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for s := bufio.NewScanner(f); s.Scan(); n++ {
		parts := strings.Split(s.Text(), "\t")
		if len(parts) != 3 {
			t.Fatalf("line %q", s.Text())
		}
		if base, enough := Base(parts[0]); base != parts[1] || fmt.Sprint(enough) != parts[2] {
			t.Errorf("%q\t%s\t%t, want %s %s", parts[0], base, enough, parts[1], parts[2])
		}
	}
	if n < 30 {
		t.Errorf("the table has %d lines", n)
	}
}

// TestEveryName holds for whatever somebody calls themselves: it is the name of an account.
func TestEveryName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nick := rapid.String().Draw(t, "nick")
		base, enough := Base(nick)
		if base == "" || len(base) > most || enough && len(base) < least || strings.Trim(base, "abcdefghijklmnopqrstuvwxyz0123456789.") != "" ||
			strings.Contains(base, "..") || strings.HasPrefix(base, ".") || strings.HasSuffix(base, ".") {
			t.Fatalf("%+q gives %q", nick, base)
		}
		full := With(base, Ending(rapid.IntRange(1, 5).Draw(t, "n"), func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "digit") }))
		if len(full) < 6 {
			t.Fatalf("%q", full)
		}
		if a, err := chat.ParseAddress(full + "@example.org"); err != nil || a.Local != full {
			t.Fatalf("%q is no name: %v", full, err)
		}
	})
}
