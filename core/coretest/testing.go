// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
)

// Prosody starts a Prosody for the life of a test. Where it is not installed the
// test is skipped, or fails if CHATSECURE_REQUIRE_SERVERS is set.
func Prosody(t testing.TB, o Options) *Server {
	t.Helper()
	return forTest(t, o, StartProsody)
}

// Ejabberd is Prosody for ejabberd.
func Ejabberd(t testing.TB, o Options) *Server {
	t.Helper()
	return forTest(t, o, StartEjabberd)
}

func forTest(t testing.TB, o Options, start func(context.Context, string, Options) (*Server, error)) *Server {
	t.Helper()
	s, err := start(t.Context(), t.TempDir(), o)
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("CHATSECURE_REQUIRE_SERVERS") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			t.Logf("the end of %s's log:\n%s", s.Name, s.Log())
		}
	})
	return s
}

// User makes an account on s and ends the test if it can not.
func User(t testing.TB, s *Server, local, password string) {
	t.Helper()
	if err := s.AddUser(t.Context(), local, password); err != nil {
		t.Fatal(err)
	}
}

// NewProxy opens a way to the STARTTLS port of s for the life of a test.
func NewProxy(t testing.TB, s *Server) *Proxy {
	t.Helper()
	p, err := OpenProxy(s.STARTTLS())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}
