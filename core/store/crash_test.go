// SPDX-License-Identifier: MPL-2.0

package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// childMain is what a re-executed test binary does: see the tests that set role.
func childMain(role string) {
	ctx := context.Background()
	path := os.Getenv("CHATSECURE_STORE_PATH")
	switch role {
	case "write":
		childWrite(ctx, path)
	case "seal":
		childSeal(ctx, path)
	case "open": // says which code opening gives
		db, err := Open(ctx, path, testKey)
		if err == nil {
			err = db.Close()
		}
		fmt.Println("code:" + string(chat.CodeOf(err)))
	case "full":
		childFull(ctx, path)
	case "crash":
		if err := crashChild(ctx, path); err != nil {
			fmt.Println(err)
		}
	}
}

// crashChild is what dies at a crash point, in a build that has some.
var crashChild = func(context.Context, string) error { return nil }

func child(role, path string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", "-test.run=^$")
	if runtime.GOOS != "linux" {
		self, _ := os.Executable()
		cmd = exec.Command(self, "-test.run=^$")
	}
	cmd.Env = append(os.Environ(), "CHATSECURE_STORE_CHILD="+role, "CHATSECURE_STORE_PATH="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

// childWrite stores pages of 20 messages for ever and says when each is safe.
func childWrite(ctx context.Context, path string) {
	db, err := Open(ctx, path, testKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	for page := 0; ; page++ {
		var in []Incoming
		for i := range 20 {
			in = append(in, from(fmt.Sprintf("page%d line%d", page, i), func(in *Incoming) { in.OriginID = in.Body }))
		}
		if _, err := db.AddIncoming(ctx, in); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(page)
	}
}

// Killed at any time, what was acknowledged is there and no page is there in part.
func TestKill(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	path := pathOf(t, db)
	must(t, db.Close())
	done := -1
	for round := range 5 {
		must(t, os.RemoveAll(path+"-shm"))
		cmd := child("write", path)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for acked := 0; acked < 4+round && lines.Scan(); acked++ {
			if _, err := fmt.Sscan(lines.Text(), &done); err != nil {
				t.Fatal(lines.Text())
			}
		}
		time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond) // anywhere in a transaction
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()

		db, err := Open(ctx, path, testKey)
		must(t, err)
		must(t, db.Check(ctx))
		last := -1
		for page := 0; ; page++ {
			n := len(find(t, db, fmt.Sprintf("page%d line", page)))
			var exact int
			ms, err := db.Search(ctx, chat.SearchQuery{Text: fmt.Sprintf("page%d line", page), Limit: 1000})
			must(t, err)
			for _, m := range ms {
				if strings.HasPrefix(m.Body, fmt.Sprintf("page%d ", page)) {
					exact++
				}
			}
			if n == 0 {
				break
			}
			if exact != 20 {
				t.Fatalf("page %d has %d of 20 messages", page, exact)
			}
			last = page
		}
		if last < done {
			t.Fatalf("page %d was acknowledged, the last stored is %d", done, last)
		}
		cs, err := db.Conversations(ctx)
		must(t, err)
		if want := (last + 1) * 20; cs[0].Unread != want {
			t.Fatalf("unread %d, want %d", cs[0].Unread, want)
		}
		must(t, db.Close())
	}
}

// childFull stores until the file must not grow further.
func childFull(ctx context.Context, path string) {
	db, err := Open(ctx, path, testKey)
	if err != nil {
		fmt.Println("code:" + string(chat.CodeOf(err)))
		return
	}
	limit := syscall.Rlimit{Cur: 512 << 10, Max: 512 << 10}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Println("skip:", err)
		return
	}
	for i := range 100000 {
		_, err := db.AddIncoming(ctx, []Incoming{from(fmt.Sprintf("number%d ", i) + strings.Repeat("much ", 200))})
		if err != nil {
			fmt.Println("code:" + string(chat.CodeOf(err)))
			_, err := db.Page(ctx, withBob, 0, 50) // reading goes on
			fmt.Println("read:", err)
			fmt.Println("stored:", i)
			return
		}
	}
}

// A file that can not grow: the error says so and all that was stored stays.
// The kernel reports a file limit like a full disk, but as EFBIG.
func TestDiskFull(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	path := pathOf(t, db)
	must(t, db.Close())
	out, err := child("full", path).Output()
	must(t, err)
	if strings.HasPrefix(string(out), "skip:") {
		t.Skip(string(out))
	}
	var stored int
	if n, err := fmt.Sscanf(string(out), "code:disk-full\nread: <nil>\nstored: %d", &stored); n != 1 || err != nil || stored == 0 {
		t.Fatalf("child said %q", out)
	}
	again, err := Open(ctx, path, testKey)
	must(t, err)
	defer func() { must(t, again.Close()) }()
	must(t, again.Check(ctx))
	if n := count(t, again, "message"); n != stored {
		t.Errorf("%d messages, %d were acknowledged", n, stored)
	}
}

// SQLite's own limit gives its own error.
func TestPageLimit(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	must(t, db.on(ctx, db.writer, "test", func(c *conn) error { return c.run("PRAGMA max_page_count = 120") }))
	receive(t, db, from("fits"))
	_, err := db.AddIncoming(ctx, []Incoming{from(strings.Repeat("does not fit ", 100_000))})
	wantCode(t, err, chat.CodeDiskFull)
	receive(t, db, from("fits again"))
	if got := find(t, db, "fits"); len(got) != 2 {
		t.Errorf("found %d", len(got))
	}
}

// Root may write anywhere: the test becomes nobody.
func TestReadOnly(t *testing.T) {
	if os.Getuid() != 0 && runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	data := sample(t)
	for _, c := range []struct {
		name      string
		dir, file os.FileMode
	}{
		{"directory", 0o555, 0o666},
		{"file", 0o777, 0o444},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, err := os.MkdirTemp("/tmp", "chatsecure-ro")
			must(t, err)
			defer func() { _ = os.Chmod(dir, 0o700); _ = os.RemoveAll(dir) }()
			path := filepath.Join(dir, "profile.db")
			must(t, os.WriteFile(path, data, 0o600))
			must(t, os.Chmod(path, c.file))
			must(t, os.Chmod(dir, c.dir))
			before := hashes(t, dir)
			cmd := child("open", path)
			cmd.Dir = "/"
			if os.Getuid() == 0 {
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			}
			out, err := cmd.Output()
			if errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM) {
				t.Skip("can not run the test binary as another user:", err)
			}
			must(t, err)
			if !strings.HasPrefix(string(out), "code:read-only\n") {
				t.Errorf("child said %q", out)
			}
			if after := hashes(t, dir); !maps.Equal(before, after) {
				t.Errorf("files changed: %v, were %v", after, before)
			}
		})
	}
}

