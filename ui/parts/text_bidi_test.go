// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/unicode/bidi"
	"pgregory.net/rapid"
)

// Levels and visual order in the form of BidiCharacterTest.txt: code points,
// base, a level for each (x for what X9 takes out), the order from left to right.
// Each row is worked out by hand from the rules that its name gives.
var bidiCases = []struct{ name, runes, base, levels, order string }{
	{"left to right only", "0061 0062", "0", "0 0", "0 1"},
	{"right to left only", "05D0 05D1", "1", "1 1", "1 0"},
	{"P2 the first strong character decides", "0021 05D0 0061", "1", "1 1 2", "2 1 0"},
	{"P2 numbers do not decide", "0031 05D0", "1", "2 1", "1 0"},
	{"W1 a mark goes with its letter", "05D0 05B8 0061", "1", "1 1 2", "2 1 0"},
	{"W1 a mark at the beginning", "0300 05D0", "1", "1 1", "1 0"},
	{"W2 European numbers after Arabic letters", "0061 0627 0031 002B 0032", "0", "0 1 2 1 2", "0 4 3 2 1"},
	{"W2 not after Hebrew letters", "05D0 0031 002B 0032", "1", "1 2 2 2", "1 2 3 0"},
	{"W4 one separator between numbers", "05D0 0031 002C 0032", "1", "1 2 2 2", "1 2 3 0"},
	{"W4 not two", "05D0 0031 002C 002C 0032", "1", "1 2 1 1 2", "4 3 2 1 0"},
	{"W4 Arabic numbers take commas", "0627 0661 002C 0662", "1", "1 2 2 2", "1 2 3 0"},
	{"W4 but no plus", "0627 0661 002B 0662", "1", "1 2 1 2", "3 2 1 0"},
	{"W5 terminators beside numbers", "05D0 0024 0031 0025", "1", "1 2 2 2", "1 2 3 0"},
	{"W5 any number of them", "05D0 0023 0024 0031", "1", "1 2 2 2", "1 2 3 0"},
	{"W6 terminators alone are neutral", "05D0 0025 0061", "1", "1 1 2", "2 1 0"},
	{"W7 numbers in text from left to right", "0061 0031 05D0", "0", "0 0 1", "0 1 2"},
	{"N0 pairs with text of the base inside", "05D0 0028 0061 0062 0029 05D1", "1", "1 1 2 2 1 1", "5 4 2 3 1 0"},
	{"N0 pairs that follow what is before them", "0061 0028 05D0 0029 0062", "0", "0 0 1 0 0", "0 1 2 3 4"},
	{"N0 pairs with the other direction before and inside", "0061 05D0 0028 05D1 0029", "0", "0 1 1 1 1", "0 4 3 2 1"},
	{"N0 a pair with both inside", "05D0 005B 0061 05D1 005D", "1", "1 1 2 1 1", "4 3 2 1 0"},
	{"N0 canonically equivalent brackets pair", "0061 05D0 2329 05D1 3009", "0", "0 1 1 1 1", "0 4 3 2 1"},
	{"N0 marks on a bracket", "0061 05D0 0028 05D1 0029 0300 0062", "0", "0 1 1 1 1 1 0", "0 5 4 3 2 1 6"},
	{"N0 crossing brackets do not pair", "05D0 0028 005B 0061 0029 005D", "1", "1 1 1 2 1 1", "5 4 3 2 1 0"},
	{"N1 neutrals between two of one direction", "05D0 0020 05D1 0020 0061", "1", "1 1 1 1 2", "4 3 2 1 0"},
	{"N1 numbers count as right to left", "0061 0020 05D0 0021 0031 0020 05D1", "0", "0 0 1 1 2 1 1", "0 1 6 5 4 3 2"},
	{"N2 neutrals between the two take the base", "0061 0020 05D0", "0", "0 0 1", "0 1 2"},
	{"I2 numbers in text from right to left", "05D0 0020 0031 0032 0020 05D1", "1", "1 1 2 2 1 1", "5 4 2 3 1 0"},
	{"L1 spaces at the end", "0061 05D0 0020 0020", "0", "0 1 0 0", "0 1 2 3"},
	{"L1 a tab and the spaces before it", "0061 05D0 0020 0009 05D1", "0", "0 1 0 0 1", "0 1 2 3 4"},
	{"X9 joiners are as if not there", "0627 200D 0628", "1", "1 x 1", "2 0"},
	{"X9 a joiner between a number and its terminator", "05D0 0031 200C 0025", "1", "1 2 x 2", "1 3 0"},
}

