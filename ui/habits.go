// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// habits is the page on which the person chooses what contacts are told while
// they chat.
func (s *settings) habits() fyne.CanvasObject {
	words := s.w.words
	column := parts.Column(theme.SizeInset, s.head("settings.chat"))
	for _, each := range []struct {
		key, name, text string
		lock            model.Lock
	}{
		{chat.SettingTyping, "habits.typing", "habits.typing.text", model.LockTyping},
		{chat.SettingReceipts, "habits.receipts", "habits.receipts.text", model.LockReceipts},
		{chat.SettingMarkers, "habits.markers", "habits.markers.text", model.LockReceipts},
		{chat.SettingIdle, "habits.idle", "habits.idle.text", ""},
	} {
		choice := parts.NewChoice(s.w.kit, []string{words.Text("habits.on"), words.Text("habits.off")}, 0, nil)
		choice.OnChange = func(i int) { s.w.keepHabit(choice, each.key, i == 0) }
		s.w.showHabit(choice, each.key)
		row := parts.Column(theme.SizePad, parts.Gap(theme.SizeGap), s.name(each.name),
			parts.NewParagraph(s.w.kit, words.Text(each.text), settingsWidth, parts.Style{Color: theme.ColorTextMuted}), choice.Box)
		if by, held := s.w.locks().By(each.lock); held {
			choice.Allow(func(int) bool { return false })
			row.Add(s.w.setBy(by))
		}
		column.Add(row)
	}
	return column
}

// showHabit shows what is stored.
func (w *Window) showHabit(choice *parts.Choice, key string) {
	core := w.core
	w.env.Tasks.Run(func(ctx context.Context) func() {
		value, err := core.Setting(ctx, key)
		return func() {
			if err != nil {
				w.say(w.words.Text("failed.title"), errorWords(w.words, err))
				return
			}
			choice.Set(place(value != chat.SettingOff))
		}
	})
}

// keepHabit stores what was chosen; what could not be kept is not shown as if.
func (w *Window) keepHabit(choice *parts.Choice, key string, on bool) {
	value := ""
	if !on {
		value = chat.SettingOff
	}
	core := w.core
	w.command(func(ctx context.Context) error {
		err := core.SetSetting(ctx, key, value)
		if err != nil {
			w.env.Dispatch(func() { w.showHabit(choice, key) })
		}
		return err
	}, nil)
}

// place is that of on, or off, in a choice of the two.
func place(on bool) int {
	if on {
		return 0
	}
	return 1
}
