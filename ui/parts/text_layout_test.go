// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/links"
)

var plainFace = face{size: 14}

func linesOf(l *layout) []string {
	var out []string
	for _, n := range l.lines {
		out = append(out, l.shown[n.start:n.end])
	}
	return out
}

func TestWrap(t *testing.T) {
	em := plainFace.word("m")
	for _, c := range []struct {
		name, text string
		width      float32
		want       []string
	}{
		{"empty", "", 100, []string{""}},
		{"one line", "hello", 100, []string{"hello"}},
		{"line breaks", "a\n\nb\n", 100, []string{"a", "", "b", ""}},
		{"other line breaks", "a\r\nb\rc\u2028d", 100, []string{"a", "b", "c", "d"}},
		{"between words", "mmmm mmmm mmmm", 10 * em, []string{"mmmm mmmm ", "mmmm"}},
		{"spaces at the end take no room", "mmmm      mmmm", 5 * em, []string{"mmmm      ", "mmmm"}},
		{"after a hyphen", "mmm-mmm", 5 * em, []string{"mmm-", "mmm"}},
		{"a long word", "mmmmmmmm", 3 * em, []string{"mmm", "mmm", "mm"}},
		{"a long word after a short one", "mm mmmmmm", 4 * em, []string{"mm ", "mmmm", "mm"}},
		{"narrower than a letter", "mm", 1, []string{"m", "m"}},
		{"no break before closing punctuation", "日本語。日本語", 3 * plainFace.word("日"), []string{"日本", "語。日", "本語"}},
		{"a link as a whole", "שלום http://a.b/c/d/e", plainFace.word("http://a.b/c/d/em"), []string{"שלום ", "http://a.b/c/d/e"}},
		{"never inside a cluster", "e\u0301e\u0301e\u0301", 1, []string{"e\u0301", "e\u0301", "e\u0301"}},
	} {
		if got := linesOf(newLayout(c.text, plainFace, c.width, false)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestLongURL is the address of a search, without a space in 2,000 characters.
func TestLongURL(t *testing.T) {
	url := "https://example.org/search?q=" + strings.Repeat("%D7%A9", 330)
	l := newLayout("see "+url, plainFace, 300, true)
	if len(l.links) != 1 || l.links[0].Target != url {
		t.Fatalf("links %v", l.links)
	}
	if len(l.lines) < 30 || l.width > 300.5 {
		t.Errorf("%d lines, %g wide", len(l.lines), l.width)
	}
	for i := range l.lines[1:] {
		for _, r := range l.runsOf(i + 1) {
			if r.link != 0 {
				t.Fatalf("line %d is not part of the link", i+1)
			}
		}
	}
}

func TestCutText(t *testing.T) {
	text := strings.Repeat("wörd ", 20000)
	l := newLayout(text, plainFace, 300, false)
	if len(l.shown) > maxShown+3 || !strings.HasSuffix(l.shown, "…") {
		t.Errorf("%d bytes are shown", len(l.shown))
	}
	if got := l.sourceAt(len(l.shown)); got != len(text) {
		t.Errorf("the end stands for %d of %d", got, len(text))
	}
	if got := l.sourceAt(1000); got != 1000 {
		t.Errorf("the middle stands for %d", got)
	}
}

func TestHiddenCharacters(t *testing.T) {
	l := newLayout("a\u202Eb\u2066c", plainFace, 300, false)
	if l.shown != "abc" || l.sourceAt(1) != 4 || l.sourceAt(3) != 9 {
		t.Errorf("%q, %v", l.shown, l.at)
	}
}

func TestOnlyEmojiGrow(t *testing.T) {
	for text, grows := range map[string]bool{
		"😀": true, "😀 😀": true, "👨‍👩‍👧‍👦": true, "🇺🇦🏳️‍🌈❤️": true, " 😀\n": true,
		"": false, " ": false, "😀😀😀😀": false, "😀!": false, "1": false, "☎": false, "❤︎": false,
	} {
		if l := newLayout(text, plainFace, 300, true); (l.face.size > plainFace.size) != grows {
			t.Errorf("%q grows: %v", text, !grows)
		}
	}
}

// texts are strings of everything that people and attackers write.
func texts() *rapid.Generator[string] {
	part := rapid.SampledFrom([]string{
		"a", "word", "Wörter", " ", "  ", "\n", "\t", "-", "/", "…", "(", ")", "日本語", "。", "한국어",
		"שלום", "عربي", "١٢", "12", "नमस्ते", "ภาษาไทย", "e\u0301", "\u0301", "\u200d", "\u202e", "\u00ad", "\u3000", "\u00a0",
		"😀", "👍🏽", "👨‍👩‍👧‍👦", "🇺🇦", "🇺", "1️⃣", "❤️", "❤︎", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "https://example.org/a?b=c", "www.example.org", "mailto:a@example.org",
		"mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm", "\xff", "\r\n",
	})
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(part, 0, 30).Draw(t, "parts"), "") })
}

func TestLayoutHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		width := rapid.Float32Range(1, 500).Draw(t, "width")
		l := newLayout(text, plainFace, width, rapid.Bool().Draw(t, "grow"))
		if err := checkLayout(l, width); err != "" {
			t.Fatalf("%q at %g: %s", text, width, err)
		}
	})
}

// checkLayout says what is wrong with a layout; "" for nothing.
func checkLayout(l *layout, width float32) string {
	at := 0
	for i := range l.lines {
		n := &l.lines[i]
		if n.start != at || n.end < n.start {
			return "the lines do not follow each other"
		}
		at = n.end
		if at < len(l.shown) && l.shown[at] == '\n' {
			at++
		}
		if what := checkLine(l, i, max(width, l.face.size)); what != "" {
			return what
		}
	}
	switch last := l.lines[len(l.lines)-1]; {
	case last.end != len(l.shown):
		return "the lines do not reach the end"
	case l.height != l.step*float32(len(l.lines)):
		return "the height is wrong"
	case l.at != nil && !slices.IsSorted(l.at):
		return "the source goes back"
	}
	return ""
}

func checkLine(l *layout, i int, width float32) string {
	n := &l.lines[i]
	pieces := l.pieces[n.first:n.last]
	at, widest := n.start, float32(0)
	for _, p := range pieces {
		widest = max(widest, p.width)
		if p.start != at || p.end <= p.start || p.end-p.start > maxPiece {
			return "the pieces do not follow each other"
		}
		at = p.end
	}
	if rest := l.shown[at:n.end]; strings.TrimFunc(rest, isSpace) != "" {
		return "something at the end of a line is not shown"
	}
	if n.width > width+0.5 && n.width > widest+0.5 {
		return "a line is too wide"
	}
	x, bytes := float32(0), 0
	for _, r := range l.runsOf(i) {
		if r.x < x-0.01 || r.x > x+0.01 {
			return "the runs do not stand beside each other"
		}
		x, bytes = x+r.width, bytes+r.end-r.start
		sum := float32(0)
		for _, p := range l.piecesOf(i, r) {
			sum += p.width
		}
		if sum < r.width-0.01 || sum > r.width+0.01 {
			return "a run is not as wide as its pieces"
		}
	}
	if len(pieces) > 0 && bytes != pieces[len(pieces)-1].end-n.start {
		return "the runs are not the whole line"
	}
	return ""
}

func isSpace(r rune) bool { return strings.TrimSpace(string(r)) == "" }

// TestLayoutIsLinear lays out what could make it slow. Each takes some
// milliseconds; where work grows with the square of the text it is seconds.
func TestLayoutIsLinear(t *testing.T) {
	for name, part := range map[string]string{
		"one word":            "a",
		"one word of two":     "é",
		"words":               "hello world ",
		"breaks, then Greek":  "a/",
		"joiners":             "👨\u200d",
		"marks":               "e\u0301",
		"Hebrew":              "א",
		"brackets":            "(א",
		"pairs":               "(א) ",
		"links":               "http://a.b ",
		"half links":          "http://",
		"spaces":              " ",
		"tabs":                "\t",
		"lines":               "\n",
		"ideographs":          "日",
		"flags":               "🇺🇦",
		"one emoji":           "😀",
		"everything together": "a(א😀日\u200d1",
	} {
		text := strings.Repeat(part, (maxShown-8)/len(part)) + "λ"
		best := time.Hour
		for range 3 {
			start := time.Now()
			l := newLayout(text, plainFace, 300, true)
			for i := range l.lines {
				l.runsOf(i)
			}
			best = min(best, time.Since(start))
		}
		if best > time.Second {
			t.Errorf("%s: %v", name, best)
		}
		t.Logf("%s: %v", name, best)
	}
}

// TestHitFindsEveryCluster goes from a cluster to its place and back.
func TestHitFindsEveryCluster(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		const width = 200
		l := newLayout(text, plainFace, width, false)
		for i := range l.lines {
			for _, r := range l.runsOf(i) {
				if r.kind == pieceTab {
					continue
				}
				for _, p := range l.piecesOf(i, r) {
					for a := p.start; a < p.end; {
						b := a + firstCluster(l.shown[a:p.end])
						hitCluster(t, l, i, r, a, b, width)
						a = b
					}
				}
			}
		}
	})
}

