// SPDX-License-Identifier: MPL-2.0

package e2e

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/coretest/robot"
)

const (
	simpleBundle = "../resources/examples/simple.csres"
	simpleID     = "example.home.chatterly"
	firstSticker = ":pebbles-hello:"
)

// TestSimple is the first evening of somebody who knows nothing but their own name and
// a friend's: the program of the simple example, a name typed, a friend found, words and a
// sticker there and back.
func TestSimple(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a display, a server and a build")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cli := programPath(t, "chatsecure-cli")
	server := coretest.Prosody(t, coretest.Options{Domain: "home.example", Port: freePort(t), Registration: true})
	coretest.User(t, server, "bob", "bobs-own-password")
	program := simpleProgram(ctx, t, server)
	dir := t.TempDir()
	bob := newPerson(ctx, t, cli, dir, server, "bob", "bobs-own-password")

	s := startScreen(ctx, t)
	p := startThe(t, s, program, "--profile", filepath.Join(dir, "window"), "--ca-file", server.CAFile)
	if _, err := s.Window(ctx, "Chatterly"); err != nil {
		t.Fatal(err, p.log.String())
	}
	welcome := s.settled(nil, "simple-01-welcome")
	s.press("Tab", "Return") // the first card: new here
	key := s.settled(welcome, "simple-02-key")
	s.typeText(passphrase)
	s.press("Return")
	s.typeText(passphrase)
	s.press("Return")
	p.until("the profile is made", func() bool {
		_, err := os.Stat(filepath.Join(dir, "window", "profile.json"))
		return err == nil
	})
	s.settled(key, "simple-03-name")
	s.typeText("Anna Smith")
	s.save("simple-04-typed")
	s.press("Return")
	p.until("she is in", func() bool { return strings.Contains(server.Log(), "Authenticated as anna.smith@home.example") })
	p.settledAfterLogin()
	anna := server.Address("anna.smith")

	s.press("ctrl+n")
	s.settle("simple-05-who")
	s.typeText("bob") // no address: a name will do
	s.settle("simple-06-bob")
	s.press("Return")
	s.settle("simple-07-conversation")
	s.typeText(question)
	s.press("Return")
	if _, err := bob.Await(ctx, anna, func(m robot.Message) bool { return m.Direction == "in" && m.Body == question }); err != nil {
		s.save("failed")
		t.Fatalf("what was typed never reached Bob: %v\n%s", err, p.log.String())
	}
	must(t, bob.Call(ctx, "contact.accept", map[string]string{"address": anna.String()}, nil))

	s.press("Tab", "Tab", "Return")
	s.settle("simple-08-stickers")
	s.press("Return")
	if _, err := bob.Await(ctx, anna, func(m robot.Message) bool { return m.Direction == "in" && m.Body == firstSticker }); err != nil {
		s.save("failed")
		t.Fatalf("the sticker never reached Bob: %v\n%s", err, p.log.String())
	}
	before := s.settled(nil, "simple-09-sticker")
	must(t, sendAll(ctx, bob, anna, "What a lovely program, Anna! I am so glad you are here.", ":pebbles-party:", "more about it: :pebbles-party:"))
	s.changed(before)
	s.settle("simple-10-answers")
	s.press("Escape")
	s.settle("simple-11-list")
	s.press("ctrl+comma")
	s.settle("simple-12-settings")
	s.press("Tab", "Tab", "Return")
	s.settle("simple-13-you")
	s.press("Escape", "Tab", "Tab", "Tab", "Return")
	s.settle("simple-14-about")
	p.end()
	oneAccount(ctx, t, program+"-cli", dir, server)
}

// oneAccount makes an account by the same name on the command line, which gets another
// address, and a second one, which the program does not allow.
func oneAccount(ctx context.Context, t *testing.T, cli, dir string, server *coretest.Server) {
	t.Helper()
	key := filepath.Join(dir, "cli.key")
	must(t, os.WriteFile(key, []byte(passphrase+"\n"), 0o600))
	run := func(args ...string) (string, error) {
		out, err := exec.CommandContext(ctx, cli, append(args, "--profile", filepath.Join(dir, "cli"), "--key-file", key, "--ca-file", server.CAFile, "--json")...).CombinedOutput()
		return string(out), err
	}
	if out, err := run("init"); err != nil {
		t.Fatal(out, err)
	}
	out, err := run("account", "register", "--nickname", "Anna Smith")
	if err != nil || !strings.Contains(out, `"account":"anna.smith.`) {
		t.Errorf("on the command line: %v %s", err, out)
	}
	if out, err := run("account", "register", "--nickname", "Second"); err == nil {
		t.Errorf("a second account: %s", out)
	}
}

func sendAll(ctx context.Context, from *robot.Person, to chat.Address, texts ...string) error {
	for _, text := range texts {
		if _, err := from.Send(ctx, to, text); err != nil {
			return err
		}
	}
	return nil
}

// freePort is one that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close() //nolint:errcheck // it was only asked for its number
	return l.Addr().(*net.TCPAddr).Port
}

// simpleProgram builds the program of the example for a server that no name service
// knows.
func simpleProgram(ctx context.Context, t *testing.T, server *coretest.Server) string {
	t.Helper()
	dir := t.TempDir()
	bundle := filepath.Join(dir, "simple.csres")
	must(t, os.CopyFS(bundle, os.DirFS(simpleBundle)))
	file := filepath.Join(bundle, "branding.json")
	data, err := os.ReadFile(file)
	must(t, err)
	var brand map[string]any
	must(t, json.Unmarshal(data, &brand))
	signup := brand["signup"].(map[string]any)
	signup["host"], signup["port"] = server.Host, server.Port
	data, err = json.Marshal(brand)
	must(t, err)
	must(t, os.WriteFile(file, data, 0o600))
	cmd := exec.CommandContext(ctx, "go", "run", "./cmd/brand", "--bundle", bundle, "--out", dir)
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("cmd/brand for port %s: %v\n%s", strconv.Itoa(server.Port), err, out)
	}
	return filepath.Join(dir, simpleID, "linux", "bin", "chatterly")
}
