// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/xml"
	"errors"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

var pingPayload = []byte("<ping xmlns='" + nsPing + "'/>")

// Ping asks to whether it is there (XEP-0199 §4); zero is our own server.
func (c *Conn) Ping(ctx context.Context, to chat.Address) error {
	if to.IsZero() {
		to = c.server()
	}
	return c.ask(ctx, "ping", stanza.GetIQ, to, pingPayload, nil)
}

// Confirm returns nil once everything written before is with the server. Where the
// connection is managed the server says so itself (XEP-0198 §4), and this waits,
// without a deadline of its own, also for another link. Else a server works
// through a stream in order (RFC 6120 §10.1), so its answer to a ping, be it an
// error, says that it has read all before it (XEP-0199 §4.2).
func (c *Conn) Confirm(ctx context.Context) error {
	if c.wire.Managed() {
		if c.life.Err() != nil {
			return lost("confirm", context.Cause(c.life))
		}
		return chatError("confirm", c.wire.Confirm(ctx))
	}
	return c.Alive(ctx)
}

// Alive returns nil once our server has answered a ping, be it with an error: then it
// has also read all that was written before.
func (c *Conn) Alive(ctx context.Context) error {
	err := c.Ping(ctx, chat.Address{})
	var said *StanzaError
	if errors.As(err, &said) {
		return nil
	}
	return err
}

func (c *Conn) handlePing(iq stanza.IQ, t xmlstream.TokenReadEncoder, _ *xml.StartElement) error {
	if !c.mayAsk(iq) {
		return refuse(t, iq, stanza.ServiceUnavailable)
	}
	return reply(t, iq, nil)
}
