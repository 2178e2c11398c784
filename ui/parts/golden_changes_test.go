// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// changed is a conversation in which messages were answered, changed, taken back
// and reacted to.
func changed() []model.Row {
	rows := rowsOf(0, []said{
		{text: "Shall we take the ferry at seven, or the one at half past?"},
		{text: "The later one.", own: true, status: chat.Read, minute: 7},
		{text: "I am at the office until six.", own: true, status: chat.Read, minute: 8},
		{text: "", minute: 15},
		{text: "Good, then I bring the papers. The long ones, you know: those that we could not find last week.", minute: 22},
		{text: "waves from the pier", minute: 29},
		{text: "ok", own: true, status: chat.Delivered, minute: 36},
	})
	for i := range rows {
		r := &rows[i]
		switch r.ID {
		case 1:
			r.Reactions = []chat.Reaction{{Emoji: "👍", Mine: true}, {Emoji: "🎉", Theirs: true}, {Emoji: "😂", Mine: true, Theirs: true}}
		case 2:
			r.Quote = model.Quote{Shown: true, ID: 1, Text: "Shall we take the ferry at seven, or the one at half past?"}
		case 3:
			r.Edited = true
		case 4:
			r.Retracted = true
		case 5:
			r.Quote = model.Quote{Shown: true, ID: 3, Own: true, Text: "I am at the office until six. Then I have to fetch the bicycle and the keys of the boat, and then I come straight to the pier, unless it rains."}
			r.Edited = true
		case 6:
			r.Actor = "Alice"
		case 7:
			r.Quote = model.Quote{Shown: true}
			r.Reactions = []chat.Reaction{{Emoji: "❤️", Theirs: true}}
		}
	}
	return rows
}

func TestPictureOfChangedMessages(t *testing.T) {
	for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
		r := newRigOf(t, theme.Options{Mode: mode}, 440, 620)
		r.SetTitle("Alice")
		r.SetRows(changed(), false, false)
		pictures(t, r, "changed-"+string(mode))
	}
}

func TestPictureOfStyles(t *testing.T) {
	for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
		r := newRigOf(t, theme.Options{Mode: mode}, 440, 520)
		r.SetRows(rowsOf(0, []said{
			{text: "This is *strong*, _light_, ~gone~ and `code`, and *all _of ~it~_*."},
			{text: "> That that is, is, and that that is not goes on to the next line of the quotation.\n>> is not\nSaid the old hermit. 😀", own: true, status: chat.Read, minute: 9},
			{text: "```\nfunc main() {\n\tprintln(\"Hello\")\n}\n```\nThat is all: 2*3*4, snake_case_name, https://example.org/_a_", minute: 18},
			{text: "*🎉 party* > not a quotation", own: true, status: chat.Read, minute: 25},
		}), false, false)
		pictures(t, r, "styles-"+string(mode))
	}
}

func TestPictureOfWhatIsMissing(t *testing.T) {
	r := newRig(t, 440, 420)
	rows := append([]model.Row{{Key: "top", Kind: model.RowTop}}, rowsOf(0, harbour[:2])...)
	gap := func(key string, busy bool, code chat.Code) model.Row {
		return model.Row{Key: key, Kind: model.RowGap, Busy: busy, Error: code}
	}
	rows = append(rows, gap("g1", false, ""), gap("g2", true, ""), gap("g3", false, chat.CodeNoNetwork), gap("g4", false, chat.CodeTimeout),
		model.Row{Key: "t2", Kind: model.RowTop, Error: chat.CodeNoNetwork}, model.Row{Key: "t3", Kind: model.RowTop, Busy: true})
	r.SetRows(rows, false, false)
	pictures(t, r, "missing")
}

func TestPictureOfAChosenMessage(t *testing.T) {
	r := newRig(t, 380, 260)
	r.SetRows(rowsOf(0, harbour[:3]), false, false)
	r.window.Canvas().Focus(r.Timeline)
	r.Choose(-1)
	r.Choose(-1)
	pictures(t, r, "chosen")
}

func TestPictureOfEmojiToChoose(t *testing.T) {
	r := newRig(t, 420, 320)
	r.SetRows(rowsOf(0, harbour[:3]), false, false)
	ShowEmojiBar(r.kit, r.window.Canvas(), fyne.NewPos(60, 60), []string{"😂", "🦀"}, func(string) {})
	pictures(t, r, "emoji-bar")
}

func TestPictureOfTheSubject(t *testing.T) {
	kit := newKit(t, theme.Options{})
	bar := NewSubjectBar(kit, nil)
	bar.Set("reply", "Answer to Alice Baker", "Shall we take the ferry at seven, or the one at half past? I bring the papers.")
	composer := NewComposer(kit, "Write a message", "Not encrypted end to end")
	w := test.NewWindow(container.NewVBox(bar, composer))
	defer w.Close()
	w.SetPadded(false)
	w.Resize(fyne.NewSize(400, 140))
	test.AssertRendersToMarkup(t, "parts/subject.xml", w.Canvas())
	test.AssertRendersToImage(t, "parts/subject.png", w.Canvas())
}
