// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
)

// flags is a parsed command line. Options stand before or after the command and
// its operands; "--" ends them.
type flags struct {
	command  *command
	operands []string

	profileDir, keyFile, bundle, caFile string
	json, help, version                 bool
	timeout                             time.Duration // 0: the default of the command

	account                    chat.Address // zero: found by the other side
	passwordFile, host, proxy  string
	port, limit                int
	directTLS, tor, allowPlain bool
	fields                     map[string]string
	name, encryption, question string
	until                      chat.Status
	untilSet, sync, explain    bool
	before, replyTo            chat.MsgID
	inside                     chat.Address
	secretFile, passphraseFile string
	link, nickname, invite     string
	uri                        bool
	bundleID, output, signKey  string
}

// usageError is a wrong command line; status 2.
type usageError string

func (e usageError) Error() string { return string(e) }

// option is how an option is read: set is called once for each time it stands
// on the command line.
type option struct {
	takes  string // what its value is called; "" for none
	common bool   // of every command
	does   string
	set    func(f *flags, value string) error
}

// needed says whether an empty value is no value: a script with an unset variable
// must not work on the default profile, say.
func (o option) needed() bool {
	return o.takes == "DIR" || o.takes == "FILE" || o.takes == "PATH" || o.takes == "H" || o.takes == "URL" || o.takes == "NAME" || o.takes == "LINK"
}

var options = map[string]option{
	"profile":  {"DIR", true, "the profile's directory (default: the program's data directory)", text(func(f *flags) *string { return &f.profileDir })},
	"key-file": {"FILE", true, "the database passphrase (default: the key in the system's keyring)", text(func(f *flags) *string { return &f.keyFile })},
	"bundle":   {"PATH", true, "a resource bundle", text(func(f *flags) *string { return &f.bundle })},
	"ca-file":  {"FILE", true, "certificates (PEM) of an authority to trust besides the system's", text(func(f *flags) *string { return &f.caFile })},
	"json":     {"", true, "machine output, one JSON value a line", yes(func(f *flags) *bool { return &f.json })},
	"timeout":  {"DURATION", true, "give up after this time (30s, 2m)", setTimeout},
	"help":     {"", true, "print how to use it", yes(func(f *flags) *bool { return &f.help })},
	"version":  {"", true, "print the version", yes(func(f *flags) *bool { return &f.version })},

	"account":         {"ADDRESS", false, "which of several accounts", address(func(f *flags) *chat.Address { return &f.account })},
	"password-file":   {"FILE", false, "the account's password (- reads standard input)", text(func(f *flags) *string { return &f.passwordFile })},
	"host":            {"H", false, "connect to this host", text(func(f *flags) *string { return &f.host })},
	"port":            {"P", false, "connect to this port", number(func(f *flags) *int { return &f.port }, 65535)},
	"direct-tls":      {"", false, "TLS from the first byte", yes(func(f *flags) *bool { return &f.directTLS })},
	"proxy":           {"URL", false, "connect through socks5://host:port", text(func(f *flags) *string { return &f.proxy })},
	"tor":             {"", false, "connect through Tor only", yes(func(f *flags) *bool { return &f.tor })},
	"allow-plain":     {"", false, "agree that this server is told the password itself", yes(func(f *flags) *bool { return &f.allowPlain })},
	"field":           {"NAME=VALUE", false, "an answer to what the server asks", setField},
	"nickname":        {"NAME", false, "what you are called; the account's name and password are made of it", text(func(f *flags) *string { return &f.nickname })},
	"invite":          {"LINK", false, "an invitation: an xmpp: link, or one of the program's own pages", text(func(f *flags) *string { return &f.invite })},
	"id":              {"ID", false, "a bundle's application id, such as org.acme.chat", text(func(f *flags) *string { return &f.bundleID })},
	"key":             {"FILE", false, "the key that signs a bundle; to check one, its public half", text(func(f *flags) *string { return &f.signKey })},
	"output":          {"FILE", false, "the file to write; also -o", text(func(f *flags) *string { return &f.output })},
	"name":            {"N", false, "what you call the contact, or what a bundle is called", text(func(f *flags) *string { return &f.name })},
	"encryption":      {"HOW", false, "auto, omemo, otr or none (default: auto)", text(func(f *flags) *string { return &f.encryption })},
	"until":           {"STATUS", false, "wait until the message is queued, sent, delivered or read (default: sent)", setUntil},
	"limit":           {"N", false, "at most N messages", number(func(f *flags) *int { return &f.limit }, 1<<30)},
	"before":          {"ID", false, "only messages before this one", setBefore},
	"reply-to":        {"ID", false, "the message that this one answers", setReplyTo},
	"in":              {"ADDRESS", false, "only the conversation with this contact", otherSide(func(f *flags) *chat.Address { return &f.inside })},
	"sync":            {"", false, "connect and fetch what is new first", yes(func(f *flags) *bool { return &f.sync })},
	"explain":         {"", false, "with the reason of each value", yes(func(f *flags) *bool { return &f.explain })},
	"secret-file":     {"FILE", false, "the shared secret", text(func(f *flags) *string { return &f.secretFile })},
	"passphrase-file": {"FILE", false, "the passphrase that protects a file of keys", text(func(f *flags) *string { return &f.passphraseFile })},
	"link":            {"LINK", false, "an xmpp: link, or what a QR code says, of the contact's keys", text(func(f *flags) *string { return &f.link })},
	"uri":             {"", false, "print a link that says which keys are right, for a QR code", yes(func(f *flags) *bool { return &f.uri })},
	"question":        {"Q", false, "the question to ask", text(func(f *flags) *string { return &f.question })},
}

