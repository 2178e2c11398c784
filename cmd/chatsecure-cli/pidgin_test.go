// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest"
)

// pidgin is the real client of that name with a plugin, on a screen that nobody sees,
// driven by a message bus of its own.
type pidgin struct {
	t       *testing.T
	env     []string
	home    string
	address string
	account string // as Pidgin numbers it

	mu   sync.Mutex
	said []string // the signals
}

// startPidgin signs local in to s, with one plugin.
func startPidgin(t *testing.T, s *coretest.Server, local, plugin string) *pidgin {
	t.Helper()
	program, bus, screen := need(t, "pidgin"), need(t, "dbus-daemon"), need(t, "xvfb-run")
	need(t, "gdbus")
	p := &pidgin{t: t, home: t.TempDir(), address: s.Address(local).String()}
	password := "secret word of " + local
	write := func(name string, text []byte) {
		path := filepath.Join(p.home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(path string) []byte {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	name := p.address + "/pidgin"
	write("accounts.xml", fmt.Appendf(nil, `<?xml version='1.0' encoding='UTF-8' ?><account version='1.0'><account><protocol>prpl-jabber</protocol>`+
		`<name>%s</name><password>%s</password><settings><setting name='connect_server' type='string'>%s</setting><setting name='port' type='int'>%d</setting>`+
		`<setting name='connection_security' type='string'>require_tls</setting></settings>`+
		`<settings ui='gtk-gaim'><setting name='auto-login' type='bool'>1</setting></settings></account></account>`, name, password, s.Host, s.Port))
	write("prefs.xml", fmt.Appendf(nil, `<?xml version='1.0' encoding='UTF-8' ?><pref version='1' name='/'><pref name='pidgin'><pref name='plugins'>`+
		`<pref name='loaded' type='pathlist'><item value='%s'/></pref></pref></pref></pref>`, plugin))
	write("otr.private_key", bytes.Replace(read(filepath.Join("..", "..", "core", "otr", "testdata", "otr.private_key")),
		[]byte(`"bob@example.org"`), []byte(`"`+name+`"`), 1))
	write("certificates/x509/tls_peers/"+s.Host, read(filepath.Join(s.Dir, "server.pem")))

	daemon := exec.CommandContext(t.Context(), bus, "--session", "--nofork", "--print-address")
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.start(daemon)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	p.env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS="+strings.TrimSpace(line), "HOME="+p.home, "LC_ALL=C.UTF-8", "NO_AT_BRIDGE=1")
	monitor := exec.CommandContext(t.Context(), "gdbus", "monitor", "--session", "--dest", "im.pidgin.purple.PurpleService")
	monitor.Env = p.env
	signals, err := monitor.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.start(monitor)
	go func() {
		for lines := bufio.NewScanner(signals); lines.Scan(); {
			p.mu.Lock()
			p.said = append(p.said, lines.Text())
			p.mu.Unlock()
		}
	}()
	client := exec.CommandContext(t.Context(), screen, "-a", program, "-c", p.home)
	client.Env = p.env
	client.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a script, the screen and the program
	client.Cancel = func() error { return syscall.Kill(-client.Process.Pid, syscall.SIGTERM) }
	p.start(client)
	p.until("Pidgin signed in", func() bool {
		got, err := p.ask("PurpleAccountsGetAllActive")
		p.account = regexp.MustCompile(`\d+`).FindString(strings.TrimPrefix(got, "([int32 "))
		if err != nil || p.account == "" {
			return false
		}
		got, err = p.ask("PurpleAccountIsConnected", p.account)
		return err == nil && got == "(1,)"
	})
	return p
}

func (p *pidgin) start(cmd *exec.Cmd) {
	p.t.Helper()
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = cmd.Wait() })
}

func (p *pidgin) ask(method string, args ...string) (string, error) {
	cmd := exec.CommandContext(p.t.Context(), "gdbus", append([]string{
		"call", "--session", "--dest", "im.pidgin.purple.PurpleService", "--object-path", "/im/pidgin/purple/PurpleObject",
		"--method", "im.pidgin.purple.PurpleInterface." + method, "--",
	}, args...)...)
	cmd.Env = p.env
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

func (p *pidgin) call(method string, args ...string) string {
	p.t.Helper()
	got, err := p.ask(method, args...)
	if err != nil {
		p.t.Fatalf("%s: %v", method, err)
	}
	return regexp.MustCompile(`-?\d+`).FindString(got)
}

func (p *pidgin) until(what string, cond func() bool) {
	p.t.Helper()
	deadline := time.Now().Add(patienceInTests)
	for !cond() {
		if time.Now().After(deadline) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.t.Fatalf("never happened: %s\n%s", what, strings.Join(p.said, "\n"))
		}
		time.Sleep(50 * time.Millisecond) // it is another program's: it can only be asked
	}
}

// heard waits until a text has come in, as Pidgin shows it.
func (p *pidgin) heard(text string) {
	p.t.Helper()
	p.until("Pidgin hears "+text, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, line := range p.said {
			if strings.Contains(line, ".ReceivedImMsg ") && strings.Contains(line, text) {
				return true
			}
		}
		return false
	})
}

