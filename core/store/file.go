// SPDX-License-Identifier: MPL-2.0

package store

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"chatsecure.org/desktop/core/chat"
)

const (
	pageSize    = 4096 // SQLCipher 4's
	plainHeader = "SQLite format 3\x00"
)

// build makes a complete database beside path and moves it there, so that path
// is never half a database.
func build(path string, key []byte) error {
	if _, err := os.Lstat(path); err == nil {
		return &chat.Error{Kind: chat.Storage, Op: "create database", Code: chat.CodeExists}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	half := path + ".new"
	removeDatabase(half) // of a creation that was killed: nobody has stored anything in it
	defer removeDatabase(half)
	f, err := os.OpenFile(half, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := fillNew(half, key); err != nil {
		return err
	}
	head, err := readHead(half)
	if err != nil {
		return err
	}
	if len(head) < pageSize || looksForeign(head) {
		return errNoCipher // written in the clear: never let it stand
	}
	if err := os.Rename(half, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func fillNew(path string, key []byte) error {
	own := append([]byte(nil), key...)
	defer clear(own)
	c, err := newConnector(path, "mode=rw", own, writerPragmas).open()
	if err != nil {
		return err
	}
	return errors.Join(migrate(c, migrations), c.close()) // which moves the log into the file
}

// removeDatabase removes a file that this program was making, and its logs.
func removeDatabase(path string) {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		_ = os.Remove(path + suffix)
	}
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}

func readHead(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, pageSize)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	return head[:n], nil
}

// looksForeign says that a first page is surely not SQLCipher's, which can not
// be told from random bytes: 4096 of those hold about all 256 values, and fewer
// than 200 with a probability below 2^-100.
func looksForeign(head []byte) bool {
	var seen [256]bool
	distinct := 0
	for _, b := range head {
		if !seen[b] {
			seen[b] = true
			distinct++
		}
	}
	return bytes.HasPrefix(head, []byte(plainHeader)) || distinct < 200
}

// probe finds out, without changing a byte, why path can not be opened.
func probe(path string, key []byte) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && info.Mode().IsRegular() && info.Size() == 0:
		return storageError(chat.CodeDatabaseMissing)
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return storageError(chat.CodeNotDatabase)
	}
	head, err := readHead(path)
	if err != nil {
		return err
	}
	// A log with something in it holds the newer pages: read through it then.
	// Without one, read the file as if nothing else could exist, which leaves
	// no log and no index of one behind.
	query := "mode=ro&immutable=1"
	logged := false
	if wal, err := os.Stat(path + "-wal"); err == nil && wal.Size() > 0 {
		query, logged = "mode=ro", true
	}
	if !logged && (len(head) < pageSize || looksForeign(head)) {
		return storageError(chat.CodeNotDatabase)
	}
	whole := logged || info.Size()%pageSize == 0
	if err := probeSchema(path, query, key); err != nil {
		if code := chat.CodeOf(fail("", err)); code == chat.CodeNotDatabase && whole {
			return storageError(chat.CodeKeyWrong)
		}
		return err
	}
	if !whole {
		return storageError(chat.CodeDamaged)
	}
	for _, p := range []string{path, filepath.Dir(path)} {
		if err := unix.Access(p, unix.W_OK); err != nil {
			return &chat.Error{Kind: chat.Storage, Op: "open database", Code: chat.CodeReadOnly, Err: err}
		}
	}
	return nil
}

// probeSchema reads the first page and the schema with a connection of its own.
func probeSchema(path, query string, key []byte) error {
	own := append([]byte(nil), key...)
	defer clear(own)
	c, err := newConnector(path, query, own, probePragmas).open()
	if err != nil {
		return err
	}
	defer func() { _ = c.close() }()
	var n, version int
	if err := c.row("SELECT count(*) FROM sqlite_schema").Scan(&n); err != nil {
		return err
	}
	if err := c.row("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > schemaVersion() {
		return newer(version)
	}
	return nil
}

func storageError(code chat.Code) error {
	return &chat.Error{Kind: chat.Storage, Op: "open database", Code: code}
}
