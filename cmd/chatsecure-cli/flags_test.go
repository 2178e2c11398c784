// SPDX-License-Identifier: MPL-2.0

package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func TestParseFlags(t *testing.T) {
	tests := []struct {
		name  string
		args  string // split at spaces
		check func(f *flags) bool
	}{
		{"options before", "--json --profile /p account list", func(f *flags) bool {
			return f.command.name == "account list" && f.json && f.profileDir == "/p"
		}},
		{"options after", "send bob@x hi --profile=/p --until delivered --timeout 3s", func(f *flags) bool {
			return f.command.name == "send" && f.profileDir == "/p" && f.until == chat.Delivered && f.untilSet &&
				f.timeout == 3*time.Second && slices.Equal(f.operands, []string{"bob@x", "hi"})
		}},
		{"options between", "account --timeout 1.5 add --host h a@x --port 5223 --direct-tls --password-file -", func(f *flags) bool {
			return f.command.name == "account add" && f.host == "h" && f.port == 5223 && f.directTLS &&
				f.passwordFile == "-" && f.timeout == 1500*time.Millisecond && f.operands[0] == "a@x"
		}},
		{"text that looks like an option", "send bob@x -- --json", func(f *flags) bool { return f.operands[1] == "--json" && !f.json }},
		{"text with a dash", "send bob@x -5", func(f *flags) bool { return f.operands[1] == "-5" }},
		{"standard input", "send bob@x -", func(f *flags) bool { return f.operands[1] == "-" }},
		{"before", "history bob@x --before 7 --limit 2", func(f *flags) bool { return f.before == 7 && f.limit == 2 }},
		{"in a server's conversation", "search --in Example.org word", func(f *flags) bool { return f.inside.String() == "example.org" }},
		{"in", "search --in bob@X/phone word", func(f *flags) bool { return f.inside.String() == "bob@x" }},
		{"fields", "account register a@x --password-file f --field a=1 --field b=2=3", func(f *flags) bool {
			return f.fields["a"] == "1" && f.fields["b"] == "2=3"
		}},
		{"a fingerprint in groups", "trust bob@x 00000000 11111111 22222222 33333333 44444444 55555555 66666666 77777777 yes", func(f *flags) bool {
			return f.command.name == "trust" && len(f.operands) == 10
		}},
		{"keys", "keys --uri --sync", func(f *flags) bool { return f.command.name == "keys" && f.uri && f.sync }},
		{"keys of somebody", "keys bob@x", func(f *flags) bool { return f.command.name == "keys" && f.operands[0] == "bob@x" }},
		{"keys in a file", "keys export f --passphrase-file -", func(f *flags) bool {
			return f.command.name == "keys export" && f.passphraseFile == "-" && f.operands[0] == "f"
		}},
		{"a question", "verify bob@x --secret-file f --question where?", func(f *flags) bool { return f.secretFile == "f" && f.question == "where?" }},
		{"help", "--help", func(f *flags) bool { return f.help && f.command == nil }},
		{"help of one", "help account add", func(f *flags) bool { return f.help && f.command.name == "account add" }},
		{"short help", "send -h", func(f *flags) bool { return f.help && f.command.name == "send" }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := parseFlags(strings.Fields(test.args))
			if err != nil || !test.check(f) {
				t.Fatalf("%+v, %v", f, err)
			}
		})
	}
}

// A script with an unset variable must not work on the default profile.
func TestEmptyValues(t *testing.T) {
	for _, name := range []string{"profile", "key-file", "ca-file", "bundle"} {
		for _, args := range [][]string{{"--" + name, "", "init"}, {"--" + name + "=", "init"}} {
			if _, err := parseFlags(args); err == nil || status(err) != exitUsage {
				t.Errorf("%q: %v, want wrong usage", args, err)
			}
		}
	}
	if _, err := parseFlags([]string{"account", "add", "a@x", "--password-file", ""}); err == nil {
		t.Error("a password from nowhere")
	}
	if f, err := parseFlags([]string{"contact", "add", "a@x", "--name", ""}); err != nil || f.name != "" {
		t.Errorf("a contact without a name: %v", err)
	}
}

