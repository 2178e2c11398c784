// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"chatsecure.org/desktop/core/chat"
)

// KeySize is the length of the database key in bytes.
const KeySize = 32

// The files of a profile.
const (
	databaseName = "profile.db"
	recordName   = "profile.json"
	lockName     = "lock"
	socketName   = "raise.sock"
)

// Options say where the database's key is. Create uses the passphrase when
// there is one, else the keyring. Open uses what the profile was made with, so
// a program hands over both where it has both.
type Options struct {
	Keyring    Keyring
	Passphrase []byte // not kept; the caller wipes it
	// Ask is a policy's: no key may be in a keyring. Without a passphrase Create makes
	// nothing, and Open opens no profile whose key is in one, with CodePolicyKey.
	Ask bool
}

// Profile is an open profile; the process holds its lock until Close. Any
// goroutine may call its methods.
type Profile struct {
	dir    string
	lock   *lock
	raiser *raiser

	mu      sync.Mutex
	key     []byte
	record  record
	keyring Keyring
}

// Create makes a profile in dir (made with mode 0700 where it is missing) with
// a new random key, and opens it. Errors are Storage with CodeProfileExists
// (also where a database lies without its profile.json: a key is never made
// over an existing database), CodeProfileInUse, CodeNoKeyring, CodeReadOnly or
// CodeDiskFull.
func Create(ctx context.Context, dir string, o Options) (_ *Profile, err error) {
	const op = "create profile"
	switch {
	case len(o.Passphrase) == 0 && o.Ask:
		return nil, failed(op, chat.CodePolicyKey, nil)
	case len(o.Passphrase) == 0 && o.Keyring == nil:
		return nil, failed(op, chat.CodeNoKeyring, nil)
	}
	if Exists(dir) {
		return nil, failed(op, chat.CodeProfileExists, nil)
	}
	if err := makeDir(dir); err != nil {
		return nil, storageError(op, err)
	}
	p, err := lockDir(op, dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = p.Close()
		}
	}()
	if Exists(dir) { // another process was quicker
		return nil, failed(op, chat.CodeProfileExists, nil)
	}
	id, key := make([]byte, 8), make([]byte, KeySize)
	_, _ = rand.Read(id) // never fails (crypto/rand)
	_, _ = rand.Read(key)
	p.key = key
	if err := p.keep(ctx, op, hex.EncodeToString(id), o); err != nil {
		return nil, err
	}
	return p, nil
}

// Open opens the profile in dir and takes its lock. Errors are Storage with
// CodeNoProfile, CodeProfileInUse, CodeKeyNeeded (give a passphrase),
// CodeKeyWrong, CodeKeyMissing (the keyring answers without the key; with Detail
// "profile.json" where a database lies without that), CodeNoKeyring, CodeDamaged (with
// Detail "profile.json"), CodeNewer or CodeReadOnly. Opening with a passphrase
// takes some tenths of a second and 64 MiB of memory.
func Open(ctx context.Context, dir string, o Options) (_ *Profile, err error) {
	const op = "open profile"
	if !exists(filepath.Join(dir, recordName)) {
		if exists(filepath.Join(dir, databaseName)) {
			return nil, &chat.Error{Kind: chat.Storage, Op: op, Code: chat.CodeKeyMissing, Detail: recordName}
		}
		return nil, failed(op, chat.CodeNoProfile, nil)
	}
	p, err := lockDir(op, dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = p.Close()
		}
	}()
	if p.record, err = readRecord(op, filepath.Join(dir, recordName)); err != nil {
		return nil, err
	}
	switch p.record.Key {
	case keyInKeyring:
		if o.Ask && len(o.Passphrase) == 0 {
			return nil, failed(op, chat.CodePolicyKey, nil)
		}
		p.keyring = o.Keyring
		p.key, err = fetchKey(ctx, op, p.record, o)
	default:
		p.key, err = unwrapKey(ctx, op, p.record, o.Passphrase)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// lockDir takes the lock of dir and listens for other processes.
func lockDir(op, dir string) (*Profile, error) {
	l, err := takeLock(op, filepath.Join(dir, lockName))
	if err != nil {
		return nil, err
	}
	return &Profile{dir: dir, lock: l, raiser: listen(dir, l)}, nil
}

// fetchKey reads the database key from the keyring.
func fetchKey(ctx context.Context, op string, r record, o Options) ([]byte, error) {
	if o.Keyring == nil {
		if len(o.Passphrase) > 0 {
			// The person believes in a passphrase that this profile never had.
			return nil, &chat.Error{Kind: chat.Storage, Op: op, Code: chat.CodeKeyWrong, Detail: "keyring"}
		}
		return nil, failed(op, chat.CodeNoKeyring, nil)
	}
	key, err := o.Keyring.Get(ctx, r.keyName())
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, failed(op, chat.CodeKeyMissing, err)
	case err != nil:
		return nil, keyringError(op, err)
	case len(key) != KeySize || r.KeyCheck != keyCheck(key):
		clear(key)
		return nil, failed(op, chat.CodeKeyWrong, nil)
	}
	return key, nil
}

