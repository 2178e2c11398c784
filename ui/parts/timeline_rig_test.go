// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// said is a message as a test writes it down.
type said struct {
	text   string
	own    bool
	status chat.Status
	minute int // since the beginning
}

var beginning = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// rowsOf makes rows as the view-model does: groups of one side, separators where
// a day begins. From counts the messages that are not loaded.
func rowsOf(from int, messages []said) []model.Row {
	var rows []model.Row
	for i, m := range messages {
		r := model.Row{
			Key: fmt.Sprintf("m%d", from+i+1), ID: chat.MsgID(from + i + 1), Kind: model.RowMessage, Text: m.text,
			Own: m.own, Status: m.status, First: true, Last: true, Time: beginning.Add(time.Duration(m.minute) * time.Minute),
		}
		if i == 0 || !sameDay(r.Time, beginning.Add(time.Duration(messages[i-1].minute)*time.Minute)) {
			rows = append(rows, model.Row{Key: "d" + r.Time.Format(time.DateOnly) + r.Key, Kind: model.RowDay, Time: r.Time})
		} else if n := len(rows) - 1; rows[n].Own == r.Own && m.minute-messages[i-1].minute < 5 {
			rows[n].Last, r.First = false, false
		}
		rows = append(rows, r)
	}
	return rows
}

// talk is a long conversation of messages of every kind.
func talk(n int, seed uint64) []said {
	r := rand.New(rand.NewPCG(seed, 2))
	messages := make([]said, n)
	minute := 0
	for i := range messages {
		minute += r.IntN(9)
		if r.IntN(40) == 0 {
			minute += 600
		}
		m := said{own: r.IntN(2) == 0, status: chat.Read, minute: minute}
		switch r.IntN(12) {
		case 0:
			m.text = "👍🏽"
		case 1:
			m.text = prose(1500, uint64(i))
		case 2:
			m.text = "see https://example.org/" + strings.Repeat("path/", r.IntN(30)) + " 😀"
		case 3:
			m.text = strings.Repeat("one line\n", r.IntN(25)) + "the end"
		case 4:
			m.text, m.own, m.status = "not sent", true, chat.Failed
		default:
			m.text = prose(3+r.IntN(160), uint64(i))
		}
		messages[i] = m
	}
	return messages
}

// rig is a timeline in a window, and what it has called back.
type rig struct {
	*Timeline
	window fyne.Window
	heard  []string
}

func newRig(t testing.TB, width, height float32) *rig {
	return newRigOf(t, theme.Options{}, width, height)
}

func newRigOf(t testing.TB, o theme.Options, width, height float32) *rig {
	t.Helper()
	kit := newKit(t, o)
	r := &rig{Timeline: NewTimeline(kit)}
	note := func(what string) { r.heard = append(r.heard, what) }
	r.OnNeedOlder = func() { note("older") }
	r.OnNeedNewer = func() { note("newer") }
	r.OnLink = func(url string) { note("link " + url) }
	r.OnRetry = func(id chat.MsgID) { note("retry " + id.String()) }
	r.OnDelete = func(id chat.MsgID) { note("delete " + id.String()) }
	r.OnSeen = func(id chat.MsgID) { note("seen " + id.String()) }
	r.OnAtEnd = func(on bool) { note(fmt.Sprint("end ", on)) }
	r.OnType = func(c rune) { note("type " + string(c)) }
	r.window = test.NewWindow(nil)
	t.Cleanup(r.window.Close)
	r.window.SetPadded(false)
	r.window.SetContent(container.NewStack(NewFill(kit, theme.ColorBackground), r.Timeline))
	r.window.Resize(fyne.NewSize(width, height))
	return r
}

// hears forgets what was called back and returns it.
func (r *rig) hears() string {
	all := strings.Join(r.heard, ", ")
	r.heard = nil
	return all
}

// places are the tops of what is drawn of the rows in view, on the screen.
func (r *rig) places() map[string]float32 {
	at := map[string]float32{}
	for e, v := range r.scene.views {
		at[e.row.Key] = v.box.Position().Y + e.gap
	}
	return at
}

// shown are the keys of the rows in view, from the top.
func (r *rig) shown() []string {
	var keys []string
	for _, e := range r.entries[r.geometry.first:r.geometry.last] {
		keys = append(keys, e.row.Key)
	}
	return keys
}

// press, drag and release do what the toolkit's driver does with the mouse.
func (r *rig) press(x, y float32, modifier fyne.KeyModifier) {
	e := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary, Modifier: modifier}
	e.Position = fyne.NewPos(x, y)
	r.MouseMoved(e)
	r.MouseDown(e)
}

func (r *rig) drag(x, y float32) {
	e := &fyne.DragEvent{}
	e.Position = fyne.NewPos(x, y)
	r.Dragged(e)
}

func (r *rig) release(x, y float32) {
	e := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}
	e.Position = fyne.NewPos(x, y)
	dragged := r.pointer.dragged
	r.MouseUp(e)
	if dragged {
		r.DragEnd()
	}
}

func (r *rig) click(x, y float32) {
	r.press(x, y, 0)
	r.release(x, y)
}

func (r *rig) wheel(dy float32) {
	r.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, dy)})
}

// textAt is where a text stands on the screen: the middle of its first letter's
// left edge.
func (r *rig) textAt(t testing.TB, key, text string) (x, y float32) {
	t.Helper()
	e := r.entries[r.index[key]]
	offset := strings.Index(e.text.shown, text)
	if offset < 0 || r.scene.views[e] == nil {
		t.Fatalf("%q is not in view in %s", text, key)
	}
	found := false
	e.text.marks(offset, offset+len(text), e.textWidth, 0, len(e.text.lines), func(p fyne.Position, s fyne.Size) {
		if !found {
			x, y, found = p.X+e.textAt.X, p.Y+e.textAt.Y+s.Height/2, true
		}
	})
	return x + 0.5, y + r.scene.views[e].box.Position().Y
}
