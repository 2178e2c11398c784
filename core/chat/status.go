// SPDX-License-Identifier: MPL-2.0

package chat

import (
	"fmt"
	"strconv"
)

// Status is how far a message has come. It only moves forward: see Advance.
type Status int8

// The states of an outgoing message. An incoming message is Delivered from the
// start and Read once the person has seen it.
const (
	Queued    Status = iota // stored here, not yet confirmed by our server
	Sent                    // our server has it
	Delivered               // a device of the contact has it (XEP-0184)
	Read                    // the contact has seen it (XEP-0333)
	Failed                  // it was not sent and will not be by itself
)

var statusNames = [...]string{"queued", "sent", "delivered", "read", "failed"}

// Advance returns the later of the two states. Failed is reached only from
// Queued or Sent and is left only by news from the far side (Delivered, Read),
// which proves that the message arrived; a retry by the person starts anew and
// does not go through Advance.
func (s Status) Advance(next Status) Status {
	switch {
	case s == Failed && (next == Delivered || next == Read):
		return next
	case s == Failed:
		return s
	case next == Failed && s >= Delivered:
		return s
	case next == Failed:
		return next
	}
	return max(s, next)
}

// String is the word that cli.md fixes: queued, sent, delivered, read, failed.
func (s Status) String() string { return word(statusNames[:], int(s)) }

// word is the name of a value; a number for one that a later program wrote.
func word(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return strconv.Itoa(i)
	}
	return names[i]
}

// ParseStatus is the inverse of String.
func ParseStatus(s string) (Status, error) {
	for i, n := range statusNames {
		if n == s {
			return Status(i), nil
		}
	}
	return 0, fmt.Errorf("unknown status %q", s)
}
