// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/coretest/screen"
)

// apart says that the test runs in namespaces of its own.
const apart = "CHATSECURE_TEST_APART"

// inNamespaces runs the test once more as the root of namespaces where port 5222 is free
// and the system trusts whom the test wants it to: Dino has no setting for either.
func inNamespaces(t *testing.T) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
	cmd.Env = append(os.Environ(), apart+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		t.Fatalf("in namespaces of its own: %v\n%s", err, out)
	case err != nil:
		t.Skipf("no namespaces: %v", err)
	}
	t.Logf("in namespaces of its own:\n%s", out)
}

// dino is the real client of that name, on a screen that nobody sees.
type dino struct {
	t       *testing.T
	address string
	data    string // its directory
	home    string
	screen  *screen.Screen
}

// sql is what a statement finds in one of Dino's databases: a line for each row.
func (d *dino) sql(database, statement string, args ...string) []string {
	d.t.Helper()
	const script = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30)
for row in db.execute(sys.argv[2], sys.argv[3:]):
    print(*row, sep="|")
db.commit()
`
	out, err := exec.CommandContext(d.t.Context(), "/usr/bin/python3", append([]string{
		"-c", script, filepath.Join(d.data, database), statement,
	}, args...)...).CombinedOutput()
	if err != nil {
		d.t.Fatalf("%s: %v\n%s", statement, err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// start runs it until it is told to end, and waits for its window.
func (d *dino) start() (end func()) {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), need(d.t, "dino-im"))
	cmd.Env = append(d.screen.Env(), "HOME="+d.home, "XDG_RUNTIME_DIR="+d.home, "XDG_DATA_HOME=", "XDG_CONFIG_HOME=", "XDG_CACHE_HOME=", "LC_ALL=C.UTF-8",
		"GSK_RENDERER=cairo", "GTK_A11Y=none", "GIO_USE_NETWORK_MONITOR=base", "GSETTINGS_BACKEND=memory")
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(d.t.Context(), patienceInTests)
	defer cancel()
	if _, err := d.screen.Window(ctx, "Dino"); err != nil {
		d.t.Fatal(err)
	}
	return func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
}

func (d *dino) until(what string, cond func() bool) {
	d.t.Helper()
	deadline := time.Now().Add(patienceInTests)
	for !cond() {
		if time.Now().After(deadline) {
			d.t.Fatalf("never happened: %s", what)
		}
		time.Sleep(50 * time.Millisecond) // it is another program's: it can only be looked at
	}
}

// key is the fingerprint of somebody's only device, as Dino knows it.
func (d *dino) key(address string) string {
	d.t.Helper()
	found := d.sql("omemo.db", "SELECT identity_key_public_base64 FROM identity_meta WHERE address_name = ?", address)
	key, err := base64.StdEncoding.DecodeString(found[0])
	if err != nil || len(found) != 1 || len(key) != 33 {
		d.t.Fatalf("keys of %s: %q", address, found)
	}
	return hex.EncodeToString(key[1:]) // without its type
}

// writes waits until the window has come to rest, and sends a text.
func (d *dino) writes(text string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), patienceInTests)
	defer cancel()
	_, err := d.screen.Settled(ctx, nil)
	if err = errors.Join(err, d.screen.Type(ctx, text), d.screen.Press(ctx, "Return")); err != nil {
		d.t.Fatal(err)
	}
}

// reads waits until a text has come in, encrypted.
func (d *dino) reads(text string) {
	d.t.Helper()
	d.until("Dino reads "+text, func() bool {
		return d.sql("dino.db", "SELECT encryption FROM message WHERE body = ? AND direction = 0", text)[0] == "2"
	})
}

// startDino signs local in to s, with an encrypted conversation with a contact: as there
// is no other, it is open.
func startDino(t *testing.T, s *coretest.Server, local, contact string) *dino {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patienceInTests)
	defer cancel()
	scr, err := screen.Start(ctx, t.TempDir(), 1000, 700)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(scr.Stop)
	d := &dino{t: t, address: s.Address(local).String(), home: t.TempDir(), screen: scr}
	d.data = filepath.Join(d.home, ".local", "share", "dino")
	d.start()() // makes its tables
	d.sql("dino.db", "INSERT INTO account (id, bare_jid, resourcepart, password, alias, enabled) VALUES (1, ?, 'dino', ?, '', 1)", d.address, "secret word of "+local)
	d.sql("dino.db", "INSERT INTO jid (id, bare_jid) VALUES (1, ?)", contact)
	d.sql("dino.db", "INSERT INTO conversation (id, account_id, jid_id, active, type, encryption) VALUES (1, 1, 1, 1, 0, 2)")
	t.Cleanup(d.start())
	return d
}

// OMEMO 0.3 with Dino, which begins the session.
func TestDinoOMEMO(t *testing.T) {
	need(t, "dino-im")
	if os.Getenv(apart) == "" {
		inNamespaces(t)
		return
	}
	if out, err := exec.Command(need(t, "ip"), "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := team(t, "localhost", 5222)
	if err := syscall.Mount(s.CAFile, "/etc/ssl/certs/ca-certificates.crt", "", syscall.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	alice := added(t, s, "alice")
	a := online(alice)
	paul := startDino(t, s, "paul", alice.address)
	paul.until("Dino has Alice's list of devices", func() bool {
		return paul.sql("omemo.db", "SELECT count(*) FROM identity_meta WHERE address_name = ?", alice.address)[0] == "1"
	})

	says := func(text, trust string) {
		t.Helper()
		paul.writes(text)
		if m := a.hears(paul.address, text); m["encryption"] != "omemo" || m["trust"] != trust || m["fingerprint"] != paul.key(paul.address) {
			t.Error(m)
		}
	}
	says("omemo from dino, <b> & it's", "trusted")
	if got := paul.key(alice.address); got != a.ownKey() {
		t.Errorf("Dino has %s for Alice, whose key is %s", got, a.ownKey())
	}
	a.call("encryption.trust", a.with(paul.address, "fingerprint", paul.key(paul.address), "trust", "yes"))
	for _, text := range []string{"first", "second", "third"} {
		id := a.call("message.send", a.with(paul.address, "body", text+" from chatsecure, ünï 漢字 <b> &"))["id"]
		paul.reads(text + " from chatsecure, ünï 漢字 <b> &")
		if m := a.newest(paul.address); m["id"] != id || m["encryption"] != "omemo" || m["fingerprint"] != a.ownKey() {
			t.Error(m)
		}
		says(text+" from dino", "verified")
	}
	a.closeInput()
}
