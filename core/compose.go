// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"strings"
	"unicode/utf8"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// compose makes a message of a row of the outbox, which will travel in that way.
func (a *account) compose(ctx context.Context, row store.Outgoing, how chat.Encryption) xmpp.OutMessage {
	m := xmpp.OutMessage{To: row.Conv.Peer, Type: "chat", ID: row.OriginID, OriginID: row.OriginID}
	switch row.Errand {
	case store.AmendRetract:
		m.Retracts = row.Target
		if words := a.client.cfg.Retracted; words != "" && a.wasPlain(ctx, row) {
			m.Body, m.Fallbacks = words, []xmpp.Fallback{xmpp.RetractionFallback()}
		}
		return m
	case store.AmendReact:
		m.Reactions = &xmpp.Reactions{For: row.Target, Emoji: row.Emoji}
		return m
	case store.AmendReplace:
		m.Replaces = row.Target
		a.answersToo(ctx, &row)
	}
	m.Body, m.RequestReceipt, m.Markable = row.Body, true, row.Markable
	if row.ReplyTo != "" {
		a.quote(ctx, &m, row, how)
	}
	if a.client.prefs.typing.Load() && a.seesUs(row.Conv.Peer) {
		active := chat.Idle
		m.ChatState = &active
	}
	if !a.contacts[row.Conv.Peer].Listed {
		m.Nick = a.record().Nick
	}
	return m
}

// wasPlain says whether the message that is taken back travelled in the clear: where
// nothing else does, no words do.
func (a *account) wasPlain(ctx context.Context, row store.Outgoing) bool {
	m, found, err := a.db.Sent(ctx, row.Conv, row.Target)
	return err == nil && found && m.Encryption == chat.EncryptionNone
}

// answersToo makes the correction of an answer an answer: it takes the place of the whole
// message (XEP-0308, Business Rules).
func (a *account) answersToo(ctx context.Context, row *store.Outgoing) {
	corrected, found, err := a.db.Sent(ctx, row.Conv, row.Target)
	if err != nil || !found || corrected.ReplyID == 0 {
		return
	}
	if names, err := a.db.Names(ctx, corrected.ReplyID); err == nil {
		row.ID, row.ReplyTo = corrected.ID, names.Name()
	}
}

// How much of a message an answer quotes for programs that do not know answers.
const (
	quoteLines = 3
	quoteBytes = 240
)

// quote says which message is answered (XEP-0461), and quotes it above the text for
// programs that do not know that (§3.1). What was encrypted is not quoted in the clear.
func (a *account) quote(ctx context.Context, m *xmpp.OutMessage, row store.Outgoing, how chat.Encryption) {
	m.Reply = &xmpp.Reply{ID: row.ReplyTo}
	own, found, err := a.db.Message(ctx, row.ID)
	if err != nil || !found || own.ReplyID == 0 {
		return
	}
	answered, found, err := a.db.Message(ctx, own.ReplyID)
	if err != nil || !found {
		return
	}
	m.Reply.To = answered.From.Bare()
	if how == chat.EncryptionNone && answered.Encryption != chat.EncryptionNone {
		return
	}
	if quoted := quotation(answered.Body); quoted != "" {
		m.Body = quoted + m.Body
		m.Fallbacks = append(m.Fallbacks, xmpp.ReplyFallback(utf8.RuneCountInString(quoted)))
	}
}

func quotation(body string) string {
	var b strings.Builder
	lines := strings.Split(chat.Cut(strings.TrimSpace(body), quoteBytes), "\n")
	for _, line := range lines[:min(len(lines), quoteLines)] {
		if line != "" {
			b.WriteString("> " + line + "\n")
		}
	}
	return b.String()
}
