// SPDX-License-Identifier: MPL-2.0

package model

import (
	"strings"
	"time"
	"unicode"

	"chatsecure.org/desktop/core/chat"
)

const (
	keyUnread   = "unread"
	groupWithin = 5 * time.Minute // consecutive messages of one sender stand together
)

func messageKey(id chat.MsgID) string { return "m" + id.String() }

// buildRows makes the rows of consecutive messages, oldest first: separators
// where a day begins, the unread line above the first message from line (0 for
// none), groups of one sender. local says what the time is here.
func buildRows(msgs []chat.Message, line chat.Cursor, local func(time.Time) time.Time) []Row {
	rows := make([]Row, 0, len(msgs)+len(msgs)/8+2)
	var day string
	var lastTime time.Time // of the message before, for grouping
	for _, m := range msgs {
		at := local(m.Time)
		row := messageRow(m, at)
		breaks := false
		if d := at.Format(time.DateOnly); d != day {
			day, breaks = d, true
			rows = append(rows, Row{Key: "d" + d + messageKey(m.ID), Kind: RowDay, Time: startOfDay(at)})
		}
		if line != 0 && m.Cursor >= line {
			line, breaks = 0, true
			rows = append(rows, Row{Key: keyUnread, Kind: RowUnread, Time: at})
		}
		if n := len(rows) - 1; !breaks && n >= 0 && sameGroup(rows[n], row, at.Sub(lastTime)) {
			rows[n].Last = false
			row.First = false
		}
		lastTime = at
		rows = append(rows, row)
	}
	return rows
}

func sameGroup(a, b Row, apart time.Duration) bool {
	return a.Kind == RowMessage && b.Kind == RowMessage && a.Own == b.Own && apart < groupWithin && apart > -groupWithin
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// ended is a text without the empty lines at its end: many programs send one.
func ended(text string) string {
	if short := strings.TrimRightFunc(text, unicode.IsSpace); short != "" {
		return short
	}
	return text
}

func messageRow(m chat.Message, at time.Time) Row {
	row := Row{
		Key: messageKey(m.ID), ID: m.ID, Kind: RowMessage, Text: ended(m.Body), Own: m.Direction == chat.Out,
		First: true, Last: true, Time: at, Status: m.Status, Error: m.Error,
	}
	switch m.Kind {
	case chat.KindNotice:
		row.Kind, row.Own = RowNotice, false
	case chat.KindUndecryptable:
		row.Kind, row.Text = RowNotice, "notice.undecryptable"
	}
	return row
}
