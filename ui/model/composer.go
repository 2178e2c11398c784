// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

const (
	draftAfter  = 700 * time.Millisecond // without a key pressed, a draft is saved
	pausedAfter = 5 * time.Second        // without a key pressed, "paused" is sent
)

// ComposerSource is what the composer asks; *core.Client meets it.
type ComposerSource interface {
	Conversation(ctx context.Context, id chat.ConvID) (chat.Conversation, error)
	SendText(ctx context.Context, conv chat.ConvID, body string, o chat.SendOptions) (chat.MsgID, error)
	SetDraft(ctx context.Context, conv chat.ConvID, text string) error
	SetTyping(ctx context.Context, conv chat.ConvID, typing chat.Typing) error
	Correct(ctx context.Context, conv chat.ConvID, id chat.MsgID, body string) error
}

// Composer is where a message is written. The text is kept until it is stored,
// and as a draft when the conversation is left.
type Composer struct {
	OnText   func(text string) // the entry must show this text now
	OnChange func()            // CanSend, Subject or Err changed

	env  *Env
	src  ComposerSource
	lane *Lane // drafts and messages, in order
	note *Lane // typing states, in order: they may wait for the network

	conv      chat.ConvID
	text      string
	saved     string // draft as last stored
	touched   bool   // the person typed since Open
	typing    chat.Typing
	stopDraft func()
	stopPause func()

	subject Subject
	kept    string                  // what stood here before an edit began
	answers map[chat.ConvID]Subject // of conversations that were left

	sending bool
	again   bool   // Enter was pressed while sending
	origin  string // of the text that is being tried, so that a second try is the same message
	tried   attempt
	err     *chat.Error
}

// NewComposer returns a composer of no conversation: call Open.
func NewComposer(env *Env, src ComposerSource) *Composer {
	return &Composer{
		env: env, src: src, lane: env.Tasks.NewLane(), note: env.Tasks.NewLane(), answers: map[chat.ConvID]Subject{},
	}
}

// Open changes the conversation: the draft of the one before is stored, the
// new one's is shown. The zero id shows none.
func (c *Composer) Open(id chat.ConvID) {
	if id == c.conv {
		return
	}
	c.Flush()
	c.setAside()
	c.conv, c.text, c.saved, c.touched = id, "", "", false
	c.sending, c.again, c.origin, c.tried, c.err = false, false, "", attempt{}, nil
	c.subject, c.kept = c.answers[id], ""
	c.show("")
	if id.IsZero() {
		return
	}
	c.lane.Run(func(ctx context.Context) func() {
		conv, err := c.src.Conversation(ctx, id)
		return func() {
			if id != c.conv || err != nil {
				return
			}
			c.saved = conv.Draft
			if c.Editing() {
				c.kept = conv.Draft
			} else if !c.touched && conv.Draft != "" {
				c.text = conv.Draft
				c.show(conv.Draft)
			}
		}
	})
}

func (c *Composer) show(text string) {
	if c.OnText != nil {
		c.OnText(text)
	}
	call(c.OnChange)
}

// Conv is the conversation that is written to.
func (c *Composer) Conv() chat.ConvID { return c.conv }

// Text is what stands in the entry.
func (c *Composer) Text() string { return c.text }

// CanSend says whether Send would do something.
func (c *Composer) CanSend() bool { return !c.conv.IsZero() && strings.TrimSpace(c.text) != "" }

// Err is why the last message could not be stored; nil once it could. The text
// is still in the entry.
func (c *Composer) Err() *chat.Error { return c.err }

// SetText is called by the entry at each change by the person.
func (c *Composer) SetText(text string) {
	if text == c.text || c.conv.IsZero() {
		return
	}
	could := c.CanSend()
	c.text, c.touched = text, true
	c.saveLater()
	c.noteTyping()
	if could != c.CanSend() {
		call(c.OnChange)
	}
}

