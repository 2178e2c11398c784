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

// rowMaker makes rows of messages.
type rowMaker struct {
	line     chat.Cursor // the unread line stands above the first message from here; 0: none
	local    func(time.Time) time.Time
	quoted   map[chat.MsgID]chat.Message // answered messages, besides those among the rows
	own, who string                      // what the two sides are called
	loading  bool                        // what is missing in gaps is on its way
	gapError chat.Code                   // why it could not be loaded
	guarded  bool                        // something was encrypted in this conversation, here or before
	barred   bool                        // nothing may be sent that is not encrypted
	after    bool                        // and something was above the row that is made
	done     map[chat.MsgID]bool         // rows whose offers the person has taken away
	stickers Stickers                    // that are here
}

// rows makes the rows of consecutive messages, oldest first: separators where a
// day begins, the unread line, groups of one sender.
func (k rowMaker) rows(msgs []chat.Message) []Row {
	rows := make([]Row, 0, len(msgs)+len(msgs)/8+2)
	var day string
	var lastTime time.Time // of the message before, for grouping
	for i := range msgs {
		k.guarded = k.guarded || msgs[i].Encryption != chat.EncryptionNone
	}
	for i, m := range msgs {
		if beforeDevice(m) && i > 0 && beforeDevice(msgs[i-1]) {
			continue // the row above says so of all of them
		}
		at := k.local(m.Time)
		row := k.message(m, at)
		k.after = k.after || row.Guard >= GuardClosed
		if m.Kind == chat.KindGap { // of no day, read or not
			rows = append(rows, row)
			continue
		}
		breaks := false
		if d := at.Format(time.DateOnly); d != day {
			day, breaks = d, true
			rows = append(rows, Row{Key: "d" + d + messageKey(m.ID), Kind: RowDay, Time: startOfDay(at)})
		}
		if k.line != 0 && m.Cursor >= k.line {
			k.line, breaks = 0, true
			rows = append(rows, Row{Key: keyUnread, Kind: RowUnread, Time: at})
		}
		if n := len(rows) - 1; !breaks && n >= 0 && sameGroup(rows[n], row, at.Sub(lastTime)) {
			rows[n].Last = false
			row.First = false
		}
		lastTime = at
		rows = append(rows, row)
	}
	k.quote(rows, msgs)
	return rows
}

// beforeDevice says whether a message could not be read because this computer did not
// have keys yet.
func beforeDevice(m chat.Message) bool {
	return m.Kind == chat.KindUndecryptable && m.Error == chat.CodeBeforeDevice
}

func sameGroup(a, b Row, apart time.Duration) bool {
	return a.Kind == RowMessage && b.Kind == RowMessage && a.Own == b.Own && sameGuard(a.Guard, b.Guard) && apart < groupWithin && apart > -groupWithin
}

// sameGuard lets what has not travelled yet stand with anything.
func sameGuard(a, b Guard) bool { return a == b || a == GuardNone || b == GuardNone }

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

// actorPrefix begins a message about what its sender does (XEP-0245 §3).
const actorPrefix = "/me "

// message is the row of one message.
func (k rowMaker) message(m chat.Message, at time.Time) Row {
	row := Row{
		Key: messageKey(m.ID), ID: m.ID, Kind: RowMessage, Text: ended(m.Body), Own: m.Direction == chat.Out,
		First: true, Last: true, Time: at, Status: m.Status, Error: m.Error,
		Edited: m.Edited && !m.Retracted, Retracted: m.Retracted, Unstyled: m.Unstyled,
	}
	switch {
	case m.Kind == chat.KindNotice:
		k.notice(m, &row)
	case beforeDevice(m):
		row.Kind, row.Own, row.Text, row.Error = RowNotice, false, "notice.before-this-device", ""
	case m.Kind == chat.KindUndecryptable:
		k.sealed(m, &row)
	case m.Kind == chat.KindGap:
		row.Kind, row.Text, row.Own, row.Status = RowGap, "", false, chat.Queued
		row.Busy, row.Error = k.loading, k.gapError
	case m.Retracted:
		row.Text, row.Guard = "", k.guard(m)
	default:
		row.Reactions, row.Guard = m.Reactions, k.guard(m)
		row.Acts = k.failed(m)
		if text, ok := strings.CutPrefix(row.Text, actorPrefix); ok && strings.TrimSpace(text) != "" {
			row.Text, row.Actor = text, k.who
			if row.Own {
				row.Actor = k.own
			}
		}
		if row.Actor == "" {
			row.Sticker, _ = k.stickers.In(row.Text)
		}
	}
	return row
}

// quote puts the answered messages above their answers.
func (k rowMaker) quote(rows []Row, msgs []chat.Message) {
	var answers map[chat.MsgID]*chat.Message
	for i := range msgs {
		if m := &msgs[i]; m.ReplyTo != "" && !m.Retracted {
			if answers == nil {
				answers = map[chat.MsgID]*chat.Message{}
			}
			answers[m.ID] = m
		}
	}
	if len(answers) == 0 {
		return
	}
	here := make(map[chat.MsgID]*chat.Message, len(msgs))
	for i := range msgs {
		here[msgs[i].ID] = &msgs[i]
	}
	for i := range rows {
		m := answers[rows[i].ID]
		if m == nil || rows[i].Kind != RowMessage {
			continue
		}
		q := Quote{Shown: true}
		if of, ok := k.find(here, m.ReplyID); ok {
			q.ID, q.Own, q.Text = of.ID, of.Direction == chat.Out, quoteOf(of)
		}
		rows[i].Quote = q
	}
}

func (k rowMaker) find(here map[chat.MsgID]*chat.Message, id chat.MsgID) (chat.Message, bool) {
	if m := here[id]; m != nil {
		return *m, true
	}
	m, ok := k.quoted[id]
	return m, ok
}

// quoteOf is the beginning of a message in one line.
func quoteOf(m chat.Message) string {
	if m.Retracted || m.Kind != chat.KindText {
		return ""
	}
	return clip(strings.TrimPrefix(m.Body, actorPrefix), maxQuote)
}
