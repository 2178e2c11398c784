// SPDX-License-Identifier: MPL-2.0

package core

import (
	"os"
	"path/filepath"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/profile"
)

// A database that was there and is gone is an error, not a new one; a profile of
// which making was interrupted is finished.
func TestDatabaseGone(t *testing.T) {
	pass := profile.Options{Passphrase: []byte("pass")}
	dir := filepath.Join(t.TempDir(), "profile")
	p, err := profile.Create(t.Context(), dir, pass)
	if err != nil {
		t.Fatal(err)
	}
	open := func() error {
		t.Helper()
		if p == nil {
			if p, err = profile.Open(t.Context(), dir, pass); err != nil {
				t.Fatal(err)
			}
		}
		c, err := Open(t.Context(), Config{Profile: p, Manual: true})
		if err == nil {
			err = c.Close()
		}
		if e := p.Close(); e != nil {
			t.Fatal(e)
		}
		p = nil
		return err
	}
	if err := p.Close(); err != nil { // as a crash between the two
		t.Fatal(err)
	}
	p = nil
	for range 2 {
		if err := open(); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "profile.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if err := os.Rename(f, filepath.Join(dir, "away-"+filepath.Base(f))); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := open(); chat.CodeOf(err) != chat.CodeDatabaseMissing {
			t.Fatalf("without its database: %v", err)
		}
	}
	for _, f := range files {
		if err := os.Rename(filepath.Join(dir, "away-"+filepath.Base(f)), f); err != nil {
			t.Fatal(err)
		}
	}
	if err := open(); err != nil {
		t.Fatal(err)
	}
}
