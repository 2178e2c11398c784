// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fmt"
	"os"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// What stands in testdata is what a test has drawn once and somebody has looked
// at. To change it, look at testdata/failed and move it over. Text is of letters
// that the bundled fonts have: other machines have other ones.

var harbour = []said{
	{text: "Hi! Are you coming on Saturday?", minute: 7},
	{text: "Yes 😀 What time do we meet?", own: true, status: chat.Read, minute: 8},
	{text: "I'll bring the papers of the boat.", own: true, status: chat.Delivered, minute: 9},
	{text: "Around noon. This is where it is: https://example.org/harbour#pier-7, beside the old crane.", minute: 16},
	{text: "👍🏽", own: true, status: chat.Sent, minute: 22},
	{text: "On my way", own: true, status: chat.Queued, minute: 30},
}

func pictures(t *testing.T, r *rig, name string) {
	t.Helper()
	test.AssertRendersToMarkup(t, "timeline/"+name+".xml", r.window.Canvas())
	test.AssertRendersToImage(t, "timeline/"+name+".png", r.window.Canvas())
}

func TestPictureOfAConversation(t *testing.T) {
	for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
		r := newRigOf(t, theme.Options{Mode: mode}, 420, 420)
		rows := rowsOf(0, harbour)
		rows = append(rows[:4:4], append([]model.Row{{Key: "unread", Kind: model.RowUnread}}, rows[4:]...)...)
		rows[5].First = true
		r.SetRows(rows, false, false)
		pictures(t, r, "conversation-"+string(mode))
	}
}

func TestPictureOfAFailure(t *testing.T) {
	r := newRig(t, 380, 210)
	rows := rowsOf(0, []said{
		{text: "Is anybody there?", own: true, status: chat.Sent},
		{text: "It seems that your server is away.", own: true, status: chat.Failed, minute: 1},
	})
	rows[2].Error = chat.CodeRemoteServer
	r.SetRows(rows, false, false)
	pictures(t, r, "failed")
}

func TestPictureOfASelection(t *testing.T) {
	r := newRig(t, 420, 300)
	r.SetRows(rowsOf(0, harbour[:4]), false, false)
	x1, y1 := r.textAt(t, "m1", "coming")
	x2, y2 := r.textAt(t, "m4", "is where")
	r.press(x1, y1, 0)
	r.drag(x2, y2)
	r.release(x2, y2)
	pictures(t, r, "selection")
}

func TestPictureOfTheWayToTheEnd(t *testing.T) {
	r := newRig(t, 420, 260)
	r.SetRows(rowsOf(0, lines(30)), false, false)
	r.scrollBy(400)
	r.SetNewCount(3)
	r.scene.button.MouseIn(nil)
	pictures(t, r, "jump")
}

func TestPictureOfWhatTheProgramSays(t *testing.T) {
	r := newRigOf(t, theme.Options{Scale: 1.4}, 420, 260)
	rows := []model.Row{
		{Key: "d1", Kind: model.RowDay, Time: now()},
		{Key: "n1", Kind: model.RowNotice, Text: "message.undecryptable"},
		{Key: "unread", Kind: model.RowUnread},
		{Key: "m1", Kind: model.RowMessage, First: true, Last: true, Time: now()},
	}
	r.SetRows(rows, false, false)
	pictures(t, r, "notices")
}

func TestPictureOfNothing(t *testing.T) {
	r := newRig(t, 300, 120)
	r.SetRows(nil, false, false)
	pictures(t, r, "empty")
}

// hebrewTheme brings a font with Hebrew letters, which the bundled ones lack.
type hebrewTheme struct {
	*theme.Theme
	font fyne.Resource
}

func (h hebrewTheme) Font(fyne.TextStyle) fyne.Resource { return h.font }

// useHebrew draws every text with a font of testdata.
func useHebrew(t *testing.T) {
	t.Helper()
	data, err := os.ReadFile("testdata/hebrew.ttf")
	if err != nil {
		t.Fatal(err)
	}
	fyne.CurrentApp().Settings().SetTheme(hebrewTheme{theme.Current(), fyne.NewStaticResource("hebrew.ttf", data)})
	forgetWidths()
	t.Cleanup(func() { apply(theme.Current()); forgetWidths() })
}

