// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// server answers forms as it is told.
type server struct {
	login  chat.Login
	form   chat.Form
	values map[string]string
	err    error
	refuse *chat.Error // of FinishRegistration alone
	hang   bool
	calls  int
	left   bool
	gate   chan struct{} // CancelRegistration waits for it, if there is one

	password []byte // as it was given, not a copy
}

func (s *server) AddAccount(ctx context.Context, l chat.Login, password []byte) error {
	s.password = password
	if s.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	s.calls++
	s.login = l
	return s.err
}

func (s *server) StartRegistration(_ context.Context, l chat.Login) (chat.Form, error) {
	s.calls++
	s.login = l
	return s.form, s.err
}

func (s *server) FinishRegistration(_ context.Context, _ chat.Login, _ []byte, values map[string]string) error {
	s.calls++
	s.values = values
	if s.refuse != nil {
		return s.refuse
	}
	return s.err
}

func (s *server) CancelRegistration(chat.Address) {
	if s.gate != nil {
		<-s.gate
	}
	s.left = true
}

func TestSignInFields(t *testing.T) {
	tests := []struct {
		name, address, password string
		more                    Connection
		field                   Field
		code                    chat.Code
		login                   chat.Login
	}{
		{"empty", "", "", Connection{}, FieldAddress, chat.CodeEmpty, chat.Login{}},
		{"no local part", "example.org", "x", Connection{}, FieldAddress, chat.CodeAddress, chat.Login{}},
		{"malformed", "a@b@c", "x", Connection{}, FieldAddress, chat.CodeAddress, chat.Login{}},
		{"no password", "alice@example.org", "", Connection{}, FieldPassword, chat.CodeEmpty, chat.Login{}},
		{"good", " Alice@Example.org ", "x", Connection{}, FieldNone, "", chat.Login{Address: alice}},
		{"a link and a device", "xmpp:alice@example.org/phone", "x", Connection{}, FieldNone, "", chat.Login{Address: alice}},
		{"port without host", "alice@example.org", "x", Connection{Port: "5222"}, FieldHost, chat.CodeEmpty, chat.Login{}},
		{"bad port", "alice@example.org", "x", Connection{Host: "h", Port: "70000"}, FieldPort, chat.CodePort, chat.Login{}},
		{
			"host and port", "alice@example.org", "x",
			Connection{Host: "h ", Port: " 99", DirectTLS: true},
			FieldNone, "",
			chat.Login{Address: alice, Host: "h", Port: 99, DirectTLS: true},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			far := &server{}
			s := NewSignIn(d.Env, far)
			done := false
			s.OnDone = func(chat.Address) { done = true }
			s.Address, s.Password, s.Connection = tt.address, []byte(tt.password), tt.more
			s.Submit()
			d.until("answer", func() bool { return !s.Busy() })
			got := s.Trouble()
			if got.Field != tt.field || (got.Err != nil) != (tt.code != "") || got.Err != nil && got.Err.Code != tt.code {
				t.Errorf("trouble %+v", got)
			}
			if done != (tt.code == "") || far.login != tt.login {
				t.Errorf("done %v with %+v", done, far.login)
			}
		})
	}
}

func TestSignInErrorsHaveAPlace(t *testing.T) {
	tests := []struct {
		kind  chat.Kind
		code  chat.Code
		place Place
		field Field
	}{
		{chat.Auth, chat.CodeNotAuthorized, PlaceField, FieldPassword},
		{chat.Offline, chat.CodeHostNotFound, PlaceField, FieldAddress},
		{chat.Offline, chat.CodeConnectionRefused, PlaceForm, FieldNone},
		{chat.Offline, chat.CodeProxy, PlaceField, FieldProxy},
		{chat.Timeout, chat.CodeTimeout, PlaceForm, FieldNone},
		{chat.Certificate, chat.CodeCertExpired, PlaceDialog, FieldNone},
		{chat.Auth, chat.CodePlainOnly, PlaceDialog, FieldNone},
		{chat.Storage, chat.CodeDiskFull, PlaceDialog, FieldNone},
		{chat.Auth, chat.CodeServerNotProven, PlaceForm, FieldNone},
		{chat.Input, chat.CodeExists, PlaceField, FieldAddress},
		{chat.Bug, chat.CodeCanceled, PlaceNone, FieldNone},
	}
	for _, tt := range tests {
		t.Run(string(tt.code), func(t *testing.T) {
			got := troubleOf(&chat.Error{Kind: tt.kind, Code: tt.code, Detail: "abcd"})
			if got.Place != tt.place || got.Field != tt.field {
				t.Errorf("place %d field %d", got.Place, got.Field)
			}
			if got.Consent != (tt.code == chat.CodePlainOnly) || (got.Fingerprint != "") != (tt.kind == chat.Certificate) {
				t.Errorf("consent %v, fingerprint %q", got.Consent, got.Fingerprint)
			}
		})
	}
}

