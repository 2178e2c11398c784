// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
)

// Scripted is an XMPP server in this process, whose every word a test may choose:
// the server that does what it must not. Without scripts it is a small and honest
// one, for a session of each account at a time: STARTTLS, SCRAM-SHA-256, stream
// management with resumption (XEP-0198), contact lists, abilities, carbons as far as
// they are asked for, archives (XEP-0313). Any goroutine may call its methods.
type Scripted struct {
	*Server
	listener net.Listener
	cert     tls.Certificate
	wg       sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	conns    map[*scriptedConn]struct{}
	users    map[string]string // local part -> password
	rosters  map[string]map[string]string
	archives map[string][]Archived
	sessions map[string]*Session // the newest of each account
	features []string
	offers   string // of streams, after the login
	scripts  []Script
	ids      int
	changed  chan struct{} // closed, and replaced, when something has come in
}

// Script may answer an element of a client in the server's place; false leaves that
// to the script before it, and in the end to the server itself (Session.Answer). It
// is called by the goroutine that reads the client's connection.
type Script func(s *Session, e *Element) (answered bool)

// OpenScripted starts a server with its files below dir. The caller closes it.
func OpenScripted(dir string) (*Scripted, error) {
	s, _, err := prepare("scripted", dir, Options{}, 0)
	if err != nil {
		return nil, err
	}
	cert, err := tls.LoadX509KeyPair(s.path("server.pem"), s.path("server.key"))
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", net.JoinHostPort(s.Host, "0"))
	if err != nil {
		return nil, err
	}
	s.Port, s.DirectTLSPort = l.Addr().(*net.TCPAddr).Port, 0
	f := &Scripted{
		Server: s, listener: l, cert: cert, conns: map[*scriptedConn]struct{}{}, users: map[string]string{},
		rosters: map[string]map[string]string{}, archives: map[string][]Archived{}, sessions: map[string]*Session{},
		features: []string{"http://jabber.org/protocol/disco#info", nsCarbons, nsArchive, nsArchive + "#extended", "urn:xmpp:sid:0"},
		changed:  make(chan struct{}),
	}
	s.start = func(context.Context, *Server) (*process, error) { return nil, errors.ErrUnsupported }
	s.addUser = func(_ context.Context, _ *Server, local, password string) error {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.users[local] = password
		return nil
	}
	f.wg.Go(f.accept)
	return f, nil
}

// NewScripted is OpenScripted for the life of a test.
func NewScripted(t testing.TB) *Scripted {
	t.Helper()
	f, err := OpenScripted(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// Close ends the server and all connections.
func (f *Scripted) Close() {
	f.mu.Lock()
	f.closed = true
	for c := range f.conns {
		c.raw.Close()
	}
	f.mu.Unlock()
	f.listener.Close()
	f.wg.Wait()
}

func (f *Scripted) accept() {
	for {
		raw, err := f.listener.Accept()
		if err != nil {
			return
		}
		c := &scriptedConn{server: f, raw: raw, wake: make(chan struct{}, 1)}
		f.mu.Lock()
		f.conns[c] = struct{}{}
		closed := f.closed
		f.mu.Unlock()
		if closed {
			raw.Close()
		}
		f.wg.Go(func() {
			c.serve()
			f.mu.Lock()
			delete(f.conns, c)
			f.mu.Unlock()
		})
	}
}

// On puts a script before those that there are.
func (f *Scripted) On(script Script) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.scripts = append(f.scripts, script)
}

// Session is the newest session of an account; nil for none.
func (f *Scripted) Session(local string) *Session {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sessions[local]
}

// SetFeatures replaces what accounts and the server say that they can do.
func (f *Scripted) SetFeatures(features ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.features = features
}

// SetStreamFeatures adds elements to what streams offer after the login.
func (f *Scripted) SetStreamFeatures(elements string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.offers = elements
}

// SetContact puts a contact into an account's list, without telling it: item is the
// <item/> that the list has for it.
func (f *Scripted) SetContact(local, address, item string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rosters[local] == nil {
		f.rosters[local] = map[string]string{}
	}
	f.rosters[local][address] = item
}

// Await returns nil once there is what is waited for. It looks again after each
// element of a client. The error is that of ctx.
func (f *Scripted) Await(ctx context.Context, there func() bool) error {
	for {
		f.mu.Lock()
		changed := f.changed
		f.mu.Unlock()
		if there() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("await: %w", ctx.Err())
		}
	}
}

func (f *Scripted) notify() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.changed)
	f.changed = make(chan struct{})
}

// NewID makes an id that the server has given to nothing yet.
func (f *Scripted) NewID() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.newID()
}

func (f *Scripted) newID() string {
	f.ids++
	return fmt.Sprintf("s%d", f.ids)
}

// run lets the scripts answer, the newest first, and then the server.
func (f *Scripted) run(s *Session, e *Element) {
	f.mu.Lock()
	scripts := f.scripts[:len(f.scripts):len(f.scripts)]
	f.mu.Unlock()
	for i := len(scripts) - 1; i >= 0; i-- {
		if scripts[i](s, e) {
			return
		}
	}
	s.Answer(e)
}
