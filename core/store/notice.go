// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Notice is something that the program says in a conversation.
type Notice struct {
	Conv        chat.ConvID
	Code        chat.Code        // what it says
	Owner       chat.Address     // whose key it is about; zero: the other side's
	Fingerprint chat.Fingerprint // of that key; "" for none
	Text        string           // what the words need, a device's label; never trusted
	Time        time.Time
}

// AddNotice stores a notice at the end of its conversation, as a message of KindNotice
// with Error the code and Body the text. It is not unread, does not move its
// conversation in the list, is not the line that the list shows and is not found.
func (db *DB) AddNotice(ctx context.Context, n Notice) (id chat.MsgID, err error) {
	err = db.write(ctx, "store notice", func(t *tx) error {
		conv, _, err := t.ensure(n.Conv, n.Time)
		if err != nil {
			return err
		}
		r := messageRow{conv: conv, kind: chat.KindNotice, body: n.Text, time: n.Time, status: chat.Read, err: n.Code}
		if n.Fingerprint != "" {
			account, err := t.account(n.Conv.Account)
			if err != nil {
				return err
			}
			owner := n.Owner
			if owner.IsZero() {
				owner = n.Conv.Peer
			}
			if r.key, err = t.keyOf(account, owner, n.Fingerprint); err != nil {
				return err
			}
		}
		id, err = t.insert(&r)
		return err
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// hidden says whether rows of a kind are left out of the list of conversations and of
// the search index.
func hidden(kind chat.MessageKind) bool { return kind == chat.KindNotice || kind == chat.KindGap }