func TestSignInPlainNeedsConsent(t *testing.T) {
	d := newDesk(t)
	far := &server{err: &chat.Error{Kind: chat.Auth, Code: chat.CodePlainOnly}}
	s := NewSignIn(d.Env, far)
	s.Address, s.Password = "alice@example.org", []byte("x")
	s.Submit()
	d.until("answer", func() bool { return !s.Busy() })
	if far.login.AllowPlain || !s.Trouble().Consent {
		t.Fatalf("asked %+v, trouble %+v", far.login, s.Trouble())
	}
	far.err = nil
	s.AllowPlain()
	d.until("answer", func() bool { return !s.Busy() })
	if !far.login.AllowPlain || s.Trouble().Err != nil {
		t.Errorf("after consent: %+v, %+v", far.login, s.Trouble())
	}
	s.Address, s.Password = "alice@example.net", []byte("x")
	s.Submit()
	d.until("answer", func() bool { return !s.Busy() })
	if far.login.AllowPlain {
		t.Error("the consent was for another server")
	}
}

func TestSignInKeepsThePassword(t *testing.T) {
	d := newDesk(t)
	far := &server{password: []byte("none")}
	s := NewSignIn(d.Env, far)
	s.Address, s.Password, s.KeepPassword = "alice@example.org", []byte{}, true
	s.Submit()
	d.until("answer", func() bool { return !s.Busy() })
	if s.Trouble().Err != nil || far.calls != 1 || far.password != nil {
		t.Errorf("trouble %+v, %d calls with %q", s.Trouble(), far.calls, far.password)
	}
}

func TestSignInUnknownHost(t *testing.T) {
	for host, field := range map[string]Field{"": FieldAddress, " xmpp.example.org": FieldHost} {
		d := newDesk(t)
		s := NewSignIn(d.Env, &server{err: &chat.Error{Kind: chat.Offline, Code: chat.CodeHostNotFound}})
		s.Address, s.Password, s.Connection.Host = "alice@example.org", []byte("x"), host
		s.Submit()
		d.until("answer", func() bool { return !s.Busy() })
		if s.Trouble().Field != field {
			t.Errorf("host %q: trouble at %d, want %d", host, s.Trouble().Field, field)
		}
	}
}

func TestSignInCancel(t *testing.T) {
	d := newDesk(t)
	far := &server{hang: true}
	s := NewSignIn(d.Env, far)
	s.Address, s.Password = "alice@example.org", []byte("x")
	s.Submit()
	s.Cancel()
	if s.Busy() {
		t.Error("still busy")
	}
	d.Tasks.Close(0)
	for len(d.queue) > 0 {
		(<-d.queue)()
	}
	if s.Trouble().Err != nil {
		t.Errorf("cancelling is no trouble: %+v", s.Trouble())
	}
}

// StartInvited takes the token "good" and no other.
func (s *server) StartInvited(ctx context.Context, login chat.Login, token string) (chat.Form, error) {
	if token != "good" {
		return chat.Form{}, &chat.Error{Kind: chat.Rejected, Code: chat.CodeInvitation}
	}
	return s.StartRegistration(ctx, login)
}

func creating(t *testing.T, far *server) (*desk, *CreateAccount) {
	t.Helper()
	d := newDesk(t)
	c := NewCreateAccount(d.Env, far)
	c.Server, c.Name, c.Password, c.Repeat = "example.org", "alice", []byte("x"), []byte("x")
	return d, c
}

