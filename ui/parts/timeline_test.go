// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
)

// lines are short messages of the other side, a minute apart from the last.
func lines(n int) []said {
	messages := make([]said, n)
	for i := range messages {
		messages[i] = said{text: fmt.Sprint("line ", i+1), minute: i * 6}
	}
	return messages
}

func TestOpensAtTheEnd(t *testing.T) {
	r := newRig(t, 500, 400)
	r.SetRows(nil, false, false)
	r.hears()
	r.SetRows(rowsOf(0, lines(50)), true, false)
	if got := r.hears(); got != "end true, seen 50" {
		t.Errorf("heard %q", got)
	}
	keys := r.shown()
	if keys[len(keys)-1] != "m50" || r.geometry.below() > 0 {
		t.Errorf("shows %v", keys)
	}
}

func TestOpensAtTheUnreadLine(t *testing.T) {
	for _, laidOut := range []bool{true, false} {
		r := newRig(t, 500, 400)
		if !laidOut {
			r.geometry.view = 0
		}
		rows := slices.Insert(rowsOf(0, lines(50)), 21, model.Row{Key: "unread", Kind: model.RowUnread})
		r.SetRows(rows, true, false)
		r.JumpTo("unread")
		r.resize(fyne.NewSize(500, 400))
		y, ok := r.places()["unread"]
		if !ok || y < 60 || y > 110 {
			t.Errorf("laid out %v: the line is at %g, %v", laidOut, y, ok)
		}
		if got := r.hears(); strings.Contains(got, "end true") || strings.Contains(got, "seen 50") {
			t.Errorf("laid out %v: heard %q before anything was read", laidOut, got)
		}
	}
}

func TestFewRowsStandAtTheBottom(t *testing.T) {
	r := newRig(t, 500, 400)
	r.SetRows(rowsOf(0, lines(2)), false, false)
	e := r.entries[2]
	if bottom := r.places()["m2"] + e.height - e.gap; bottom != 400-timelineAir {
		t.Errorf("the last ends at %g", bottom)
	}
	if got := r.hears(); got != "end true, seen 2" {
		t.Errorf("heard %q", got)
	}
}

func TestStaysAtTheEnd(t *testing.T) {
	r := newRig(t, 500, 400)
	messages := lines(60)
	r.SetRows(rowsOf(0, messages[:50]), true, false)
	atEnd := func(what string) {
		t.Helper()
		if keys := r.shown(); r.geometry.below() > 0 || keys[len(keys)-1] != r.entries[len(r.entries)-1].row.Key {
			t.Errorf("%s: the end is not in view", what)
		}
	}
	r.SetRows(rowsOf(0, messages[:51]), true, false)
	atEnd("a message came")
	r.window.Resize(fyne.NewSize(500, 300)) // the composer grows
	atEnd("smaller")
	r.window.Resize(fyne.NewSize(300, 700))
	atEnd("narrower")
	r.SetRows(rowsOf(20, messages[20:51]), true, false)
	atEnd("older rows dropped")
	r.scrollBy(10)
	r.SetRows(rowsOf(20, messages[20:51]), true, false)
	if r.geometry.below() < 9 {
		t.Error("nothing came, and it jumped to the end")
	}
	r.SetRows(rowsOf(20, messages[20:52]), true, false)
	atEnd("a message came while nearly at the end")
	r.scrollBy(500)
	before := r.places()
	r.SetRows(rowsOf(20, messages[20:53]), true, false)
	for key, y := range r.places() {
		if was, ok := before[key]; ok && was != y {
			t.Fatalf("%s moved from %g to %g", key, was, y)
		}
	}
	messages[53].own, messages[53].status = true, chat.Queued
	r.SetRows(rowsOf(20, messages[20:54]), true, false)
	atEnd("an own message")
}

func TestAsksForMoreOnce(t *testing.T) {
	r := newRig(t, 500, 400)
	messages := lines(200)
	r.SetRows(rowsOf(100, messages[100:150]), true, true)
	if got := r.hears(); !strings.Contains(got, "newer") || strings.Contains(got, "older") {
		t.Fatalf("heard %q at the bottom", got)
	}
	r.scrollBy(-50)
	if got := r.hears(); strings.Contains(got, "newer") {
		t.Error("asked twice")
	}
	r.SetRows(rowsOf(100, messages[100:150]), true, true) // it could not be read
	r.SetRows(rowsOf(100, messages[100:150]), true, true)
	if got := r.hears(); strings.Contains(got, "newer") {
		t.Error("asks again and again for what does not come")
	}
	r.wheel(-25)
	if got := r.hears(); !strings.Contains(got, "newer") {
		t.Error("does not ask again when the person scrolls")
	}
	r.SetRows(rowsOf(100, messages[100:200]), true, false)
	r.hears()
	for range 40 {
		r.wheel(25)
	}
	if got := r.hears(); strings.Count(got, "older") != 1 || strings.Contains(got, "newer") {
		t.Errorf("heard %q on the way up", got)
	}
	r.SetRows(rowsOf(50, messages[50:150]), true, true)
	for range 100 {
		r.wheel(25)
	}
	if got := r.hears(); strings.Count(got, "older") != 1 {
		t.Errorf("heard %q farther up", got)
	}
}

