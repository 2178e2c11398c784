// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"crypto/rand"

	"chatsecure.org/desktop/core/chat"
)

// SendSticker sends a sticker as a message of its own, as an answer where one is being
// written. What stands in the entry stays there.
func (c *Composer) SendSticker(s Sticker) {
	if c.conv.IsZero() || !s.Valid() {
		return
	}
	conv, o := c.conv, chat.SendOptions{OriginID: rand.Text()}
	if c.subject.Kind == SubjectReply {
		o.ReplyTo = c.subject.ID
	}
	c.lane.Run(func(ctx context.Context) func() {
		_, err := c.src.SendText(ctx, conv, s.Code(), o)
		return func() {
			if conv != c.conv {
				return
			}
			c.err = asError("send sticker", err)
			if err == nil && o.ReplyTo != 0 && c.subject.Kind == SubjectReply && c.subject.ID == o.ReplyTo {
				c.subject = Subject{}
			}
			call(c.OnChange)
		}
	})
}
