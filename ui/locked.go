// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// locks are what the bundles hold now.
func (w *Window) locks() model.Locks {
	if w.cfg.Locks == nil {
		return model.Locks{}
	}
	return w.cfg.Locks()
}

// setBy is the line below a setting that a policy holds: a padlock and who asks for it.
// The setting itself stays where it is, so that everybody sees what it is held to.
func (w *Window) setBy(name string) fyne.CanvasObject {
	return w.noteSetBy(name).box
}

// setByNote is such a line that comes and goes.
type setByNote struct {
	w    *Window
	box  *fyne.Container
	line *parts.Line
}

func (w *Window) noteSetBy(name string) *setByNote {
	n := &setByNote{w: w, line: parts.NewLine(w.kit, "", parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted})}
	n.box = parts.Row(theme.SizeGap, n.line, parts.NewGlyph(w.kit, "lock", theme.ColorTextMuted, 14), n.line)
	n.set(name)
	return n
}

// set says who; "" for nobody hides the line.
func (n *setByNote) set(name string) {
	n.line.Set(n.w.words.Text("locked.by", "name", name))
	setVisible(n.box, name != "")
}
