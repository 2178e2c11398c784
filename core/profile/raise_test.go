// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// helperEnv makes the test binary hold the profile that it names.
const helperEnv = "CHATSECURE_TEST_HOLD_PROFILE"

// hold is the other process: it opens the profile, says so, and keeps it until
// its standard input ends.
func hold(dir string) int {
	p, err := Open(context.Background(), dir, Options{Passphrase: []byte("x")})
	if err != nil {
		fmt.Println(chat.CodeOf(err))
		return 1
	}
	p.OnRaise(func() { fmt.Println("raised") })
	fmt.Println("open")
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = p.Close()
	return 0
}

// holder starts another process on dir and waits until it holds the profile.
func holder(t *testing.T, dir string) (cmd *exec.Cmd, lines *bufio.Reader, release func()) {
	t.Helper()
	cmd = exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperEnv+"="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	release = func() { _ = in.Close(); _ = cmd.Wait() }
	t.Cleanup(func() { _ = cmd.Process.Kill(); release() })
	lines = bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); line != "open\n" {
		t.Fatalf("the other process said %q, %v", line, err)
	}
	return cmd, lines, release
}

func TestSecondProcess(t *testing.T) {
	o := Options{Passphrase: []byte("x")}
	for _, test := range []struct{ name, below string }{
		{"usual directory", ""},
		{"deep directory", strings.Repeat("deep/", 30)},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), test.below)
			_ = create(t, dir, o).Close()
			wantCode(t, RaiseOther(within(t), dir), chat.CodeNotFound)

			_, lines, release := holder(t, dir)
			_, err := Open(within(t), dir, o)
			wantCode(t, err, chat.CodeProfileInUse)
			_, err = Open(within(t), dir, Options{})
			wantCode(t, err, chat.CodeProfileInUse) // nobody is asked for a passphrase in vain
			for range 3 {
				if err := RaiseOther(within(t), dir); err != nil {
					t.Fatal(err)
				}
				if line, err := lines.ReadString('\n'); line != "raised\n" {
					t.Fatalf("the other process said %q, %v", line, err)
				}
			}
			release()

			cmd, _, _ := holder(t, dir)
			if err := cmd.Process.Kill(); err != nil { // leaves lock and socket behind
				t.Fatal(err)
			}
			_ = cmd.Wait()
			wantCode(t, RaiseOther(within(t), dir), chat.CodeNotFound)
			stale := sockets(t)
			p, err := Open(within(t), dir, o)
			if err != nil {
				t.Fatal(err)
			}
			raised := make(chan struct{}, 1)
			p.OnRaise(func() { raised <- struct{}{} })
			if err := RaiseOther(within(t), dir); err != nil {
				t.Fatal(err)
			}
			<-raised
			_ = p.Close()
			if left := sockets(t); test.below != "" && left >= stale {
				t.Fatalf("%d socket directories before, %d after: the stale one stayed", stale, left)
			}
		})
	}
}

// sockets counts the directories of sockets outside of profiles.
func sockets(t *testing.T) int {
	t.Helper()
	n := 0
	for _, base := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir()} {
		found, _ := filepath.Glob(filepath.Join(base, shortPrefix+"*"))
		n += len(found)
	}
	return n
}

func TestRaiseWithoutWindow(t *testing.T) {
	dir := t.TempDir()
	create(t, dir, Options{Passphrase: []byte("x")})
	wantCode(t, RaiseOther(within(t), dir), chat.CodeProfileInUse)
}

// A request that comes while the window is being made is answered once it is.
func TestRaiseBeforeWindow(t *testing.T) {
	dir := t.TempDir()
	p := create(t, dir, Options{Passphrase: []byte("x")})
	answer := make(chan error, 1)
	go func() { answer <- RaiseOther(within(t), dir) }()
	raised := make(chan struct{}, 1)
	p.OnRaise(func() { raised <- struct{}{} })
	if err := <-answer; err != nil {
		t.Fatal(err)
	}
	<-raised
}

// Closing does not wait for a process that connects and says nothing.
func TestCloseWithSilentPeer(t *testing.T) {
	dir := t.TempDir()
	p := create(t, dir, Options{Passphrase: []byte("x")})
	cmd := exec.CommandContext(t.Context(), "true")
	_ = cmd.Run()
	go func() { _ = RaiseOther(within(t), dir) }() // no handler: would wait for seconds
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal("second Close:", err)
	}
}
