// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"errors"
)

// Options say where the database's key is. Create uses the passphrase when
// there is one, else the keyring. Open uses what the profile was made with.
type Options struct {
	Keyring    Keyring
	Passphrase []byte // not kept; the caller wipes it
}

// Profile is an open profile; the process holds its lock until Close.
type Profile struct{}

// DefaultDir is the directory of the default profile.
func DefaultDir() (string, error) { return "", errors.New("not yet") }

// Exists says whether dir holds a profile, readable or not.
func Exists(dir string) bool { return false }

// Create makes a new profile with a new random key and opens it.
func Create(ctx context.Context, dir string, o Options) (*Profile, error) {
	return nil, errors.New("not yet")
}

// Open opens an existing profile and takes its lock.
func Open(ctx context.Context, dir string, o Options) (*Profile, error) {
	return nil, errors.New("not yet")
}

// RaiseOther asks the process that holds dir's lock to raise its window.
func RaiseOther(ctx context.Context, dir string) error { return errors.New("not yet") }

// Key is a copy of the 32-byte database key; the caller wipes it.
func (p *Profile) Key() []byte { return nil }

// DatabasePath is the path of the database file, existing or not.
func (p *Profile) DatabasePath() string { return "" }

// ID is the random name of the profile.
func (p *Profile) ID() string { return "" }

// Keyring is where secrets of this profile go; nil when it lives by a passphrase.
func (p *Profile) Keyring() Keyring { return nil }

// OnRaise sets what happens when another process asks for the window.
func (p *Profile) OnRaise(raise func()) {}

// ChangeKey moves the key under another passphrase or into the keyring.
func (p *Profile) ChangeKey(ctx context.Context, o Options) error { return errors.New("not yet") }

// Close gives up the lock and wipes the key.
func (p *Profile) Close() error { return nil }
