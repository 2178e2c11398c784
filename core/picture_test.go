// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// A contact that says ever new things of its picture costs one fetch at a time.
func TestPictureNewsOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bob := chat.MustAddress("bob@example.test")
		a := bareAccount(t)
		a.rec = store.AccountRecord{}
		a.contacts = map[chat.Address]chat.Contact{bob: {Account: a.addr, Address: bob}}
		a.pictures = map[chat.Address]claim{}
		var fetched []string
		answer := make(chan error)
		fetch := func(_ context.Context, _ *session, _ chat.Address, hash string) error {
			fetched = append(fetched, hash)
			return <-answer
		}
		a.fetch = fetch
		a.start()
		s := &session{account: a, queue: newSendQueue()}
		a.box.post(func(context.Context) { a.session = s })
		hash := func(i int) string { return strings.Repeat("0", 30) + string(rune('a'+i)) }
		for i := range 20 {
			a.box.post(func(context.Context) { a.pictureNews(s, bob, hash(i), true) })
		}
		synctest.Wait()
		if len(fetched) != 1 {
			t.Fatalf("%d fetches at a time", len(fetched))
		}
		answer <- context.DeadlineExceeded
		synctest.Wait()
		if len(fetched) != 2 || fetched[1] != hash(19) {
			t.Fatalf("fetched %q, want the first and then the last", fetched)
		}
		answer <- context.DeadlineExceeded
		synctest.Wait()
		if len(fetched) != 2 {
			t.Errorf("what can not be had is fetched again and again: %q", fetched)
		}
		a.box.post(func(context.Context) { a.session = nil })
		a.close()
	})
}
