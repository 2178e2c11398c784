// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/theme"
)

// styleNames are letters for the bits.
func styleName(s textStyle) string {
	name := ""
	for i, letter := range "bism.h" {
		if s&(1<<i) != 0 {
			name += string(letter)
		}
	}
	return name
}

func TestStyles(t *testing.T) {
	for text, want := range map[string]string{
		"plain":        "",
		"*a*":          "b.[*] b[a] b.[*]",
		"é *ü* ~x~":    "b.[*] b[ü] b.[*] s.[~] s[x] s.[~]",
		"_*a* b_":      "i.[_] bi.[*] bi[a] bi.[*] i[ b] i.[_]",
		"`*a*`":        "m.[`] m[*a*] m.[`]",
		"> *a*\n> b":   "h[> ] b.[*] b[a] b.[*] h[> ]",
		"```\nx\n```":  "m.[```] m[\nx\n] m.[```]",
		"2*3*4 a_b_c":  "",
		"*not\nover*":  "",
		"> ```\n> x\n": "h[> ] m.[```] m[\n] mh[> ] m[x]",
	} {
		parts, _ := readStyles(text)
		var got []string
		for _, p := range parts {
			got = append(got, fmt.Sprintf("%s[%s]", styleName(p.style), text[p.start:p.end]))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %s, want %s", text, s, want)
		}
	}
}

func TestDepthOfLines(t *testing.T) {
	newKit(t, theme.Options{})
	l := newLayout("> a\n>> b\n>\nc\n> d", textFace(), 300, true)
	got := ""
	for _, n := range l.lines {
		got += fmt.Sprint(n.depth)
	}
	if got != "12101" {
		t.Errorf("depths %s, want 12101", got)
	}
}

// However a text is set: no line is wider than there is room, every byte is on
// exactly one line, and what is selected is what was pressed.
func TestStyledTextKeepsItsLetters(t *testing.T) {
	newKit(t, theme.Options{})
	few(t, 300)
	texts := rapid.StringOf(rapid.RuneFrom([]rune("*_~`> \nabö😀שlong")))
	rapid.Check(t, func(t *rapid.T) {
		text, width := texts.Draw(t, "text"), float32(rapid.IntRange(40, 300).Draw(t, "width"))
		l := newLayout(text, textFace(), width, true)
		at := 0
		for i, n := range l.lines {
			for _, p := range l.pieces[n.first:n.last] {
				if p.start < at || p.end <= p.start {
					t.Fatalf("%q: piece %+v after %d", text, p, at)
				}
				at = p.end
			}
			if n.first < n.last && n.end > at && strings.TrimSpace(l.shown[at:n.end]) != "" {
				t.Fatalf("%q: %q is on no line", text, l.shown[at:n.end])
			}
			if n.last-n.first > 1 && n.width+n.indent() > width+max(l.face.size, 20)+0.5 {
				t.Fatalf("%q: line %d is %v wide", text, i, n.width)
			}
			for _, r := range l.runsOf(i) {
				s := l.hit(l.left(i, l.width)+r.x+0.1, float32(i)*l.step+1, l.width)
				if s.offset < n.start || s.offset > n.end {
					t.Fatalf("%q: line %d: hit %d outside %d to %d", text, i, s.offset, n.start, n.end)
				}
			}
		}
		if hidden := strings.Trim(l.shown[at:], " \n>"); hidden != "" {
			t.Fatalf("%q: %q is on no line", text, hidden)
		}
	})
}

func TestOnlyMessagesAreStyled(t *testing.T) {
	newKit(t, theme.Options{})
	if l := newLayout("*a* > b", textFace(), 300, false); len(l.runsOf(0)) != 1 {
		t.Error("words of the program are styled")
	}
	if l := newLine("*a*", textFace()); len(l.runsOf(0)) != 1 {
		t.Error("a name is styled")
	}
}

func BenchmarkStyled(b *testing.B) {
	newKit(b, theme.Options{})
	text := strings.Repeat("*strong* and _light_ and `code` and more\n> a quotation\n", 1000)
	b.ReportAllocs()
	for b.Loop() {
		newLayout(text, textFace(), 400, true)
	}
}

// TestTyped: a text that is to be shown as it was typed has no styles.
func TestTyped(t *testing.T) {
	for typed, want := range map[bool]bool{false: true, true: false} {
		l := layOut("*strong*\n> quoted", request{face: textFace(), width: 400, grow: true, typed: typed})
		styled := len(l.quotes) > 0
		for _, p := range l.pieces {
			styled = styled || p.style != 0
		}
		if styled != want {
			t.Errorf("typed %v: styled %v", typed, styled)
		}
	}
}
