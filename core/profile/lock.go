// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"chatsecure.org/desktop/core/chat"
)

// socketLine precedes the path of a raise socket that does not lie in the
// profile's own directory.
const socketLine = "socket "

// lock is an flock on a file that stays: the kernel drops it when the process
// ends in whatever way, so a lock is never stale.
type lock struct{ file *os.File }

// takeLock locks the file at path without waiting.
func takeLock(op, path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, storageError(op, err)
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err == nil {
		return &lock{file: f}, nil
	}
	_ = f.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, failed(op, chat.CodeProfileInUse, nil)
	}
	return nil, storageError(op, err)
}

// socket is the path that the last holder noted; "" for none.
func (l *lock) socket() string {
	b, err := io.ReadAll(io.LimitReader(io.NewSectionReader(l.file, 0, 4096), 4096))
	if err != nil {
		return ""
	}
	return parseSocket(b)
}

// note writes the path of the raise socket down; "" for the usual place.
func (l *lock) note(socket string) error {
	if err := l.file.Truncate(0); err != nil || socket == "" {
		return err
	}
	_, err := l.file.WriteAt([]byte(socketLine+socket+"\n"), 0)
	return err
}

func parseSocket(b []byte) string {
	line, _, ok := strings.Cut(string(b), "\n")
	path, is := strings.CutPrefix(line, socketLine)
	if !ok || !is || !isShortSocket(path) {
		return ""
	}
	return path
}

// release gives the lock up. The file stays: removing it would let two
// processes lock two different files of one name.
func (l *lock) release() error {
	if l.file == nil {
		return nil
	}
	f := l.file
	l.file = nil
	if err := f.Close(); err != nil {
		return storageError("close profile", err)
	}
	return nil
}
