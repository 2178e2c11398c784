// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest"
)

// binary is the program, built with the race detector; each test drives it as a
// person or a script does.
var binary string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"} {
		_ = os.Unsetenv(name) // tests read English
	}
	dir, err := os.MkdirTemp("", "chatsecure-cli-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory
	binary = filepath.Join(dir, "chatsecure-cli")
	if out, err := exec.Command("go", "build", "-race", "-tags", "gles,sqlite_fts5,migrated_fynedo", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// patienceInTests bounds every wait: a loaded machine is slow, a hang is a fault.
const patienceInTests = 90 * time.Second

// need is the path of a program that a test can not do without.
func need(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CHATSECURE_REQUIRE_SERVERS") != "" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return path
}

// user is somebody with a profile of their own.
type user struct {
	t       *testing.T
	server  *coretest.Server // nil for none
	dir     string           // of the profile
	home    string
	address string
	local   string
	env     []string // besides
	common  []string // options of every run
	program string   // another build of it; "" is binary
}

// newUser has an empty home, a passphrase and no keyring.
func newUser(t *testing.T, s *coretest.Server, local string) *user {
	t.Helper()
	u := &user{t: t, server: s, home: t.TempDir(), local: local}
	u.dir = filepath.Join(u.home, "profile")
	u.common = []string{"--profile", u.dir, "--key-file", u.file("key", "the passphrase of "+local+"\n")}
	if s != nil {
		u.address = s.Address(local).String()
		u.common = append(u.common, "--ca-file", s.CAFile)
	}
	return u
}

func (u *user) file(name, text string) string {
	u.t.Helper()
	path := filepath.Join(u.home, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		u.t.Fatal(err)
	}
	return path
}

func (u *user) password() string { return "secret word of " + u.local }

// reach are the options that find the test server.
func (u *user) reach() []string {
	return []string{"--host", u.server.Host, "--port", strconv.Itoa(u.server.Port), "--password-file", u.file("password", u.password()+"\n")}
}

type result struct {
	out, errs string
	status    int
}

func (u *user) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, cmp.Or(u.program, binary), append(slices.Clone(args), u.common...)...)
	// No display, no session bus and nobody's home but this one.
	cmd.Env = append([]string{
		"HOME=" + u.home, "PATH=" + os.Getenv("PATH"), "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent", "GORACE=halt_on_error=1 exitcode=66",
	}, u.env...)
	return cmd
}

// run runs one command to its end.
func (u *user) run(in string, args ...string) result {
	u.t.Helper()
	ctx, cancel := context.WithTimeout(u.t.Context(), patienceInTests)
	defer cancel()
	cmd := u.command(ctx, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		u.t.Fatalf("%v: %v\n%s%s", args, err, out.String(), errs.String())
	}
	if strings.Contains(errs.String(), "DATA RACE") || strings.Contains(errs.String(), "panic:") {
		u.t.Fatalf("%v:\n%s", args, errs.String())
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// ok is the output of a command that has to succeed.
func (u *user) ok(args ...string) string {
	u.t.Helper()
	r := u.run("", args...)
	if r.status != exitDone {
		u.t.Fatalf("%v: status %d\n%s%s", args, r.status, r.out, r.errs)
	}
	return r.out
}

// fails is the one line of a command that has to fail with a status.
func (u *user) fails(status int, args ...string) string {
	u.t.Helper()
	r := u.run("", args...)
	if r.status != status || r.out != "" || strings.Count(r.errs, "\n") != 1 {
		u.t.Fatalf("%v: status %d, want %d, nothing on stdout and one line on stderr:\n%s%s", args, r.status, status, r.out, r.errs)
	}
	return r.errs
}

// objects is the output of a command with --json, a line each.
func (u *user) objects(args ...string) []map[string]any {
	u.t.Helper()
	var all []map[string]any
	for line := range strings.Lines(u.ok(append(args, "--json")...)) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			u.t.Fatalf("%v: %v in %q", args, err, line)
		}
		all = append(all, o)
	}
	return all
}

// added makes the profile and adds an account that the server already has.
func added(t *testing.T, s *coretest.Server, local string) *user {
	t.Helper()
	u := newUser(t, s, local)
	coretest.User(t, s, local, u.password())
	u.ok("init")
	u.ok(append([]string{"account", "add", u.address}, u.reach()...)...)
	return u
}

// befriend makes two users contacts of each other, by commands.
func befriend(a, b *user) {
	a.t.Helper()
	a.ok("contact", "add", b.address, "--name", "Friend "+b.local)
	b.ok("contact", "accept", a.address)
}

func wantIn(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is missing in %q", p, text)
		}
	}
}

// peer is a running rpc.
type peer struct {
	u    *user
	cmd  *exec.Cmd
	in   io.WriteCloser
	errs bytes.Buffer

	mu      sync.Mutex
	changed chan struct{} // closed and replaced with every line
	answers map[string]map[string]any
	notes   []map[string]any
	lines   []string
	id      int
	ended   chan struct{}
}