func runesOf(t *testing.T, hex string) string {
	t.Helper()
	var b strings.Builder
	for _, f := range strings.Fields(hex) {
		n, err := strconv.ParseUint(f, 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteRune(rune(n))
	}
	return b.String()
}

func TestBidiLevels(t *testing.T) {
	t.Parallel()
	for _, c := range bidiCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := runesOf(t, c.runes)
			base := c.base[0] - '0'
			if got, _ := paragraphBase(text); got != base && c.name[0] != 'N' {
				t.Errorf("base %d, want %s", got, c.base)
			}
			levels := bidiLevels(text, base)
			var got []string
			var order []int
			k := 0
			for i, r := range text {
				if classOf(string(r)) == bidi.BN {
					got = append(got, "x")
				} else {
					got = append(got, strconv.Itoa(int(levels[i])))
					order = append(order, k)
				}
				k++
			}
			if s := strings.Join(got, " "); s != c.levels {
				t.Errorf("levels %s, want %s", s, c.levels)
			}
			at := strings.Fields(c.levels)
			visual(order, func(i int) uint8 { n, _ := strconv.Atoi(at[i]); return uint8(n) })
			if s := strings.Trim(fmt.Sprint(order), "[]"); s != c.order {
				t.Errorf("order %s, want %s", s, c.order)
			}
		})
	}
}

// TestPairedBrackets are the examples of UAX #9 BD16.
func TestPairedBrackets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []bracketPair
	}{
		{"a)b(c", nil},
		{"a(b]c", nil},
		{"a(b)c", []bracketPair{{1, 3}}},
		{"a(b[c)d]", []bracketPair{{1, 5}}},
		{"a(b]c)d", []bracketPair{{1, 5}}},
		{"a(b)c)d", []bracketPair{{1, 3}}},
		{"a(b(c)d", []bracketPair{{3, 5}}},
		{"a(b(c)d)", []bracketPair{{1, 7}, {3, 5}}},
		{"a(b{c}d)", []bracketPair{{1, 7}, {3, 5}}},
	} {
		r := bidiRun{runes: []rune(c.text)}
		for _, b := range c.text {
			r.classes = append(r.classes, classOf(string(b)))
		}
		if got := r.bracketPairs(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.text, got, c.want)
		}
	}
}

// TestBracketDirections are the examples of UAX #9 N0, among others. Capitals
// stand for Hebrew letters.
func TestBracketDirections(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		base   uint8
		levels string
	}{
		{"AB(CD[&ef]!)gh", 1, "11111112211122"},
		{"smith (fabrikam ARABIC) HEBREW", 1, "222221122222222111111111111111"},
		{"ARABIC book(s)", 1, "11111112222222"},
		{"ARABIC (book) x", 1, "111111112222112"},
		{"hello (ARABIC) you", 0, "000000011111100000"},
		{"hello ARABIC (HEB) you", 0, "0000001111111111110000"},
		{"(AB) cd", 0, "0110000"},
	} {
		var b strings.Builder
		for _, r := range c.text {
			if r >= 'A' && r <= 'Z' {
				r += 'א' - 'A'
			}
			b.WriteRune(r)
		}
		text := b.String()
		levels := bidiLevels(text, c.base)
		got := ""
		for i := range text {
			got += strconv.Itoa(int(levels[i]))
		}
		if got != c.levels {
			t.Errorf("%s:\n%s, want\n%s", c.text, got, c.levels)
		}
	}
}

// bidiText draws strings of every class that can stand in a message.
func bidiText() *rapid.Generator[string] {
	return rapid.StringOf(rapid.SampledFrom([]rune("ab éאבגةبت123٠١٢+-,.:/$%#<>!?&  \tָً中\u200d…«»")))
}

