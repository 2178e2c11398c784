// SPDX-License-Identifier: MPL-2.0

package core

import "chatsecure.org/desktop/core/chat"

// countedOnly are the messages that are with the server by its word that it does not
// resume a session, and by nothing else. A server that ends may have counted what it did
// nothing with (xmpp.Conn.Counted): where there is an archive that is asked, as for all
// else that is in doubt.
//
// No archive has what is said in OTR, and who has a text of that already may call it
// unreadable when it comes twice. There a message counts as sent, but is encrypted anew:
// who knows its id drops it. So is all of the conversation behind it, and in the order that
// it had.
func (a *account) countedOnly(s *session) []chat.MsgID {
	doubted := make(map[*talk]bool)
	return s.queue.review(s.queue.acked(s.conn.Counted()), func(i outItem, counted bool) bool {
		in, private := a.otr.sealed[i.carries()]
		if i.otr != (chat.Address{}) {
			in.side, private = i.otr, true
		}
		t := a.otr.talks[in.side.Bare()]
		switch {
		case !private || t == nil:
			return counted && !s.server.Archive
		case counted:
			t.again, doubted[t] = true, true
		case !doubted[t]:
			return false
		case i.repeats != 0 && !i.errand:
			a.cameBack(t, i.repeats)
		}
		a.sealAnew(i.carries())
		return counted && !i.errand || i.repeats != 0
	})
}
