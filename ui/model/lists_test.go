// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"reflect"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// people is a core with accounts and contacts.
type people struct {
	accounts []chat.Account
	contacts []chat.Contact
	settings map[string]string
	blocked  []chat.Address
	err      error
	did      string
}

func (p *people) Setting(_ context.Context, key string) (string, error) { return p.settings[key], nil }

func (p *people) SetSetting(_ context.Context, key, value string) error {
	if p.settings == nil {
		p.settings = map[string]string{}
	}
	p.settings[key] = value
	return nil
}

func (p *people) Accounts(context.Context) ([]chat.Account, error) { return p.accounts, nil }

func (p *people) do(what string) error {
	p.did = what
	return p.err
}

func (p *people) Connect(context.Context, chat.Address) error       { return p.do("connect") }
func (p *people) Disconnect(context.Context, chat.Address) error    { return p.do("disconnect") }
func (p *people) RemoveAccount(context.Context, chat.Address) error { return p.do("remove account") }
func (p *people) AcceptContact(context.Context, chat.Address, chat.Address) error {
	return p.do("accept")
}

func (p *people) DeclineContact(context.Context, chat.Address, chat.Address) error {
	return p.do("decline")
}

func (p *people) Contacts(context.Context, chat.Address) ([]chat.Contact, error) {
	return append([]chat.Contact(nil), p.contacts...), nil
}

func (p *people) AddContact(_ context.Context, _, addr chat.Address, name string) error {
	return p.do("add " + addr.String() + " " + name)
}

func (p *people) Block(_ context.Context, _, addr chat.Address) error {
	return p.do("block " + addr.String())
}

func (p *people) Unblock(_ context.Context, _, addr chat.Address) error {
	return p.do("unblock " + addr.String())
}

func (p *people) Blocked(context.Context, chat.Address) ([]chat.Address, error) {
	return append([]chat.Address(nil), p.blocked...), p.err
}

func (p *people) RenameContact(_ context.Context, _, _ chat.Address, name string) error {
	return p.do("rename " + name)
}

func (p *people) RemoveContact(context.Context, chat.Address, chat.Address) error {
	return p.do("remove")
}

func TestAddContact(t *testing.T) {
	tests := []struct {
		name, typed string
		account     chat.Address
		err         *chat.Error
		field       Field
		did         string
	}{
		{"good", " Bob@example.org", alice, nil, FieldNone, "add bob@example.org Bob"},
		{"empty", "", alice, nil, FieldAddress, ""},
		{"no person", "example.org", alice, nil, FieldAddress, ""},
		{"oneself", "alice@example.org", alice, nil, FieldAddress, ""},
		{"no account", "bob@example.org", chat.Address{}, nil, FieldAccount, ""},
		{"refused", "bob@example.org", alice, &chat.Error{Kind: chat.Rejected, Code: chat.CodeNoSuchContact}, FieldAddress, "add bob@example.org Bob"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			p := &people{}
			if tt.err != nil {
				p.err = tt.err
			}
			c := NewContacts(d.Env, p, p, p)
			var added chat.ConvID
			c.OnAdded = func(id chat.ConvID) { added = id }
			c.Account, c.Address, c.Name = tt.account, tt.typed, "Bob "
			c.Add()
			d.until("answer", func() bool { return !c.Busy() })
			if c.Trouble().Field != tt.field || p.did != tt.did || added.IsZero() == (tt.field == FieldNone) {
				t.Errorf("trouble %+v, did %q, added %v", c.Trouble(), p.did, added.IsZero())
			}
		})
	}
}