// TestBidiAgreesWithTheLibrary compares with golang.org/x/text/unicode/bidi,
// which gives directions of runs, but no levels and no lines, and which does not
// pair brackets.
func TestBidiAgreesWithTheLibrary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		for _, text := range rapid.SliceOfN(bidiText(), 64, 64).Draw(t, "texts") {
			if strings.Trim(text, " \t") != "" {
				agree(t, text)
			}
		}
	})
}

func agree(t *rapid.T, text string) {
	base, _ := paragraphBase(text)
	levels := bidiLevels(text, base)
	var p bidi.Paragraph
	if _, err := p.SetString(text); err != nil {
		t.Fatal(err)
	}
	order, err := p.Order()
	if err != nil {
		t.Fatal(err)
	}
	if got := order.Direction() == bidi.RightToLeft; order.NumRuns() == 1 && got != (levels[0] == 1) {
		t.Fatalf("one run, right to left: %v; our level %d", got, levels[0])
	}
	for i := range order.NumRuns() {
		run := order.Run(i)
		from, to := run.Pos() // in runes
		rtl := run.Direction() == bidi.RightToLeft
		k := 0
		for at, r := range text {
			if k >= from && k <= to && classOf(string(r)) != bidi.BN && levels[at]%2 == 1 != rtl {
				t.Fatalf("%+q at %d (%q): level %d, the library says right to left: %v", text, k, r, levels[at], rtl)
			}
			k++
		}
	}
}

func TestParagraphBase(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		base uint8
		rtl  bool
	}{
		{"", 0, false},
		{"hello", 0, false},
		{"123 ...", 0, false},
		{"שלום", 1, true},
		{"123 שלום", 1, true},
		{"é שלום", 0, true},
		{"ª שלום", 0, true},
		{"× שלום", 1, true},
		{"hello שלום", 0, true},
		{"مرحبا hello", 1, true},
		{"日本 שלום", 0, true},
		{"٣ pieces", 0, true},
		{"😀 שלום", 1, true},
	} {
		if base, rtl := paragraphBase(c.text); base != c.base || rtl != c.rtl {
			t.Errorf("%q: %d %v, want %d %v", c.text, base, rtl, c.base, c.rtl)
		}
	}
}

// TestBrackets compares the table with the library's properties of every
// character.
func TestBrackets(t *testing.T) {
	t.Parallel()
	for r := rune(0); r < 0x20000; r++ {
		p, _ := bidi.LookupRune(r)
		_, opens := closers[r]
		_, closes := openers[r]
		if p.IsBracket() != (opens || closes) || p.IsBracket() && p.IsOpeningBracket() != opens {
			t.Errorf("%U: opens %v, closes %v", r, opens, closes)
		}
		if opens && bidi.ReverseString(string(r)) != string(closers[r]) {
			t.Errorf("%U pairs with %U", r, closers[r])
		}
		if m, ok := mirrored[r]; ok && mirrored[m] != r {
			t.Errorf("%U is mirrored one way only", r)
		}
	}
}

func TestBracketsAreBounded(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("(", maxBrackets+1) + "א" + strings.Repeat(")", maxBrackets+1)
	levels := bidiLevels("a"+deep, 0)
	if levels[0] != 0 || !slices.Contains(levels, 1) {
		t.Errorf("levels %v", levels)
	}
}

func TestVisualIsAPermutation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		levels := rapid.SliceOf(rapid.Uint8Range(0, 4)).Draw(t, "levels")
		order := make([]int, len(levels))
		for i := range order {
			order[i] = i
		}
		visual(order, func(i int) uint8 { return levels[i] })
		seen := slices.Clone(order)
		slices.Sort(seen)
		for i, k := range seen {
			if i != k {
				t.Fatalf("%v for %v", order, levels)
			}
		}
		for i := 1; i < len(order); i++ { // neighbours of one level run its way
			a, b := order[i-1], order[i]
			if levels[a] == levels[b] && (b == a+1) == (levels[a]%2 == 1) && (b == a+1 || a == b+1) {
				t.Fatalf("%v for %v", order, levels)
			}
		}
	})
}
