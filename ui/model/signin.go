// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// Field names an input of a form, to say where an error stands.
type Field int8

// The fields of SignIn, CreateAccount, AddContact and Passphrase.
const (
	FieldNone Field = iota
	FieldAddress
	FieldPassword
	FieldHost
	FieldPort
	FieldProxy
	FieldServer
	FieldName
	FieldAccount
	FieldRepeat
	FieldForm // the server's own questions
)

// Place is where an error is shown.
type Place int8

// The places.
const (
	PlaceNone   Place = iota
	PlaceField        // below a field
	PlaceForm         // above the button: connection trouble
	PlaceDialog       // certificate, database, consent
)

// Trouble is an error with its place. Err is nil when there is none.
type Trouble struct {
	Place Place
	Field Field // with PlaceField
	Err   *chat.Error
	// Consent says that the dialog asks whether the password itself may be
	// given to the server: answer with AllowPlain.
	Consent bool
	// Fingerprint is the refused certificate's SHA-256 in hex, for a dialog.
	Fingerprint string
}

// troubleOf decides where the error of signing in or registering is shown.
func troubleOf(err *chat.Error) Trouble {
	if err == nil || err.Code == chat.CodeCanceled {
		return Trouble{}
	}
	t := Trouble{Place: PlaceForm, Err: err}
	switch {
	case err.Code == chat.CodePlainOnly:
		t.Place, t.Consent = PlaceDialog, true
	case err.Kind == chat.Certificate:
		t.Place, t.Fingerprint = PlaceDialog, err.Detail
	case err.Kind == chat.Storage:
		t.Place = PlaceDialog
	case err.Code == chat.CodeNotAuthorized:
		t.Place, t.Field = PlaceField, FieldPassword
	case err.Code == chat.CodeHostNotFound, err.Code == chat.CodeAddress, err.Code == chat.CodeAddressTaken,
		err.Code == chat.CodeExists, err.Code == chat.CodeAccountDisabled:
		t.Place, t.Field = PlaceField, FieldAddress
	case err.Code == chat.CodeProxy:
		t.Place, t.Field = PlaceField, FieldProxy
	case err.Code == chat.CodeFormIncomplete:
		t.Place, t.Field = PlaceField, FieldForm
	}
	return t
}

func inputTrouble(f Field, code chat.Code) Trouble {
	return Trouble{Place: PlaceField, Field: f, Err: &chat.Error{Kind: chat.Input, Op: "check form", Code: code}}
}

// Connection are the fields behind "more": how to reach a server.
type Connection struct {
	Host, Port string // "" looks the server up
	DirectTLS  bool
	Proxy      string // socks5://host:port
	Tor        bool
}

func (c Connection) fill(l *chat.Login) (Trouble, bool) {
	l.Host, l.DirectTLS, l.Tor = strings.TrimSpace(c.Host), c.DirectTLS, c.Tor
	l.Proxy = strings.TrimSpace(c.Proxy)
	if port := strings.TrimSpace(c.Port); port != "" {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return inputTrouble(FieldPort, chat.CodePort), false
		}
		if l.Host == "" {
			return inputTrouble(FieldHost, chat.CodeEmpty), false
		}
		l.Port = n
	}
	return Trouble{}, true
}

// SignInSource is what signing in asks; *core.Client meets it.
type SignInSource interface {
	AddAccount(ctx context.Context, login chat.Login, password []byte) error
}

// SignIn is the form of an account that exists. The screen writes the fields
// and calls Submit; OnDone follows, or OnChange with Trouble set.
type SignIn struct {
	OnChange func()
	OnDone   func(account chat.Address)

	Address    string
	Password   []byte // wiped once signed in
	Connection Connection
	// KeepPassword says that the account is there already: without a password
	// the one that is stored stays, and the source is given nil.
	KeepPassword bool

	env     *Env
	src     SignInSource
	busy    bool
	stop    func()
	plain   chat.Address // whose server may have the password itself
	trouble Trouble
}

// NewSignIn returns an empty form.
func NewSignIn(env *Env, src SignInSource) *SignIn { return &SignIn{env: env, src: src} }

// Busy says whether an attempt is under way: the button then cancels.
func (s *SignIn) Busy() bool { return s.busy }

// Trouble is what is wrong and where to say it.
func (s *SignIn) Trouble() Trouble { return s.trouble }

// Submit checks the fields and signs in.
func (s *SignIn) Submit() {
	if s.busy {
		return
	}
	login, trouble, ok := s.login()
	if !ok {
		s.trouble = trouble
		call(s.OnChange)
		return
	}
	login.AllowPlain = s.plain == login.Address // never for another one that was typed since
	var password []byte
	if len(s.Password) > 0 {
		password = slices.Clone(s.Password)
	}
	s.busy, s.trouble = true, Trouble{}
	call(s.OnChange)
	s.stop = s.env.Tasks.RunUntil(func(ctx context.Context) func() {
		err := s.src.AddAccount(ctx, login, password)
		clear(password)
		return func() { s.finished(login.Address, err) }
	})
}

func (s *SignIn) login() (chat.Login, Trouble, bool) {
	addr, code := parsePerson(s.Address)
	if code != "" {
		return chat.Login{}, inputTrouble(FieldAddress, code), false
	}
	if len(s.Password) == 0 && !s.KeepPassword {
		return chat.Login{}, inputTrouble(FieldPassword, chat.CodeEmpty), false
	}
	login := chat.Login{Address: addr}
	trouble, ok := s.Connection.fill(&login)
	return login, trouble, ok
}

func (s *SignIn) finished(addr chat.Address, err error) {
	s.busy = false
	if err != nil {
		s.trouble = troubleOf(asError("sign in", err))
		if s.trouble.Err != nil && s.trouble.Err.Code == chat.CodeHostNotFound && strings.TrimSpace(s.Connection.Host) != "" {
			s.trouble.Field = FieldHost // that name was looked up, not the address's
		}
		call(s.OnChange)
		return
	}
	clear(s.Password)
	s.Password = nil
	if s.OnDone != nil {
		s.OnDone(addr)
	}
}

// AllowPlain is the person's yes to Trouble.Consent, for the address of now; it
// tries again.
func (s *SignIn) AllowPlain() {
	if addr, code := parsePerson(s.Address); code == "" {
		s.plain = addr
	}
	s.Submit()
}

// Cancel ends the attempt under way.
func (s *SignIn) Cancel() {
	if s.busy {
		s.stop()
		s.busy = false
		call(s.OnChange)
	}
}

// parsePerson reads the address of a person as it was typed: with a local part
// and without a resource. The code is "" when it is good.
func parsePerson(typed string) (chat.Address, chat.Code) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return chat.Address{}, chat.CodeEmpty
	}
	addr, err := chat.ParseAddress(strings.TrimPrefix(typed, "xmpp:"))
	if err != nil || addr.Local == "" {
		return chat.Address{}, chat.CodeAddress
	}
	return addr.Bare(), ""
}
