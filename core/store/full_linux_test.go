// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// A file system of two megabytes: full while creating, and while storing.
func TestDiskFullMount(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skip("can not mount a small file system here: ", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, 0)) })
	filler := filepath.Join(dir, "filler")
	must(t, os.WriteFile(filler, make([]byte, 2<<20-8192), 0o600))
	path := filepath.Join(dir, "profile.db")
	_, err := Create(ctx, path, testKey)
	wantCode(t, err, chat.CodeDiskFull)
	if left := hashes(t, dir); len(left) != 1 {
		t.Fatalf("left behind: %v", left)
	}
	must(t, os.Remove(filler))

	db, err := Create(ctx, path, testKey)
	must(t, err)
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: alice}}))
	stored := 0
	for ; stored < 100000; stored++ {
		_, err = db.AddIncoming(ctx, []Incoming{from(fmt.Sprintf("number%d ", stored) + strings.Repeat("much ", 200))})
		if err != nil {
			break
		}
	}
	wantCode(t, err, chat.CodeDiskFull)
	if _, err := db.Page(ctx, withBob, 0, 50); err != nil {
		t.Errorf("reading on a full disk: %v", err)
	}
	_ = db.Close()
	db, err = Open(ctx, path, testKey)
	must(t, err)
	defer func() { _ = db.Close() }()
	must(t, db.Check(ctx))
	if n := count(t, db, "message"); n != stored || n == 0 {
		t.Errorf("%d messages, %d were acknowledged", n, stored)
	}
}
