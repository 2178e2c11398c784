// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"io"
	"strings"
)

// command is one entry of the table: what it is called, what it takes. What it
// does is said in the bundle (cli.does.*).
type command struct {
	name     string   // one or two words
	operands string   // for the usage line
	min, max int      // how many operands
	options  []string // names of options of its own
	run      func(ctx context.Context, c *call) error
}

// does says what it is for.
func (c *command) does() string { return text("does." + strings.ReplaceAll(c.name, " ", "-")) }

// call is one run of a command.
type call struct {
	*flags
	*printer
	in io.Reader
}

var (
	reach   = []string{"host", "port", "direct-tls", "proxy", "tor", "allow-plain"}
	someone = "account"
)

// commands is filled in by init: the help of the commands reads the table.
var commands []*command

func init() {
	commands = []*command{
		{"init", "", 0, 0, nil, initProfile},
		{"account add", "ADDRESS", 1, 1, append([]string{"password-file"}, reach...), accountAdd},
		{"account register", "[ADDRESS]", 0, 1, append([]string{"password-file", "field", "nickname", "invite"}, reach...), accountRegister},
		{"account update", "ADDRESS", 1, 1, append([]string{"password-file"}, reach...), accountUpdate},
		{"account list", "", 0, 0, nil, accountList},
		{"account remove", "ADDRESS", 1, 1, nil, accountRemove},
		{"contact list", "", 0, 0, []string{someone, "sync"}, contactList},
		{"contact add", "ADDRESS", 1, 1, []string{someone, "name"}, contactAdd},
		{"contact accept", "ADDRESS", 1, 1, []string{someone}, contactAccept},
		{"contact remove", "ADDRESS", 1, 1, []string{someone}, contactRemove},
		{"contact block", "ADDRESS", 1, 1, []string{someone}, contactBlock},
		{"contact blocked", "", 0, 0, []string{someone, "sync"}, contactBlocked},
		{"contact unblock", "ADDRESS", 1, 1, []string{someone}, contactUnblock},
		{"send", "ADDRESS TEXT", 2, 2, []string{someone, "encryption", "until", "reply-to"}, send},
		{"correct", "ADDRESS ID TEXT", 3, 3, []string{someone}, correct},
		{"retract", "ADDRESS ID", 2, 2, []string{someone}, retract},
		{"react", "ADDRESS ID [EMOJI …]", 2, 34, []string{someone}, react},
		{"retry", "ADDRESS ID", 2, 2, []string{someone, "encryption"}, retry},
		{"delete", "ADDRESS ID", 2, 2, []string{someone}, deleteMessage},
		{"history", "ADDRESS", 1, 1, []string{someone, "limit", "before", "sync", "older"}, history},
		{"read", "ADDRESS [ID]", 1, 2, []string{someone}, readUpTo},
		{"search", "QUERY", 1, 1, []string{someone, "in", "limit"}, search},
		{"bookmarks", "", 0, 0, []string{someone, "sync"}, listBookmarks},
		{"dump", "", 0, 0, nil, dump},
		{"keys", "[ADDRESS]", 0, 1, []string{someone, "sync", "uri"}, keys},
		{"keys remove", "DEVICE", 1, 1, []string{someone}, removeDevice},
		{"keys renew", "ADDRESS [FINGERPRINT|DEVICE]", 1, 9, []string{someone}, renewSession},
		{"keys export", "FILE", 1, 1, []string{someone, "passphrase-file"}, exportKeys},
		{"keys import", "FILE", 1, 1, []string{someone, "passphrase-file"}, importKeys},
		{"trust", "ADDRESS FINGERPRINT yes|no", 3, 10, []string{someone}, trust},
		{"verify", "ADDRESS", 1, 1, []string{someone, "secret-file", "question", "link"}, verify},
		{"encryption", "ADDRESS [auto|omemo|otr|none]", 1, 2, []string{someone}, chooseEncryption},
		{"trust-level", "ADDRESS [relaxed|careful|strict]", 1, 2, []string{someone}, trustLevel},
		{"settings", "[NAME [VALUE]]", 0, 2, nil, tellSettings},
		{"bundle new", "DIR", 1, 1, []string{"id", "name"}, bundleNew},
		{"bundle check", "PATH", 1, 1, []string{"key"}, bundleCheck},
		{"bundle pack", "DIR", 1, 1, []string{"output"}, bundlePack},
		{"bundle manifest", "DIR", 1, 1, nil, bundleManifest},
		{"bundle keygen", "FILE", 1, 1, nil, bundleKeygen},
		{"bundle sign", "PATH", 1, 1, []string{"key"}, bundleSign},
		{"bundle diff", "A B", 2, 2, nil, bundleDiff},
		{"policy", "", 0, 0, []string{"explain"}, tellPolicy},
		{"export", "DIR", 1, 1, nil, mayExport("export")},
		{"import", "SOURCE", 1, 1, nil, notYet("import")},
		{"rpc", "", 0, 0, nil, serve},
	}
}

// findCommand returns the command that the words begin with and how many of them
// name it.
func findCommand(words []string) (*command, int) {
	for n := min(2, len(words)); n > 0; n-- {
		name := words[0]
		if n == 2 {
			name += " " + words[1]
		}
		for _, c := range commands {
			if c.name == name {
				return c, n
			}
		}
	}
	return nil, 0
}

// within are the second words of the commands that begin with a word.
func within(first string) (names []string) {
	for _, c := range commands {
		if name, ok := strings.CutPrefix(c.name, first+" "); ok {
			names = append(names, name)
		}
	}
	return names
}

// notYet is a command that a later version has.
func notYet(what string) func(context.Context, *call) error {
	return func(context.Context, *call) error { return unsupported(what) }
}
