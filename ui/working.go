// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// soon is how long a command may take before a dialog says that it is going on.
const soon = 500 * time.Millisecond

// command runs something that the core does. What takes longer than a moment
// shows a dialog, with which it can be stopped; what fails is said in one. Then
// it goes on with then (may be nil).
func (w *Window) command(do func(ctx context.Context) error, then func()) {
	var sheet *parts.Sheet
	var stopWaiting func()
	over := func() {
		stopWaiting()
		if sheet != nil {
			s := sheet
			sheet = nil // closed by us: not a reason to stop
			s.Close()
		}
	}
	stop := w.env.Tasks.RunUntil(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			over()
			switch {
			case err != nil:
				w.say(w.words.Text("failed.title"), errorWords(w.words, err))
			case then != nil:
				then()
			}
		}
	})
	stopWaiting = w.env.After(soon, func() {
		bar := widget.NewProgressBarInfinite()
		cancel := parts.NewButton(w.kit, w.words.Text("action.cancel"), parts.Secondary, func() { sheet.Close() })
		sheet = w.sheet(w.words.Text("working.title"), parts.Column(theme.SizePad, bar), cancel)
		onClose(sheet, func() {
			bar.Stop()
			if sheet != nil {
				sheet = nil
				stop()
			}
		})
		w.focus(cancel)
	})
}
