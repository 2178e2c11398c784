// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"errors"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestScope(t *testing.T) {
	whole, simple := Scope{}, Scope{Simple: true, Home: "home.example", NicknameOnly: true, Cards: []string{"create", "invite", "import", "create", "nonsense"}}
	if got := whole.Welcome(); !slices.Equal(got, []Card{CardInvite, CardSignIn, CardCreate}) {
		t.Errorf("the whole program offers %v", got)
	}
	if got := simple.Welcome(); !slices.Equal(got, []Card{CardCreate, CardInvite}) {
		t.Errorf("the simple one offers %v", got)
	}
	if (Scope{Cards: []string{"import"}}).Welcome() == nil {
		t.Error("a page with nothing on it")
	}
	if !whole.MayAdd(50) || simple.MayAdd(1) || !simple.MayAdd(0) || (Scope{MostAccounts: 2}).MayAdd(2) || !(Scope{Simple: true, MostAccounts: 3}).MayAdd(2) {
		t.Error("the number of accounts")
	}
	if whole.Create() != WayChoose || simple.Create() != WayNickname || (Scope{Home: "home.example"}).Create() != WayHome {
		t.Error("the way to an account")
	}
	if !whole.Technical() || !whole.AsksForKey() || simple.Technical() || simple.AsksForKey() {
		t.Error("what is offered")
	}
}

func TestScopeOfAddresses(t *testing.T) {
	s := Scope{Simple: true, Home: "home.example"}
	for typed, want := range map[string]string{
		" bob ": "bob@home.example", "bob@example.org": "bob@example.org", "": "", "xmpp:bob@x.y": "xmpp:bob@x.y", "a/b": "a/b",
	} {
		if got := s.Person(typed); got != want {
			t.Errorf("%q is completed to %q", typed, got)
		}
		if got := (Scope{}).Person("bob"); got != "bob" {
			t.Errorf("without a home: %q", got)
		}
	}
	for address, want := range map[string]string{"bob@home.example": "bob", "bob@example.org": "bob@example.org", "home.example": "home.example"} {
		if got := s.Called(chat.MustAddress(address)); got != want {
			t.Errorf("%s is shown as %q", address, got)
		}
	}
	if got := (Scope{Home: "home.example"}).Called(chat.MustAddress("bob@home.example")); got != "bob@home.example" {
		t.Errorf("in the whole program: %q", got)
	}
}

func TestInviteLink(t *testing.T) {
	a := chat.Account{Login: chat.Login{Address: chat.MustAddress("bob@home.example")}, Nick: "Bob & Co;ü"}
	for base, want := range map[string]string{
		"":                         "xmpp:bob@home.example?roster;name=Bob%20%26%20Co%3B%C3%BC",
		"https://home.example/i/#": "https://home.example/i/#bob@home.example?roster;name=Bob%20%26%20Co%3B%C3%BC",
		"https://home.example/i/":  "https://home.example/i/#bob@home.example?roster;name=Bob%20%26%20Co%3B%C3%BC",
	} {
		if got := InviteLink(base, a); got != want {
			t.Errorf("%q: %s", base, got)
		}
	}
}

// host makes accounts by name, or fails.
type host struct {
	at       chat.Login
	nick     string
	token    string
	accepted chat.Invitation
	err      error
	hang     bool
}

func (h *host) SignUp(ctx context.Context, at chat.Login, nick, token string) (chat.Address, error) {
	h.at, h.nick, h.token = at, nick, token
	if h.hang {
		<-ctx.Done()
		return chat.Address{}, ctx.Err()
	}
	if h.err != nil {
		return chat.Address{}, h.err
	}
	return chat.Address{Local: "anna", Domain: at.Address.Domain}, nil
}

func (h *host) AcceptInvitation(_ context.Context, _ chat.Address, i chat.Invitation) error {
	h.accepted = i
	return h.err
}

