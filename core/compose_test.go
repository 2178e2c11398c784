// SPDX-License-Identifier: MPL-2.0

package core

import (
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// An answer in the clear names what came encrypted and does not quote it; what came in
// the clear is quoted.
func TestQuotesNothingSecret(t *testing.T) {
	for _, how := range []chat.Encryption{chat.EncryptionNone, chat.EncryptionOTR, chat.EncryptionOMEMO, chat.EncryptionOMEMO2} {
		t.Run(how.String(), func(t *testing.T) {
			c, a := oneAccount(t)
			bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
			page, err := c.db.AddIncoming(t.Context(), []store.Incoming{{
				Conv: bob, From: bob.Peer.WithResource("x"), Direction: chat.In, Kind: chat.KindText, Body: "THE CODE IS 4711",
				OriginID: "q1", MessageID: "q1", Time: time.Now(), Encryption: how,
			}})
			need(t, err)
			need(t, c.SetEncryption(t.Context(), bob, chat.ChoiceNone))
			s := a.idleSession(t)
			_, err = c.SendText(t.Context(), bob, "thanks", chat.SendOptions{ReplyTo: page[0].ID})
			need(t, err)
			got := strings.Join(s.queued(t), "")
			if !strings.Contains(got, "thanks") || !strings.Contains(got, "id='q1'") {
				t.Errorf("no answer: %s", got)
			}
			if quoted := strings.Contains(got, "4711"); quoted != (how == chat.EncryptionNone) {
				t.Errorf("quoted: %v in %s", quoted, got)
			}
		})
	}
}
