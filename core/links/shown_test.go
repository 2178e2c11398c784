// SPDX-License-Identifier: MPL-2.0

package links

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestShown(t *testing.T) {
	const england = "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F"
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"plain", "Hello, world!\n\tby", "Hello, world!\n\tby"},
		{"scripts", "שלום مرحبا नमस्ते สวัสดี 안녕 你好 ខ្មែរ", "שלום مرحبا नमस्ते สวัสดี 안녕 你好 ខ្មែរ"},
		{"line ends", "a\r\nb\rc\vd\fe\u0085f\u2028g\u2029h\n", "a\nb\nc\nd\ne\nf\ng\nh\n"},
		{"two line ends", "a\r\r\n\n\rb", "a\n\n\n\nb"},
		{"controls", "a\x00b\x1b[31mc\x7fd\u009be", "ab[31mcde"},
		{"override", "invoice\u202efdp.exe", "invoicefdp.exe"},
		{"embeddings and isolates", "\u202aa\u202bb\u202dc\u202cd\u2066e\u2067f\u2068g\u2069h\u200ei\u200fj\u061ck", "abcdefghijk"},
		{"zero width", "a\u200bb\u2060c\ufeffd\u00ade\u180ef\u034fg", "abcdefg"},
		{"fillers", "a\u115fb\u1160c\u3164d\uffa0e\u2800f\u17b4g\u17b5h\U0001D159i", "abcdefghi"},
		{"formats without a picture", "a\u2061b\u2064c\u2065d\ufff9e\ufffbf\ufff0g\U0001BCA0h", "abcdefgh"},
		{"formats that are drawn", "\u0600\u0605\u06dd\u070f\u08e2\u0890\U000110bd", "\u0600\u0605\u06dd\u070f\u08e2\u0890\U000110bd"},
		{"tags", "hi\U000E0001\U000E0068\U000E0069!\U000E007F", "hi!"},
		{"variations of ideographs", "葛\U000E0100城", "葛城"},
		{"Persian", "می\u200cخواهم", "می\u200cخواهم"},
		{"Hindi", "क्\u200dष क्\u200cष", "क्\u200dष क्\u200cष"},
		{"joiner in Latin", "pay\u200dpal é\u200dx привет\u200cx 漢\u200d字", "paypal éx приветx 漢字"},
		{"joiner in front", "\u200da \u200cم", "a م"},
		{"joiners doubled", "می\u200c\u200c\u200dخ", "می\u200cخ"},
		{"joiner through what is hidden", "می\u202e\u200cخ", "می\u200cخ"},
		{"hidden after a joiner", "می\u200c\u202eخ", "می\u200cخ"},
		{"emoji", "👨‍👩‍👧 ❤️‍🔥 👍🏽 1️⃣ 🇦🇹 🏳️‍🌈", "👨‍👩‍👧 ❤️‍🔥 👍🏽 1️⃣ 🇦🇹 🏳️‍🌈"},
		{"variations doubled", "❤\ufe0f\ufe0f\ufe0e\ufe01", "❤\ufe0f"},
		{"variation in front", "\ufe0fa\n\ufe0fb", "a\nb"},
		{"flag of a region", "go " + england + "!", "go " + england + "!"},
		{"flags", england + england + "🏴", england + england + "🏴"},
		{"flag that does not end", "🏴\U000E0067\U000E0062\U000E0065", "🏴"},
		{"flag with too much", "🏴" + strings.Repeat("\U000E0061", 7) + "\U000E007F", "🏴"},
		{"flag with too little", "🏴\U000E0061\U000E007F", "🏴"},
		{"flag with other tags", "🏴\U000E0067\U000E0062\U000E0020\U000E0065\U000E007F", "🏴"},
		{"marks", "Zo\u0308e\u0301", "Zo\u0308e\u0301"},
		{"too many marks", "a" + strings.Repeat("\u0301", 100) + "b", "a" + strings.Repeat("\u0301", 8) + "b"},
		{"too many after a change", "\x00" + "a" + strings.Repeat("\u0301", 100), "a" + strings.Repeat("\u0301", 8)},
		{"not UTF-8", "a\xffb\xe2\x82c\xed\xa0\x80", "a\uFFFDb\uFFFD\uFFFDc\uFFFD\uFFFD\uFFFD"},
		{"replacement character", "a\uFFFDb", "a\uFFFDb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, at := Shown(c.in)
			if got != c.want {
				t.Fatalf("%+q\n got %+q\nwant %+q", c.in, got, c.want)
			}
			if (at == nil) != (got == c.in) {
				t.Errorf("%+q: map of %d bytes", c.in, len(at))
			}
			checkShown(t, c.in)
		})
	}
}

