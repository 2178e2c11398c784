// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"chatsecure.org/desktop/core/chat"
)

// plainly is an error with nothing in it that a log should not have.
type plainly string

func (e plainly) Error() string { return string(e) }

func fail(kind chat.Kind, op string, code chat.Code, err error) *chat.Error {
	return &chat.Error{Kind: kind, Op: op, Code: code, Err: err}
}

// linkError says what the failure of a connection means. Names and addresses
// that the system's errors quote are left out.
func linkError(op string, err error) error {
	var known *chat.Error
	var limit limitError
	var high highH
	var dns *net.DNSError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.Canceled):
		return fail(chat.Offline, op, chat.CodeCanceled, context.Canceled)
	case errors.Is(err, context.DeadlineExceeded):
		return fail(chat.Timeout, op, chat.CodeTimeout, context.DeadlineExceeded)
	case errors.As(err, &limit):
		e := fail(chat.Offline, op, chat.CodeStreamLimit, err)
		e.Detail = limit.Error()
		return e
	case errors.Is(err, errNotXMPP):
		return fail(chat.Offline, op, chat.CodeNotXMPP, err)
	case errors.Is(err, errRestricted), errors.Is(err, errStreamText), errors.Is(err, errMalformed), errors.Is(err, errNotUTF8), errors.As(err, &high):
		return fail(chat.Offline, op, chat.CodeStreamError, err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return fail(chat.Offline, op, chat.CodeHostNotFound, plainly("no such host"))
	case errors.As(err, &dns):
		return fail(chat.Offline, op, chat.CodeNoNetwork, plainly("no answer about the host's name"))
	case errors.Is(err, syscall.ECONNREFUSED):
		return fail(chat.Offline, op, chat.CodeConnectionRefused, syscall.ECONNREFUSED)
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETDOWN):
		return fail(chat.Offline, op, chat.CodeNoNetwork, syscall.ENETUNREACH)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		return fail(chat.Timeout, op, chat.CodeTimeout, os.ErrDeadlineExceeded)
	case alert(err) != "": // with TLS 1.3 some come after the handshake
		return fail(chat.Offline, op, chat.CodeTLS, alert(err))
	}
	return fail(chat.Offline, op, chat.CodeConnectionLost, bare(err))
}

// bare is the innermost cause, which does not quote where we were connected to.
func bare(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	for _, known := range []error{io.EOF, io.ErrUnexpectedEOF, errStreamEnd, net.ErrClosed} {
		if errors.Is(err, known) {
			return known
		}
	}
	var p plainly
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &p):
		return p
	case alert(err) != "":
		return alert(err)
	case errors.As(err, &record):
		return plainly(record.Msg)
	}
	return plainly("connection failed")
}

// alert is what the other side, or ours, objects to about TLS; "" if that is not
// what the error is.
func alert(err error) plainly {
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error") {
		return plainly(op.Err.Error())
	}
	return ""
}

// streamError is a <stream:error/> (RFC 6120 §4.9).
type streamError struct {
	XMLName    xml.Name     `xml:"http://etherx.jabber.org/streams error"`
	Conditions []xmlElement `xml:",any"`
}

type xmlElement struct{ XMLName xml.Name }

// streamFailure says what a stream error means.
func streamFailure(op string, el []byte) error {
	var e streamError
	_ = parse(el, &e)
	condition := "undefined-condition"
	for _, c := range e.Conditions {
		if c.XMLName.Space == nsStreams && c.XMLName.Local != "text" && len(c.XMLName.Local) <= 64 {
			condition = c.XMLName.Local
			break
		}
	}
	out := fail(chat.Offline, op, chat.CodeStreamError, plainly("stream error "+condition))
	out.Detail = condition
	switch condition {
	case "host-unknown", "host-gone", "improper-addressing":
		out.Code = chat.CodeHostNotFound
	case "conflict":
		out.Code = chat.CodeConflict
	case "resource-constraint", "system-shutdown", "internal-server-error", "reset", "remote-connection-failed":
		out.Code = chat.CodeServiceUnavailable
	case "connection-timeout":
		out.Code = chat.CodeConnectionLost
	}
	return out
}

// ended is the error of something that ctx may have ended: then ctx says why.
func ended(ctx context.Context, op string, err error) error {
	if err != nil && ctx.Err() != nil {
		return linkError(op, ctx.Err())
	}
	return linkError(op, err)
}
