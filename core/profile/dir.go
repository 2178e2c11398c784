// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"

	"chatsecure.org/desktop/core/chat"
)

// DefaultDir is the directory of the default profile of the program with the
// application id app: below the XDG data directory, or Application Support on macOS.
// Each brand has an id, and with it a directory, of its own. It is not made. Where nothing says
// where the person's files are, the error is Storage with CodeNoProfile and Detail
// "HOME": a relative one would be another profile in each working directory.
func DefaultDir(app string) (string, error) {
	if runtime.GOOS != "darwin" {
		// The XDG base directory specification: a relative path is ignored.
		if d := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(d) {
			return filepath.Join(d, app), nil
		}
	}
	home, err := os.UserHomeDir()
	if err != nil || !filepath.IsAbs(home) {
		return "", &chat.Error{Kind: chat.Storage, Op: "find profile", Code: chat.CodeNoProfile, Detail: "HOME", Err: err}
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support", app), nil
	}
	return filepath.Join(home, ".local", "share", app), nil
}

// makeDir makes dir for one user only. A directory that already holds other
// things keeps its mode: it is not ours alone (the files in it are 0600).
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		return err
	}
	return os.Chmod(dir, 0o700)
}

// writeFile replaces path in one step that survives a power cut: the new
// contents and then the name are on the disk before it returns.
func writeFile(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // opened for reading
	return d.Sync()
}

// failed is a Storage error.
func failed(op string, code chat.Code, err error) *chat.Error {
	return &chat.Error{Kind: chat.Storage, Op: op, Code: code, Err: err}
}

// storageError names the cause of a failed file operation. The path is left
// out: it may tell who the person is.
func storageError(op string, err error) error {
	var known *chat.Error
	if errors.As(err, &known) {
		return known
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	code := chat.CodeUnknown
	switch {
	case errors.Is(err, unix.EROFS), errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM),
		errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.ENAMETOOLONG),
		errors.Is(err, unix.EEXIST), errors.Is(err, unix.ELOOP): // no directory can be there
		code = chat.CodeReadOnly
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		code = chat.CodeDiskFull
	}
	return failed(op, code, err)
}

// keyringError passes a Keyring's error on: whatever it is, there is no keyring.
func keyringError(op string, err error) error {
	if errors.Is(err, context.Canceled) {
		return failed(op, chat.CodeCanceled, err)
	}
	return failed(op, chat.CodeNoKeyring, err)
}
