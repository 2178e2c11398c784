// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/theme"
)

// Field is one input of a form: its name above, what is wrong with it below.
type Field struct {
	Box   *fyne.Container // what to put on a screen
	Entry *Entry
	name  *Line
	hint  *Paragraph
	wrong *Paragraph
}

// NewField makes a field of that width for one line of text.
func NewField(kit *Kit, name string, width float32) *Field {
	return newField(kit, NewEntry(kit), name, width)
}

// NewPasswordField makes a field that hides what is typed.
func NewPasswordField(kit *Kit, name string, width float32) *Field {
	return newField(kit, NewPasswordEntry(kit), name, width)
}

func newField(kit *Kit, entry *Entry, name string, width float32) *Field {
	f := &Field{
		Entry: entry,
		name:  NewLine(kit, name, Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted, Bold: true}),
		hint:  NewParagraph(kit, "", width, Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}),
		wrong: NewParagraph(kit, "", width, Style{Size: theme.SizeSmall, Color: theme.ColorDanger}),
	}
	f.hint.Hide()
	f.wrong.Hide()
	f.Box = Column(theme.SizeGap, f.name, entry, f.hint, f.wrong)
	return f
}

// Text is what has been typed.
func (f *Field) Text() string { return f.Entry.Text }

// SetHint shows a remark under the field; "" takes it away.
func (f *Field) SetHint(text string) {
	f.hint.Set(text)
	show(text != "", f.hint)
	f.Box.Refresh()
}

// SetError shows what is wrong under the field; "" takes it away.
func (f *Field) SetError(text string) {
	f.wrong.Set(text)
	show(text != "", f.wrong)
	f.Box.Refresh()
}

// Error is what is shown as wrong.
func (f *Field) Error() string {
	if !f.wrong.Visible() {
		return ""
	}
	return f.wrong.Text()
}

// SetEnabled says whether the field can be typed into.
func (f *Field) SetEnabled(yes bool) {
	if yes {
		f.Entry.Enable()
	} else {
		f.Entry.Disable()
	}
}
