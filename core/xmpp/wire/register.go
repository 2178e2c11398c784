// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"encoding/xml"
	"sync"

	"mellium.im/xmpp/jid"

	"chatsecure.org/desktop/core/chat"
)

// Registration is a secured stream on which nobody has logged in, for making an
// account (XEP-0077). Its methods may be called from any goroutine, one after
// another; Close at any time.
type Registration struct {
	mu    sync.Mutex // held by what talks to the server
	link  *link
	own   jid.JID
	query registerQuery
}

// DialRegistration connects to the server of c.Login.Address. It returns by the
// end of ctx, or after a minute where ctx has none.
func DialRegistration(ctx context.Context, c Config) (*Registration, error) {
	ctx, cancel := patient(ctx)
	defer cancel()
	own, err := c.own()
	if err != nil {
		return nil, err
	}
	l, err := c.connect(ctx)
	if err != nil {
		return nil, ended(ctx, "connect", err)
	}
	return &Registration{link: l, own: own}, nil
}

// Form asks what the server wants to know. The error is of kind Rejected with
// CodeRegistrationClosed where it makes no accounts.
func (r *Registration) Form(ctx context.Context) (chat.Form, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	form, err := r.ask(ctx)
	return form, ended(ctx, "register", err)
}

func (r *Registration) ask(ctx context.Context) (chat.Form, error) {
	const op = "register"
	ctx, cancel := patient(ctx)
	defer cancel()
	defer r.link.bound(ctx)()
	a, el, err := r.link.ask(op, "get", r.own.Domainpart(), "<query xmlns='"+nsRegister+"'/>")
	if err != nil {
		return chat.Form{}, err
	}
	if a.Type == "error" {
		return chat.Form{}, registrationError(op, a.condition())
	}
	var q struct {
		XMLName xml.Name      `xml:"jabber:client iq"`
		Query   registerQuery `xml:"jabber:iq:register query"`
	}
	if err := parse(el, &q); err != nil {
		return chat.Form{}, err
	}
	r.query = q.Query
	form := r.query.form()
	if form.URL == "" && r.query.Form == nil && !r.query.asksForName() {
		return chat.Form{}, fail(chat.Rejected, op, chat.CodeRegistrationClosed, plainly("the server asks for nothing"))
	}
	return form, nil
}

func (q *registerQuery) asksForName() bool {
	for _, e := range q.Any {
		if e.XMLName == (xml.Name{Space: nsRegister, Local: fieldUser}) {
			return true
		}
	}
	return false
}

// Submit answers the form: values by Field.Name, besides name and password. The
// error is of kind Input or Rejected where another answer may do better:
// CodeFormIncomplete, CodeAddressTaken, CodeAddress. Some servers take the answer
// to a picture once: after another error than that of a missing answer, ask for
// the Form again.
func (r *Registration) Submit(ctx context.Context, password []byte, values map[string]string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return ended(ctx, "register", r.answer(ctx, password, values))
}

func (r *Registration) answer(ctx context.Context, password []byte, values map[string]string) error {
	const op = "register"
	if r.query.missing(values) != "" {
		return fail(chat.Input, op, chat.CodeFormIncomplete, plainly("an answer is missing"))
	}
	ctx, cancel := patient(ctx)
	defer cancel()
	defer r.link.bound(ctx)()
	a, _, err := r.link.ask(op, "set", r.own.Domainpart(), r.query.submit(r.own.Localpart(), password, values))
	if err != nil {
		return err
	}
	switch {
	case a.Type != "error":
		return nil
	case a.condition() == "not-allowed" && r.query.captcha(): // ejabberd, when it was read wrongly
		return registrationError(op, "not-acceptable")
	}
	return registrationError(op, a.condition())
}

// Close ends the connection; whatever waits for the server ends too.
func (r *Registration) Close() { r.link.raw.Close() }

// registrationError says what a refusal means (XEP-0077 §3.1.1).
func registrationError(op, condition string) error {
	e := fail(chat.Rejected, op, chat.CodeRegistrationClosed, plainly("stanza error "+condition))
	switch condition {
	case "conflict":
		e.Code = chat.CodeAddressTaken
	case "not-acceptable", "bad-request":
		e.Code = chat.CodeFormIncomplete
	case "jid-malformed":
		e.Code = chat.CodeAddress
	case "resource-constraint", "policy-violation", "internal-server-error", "remote-server-timeout":
		e.Code = chat.CodeServiceUnavailable // too many from here, or too fast
	}
	return e
}
