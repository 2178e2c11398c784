// Changed for ChatSecure Desktop, November 2026: see README.md.

package otr3

func (c *Conversation) processDisconnectedTLV(t tlv, x dataMessageExtra) (toSend *tlv, err error) {
	previousMsgState := c.msgState

	defer c.signalSecurityEventIf(previousMsgState == encrypted, GoneInsecure)
	c.msgState = finished
	c.smp.wipe()
	c.ake = nil

	c.keys.wipe()
	c.keys = keyManagementContext{}

	return nil, nil
}