func TestCreateAccountSteps(t *testing.T) {
	t.Run("no questions", func(t *testing.T) {
		d, c := creating(t, &server{})
		c.Submit()
		d.until("created", func() bool { return c.Step() == StepCreated })
	})
	t.Run("questions", func(t *testing.T) {
		far := &server{form: chat.Form{Fields: []chat.Field{
			{Name: "ocr", Required: true}, {Name: "token", Value: "kept"},
		}}}
		d, c := creating(t, far)
		c.Submit()
		d.until("asked", func() bool { return c.Step() == StepQuestions })
		c.Submit()
		if c.Missing() != "ocr" || c.Trouble().Field != FieldForm {
			t.Errorf("missing %q, trouble %+v", c.Missing(), c.Trouble())
		}
		c.Answers["ocr"] = "7"
		c.Submit()
		d.until("created", func() bool { return c.Step() == StepCreated })
		if far.values["ocr"] != "7" || far.values["token"] != "kept" {
			t.Errorf("answered %v", far.values)
		}
	})
	t.Run("on a web page", func(t *testing.T) {
		far := &server{form: chat.Form{URL: "https://example.org/join"}}
		d, c := creating(t, far)
		c.Submit()
		d.until("told", func() bool { return c.Step() == StepWebsite })
		c.Back()
		<-c.left
		if c.Step() != StepName || !far.left {
			t.Error("going back does not end the registration")
		}
	})
	t.Run("answers refused", func(t *testing.T) {
		far := &server{form: chat.Form{Fields: []chat.Field{{Name: "a"}}}}
		d, c := creating(t, far)
		c.Submit()
		d.until("asked", func() bool { return c.Step() == StepQuestions })
		for _, kind := range []chat.Kind{chat.Rejected, chat.Input} {
			far.err = &chat.Error{Kind: kind, Code: chat.CodeForbidden}
			c.Submit()
			d.until("refused", func() bool { return !c.Busy() })
			if c.Step() != StepQuestions || c.Trouble().Place != PlaceForm {
				t.Errorf("%v: step %d, trouble %+v", kind, c.Step(), c.Trouble())
			}
		}
		// The form came over a connection that is gone: it has to be asked for anew.
		far.err = &chat.Error{Kind: chat.Timeout, Code: chat.CodeNotFound}
		c.Submit()
		d.until("too late", func() bool { return !c.Busy() })
		if c.Step() != StepName || c.Trouble().Err == nil {
			t.Errorf("step %d, trouble %+v", c.Step(), c.Trouble())
		}
		far.err = nil
		c.Submit()
		d.until("asked again", func() bool { return c.Step() == StepQuestions })
	})
	t.Run("name taken", func(t *testing.T) {
		far := &server{form: chat.Form{Fields: []chat.Field{{Name: "a"}}}}
		d, c := creating(t, far)
		c.Submit()
		d.until("asked", func() bool { return c.Step() == StepQuestions })
		far.err = &chat.Error{Kind: chat.Rejected, Code: chat.CodeAddressTaken}
		c.Submit()
		d.until("refused", func() bool { return c.Trouble().Err != nil })
		if c.Step() != StepName || c.Trouble().Field != FieldAddress {
			t.Errorf("step %d, trouble %+v", c.Step(), c.Trouble())
		}
	})
}

// A picture to read counts for one try: the form is asked for anew, and what was
// typed beside the picture stays.
func TestCreateAccountPictureAgain(t *testing.T) {
	far := &server{form: chat.Form{Fields: []chat.Field{{Name: "ocr", Picture: []byte("one")}, {Name: "mail"}}}}
	d, c := creating(t, far)
	c.Submit()
	d.until("asked", func() bool { return c.Step() == StepQuestions })
	c.Answers["ocr"], c.Answers["mail"] = "wrong", "a@b"
	far.refuse = &chat.Error{Kind: chat.Rejected, Code: chat.CodeFormIncomplete}
	far.form = chat.Form{Fields: []chat.Field{{Name: "ocr", Picture: []byte("two")}, {Name: "mail"}}}
	c.Submit()
	d.until("asked again", func() bool { return !c.Busy() && string(c.Form().Fields[0].Picture) == "two" })
	if c.Step() != StepQuestions || c.Trouble().Err != far.refuse || c.Answers["ocr"] != "" || c.Answers["mail"] != "a@b" {
		t.Errorf("step %d, trouble %+v, answers %v", c.Step(), c.Trouble(), c.Answers)
	}
	far.refuse = nil
	c.Answers["ocr"] = "right"
	c.Submit()
	d.until("created", func() bool { return c.Step() == StepCreated })
	if far.values["ocr"] != "right" {
		t.Errorf("answered %v", far.values)
	}
}

