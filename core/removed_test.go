// SPDX-License-Identifier: MPL-2.0

package core

import (
	"testing"
	"time"

	"chatsecure.org/desktop/core/xmpp"
)

// TestRemovedLeavesNoSettings: what is kept beside an account's rows goes with it.
func TestRemovedLeavesNoSettings(t *testing.T) {
	c, a := oneAccount(t)
	s := a.idleSession(t)
	s.server.Archive = true
	if !a.tooEarly(t.Context(), &letter{Message: &xmpp.Message{}, session: s}, time.Now()) {
		t.Fatal("nothing is noted")
	}
	if err := c.RemoveAccount(t.Context(), a.addr); err != nil {
		t.Fatal(err)
	}
	if got, err := c.db.Setting(t.Context(), earlySetting+a.addr.String()); got != "" || err != nil {
		t.Errorf("%q stays, %v", got, err)
	}
}
