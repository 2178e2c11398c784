// SPDX-License-Identifier: MPL-2.0

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/coretest/robot"
)

const acmeID = "example.acme.chat"

// acmeProgram is a program of the example brand that scripts/test has made.
func acmeProgram(t *testing.T, name string) string {
	t.Helper()
	return programPath(t, filepath.Join("brand", acmeID, "linux", "bin", name))
}

// acmePerson uses the brand's command line with the brand's own directories.
type acmePerson struct {
	t            *testing.T
	cli, home    string
	key, caFile  string
	host, domain string
	port         int
}

func newAcmePerson(t *testing.T, s *coretest.Server) *acmePerson {
	p := &acmePerson{t: t, cli: acmeProgram(t, "acme-chat-cli"), home: t.TempDir(), caFile: s.CAFile, host: s.Host, domain: s.Domain, port: s.Port}
	p.key = filepath.Join(t.TempDir(), "key")
	must(t, os.WriteFile(p.key, []byte(passphrase+"\n"), 0o600))
	return p
}

func (p *acmePerson) env() []string {
	return append(os.Environ(), "HOME="+p.home, "XDG_DATA_HOME="+filepath.Join(p.home, "data"), "LC_ALL=C.UTF-8")
}

func (p *acmePerson) try(input string, args ...string) (out, errs string, status int) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.cli, append([]string{"--key-file", p.key, "--ca-file", p.caFile, "--json"}, args...)...)
	cmd.Env, cmd.Stdin = p.env(), strings.NewReader(input)
	var said, complained bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &complained
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		p.t.Fatal(err)
	}
	return said.String(), complained.String(), cmd.ProcessState.ExitCode()
}

func (p *acmePerson) ok(input string, args ...string) string {
	p.t.Helper()
	out, errs, status := p.try(input, args...)
	if status != 0 {
		p.t.Fatalf("%v: %s", args, errs)
	}
	return out
}

// refused runs what the brand's policy forbids.
func (p *acmePerson) refused(input string, args ...string) {
	p.t.Helper()
	out, errs, status := p.try(input, args...)
	if status != 1 || strings.TrimSpace(errs) == "" {
		p.t.Errorf("%v: status %d, said %q and %q", args, status, out, errs)
	}
}

func (p *acmePerson) login(local string) []string {
	return []string{"account", "add", local + "@" + p.domain, "--password-file", "-", "--host", p.host, "--port", strconv.Itoa(p.port)}
}

// TestBrand runs the programs that cmd/brand has made of resources/examples/acme.csres
// against Prosody: what the brand's policy says holds on the command line and in the
// window, and nobody sees another program's name.
func TestBrand(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a display and a server")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	server := coretest.Prosody(t, coretest.Options{Domain: "acme.example", Registration: true, Tap: true})
	coretest.User(t, server, "alice", password)
	coretest.User(t, server, "bob", "bobs-own-password")

	p := newAcmePerson(t, server)
	p.ok("", "init")
	if got := policyValue(t, p.ok("", "policy", "--explain"), "encryption.require"); got != "all brand" {
		t.Errorf("encryption.require is %q", got)
	}
	other := p.login("alice")
	other[2] = "alice@elsewhere.example"
	p.refused(password, other...)
	p.refused(password, "account", "register", "mallory@"+server.Domain, "--password-file", "-", "--host", server.Host, "--port", strconv.Itoa(server.Port))
	p.ok(password, p.login("alice")...)
	p.refused("bobs-own-password", p.login("bob")...) // accounts.max
	const secret = "the quarter's figures, before anybody else"
	p.refused("", "send", "bob@"+server.Domain, secret, "--until", "sent")
	p.refused("", "send", "bob@"+server.Domain, secret, "--encryption", "none", "--until", "sent")

	s := startScreen(ctx, t)
	window := startAcme(t, s, p)
	if _, err := s.Window(ctx, "Acme Chat"); err != nil {
		t.Fatal(err, window.log.String())
	}
	s.settle("brand-start")
	s.press("ctrl+k")
	s.settle("brand-switcher")
	s.typeText("bob@" + server.Domain)
	s.press("Return")
	s.settle("brand-conversation")
	s.typeText(secret + " again")
	s.press("Return")
	s.settle("brand-not-sent")
	window.end()

	if log := server.Log(); strings.Contains(log, "quarter's figures") || strings.Contains(log, "quarter&apos;s figures") {
		t.Error("a message left without encryption")
	}
	for _, line := range strings.Split(strings.TrimSpace(p.ok("", "history", "bob@"+server.Domain)), "\n") {
		var m robot.Message
		must(t, json.Unmarshal([]byte(line), &m))
		if m.Status != "failed" && m.Status != "queued" {
			t.Errorf("%+v", m)
		}
	}
	if name := regexp.MustCompile(`(?i)chatsecure[^#/]{0,20}`).FindString(fromClient(server.Log())); name != "" {
		t.Errorf("the server was told of %q", name)
	}
	if _, err := os.Stat(filepath.Join(p.home, "data", acmeID, "profile.json")); err != nil {
		t.Error(err)
	}
	noName(t, p.home)
	for _, program := range []string{"acme-chat", "acme-chat-cli"} {
		noNameIn(t, acmeProgram(t, program))
	}
}

