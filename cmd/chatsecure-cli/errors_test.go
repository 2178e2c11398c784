// SPDX-License-Identifier: MPL-2.0

package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest"
)

// A keyring that never answers holds a command up for the time given.
func TestSilentKeyring(t *testing.T) {
	u := newUser(t, nil, "alice")
	u.common = u.common[:2]
	bus := filepath.Join(u.home, "bus")
	l, err := net.Listen("unix", bus)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // the test is over
	u.env = []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=" + bus}
	began := time.Now()
	wantIn(t, u.fails(exitRefused, "init", "--timeout", "1s"), "keyring", "--key-file")
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %v", took)
	}
}

// What can not be written is no success.
func TestFullOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close() //nolint:errcheck // nothing was written
	u := newUser(t, nil, "alice")
	u.ok("init")
	for _, what := range []string{"policy", "--help", "--version"} {
		cmd := u.command(t.Context(), what)
		var errs strings.Builder
		cmd.Stdout, cmd.Stderr = full, &errs
		_ = cmd.Run()
		if cmd.ProcessState.ExitCode() != exitRefused || strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("%s: status %d, %q", what, cmd.ProcessState.ExitCode(), errs.String())
		}
		wantIn(t, errs.String(), "output", "space")
	}
}

// A file is lost: the words say which.
func TestLostFiles(t *testing.T) {
	u := newUser(t, nil, "alice")
	u.ok("init")
	for _, lost := range []string{"profile.db", "profile.json"} {
		path := filepath.Join(u.dir, lost)
		if err := os.Rename(path, path+".away"); err != nil {
			t.Fatal(err)
		}
		line := u.fails(exitRefused, "account", "list")
		if lost == "profile.json" {
			wantIn(t, line, "profile.json", "backup")
		} else {
			wantIn(t, line, "messages is not where it was", "backup")
		}
		if err := os.Rename(path+".away", path); err != nil {
			t.Fatal(err)
		}
	}
	u.ok("account", "list")
	for _, dir := range []string{u.file("file", ""), "/proc/nowhere"} {
		u.common[1] = dir
		wantIn(t, u.fails(exitRefused, "init"), "cannot be written to", "--profile")
	}
}

// A password that was changed on another device is given without losing the
// messages.
func TestAccountUpdate(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	u := added(t, s, "alice")
	u.ok("send", u.address, "a note to myself", "--until", "delivered")
	coretest.User(t, s, "alice", "new password")
	line := u.fails(exitRefused, "send", u.address, "another", "--timeout", "30s")
	wantIn(t, line, "password is wrong", "account update")
	u.file("new", "new password\n\n") // as some editors leave it
	wantIn(t, u.fails(exitRefused, "account", "update", u.address, "--password-file", filepath.Join(u.home, "password")), "password")
	u.ok("account", "update", u.address, "--password-file", filepath.Join(u.home, "new"))
	wantIn(t, u.ok("send", u.address, "a third", "--until", "delivered"), "delivered")
	if all := u.objects("history", u.address); len(all) != 3 || all[1]["body"] != "another" || all[1]["status"] != "delivered" {
		t.Error(all)
	}
	wantIn(t, u.fails(exitRefused, "account", "add", u.address, "--password-file", filepath.Join(u.home, "new")), "account update")
	wantIn(t, u.fails(exitRefused, "account", "update", "bob@"+s.Domain, "--host", "h"), "no account")

	p := online(u)
	if got := p.refused("account.update", map[string]any{"address": u.address, "password": "wrong"}); got != "auth/not-authorized" {
		t.Error(got)
	}
	if r := p.call("account.update", map[string]any{"address": u.address, "password": "new password", "host": s.Host, "port": s.DirectTLSPort, "direct_tls": true}); r["state"] != "online" {
		t.Error(r)
	}
	p.closeInput()
}

// That somebody does not ask is not a matter of time.
func TestNobodyAsks(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	u := added(t, s, "alice")
	wantIn(t, u.fails(exitRefused, "contact", "accept", "bob@"+s.Domain, "--timeout", "3s"), "does not ask")
	wantIn(t, u.fails(exitRefused, "contact", "add", u.address), "own address")
}
