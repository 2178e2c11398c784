// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// defaultDeadline ends a request whose context has none.
const defaultDeadline = 30 * time.Second

func withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, defaultDeadline)
}

// ask sends an IQ and reads its answer's payload into v (a pointer to a struct
// with an XMLName, or nil). A zero to is our own account. payload is one element.
// The error is a *chat.Error, and v is not to be read where there is one. It
// never runs on the goroutine that serves the session.
func (c *Conn) ask(ctx context.Context, op string, typ stanza.IQType, to chat.Address, payload []byte, v any) error {
	header := stanza.IQ{Type: typ}
	if !to.IsZero() {
		j, err := jid.Parse(to.String())
		if err != nil {
			return badInput(op, chat.CodeAddress, errors.New("address refused"))
		}
		header.To = j
	}
	if most := c.MaxStanza(); most > 0 && len(payload)+headRoom > most {
		return &chat.Error{Kind: chat.Rejected, Op: op, Code: chat.CodeTooLarge, Err: errors.New("longer than the server takes")}
	}
	ctx, cancel := withDeadline(ctx)
	defer cancel()
	// The exchange has its own goroutine because the library takes its lock for
	// writing without looking at the context. It ends with the context, or at the
	// latest with the connection.
	life, stop := context.WithCancel(ctx)
	defer context.AfterFunc(c.life, stop)()
	done := make(chan error, 1)
	if !c.task(func() {
		defer stop()
		done <- c.exchange(life, op, header, to, payload, v)
	}) {
		return lost(op, context.Cause(c.life))
	}
	select {
	case err := <-done:
		return c.whyEnded(ctx, op, err)
	case <-life.Done():
		select { // an answer that came in the same moment counts
		case err := <-done:
			return c.whyEnded(ctx, op, err)
		default:
			return c.whyEnded(ctx, op, life.Err())
		}
	}
}

// whyEnded makes the error of a request a *chat.Error.
func (c *Conn) whyEnded(ctx context.Context, op string, err error) error {
	var e *chat.Error
	switch {
	case err == nil || errors.As(err, &e):
		return err
	case ctx.Err() != nil && c.life.Err() == nil:
		return ctxError(op, ctx.Err())
	case errors.Is(err, os.ErrDeadlineExceeded): // the library passes it on to the writer
		return ctxError(op, context.DeadlineExceeded)
	case c.life.Err() != nil:
		return lost(op, context.Cause(c.life))
	}
	return lost(op, err)
}

// longPayload is the size, in bytes, over which it matters how long a payload gets.
const longPayload = 4 << 10

// headRoom is for what stands around the payload of an IQ, in bytes.
const headRoom = 512

// exchange is one IQ and its answer. The answer must be closed before the
// session reads on, so it is decoded here at once and nothing else is done.
func (c *Conn) exchange(ctx context.Context, op string, header stanza.IQ, to chat.Address, payload []byte, v any) (err error) {
	// The library writes the namespace on each element, which makes long payloads half as
	// long again, but not where tokens are raw. What is short stays as all servers hand it
	// on (ejabberd 23.01 does not do so with extensions of bookmarks that inherit theirs).
	d := xml.NewDecoder(bytes.NewReader(payload))
	var tokens xml.TokenReader = d
	if len(payload) > longPayload {
		tokens = xmlstream.ReaderFunc(d.RawToken)
	}
	answer, err := c.session.SendIQ(ctx, header.Wrap(tokens))
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			err = &chat.Error{Kind: chat.Bug, Op: op, Code: chat.CodeUnknown, Err: errors.New("panic in an answer")}
		}
		_ = answer.Close()
	}()
	t, err := answer.Token()
	if err != nil {
		return err
	}
	start, ok := t.(xml.StartElement)
	if !ok {
		return badAnswer(op, "no element")
	}
	if !c.answers(attr(start, "from"), to) {
		return &chat.Error{Kind: chat.Rejected, Op: op, Code: chat.CodeForbidden, Err: errors.New("answer from another address")}
	}
	if attr(start, "type") == "error" {
		return rejected(op, answerError(answer))
	}
	if v == nil {
		return nil
	}
	if err := decodePayload(op, answer, v); err != nil {
		return err
	}
	if v, ok := v.(interface{ received(*Conn) }); ok {
		v.received(c)
	}
	return nil
}

// answers says whether an IQ's answer may come from this address. A question to
// our own account is answered by the server for it (RFC 6120 §8.1.2.1, §10.3.3).
func (c *Conn) answers(from string, to chat.Address) bool {
	if from == "" { // also our bare address: the library normalises it
		return to.IsZero() || to == c.own.Bare() || to == c.server()
	}
	a, err := chat.ParseAddress(from)
	if err != nil {
		return false
	}
	if to.IsZero() {
		return a == c.own.Bare() || a == c.own || a == c.server()
	}
	return a == to
}

// server is the address of our own server.
func (c *Conn) server() chat.Address { return chat.Address{Domain: c.own.Domain} }

// answerError reads the <error/> out of an answer; what was asked may stand
// before it (RFC 6120 §8.3.1).
func answerError(r xml.TokenReader) *StanzaError {
	d := &decoder{x: xml.NewTokenDecoder(xmlstream.Inner(r))}
	for {
		t, err := d.token()
		if err != nil {
			return &StanzaError{Type: "cancel", Condition: "undefined-condition", Code: chat.CodeRefused}
		}
		s, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if s.Name.Local == "error" && (s.Name.Space == nsClient || s.Name.Space == "") {
			e, _ := d.stanzaError(s)
			return e
		}
		if err := d.skip(0); err != nil {
			continue
		}
	}
}

// errNoPayload is the cause in the error of an answer without a payload.
var errNoPayload = errors.New("empty answer")

func decodePayload(op string, r xml.TokenReader, v any) error {
	d := xml.NewTokenDecoder(xmlstream.Inner(r))
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return &chat.Error{Kind: chat.Rejected, Op: op, Code: chat.CodeUnsupported, Err: errNoPayload}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		if s, ok := t.(xml.StartElement); ok {
			if err := d.DecodeElement(v, &s); err != nil {
				return badAnswer(op, "unexpected payload")
			}
			return nil
		}
	}
}