func TestShownMap(t *testing.T) {
	for _, c := range []struct {
		in string
		at []int
	}{
		{"a\r\nb", []int{0, 2, 3, 4}},
		{"a\u202eé", []int{0, 4, 5, 6}},
		{"\xff\u2028x", []int{0, 0, 0, 1, 4, 5}},
		{"\x00", []int{1}},
	} {
		if _, at := Shown(c.in); !slices.Equal(at, c.at) {
			t.Errorf("%+q: %v, want %v", c.in, at, c.at)
		}
	}
}

// reporter is what testing.T and rapid.T have in common.
type reporter interface {
	Helper()
	Fatalf(string, ...any)
}

// checkShown holds for any text.
func checkShown(t reporter, text string) {
	t.Helper()
	shown, at := Shown(text)
	if again, at := Shown(shown); again != shown || at != nil {
		t.Fatalf("%+q shows %+q, and that %+q", text, shown, again)
	}
	if !utf8.ValidString(shown) {
		t.Fatalf("%+q shows %+q, which is not UTF-8", text, shown)
	}
	for i, r := range shown {
		if invisible(r) && !strings.ContainsRune("\U000E0030\U000E007F", r) && (r < 0xE0020 || r > 0xE007F) || isLineEnd(r) {
			t.Fatalf("%+q shows %+q with %U at %d", text, shown, r, i)
		}
	}
	if at == nil {
		if shown != text {
			t.Fatalf("%+q shows %+q without a map", text, shown)
		}
		return
	}
	if len(at) != len(shown)+1 || at[len(shown)] != len(text) {
		t.Fatalf("%+q: map of %d for %d bytes", text, len(at), len(shown))
	}
	for i := 0; i < len(shown); {
		r, n := utf8.DecodeRuneInString(shown[i:])
		from, to := at[i], at[i+n]
		switch {
		case from > to || from == to && from < len(text):
			t.Fatalf("%+q: %d is of %d, %d is of %d", text, i, from, i+n, to)
		case strings.HasPrefix(text[from:], shown[i:i+n]):
			for k := range n {
				if at[i+k] != from+k {
					t.Fatalf("%+q: byte %d of a letter is of %d", text, i+k, at[i+k])
				}
			}
		case r == '\n' && isLineEnd(first(text[from:])), r == utf8.RuneError && first(text[from:]) == utf8.RuneError:
		default:
			t.Fatalf("%+q: %q at %d is of %+q", text, r, i, text[from:to])
		}
		i += n
	}
}

func first(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

// Only what is hidden is lost: what is shown is what the runes that may be seen
// give, in their order.
func TestShownKeepsText(t *testing.T) {
	visible := []rune("aZ9 .,-é漢字😀שםनखあ한\n\t")
	hidden := []rune("\u202e\u2066\u200b\u00ad\u3164\U000E0041\x00\x1b\u2800\u061c")
	rapid.Check(t, func(t *rapid.T) {
		var text, want strings.Builder
		for _, see := range rapid.SliceOf(rapid.Bool()).Draw(t, "seen") {
			if see {
				r := rapid.SampledFrom(visible).Draw(t, "visible")
				text.WriteRune(r)
				want.WriteRune(r)
			} else {
				text.WriteRune(rapid.SampledFrom(hidden).Draw(t, "hidden"))
			}
		}
		if got, _ := Shown(text.String()); got != want.String() {
			t.Fatalf("%+q: got %+q, want %+q", text.String(), got, want.String())
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		checkShown(t, rapid.StringOf(rapid.OneOf(
			rapid.Rune(), rapid.SampledFrom(visible), rapid.SampledFrom(hidden),
			rapid.SampledFrom([]rune("\r\u200c\u200d\ufe0f\u0301\u094d\U0001F3F4\U000E0067\U000E007F\u20e3م")),
		)).Draw(t, "text"))
	})
}

// Hostile texts of 100 kB: what is written of them is bounded by their length,
// and a letter is looked at a bounded number of times (a flag, eight runes ahead).
func TestShownHostile(t *testing.T) {
	const size = 100_000
	for name, part := range map[string]string{
		"marks": "\u0301", "flags": "\U0001F3F4", "tags": "\U0001F3F4\U000E0061", "returns": "\r", "joiners": "م\u200d", "invalid": "\xff", "hidden": "\u202e",
		"variations": "a\ufe0f", "nulls": "\x00",
	} {
		text := strings.Repeat(part, size/len(part))
		for _, text := range []string{text, text + "\x00", "\x00" + text} {
			shown, at := Shown(text)
			if len(shown) > 3*len(text) || len(at) > 3*len(text)+1 {
				t.Errorf("%s: %d bytes from %d", name, len(shown), len(text))
			}
			if runs := testing.AllocsPerRun(1, func() { Shown(text) }); runs > 40 {
				t.Errorf("%s: %v allocations", name, runs) // growing by doubling, not by letter
			}
			checkShown(t, text)
		}
	}
}
