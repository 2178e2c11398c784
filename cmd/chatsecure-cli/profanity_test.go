// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest"
)

// profanity is the real client of that name in a terminal of its own.
type profanity struct {
	t       *testing.T
	tmux    string
	socket  string
	address string
	program string
	env     []string
}

// startProfanity signs local in to s.
func startProfanity(t *testing.T, s *coretest.Server, local string) *profanity {
	t.Helper()
	program := need(t, "profanity")
	p := &profanity{t: t, tmux: need(t, "tmux"), address: s.Address(local).String()}
	password := "secret of " + local
	coretest.User(t, s, local, password)
	home, err := os.MkdirTemp("", "profanity-") // short: the path of a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	p.socket = filepath.Join(home, "tmux")
	write := func(name, text string) {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("data/profanity/accounts", fmt.Sprintf(
		"[me]\nenabled=true\njid=%s\nserver=%s\nport=%d\npassword=%s\ntls.policy=force\nresource=profanity\n",
		p.address, s.Host, s.Port, password))
	write("config/profanity/profrc", "[connection]\naccount=me\nreceipts.send=true\nreceipts.request=true\n[ui]\nsplash=false\n[logging]\nchlog=false\n")
	p.program = program
	p.env = []string{
		"HOME=" + home, "XDG_CONFIG_HOME=" + home + "/config", "XDG_DATA_HOME=" + home + "/data", "PATH=" + os.Getenv("PATH"),
		"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent", "TERM=screen", "LC_ALL=C.UTF-8", "SSL_CERT_FILE=" + s.CAFile,
	}
	t.Cleanup(func() { _ = exec.Command(p.tmux, "-S", p.socket, "kill-server").Run() })
	p.launch()
	return p
}

// launch starts it, the first time or again.
func (p *profanity) launch() {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), p.tmux, "-S", p.socket, "-f", "/dev/null", "new-session", "-d", "-x", "160", "-y", "50", p.program)
	cmd.Env = p.env
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Fatalf("tmux: %v\n%s", err, out)
	}
	p.shows("logged in successfully")
}

func (p *profanity) run(args ...string) string {
	p.t.Helper()
	out, err := exec.CommandContext(p.t.Context(), p.tmux, append([]string{"-u", "-S", p.socket}, args...)...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// waitGone waits until the program has ended, and its terminal with it.
func (p *profanity) waitGone() {
	p.t.Helper()
	deadline := time.Now().Add(patienceInTests)
	for exec.CommandContext(p.t.Context(), p.tmux, "-S", p.socket, "has-session").Run() == nil {
		if time.Now().After(deadline) {
			p.t.Fatal("Profanity does not end")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// types enters a line.
func (p *profanity) types(line string) {
	p.t.Helper()
	p.run("send-keys", "-l", line)
	p.run("send-keys", "Enter")
}

// shows waits until a text stands on the screen.
func (p *profanity) shows(text string) {
	p.t.Helper()
	deadline := time.Now().Add(patienceInTests)
	for {
		screen := p.run("capture-pane", "-p")
		if strings.Contains(screen, text) {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("Profanity does not show %q:\n%s", text, screen)
		}
		time.Sleep(50 * time.Millisecond) // the screen is another program's: it can only be looked at
	}
}

// befriend makes it and somebody contacts of each other.
func (p *profanity) befriend(a *peer) {
	p.t.Helper()
	own := a.u.address
	a.call("contact.add", map[string]any{"account": own, "address": p.address, "name": "Paul"})
	p.shows("Received authorization request from " + own)
	p.types("/sub allow " + own)
	p.types("/sub request " + own)
	a.eventually("Paul's question", func() bool {
		c := a.contact(p.address)
		return c["asking"] == true || c["subscription"] == "both"
	})
	if a.contact(p.address)["asking"] == true {
		a.call("contact.accept", map[string]any{"account": own, "address": p.address})
	}
	a.eventually("both see each other", func() bool {
		c := a.contact(p.address)
		return c["subscription"] == "both" && c["presence"] == "available"
	})
}

func TestProfanity(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	paul := startProfanity(t, s, "paul")
	alice := added(t, s, "alice")
	a := online(alice)

	paul.befriend(a)

	a.call("message.send", map[string]any{"account": alice.address, "address": paul.address, "body": "hello from chatsecure, ünï 漢字"})
	paul.shows("(win 2)")
	paul.types("/win 2")
	paul.shows("hello from chatsecure, ünï 漢字")
	paul.types("hello from profanity, don't <panic> & ünï 漢字")
	all := []string{"hello from profanity, don't <panic> & ünï 漢字"}
	for i := range 5 {
		text := fmt.Sprintf("message %d from profanity", i)
		paul.types(text)
		all = append(all, text)
	}
	a.eventually("Paul's messages", func() bool { return slices.Equal(a.bodies(paul.address, "in"), all) })
	a.closeInput()

	// The commands talk to it as well, and its receipts arrive.
	m := alice.objects("send", paul.address, "one more, by a command", "--until", "delivered")[0]
	if m["status"] != "delivered" {
		t.Fatal(m)
	}
	paul.shows("one more, by a command")
	paul.types("/quit")
	history := alice.objects("history", paul.address)
	if len(history) != 8 || history[0]["status"] != "delivered" || history[1]["from"] != paul.address+"/profanity" {
		t.Fatal(history)
	}
}
