// Changed for ChatSecure Desktop, November 2026: see README.md.

package otr3

// Heartbeat returns an empty message that moves the keys on. When to send one is
// the caller's business: this package has no clock.
func (c *Conversation) Heartbeat() ([]ValidMessage, error) {
	msgs, _, err := c.createSerializedDataMessage(nil, messageFlagIgnoreUnreadable, nil)
	return msgs, err
}