// startAcme starts the brand's window with its own directories.
func startAcme(t *testing.T, s *display, p *acmePerson) *program {
	t.Helper()
	w := &program{t: t, s: s, log: &lockedBuffer{}, done: make(chan error, 1)}
	w.cmd = exec.Command(acmeProgram(t, "acme-chat"), "--key-file", p.key, "--ca-file", p.caFile)
	w.cmd.Env = append(p.env(), append(s.Env(), "XDG_CONFIG_HOME="+filepath.Join(p.home, "config"), "XDG_CACHE_HOME="+cacheDir(t), "FYNE_THEME=light")...)
	w.cmd.Stdout, w.cmd.Stderr = w.log, w.log
	must(t, w.cmd.Start())
	go func() { w.done <- w.cmd.Wait() }()
	t.Cleanup(func() {
		_ = w.cmd.Process.Kill()
		if t.Failed() {
			t.Logf("the program said:\n%s", w.log)
		}
	})
	return w
}

func policyValue(t *testing.T, out, key string) string {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		var s struct{ Key, Value, Layer string }
		must(t, json.Unmarshal([]byte(line), &s))
		if s.Key == key {
			return s.Value + " " + s.Layer
		}
	}
	t.Fatalf("no %s in %s", key, out)
	return ""
}

// fromClient is what of the server's log a client has sent.
func fromClient(log string) string {
	var lines []string
	for _, line := range strings.Split(log, "\n") {
		if strings.Contains(line, "RECV:") || strings.Contains(line, "Received") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// noName looks at each file below a directory, and at its name.
func noName(t *testing.T, dir string) {
	t.Helper()
	files := 0
	must(t, filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		if strings.Contains(strings.ToLower(rel), "chatsecure") {
			t.Errorf("%s is named after the program that the brand is made of", rel)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		files++
		data, err := os.ReadFile(name)
		if bytes.Contains(bytes.ToLower(data), []byte("chatsecure")) {
			t.Errorf("%s names the program that the brand is made of", rel)
		}
		return err
	}))
	if files == 0 {
		t.Error("nothing was kept there")
	}
}

// noNameIn looks for the default's name in a program, beside the paths of its Go
// packages, which are in every Go program.
func noNameIn(t *testing.T, program string) {
	t.Helper()
	data, err := os.ReadFile(program)
	must(t, err)
	for _, at := range regexp.MustCompile(`(?i)chatsecure`).FindAllIndex(data, -1) {
		if bytes.HasPrefix(data[at[0]:], []byte("chatsecure.org/desktop")) || bytes.HasSuffix(data[:at[0]], []byte("/desktop/cmd/")) {
			continue
		}
		t.Errorf("%s holds %q", filepath.Base(program), data[max(at[0]-30, 0):min(at[1]+30, len(data))])
	}
}
