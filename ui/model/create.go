// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"maps"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// RegistrationSource is what creating an account asks; *core.Client meets it.
type RegistrationSource interface {
	StartRegistration(ctx context.Context, login chat.Login) (chat.Form, error)
	StartInvited(ctx context.Context, login chat.Login, token string) (chat.Form, error)
	FinishRegistration(ctx context.Context, login chat.Login, password []byte, values map[string]string) error
	CancelRegistration(account chat.Address)
}

// CreateStep is a page of creating an account.
type CreateStep int8

// The steps, in order. StepQuestions is left out when the server asks nothing.
const (
	StepName      CreateStep = iota // server, name and password
	StepQuestions                   // the server's form
	StepWebsite                     // the server wants it done on a web page: Form.URL
	StepCreated
)

// CreateAccount registers a new account (XEP-0077). The screen writes the
// fields of the step shown and calls Submit.
type CreateAccount struct {
	OnChange func()
	OnDone   func(account chat.Address)

	Server     string // domain, from the list or typed
	Name       string // local part of the address
	Password   []byte // wiped once created
	Repeat     []byte
	Connection Connection
	Answers    map[string]string // by Field.Name, in StepQuestions
	Token      string            // of an invitation to the server; "" for none

	env     *Env
	src     RegistrationSource
	step    CreateStep
	form    chat.Form
	forms   int // that have come
	login   chat.Login
	busy    bool
	stop    func()
	left    chan struct{} // closed when the server's form before has been let go; may be nil
	trouble Trouble
	missing string
}

// NewCreateAccount returns an empty form at its first step.
func NewCreateAccount(env *Env, src RegistrationSource) *CreateAccount {
	return &CreateAccount{env: env, src: src, Answers: map[string]string{}}
}

// Step is the page to show.
func (c *CreateAccount) Step() CreateStep { return c.step }

// Form is what the server asks, in StepQuestions and StepWebsite.
func (c *CreateAccount) Form() chat.Form { return c.form }

// Asked counts the forms that have come: another number is another form.
func (c *CreateAccount) Asked() int { return c.forms }

// Busy says whether the server is being waited for.
func (c *CreateAccount) Busy() bool { return c.busy }

// Trouble is what is wrong and where to say it.
func (c *CreateAccount) Trouble() Trouble { return c.trouble }

// Missing is the Field.Name of the question without its answer, with a Trouble
// at FieldForm.
func (c *CreateAccount) Missing() string { return c.missing }

// Submit goes on from the step shown.
func (c *CreateAccount) Submit() {
	if c.busy {
		return
	}
	c.missing = ""
	switch c.step {
	case StepName:
		c.start()
	case StepQuestions:
		c.finish()
	}
}

// Wanted is the address that Name stands for on Server; false while it is none.
func (c *CreateAccount) Wanted() (chat.Address, bool) {
	server, name := c.parts()
	if name == "" || strings.ContainsAny(name, "@/") {
		return chat.Address{}, false
	}
	addr, code := parsePerson(name + "@" + server)
	return addr, code == ""
}

// parts are the server and the name without what a whole address has besides.
func (c *CreateAccount) parts() (server, name string) {
	server, name = strings.TrimSpace(c.Server), strings.TrimSpace(c.Name)
	if local, domain, ok := strings.Cut(name, "@"); ok && strings.EqualFold(domain, server) {
		name = local
	}
	return server, name
}

func (c *CreateAccount) check() (Trouble, bool) {
	server, name := c.parts()
	domain, err := chat.ParseAddress(server)
	switch {
	case server == "":
		return inputTrouble(FieldServer, chat.CodeEmpty), false
	case err != nil || domain.Local != "" || domain.Resource != "":
		return inputTrouble(FieldServer, chat.CodeAddress), false
	case name == "":
		return inputTrouble(FieldAddress, chat.CodeEmpty), false
	}
	addr, ok := c.Wanted()
	switch {
	case !ok:
		return inputTrouble(FieldAddress, chat.CodeAddress), false
	case len(c.Password) == 0:
		return inputTrouble(FieldPassword, chat.CodeEmpty), false
	case !slices.Equal(c.Password, c.Repeat):
		return inputTrouble(FieldRepeat, chat.CodeMismatch), false
	}
	c.login = chat.Login{Address: addr}
	return c.Connection.fill(&c.login)
}

