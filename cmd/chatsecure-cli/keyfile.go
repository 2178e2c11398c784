// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"chatsecure.org/desktop/core/chat"
)

// keyFileLimit is the most that is read as a file of keys.
const keyFileLimit = 1 << 20

// moveKeys runs do with the account and the passphrase that protects a file of keys; nil
// for one that has none.
func (c *call) moveKeys(ctx context.Context, sealed bool, do func(ctx context.Context, s *session, account chat.Address, passphrase []byte) error) error {
	var pass []byte
	if sealed {
		if c.passphraseFile == "" {
			return wrongUse("give-passphrase")
		}
		var err error
		if pass, err = c.secret("--passphrase-file", c.passphraseFile); err != nil {
			return err
		}
	}
	defer clear(pass)
	return c.with(ctx, func(s *session) error {
		account, err := s.oneAccount(ctx, c.account)
		if err != nil {
			return err
		}
		return do(ctx, s, account, pass)
	})
}

// exportKeys writes an account's own keys to a new file, under a passphrase.
func exportKeys(ctx context.Context, c *call) error {
	name := c.operands[0]
	return c.moveKeys(ctx, true, func(ctx context.Context, s *session, account chat.Address, pass []byte) error {
		data, err := s.ExportKeys(ctx, account, pass)
		if err != nil {
			return err
		}
		defer clear(data)
		if err := writeNew(name, data); err != nil {
			return err
		}
		c.say(map[string]string{"account": account.String(), "file": name}, "keys-written", "address", account, "file", name)
		return nil
	})
}

// writeNew makes a file that only its owner reads; it never replaces one.
func writeNew(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return refused(chat.CodeExists, "file-exists", "file", name)
	}
	if err != nil {
		return refused(chat.CodeUnknown, "reason", "reason", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(name) // half a file is none
		return refused(chat.CodeUnknown, "reason", "reason", err)
	}
	return nil
}

// importKeys takes an account's own keys from a file.
func importKeys(ctx context.Context, c *call) error {
	name := c.operands[0]
	data, err := readKeyFile(name)
	if err != nil {
		return err
	}
	defer clear(data)
	return c.moveKeys(ctx, chat.SealedKeys(data), func(ctx context.Context, s *session, account chat.Address, pass []byte) error {
		if err := s.ImportKeys(ctx, account, data, pass); err != nil {
			return err
		}
		c.say(map[string]string{"account": account.String(), "file": name}, "keys-read", "address", account, "file", name)
		return nil
	})
}

// readKeyFile reads a file of keys, which the caller wipes.
func readKeyFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, refused(chat.CodeNotFound, "reason", "reason", err)
	}
	defer f.Close() //nolint:errcheck // opened for reading
	data, err := io.ReadAll(io.LimitReader(f, keyFileLimit+1))
	switch {
	case err != nil:
		err = refused(chat.CodeUnknown, "reason", "reason", err)
	case len(data) > keyFileLimit:
		err = refused(chat.CodeTooLarge, "keys-long", "file", name)
	default:
		return data, nil
	}
	clear(data)
	return nil, err
}
