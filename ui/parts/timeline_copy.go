// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/links"
	"chatsecure.org/desktop/ui/model"
)

// Copy is the selected text; "" for none. Of one message it is the text alone;
// over several each begins with its time and who wrote it.
func (t *Timeline) Copy() string {
	s := &t.selection
	if !s.some() {
		return ""
	}
	type part struct {
		row  *model.Row
		text string
	}
	var parts []part
	for i := s.from.row; i <= s.to.row; i++ {
		e := t.entries[i]
		if e.row.Kind != model.RowMessage {
			continue
		}
		from, to := s.in(i)
		if text := t.textOf(e, from, to); text != "" {
			parts = append(parts, part{&e.row, text})
		}
	}
	if len(parts) == 1 {
		return parts[0].text
	}
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(t.transcript(p.row, p.text, !sameDay(parts[0].row.Time, parts[len(parts)-1].row.Time)))
	}
	return b.String()
}

// textOf is a part of a message as it is shown, the rest behind what is cut
// included.
func (t *Timeline) textOf(e *entry, from, to int) string {
	source, _ := e.words(t.kit)
	if from > 0 || to != endOfText { // a part is counted in what is shown
		t.ensure(e)
		to = min(to, len(e.text.shown))
		if from >= to {
			return ""
		}
		source = source[e.text.sourceAt(from):e.text.sourceAt(to)]
	}
	text, _ := links.Shown(source)
	return text
}

// transcript is a message among others: when, who, what.
func (t *Timeline) transcript(r *model.Row, text string, dated bool) string {
	words := t.kit.Words
	at := ClockTime(words, r.Time)
	if dated {
		at = DateTime(words, r.Time)
	}
	if r.Own {
		return fmt.Sprintf("[%s] %s", at, words.Text("chats.you", "text", text))
	}
	return fmt.Sprintf("[%s] %s: %s", at, oneLine(t.title), text)
}

// toClipboard gives a text to other programs.
func (t *Timeline) toClipboard(text string) {
	if text != "" {
		fyne.CurrentApp().Clipboard().SetContent(text)
	}
}
