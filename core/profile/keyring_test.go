// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// need is the path of a program that the test can not do without.
func need(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CHATSECURE_REQUIRE_SERVERS") == "1" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return path
}

// start runs a program until the end of the test.
func start(t *testing.T, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

// privateBus starts a session bus that can start no service by itself.
func privateBus(t *testing.T) (address string) {
	t.Helper()
	cmd := exec.Command(need(t, "dbus-daemon"), "--config-file=testdata/bus.conf", "--nofork", "--nopidfile", "--print-address")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, cmd)
	address, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// gnomeKeyring runs the real Secret Service of GNOME on the bus of the
// environment; with a password its collection is open.
func gnomeKeyring(t *testing.T, home, password string) *exec.Cmd {
	t.Helper()
	args := []string{"--foreground", "--components=secrets", "--control-directory=" + filepath.Join(home, "control")}
	if password != "" {
		args = append(args, "--unlock")
	}
	cmd := exec.Command(need(t, "gnome-keyring-daemon"), args...)
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "XDG_RUNTIME_DIR="+home)
	cmd.Stdin = strings.NewReader(password)
	return start(t, cmd)
}

// TestSystemKeyring walks through the states of a desktop's keyring on one bus:
// the library keeps its connection, so the order matters.
func TestSystemKeyring(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the Secret Service is Linux's")
	}
	ring := SystemKeyring("org.chatsecure.test")
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "control"), 0o700); err != nil {
		t.Fatal(err)
	}

	t.Run("no bus", func(t *testing.T) {
		// A dbus-launch that is called is a fault: it leaves daemons behind.
		bin := t.TempDir()
		mark := filepath.Join(bin, "called")
		if err := os.WriteFile(filepath.Join(bin, "dbus-launch"), []byte("#!/bin/sh\ntouch "+mark+"\nexit 1\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", bin)
		t.Setenv("XDG_RUNTIME_DIR", "")
		for _, address := range []string{"", "autolaunch:", "unix:path=/nonexistent"} {
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
			_, err := ring.Get(within(t), "x")
			wantCode(t, err, chat.CodeNoKeyring)
			_, err = Create(within(t), t.TempDir(), Options{Keyring: ring})
			wantCode(t, err, chat.CodeNoKeyring)
		}
		if _, err := os.Stat(mark); err == nil {
			t.Fatal("dbus-launch was called")
		}
	})

	t.Setenv("DBUS_SESSION_BUS_ADDRESS", privateBus(t))
	t.Run("bus without a keyring", func(t *testing.T) {
		_, err := ring.Get(within(t), "x")
		wantCode(t, err, chat.CodeNoKeyring)
	})

	dir := filepath.Join(t.TempDir(), "profile")
	open := gnomeKeyring(t, home, "pw")
	eventually(t, "the keyring answers", func() bool {
		_, err := ring.Get(within(t), "x")
		return errors.Is(err, ErrNotFound)
	})
	t.Run("secrets", func(t *testing.T) {
		secret := []byte("p\x00\xffss 🔑 ")
		if err := ring.Set(within(t), "account:x", secret); err != nil {
			t.Fatal(err)
		}
		if err := ring.Set(within(t), "account:x", secret); err != nil {
			t.Fatal(err)
		}
		got, err := ring.Get(within(t), "account:x")
		if err != nil || !bytes.Equal(got, secret) {
			t.Fatalf("%q, %v", got, err)
		}
		if _, err := SystemKeyring("org.other").Get(within(t), "account:x"); !errors.Is(err, ErrNotFound) {
			t.Fatal("another program's secret:", err)
		}
		if err := ring.Delete(within(t), "account:x"); err != nil {
			t.Fatal(err)
		}
		if err := ring.Delete(within(t), "account:x"); !errors.Is(err, ErrNotFound) {
			t.Fatal("deleted twice:", err)
		}
	})
	t.Run("profile", func(t *testing.T) {
		p := create(t, dir, Options{Keyring: ring})
		key := p.Key()
		_ = p.Close()
		p, err := Open(within(t), dir, Options{Keyring: ring})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(p.Key(), key) {
			t.Fatal("another key")
		}
		_ = p.Close()
		assertAbsent(t, dir, key)
		assertAbsent(t, home, key)
	})

	_ = open.Process.Kill()
	_ = open.Wait()
	t.Run("keyring gone", func(t *testing.T) {
		eventually(t, "the keyring is gone", func() bool {
			_, err := Open(within(t), dir, Options{Keyring: ring})
			return chat.CodeOf(err) == chat.CodeNoKeyring
		})
	})
	gnomeKeyring(t, home, "")
	t.Run("locked, nobody to ask", func(t *testing.T) {
		// Whether it refuses or waits for a prompt: it ends with the context and
		// is no key missing, so nobody makes a new one.
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := Open(ctx, dir, Options{Keyring: ring})
		wantCode(t, err, chat.CodeNoKeyring)
	})
}

// A keyring that never answers does not outlive the context, and the calls
// behind it neither.
func TestKeyringEndsWithContext(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	k := &systemKeyring{app: "x", turn: make(chan struct{}, 1)}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	release := make(chan struct{})
	_, err := k.call(ctx, "read", func() ([]byte, error) { <-release; return nil, nil })
	wantCode(t, err, chat.CodeNoKeyring)
	_, err = k.Get(ctx, "x")
	wantCode(t, err, chat.CodeNoKeyring)
	close(release)
	canceled, stop := context.WithCancel(t.Context())
	stop()
	k.turn <- struct{}{} // taken again once the first call ended
	_, err = k.Get(canceled, "x")
	wantCode(t, err, chat.CodeCanceled)
	<-k.turn
	_, err = k.call(t.Context(), "read", func() ([]byte, error) { panic("type assertion") })
	wantCode(t, err, chat.CodeNoKeyring)
}

func TestFindBus(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Linux")
	}
	address := privateBus(t)
	path, _, ok := strings.Cut(strings.TrimPrefix(address, "unix:path="), ",")
	if !ok {
		t.Skip("the bus listens on no path")
	}
	run := filepath.Join(t.TempDir(), "run time")
	if err := os.Mkdir(run, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, filepath.Join(run, "bus")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_RUNTIME_DIR", run)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	if err := findBus(); err != nil {
		t.Fatal(err)
	}
	if got := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); !strings.HasPrefix(got, "unix:path=/") || strings.Contains(got, " ") {
		t.Fatal(got)
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
