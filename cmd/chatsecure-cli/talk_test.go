// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

func TestConversation(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Registration: true})
	alice := added(t, s, "alice")
	bob := newUser(t, s, "bob")
	bob.ok("init")
	if got := bob.ok(append([]string{"account", "register", bob.address}, bob.reach()...)...); !strings.Contains(got, bob.address) {
		t.Fatal(got)
	}
	wantIn(t, bob.fails(exitRefused, append([]string{"account", "add", bob.address}, bob.reach()...)...), "already")
	if o := bob.objects("account", "list"); len(o) != 1 || o[0]["account"] != bob.address || o[0]["enabled"] != true {
		t.Fatal(o)
	}
	befriend(alice, bob)
	for _, pair := range [][2]*user{{alice, bob}, {bob, alice}} {
		o := pair[0].objects("contact", "list", "--sync")
		if len(o) != 1 || o[0]["address"] != pair[1].address || o[0]["subscription"] != "both" {
			t.Fatal(o)
		}
	}
	wantIn(t, alice.ok("contact", "list"), bob.address, "Friend bob", "both")

	// Bob is away: what he is sent waits for him.
	m := alice.objects("send", bob.address, "while you were away", "--until", "sent")[0]
	if m["status"] != "sent" || m["direction"] != "out" || m["account"] != alice.address || m["address"] != bob.address {
		t.Fatal(m)
	}
	wantIn(t, alice.fails(exitRefused, "send", bob.address, "nobody there", "--until", "delivered", "--timeout", "2s"), "sent", "not delivered")

	b := online(bob)
	m = alice.objects("send", bob.address, `don't "C++" & <b>x</b> 漢字 👩‍👩‍👧`, "--until", "delivered")[0]
	if m["status"] != "delivered" {
		t.Fatal(m)
	}
	r := alice.run("several\nlines\n", "send", bob.address, "-", "--until", "delivered", "--encryption", "none")
	if r.status != exitDone {
		t.Fatalf("%+v", r)
	}
	got := b.bodies(alice.address, "in")
	want := []string{"while you were away", "nobody there", `don't "C++" & <b>x</b> 漢字 👩‍👩‍👧`, "several\nlines"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%q", got)
	}
	a := online(alice)
	b.call("message.send", map[string]any{"account": bob.address, "address": alice.address, "body": "and back"})
	a.eventually("the answer", func() bool { return len(a.bodies(bob.address, "in")) == 1 })
	a.closeInput()
	b.closeInput()

	// From here on all is read from the database, with nobody online.
	s.Stop()
	all := alice.objects("history", bob.address)
	if len(all) != 5 || all[4]["body"] != "and back" || all[4]["direction"] != "in" {
		t.Fatal(all)
	}
	checkMessageObject(t, all[4])
	wantIn(t, alice.ok("history", bob.address), "me: while you were away", bob.address+": and back", "several\n    lines")
	page := alice.objects("history", bob.address, "--limit", "2", "--before", all[4]["id"].(string))
	if len(page) != 2 || page[0]["id"] != all[2]["id"] || page[1]["id"] != all[3]["id"] {
		t.Fatal(page)
	}
	page = alice.objects("history", bob.address, "--before", all[2]["id"].(string))
	if len(page) != 2 || page[0]["id"] != all[0]["id"] {
		t.Fatal(page)
	}
	wantIn(t, alice.fails(exitRefused, "history", bob.address, "--before", "99999"), "no message 99999")
	for query, body := range map[string]string{"don't": want[2], "C++": want[2], `"`: want[2], "字": want[2], "AWAY": want[0], "LINES sev": want[3], "an ack": "and back"} {
		found := alice.objects("search", query)
		if len(found) == 0 || found[0]["body"] != body {
			t.Errorf("search %q: %v", query, found)
		}
	}
	if found := alice.objects("search", "away", "--in", bob.address); len(found) != 1 {
		t.Error(found)
	}
	if found := alice.objects("search", "away", "--in", "carol@example.test"); len(found) != 0 {
		t.Error(found)
	}
	dumped := map[string]int{}
	for _, o := range alice.objects("dump") {
		dumped[o["kind"].(string)]++
		if o["kind"] == "message" && (o["chat_type"] != "direct" || o["shown"] != o["body"] || o["links"] == nil) {
			t.Error(o)
		}
	}
	if dumped["message"] != 5 || dumped["contact"] != 1 || dumped["conversation"] != 1 {
		t.Error(dumped)
	}

	// The server is gone: what is written waits, and says so.
	wantIn(t, alice.fails(exitRefused, "send", bob.address, "later", "--timeout", "2s"), "stored", "will be sent")
	if m := alice.objects("send", bob.address, "also later", "--until", "queued")[0]; m["status"] != "queued" {
		t.Fatal(m)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	alice.ok("send", bob.address, "now", "--until", "sent")
	b = online(bob)
	b.eventually("what waited", func() bool { return len(b.bodies(alice.address, "in")) == 7 })
	if got := b.bodies(alice.address, "in"); fmt.Sprint(got[4:]) != "[later also later now]" {
		t.Fatal(got)
	}
	b.closeInput()
	noSecrets(t, alice, "while you were away", "and back", bob.address, alice.address, alice.password(), "the passphrase of")

	bob.ok("contact", "remove", alice.address)
	if o := bob.objects("contact", "list"); len(o) != 0 {
		t.Fatal(o)
	}
	bob.ok("account", "remove", bob.address)
	if out := bob.ok("account", "list"); out != "" {
		t.Fatal(out)
	}
	wantIn(t, bob.fails(exitRefused, "send", alice.address, "x"), "no account")
	wantIn(t, bob.fails(exitRefused, "account", "remove", bob.address), "no account")
}

