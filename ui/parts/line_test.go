// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"

	"chatsecure.org/desktop/theme"
)

func TestOneLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "",
		"plain":                  "plain",
		" two\n lines\t":         "two lines",
		"a\u202eb\u2066c\u200fd": "abcd",
		"bell\a":                 "bell",
	} {
		if got := oneLine(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
	if got := oneLine(strings.Repeat("é", 500)); len(got) > 410 || !strings.HasSuffix(got, "…") {
		t.Errorf("%d bytes of a long text", len(got))
	}
}

func TestElide(t *testing.T) {
	newKit(t, theme.Options{})
	for _, c := range []struct {
		text string
		fits string // what the line is as wide as
		want string
	}{
		{"hello world", "hello world", "hello world"},
		{"hello world", "hello…", "hello…"},
		{"hello world", "hello …", "hello…"}, // no space before it
		{"hello world", "h…", "h…"},
		{"hello world", "", "…"},
		{"👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "mmr", "👨‍👩‍👧‍👦…"},
	} {
		width := newLine(c.fits, plainFace).width + 0.1
		if got := newLine(c.text, plainFace); got.width > width {
			if s := elide(got, width); s != c.want {
				t.Errorf("%q in %q: %q", c.text, c.fits, s)
			}
		} else if c.text != c.want {
			t.Errorf("%q fits", c.text)
		}
	}
}

func TestElidedFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := oneLine(texts().Draw(t, "text"))
		width := rapid.Float32Range(20, 300).Draw(t, "width")
		whole := newLine(text, plainFace)
		if whole.width <= width {
			return
		}
		cut := elide(whole, width)
		if l := newLine(cut, plainFace); l.width > width+1 || len(l.lines) != 1 {
			t.Fatalf("%q cut to %q is %g wide, want %g", text, cut, l.width, width)
		}
		if !strings.HasPrefix(whole.shown, strings.TrimSuffix(cut, "…")) {
			t.Fatalf("%q cut to %q", text, cut)
		}
	})
}

func TestLine(t *testing.T) {
	kit := newKit(t, theme.Options{})
	l := NewLine(kit, "Zoë 😀 www.example.org", Style{Bold: true})
	if min := l.MinSize(); min.Width != 0 || min.Height != l.style.face().line() {
		t.Errorf("wants %v", min)
	}
	if l.Fit = true; l.MinSize().Width < 100 {
		t.Errorf("wants %v to fit", l.MinSize())
	}
	l.Resize(fyne.NewSize(300, 20))
	kinds := map[string]int{}
	for _, o := range test.TempWidgetRenderer(t, l).Objects() {
		switch o.(type) {
		case *canvas.Text:
			kinds["text"]++
		case *canvas.Image:
			kinds["emoji"]++
		default:
			kinds["other"]++
		}
	}
	if kinds["text"] != 2 || kinds["emoji"] != 1 || kinds["other"] != 0 { // no link
		t.Errorf("drawn with %v", kinds)
	}
	l.Set("other\ntext")
	if l.Text() != "other text" || l.shown.shown != "other text" {
		t.Errorf("shows %q", l.shown.shown)
	}
	for align, want := range map[fyne.TextAlign]float32{
		fyne.TextAlignLeading: 0, fyne.TextAlignCenter: (300 - l.shown.width) / 2, fyne.TextAlignTrailing: 300 - l.shown.width,
	} {
		l.SetStyle(Style{Bold: true, Align: align})
		if x := l.drawn.objects[0].Position().X; x != want {
			t.Errorf("alignment %d begins at %g, want %g", align, x, want)
		}
	}
	l.SetStyle(Style{Size: theme.SizeHeadline})
	if l.shown.face.size != theme.Size(theme.SizeHeadline) {
		t.Error("another style is not shown")
	}
}
