// SPDX-License-Identifier: MPL-2.0

package model

import (
	"time"

	"chatsecure.org/desktop/core/chat"
)

// RowKind says what a timeline row is.
type RowKind int8

// The kinds of rows.
const (
	RowMessage RowKind = iota
	RowDay             // separator: Time is that day
	RowUnread          // the line above the first unread message
	RowNotice          // said by the program; Text is a resource id, Args its arguments
)

// Row is one row of a timeline, ready to be shown. It holds no translated word:
// the part that draws it has the bundle.
type Row struct {
	Key   string // names the row for ever: "m42", "d2026-11-24", "unread"
	ID    chat.MsgID
	Kind  RowKind
	Text  string
	Args  []any
	Own   bool
	First bool      // first of a group of consecutive messages of one sender
	Last  bool      // last of such a group: carries the time
	Time  time.Time // local time
	// Status is meaningful on own messages only. A Failed row shows Error's
	// words with "try again" and "delete".
	Status chat.Status
	Error  chat.Code
}