// A dump tells what a window would draw and where its links lead.
func TestDumped(t *testing.T) {
	d := dumped(chat.Message{ID: 7, Body: "see \u202ehttps://example.org/a\u202c, www.example.org"}, "Bob", "Al")
	if d.Shown != "see https://example.org/a, www.example.org" || d.Dump != "message" || d.Kind != "text" ||
		!slices.Equal(d.Links, []string{"https://example.org/a", "https://www.example.org"}) {
		t.Fatalf("%+v", d)
	}
	for _, test := range []struct {
		m    chat.Message
		want string
	}{
		{chat.Message{Body: "/me waves\n\n"}, "* Bob waves"},
		{chat.Message{Body: "/me waves", Direction: chat.Out}, "* Al waves"},
		{chat.Message{Body: "/me "}, "/me"},
		{chat.Message{Body: "said \n"}, "said"},
		{chat.Message{Retracted: true}, bundle().Text("message.taken-back")},
	} {
		if got := dumped(test.m, "Bob", "Al"); got.Shown != test.want || got.Body != test.m.Body {
			t.Errorf("%q is shown as %q, want %q", test.m.Body, got.Shown, test.want)
		}
	}
	b, err := encode(d)
	if err != nil || strings.Count(string(b), `"kind"`) != 1 || !strings.Contains(string(b), `"kind":"message"`) {
		t.Fatalf("%s, %v", b, err)
	}
}

// checkMessageObject holds a message against cli.md: these fields, no fewer.
func checkMessageObject(t *testing.T, m map[string]any) {
	t.Helper()
	for _, name := range strings.Fields("id account address from direction kind body time status error encryption fingerprint trust stanza_id origin_id") {
		if _, ok := m[name].(string); !ok {
			t.Errorf("%s is %v", name, m[name])
		}
	}
	if _, ok := m["edited"].(bool); !ok || m["kind"] != "text" || m["encryption"] != "omemo2" || len(m["fingerprint"].(string)) != 64 || m["trust"] == "none" {
		t.Error(m)
	}
	if _, err := time.Parse(time.RFC3339, m["time"].(string)); err != nil {
		t.Error(err)
	}
}