func TestAtEnd(t *testing.T) {
	r := newRig(t, 500, 400)
	r.SetRows(rowsOf(0, lines(50)), false, false)
	r.hears()
	r.scrollBy(300)
	if got := r.hears(); got != "end false, seen 43" { // rows are 42 high, 300 of them are below
		t.Errorf("heard %q", got)
	}
	r.scrollBy(-100)
	if got := r.hears(); !strings.HasPrefix(got, "seen 4") {
		t.Errorf("heard %q", got)
	}
	r.JumpToEnd()
	if got := r.hears(); got != "end true, seen 50" {
		t.Errorf("heard %q", got)
	}
	r.SetRows(nil, false, false)
	if got := r.hears(); got != "end false" {
		t.Errorf("heard %q of no rows", got)
	}
}

// TestSeenOfALongMessage: one that is higher than the view has been seen when its
// end has.
func TestSeenOfALongMessage(t *testing.T) {
	r := newRig(t, 500, 400)
	messages := lines(20)
	messages[10].text = strings.Repeat("a line\n", 80) + "the end"
	r.SetRows(rowsOf(0, messages), false, false)
	r.JumpTo("m10")
	if got := r.hears(); !strings.HasSuffix(got, "seen 10") {
		t.Fatalf("heard %q", got)
	}
	for range 200 {
		if r.scrollBy(-20); strings.Contains(r.hears(), "seen 11") {
			e := r.entries[r.index["m11"]]
			if end := r.places()["m11"] - e.gap + e.height; end > 401 || end < 381 {
				t.Errorf("seen with its end at %g", end)
			}
			return
		}
	}
	t.Error("never seen")
}

// TestCallbacksMaySetRows does what a model does: it changes the rows while it is
// called back.
func TestCallbacksMaySetRows(t *testing.T) {
	r := newRig(t, 500, 400)
	messages := lines(300)
	from := 200
	note := r.OnAtEnd
	r.OnAtEnd = func(on bool) {
		note(on)
		r.SetRows(rowsOf(from, messages[from:]), true, false)
	}
	r.OnNeedOlder = func() {
		if from >= 50 {
			from -= 50
			r.SetRows(rowsOf(from, messages[from:]), from > 0, false)
		}
	}
	r.SetRows(rowsOf(from, messages[from:]), true, false)
	r.scrollTo(0)
	for i := 0; from > 0 && i < 100; i++ {
		r.scrollBy(3000)
	}
	r.scrollTo(0)
	if first := r.shown()[0]; from != 0 || first != "d2026-11-20m1" {
		t.Errorf("came to %d, shows %s", from, first)
	}
}

func TestJumpTo(t *testing.T) {
	r := newRig(t, 500, 400)
	messages := lines(100)
	messages[60].text = strings.Repeat("word ", 2000)
	r.SetRows(rowsOf(0, messages), false, false)
	r.JumpTo("m30")
	if y := r.places()["m30"]; y < 150 || y > 230 {
		t.Errorf("a message that was looked for is at %g", y)
	}
	r.JumpTo("m61")
	if y := r.places()["m61"]; y < 0 || y > 40 {
		t.Errorf("a long message begins at %g", y)
	}
	before := r.shown()
	r.JumpTo("m1000")
	if !slices.Equal(before, r.shown()) {
		t.Error("a row that is not there moved something")
	}
	r.JumpTo("m1")
	if r.geometry.first != 0 || r.geometry.top != timelineAir {
		t.Error("a gap above the first row")
	}
}

// TestSettingTheSameRowsIsCheap: nothing is measured again, nothing drawn.
func TestSettingTheSameRowsIsCheap(t *testing.T) {
	r := newRig(t, 500, 400)
	rows := rowsOf(0, talk(300, 3))
	r.SetRows(rows, true, false)
	made := map[*entry]int{}
	for _, e := range r.entries {
		made[e] = e.made
	}
	r.SetRows(slices.Clone(rows), true, false)
	for _, e := range r.entries {
		if e.made != made[e] {
			t.Fatalf("%s was measured again", e.row.Key)
		}
	}
	last := len(rows) - 1
	layout := r.entries[last].text
	rows = slices.Clone(rows)
	rows[last].Status, rows[last].Own = chat.Failed, true
	r.SetRows(rows, true, false)
	if e := r.entries[last]; e.made == made[e] || e.text != layout || e.failed == nil {
		t.Error("a message that failed: not measured again, or its text laid out again")
	}
}

