// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/resources/csres"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// stickerWords is a bundle that has a pack.
func stickerWords(t *testing.T) *resources.Bundle {
	t.Helper()
	brand, err := csres.Open("../../resources/examples/simple.csres")
	if err != nil {
		t.Fatal(err)
	}
	words, err := resources.WithBrand(brand)
	if err != nil {
		t.Fatal(err)
	}
	return words
}

var party = model.Sticker{Pack: "pebbles", Name: "party"}

// stickerRows are a sticker of each side, one that answers, and one that is not here.
func stickerRows() []model.Row {
	rows := rowsOf(0, []said{
		{text: party.Code(), minute: 1},
		{text: ":pebbles-hello:", own: true, status: chat.Read, minute: 8},
		{text: ":pebbles-heart:", minute: 16},
		{text: ":other-one:", own: true, status: chat.Sent, minute: 22},
	})
	for i, s := range []model.Sticker{party, {Pack: "pebbles", Name: "hello"}, {Pack: "pebbles", Name: "heart"}} {
		rows[1+i].Sticker = s
	}
	rows[3].Quote = model.Quote{Shown: true, ID: 1, Own: true, Text: ":pebbles-hello:"}
	return rows
}

func TestPictureOfStickers(t *testing.T) {
	for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
		r := newRigOf(t, theme.Options{Mode: mode}, 400, 700)
		r.kit.Words = stickerWords(t)
		r.SetRows(stickerRows(), false, false)
		test.AssertRendersToImage(t, "timeline/stickers-"+string(mode)+".png", r.window.Canvas())
	}
}

func TestStickersAreCopiedAsText(t *testing.T) {
	r := newRig(t, 400, 700)
	r.kit.Words = stickerWords(t)
	r.SetRows(stickerRows(), false, false)
	r.SelectAll()
	got := r.Copy()
	for _, want := range []string{party.Code(), ":pebbles-hello:", ":other-one:"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q does not hold %q", got, want)
		}
	}
}

func TestStickerGrid(t *testing.T) {
	app := test.NewApp()
	t.Cleanup(app.Quit)
	app.Settings().SetTheme(theme.Current())
	kit := &Kit{Words: stickerWords(t)}
	if n := len(kit.Stickers()); n != 8 {
		t.Fatalf("%d stickers", n)
	}
	g := NewStickerGrid(kit)
	var picked []model.Sticker
	g.OnPick = func(s model.Sticker) { picked = append(picked, s) }
	w := test.NewWindow(g.Box)
	w.Resize(fyne.NewSize(SheetWidth+20, 400))
	w.Canvas().Focus(g.First())
	for _, key := range []fyne.KeyName{fyne.KeyRight, fyne.KeyDown, fyne.KeyLeft, fyne.KeyUp, fyne.KeyUp, fyne.KeyReturn} {
		w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: key})
	}
	if want := (model.Sticker{Pack: "pebbles", Name: "hello"}); len(picked) != 1 || picked[0] != want {
		t.Errorf("picked %v", picked)
	}
	rows := map[float32]int{}
	for _, c := range g.cells {
		rows[c.Position().Y]++
	}
	if len(rows) != 2 || rows[0] != stickerColumns {
		t.Errorf("they stand in rows of %v", rows)
	}
	if got := kit.Plainly(" " + party.Code()); got != kit.Words.Text("own.sticker.party") {
		t.Errorf("in words: %q", got)
	}
	if got := (&Kit{Words: resources.Default()}).Plainly(party.Code()); got != party.Code() {
		t.Errorf("without the pack: %q", got)
	}
}

func TestAStickerThatCanNotBeReadSaysItsWords(t *testing.T) {
	r := newRig(t, 400, 400)
	r.kit.Words = stickerWords(t)
	book := r.kit.book()
	broken := book.byName[party]
	broken.PNG = []byte("no picture")
	book.byName[party] = broken
	r.SetRows(stickerRows()[:2], false, false)
	var said []string
	var look func(o fyne.CanvasObject)
	look = func(o fyne.CanvasObject) {
		var children []fyne.CanvasObject
		switch o := o.(type) {
		case *canvas.Text:
			said = append(said, o.Text)
		case *fyne.Container:
			children = o.Objects
		case fyne.Widget:
			children = test.WidgetRenderer(o).Objects()
		}
		for _, child := range children {
			look(child)
		}
	}
	look(r.window.Canvas().Content())
	if !slices.Contains(said, r.kit.Words.Text("own.sticker.party")) {
		t.Errorf("it says %q", said)
	}
}
