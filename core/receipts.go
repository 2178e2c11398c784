// SPDX-License-Identifier: MPL-2.0

package core

import (
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

// answer sends receipts, only now that the messages are stored, and only to
// contacts who may see whether we are here (XEP-0184 §8). A message that comes
// twice gets a second one: perhaps the first was lost with a connection. One that the
// archive shows once more does while it is unread.
func (a *account) answer(p *arrivals) {
	if !a.client.prefs.receipts.Load() || a.silent {
		return
	}
	for i := range p.out.Stored {
		m := p.sources[i]
		if !m.ReceiptRequest || m.ID == "" || m.direction == chat.Out || m.carbon || m.seen || p.out.Stored[i].ID == 0 || p.out.Stored[i].Read || !a.seesUs(m.From.Bare()) {
			continue
		}
		receipt := xmpp.OutMessage{To: m.From, Type: m.Type, ID: newID(), ReceiptFor: m.ID}
		a.owe(outItem{stanza: xmpp.EncodeMessage(receipt), receipt: true, only: &a.client.prefs.receipts})
	}
}

// maxOwed is how many receipts wait for a connection.
const maxOwed = 1000

// owe sends a receipt now or with the next session.
func (a *account) owe(receipts ...outItem) {
	for _, r := range receipts {
		switch {
		case a.session != nil:
			a.session.queue.put(r)
		case len(a.owed) < maxOwed:
			a.owed = append(a.owed, r)
		}
	}
}