// noSecrets looks for texts in every file of a profile.
func noSecrets(t *testing.T, u *user, texts ...string) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(u.dir, "*"))
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // the socket
		}
		for _, text := range texts {
			if strings.Contains(string(b), text) {
				t.Errorf("%s holds %q", filepath.Base(name), text)
			}
		}
	}
}

func TestRefusedLogins(t *testing.T) {
	sha := regexp.MustCompile(`SHA-256[^:]*: [0-9a-f]{64}`)
	for _, test := range []struct {
		name string
		cert coretest.Certificate
		want string
	}{
		{"expired", coretest.CertExpired, "expired"},
		{"other host", coretest.CertOtherHost, "another host"},
		{"self-signed", coretest.CertSelfSigned, "signed by itself"},
		{"unknown authority", coretest.CertUnknownCA, "unknown authority"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := coretest.Prosody(t, coretest.Options{Certificate: test.cert})
			u := newUser(t, s, "alice")
			coretest.User(t, s, "alice", u.password())
			u.ok("init")
			line := u.fails(exitRefused, append([]string{"account", "add", u.address}, u.reach()...)...)
			wantIn(t, line, test.want)
			if !sha.MatchString(line) {
				t.Errorf("no SHA-256 in %q", line)
			}
			if out := u.ok("account", "list"); out != "" {
				t.Errorf("the account was stored: %s", out)
			}
		})
	}
	t.Run("wrong password", func(t *testing.T) {
		s := coretest.Prosody(t, coretest.Options{})
		u := newUser(t, s, "alice")
		coretest.User(t, s, "alice", "another password")
		u.ok("init")
		wantIn(t, u.fails(exitRefused, append([]string{"account", "add", u.address}, u.reach()...)...), "password")
		r := u.run("another password", append([]string{"account", "add", u.address}, replace(u.reach(), "--password-file", "-")...)...)
		if r.status != exitDone {
			t.Fatalf("%+v", r)
		}
		wantIn(t, u.fails(exitRefused, append([]string{"account", "register", "new@" + s.Domain}, u.reach()...)...), "server")
		direct := newUser(t, s, "alice")
		direct.ok("init")
		direct.file("other", "another password")
		direct.ok("account", "add", direct.address, "--host", s.Host, "--port", strconv.Itoa(s.DirectTLSPort), "--direct-tls",
			"--password-file", filepath.Join(direct.home, "other"))
	})
	t.Run("nobody there", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
		_ = l.Close()
		u := newUser(t, nil, "alice")
		u.ok("init")
		password := u.file("password", "x")
		wantIn(t, u.fails(exitRefused, "account", "add", "a@example.test", "--host", "127.0.0.1", "--port", port, "--password-file", password), "connections")
		wantIn(t, u.fails(exitRefused, "account", "add", "a@example.test", "--host", "nobody.invalid", "--password-file", password, "--timeout", "20s"), "server")
		wantIn(t, u.fails(exitRefused, "account", "add", "a@example.test", "--password-file", filepath.Join(u.home, "none")), "--password-file", "no such file")
	})
	t.Run("silent server", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() //nolint:errcheck // the test is over
		u := newUser(t, nil, "alice")
		u.ok("init")
		began := time.Now()
		line := u.fails(exitRefused, "account", "add", "a@example.test", "--host", "127.0.0.1", "--timeout", "4s",
			"--port", strconv.Itoa(l.Addr().(*net.TCPAddr).Port), "--password-file", u.file("password", "x"))
		wantIn(t, line, "time")
		if d := time.Since(began); d > 20*time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

// replace changes the value of an option.
func replace(args []string, name, value string) []string {
	for i := range args {
		if args[i] == name {
			args[i+1] = value
		}
	}
	return args
}
