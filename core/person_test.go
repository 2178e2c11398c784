// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/policy"
	"chatsecure.org/desktop/core/profile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 60 * time.Second // how long anything may take before a test gives up

// keyring is a keyring in memory.
type keyring struct {
	mu      sync.Mutex
	secrets map[string]string
}

func (k *keyring) Get(_ context.Context, name string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.secrets[name]
	if !ok {
		return nil, profile.ErrNotFound
	}
	return []byte(s), nil
}

func (k *keyring) Set(_ context.Context, name string, secret []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.secrets == nil {
		k.secrets = make(map[string]string)
	}
	k.secrets[name] = string(secret)
	return nil
}

func (k *keyring) Delete(_ context.Context, name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.secrets, name)
	return nil
}

// person is somebody at a computer: a profile, and a Client while it runs.
type person struct {
	*core.Client
	t       testing.TB
	dir     string
	keyring *keyring
	server  *coretest.Server
	name    string
	addr    chat.Address
	events  *core.Subscription
	profile *profile.Profile
	policy  []policy.Source // of the next start
}

// somebody makes a profile without accounts and opens it.
func somebody(t testing.TB, s *coretest.Server, name string) *person {
	t.Helper()
	p := &person{
		t: t, dir: filepath.Join(t.TempDir(), "profile"), keyring: &keyring{}, server: s,
		name: name, addr: s.Address(name),
	}
	made, err := profile.Create(t.Context(), p.dir, profile.Options{Keyring: p.keyring})
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Close(); err != nil {
		t.Fatal(err)
	}
	p.start()
	t.Cleanup(p.stop)
	return p
}

// user makes an account on the server for somebody and signs in.
func user(t testing.TB, s *coretest.Server, name string) *person {
	t.Helper()
	coretest.User(t, s, name, "secret of "+name)
	p := somebody(t, s, name)
	if err := p.AddAccount(p.ctx(), s.Login(name), []byte("secret of "+name)); err != nil {
		t.Fatalf("%s signs in: %v", name, err)
	}
	p.waitState(chat.StateOnline)
	return p
}

func (p *person) start() {
	p.t.Helper()
	opened, err := profile.Open(p.t.Context(), p.dir, profile.Options{Keyring: p.keyring})
	if err != nil {
		p.t.Fatal(err)
	}
	p.profile = opened
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(p.t.Output(), nil)).With("who", p.name)
	}
	p.Client, err = core.Open(p.t.Context(), core.Config{Profile: opened, Roots: p.server.Roots, Log: log, Policy: p.policy})
	if err != nil {
		p.t.Fatal(err)
	}
	p.events = p.Subscribe()
}

func (p *person) stop() {
	if p.Client == nil {
		return
	}
	p.events.Close()
	began := time.Now()
	if err := p.Close(); err != nil {
		p.t.Errorf("%s closes: %v", p.name, err)
	}
	if took := time.Since(began); took > 10*time.Second {
		p.t.Errorf("%s took %v to close", p.name, took)
	}
	if err := p.profile.Close(); err != nil {
		p.t.Errorf("%s closes the profile: %v", p.name, err)
	}
	p.Client = nil
}

// ctx is for one call; it ends with the test's patience.
func (p *person) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	p.t.Cleanup(cancel)
	return ctx
}

// wait waits for events until there is what is waited for.
func (p *person) wait(what string, there func() bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for !there() {
		if _, err := p.events.Next(ctx); err != nil {
			p.t.Fatalf("%s waits for %s: %v", p.name, what, err)
		}
	}
}

func (p *person) account() chat.Account {
	p.t.Helper()
	all, err := p.Accounts(p.t.Context())
	if err != nil || len(all) != 1 {
		p.t.Fatalf("%s has %d accounts, %v; want one", p.name, len(all), err)
	}
	return all[0]
}

func (p *person) waitState(want chat.AccountState) {
	p.t.Helper()
	p.wait("being "+want.String(), func() bool { return p.account().State == want })
}

func (p *person) contact(other *person) (c chat.Contact) {
	p.t.Helper()
	all, err := p.Contacts(context.Background(), p.addr)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, c := range all {
		if c.Address == other.addr {
			return c
		}
	}
	return chat.Contact{}
}

func (p *person) with(other *person) chat.ConvID {
	return chat.ConvID{Account: p.addr, Peer: other.addr}
}