func TestPictureOfBothDirections(t *testing.T) {
	r := newRig(t, 380, 300)
	useHebrew(t)
	r.SetRows(rowsOf(0, []said{
		{text: "שלום, מה שלומך? 😀"},
		{text: "נפגשים ב-12:30 (ליד הנמל): https://example.org/a?b=c", minute: 1},
		{text: "That is עולם, and the price is 25%.", own: true, status: chat.Read, minute: 9},
		{text: "הספר \"abc def\" עולה 1,234.50", own: true, status: chat.Read, minute: 10},
	}), false, false)
	x1, y1 := r.textAt(t, "m4", "abc")
	x2, y2 := r.textAt(t, "m4", "1,2")
	r.press(x1, y1, 0)
	r.drag(x2, y2)
	pictures(t, r, "directions")
}

func forgetWidths() {
	clear(pairsOf)
	clear(widths)
	latest = nil
}

// TestPicturesOfParts draws each of the other parts in the states that it has.
func TestPicturesOfParts(t *testing.T) {
	kit := newKit(t, theme.Options{})
	alice := Face{Key: "alice@example.org", Name: "Alice Baker", Presence: MarkHere}
	draw := func(name string, width, height float32, o fyne.CanvasObject) {
		t.Helper()
		w := test.NewWindow(o)
		defer w.Close()
		w.SetPadded(false)
		w.Resize(fyne.NewSize(width, height))
		test.AssertRendersToMarkup(t, "parts/"+name+".xml", w.Canvas())
	}
	banner := NewBanner(kit)
	banner.Set(BannerAsk, "Bob wants to add you.", Action{Text: "Accept"}, Action{Text: "Decline"})
	draw("banner", 400, 44, banner)

	row := newConversationRow(kit)
	row.set(ConversationView{
		Key: "a", Face: alice, Title: "Alice Baker", Prefix: "Draft:", Last: "See you on Saturday at noon, beside the old crane",
		Time: "15:13", Unread: "3", Muted: true, Pinned: true,
	}, true, true)
	draw("conversation", 280, 64, row)

	other := newConversationRow(kit)
	other.set(ConversationView{
		Key: "b", Face: alice, Title: "Bo", Last: "typing…", Strong: true, Time: "15:13", Own: "alice@work.example",
	}, false, false)
	draw("conversation-own", 280, 64, other)

	header := NewHeader(kit, NewIconButton(kit, "search", "Search", nil))
	header.Set(alice, "Alice Baker", "typing…", true)
	draw("header", 400, 60, header)

	composer := NewComposer(kit, "Write a message", "Not encrypted end to end")
	composer.Set("two\nlines")
	draw("composer", 400, 120, composer)

	field := NewField(kit, "XMPP address", 300)
	field.SetHint("As on the server's page.")
	field.SetError("An address looks like name@example.org.")
	draw("field", 300, 140, field.Box)

	for i, kind := range []ButtonKind{Secondary, Primary, Quiet, Danger} {
		draw(fmt.Sprintf("button-%d", i), 120, 36, NewButton(kit, "Try again", kind, nil).WithIcon("retry"))
	}
	off := NewButton(kit, "Send", Primary, nil)
	off.Disable()
	draw("button-off", 120, 36, off)

	for name, mark := range map[string]PresenceMark{"none": MarkNone, "here": MarkHere, "away": MarkAway, "busy": MarkBusy} {
		alice.Presence = mark
		draw("avatar-"+name, 40, 40, NewAvatar(kit, alice, 0, theme.ColorSidebar))
	}
	draw("line", 120, 20, NewLine(kit, "more than there is room for", Style{}))
	draw("paragraph", 160, 60, NewParagraph(kit, "words that go on in the next line", 160, Style{Align: fyne.TextAlignCenter}))
}
