// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// offering is a timeline whose rows offer things to do, and what was chosen of them.
func offering(t *testing.T) (*rig, *[]model.Act) {
	t.Helper()
	r := newRig(t, 460, 820)
	var chosen []model.Act
	r.OnAct = func(_ chat.MsgID, act model.Act) { chosen = append(chosen, act) }
	r.SetTitle("Alice")
	rows := guarded()
	for i := range rows {
		if rows[i].ID == 0 {
			rows[i].ID = chat.MsgID(100 + i)
		}
	}
	r.SetRows(rows, false, false)
	return r, &chosen
}

func (r *rig) deedAt(t *testing.T, key string, n int) fyne.Position {
	t.Helper()
	e := r.entries[r.index[key]]
	if r.scene.views[e] == nil || n >= len(e.deeds) {
		t.Fatalf("%s offers %d things, in view %v", key, len(e.deeds), r.scene.views[e] != nil)
	}
	box := e.deeds[n].box
	return fyne.NewPos(box.x+box.w/2, box.y+box.h/2+r.scene.views[e].box.Position().Y)
}

func TestWhatARowOffersIsPressed(t *testing.T) {
	r, chosen := offering(t)
	for _, c := range []struct {
		key  string
		n    int
		want model.Act
	}{
		{"n1", 0, model.ActCheck},
		{"n2", 0, model.ActVerify},
		{"n2", 1, model.ActNotNow},
		{"n4", 1, model.ActRemoveOwn},
		{"m6", 0, model.ActAskAgain},
		{"m6", 1, model.ActDetails},
	} {
		*chosen = nil
		at := r.deedAt(t, c.key, c.n)
		r.click(at.X, at.Y)
		if len(*chosen) != 1 || (*chosen)[0] != c.want {
			t.Errorf("%s, %d: chose %v, want %v", c.key, c.n, *chosen, c.want)
		}
		*chosen = nil
		r.press(at.X, at.Y, 0)
		r.drag(at.X+150, at.Y+60)
		r.release(at.X+150, at.Y+60)
		if len(*chosen) != 0 {
			t.Errorf("%s: a drag chose %v", c.key, *chosen)
		}
		r.ClearSelection()
	}
}

func TestTheThirdButtonOfAFailure(t *testing.T) {
	r, chosen := offering(t)
	v := r.scene.views[r.entries[r.index["m7"]]]
	if v.look.Text() != r.kit.Words.Text("act.devices") {
		t.Errorf("says %q", v.look.Text())
	}
	test.Tap(v.look)
	if len(*chosen) != 1 || (*chosen)[0] != model.ActDevices {
		t.Errorf("chose %v", *chosen)
	}
}

func TestOffersByKeyboard(t *testing.T) {
	r, chosen := offering(t)
	r.window.Canvas().Focus(r.Timeline)
	var keys []string
	for range 9 {
		r.Choose(-1)
		row, _ := r.Chosen()
		keys = append(keys, row.Key)
	}
	want := []string{"n4", "m7", "m6", "m5", "m4", "n2", "n1", "m3", "m2"}
	for i := range want {
		if keys[i] != want[i] {
			t.Fatalf("went through %v, want %v", keys, want)
		}
	}
	items := r.menu(r.entries[r.index["n4"]], spotInText{link: -1}, fyne.Position{})
	if got := titles(items); got != "Yes, verify it No, remove it" {
		t.Errorf("the menu of a notice: %s", got)
	}
	items[1].Action()
	if len(*chosen) != 1 || (*chosen)[0] != model.ActRemoveOwn {
		t.Errorf("chose %v", *chosen)
	}
	if got := titles(r.menu(r.entries[r.index["m6"]], spotInText{link: -1}, fyne.Position{})); got != "(20 Nov 2026 09:35) - Ask Alice to send it again Details - Delete here" {
		t.Errorf("the menu of what could not be read: %s", got)
	}
}

// What a stranger calls themselves is no reason for a button to leave the row.
func TestOffersFit(t *testing.T) {
	r := newRigOf(t, theme.Options{Scale: 1.5}, 260, 700)
	r.SetTitle("A very long name that somebody has chosen who wants to see what happens then")
	rows := guarded()
	r.SetRows(rows, false, false)
	for _, e := range r.entries {
		r.ensure(e)
		for _, d := range e.deeds {
			if d.at.X < e.box.x || d.at.X+d.text.width > e.box.x+e.box.w+1 || d.at.Y+d.text.step > e.box.y+e.box.h+1 {
				t.Errorf("%s: %v outside of %v", e.row.Key, d.box, e.box)
			}
		}
	}
}
