// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// SetNick publishes what the person calls itself to its contacts (XEP-0172
// §4.3); "" takes it away.
func (c *Conn) SetNick(ctx context.Context, nick string) error {
	if nick = strings.Join(strings.Fields(nick), " "); len(nick) > maxName {
		return badInput("set nick", chat.CodeTooLarge, nil)
	}
	var b builder
	if nick == "" {
		b.empty("nick", nsNick)
	} else {
		b.text("nick", nsNick, nick)
	}
	return c.publish(ctx, nsNick, "current", b.Bytes(), forContacts)
}

// Nick fetches what the account of addr calls itself (XEP-0172 §4.3); "" for
// nothing. It is never to be trusted.
func (c *Conn) Nick(ctx context.Context, addr chat.Address) (string, error) {
	p, err := c.items(ctx, addr, nsNick, "")
	if chat.CodeOf(err) == chat.CodeNotFound {
		return "", nil
	}
	if err != nil || len(p.Items.Items) == 0 {
		return "", err
	}
	return name(p.Items.Items[0].Nick), nil
}