func TestSignUpForm(t *testing.T) {
	d, h := newDesk(t), &host{}
	at := chat.Login{Address: chat.MustAddress("home.example"), Port: 5}
	s := NewSignUp(d.Env, h, at, "T")
	var made chat.Address
	s.OnDone = func(a chat.Address) { made = a }
	s.Nick = "  "
	s.Submit()
	if s.Trouble().Field != FieldName || s.Trouble().Err.Code != chat.CodeEmpty || s.Busy() {
		t.Errorf("without a name: %+v", s.Trouble())
	}
	h.err = &chat.Error{Kind: chat.Rejected, Code: chat.CodeThrottled}
	s.Nick = " Anna "
	s.Submit()
	d.until("refused", func() bool { return !s.Busy() })
	if s.Trouble().Place != PlaceForm || s.Trouble().Err.Code != chat.CodeThrottled {
		t.Errorf("too many: %+v", s.Trouble())
	}
	h.err = &chat.Error{Kind: chat.Rejected, Code: chat.CodeAddressTaken}
	s.Submit()
	d.until("refused", func() bool { return !s.Busy() })
	if s.Trouble().Place != PlaceForm { // the name that the person gave is not at fault
		t.Errorf("taken: %+v", s.Trouble())
	}
	h.err = nil
	s.Submit()
	d.until("made", func() bool { return !made.IsZero() })
	if h.nick != "Anna" || h.token != "T" || h.at != at || made != chat.MustAddress("anna@home.example") {
		t.Errorf("made %s: %+v", made, h)
	}
	h.hang = true
	s.Submit()
	s.Cancel()
	if s.Busy() {
		t.Error("still busy")
	}
}

func TestInvitedForm(t *testing.T) {
	d, h := newDesk(t), &host{}
	bob := chat.Invitation{Inviter: chat.MustAddress("bob@home.example"), Token: "T"}
	v := NewInvited(d.Env, h, func(text string) (chat.Invitation, error) {
		if text != "link" {
			return chat.Invitation{}, &chat.Error{Kind: chat.Input, Code: chat.CodeNoInvitation}
		}
		return bob, nil
	})
	v.Text = "nonsense"
	v.Submit()
	if _, ok := v.Invitation(); ok || v.Trouble().Err.Code != chat.CodeNoInvitation {
		t.Errorf("read nonsense: %+v", v.Trouble())
	}
	v.Text = "link"
	v.Submit()
	if i, ok := v.Invitation(); !ok || i != bob || v.Trouble().Err != nil || h.accepted != (chat.Invitation{}) {
		t.Errorf("read %+v, accepted %+v", i, h.accepted)
	}
	var with chat.ConvID
	v.OnDone = func(id chat.ConvID) { with = id }
	me := chat.MustAddress("anna@home.example")
	v.Redeem(me)
	d.until("accepted", func() bool { return !with.IsZero() })
	if h.accepted != bob || with != (chat.ConvID{Account: me, Peer: bob.Inviter}) {
		t.Errorf("accepted %+v, goes to %v", h.accepted, with)
	}
	if _, ok := v.Invitation(); ok {
		t.Error("it can be redeemed twice")
	}
	h.accepted, h.err = chat.Invitation{}, errors.New("no")
	failed := false
	v.OnFailed = func(*chat.Error) { failed = true }
	v.Text = "link"
	v.Submit()
	v.Forget()
	v.Redeem(me)
	v.Text = "link"
	v.Submit()
	v.Redeem(me)
	d.until("said", func() bool { return failed })
}

func TestCreateAccountInvited(t *testing.T) {
	d, c := creating(t, &server{})
	c.Token = "bad"
	c.Submit()
	d.until("refused", func() bool { return !c.Busy() })
	if c.Trouble().Err.Code != chat.CodeInvitation || c.Trouble().Place != PlaceForm {
		t.Errorf("a bad token: %+v", c.Trouble())
	}
	c.Token = "good"
	c.Submit()
	d.until("created", func() bool { return c.Step() == StepCreated })
}

func TestRowsOfStickers(t *testing.T) {
	k := rowMaker{stickers: packs(), who: "Bob"}
	for _, c := range []struct {
		m    chat.Message
		want Sticker
	}{
		{chat.Message{Body: ":blob-hello:\n"}, Sticker{"blob", "hello"}},
		{chat.Message{Body: "so :blob-hello:"}, Sticker{}},
		{chat.Message{Body: "/me :blob-hello:"}, Sticker{}},
		{chat.Message{Body: ":blob-hello:", Retracted: true}, Sticker{}},
		{chat.Message{Body: ":blob-hello:", Kind: chat.KindUndecryptable}, Sticker{}},
		{chat.Message{Body: ":blob-hello:", Kind: chat.KindNotice}, Sticker{}},
	} {
		if r := k.message(c.m, noon); r.Sticker != c.want {
			t.Errorf("%+v is drawn as %v", c.m.Body, r.Sticker)
		}
	}
	if r := (rowMaker{}).message(chat.Message{Body: ":blob-hello:"}, noon); !r.Sticker.IsZero() {
		t.Error("without packs")
	}
}
