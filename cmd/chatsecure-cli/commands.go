// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"io"
)

// command is one entry of the table: what it is called, what it takes, what it
// does.
type command struct {
	name     string   // one or two words
	operands string   // for the usage line
	min, max int      // how many operands
	options  []string // names of options of its own
	does     string
	run      func(ctx context.Context, c *call) error
}

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
		{"init", "", 0, 0, nil, "make the profile and its encrypted database", initProfile},
		{"account add", "ADDRESS", 1, 1, append([]string{"password-file"}, reach...), "add an account, after a login with it", accountAdd},
		{"account register", "ADDRESS", 1, 1, append([]string{"password-file", "field"}, reach...), "make a new account on a server", accountRegister},
		{"account update", "ADDRESS", 1, 1, append([]string{"password-file"}, reach...), "change an account's password or server, after a login with it", accountUpdate},
		{"account list", "", 0, 0, nil, "list the accounts", accountList},
		{"account remove", "ADDRESS", 1, 1, nil, "forget an account and its messages here", accountRemove},
		{"contact list", "", 0, 0, []string{someone, "sync"}, "list the contacts", contactList},
		{"contact add", "ADDRESS", 1, 1, []string{someone, "name"}, "add a contact and ask it", contactAdd},
		{"contact accept", "ADDRESS", 1, 1, []string{someone}, "accept a contact that asks", contactAccept},
		{"contact remove", "ADDRESS", 1, 1, []string{someone}, "remove a contact", contactRemove},
		{"contact block", "ADDRESS", 1, 1, []string{someone}, "hear nothing more of somebody", contactBlock},
		{"contact unblock", "ADDRESS", 1, 1, []string{someone}, "hear of somebody again", contactUnblock},
		{"send", "ADDRESS TEXT", 2, 2, []string{someone, "encryption", "until", "reply-to"}, "send a message; TEXT - reads standard input", send},
		{"correct", "ADDRESS ID TEXT", 3, 3, []string{someone}, "put another text in the place of one of your messages", correct},
		{"retract", "ADDRESS ID", 2, 2, []string{someone}, "take one of your messages back", retract},
		{"react", "ADDRESS ID [EMOJI …]", 2, 34, []string{someone}, "put emoji under a message, in the place of those before", react},
		{"retry", "ADDRESS ID", 2, 2, []string{someone, "encryption"}, "send a message again that had failed; with --encryption another way, this one only", retry},
		{"delete", "ADDRESS ID", 2, 2, []string{someone}, "delete a message from this computer", deleteMessage},
		{"history", "ADDRESS", 1, 1, []string{someone, "limit", "before", "sync"}, "print a conversation, oldest first", history},
		{"search", "QUERY", 1, 1, []string{someone, "in", "limit"}, "find messages, newest first", search},
		{"dump", "", 0, 0, nil, "print everything that the profile holds, a JSON object a line", dump},
		{"keys", "[ADDRESS]", 0, 1, []string{someone, "sync", "uri"}, "print your own or a contact's keys, of OMEMO and OTR", keys},
		{"keys remove", "DEVICE", 1, 1, []string{someone}, "take one of your own devices off your account's list", removeDevice},
		{"keys export", "FILE", 1, 1, []string{someone, "passphrase-file"}, "write your own keys to a file, under a passphrase", exportKeys},
		{"keys import", "FILE", 1, 1, []string{someone, "passphrase-file"}, "take your own keys from such a file", importKeys},
		{"trust", "ADDRESS FINGERPRINT yes|no", 3, 10, []string{someone}, "say that you compared a key and it is right, or not to use it; also trusted, undecided", trust},
		{"verify", "ADDRESS", 1, 1, []string{someone, "secret-file", "question", "link"}, "verify a contact by a secret that both know (over OTR), or by a link", verify},
		{"encryption", "ADDRESS [auto|omemo|otr|none]", 1, 2, []string{someone}, "print or set how messages to a contact travel; for your own address required|optional", chooseEncryption},
		{"trust-level", "ADDRESS [relaxed|careful|strict]", 1, 2, []string{someone}, "print or set how much must be known of a key, for a contact (account: as the account) or an account", trustLevel},
		{"policy", "", 0, 0, []string{"explain"}, "print what the program enforces, with --explain", policy},
		{"export", "DIR", 1, 1, nil, "not in this version", notYet("export")},
		{"import", "SOURCE", 1, 1, nil, "not in this version", notYet("import")},
		{"rpc", "", 0, 0, nil, "stay connected and speak JSON-RPC 2.0 on standard input and output", serve},
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

// notYet is a command that a later version has.
func notYet(what string) func(context.Context, *call) error {
	return func(context.Context, *call) error { return unsupported(what) }
}