func (p *person) conversation(conv chat.ConvID) chat.Conversation {
	p.t.Helper()
	row, err := p.Conversation(context.Background(), conv)
	if err != nil && chat.CodeOf(err) != chat.CodeNotFound {
		p.t.Fatal(err)
	}
	return row
}

func (p *person) say(conv chat.ConvID, body string) chat.MsgID {
	p.t.Helper()
	id, err := p.SendText(p.ctx(), conv, body, chat.SendOptions{})
	if err != nil {
		p.t.Fatalf("%s sends: %v", p.name, err)
	}
	return id
}

func (p *person) message(id chat.MsgID) chat.Message {
	p.t.Helper()
	all, err := p.Messages(context.Background(), []chat.MsgID{id})
	if err != nil || len(all) != 1 {
		p.t.Fatalf("%s reads a message: %d, %v", p.name, len(all), err)
	}
	return all[0]
}

func (p *person) waitStatus(id chat.MsgID, want chat.Status) chat.Message {
	p.t.Helper()
	p.wait("a message being "+want.String(), func() bool { return p.message(id).Status == want })
	return p.message(id)
}

// all reads the whole conversation, oldest first.
func (p *person) all(conv chat.ConvID) (all []chat.Message) {
	p.t.Helper()
	var before chat.Cursor
	for {
		page, err := p.Page(context.Background(), conv, before, 500)
		if err != nil {
			p.t.Fatal(err)
		}
		if len(page) == 0 {
			return slices.DeleteFunc(all, func(m chat.Message) bool { return m.Kind == chat.KindNotice })
		}
		all = append(page, all...)
		before = page[0].Cursor
	}
}

// behindProxy is somebody whose way to the server leads through a proxy.
func behindProxy(t testing.TB, s *coretest.Server, name string) (*person, *coretest.Proxy) {
	t.Helper()
	proxy := coretest.NewProxy(t, s)
	coretest.User(t, s, name, "right")
	p := somebody(t, s, name)
	if err := p.AddAccount(p.ctx(), proxy.Through(s.Login(name)), []byte("right")); err != nil {
		t.Fatal(err)
	}
	return p, proxy
}

// befriend makes two people contacts of each other as people do.
func befriend(t testing.TB, alice, bob *person) {
	t.Helper()
	if err := alice.AddContact(alice.ctx(), alice.addr, bob.addr, "Bobby"); err != nil {
		t.Fatalf("add contact: %v", err)
	}
	bob.wait("a request", func() bool { return bob.contact(alice).Asking })
	if err := bob.AcceptContact(bob.ctx(), bob.addr, alice.addr); err != nil {
		t.Fatalf("accept contact: %v", err)
	}
	for _, pair := range [][2]*person{{alice, bob}, {bob, alice}} {
		one, other := pair[0], pair[1]
		one.wait("a contact who is here", func() bool {
			c := one.contact(other)
			return c.Subscription == chat.SubscriptionBoth && c.Listed && !c.Asked && !c.Asking && c.Presence == chat.Available
		})
	}
}

// checkSequence fails the test unless the messages of one direction are exactly
// prefix 0, prefix 1, … in order, all with a status of at least want.
func (p *person) checkSequence(conv chat.ConvID, d chat.Direction, prefix string, n int, want chat.Status) {
	p.t.Helper()
	i := 0
	for _, m := range p.all(conv) {
		if m.Direction != d || m.Kind == chat.KindGap { // one is still being filled, with what is here
			continue
		}
		if expected := fmt.Sprintf("%s %d", prefix, i); m.Body != expected {
			p.t.Fatalf("%s: message %d is %q, want %q", p.name, i, m.Body, expected)
		}
		if m.Status < want || m.Status == chat.Failed {
			p.t.Fatalf("%s: %q is %v, want %v (%s)", p.name, m.Body, m.Status, want, m.Error)
		}
		i++
	}
	if i != n {
		p.t.Fatalf("%s: %d messages, want %d", p.name, i, n)
	}
}

// waitAll waits until the last of a sequence has come this far, then until
// none is behind.
func (p *person) waitAll(conv chat.ConvID, d chat.Direction, n int, want chat.Status) {
	p.t.Helper()
	p.wait(fmt.Sprintf("%d messages %v", n, want), func() bool {
		if row := p.conversation(conv); row.Last.ID == 0 {
			return false
		}
		reached := 0
		for _, m := range p.all(conv) {
			if m.Direction == d && m.Status >= want && m.Kind != chat.KindGap {
				reached++
			}
		}
		return reached >= n
	})
}
