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
	uri, older                 bool
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
	set    func(f *flags, value string) error
}

// needed says whether an empty value is no value: a script with an unset variable
// must not work on the default profile, say.
func (o option) needed() bool {
	return o.takes == "DIR" || o.takes == "FILE" || o.takes == "PATH" || o.takes == "H" || o.takes == "URL" || o.takes == "NAME" || o.takes == "LINK"
}

var options = map[string]option{
	"profile":  {"DIR", true, word(func(f *flags) *string { return &f.profileDir })},
	"key-file": {"FILE", true, word(func(f *flags) *string { return &f.keyFile })},
	"bundle":   {"PATH", true, word(func(f *flags) *string { return &f.bundle })},
	"ca-file":  {"FILE", true, word(func(f *flags) *string { return &f.caFile })},
	"json":     {"", true, yes(func(f *flags) *bool { return &f.json })},
	"timeout":  {"DURATION", true, setTimeout},
	"help":     {"", true, yes(func(f *flags) *bool { return &f.help })},
	"version":  {"", true, yes(func(f *flags) *bool { return &f.version })},

	"account":         {"ADDRESS", false, address(func(f *flags) *chat.Address { return &f.account })},
	"password-file":   {"FILE", false, word(func(f *flags) *string { return &f.passwordFile })},
	"host":            {"H", false, word(func(f *flags) *string { return &f.host })},
	"port":            {"P", false, number(func(f *flags) *int { return &f.port }, 65535)},
	"direct-tls":      {"", false, yes(func(f *flags) *bool { return &f.directTLS })},
	"proxy":           {"URL", false, word(func(f *flags) *string { return &f.proxy })},
	"tor":             {"", false, yes(func(f *flags) *bool { return &f.tor })},
	"allow-plain":     {"", false, yes(func(f *flags) *bool { return &f.allowPlain })},
	"field":           {"NAME=VALUE", false, setField},
	"nickname":        {"NAME", false, word(func(f *flags) *string { return &f.nickname })},
	"invite":          {"LINK", false, word(func(f *flags) *string { return &f.invite })},
	"id":              {"ID", false, word(func(f *flags) *string { return &f.bundleID })},
	"key":             {"FILE", false, word(func(f *flags) *string { return &f.signKey })},
	"output":          {"FILE", false, word(func(f *flags) *string { return &f.output })},
	"name":            {"N", false, word(func(f *flags) *string { return &f.name })},
	"encryption":      {"HOW", false, word(func(f *flags) *string { return &f.encryption })},
	"until":           {"STATUS", false, setUntil},
	"limit":           {"N", false, number(func(f *flags) *int { return &f.limit }, 1<<30)},
	"before":          {"ID", false, setBefore},
	"reply-to":        {"ID", false, setReplyTo},
	"in":              {"ADDRESS", false, otherSide(func(f *flags) *chat.Address { return &f.inside })},
	"sync":            {"", false, yes(func(f *flags) *bool { return &f.sync })},
	"older":           {"", false, yes(func(f *flags) *bool { return &f.older })},
	"explain":         {"", false, yes(func(f *flags) *bool { return &f.explain })},
	"secret-file":     {"FILE", false, word(func(f *flags) *string { return &f.secretFile })},
	"passphrase-file": {"FILE", false, word(func(f *flags) *string { return &f.passphraseFile })},
	"link":            {"LINK", false, word(func(f *flags) *string { return &f.link })},
	"uri":             {"", false, yes(func(f *flags) *bool { return &f.uri })},
	"question":        {"Q", false, word(func(f *flags) *string { return &f.question })},
}

func word(field func(*flags) *string) func(*flags, string) error {
	return func(f *flags, v string) error { *field(f) = v; return nil }
}

func yes(field func(*flags) *bool) func(*flags, string) error {
	return func(f *flags, _ string) error { *field(f) = true; return nil }
}

func number(field func(*flags) *int, most int) func(*flags, string) error {
	return func(f *flags, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > most {
			return wrongUse("no-number", "value", v, "most", most)
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
		return chat.Address{}, wrongUse("no-address", "value", s)
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
		return wrongUse("no-duration", "value", v)
	}
	f.timeout = d
	return nil
}

func setField(f *flags, v string) error {
	name, value, ok := strings.Cut(v, "=")
	if !ok || name == "" {
		return wrongUse("no-field", "value", v)
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
		return wrongUse("choice", "value", v, "choices", "queued, sent, delivered, read")
	}
	f.until, f.untilSet = s, true
	return nil
}

func setBefore(f *flags, v string) error { return setID(&f.before, v) }

func setReplyTo(f *flags, v string) error { return setID(&f.replyTo, v) }

func setID(id *chat.MsgID, v string) (err error) {
	if *id, err = chat.ParseMsgID(v); err != nil {
		return wrongUse("no-message-id", "value", v)
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
			return nil, wrongUse("option-unknown", "option", "--"+name)
		}
		switch {
		case o.takes == "" && hasValue:
			return nil, wrongUse("option-no-value", "option", "--"+name)
		case o.takes != "" && !hasValue:
			if len(args) == 0 {
				return nil, wrongUse("option-needs-value", "option", "--"+name, "what", o.takes)
			}
			value, args = args[0], args[1:]
		}
		if o.needed() && value == "" {
			return nil, wrongUse("option-empty", "option", "--"+name, "what", o.takes)
		}
		if err := o.set(f, value); err != nil {
			return nil, wrongUse("option", "option", "--"+name, "reason", err)
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
		return wrongUse("no-command")
	case c == nil && len(words) == 1 && len(within(words[0])) > 0:
		return wrongUse("usage", "line", words[0]+" "+strings.Join(within(words[0]), "|")+" …")
	case c == nil:
		return wrongUse("command-unknown", "command", strings.Join(words[:min(2, len(words))], " "))
	}
	f.command, f.operands = c, words[n:]
	if got := len(f.operands); got < c.min || got > c.max {
		return wrongUse("usage", "line", c.usage())
	}
	for _, name := range own {
		if !slices.Contains(c.options, name) {
			return wrongUse("option-not-of", "command", c.name, "option", "--"+name)
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
