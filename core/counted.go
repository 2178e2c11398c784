// SPDX-License-Identifier: MPL-2.0

package core

import "chatsecure.org/desktop/core/chat"

// countedOnly are the messages that are with the server by its word that it does not
// resume a session, and by nothing else. A server that ends may have counted what it did
// nothing with (xmpp.Conn.Counted): where there is an archive that is asked, as for all
// else that is in doubt.
//
// The archive has nothing of OTR, and who has a text of that already may call it unreadable
// when it comes twice. There the word counts, but the text is encrypted anew: who knows its
// id drops it. So is all behind it, and that in the order that it had.
func (a *account) countedOnly(s *session) []chat.MsgID {
	doubted := make(map[chat.Address]bool)
	return s.queue.review(s.queue.acked(s.conn.Counted()), func(i outItem, counted bool) bool {
		in, private := a.otr.sealed[i.id|i.repeats]
		if i.otr != (chat.Address{}) {
			in.side, private = i.otr, true
		}
		t := a.otr.talks[in.side.Bare()]
		switch {
		case counted && !s.follows.Load():
			return true
		case !private || t == nil:
			return false
		case counted && !i.errand:
			t.again, doubted[in.side] = true, true
		case !doubted[in.side]:
			return false
		}
		delete(a.otr.sealed, i.id|i.repeats)
		return counted && !i.errand || i.repeats != 0
	})
}