// Four random bytes in a random place: never a crash, always a clear code from
// whatever meets the bad page, and no file that is refused is written to.
func TestDamagedCopies(t *testing.T) {
	ctx := context.Background()
	data := sample(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "profile.db")
	r := rand.New(rand.NewPCG(3, 5))
	refused, met := 0, 0
	for range 200 {
		bad := append([]byte(nil), data...)
		at := r.IntN(len(bad) - 4)
		for i := range 4 {
			bad[at+i] ^= byte(1 + r.IntN(255))
		}
		removeDatabase(path)
		must(t, os.WriteFile(path, bad, 0o600))
		before := hashes(t, dir)
		db, err := Open(ctx, path, testKey)
		if err != nil {
			refused++
			if code := chat.CodeOf(err); code != chat.CodeDamaged && code != chat.CodeKeyWrong {
				t.Fatalf("damage at %d: %v", at, err)
			}
			after := hashes(t, dir)
			if before["profile.db"] != after["profile.db"] {
				t.Fatalf("damage at %d: refused and written to", at)
			}
			continue
		}
		for _, err := range []error{useAll(ctx, db), useAll(ctx, db)} {
			if err != nil {
				met++
				wantCode(t, err, chat.CodeDamaged)
			}
		}
		wantCode(t, db.Check(ctx), chat.CodeDamaged)
		_ = db.Close()
	}
	t.Logf("200 copies: %d refused at opening, %d errors from reading, all found by Check", refused, met)
	if refused == 0 || met == 0 {
		t.Error("no damage was met")
	}
}

func useAll(ctx context.Context, db *DB) error {
	_, e1 := db.Conversations(ctx)
	_, e2 := db.Page(ctx, withBob, 0, 50)
	_, e3 := db.Search(ctx, chat.SearchQuery{Text: "sample"})
	_, e4 := db.Accounts(ctx)
	return errors.Join(e1, e2, e3, e4)
}
