// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"encoding/xml"
	"sync"

	"mellium.im/xmpp/jid"

	"chatsecure.org/desktop/core/chat"
)

// registering is what goes on in the errors of a Registration.
const registering = "register"

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
	a, el, err := r.ask(ctx, "get", "<query xmlns='"+nsRegister+"'/>")
	if err != nil {
		return chat.Form{}, err
	}
	if a.Type == "error" {
		return chat.Form{}, registrationError(a.condition())
	}
	var q struct {
		XMLName xml.Name      `xml:"jabber:client iq"`
		Query   registerQuery `xml:"jabber:iq:register query"`
	}
	if err := parse(el, &q); err != nil {
		return chat.Form{}, linkError(registering, err)
	}
	r.query = q.Query
	form := r.query.form()
	if form.URL == "" && r.query.Form == nil && !r.query.asksForName() {
		return chat.Form{}, fail(chat.Rejected, registering, chat.CodeRegistrationClosed, plainly("the server asks for nothing"))
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
	if r.query.missing(values) != "" {
		return fail(chat.Input, registering, chat.CodeFormIncomplete, plainly("an answer is missing"))
	}
	a, _, err := r.ask(ctx, "set", r.query.submit(r.own.Localpart(), password, values))
	switch {
	case err != nil:
		return err
	case a.Type != "error":
		return nil
	case a.condition() == "not-allowed" && r.query.captcha(): // ejabberd, when it was read wrongly
		return registrationError("not-acceptable")
	}
	return registrationError(a.condition())
}

// ask puts a question to the server. When ctx has closed the connection the only
// answer that still counts is that the account has been made.
func (r *Registration) ask(ctx context.Context, typ, payload string) (answer, []byte, error) {
	ctx, cancel := patient(ctx)
	defer cancel()
	release := r.link.bound(ctx)
	a, el, err := r.link.ask(registering, typ, r.own.Domainpart(), payload)
	if open := release(); !open && err == nil && (typ != "set" || a.Type == "error") {
		err = ctx.Err()
	}
	return a, el, ended(ctx, registering, err)
}

// Close ends the connection; whatever waits for the server ends too.
func (r *Registration) Close() { r.link.raw.Close() }

// registrationError says what a refusal means (XEP-0077 §3.1.1).
func registrationError(condition string) error {
	e := fail(chat.Rejected, registering, chat.CodeRegistrationClosed, plainly("stanza error "+condition))
	switch condition {
	case "conflict":
		e.Code = chat.CodeAddressTaken
	case "not-acceptable", "bad-request":
		e.Code = chat.CodeFormIncomplete
	case "jid-malformed":
		e.Code = chat.CodeAddress
	case "resource-constraint", "policy-violation":
		e.Code = chat.CodeThrottled // too many from here, or too fast
	case "internal-server-error", "remote-server-timeout":
		e.Code = chat.CodeServiceUnavailable
	}
	return e
}
