// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// SubjectKind is what the message being written has to do with another one.
type SubjectKind int8

// The kinds.
const (
	SubjectNone  SubjectKind = iota
	SubjectReply             // it answers that one
	SubjectEdit              // it takes the place of that one, which is the person's own
)

// Subject is the message that the one being written is about.
type Subject struct {
	Kind SubjectKind
	ID   chat.MsgID
	Text string // the beginning of it in one line
	Own  bool
	body string // of a message that is edited
}

// Subject is what is being answered or edited; the zero value for neither.
func (c *Composer) Subject() Subject { return c.subject }

// Editing says whether an own message is being changed.
func (c *Composer) Editing() bool { return c.subject.Kind == SubjectEdit }

// Reply makes what is written next the answer to a message.
func (c *Composer) Reply(m chat.Message) {
	if c.conv.IsZero() || m.Conv != c.conv || m.Kind != chat.KindText || m.Retracted {
		return
	}
	c.stopEditing()
	c.subject = Subject{Kind: SubjectReply, ID: m.ID, Text: quoteOf(m), Own: m.Direction == chat.Out}
	call(c.OnChange)
}

// Edit shows an own message to be changed. What stands in the entry comes back
// when it is done.
func (c *Composer) Edit(m chat.Message) {
	if c.conv.IsZero() || m.Conv != c.conv || !Changeable(m) {
		return
	}
	c.stopEditing()
	call(c.stopDraft)
	c.saveDraft()
	c.kept, c.text = c.text, m.Body
	c.subject = Subject{Kind: SubjectEdit, ID: m.ID, Text: quoteOf(m), Own: true, body: m.Body}
	c.show(c.text)
}

// Cancel goes back to a message of its own, with the text of before an edit. It
// says whether there was anything to cancel.
func (c *Composer) Cancel() bool {
	if c.subject.Kind == SubjectNone {
		return false
	}
	edited := c.stopEditing()
	c.subject, c.err = Subject{}, nil
	delete(c.answers, c.conv)
	if edited {
		c.show(c.text)
	} else {
		call(c.OnChange)
	}
	return true
}

// stopEditing brings back what an edit has put aside.
func (c *Composer) stopEditing() bool {
	if !c.Editing() {
		return false
	}
	c.text, c.kept, c.subject = c.kept, "", Subject{}
	return true
}

// setAside keeps the answer that is being written in a conversation that is left.
// A change that has not been sent is dropped.
func (c *Composer) setAside() {
	delete(c.answers, c.conv)
	if c.subject.Kind == SubjectReply {
		c.answers[c.conv] = c.subject
	}
}

// correct sends the changed text. Nothing is sent where nothing was changed.
func (c *Composer) correct() {
	id, body, conv := c.subject.ID, c.text, c.conv
	if body == c.subject.body {
		c.Cancel()
		return
	}
	c.sending = true
	c.setTyping(chat.Idle)
	c.lane.Run(func(ctx context.Context) func() {
		err := c.src.Correct(ctx, conv, id, body)
		return func() {
			if conv == c.conv {
				c.corrected(id, body, err)
			}
		}
	})
}

func (c *Composer) corrected(id chat.MsgID, body string, err error) {
	c.sending, c.again = false, false
	c.err = asError("change message", err)
	if err == nil && c.Editing() && c.subject.ID == id && strings.TrimSpace(c.text) == strings.TrimSpace(body) {
		c.stopEditing()
		c.show(c.text)
		return
	}
	call(c.OnChange)
}