// team is a server where Alice and Paul see each other. Libpurple publishes nothing
// unless the server itself names PEP; Prosody names it at the accounts only.
func team(t *testing.T, domain string, port int) *coretest.Server {
	t.Helper()
	dir := t.TempDir()
	groups := filepath.Join(dir, "groups.txt")
	for path, text := range map[string]string{
		groups: fmt.Sprintf("[Team]\nalice@%[1]s\npaul@%[1]s\n", domain),
		filepath.Join(dir, "mod_pep_at_host.lua"): "module:add_identity(\"pubsub\", \"pep\");\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := coretest.Prosody(t, coretest.Options{Domain: domain, Port: port, Plugins: dir, Extra: fmt.Sprintf("modules_enabled = { \"groups\", \"pep_at_host\" }\n\tgroups_file = %q", groups)})
	coretest.User(t, s, "paul", "secret word of paul")
	return s
}

// OTR of version 3 with libpurple, whose texts are HTML.
func TestPidginOTR(t *testing.T) {
	s := team(t, "example.test", 0) // so Pidgin is known for what it is
	paul := startPidgin(t, s, "paul", "/usr/lib/pidgin/pidgin-otr.so")
	alice := added(t, s, "alice")
	a := online(alice)
	im := paul.call("PurpleConvIm", paul.call("PurpleConversationNew", "1", paul.account, alice.address))
	a.call("otr.start", a.with(paul.address))
	a.opens(paul.address, 3)
	a.call("message.send", a.with(paul.address, "body", "otr from chatsecure", "encryption", "otr"))
	paul.heard("otr from chatsecure")
	a.call("message.send", a.with(paul.address, "body", "if a < b && <i>c</i> {\n\tx\n}", "encryption", "otr"))
	paul.heard("if a &lt; b &amp;&amp; &lt;i&gt;c&lt;/i&gt; {<br>\\tx<br>}")
	for sent, want := range map[string]string{
		"<b>bold</b> &amp; <font color=\"#ff0000\">red</font>, don&apos;t &lt;panic&gt;": "bold & red, don't <panic>",
		"one<br>two <a href=\"https://example.org/\">there</a>":                          "one\ntwo there (https://example.org/)",
		"ünï 漢字": "ünï 漢字",
	} {
		paul.call("PurpleConvImSend", im, sent)
		if m := a.hears(paul.address, want); m["encryption"] != "otr" || m["trust"] != "trusted" || m["fingerprint"] != a.otrKey(paul.address)["fingerprint"] {
			t.Error(m)
		}
	}
	a.call("otr.end", a.with(paul.address))
	a.ends(paul.address)
	a.closeInput()
}
