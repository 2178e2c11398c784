// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"fmt"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/xmpp"
)

// TestReplacedByWhatIsNewer: a session that a device begins takes the place of the one
// before, also where both come out of the archive; one that comes out of it late does not:
// its place was taken by what came live.
func TestReplacedByWhatIsNewer(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	id := ratchet{bobby, 5, omemo.V2}
	x := newPeer(t, a, "bob@example.test/x", 5, b)
	sessions := map[string]*omemo.Session{"first": x.session}
	for _, name := range []string{"second", "third"} {
		one := b
		one.Prekeys = b.Prekeys[int(nextPrekey.Add(1))%len(b.Prekeys):][:1]
		session, err := omemo.Begin(omemo.V2, x.identity, one, nil)
		need(t, err)
		sessions[name] = session
	}
	answered := func(name string) (can bool) {
		inActor(t, a, func(ctx context.Context) {
			with, err := a.newRatchets().session(ctx, id)
			need(t, err)
			data, kex, err := with.Encrypt([]byte("a key of thirty-two bytes, or so"), nil)
			need(t, err)
			kept, err := sessions[name].MarshalBinary() // nothing of this has been sent
			need(t, err)
			copied, err := omemo.ParseSession(kept)
			need(t, err)
			_, err = copied.Decrypt(data, kex, time.Now())
			can = err == nil
		})
		return can
	}
	for i, m := range []struct {
		in   string
		ago  time.Duration
		used string
	}{
		{"first", 3 * time.Hour, "first"},
		{"first", 2 * time.Hour, "first"},
		{"second", time.Hour, "second"},
		{"first", 90 * time.Minute, "second"},
		{"second", 0, "second"},
		{"third", 30 * time.Minute, "second"},
		{"third", 20 * time.Minute, "second"},
	} {
		x.session = sessions[m.in]
		number := fmt.Sprint(i)
		in := x.says(number, "text "+number)
		if m.ago > 0 {
			in = &xmpp.Message{From: a.addr, To: a.addr, Archived: &xmpp.Archived{ID: number, Stamp: time.Now().Add(-m.ago), Message: in}}
		}
		a.comes(t, s, in)
		if !answered(m.used) {
			t.Errorf("message %s: the %s session is not the one that is used", number, m.used)
		}
	}
	if got := texts(t, c, chat.ConvID{Account: a.addr, Peer: bobby}); len(got) != 7 {
		t.Errorf("read %q", got)
	}
}
