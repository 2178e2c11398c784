// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"net/url"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// check is the toolkit's tick box. The toolkit gives a key to what has the focus
// alone, and a tick box drops those that it does not know: it hands the window's
// own on.
type check struct {
	widget.Check
	w *Window
}

func (w *Window) newCheck(text string, on bool, change func(on bool)) *check {
	c := &check{w: w}
	c.Text, c.Checked, c.OnChanged = text, on, change
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey implements fyne.Focusable.
func (c *check) TypedKey(e *fyne.KeyEvent) {
	c.w.touch()
	if !c.w.key(e) {
		c.Check.TypedKey(e)
	}
}

// chooser is the toolkit's list to choose one thing from, with a name above and
// what is wrong below.
type chooser struct {
	widget.Select
	w     *Window
	box   *fyne.Container // what to put on a screen
	wrong *parts.Paragraph
}

func (w *Window) newChooser(name string, options []string, width float32, change func(i int)) *chooser {
	c := &chooser{w: w, wrong: parts.NewParagraph(w.kit, "", width, parts.Style{Size: theme.SizeSmall, Color: theme.ColorDanger})}
	c.Options, c.PlaceHolder = options, w.words.Text("choose.prompt")
	c.OnChanged = func(string) {
		c.setError("")
		change(c.SelectedIndex())
	}
	c.ExtendBaseWidget(c)
	c.wrong.Hide()
	c.box = parts.Column(theme.SizeGap,
		parts.NewLine(w.kit, name, parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted, Bold: true}),
		container.NewStack(parts.NewPlate(w.kit, theme.ColorField, theme.ColorBorder, theme.SizeFieldRadius), c), c.wrong)
	return c
}

func (c *chooser) setError(text string) {
	c.wrong.Set(text)
	if text == "" {
		c.wrong.Hide()
	} else {
		c.wrong.Show()
	}
	c.box.Refresh()
}

// TypedKey implements fyne.Focusable.
func (c *chooser) TypedKey(e *fyne.KeyEvent) {
	c.w.touch()
	if !c.w.key(e) {
		c.Select.TypedKey(e)
	}
}

// copyButton puts a text on the clipboard.
func (w *Window) copyButton(text string) *parts.Button {
	return w.copyAs("action.copy", parts.Quiet, text).WithIcon("copy")
}

// copyAs is a button with other words that does the same, and then says that it has.
func (w *Window) copyAs(id string, kind parts.ButtonKind, text string) (b *parts.Button) {
	b = parts.NewButton(w.kit, w.words.Text(id), kind, func() {
		fyne.CurrentApp().Clipboard().SetContent(text)
		b.SetText(w.words.Text("action.copied"))
	})
	return b
}

// link is an address that a click opens. It is shown in full.
func (w *Window) link(address string) *parts.Button {
	return parts.NewButton(w.kit, address, parts.Quiet, func() { w.openLink(address) })
}

// openLink gives a link that was clicked to the program for it. One to an XMPP
// address is ours: it fills in the form of a new conversation, and does nothing
// else that it may ask for (RFC 5122). One that names somebody's keys is shown key by
// key.
func (w *Window) openLink(address string) {
	if w.openIdentityLink(address) {
		return
	}
	if to, ours := strings.CutPrefix(address, "xmpp:"); ours {
		if i, err := w.readInvitation(address); err == nil && !i.Inviter.IsZero() && i.Token != "" {
			w.newChatOf(address) // the token goes along
			return
		}
		w.newChatWith(linkedAddress(to))
	} else if w.cfg.OpenLink != nil {
		w.cfg.OpenLink(address)
	}
}

// linkedAddress is the bare address in what follows "xmpp:"; zero if there is
// none.
func linkedAddress(to string) chat.Address {
	to = strings.TrimPrefix(to, "//")
	if i := strings.IndexAny(to, "?#"); i >= 0 {
		to = to[:i]
	}
	to, err := url.PathUnescape(to)
	if err != nil {
		return chat.Address{}
	}
	a, err := chat.ParseAddress(to)
	if err != nil || a.Local == "" {
		return chat.Address{}
	}
	return a.Bare()
}

// fixed makes a line as wide as its text.
func fixed(l *parts.Line) *parts.Line {
	l.Fit = true
	return l
}

// left puts a thing at the beginning of its row, as wide as it must be.
func left(o fyne.CanvasObject) fyne.CanvasObject { return parts.Row("", nil, o) }
