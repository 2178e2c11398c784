// SPDX-License-Identifier: MPL-2.0

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/coretest/robot"
)

const (
	passphrase = "correct horse battery"
	password   = "alices-own-password"
	question   = "Hello Bob, is this thing on?"
	answer     = "Loud and clear, Alice."
)

// TestFirstLight is the whole of a first evening: start, choose a passphrase,
// sign in, find the friend, write, see the answer, close.
func TestFirstLight(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a display and a server")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	server := coretest.Prosody(t, coretest.Options{})
	coretest.User(t, server, "alice", password)
	coretest.User(t, server, "bob", "bobs-own-password")
	dir := t.TempDir()
	cli := programPath(t, "chatsecure-cli")

	// They know each other from before: Alice has another device.
	bob := newPerson(ctx, t, cli, dir, server, "bob", "bobs-own-password")
	other := newPerson(ctx, t, cli, dir, server, "alice", password)
	must(t, robot.Befriend(ctx, bob, other, "Alice", "Bob"))
	other.Offline()

	s := startScreen(ctx, t)
	profile := filepath.Join(dir, "window")
	p := startProgram(t, s, "--profile", profile, "--ca-file", server.CAFile)
	if _, err := s.Window(ctx, "ChatSecure"); err != nil {
		t.Fatal(err, p.log.String())
	}
	welcome := s.settled(nil, "01-welcome")
	s.press("Tab", "Tab", "Return") // the second card: sign in
	key := s.settled(welcome, "02-key")
	s.typeText(passphrase)
	s.press("Return")
	s.typeText(passphrase)
	s.press("Return")
	p.until("the profile is made", func() bool {
		_, err := os.Stat(filepath.Join(profile, "profile.json"))
		return err == nil
	})
	s.settled(key, "03-sign-in")

	s.typeText("alice@" + server.Domain)
	s.press("Return")
	s.typeText(password)
	s.press("Tab", "Tab", "space") // show the fields of the server
	s.press("shift+Tab", "shift+Tab", "shift+Tab", "shift+Tab")
	s.typeText(server.Host)
	s.press("Tab")
	s.typeText(strconv.Itoa(server.Port))
	s.save("04-server")
	logins := func() int { return strings.Count(server.Log(), "Authenticated as alice@"+server.Domain) }
	earlier := logins()
	s.press("Return")
	p.until("signed in", func() bool { return logins() > earlier })
	p.settledAfterLogin()

	s.press("ctrl+k")
	s.settle("06-switcher")
	s.typeText("bob")
	s.press("Return")
	s.settle("07-conversation")
	s.typeText(question)
	s.save("08-written")
	s.press("Return")
	got, err := bob.Await(ctx, other.Login.Address, func(m robot.Message) bool { return m.Direction == "in" && m.Body == question })
	if err != nil {
		s.save("failed")
		t.Fatalf("what was typed never reached Bob: %v\n%s", err, p.log.String())
	}
	t.Logf("message %s arrived", got.ID)

	before := s.settled(nil, "09-sent")
	id, err := bob.Send(ctx, other.Login.Address, answer)
	must(t, err)
	// The receipt says that the window has it, the screen that it is shown.
	if _, err := bob.Await(ctx, other.Login.Address, func(m robot.Message) bool { return m.ID == id && m.Status == "delivered" }); err != nil {
		t.Fatalf("Bob's answer was never received: %v", err)
	}
	s.changed(before)
	s.settle("10-answer")

	p.end()
	checkHistory(ctx, t, cli, profile, dir, server.CAFile, "bob@"+server.Domain)
	checkNothingInTheClear(t, profile)
}

// checkHistory reads the database that the window left.
func checkHistory(ctx context.Context, t *testing.T, cli, profile, dir, caFile, with string) {
	t.Helper()
	keyFile := filepath.Join(dir, "window.key")
	must(t, os.WriteFile(keyFile, []byte(passphrase+"\n"), 0o600))
	p := robot.Person{Program: cli, Dir: profile, KeyFile: keyFile, CAFile: caFile}
	out, err := p.Run(ctx, "", "history", with)
	if err != nil {
		t.Fatal(err)
	}
	var all []robot.Message
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		var m robot.Message
		must(t, json.Unmarshal([]byte(line), &m))
		all = append(all, m)
	}
	n := len(all)
	if n < 2 {
		t.Fatalf("the database holds %d messages: %s", n, out)
	}
	q, a := all[n-2], all[n-1]
	if q.Body != question || q.Direction != "out" || q.Status != "delivered" {
		t.Errorf("what was typed is stored as %+v", q)
	}
	if a.Body != answer || a.Direction != "in" {
		t.Errorf("the answer is stored as %+v", a)
	}
}

// checkNothingInTheClear looks for what must not be readable on the disk.
func checkNothingInTheClear(t *testing.T, profile string) {
	t.Helper()
	must(t, filepath.WalkDir(profile, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, secret := range []string{passphrase, password, question, answer, "alice@", "bob@"} {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%s holds %q in the clear", filepath.Base(name), secret)
			}
		}
		return nil
	}))
}
