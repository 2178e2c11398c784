// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/core/store"
)

// signedIn is the account of alice at a server of the test's own.
func signedIn(t *testing.T, s *coretest.Scripted) (*Client, *account) {
	t.Helper()
	p, err := profile.Create(t.Context(), filepath.Join(t.TempDir(), "profile"), profile.Options{Passphrase: []byte("pass")})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), Config{Profile: p, Roots: s.Roots})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	coretest.User(t, s.Server, "alice", "secret")
	if err := c.AddAccount(t.Context(), s.Login("alice"), []byte("secret")); err != nil {
		t.Fatal(err)
	}
	a, err := c.account("test", s.Address("alice"))
	if err != nil {
		t.Fatal(err)
	}
	return c, a
}

// await waits for events until there is what is waited for.
func (c *Client) await(t *testing.T, there func() bool) {
	t.Helper()
	sub := c.Subscribe()
	defer sub.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !there() {
		if _, err := sub.Next(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNoRoomForGap begins a session while the database takes nothing: nothing is
// shown, nor sent, before it is known where the archive's gap begins.
func TestNoRoomForGap(t *testing.T) {
	s := coretest.NewScripted(t)
	c, a := signedIn(t, s)
	c.await(t, func() bool { return a.snapshot().State == chat.StateOnline && !a.snapshot().CatchingUp })
	text := func(id string) string {
		return "<message from='bob@example.test/desk' to='alice@example.test' type='chat' id='" + id + "'><body>" + id + "</body></message>"
	}
	s.Deliver("alice", text("1"), time.Now())
	if err := s.Session("alice").Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	full := 3
	if err := a.do(t.Context(), func(context.Context) {
		a.openGap = func(ctx context.Context, of chat.Address) (store.Gap, error) {
			if full > 0 {
				full--
				return store.Gap{}, &chat.Error{Kind: chat.Storage, Code: chat.CodeDiskFull}
			}
			return c.db.OpenGap(ctx, of)
		}
	}); err != nil {
		t.Fatal(err)
	}
	s.Archive("alice", coretest.Archived{ID: "a2", Stamp: time.Now(), Message: text("2")})
	old := s.Session("alice")
	old.Forget()
	old.Cut()
	c.await(t, func() bool {
		if got := a.snapshot(); got.State == chat.StateOnline && s.Session("alice") != old {
			return true
		} else if got.State == chat.StateOffline {
			_ = c.Connect(t.Context(), a.addr) // do not wait for the next try
		}
		return false
	})
	if full != 0 {
		t.Errorf("it is online without its gap, %d tries before", full)
	}
	s.Deliver("alice", text("3"), time.Now())
	conv := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	c.await(t, func() bool {
		page, err := c.Page(t.Context(), conv, 0, 10)
		return err == nil && len(page) == 3
	})
}

// TestArchiveLater is refused by the archive for a while, for a reason that does not
// sound like that: it is asked again in the same session.
func TestArchiveLater(t *testing.T) {
	s := coretest.NewScripted(t)
	c, a := signedIn(t, s)
	c.await(t, func() bool { return a.snapshot().State == chat.StateOnline && !a.snapshot().CatchingUp })
	var asked atomic.Int32
	s.On(func(s *coretest.Session, e *coretest.Element) bool {
		if _, ok := e.ArchiveQuery(); !ok || asked.Add(1) > 2 {
			return false
		}
		s.Send("<iq type='error' id='" + coretest.Escape(e.Attr("id")) +
			"'><error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
		return true
	})
	if err := a.do(t.Context(), func(context.Context) { a.archiveAgain = 10 * time.Millisecond }); err != nil {
		t.Fatal(err)
	}
	s.Archive("alice", coretest.Archived{
		ID: "a1", Stamp: time.Now(),
		Message: "<message from='bob@example.test/desk' to='alice@example.test' type='chat' id='1'><body>hello</body></message>",
	})
	old := s.Session("alice")
	old.Forget()
	old.Cut()
	conv := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	c.await(t, func() bool {
		page, err := c.Page(t.Context(), conv, 0, 10)
		return err == nil && len(page) == 1
	})
	if got := asked.Load(); got < 3 {
		t.Errorf("asked %d times", got)
	}
}

// TestCorrectionOfWhatNeverComes corrects a message that only the archive has, which never
// gives it: the new words are shown all the same, in the end.
func TestCorrectionOfWhatNeverComes(t *testing.T) {
	s := coretest.NewScripted(t)
	c, a := signedIn(t, s)
	c.await(t, func() bool { return a.snapshot().State == chat.StateOnline && !a.snapshot().CatchingUp })
	s.On(func(s *coretest.Session, e *coretest.Element) bool {
		if _, ok := e.ArchiveQuery(); !ok {
			return false
		}
		s.Send("<iq type='error' id='" + coretest.Escape(e.Attr("id")) +
			"'><error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
		return true
	})
	if err := a.do(t.Context(), func(context.Context) { a.archiveAgain, a.aloneIn = 10*time.Millisecond, time.Second }); err != nil {
		t.Fatal(err)
	}
	old := s.Session("alice")
	old.Forget()
	old.Cut()
	c.await(t, func() bool {
		gaps, err := c.Gaps(t.Context(), a.addr)
		return err == nil && gaps > 0 && a.snapshot().State == chat.StateOnline
	})
	sent := time.Now()
	s.Deliver("alice", "<message from='bob@example.test/desk' to='alice@example.test' type='chat' id='2'><body>the better words</body>"+
		"<replace xmlns='urn:xmpp:message-correct:0' id='1'/></message>", sent)
	conv := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	c.await(t, func() bool {
		page, err := c.Page(t.Context(), conv, 0, 10)
		if err != nil || len(page) == 0 {
			return false
		}
		last := page[len(page)-1]
		return last.Body == "the better words" && last.Edited
	})
	if waited := time.Since(sent); waited < time.Second {
		t.Errorf("it is shown after %v, while the archive may still have its message", waited)
	}
}

// TestGapFromLossOfLink loses a link and resumes the session: until what came since has
// been compared with the archive, something counts as missing.
func TestGapFromLossOfLink(t *testing.T) {
	s := coretest.NewScripted(t)
	c, a := signedIn(t, s)
	gaps := func() int {
		n, err := c.Gaps(t.Context(), a.addr)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	c.await(t, func() bool { return a.snapshot().State == chat.StateOnline && !a.snapshot().CatchingUp && gaps() == 0 })
	var asked atomic.Bool
	s.On(func(_ *coretest.Session, e *coretest.Element) bool {
		if _, ok := e.ArchiveQuery(); ok {
			asked.Store(true)
		}
		return false
	})
	old := s.Session("alice")
	old.Cut()
	c.await(t, func() bool { return gaps() == 1 })
	c.await(t, func() bool { return a.snapshot().State == chat.StateOnline && gaps() == 0 })
	if s.Session("alice") != old {
		t.Error("the session was not resumed")
	}
	if !asked.Load() {
		t.Error("nothing was compared with the archive")
	}
}