// Letting a form go takes a while, and must not take the next one with it.
func TestCreateAccountAgainAfterGoingBack(t *testing.T) {
	far := &server{form: chat.Form{Fields: []chat.Field{{Name: "a"}}}}
	d, c := creating(t, far)
	c.Submit()
	d.until("asked", func() bool { return c.Step() == StepQuestions })
	far.gate = make(chan struct{})
	c.Back()
	c.Submit()
	far.left = false
	close(far.gate)
	d.until("asked again", func() bool { return c.Step() == StepQuestions })
	if !far.left {
		t.Error("the first form is let go after the second has come")
	}
}

func TestCreateAccountFields(t *testing.T) {
	tests := []struct {
		name                           string
		server, local, password, again string
		field                          Field
	}{
		{"no server", "", "alice", "x", "x", FieldServer},
		{"server is an address", "a@b", "alice", "x", "x", FieldServer},
		{"no name", "example.org", "", "x", "x", FieldAddress},
		{"bad name", "example.org", "al ice", "x", "x", FieldAddress},
		{"name with another server", "example.org", "alice@other.org", "x", "x", FieldAddress},
		{"no password", "example.org", "alice", "", "", FieldPassword},
		{"passwords differ", "example.org", "alice", "x", "y", FieldRepeat},
		{"whole address", "example.org", "alice@example.org", "x", "x", FieldNone},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			far := &server{}
			d, c := creating(t, far)
			c.Server, c.Name, c.Password, c.Repeat = tt.server, tt.local, []byte(tt.password), []byte(tt.again)
			c.Submit()
			d.until("answer", func() bool { return !c.Busy() })
			if c.Trouble().Field != tt.field || (tt.field != FieldNone && far.calls > 0) {
				t.Errorf("trouble %+v after %d calls", c.Trouble(), far.calls)
			}
		})
	}
}

func TestWantedAddress(t *testing.T) {
	for name, want := range map[string]string{
		"": "", " Alice ": "alice@example.org", "alice@Example.org": "alice@example.org", "a@b": "", "a/b": "", "a b": "",
	} {
		c := &CreateAccount{Server: "example.org", Name: name}
		got, ok := c.Wanted()
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q: %v %v", name, got, ok)
		}
	}
}

func TestPassphrase(t *testing.T) {
	tests := []struct {
		name, text, repeat string
		fresh              bool
		err                chat.Code
		field              Field
		place              Place
	}{
		{"empty", "", "", false, "", FieldPassword, PlaceField},
		{"new and short", "seven 7", "seven 7", true, "", FieldPassword, PlaceField},
		{"new and different", "long enough", "long enougj", true, "", FieldRepeat, PlaceField},
		{"new", "long enough", "long enough", true, "", FieldNone, PlaceNone},
		{"old ones may be short", "7", "", false, "", FieldNone, PlaceNone},
		{"wrong", "7", "", false, chat.CodeKeyWrong, FieldPassword, PlaceField},
		{"wrong for a copy", "7", "", false, chat.CodeKeyPassphrase, FieldPassword, PlaceField},
		{"damaged", "7", "", false, chat.CodeDamaged, FieldNone, PlaceDialog},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			p := NewPassphrase(d.Env, tt.fresh, func(context.Context, []byte) error {
				if tt.err != "" {
					return &chat.Error{Kind: chat.Storage, Code: tt.err}
				}
				return nil
			})
			done := false
			p.OnDone = func() { done = true }
			p.Text, p.Repeat = []byte(tt.text), []byte(tt.repeat)
			p.Submit()
			d.until("answer", func() bool { return !p.Busy() })
			if got := p.Trouble(); got.Field != tt.field || got.Place != tt.place || done != (tt.place == PlaceNone) {
				t.Errorf("trouble %+v, done %v", got, done)
			}
		})
	}
}