func (c *Composer) saveLater() {
	call(c.stopDraft)
	c.stopDraft = c.env.After(draftAfter, c.saveDraft)
}

// Flush stores the draft now and says that the person no longer types. Call it
// before the program ends.
func (c *Composer) Flush() {
	call(c.stopDraft)
	if c.conv.IsZero() {
		return
	}
	c.saveDraft()
	if c.typing != chat.Idle {
		c.setTyping(chat.Idle)
	}
}

func (c *Composer) saveDraft() {
	if c.text == c.saved || !c.touched || c.Editing() {
		return
	}
	conv, text := c.conv, c.text
	c.saved = text
	c.lane.Run(func(ctx context.Context) func() {
		err := c.src.SetDraft(ctx, conv, text)
		return func() {
			if err != nil && conv == c.conv {
				c.saved = "" // try again at the next change
				c.err = asError("save draft", err)
				call(c.OnChange)
			}
		}
	})
}

// noteTyping follows XEP-0085 §5.1: composing at the first key, paused after a
// while without, idle when the entry is empty.
func (c *Composer) noteTyping() {
	call(c.stopPause)
	if strings.TrimSpace(c.text) == "" {
		if c.typing != chat.Idle {
			c.setTyping(chat.Idle)
		}
		return
	}
	if c.typing != chat.Composing {
		c.setTyping(chat.Composing)
	}
	c.stopPause = c.env.After(pausedAfter, func() { c.setTyping(chat.Paused) })
}

func (c *Composer) setTyping(to chat.Typing) {
	call(c.stopPause)
	c.typing = to
	conv := c.conv
	c.note.Run(func(ctx context.Context) func() {
		// Only a courtesy: whoever is offline types unseen.
		_ = c.src.SetTyping(ctx, conv, to)
		return nil
	})
}

// attempt is what one try to send was about.
type attempt struct {
	text    string
	replyTo chat.MsgID
}

// Send stores the text to be sent, or the correction. The entry is cleared once it
// is stored; what was typed meanwhile stays.
func (c *Composer) Send() {
	if !c.CanSend() {
		return
	}
	if c.sending {
		c.again = true
		return
	}
	if c.Editing() {
		c.correct()
		return
	}
	c.sending = true
	try := attempt{c.text, c.subject.ID}
	if c.tried != try || c.origin == "" {
		c.origin, c.tried = rand.Text(), try
	}
	call(c.stopPause)
	c.typing = chat.Idle // the message itself says so
	conv, body, o := c.conv, c.text, chat.SendOptions{OriginID: c.origin, ReplyTo: try.replyTo}
	c.lane.Run(func(ctx context.Context) func() {
		_, err := c.src.SendText(ctx, conv, body, o)
		return func() {
			if err == nil && c.answers[conv].ID == o.ReplyTo {
				delete(c.answers, conv)
			}
			if conv == c.conv {
				c.sent(body, o.ReplyTo, err)
			} else if err == nil {
				c.dropDraft(conv)
			}
		}
	})
}

func (c *Composer) sent(body string, replyTo chat.MsgID, err error) {
	again := c.again
	c.sending, c.again = false, false
	if c.err = asError("send message", err); err != nil {
		call(c.OnChange)
		return
	}
	c.origin, c.tried = "", attempt{}
	if c.subject.ID == replyTo && !c.Editing() {
		c.subject = Subject{}
	}
	if rest, ok := strings.CutPrefix(c.text, body); ok {
		c.text = strings.TrimLeft(rest, "\n")
		c.show(c.text)
	} else {
		call(c.OnChange)
	}
	c.saveDraft()
	if again {
		c.Send()
	}
}

// dropDraft clears the draft of a conversation that was left while its text
// was being stored as a message.
func (c *Composer) dropDraft(conv chat.ConvID) {
	c.lane.Run(func(ctx context.Context) func() {
		_ = c.src.SetDraft(ctx, conv, "")
		return nil
	})
}
