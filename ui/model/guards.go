// SPDX-License-Identifier: MPL-2.0

package model

import (
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// guard is the mark of a message.
func (k rowMaker) guard(m chat.Message) Guard {
	switch {
	case !k.guarded:
		return GuardNone
	case m.Encryption == chat.EncryptionNone && (m.Status == chat.Failed || m.Status == chat.Queued) && m.Direction == chat.Out:
		return GuardNone // it has not travelled
	case m.Encryption == chat.EncryptionNone && k.after:
		return GuardPlain
	case m.Encryption == chat.EncryptionNone:
		return GuardOpen
	case m.Trust == chat.TrustVerified && m.Direction == chat.In:
		return GuardVerified // of what is one's own, the key says nothing of who read it
	case m.Trust == chat.TrustDistrusted, m.Doubtful:
		return GuardDoubtful
	}
	return GuardClosed
}

// notice fills the row of something that the program says. What stands in Args is for
// the words: the other side's name, and when it was.
func (k rowMaker) notice(m chat.Message, row *Row) {
	row.Kind, row.Own = RowNotice, false
	if m.Error == "" {
		return // Text is the id of the words
	}
	row.Text = "notice." + string(m.Error)
	row.Args = []any{"name", k.who}
	if m.Error == chat.CodeSessionRepaired && m.Conv.Peer == m.Conv.Account && !m.Conv.Peer.IsZero() {
		row.Text = "notice.session-repaired-own"
	}
	open := m.Trust != chat.TrustVerified && m.Trust != chat.TrustDistrusted && !k.done[m.ID]
	switch m.Error {
	case chat.CodeDeviceAdded:
		if open {
			row.Acts = Acts{ActCheck}
		}
	case chat.CodeDeviceUnchecked, chat.CodeOTRNewKey:
		if open {
			row.Acts = Acts{ActVerify, ActNotNow}
		}
	case chat.CodeKeyChanged:
		row.Acts = Acts{ActDevices}
	case chat.CodeOptOut:
		if m.Body != "" {
			row.Text = "notice.opt-out-because"
			row.Args = append(row.Args, "reason", clip(m.Body, maxQuote))
		}
		if !k.done[m.ID] {
			row.Acts = Acts{ActDetails, ActNotNow}
		}
	case chat.CodeOwnDevice:
		if open {
			row.Acts = Acts{ActVerifyOwn, ActRemoveOwn}
		}
	case chat.CodeOTRFinished:
		if !k.done[m.ID] {
			row.Acts = Acts{ActOTR, ActNotNow}
		}
	}
}

// sealed fills the row of a message that could not be read.
func (k rowMaker) sealed(m chat.Message, row *Row) {
	row.Text, row.Sealed = "", true
	row.Args = []any{"name", k.who}
	row.Status, row.Edited, row.Retracted = chat.Delivered, false, false
	row.Acts = Acts{ActAskAgain, ActDetails}
	if row.Own || k.done[m.ID] {
		row.Acts = Acts{ActDetails}
	}
	if m.Error == chat.CodeBrokenKeys && !k.done[m.ID] {
		row.Acts = Acts{ActRenew, ActDetails}
	}
}

// failed is what can be done about a message that was not sent because it could not be
// encrypted, besides trying again.
func (k rowMaker) failed(m chat.Message) Acts {
	if m.Direction != chat.Out || m.Status != chat.Failed {
		return Acts{}
	}
	switch m.Error {
	case chat.CodeNoTrusted, chat.CodeKeyChanged, chat.CodeOwnUnchecked:
		return Acts{ActDevices}
	case chat.CodeNoSession, chat.CodeOTREnded:
		return Acts{ActOTR}
	case chat.CodeNoDevice, chat.CodeNoKeyOf:
		if m.Encryption == chat.EncryptionNone && m.Body != "" && !k.barred {
			return Acts{ActPlain} // nobody has it encrypted
		}
		return Acts{ActDetails}
	case chat.CodeNotProtected, chat.CodeNotEncrypted:
		return Acts{ActDetails}
	}
	return Acts{}
}

// SealedWords is the id of the words for why a message could not be read. What was sent
// before this computer had keys is no such row: see message.
func SealedWords(code chat.Code) string {
	if code != chat.CodeBeforeDevice && slices.Contains(chat.Unreadable, code) {
		return "sealed." + string(code)
	}
	return "sealed.unknown"
}

// Dismiss takes away what a row offers to do, until the program starts again.
func (t *Timeline) Dismiss(id chat.MsgID) {
	if t.done == nil {
		t.done = map[chat.MsgID]bool{}
	}
	t.done[id] = true
	call(t.OnChange)
}

// SetGuarded says whether something in the open conversation was ever encrypted.
func (t *Timeline) SetGuarded(on bool) {
	if on != t.guarded {
		t.guarded = on
		call(t.OnChange)
	}
}

// SetPlainBarred says whether nothing in the open conversation may be sent that is not
// encrypted, whatever the person chooses for a message.
func (t *Timeline) SetPlainBarred(on bool) {
	if on != t.barred {
		t.barred = on
		call(t.OnChange)
	}
}