func TestDeletedWhileInView(t *testing.T) {
	r := newRig(t, 500, 400)
	messages := lines(40)
	messages[20].text = strings.Repeat("a line\n", 80)
	rows := rowsOf(0, messages)
	r.SetRows(rows, false, false)
	r.JumpTo("m21")
	r.scrollBy(-400) // nothing else is in view
	if keys := r.shown(); !slices.Equal(keys, []string{"m21"}) {
		t.Fatalf("shows %v", keys)
	}
	i := r.index["m21"]
	r.SetRows(slices.Delete(slices.Clone(rows), i, i+1), false, false)
	if y, ok := r.places()["m22"]; !ok || y > 60 {
		t.Errorf("what came after it is at %g, %v", y, ok)
	}
}

func TestEmpty(t *testing.T) {
	r := newRig(t, 500, 400)
	r.SetRows(nil, false, false)
	words := r.kit.Words.Text("timeline.empty")
	if r.scene.empty.text.Text != words || !slices.Contains(r.drawn.objects, fyne.CanvasObject(r.scene.empty.text)) {
		t.Error("an empty conversation says nothing")
	}
	r.SetRows(rowsOf(0, lines(1)), false, false)
	if slices.Contains(r.drawn.objects, fyne.CanvasObject(r.scene.empty.text)) {
		t.Error("the words stay")
	}
}

// TestViewsAreUsedAgain scrolls through everything and counts what was made for
// it.
func TestViewsAreUsedAgain(t *testing.T) {
	r := newRig(t, 500, 400)
	r.SetRows(rowsOf(0, talk(400, 8)), false, false)
	made := map[*bubbleView]bool{}
	for stuck := false; !stuck; {
		stuck = r.scrollBy(120)
		for _, v := range r.scene.views {
			made[v] = true
		}
	}
	if len(made) > 40 {
		t.Errorf("%d views for a screen of a dozen rows", len(made))
	}
	if n := len(r.scene.views) + len(r.scene.free); n != len(made) {
		t.Errorf("%d views are kept of %d", n, len(made))
	}
}

// TestDrawingIsWhereGeometryIs compares the two after each step.
func TestDrawingIsWhereGeometryIs(t *testing.T) {
	r := newRig(t, 500, 400)
	r.SetRows(rowsOf(0, talk(100, 4)), false, false)
	for range 3000 {
		stuck := r.scrollBy(37)
		top := r.geometry.top
		for i := r.geometry.first; i < r.geometry.last; i++ {
			e := r.entries[i]
			v := r.scene.views[e]
			if v == nil || v.box.Position() != fyne.NewPos(0, float32(top)) || v.shown.entry != e {
				t.Fatalf("%s is drawn elsewhere", e.row.Key)
			}
			if first := float32(v.shown.first) * e.text.step; e.row.Kind == model.RowMessage && first > max(-float32(top)-e.textAt.Y, 0) {
				t.Fatalf("%s: lines in view are not drawn", e.row.Key)
			}
			top += float64(e.height)
		}
		if stuck {
			return
		}
	}
	t.Error("the top was not reached")
}

// TestLongTextsAreForgotten: somebody sends many of them, and the person scrolls
// through all.
func TestLongTextsAreForgotten(t *testing.T) {
	r := newRig(t, 500, 400)
	messages := make([]said, 60)
	for i := range messages {
		messages[i] = said{text: prose(40<<10, uint64(i)), minute: 6 * i}
	}
	r.SetRows(rowsOf(0, messages), false, false)
	kept := func() (n, bytes int) {
		for _, e := range r.entries {
			if e.text != nil {
				n, bytes = n+1, bytes+len(e.text.shown)
			}
		}
		return n, bytes
	}
	heights := map[string]float32{}
	for range 60 * 80 {
		stuck := r.scrollBy(380)
		for e := range r.scene.views {
			if before, ok := heights[e.row.Key]; ok && before != e.height {
				t.Fatalf("%s had a height of %g, and now %g", e.row.Key, before, e.height)
			}
			heights[e.row.Key] = e.height
		}
		if n, bytes := kept(); bytes > longBudget+longLeast*(40<<10) {
			t.Fatalf("%d layouts of %d bytes are kept", n, bytes)
		}
		if stuck {
			break
		}
	}
	if len(heights) < 60 {
		t.Fatalf("%d rows were seen", len(heights))
	}
	r.SelectAll()
	if got := len(r.Copy()); got < 60*40<<10 {
		t.Errorf("%d bytes were copied", got)
	}
	if n, _ := kept(); n > 20 {
		t.Errorf("copying has laid out %d rows", n)
	}
	r.JumpTo("m60")
	r.scrollBy(-5000)
	if what := r.geometry.check(r.measured()); what != "" {
		t.Error(what)
	}
}
