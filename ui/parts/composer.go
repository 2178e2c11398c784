// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// The composer grows with its text between these.
const (
	composerMinLines = 1
	composerMaxLines = 8
)

// Composer is where a message is written. Enter sends, Shift+Enter breaks the
// line, Tab leaves it.
type Composer struct {
	widget.BaseWidget
	kit      *Kit
	Entry    *Entry
	OnSend   func() // not called for nothing but white space; empty the composer with Set
	OnChange func(text string)
	OnUp     func() // the up arrow where nothing is written
	OnHeight func() // the wish for height changed: lay out again
	send     *Button
	stickers *Button // nil where there are none to choose from
	leading  bool    // stickers stand before the entry
	state    *Line
	lock     *Glyph
	out      *Button // the way out, behind the words
	do       func()
	plate    *Fill
	line     *fyne.Container
	quiet    bool
}

// ComposerMode is what the composer says about how the message will go, which the
// person must know beforehand.
type ComposerMode struct {
	Icon  string
	Token theme.Token
	Words string
	Out   Action // what can be done where nothing can be sent; no Text: nothing
}

// NewComposer makes an empty composer. Prompt is shown while it is empty; mode
// says how the message will go: SetMode says more of it.
func NewComposer(kit *Kit, prompt, mode string) *Composer {
	c := &Composer{
		kit:   kit,
		Entry: NewEntry(kit),
		state: NewLine(kit, mode, Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}),
		lock:  NewGlyph(kit, "lock-open", theme.ColorTextMuted, 14),
		plate: NewFill(kit, theme.ColorBackground),
	}
	c.out = NewButton(kit, "", Quiet, func() { c.do() }).Small()
	c.out.Hide()
	c.line = Row(theme.SizeGap, c.state, c.lock, c.state, c.out)
	c.Entry.MultiLine = true
	c.Entry.Wrapping = fyne.TextWrapWord
	c.Entry.SetMinRowsVisible(composerMinLines)
	c.Entry.SetPlaceHolder(prompt)
	c.Entry.OnChanged = c.changed
	c.Entry.OnKey = c.key
	c.send = NewIconButton(kit, "send", kit.Words.Text("composer.send"), c.submit)
	c.ExtendBaseWidget(c)
	c.changed("")
	return c
}

// OfferStickers puts a button for stickers beside the others, or before the entry: the
// first thing to be seen.
func (c *Composer) OfferStickers(first bool, open func()) {
	c.stickers, c.leading = NewIconButton(c.kit, "sticker", c.kit.Words.Text("composer.stickers"), open), first
	if first {
		c.stickers.SetIconToken(theme.ColorAccent)
	}
}

// SetMode changes what is said about how the message will go.
func (c *Composer) SetMode(m ComposerMode) {
	before := c.line.MinSize().Height
	words := theme.ColorTextMuted
	if m.Out.Text != "" {
		words = theme.ColorText
	}
	c.lock.Set(m.Icon, m.Token)
	c.state.Set(m.Words)
	c.state.SetStyle(Style{Size: theme.SizeSmall, Color: words})
	c.out.SetText(m.Out.Text)
	c.do = m.Out.Do
	show(m.Out.Text != "", c.out)
	c.line.Refresh()
	if c.line.MinSize().Height != before && c.OnHeight != nil {
		c.OnHeight()
	}
}

// Mode is what is said about how the message will go.
func (c *Composer) Mode() string { return c.state.Text() }

// Set shows a text, such as the draft of another conversation, without telling
// OnChange.
func (c *Composer) Set(text string) {
	if text == c.Entry.Text {
		return
	}
	c.quiet = true
	c.Entry.SetText(text)
	c.quiet = false
	lines := strings.Split(text, "\n")
	c.Entry.CursorRow, c.Entry.CursorColumn = len(lines)-1, len([]rune(lines[len(lines)-1]))
	c.Entry.Refresh()
}

// Text is what has been written.
func (c *Composer) Text() string { return c.Entry.Text }

func (c *Composer) changed(text string) {
	c.send.SetIconToken(theme.ColorTextMuted)
	if strings.TrimSpace(text) != "" {
		c.send.SetIconToken(theme.ColorAccent)
	}
	c.grow()
	if !c.quiet && c.OnChange != nil {
		c.OnChange(text)
	}
}

// key makes Enter send. A line break with Shift is the field's own business.
func (c *Composer) key(name fyne.KeyName) bool {
	if (name == fyne.KeyReturn || name == fyne.KeyEnter) && !c.Entry.shift {
		c.submit()
		return true
	}
	if name == fyne.KeyUp && c.Entry.Text == "" && c.OnUp != nil {
		c.OnUp()
		return true
	}
	return false
}

func (c *Composer) submit() {
	if strings.TrimSpace(c.Entry.Text) != "" && c.OnSend != nil {
		c.OnSend()
	}
}

// grow makes room for the lines that the text has at this width.
func (c *Composer) grow() {
	width := c.Entry.Size().Width - 2*theme.Size(theme.SizePad) - theme.Size(theme.SizeGap)
	lines := composerMinLines
	if width > 0 && c.Entry.Text != "" {
		text := c.Entry.Text
		if len(text) > 8192 { // longer than can be shown at any width
			text = text[:8192]
		}
		size := theme.Size(theme.SizeText)
		lines = len(wrap(text, width, func(s string) float32 { return measure(s, size, fyne.TextStyle{}).Width }))
	}
	lines = min(max(lines, composerMinLines), composerMaxLines)
	before := c.Entry.MinSize().Height
	c.Entry.SetMinRowsVisible(lines)
	if c.Entry.MinSize().Height != before {
		c.Refresh()
		if c.OnHeight != nil {
			c.OnHeight()
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Composer) CreateRenderer() fyne.WidgetRenderer {
	line := c.line
	objects := []fyne.CanvasObject{c.plate, line, c.Entry, c.send}
	if c.stickers != nil {
		objects = append(objects, c.stickers)
	}
	return &drawn{
		objects: objects,
		min: func() fyne.Size {
			inset := theme.Size(theme.SizeInset)
			h := line.MinSize().Height + theme.Size(theme.SizeGap) + c.Entry.MinSize().Height + inset + theme.Size(theme.SizePad)
			return fyne.NewSize(240, h)
		},
		layout: func(s fyne.Size) {
			inset, gap := theme.Size(theme.SizeInset), theme.Size(theme.SizeGap)
			button, state := c.send.MinSize(), line.MinSize().Height
			c.plate.Resize(s)
			entry := s.Height - inset - gap - state - theme.Size(theme.SizePad)
			from, width, y := inset, s.Width-2*inset-gap-button.Width, theme.Size(theme.SizePad)+entry-button.Height
			if c.stickers != nil {
				b := c.stickers.MinSize()
				width -= b.Width + gap
				if c.leading {
					from = inset + b.Width + gap
					place(c.stickers, inset, y, b.Width, b.Height)
				} else {
					place(c.stickers, from+width+gap, y, b.Width, b.Height)
				}
			}
			place(c.Entry, from, theme.Size(theme.SizePad), width, entry)
			place(c.send, s.Width-inset-button.Width, theme.Size(theme.SizePad)+entry-button.Height, button.Width, button.Height)
			place(line, inset+gap, theme.Size(theme.SizePad)+entry+gap, s.Width-2*inset-2*gap, state)
			c.grow()
		},
		refresh: func() {
			c.plate.Refresh()
			c.send.Refresh()
			if c.stickers != nil {
				c.stickers.Refresh()
			}
			c.Entry.Refresh()
			line.Refresh()
		},
	}
}
