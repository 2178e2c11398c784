// SPDX-License-Identifier: MPL-2.0

package xmpp

import "context"

// SetActive tells the server whether somebody looks at the program (XEP-0352 §3.2):
// while nobody does it may keep back what can wait. A stream begins active, also a
// resumed one (§5.2): say it again then. A server without it is told nothing.
func (c *Conn) SetActive(ctx context.Context, active bool) error {
	if !c.wire.Offers(nsCSI) {
		return nil
	}
	ctx, cancel := withDeadline(ctx)
	defer cancel()
	element := "<inactive xmlns='" + nsCSI + "'/>"
	if active {
		element = "<active xmlns='" + nsCSI + "'/>"
	}
	return chatError("client state", c.wire.WriteNonza(ctx, []byte(element)))
}