func text(field func(*flags) *string) func(*flags, string) error {
	return func(f *flags, v string) error { *field(f) = v; return nil }
}

func yes(field func(*flags) *bool) func(*flags, string) error {
	return func(f *flags, _ string) error { *field(f) = true; return nil }
}

func number(field func(*flags) *int, most int) func(*flags, string) error {
	return func(f *flags, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > most {
			return fmt.Errorf("%q is no number from 1 to %d", v, most)
		}
		*field(f) = n
		return nil
	}
}

func address(field func(*flags) *chat.Address) func(*flags, string) error {
	return func(f *flags, v string) (err error) { *field(f), err = bareAddress(v); return err }
}

func otherSide(field func(*flags) *chat.Address) func(*flags, string) error {
	return func(f *flags, v string) (err error) { *field(f), err = peerAddress(v); return err }
}

// bareAddress reads an XMPP address as a person gives it.
func bareAddress(s string) (chat.Address, error) {
	a, err := chat.ParseAddress(strings.TrimSpace(s))
	if err != nil || a.Local == "" {
		return chat.Address{}, fmt.Errorf("%q is no XMPP address: it looks like name@server", s)
	}
	return core.Canonical(a.Bare()), nil
}

// peerAddress is bareAddress for the other side of a conversation, which may be a
// server: some greet everybody. A name without a dot is rather half an address.
func peerAddress(s string) (chat.Address, error) {
	a, err := chat.ParseAddress(strings.TrimSpace(s))
	if err == nil && a.Local == "" && strings.Contains(a.Domain, ".") {
		return core.Canonical(a.Bare()), nil
	}
	return bareAddress(s)
}

func setTimeout(f *flags, v string) error {
	d, err := time.ParseDuration(v)
	if seconds, e := strconv.ParseFloat(v, 64); e == nil {
		d, err = time.Duration(seconds*float64(time.Second)), nil
	}
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no duration: write 30s or 2m", v)
	}
	f.timeout = d
	return nil
}

func setField(f *flags, v string) error {
	name, value, ok := strings.Cut(v, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is not NAME=VALUE", v)
	}
	if f.fields == nil {
		f.fields = map[string]string{}
	}
	f.fields[name] = value
	return nil
}

func setUntil(f *flags, v string) error {
	s, err := chat.ParseStatus(v)
	if err != nil || s == chat.Failed {
		return fmt.Errorf("%q is none of queued, sent, delivered, read", v)
	}
	f.until, f.untilSet = s, true
	return nil
}

func setBefore(f *flags, v string) error { return setID(&f.before, v) }

func setReplyTo(f *flags, v string) error { return setID(&f.replyTo, v) }

func setID(id *chat.MsgID, v string) (err error) {
	if *id, err = chat.ParseMsgID(v); err != nil {
		return fmt.Errorf("%q is no message id", v)
	}
	return nil
}

// parseFlags reads a command line. Its errors are usageErrors.
func parseFlags(args []string) (*flags, error) {
	f := &flags{}
	var words []string
	var own []string // the options that are not common
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			words = append(words, args...)
			break
		}
		switch {
		case arg == "-h":
			arg = "--help"
		case arg == "-o" && len(words) > 0 && words[0] == "bundle": // elsewhere it may be a text
			arg = "--output"
		}
		name, isOption := strings.CutPrefix(arg, "--")
		if !isOption {
			words = append(words, arg)
			continue
		}
		name, value, hasValue := strings.Cut(name, "=")
		o, ok := options[name]
		if !ok {
			return nil, usageError(fmt.Sprintf("unknown option --%s; after -- nothing is an option", name))
		}
		switch {
		case o.takes == "" && hasValue:
			return nil, usageError(fmt.Sprintf("--%s takes no value", name))
		case o.takes != "" && !hasValue:
			if len(args) == 0 {
				return nil, usageError(fmt.Sprintf("--%s needs a value: %s", name, o.takes))
			}
			value, args = args[0], args[1:]
		}
		if o.needed() && value == "" {
			return nil, usageError(fmt.Sprintf("--%s is empty: %s is missing", name, o.takes))
		}
		if err := o.set(f, value); err != nil {
			return nil, usageError(fmt.Sprintf("--%s: %v", name, err))
		}
		if !o.common {
			own = append(own, name)
		}
	}
	return f, f.findCommand(words, own)
}

// findCommand checks words and options against the table.
func (f *flags) findCommand(words, own []string) error {
	if len(words) > 0 && words[0] == "help" {
		f.help, words = true, words[1:]
	}
	c, n := findCommand(words)
	if f.help || f.version {
		f.command = c
		return nil
	}
	switch {
	case len(words) == 0:
		return usageError("no command; chatsecure-cli --help lists them")
	case c == nil:
		return usageError(fmt.Sprintf("unknown command %q; chatsecure-cli --help lists them", strings.Join(words[:min(2, len(words))], " ")))
	}
	f.command, f.operands = c, words[n:]
	if got := len(f.operands); got < c.min || got > c.max {
		return usageError("usage: chatsecure-cli " + c.usage())
	}
	for _, name := range own {
		if !slices.Contains(c.options, name) {
			return usageError(fmt.Sprintf("%s has no option --%s", c.name, name))
		}
	}
	return nil
}

// usage is the command's line in the help.
func (c *command) usage() string {
	s := c.name
	if c.operands != "" {
		s += " " + c.operands
	}
	for _, name := range c.options {
		if o := options[name]; o.takes != "" {
			s += fmt.Sprintf(" [--%s %s]", name, o.takes)
		} else {
			s += fmt.Sprintf(" [--%s]", name)
		}
	}
	return s
}
