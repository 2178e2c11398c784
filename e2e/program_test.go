// SPDX-License-Identifier: MPL-2.0

package e2e

import (
	"bytes"
	"context"
	"errors"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/coretest/robot"
	"chatsecure.org/desktop/core/coretest/screen"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// programPath finds a program that scripts/test has built.
func programPath(t *testing.T, name string) string {
	t.Helper()
	p, err := filepath.Abs(filepath.Join("..", "build", name))
	must(t, err)
	if _, err := os.Stat(p); err != nil {
		if os.Getenv("CHATSECURE_REQUIRE_SERVERS") != "" {
			t.Fatalf("%s is not built: make build", name)
		}
		t.Skipf("%s is not built: make build", name)
	}
	return p
}

func newPerson(ctx context.Context, t *testing.T, cli, dir string, s *coretest.Server, local, password string) *robot.Person {
	t.Helper()
	p, err := robot.New(ctx, cli, dir, s.CAFile, s.Login(local), password)
	must(t, err)
	must(t, p.Online(ctx))
	t.Cleanup(p.Offline)
	return p
}

// display is a screen whose pictures are kept in build/e2e.
type display struct {
	*screen.Screen
	t   *testing.T
	ctx context.Context
	out string
}

func startScreen(ctx context.Context, t *testing.T) *display {
	t.Helper()
	if _, err := exec.LookPath("Xvfb"); err != nil && os.Getenv("CHATSECURE_REQUIRE_SERVERS") == "" {
		t.Skip("no Xvfb here")
	}
	out, err := filepath.Abs(filepath.Join("..", "build", "e2e"))
	must(t, err)
	must(t, os.RemoveAll(out))
	must(t, os.MkdirAll(out, 0o755))
	s, err := screen.Start(ctx, t.TempDir(), 1060, 720)
	must(t, err)
	t.Cleanup(s.Stop)
	d := &display{Screen: s, t: t, ctx: ctx, out: out}
	t.Cleanup(func() {
		if t.Failed() {
			d.save("failed")
			t.Logf("pictures are in %s", out)
		}
	})
	return d
}

func (d *display) save(name string) {
	if err := d.Save(filepath.Join(d.out, name+".png")); err != nil {
		d.t.Log(err)
	}
}

func (d *display) press(keys ...string) {
	d.t.Helper()
	must(d.t, d.Press(d.ctx, keys...))
}

func (d *display) typeText(s string) {
	d.t.Helper()
	must(d.t, d.Type(d.ctx, s))
}

// settled waits for something other than before to stand still, and keeps it.
func (d *display) settled(before *image.RGBA, name string) *image.RGBA {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.ctx, 30*time.Second)
	defer cancel()
	p, err := d.Settled(ctx, before)
	d.save(name)
	if err != nil {
		d.t.Fatalf("%s: %v", name, err)
	}
	return p
}

func (d *display) settle(name string) { d.t.Helper(); d.settled(nil, name) }

// changed waits until a message's worth of the screen is other than before.
func (d *display) changed(before *image.RGBA) {
	d.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		now, err := d.Capture()
		must(d.t, err)
		if screen.Difference(before, now) > 0.003 {
			return
		}
		if time.Now().After(deadline) {
			d.t.Fatal("the answer arrived and the screen did not change")
		}
		<-time.After(50 * time.Millisecond)
	}
}

// program is the running desktop program.
type program struct {
	t    *testing.T
	s    *display
	cmd  *exec.Cmd
	log  *lockedBuffer
	done chan error
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func startProgram(t *testing.T, s *display, args ...string) *program {
	t.Helper()
	return startThe(t, s, programPath(t, "chatsecure"), args...)
}

func startThe(t *testing.T, s *display, path string, args ...string) *program {
	t.Helper()
	return startWith(t, s, nil, path, args...)
}

// startWith is startThe with an environment that goes before the usual one.
func startWith(t *testing.T, s *display, env []string, path string, args ...string) *program {
	t.Helper()
	p := &program{t: t, s: s, log: &lockedBuffer{}, done: make(chan error, 1)}
	p.cmd = exec.Command(path, args...)
	home := t.TempDir()
	p.cmd.Env = append(s.Env(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+cacheDir(t), "LC_ALL=C.UTF-8", "FYNE_THEME=light")
	p.cmd.Env = append(p.cmd.Env, env...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	must(t, p.cmd.Start())
	go func() { p.done <- p.cmd.Wait() }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		if t.Failed() {
			t.Logf("the program said:\n%s", p.log)
		}
	})
	return p
}

// cacheDir keeps the toolkit's index of fonts from run to run; nothing of a
// person is in it.
func cacheDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "build", "e2e-cache"))
	must(t, err)
	must(t, os.MkdirAll(dir, 0o755))
	return dir
}

// until waits for a condition while the program runs.
func (p *program) until(what string, cond func() bool) {
	p.t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for !cond() {
		select {
		case err := <-p.done:
			p.t.Fatalf("the program ended before %s: %v", what, err)
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("never happened: %s", what)
		}
	}
}

// settledAfterLogin waits for the main window to stand.
func (p *program) settledAfterLogin() {
	p.t.Helper()
	form, err := p.s.Capture()
	must(p.t, err)
	// The main window may be there already: then nothing more changes.
	ctx, cancel := context.WithTimeout(p.s.ctx, 10*time.Second)
	defer cancel()
	_, _ = p.s.Settled(ctx, form)
	p.s.settle("05-signed-in")
}

// end closes the program as the system does at log-out, and wants a clean exit.
func (p *program) end() {
	p.t.Helper()
	must(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-p.done:
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			p.t.Errorf("the program ended with %v:\n%s", err, p.log)
		}
	case <-time.After(30 * time.Second):
		p.t.Error("the program does not end")
	}
}
