// SPDX-License-Identifier: MPL-2.0

package e2e

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest/chaos"
)

// TestDiskFull takes a client's disk away while messages go both ways, and breaks
// its link meanwhile. What it says it has stored is stored, what it refused may be
// said again, and what came is asked for again when there is room.
func TestDiskFull(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	dir := t.TempDir()
	small := filepath.Join(dir, "a") // of the first device
	must(t, os.Mkdir(small, 0o700))
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=12m"); err != nil {
		inNamespace(t, dir, err)
		return
	}
	t.Cleanup(func() { must(t, syscall.Unmount(small, 0)) })
	tr := trial(ctx, t, chaos.Options{Dir: dir, Window: 1, Patience: 30 * time.Second})
	must(t, tr.Start())
	tr.Allow(100)
	tr.Settle(ctx)

	filler := filepath.Join(small, "filler")
	must(t, fill(filler))
	for n := 200; tr.Refused("a") == 0; n += 100 {
		if n > 10_000 {
			t.Fatal("the disk never gets full")
		}
		tr.Allow(n)
		must(t, tr.Await(ctx, "b", n)) // the other is well
		wait(ctx, 200*time.Millisecond)
	}
	refused := tr.Refused("a")
	for range 3 {
		tr.Cut("a")
		wait(ctx, time.Second)
	}
	if tr.Refused("a") == refused {
		t.Error("it stopped trying")
	}
	must(t, os.Remove(filler))
	wantGood(ctx, t, tr)
}

const (
	namespaced  = "CHATSECURE_TEST_NAMESPACE" // set in the environment of a test that has namespaces of its own
	mayNotMount = 77                          // its exit status where it may not mount even there
)

// inNamespace runs the test once more as the root of a user namespace with mounts of its
// own, because here it may not mount anything. Where there are no such namespaces and
// root could have mounted, the test was left out for no good reason.
func inNamespace(t *testing.T, dir string, why error) {
	t.Helper()
	if os.Getenv(namespaced) != "" {
		_ = os.RemoveAll(dir)
		os.Exit(mayNotMount)
	}
	program, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), program, "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1", "-test.timeout=10m")
	cmd.Env = append(os.Environ(), namespaced+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch ran := errors.As(err, &exit); {
	case err == nil:
		t.Logf("in a namespace of its own, for here it may not mount (%v):\n%s", why, out)
	case ran && exit.ExitCode() != mayNotMount:
		t.Fatalf("in a namespace of its own: %v\n%s", err, out)
	case os.Getenv("CHATSECURE_REQUIRE_SERVERS") != "" && os.Geteuid() != 0:
		t.Fatalf("can not mount a small file system here (%v), nor in a namespace (%v): run this test as root", why, err)
	default:
		t.Skipf("can not mount a small file system here (%v), nor in a namespace (%v)", why, err)
	}
}

// fill writes a file until there is no room.
func fill(name string) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := io.CopyN(f, zeros{}, int64(size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			return err
		}
	}
	return nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestDatabaseLocked takes the lock of a client's database for longer than it waits
// for it, as a program does that copies files.
func TestDatabaseLocked(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	dir := t.TempDir()
	tr := trial(ctx, t, chaos.Options{Dir: dir, Window: 1, Patience: 30 * time.Second})
	must(t, tr.Start())
	tr.Allow(50)
	tr.Settle(ctx)

	index, err := os.OpenFile(filepath.Join(dir, "a", "alice", "profile.db-shm"), os.O_RDWR, 0)
	must(t, err)
	defer index.Close()
	const writeLock = 120 // SQLite, walformat: the byte that who writes locks
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Start: writeLock, Len: 1}
	must(t, syscall.FcntlFlock(index.Fd(), syscall.F_SETLKW, &lock))
	tr.Allow(150)
	must(t, tr.Await(ctx, "b", 150))
	for tr.Refused("a") == 0 {
		if !wait(ctx, 50*time.Millisecond) {
			t.Fatal("the lock is nothing to it")
		}
	}
	tr.Cut("a")
	wait(ctx, time.Second)
	lock.Type = syscall.F_UNLCK
	must(t, syscall.FcntlFlock(index.Fd(), syscall.F_SETLK, &lock))
	wantGood(ctx, t, tr)
}

func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
