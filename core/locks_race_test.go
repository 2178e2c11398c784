// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"strings"
	"sync"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// TestOneAccountOfMany: of accounts that are added at the same time only as many stay as
// there may be, also after the next start, and nothing is kept of the others.
func TestOneAccountOfMany(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	names := []string{"one", "two", "three"}
	for _, n := range names {
		coretest.User(t, s, n, "secret of "+n)
	}
	p := somebody(t, s, "one")
	p.under(`{"accounts.max":1}`)
	var wg sync.WaitGroup
	for _, n := range names {
		wg.Go(func() {
			if err := p.AddAccount(p.ctx(), s.Login(n), []byte("secret of "+n)); err != nil {
				wantRefused(t, err, chat.CodePolicyAccounts)
			}
		})
	}
	wg.Wait()
	one := func() string {
		t.Helper()
		all, err := p.Accounts(p.ctx())
		if err != nil || len(all) != 1 {
			t.Fatalf("%d accounts, %v", len(all), err)
		}
		return all[0].Login.Address.String()
	}
	was := one()
	for name := range p.keyring.secrets {
		for _, n := range names {
			if addr := s.Address(n).String(); addr != was && strings.Contains(name, addr) {
				t.Errorf("the keyring still has %s", name)
			}
		}
	}
	p.policy = brandAsks(t, `{"accounts.max":1}`)
	p.stop()
	p.start()
	if now := one(); now != was {
		t.Errorf("%s took the place of %s", now, was)
	}
}