func (u *user) rpc(args ...string) *peer {
	u.t.Helper()
	p := &peer{u: u, changed: make(chan struct{}), answers: map[string]map[string]any{}, ended: make(chan struct{})}
	p.cmd = u.command(u.t.Context(), append([]string{"rpc"}, args...)...)
	p.cmd.Stderr = &p.errs
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		u.t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		u.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		u.t.Fatal(err)
	}
	go p.read(out)
	u.t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.ended; _ = p.cmd.Wait() })
	return p
}

func (p *peer) read(out io.Reader) {
	defer close(p.ended)
	r := bufio.NewReader(out)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		var o map[string]any
		isObject := json.Unmarshal([]byte(line), &o) == nil
		p.mu.Lock()
		p.lines = append(p.lines, strings.TrimSuffix(line, "\n"))
		if isObject {
			if _, is := o["method"]; is {
				p.notes = append(p.notes, o)
			} else {
				p.answers[fmt.Sprint(o["id"])] = o
			}
		}
		close(p.changed)
		p.changed = make(chan struct{})
		p.mu.Unlock()
	}
}

// until waits until is, called with the lock held, says so.
func (p *peer) until(what string, is func() bool) {
	p.u.t.Helper()
	timer := time.NewTimer(patienceInTests)
	defer timer.Stop()
	ended := p.ended
	for {
		p.mu.Lock()
		ok, changed := is(), p.changed
		p.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-ended:
			ended = nil // look once more: the last line came before the end
			p.mu.Lock()
			ok = is()
			p.mu.Unlock()
			if !ok {
				p.u.t.Fatalf("%s: the program ended before: %s\n%s", p.u.local, what, p.errs.String())
			}
			return
		case <-timer.C:
			p.mu.Lock()
			defer p.mu.Unlock()
			p.u.t.Fatalf("%s: waited in vain: %s; the last lines:\n%s", p.u.local, what, strings.Join(p.lines[max(0, len(p.lines)-15):], "\n"))
		}
	}
}

// eventually waits until is says so; it asks again after each notification.
func (p *peer) eventually(what string, is func() bool) {
	p.u.t.Helper()
	for {
		p.mu.Lock()
		n := len(p.notes)
		p.mu.Unlock()
		if is() {
			return
		}
		p.until(what, func() bool { return len(p.notes) > n })
	}
}

func (p *peer) write(line string) {
	p.u.t.Helper()
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		p.u.t.Fatal(err)
	}
}

// start writes a request and returns its id.
func (p *peer) start(method string, params map[string]any) string {
	p.u.t.Helper()
	p.mu.Lock()
	p.id++
	id := strconv.Itoa(p.id)
	p.mu.Unlock()
	b, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": p.id, "method": method, "params": params})
	if err != nil {
		p.u.t.Fatal(err)
	}
	p.write(string(b))
	return id
}

func (p *peer) answer(id string) map[string]any {
	p.u.t.Helper()
	var a map[string]any
	p.until("the answer to "+id, func() bool { a = p.answers[id]; return a != nil })
	return a
}

// call is the result of a request that has to succeed.
func (p *peer) call(method string, params map[string]any) map[string]any {
	p.u.t.Helper()
	a := p.answer(p.start(method, params))
	r, ok := a["result"].(map[string]any)
	if !ok {
		p.u.t.Fatalf("%s %s: %v", p.u.local, method, a)
	}
	return r
}

// refused is the kind and code of a request that has to fail in the core.
func (p *peer) refused(method string, params map[string]any) string {
	p.u.t.Helper()
	a := p.answer(p.start(method, params))
	e, _ := a["error"].(map[string]any)
	d, ok := e["data"].(map[string]any)
	if !ok || e["code"] != 1.0 || e["message"] == "" {
		p.u.t.Fatalf("%s %s: %v", p.u.local, method, a)
	}
	return fmt.Sprintf("%v/%v", d["kind"], d["code"])
}

// noted waits for a notification with these params.
func (p *peer) noted(method string, params map[string]any) {
	p.u.t.Helper()
	p.until(fmt.Sprint(method, params), func() bool {
		return slices.ContainsFunc(p.notes, func(n map[string]any) bool {
			got, _ := n["params"].(map[string]any)
			for k, v := range params {
				if got[k] != v {
					return false
				}
			}
			return n["method"] == method
		})
	})
}

// closeInput ends the program as a pipe's end does, and wants status 0.
func (p *peer) closeInput() {
	p.u.t.Helper()
	_ = p.in.Close()
	p.wantExit(exitDone)
}

func (p *peer) wantExit(status int) {
	p.u.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patienceInTests):
		p.u.t.Fatal("the program does not end")
	}
	_ = p.cmd.Wait()
	if got := p.cmd.ProcessState.ExitCode(); got != status || p.errs.Len() > 0 && status == 0 {
		p.u.t.Fatalf("%s: status %d, want %d: %s", p.u.local, got, status, p.errs.String())
	}
}