// keep stores p.key under o, in the keyring or wrapped, and writes profile.json
// afterwards: a record on the disk always names a key that exists.
func (p *Profile) keep(ctx context.Context, op, id string, o Options) error {
	r := record{Version: recordVersion, ID: id, Database: p.record.Database}
	if len(o.Passphrase) > 0 {
		if err := wrapKey(ctx, op, &r, p.key, o.Passphrase); err != nil {
			return err
		}
	} else {
		r.Key, r.KeyCheck = keyInKeyring, keyCheck(p.key)
		if err := o.Keyring.Set(ctx, r.keyName(), p.key); err != nil {
			return keyringError(op, err)
		}
	}
	if err := writeRecord(filepath.Join(p.dir, recordName), r); err != nil {
		if r.Key == keyInKeyring && p.record.Key != keyInKeyring {
			_ = o.Keyring.Delete(ctx, r.keyName())
		}
		return storageError(op, err)
	}
	p.record, p.keyring = r, nil
	if r.Key == keyInKeyring {
		p.keyring = o.Keyring
	}
	return nil
}

// ChangeKey moves the same database key under another passphrase or into the
// keyring; the database is not rewritten. On an error everything is as before.
// What else the old keyring holds (accounts' passwords) is the caller's to move.
func (p *Profile) ChangeKey(ctx context.Context, o Options) error {
	const op = "change key"
	if len(o.Passphrase) == 0 && o.Keyring == nil {
		return failed(op, chat.CodeNoKeyring, nil)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.key == nil {
		return failed(op, chat.CodeClosed, nil)
	}
	old, oldKeyring := p.record, p.keyring
	if err := p.keep(ctx, op, p.record.ID, o); err != nil {
		return err
	}
	if old.Key == keyInKeyring && p.record.Key != keyInKeyring {
		_ = oldKeyring.Delete(ctx, old.keyName()) // the key is safe elsewhere; a left-over opens nothing new
	}
	return nil
}

// Key is a copy of the database key (KeySize bytes) for the caller to wipe; nil
// after Close.
func (p *Profile) Key() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.key)
}

// Dir is the profile's directory.
func (p *Profile) Dir() string { return p.dir }

// DatabasePath is the path of the database file, existing or not.
func (p *Profile) DatabasePath() string { return filepath.Join(p.dir, databaseName) }

// HasDatabase says whether a database has been made in this profile. One that is
// not there although it has was lost, and must not be replaced by an empty one.
func (p *Profile) HasDatabase() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.record.Database
}

// NoteDatabase notes that the database has been made.
func (p *Profile) NoteDatabase() error {
	const op = "note database"
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.key == nil {
		return failed(op, chat.CodeClosed, nil)
	}
	if p.record.Database {
		return nil
	}
	r := p.record
	r.Database = true
	if err := writeRecord(filepath.Join(p.dir, recordName), r); err != nil {
		return storageError(op, err)
	}
	p.record = r
	return nil
}

// ID is the random name of the profile, in hex.
func (p *Profile) ID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.record.ID
}

// Keyring is where secrets of this profile go; nil when a passphrase protects
// it: then they go into the database and nowhere else.
func (p *Profile) Keyring() Keyring {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keyring
}

// OnRaise sets what happens when another process asks for the window; a request
// of the last three seconds is answered at once. raise runs on a goroutine of
// the profile that Close waits for: it must not block.
func (p *Profile) OnRaise(raise func()) { p.raiser.handle(raise) }

// Close gives up the lock and wipes the key. Further calls do nothing.
func (p *Profile) Close() error {
	p.raiser.close() // without the mutex: a raise under way may use the profile
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.key)
	p.key = nil
	return p.lock.release()
}

// Exists says whether dir holds a profile or what is left of one, readable or
// not.
func Exists(dir string) bool {
	return exists(filepath.Join(dir, recordName)) || exists(filepath.Join(dir, databaseName))
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.ENAMETOOLONG), errors.Is(err, unix.ELOOP):
		return false
	}
	return true // perhaps not readable
}