func hitCluster(t *rapid.T, l *layout, i int, r run, a, b int, width float32) {
	if strings.HasSuffix(l.shown[:a], "\u200d") {
		return // between two scripts the joiner stands with either
	}
	var pos fyne.Position
	var size fyne.Size
	n := 0
	l.marks(a, b, width, i, i+1, func(p fyne.Position, s fyne.Size) { pos, size, n = p, s, n+1 })
	if n == 0 || size.Width < 0.5 {
		return // takes no room, as a mark alone
	}
	if n > 1 {
		t.Fatalf("%q: %d marks for one cluster of %q", l.shown, n, l.shown[a:b])
	}
	y := pos.Y + size.Height/2
	left, right := l.hit(pos.X+size.Width*0.25, y, width), l.hit(pos.X+size.Width*0.75, y, width)
	if r.level%2 == 1 {
		left, right = right, left
	}
	if left.offset != a || right.offset != b {
		t.Fatalf("%q: %q from %d to %d is hit as %d and %d", l.shown, l.shown[a:b], a, b, left.offset, right.offset)
	}
	if left.link != r.link || !left.over {
		t.Fatalf("%q: link %d, over %v", l.shown, left.link, left.over)
	}
}

func TestHitOutside(t *testing.T) {
	l := newLayout("first line\nsecond", plainFace, 300, false)
	for _, c := range []struct {
		x, y float32
		want int
	}{
		{-10, -10, 0},
		{-10, 5, 0},
		{290, 5, 10},
		{-10, 300, 11},
		{290, 300, 17},
	} {
		if got := l.hit(c.x, c.y, 300); got.offset != c.want || got.over && c.y > l.height {
			t.Errorf("at %g, %g: %+v, want %d", c.x, c.y, got, c.want)
		}
	}
	rtl := newLayout("שלום", plainFace, 300, false)
	if a, b := rtl.hit(299, 5, 300), rtl.hit(0, 5, 300); a.offset != 0 || b.offset != len("שלום") {
		t.Errorf("right to left: %v at the right, %v at the left", a, b)
	}
}

func TestMarks(t *testing.T) {
	l := newLayout("one two\n\nthree", plainFace, 300, false)
	count := func(from, to, first, last int) (n int) {
		l.marks(from, to, 300, first, last, func(fyne.Position, fyne.Size) { n++ })
		return n
	}
	for _, c := range []struct{ from, to, first, last, want int }{
		{0, 0, 0, 3, 0},
		{0, 3, 0, 3, 1},
		{0, len(l.shown), 0, 3, 3}, // the empty line as well
		{0, len(l.shown), 0, 1, 1}, // but only what is asked for
		{7, 8, 0, 3, 0},            // a line end alone
	} {
		if got := count(c.from, c.to, c.first, c.last); got != c.want {
			t.Errorf("%v: %d marks", c, got)
		}
	}
	mixed := newLayout("ab שלום cd", plainFace, 300, false)
	n := 0
	mixed.marks(1, 7, 300, 0, 1, func(fyne.Position, fyne.Size) { n++ })
	if n != 2 { // "b " and the right half of the word
		t.Errorf("%d marks for a part of two directions", n)
	}
}

func TestWordAt(t *testing.T) {
	l := newLayout("don't stop, größe 日本", plainFace, 500, false)
	for at, want := range map[int]string{0: "don't", 3: "don't", 5: "don't", 6: "stop", 10: "stop", 11: " ", 12: "größe", 20: "日本"} {
		if from, to := l.wordAt(at); l.shown[from:to] != want {
			t.Errorf("at %d: %q, want %q", at, l.shown[from:to], want)
		}
	}
}

func TestLinksAreWhole(t *testing.T) {
	text := "see https://example.org/a(b) and mailto:a@example.org."
	l := newLayout(text, plainFace, 90, false)
	found := map[int16]string{}
	for i := range l.lines {
		for _, r := range l.runsOf(i) {
			if r.link >= 0 {
				found[r.link] += l.shown[r.start:r.end]
			}
		}
	}
	for i, want := range links.Find(text) {
		if found[int16(i)] != text[want.Start:want.End] {
			t.Errorf("link %d is drawn as %q", i, found[int16(i)])
		}
	}
}

// TestVisualRuns reads lines of both directions as they stand on the screen.
func TestVisualRuns(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"hello world", "hello world"},
		{"שלום עולם", "עולם| |שלום"},
		{"שלום, עולם!", "!|עולם| |,|שלום"},
		{"hello שלום עולם bye", "hello |עולם| |שלום| bye"},
		{"שלום (abc) 12", "12| |(|abc|)| |שלום"},
		{"a 😀 b", "a |😀| b"},
		{"שלום 😀", "😀| |שלום"},
	} {
		l := newLayout(c.text, plainFace, 500, false)
		var got []string
		for _, r := range l.runsOf(0) {
			got = append(got, strings.TrimPrefix(l.textOf(r), usualFont))
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%s: %s, want %s", c.text, s, c.want)
		}
	}
	rtl := newLayout("שלום\nabc", plainFace, 500, false)
	if rtl.left(0, 100) <= 0 || rtl.left(1, 100) != 0 {
		t.Error("paragraphs do not stand on their own side")
	}
}