func (c *CreateAccount) start() {
	if trouble, ok := c.check(); !ok {
		c.trouble = trouble
		call(c.OnChange)
		return
	}
	c.again(func() {})
}

// again asks the server for its form and goes on to its step, after asked.
func (c *CreateAccount) again(asked func()) {
	login, left, token := c.login, c.left, c.Token
	c.work(func(ctx context.Context) func() {
		if left != nil {
			<-left // or it would take the new form with it
		}
		form, err := c.begin(ctx, login, token)
		return func() {
			c.busy = false
			if err != nil {
				c.fail(err)
				return
			}
			c.form = form
			c.forms++
			c.Answers = map[string]string{}
			for _, f := range form.Fields {
				c.Answers[f.Name] = f.Value
			}
			asked()
			switch {
			case form.URL != "":
				c.step = StepWebsite
			case len(form.Fields) == 0:
				c.finish()
				return
			default:
				c.step = StepQuestions
			}
			call(c.OnChange)
		}
	})
}

func (c *CreateAccount) begin(ctx context.Context, login chat.Login, token string) (chat.Form, error) {
	if token != "" {
		return c.src.StartInvited(ctx, login, token)
	}
	return c.src.StartRegistration(ctx, login)
}

func (c *CreateAccount) finish() {
	for _, f := range c.form.Fields {
		if f.Required && strings.TrimSpace(c.Answers[f.Name]) == "" {
			c.missing, c.trouble = f.Name, inputTrouble(FieldForm, chat.CodeFormIncomplete)
			call(c.OnChange)
			return
		}
	}
	login, password := c.login, slices.Clone(c.Password)
	answers := maps.Clone(c.Answers)
	c.work(func(ctx context.Context) func() {
		err := c.src.FinishRegistration(ctx, login, password, answers)
		clear(password)
		return func() {
			c.busy = false
			if err != nil {
				c.fail(err)
				return
			}
			clear(c.Password)
			clear(c.Repeat)
			c.Password, c.Repeat, c.step = nil, nil, StepCreated
			call(c.OnChange)
			if c.OnDone != nil {
				c.OnDone(login.Address)
			}
		}
	})
}

func (c *CreateAccount) work(job Job) {
	c.busy, c.trouble = true, Trouble{}
	call(c.OnChange)
	c.stop = c.env.Tasks.RunUntil(job)
}

func (c *CreateAccount) fail(err error) {
	c.trouble = troubleOf(asError("create account", err))
	f := c.trouble.Field
	if f == FieldAddress && c.trouble.Err.Code == chat.CodeHostNotFound {
		c.trouble.Field = FieldServer
	}
	// Back to the name where that is what was wrong, and where the server's form
	// is gone: after any error but one about the answers.
	if kind := chat.KindOf(err); f == FieldAddress || f == FieldPassword || kind != chat.Input && kind != chat.Rejected {
		c.step = StepName
	}
	if c.step == StepQuestions && slices.ContainsFunc(c.form.Fields, func(f chat.Field) bool { return f.Picture != nil }) {
		c.askAgain()
		return
	}
	call(c.OnChange)
}

// askAgain gets the form anew, because a picture counts for one try (XEP-0158
// §3). What was answered stays, but for what the picture showed, and so does what
// was wrong.
func (c *CreateAccount) askAgain() {
	trouble, answers := c.trouble, c.Answers
	c.again(func() {
		for _, f := range c.form.Fields {
			if given, ok := answers[f.Name]; ok && f.Picture == nil {
				c.Answers[f.Name] = given
			}
		}
		c.trouble = trouble
	})
}

// Back goes to the first step and lets the server's form go.
func (c *CreateAccount) Back() {
	c.Cancel()
	if c.step == StepQuestions || c.step == StepWebsite {
		c.letGo()
		c.step, c.trouble = StepName, Trouble{}
		call(c.OnChange)
	}
}

// Cancel ends the attempt under way.
func (c *CreateAccount) Cancel() {
	if c.busy {
		c.stop()
		c.busy = false
		c.letGo()
		call(c.OnChange)
	}
}

// letGo ends the connection that the server's form came over.
func (c *CreateAccount) letGo() {
	addr, done := c.login.Address, make(chan struct{})
	c.left = done
	c.env.Tasks.Run(func(context.Context) func() {
		c.src.CancelRegistration(addr)
		close(done)
		return nil
	})
}
