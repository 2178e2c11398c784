// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// Limits of reactions to one message.
const (
	maxReactions = 32
	maxEmoji     = 64 // bytes
)

// Correct puts another text in the place of a message of ours (XEP-0308), here at
// once, and at the other side in its turn. The error is of kind Input: CodeEmpty,
// CodeTooLarge, or CodeNotFound also for what can not be changed so.
func (c *Client) Correct(ctx context.Context, conv chat.ConvID, id chat.MsgID, body string) error {
	const op = "correct message"
	body, err := checkBody(op, body)
	if err != nil {
		return err
	}
	return c.alter(ctx, op, conv, id, store.Errand{Kind: store.AmendReplace, Body: body})
}

// Retract takes a message of ours back (XEP-0424): its text goes here at once, and
// the other side is asked to do the same. Errors as of Correct.
func (c *Client) Retract(ctx context.Context, conv chat.ConvID, id chat.MsgID) error {
	return c.alter(ctx, "take message back", conv, id, store.Errand{Kind: store.AmendRetract})
}

// React puts emoji under a message, in the place of those that we put there before
// (XEP-0444); none takes them away. Errors as of Correct.
func (c *Client) React(ctx context.Context, conv chat.ConvID, id chat.MsgID, emoji []string) error {
	const op = "react"
	if len(emoji) > maxReactions {
		return failed(chat.Input, op, chat.CodeTooLarge, nil)
	}
	clean := make([]string, 0, len(emoji))
	for _, e := range emoji {
		switch e = strings.TrimSpace(cleanBody(e)); {
		case e == "":
			return failed(chat.Input, op, chat.CodeEmpty, nil)
		case len(e) > maxEmoji:
			return failed(chat.Input, op, chat.CodeTooLarge, nil)
		}
		clean = append(clean, e)
	}
	return c.alter(ctx, op, conv, id, store.Errand{Kind: store.AmendReact, Emoji: clean})
}

// alter stores a change with word of it for the other side.
func (c *Client) alter(ctx context.Context, op string, conv chat.ConvID, id chat.MsgID, e store.Errand) error {
	a, conv, err := c.conversationAccount(op, conv)
	if err != nil {
		return err
	}
	if err := c.belongs(ctx, op, conv, id); err != nil {
		return err
	}
	e.Conv, e.Message, e.OriginID, e.Time = conv, id, newID(), time.Now().UTC()
	if e.Kind != store.AmendRetract {
		if e.Encryption, err = a.promise(ctx, conv, chat.ChoiceAuto); err != nil {
			return asError(op, err)
		}
	}
	a.sending.Lock()
	defer a.sending.Unlock()
	changed, err := c.db.AddErrand(ctx, e)
	if err != nil {
		return asError(op, err)
	}
	if !changed.Queued || e.Kind == store.AmendRetract { // the message may be on its way to the session as it was
		a.forget(func(of chat.MsgID, _ chat.ConvID) bool { return of == id })
		a.box.post(a.fillAgain)
	}
	if changed.Queued {
		a.box.post(func(context.Context) {
			if e.Kind == store.AmendRetract {
				a.takenBack(conv, changed.Row.Target)
			}
			a.handNew(changed.Row)
		})
	}
	a.publishMessages(conv, id)
	return nil
}

// checkBody makes a text one that can be sent.
func checkBody(op, body string) (string, error) {
	body = cleanBody(body)
	switch {
	case strings.TrimSpace(body) == "":
		return "", failed(chat.Input, op, chat.CodeEmpty, nil)
	case len(body) > MaxBody || len(xmpp.EncodeMessage(xmpp.OutMessage{Body: body})) > maxStanza:
		return "", failed(chat.Input, op, chat.CodeTooLarge, nil)
	}
	return body, nil
}

// amendment reads a message that only changes another one: a correction (XEP-0308),
// a retraction (XEP-0424), reactions (XEP-0444).
func amendment(p *arrivals, l letter, text string) (store.Amend, bool) {
	change := store.Amend{
		Conv: l.conv, Direction: l.direction,
		OriginID: chat.Cut(l.OriginID, maxID), MessageID: chat.Cut(l.ID, maxID), StanzaID: l.archiveID,
		Encryption: l.secret.how, Fingerprint: l.secret.key, Hash: l.secret.hash, Keys: l.secret.keys,
		Time: l.time(p.now), Resource: l.From.Resource,
	}
	switch {
	case l.Retracts != "":
		change.Kind, change.Target = store.AmendRetract, l.Retracts
	case l.Reactions != nil:
		change.Kind, change.Target, change.Emoji = store.AmendReact, l.Reactions.For, l.Reactions.Emoji
	case l.Replaces != "" && strings.TrimSpace(text) != "":
		change.Kind, change.Target, change.Body, change.Unstyled = store.AmendReplace, l.Replaces, text, l.Unstyled
	default:
		return store.Amend{}, false
	}
	change.Target = chat.Cut(change.Target, maxID)
	return change, true
}

// aloneIn is how long a correction waits for its message while the archive does not give
// what is missing here: its words are all that there is of that message.
const aloneIn = time.Hour

// showAlone shows corrections whose message has not come with all that the archive has,
// or in a long time.
func (a *account) showAlone(ctx context.Context) { a.showAloneAfter(ctx, 0) }

// showAloneAfter shows the next few, and the others once what waits meanwhile has had its
// turn: there may be as many as somebody likes.
func (a *account) showAloneAfter(ctx context.Context, after int64) {
	all, next, err := a.db.ShowAlone(ctx, a.addr, after, time.Now().Add(-a.aloneIn))
	if err != nil {
		a.log.Error("corrections", "err", chatError("store corrections", err))
	}
	for _, m := range all {
		a.discovered(m.Conv)
		a.publishMessages(m.Conv, m.ID)
		if m.Moved {
			a.publish(chat.Event{Kind: chat.Reload})
		}
	}
	if next != 0 {
		a.box.post(func(ctx context.Context) { a.showAloneAfter(ctx, next) })
	}
}
