// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"syscall"

	sqlite3 "github.com/mutecomm/go-sqlcipher/v4"

	"chatsecure.org/desktop/core/chat"
)

// codeError is SQLite's numbers without its text, which may quote a statement.
type codeError struct {
	code, extended int
	errno          syscall.Errno
}

func (e codeError) Error() string {
	s := "sqlite " + strconv.Itoa(e.code) + "/" + strconv.Itoa(e.extended)
	if e.errno != 0 {
		s += ": " + e.errno.Error()
	}
	return s
}

// fail turns an error into a *chat.Error of Kind Storage; nil stays nil and a
// *chat.Error stays itself.
func fail(op string, err error) error {
	if err == nil {
		return nil
	}
	var done *chat.Error
	if errors.As(err, &done) {
		return err
	}
	e := &chat.Error{Kind: chat.Storage, Op: op, Code: chat.CodeUnknown, Err: err}
	var lite sqlite3.Error
	var path *fs.PathError
	switch {
	case errors.As(err, &lite):
		e.Code = codeOf(lite)
		e.Err = codeError{int(lite.Code), int(lite.ExtendedCode), lite.SystemErrno}
	case errors.Is(err, context.DeadlineExceeded):
		e.Code = chat.CodeTimeout
	case errors.Is(err, context.Canceled):
		e.Code = chat.CodeCanceled
	case errors.Is(err, errClosed):
		e.Code = chat.CodeClosed
	case errors.Is(err, errNoCipher), errors.Is(err, errNoFTS):
		e.Kind, e.Code = chat.Bug, chat.CodeUnsupported
	case errors.As(err, &path): // the path holds the person's login name: keep the cause only
		e.Code, e.Err = codeOfErrno(path.Err), path.Err
	}
	return e
}

func codeOf(e sqlite3.Error) chat.Code {
	const (
		shortRead   = sqlite3.ErrNoExtended(10 | 2<<8)
		failedWrite = sqlite3.ErrNoExtended(10 | 3<<8) // a used up quota comes as this, without its errno
	)
	switch {
	case e.Code == sqlite3.ErrFull, e.ExtendedCode == failedWrite && e.SystemErrno == 0:
		return chat.CodeDiskFull
	case e.Code == sqlite3.ErrNotADB:
		return chat.CodeNotDatabase
	case e.Code == sqlite3.ErrCorrupt, e.ExtendedCode == shortRead:
		return chat.CodeDamaged
	case e.Code == sqlite3.ErrReadonly, e.Code == sqlite3.ErrPerm:
		return chat.CodeReadOnly
	}
	return codeOfErrno(e.SystemErrno)
}

func codeOfErrno(err error) chat.Code {
	for _, c := range []struct {
		errno syscall.Errno
		code  chat.Code
	}{
		{syscall.ENOSPC, chat.CodeDiskFull},
		{syscall.EDQUOT, chat.CodeDiskFull},
		{syscall.EFBIG, chat.CodeDiskFull},
		{syscall.EROFS, chat.CodeReadOnly},
		{syscall.EACCES, chat.CodeReadOnly},
		{syscall.EPERM, chat.CodeReadOnly},
	} {
		if errors.Is(err, c.errno) {
			return c.code
		}
	}
	return chat.CodeUnknown
}

// wrong is an error about what the caller gave.
func wrong(op string, code chat.Code) error {
	return &chat.Error{Kind: chat.Input, Op: op, Code: code}
}