func TestWrongUsage(t *testing.T) {
	for _, args := range []string{
		"", "nonsense", "account", "account nonsense", "--nonsense init", "init more", "send bob@x", "send bob@x a b",
		"send bob@x hi --until failed", "send bob@x hi --until soon", "history bob@x --limit 0", "history bob@x --limit x",
		"history bob@x --before x", "history bob@x --before 0", "init --timeout", "init --timeout never", "init --timeout -3s",
		"init --json=1", "init --limit 3", "account add a@x --port 99999", "account register a@x --field a", "search x --in nobody",
		"trust bob@x", "trust bob@x 00 11 22 33 44 55 66 77 88 yes", "keys a b", "verify", "encryption", "trust-level a b c",
	} {
		_, err := parseFlags(strings.Fields(args))
		if err == nil || status(err) != exitUsage {
			t.Errorf("%q: %v, want wrong usage", args, err)
		}
	}
}

// Half a command tells of its other half.
func TestHalfACommand(t *testing.T) {
	_, err := parseFlags([]string{"bundle"})
	if err == nil || !strings.Contains(words(err), "bundle new|check|pack|manifest|keygen|sign|diff") {
		t.Errorf("%v", err)
	}
}

// The program's words have no holes: each code says something in one line.
func TestWords(t *testing.T) {
	codes := 0
	for _, id := range bundle().IDs() {
		for _, kind := range []string{"cli.error.", "cli.hint."} {
			code, ok := strings.CutPrefix(id, kind)
			if !ok {
				continue
			}
			codes++
			if kind == "cli.hint." && has("error."+code) {
				t.Errorf("words and a hint for %q", code)
			}
			if w := codeWords(chat.Code(code), "Acme"); w == "" || strings.Contains(w, "\n") || strings.ContainsAny(w, "{[") {
				t.Errorf("%q: %q", code, w)
			}
		}
	}
	if codes < 60 {
		t.Errorf("only %d codes have words", codes)
	}
	got := words(&chat.Error{Kind: chat.Certificate, Code: chat.CodeCertExpired, Detail: "abcd"})
	if !strings.Contains(got, "expired") || !strings.Contains(got, "SHA-256") || !strings.Contains(got, "abcd") {
		t.Error(got)
	}
	for _, code := range []chat.Code{chat.CodeNoKeyring, chat.CodeKeyNeeded} {
		if w := codeWords(code, ""); !strings.Contains(w, "keyring") || !strings.Contains(w, "--key-file") {
			t.Errorf("%q does not name both: %q", code, w)
		}
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain ü 漢 👩‍👩‍👧":          "plain ü 漢 👩‍👩‍👧",
		"\x1b[31mred\x07":          "\ufffd[31mred\ufffd",
		"a\u202eb":                 "a\ufffdb",
		"line\nline\ttab\rreturn":  "line\nline\ttab\ufffdreturn",
		"c1 \u009b31m, \u2028here": "c1 \ufffd31m, \ufffdhere",
	} {
		if got := printable(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := oneLine("two\nlines"); got != "two lines" {
		t.Errorf("%q", got)
	}
}

func TestWayOver(t *testing.T) {
	was := chat.Login{Address: chat.MustAddress("a@x"), Host: "h", Port: 5223, DirectTLS: true, Proxy: "socks5://p:1"}
	for name, tc := range map[string]struct {
		said way
		want chat.Login
	}{
		"nothing": {way{}, was},
		"a host":  {way{Host: "other"}, chat.Login{Address: was.Address, Host: "other", Proxy: was.Proxy}},
		"a port":  {way{Port: 443}, chat.Login{Address: was.Address, Host: "h", Port: 443, DirectTLS: true, Proxy: was.Proxy}},
		"all":     {way{Host: "o", Port: 1, DirectTLS: true}, chat.Login{Address: was.Address, Host: "o", Port: 1, DirectTLS: true, Proxy: was.Proxy}},
		"tor":     {way{Tor: true, AllowPlain: true}, chat.Login{Address: was.Address, Host: "h", Port: 5223, DirectTLS: true, Tor: true, AllowPlain: true}},
	} {
		if got := tc.said.over(was); got != tc.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
