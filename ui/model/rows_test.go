// SPDX-License-Identifier: MPL-2.0

package model

import (
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// picture draws rows: a letter a row, [ where a group begins, ] where it ends.
func picture(rows []Row) string {
	var b strings.Builder
	for _, r := range rows {
		switch {
		case r.Kind == RowDay:
			b.WriteString("D")
		case r.Kind == RowUnread:
			b.WriteString("U")
		case r.Kind == RowNotice:
			b.WriteString("N")
		case r.Kind == RowGap:
			b.WriteString("G")
		default:
			letter := "i"
			if r.Own {
				letter = "o"
			}
			if r.First {
				letter = "[" + letter
			}
			if r.Last {
				letter += "]"
			}
			b.WriteString(letter)
		}
	}
	return b.String()
}

func TestTextOfARow(t *testing.T) {
	for body, want := range map[string]string{
		"one\ntwo\n": "one\ntwo", "  kept": "  kept", "\n\nkept": "\n\nkept", "end \r\n\t \n": "end", " \n": " \n", "": "",
	} {
		if got := (rowMaker{}).message(chat.Message{Body: body}, noon).Text; got != want {
			t.Errorf("%q is shown as %q, want %q", body, got, want)
		}
	}
}

func TestRows(t *testing.T) {
	at := func(d time.Duration, dir chat.Direction) chat.Message {
		return chat.Message{Time: noon.Add(d), Direction: dir}
	}
	tests := []struct {
		name string
		msgs []chat.Message
		line chat.Cursor
		want string
	}{
		{"none", nil, 0, ""},
		{"one", []chat.Message{at(0, chat.In)}, 0, "D[i]"},
		{"grouped", []chat.Message{at(0, chat.In), at(time.Minute, chat.In), at(2*time.Minute, chat.In)}, 0, "D[iii]"},
		{"two senders", []chat.Message{at(0, chat.In), at(0, chat.Out), at(0, chat.Out)}, 0, "D[i][oo]"},
		{"too far apart", []chat.Message{at(0, chat.In), at(5*time.Minute, chat.In)}, 0, "D[i][i]"},
		{"each within, long in all", []chat.Message{at(0, chat.In), at(4*time.Minute, chat.In), at(8*time.Minute, chat.In)}, 0, "D[iii]"},
		{"another day", []chat.Message{at(11*time.Hour+59*time.Minute, chat.In), at(12*time.Hour, chat.In)}, 0, "D[i]D[i]"},
		{"unread line", []chat.Message{at(0, chat.In), at(0, chat.In), at(0, chat.In)}, 2, "D[i]U[ii]"},
		{"unread line above a message that is gone", []chat.Message{at(0, chat.In), at(0, chat.In)}, 1, "DU[ii]"},
		{"unread at the start of a day", []chat.Message{at(0, chat.In), at(24*time.Hour, chat.In)}, 2, "D[i]DU[i]"},
		{"notice between", []chat.Message{at(0, chat.In), {Time: noon, Kind: chat.KindNotice}, at(0, chat.In)}, 0, "D[i]N[i]"},
		{"gap between", []chat.Message{at(0, chat.In), {Kind: chat.KindGap}, at(0, chat.In)}, 0, "D[i]G[i]"},
		{"gap at the unread line", []chat.Message{at(0, chat.In), {Kind: chat.KindGap}, at(0, chat.In)}, 2, "D[i]GU[i]"},
		{"clock went back a day", []chat.Message{at(24*time.Hour, chat.In), at(0, chat.In)}, 0, "D[i]D[i]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for i := range tt.msgs {
				tt.msgs[i].ID, tt.msgs[i].Cursor = chat.MsgID(i+1), chat.Cursor(i+1)
			}
			rows := rowMaker{line: tt.line, local: time.Time.UTC}.rows(tt.msgs)
			if got := picture(rows); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			keys := map[string]bool{}
			for _, r := range rows {
				if keys[r.Key] {
					t.Errorf("key %q stands twice", r.Key)
				}
				keys[r.Key] = true
			}
		})
	}
}

func TestRowsAreInLocalTime(t *testing.T) {
	zone := time.FixedZone("east", 14*3600)
	rows := rowMaker{local: func(t time.Time) time.Time { return t.In(zone) }}.rows([]chat.Message{{ID: 1, Time: noon}})
	if got := rows[0].Time.Format(time.DateOnly); got != "2026-11-25" {
		t.Errorf("day is %s, want the reader's", got)
	}
}
