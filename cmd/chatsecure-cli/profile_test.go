// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestInit(t *testing.T) {
	u := newUser(t, nil, "alice")
	wantIn(t, u.fails(exitRefused, "account", "list"), "no profile", "init", "--profile")
	if o := u.objects("init"); len(o) != 1 || o[0]["profile"] != u.dir || o[0]["key"] != "passphrase" {
		t.Fatal(o)
	}
	wantIn(t, u.fails(exitRefused, "init"), "profile here already")
	if out := u.ok("account", "list"); out != "" {
		t.Fatal(out)
	}
	before, err := os.ReadFile(filepath.Join(u.dir, "profile.db"))
	if err != nil || strings.HasPrefix(string(before), "SQLite format") {
		t.Fatal("no database, or one in the clear:", err)
	}

	wrong := newUser(t, nil, "mallory")
	wrong.common[1] = u.dir
	wantIn(t, wrong.fails(exitRefused, "account", "list"), "not the key", "--key-file")
	empty := newUser(t, nil, "eve")
	empty.file("key", "\n")
	empty.common[1] = u.dir
	wantIn(t, empty.fails(exitRefused, "account", "list"), "--key-file")
	if after, _ := os.ReadFile(filepath.Join(u.dir, "profile.db")); string(after) != string(before) {
		t.Fatal("the database was changed")
	}
}

func TestNoKeyringNamesBoth(t *testing.T) {
	u := newUser(t, nil, "alice")
	withKey := u.common
	u.common = u.common[:2]
	wantIn(t, u.fails(exitRefused, "init"), "keyring", "--key-file")
	if _, err := os.Stat(filepath.Join(u.dir, "profile.json")); err == nil {
		t.Fatal("a profile was made")
	}
	u.common = withKey
	u.ok("init")
	u.common = u.common[:2]
	wantIn(t, u.fails(exitRefused, "account", "list"), "keyring", "--key-file")
}

func TestProfileInUse(t *testing.T) {
	u := newUser(t, nil, "alice")
	u.ok("init")
	p := u.rpc()
	p.call("account.list", nil)
	wantIn(t, u.fails(exitRefused, "account", "list"), "in use", "another process", "--profile")
	p.closeInput()
	u.ok("account", "list")
}

func TestDefaultDirectory(t *testing.T) {
	u := newUser(t, nil, "alice")
	u.common = u.common[2:]
	u.env = []string{"XDG_DATA_HOME=" + filepath.Join(u.home, "data")}
	u.ok("init")
	if _, err := os.Stat(filepath.Join(u.home, "data", "org.chatsecure.desktop", "profile.db")); err != nil {
		t.Fatal(err)
	}
}

// Without a home there is no default; a profile in the working directory would be
// another one each time.
func TestNoHome(t *testing.T) {
	u := newUser(t, nil, "alice")
	u.common = u.common[2:]
	for _, home := range []string{"HOME=", "HOME=relative"} {
		u.env = []string{home}
		wantIn(t, u.fails(exitRefused, "init"), "home", "--profile DIR")
	}
}

// With a real keyring there is no passphrase to give.
func TestSystemKeyring(t *testing.T) {
	run, daemon := need(t, "dbus-run-session"), need(t, "gnome-keyring-daemon")
	u := newUser(t, nil, "alice")
	runtime := filepath.Join(u.home, "run")
	if err := os.Mkdir(runtime, 0o700); err != nil {
		t.Fatal(err)
	}
	script := `set -e
printf pw | ` + daemon + ` --unlock --components=secrets >/dev/null 2>&1
for n in $(seq 100); do # the daemon answers a moment after it has said that it does
	` + binary + ` --profile ` + u.home + `/try$n init >/dev/null 2>&1 && break
	sleep 0.1
done
` + binary + ` --profile ` + u.dir + ` init
` + binary + ` --profile ` + u.dir + ` account list
kill $(cat ` + runtime + `/none 2>/dev/null) 2>/dev/null || true`
	conf, err := filepath.Abs("../../core/profile/testdata/bus.conf")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), run, "--config-file="+conf, "sh", "-c", script)
	cmd.Env = []string{"HOME=" + u.home, "PATH=" + os.Getenv("PATH"), "XDG_RUNTIME_DIR=" + runtime}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	wantIn(t, string(out), "its key: keyring")
}

func TestUsage(t *testing.T) {
	u := newUser(t, nil, "alice")
	u.common = nil
	wantIn(t, u.ok("--help"), "init", "account add ADDRESS", "--profile DIR", "--key-file FILE", "rpc", "Exit status")
	wantIn(t, u.ok("help", "send"), "--until STATUS", "standard input")
	wantIn(t, u.ok("--version"), "chatsecure-cli")
	wantIn(t, u.fails(exitUsage), "no command")
	wantIn(t, u.fails(exitUsage, "frobnicate"), "unknown command")
	wantIn(t, u.fails(exitUsage, "account", "add", "a@example.test"), "--password-file")
	wantIn(t, u.fails(exitUsage, "send", "not an address", "hi"), "XMPP address")
}

func TestNotYet(t *testing.T) {
	u := newUser(t, nil, "alice")
	u.ok("init")
	for _, args := range []string{
		"export dir", "import source",
	} {
		wantIn(t, u.fails(exitRefused, strings.Fields(args)...), "not yet")
	}
	wantIn(t, u.fails(exitUsage, "send", "bob@example.test", "hi", "--encryption", "rot13"), "rot13")
	for _, o := range u.objects("policy", "--explain") {
		if o["key"] == "" || o["layer"] == "" || o["rejected"] == nil {
			t.Error(o)
		}
	}
}

// The program draws nothing and links nothing that does.
func TestNoToolkit(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.Lines(string(out)) {
		for _, toolkit := range []string{"fyne.io/", "go-gl/", "/ui", "/theme", "/app"} {
			if strings.Contains(dep, toolkit) && (strings.HasPrefix(dep, "fyne") || strings.Contains(dep, "go-gl") || strings.HasPrefix(dep, "chatsecure.org")) {
				t.Errorf("links %s", strings.TrimSpace(dep))
			}
		}
	}
	wantIn(t, string(out), "chatsecure.org/desktop/core\n")
}

func TestSignalEndsCleanly(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		u := newUser(t, nil, "alice")
		u.ok("init")
		p := u.rpc()
		p.call("subscribe", nil)
		if err := p.cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		p.wantExit(exitDone)
		u.ok("account", "list")
	}
}