func TestContactLists(t *testing.T) {
	d := newDesk(t)
	p := &people{contacts: []chat.Contact{
		{Account: alice, Address: bob, Listed: true, Name: "Zed"},
		{Account: alice, Address: chat.MustAddress("carol@example.org"), Asking: true},
		{Account: alice, Address: chat.MustAddress("dan@example.org"), Listed: true},
	}}
	c := NewContacts(d.Env, p, p, p)
	c.Apply([]chat.Event{{Kind: chat.ContactsChanged, Account: alice}})
	d.settle(c.lane)
	if got := c.Listed(""); len(got) != 2 || got[0].Title() != "dan" {
		t.Errorf("listed %v", got)
	}
	if got := c.Listed("zed example"); len(got) != 1 || got[0].Address != bob {
		t.Errorf("filtered %v", got)
	}
	if got := c.Requests(); len(got) != 1 {
		t.Errorf("requests %v", got)
	}
	for want, do := range map[string]func(){
		"accept":   func() { c.Accept(conv) },
		"decline":  func() { c.Decline(conv) },
		"rename B": func() { c.Rename(conv, " B ") },
		"remove":   func() { c.Remove(conv) },
	} {
		do()
		if d.settle(c.orders); p.did != want {
			t.Errorf("did %q, want %q", p.did, want)
		}
	}
}

// library answers searches after the test lets it.
type library struct {
	asked []string
	block chan struct{}
}

func (l *library) Search(ctx context.Context, q chat.SearchQuery) ([]chat.Message, error) {
	l.asked = append(l.asked, q.Text)
	if l.block != nil {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return []chat.Message{{ID: 1, Body: "about " + q.Text, Time: noon}}, nil
}

func TestSearch(t *testing.T) {
	d := newDesk(t)
	l := &library{}
	s := NewSearch(d.Env, l)
	for _, typed := range []string{"h", "he", "hel"} {
		s.Set(typed, chat.ConvID{})
	}
	d.advance(searchAfter)
	d.until("found", func() bool { return !s.Busy() })
	if !reflect.DeepEqual(l.asked, []string{"hel"}) || len(s.Hits()) != 1 {
		t.Fatalf("asked %q, found %v", l.asked, s.Hits())
	}
	if h := s.Hits()[0]; !reflect.DeepEqual(h.Match, []Span{{6, 9}}) {
		t.Errorf("emphasised %v of %q", h.Match, h.Text)
	}
	s.Set(" ", chat.ConvID{})
	if len(s.Hits()) != 0 || s.Busy() {
		t.Error("nothing to look for, and still looking")
	}
}

func TestSearchDropsStaleAnswers(t *testing.T) {
	d := newDesk(t)
	slow := &library{block: make(chan struct{})}
	s := NewSearch(d.Env, slow)
	s.Set("old", chat.ConvID{})
	d.advance(searchAfter)
	s.Set("", chat.ConvID{}) // cancels the query
	d.Tasks.Close(0)
	for len(d.queue) > 0 {
		(<-d.queue)()
	}
	if s.Err() != nil || len(s.Hits()) != 0 {
		t.Errorf("a stale answer was shown: %v %v", s.Err(), s.Hits())
	}
}

func TestFind(t *testing.T) {
	tests := []struct {
		line  string
		words []string
		want  []Span
	}{
		{"Grüße aus KÖLN", []string{"köln"}, []Span{{12, 17}}},
		{"don't C++", []string{"c++", "don't"}, []Span{{0, 5}, {6, 9}}},
		{"日本語", []string{"本"}, []Span{{3, 6}}},
		{"aaa", []string{"a", "aa"}, []Span{{0, 2}, {2, 3}}},
		{"abc", nil, nil},
		{"\xff\xfe", []string{"x"}, nil},
	}
	for _, tt := range tests {
		if got := find(tt.line, tt.words); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("find(%q, %q) = %v, want %v", tt.line, tt.words, got, tt.want)
		}
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add("Grüße aus KÖLN", "köln")
	f.Add("\xff\xfe", "\xff")
	f.Add("a b c", "b c")
	f.Fuzz(func(t *testing.T, body, query string) {
		text, match := snippet(body, query)
		for _, m := range match {
			if m.Start < 0 || m.End > len(text) || m.Start >= m.End {
				t.Errorf("span %v of %d bytes", m, len(text))
			}
		}
	})
}
