// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"testing"
)

// The server's old name does not undo the one that was chosen offline.
func TestNickChosenOffline(t *testing.T) {
	c, a := oneAccount(t)
	says := func(nick string) string {
		t.Helper()
		if err := a.do(t.Context(), func(context.Context) { a.nickNews(a.addr, nick) }); err != nil {
			t.Fatal(err)
		}
		return a.record().Nick
	}
	if got := says("Server's"); got != "Server's" {
		t.Fatalf("the name on the server is not taken: %q", got)
	}
	if err := c.SetNick(t.Context(), a.addr, "Mine"); err != nil {
		t.Fatal(err)
	}
	if got := says("Server's"); got != "Mine" {
		t.Errorf("the name is %q, want the one that was chosen last", got)
	}
}
