// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/styling"
)

// printer writes what a command says: tidy lines for people or one JSON value a
// line for programs. One goroutine at a time uses it.
type printer struct {
	json      bool
	out, errs io.Writer
	broken    error // the first failed write
}

// line prints a line for people.
func (p *printer) line(s string) { p.write(append([]byte(s), '\n')) }

// value prints v as one line of JSON.
func (p *printer) value(v any) {
	b, err := encode(v)
	if err != nil {
		p.broken = err
		return
	}
	p.write(b)
}

// say prints v with --json and the words with that id without.
func (p *printer) say(v any, id string, args ...any) { p.row(v, text(id, args...)) }

// row prints v with --json and the line without.
func (p *printer) row(v any, line string) {
	if p.json {
		p.value(v)
		return
	}
	p.line(line)
}

func (p *printer) write(b []byte) {
	if p.broken == nil {
		_, p.broken = p.out.Write(b)
	}
}

// fail prints the one line that says what went wrong and what to do.
func (p *printer) fail(err error) {
	_, _ = fmt.Fprintln(p.errs, Name+": "+oneLine(words(err)))
}

// encode is v as a line of JSON, as it is: no HTML escapes.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// messageObject is a message as cli.md fixes it: all fields always present.
type messageObject struct {
	ID          string `json:"id"`
	Account     string `json:"account"`
	Address     string `json:"address"`
	From        string `json:"from"`
	Direction   string `json:"direction"`
	Kind        string `json:"kind"`
	Body        string `json:"body"`
	Time        string `json:"time"`
	Status      string `json:"status"`
	Error       string `json:"error"`
	Encryption  string `json:"encryption"`
	Fingerprint string `json:"fingerprint"`
	Trust       string `json:"trust"`
	StanzaID    string `json:"stanza_id"`
	OriginID    string `json:"origin_id"`
	Edited      bool   `json:"edited"`
	Retracted   bool   `json:"retracted"`
	Unstyled    bool   `json:"unstyled"` // the body is to be shown as it was typed (XEP-0393 §6)
	// ReplyTo is the id of the message here that it answers, "" if it is none or not here.
	ReplyTo   string           `json:"reply_to"`
	Reactions []reactionObject `json:"reactions"`
}

// reactionObject is an emoji under a message.
type reactionObject struct {
	Emoji  string `json:"emoji"`
	Mine   bool   `json:"mine"`
	Theirs bool   `json:"theirs"`
}

func objectOf(m chat.Message) messageObject {
	reactions := make([]reactionObject, len(m.Reactions))
	for i, r := range m.Reactions {
		reactions[i] = reactionObject(r)
	}
	replyTo := ""
	if m.ReplyID != 0 {
		replyTo = m.ReplyID.String()
	}
	return messageObject{
		ID: m.ID.String(), Account: m.Conv.Account.String(), Address: m.Conv.Peer.String(), From: m.From.String(),
		Direction: m.Direction.String(), Kind: m.Kind.String(), Body: m.Body, Time: m.Time.UTC().Format(time.RFC3339Nano),
		Status: m.Status.String(), Error: string(m.Error), Encryption: m.Encryption.String(), Fingerprint: string(m.Fingerprint), Trust: trustIn(m).String(),
		StanzaID: m.StanzaID, OriginID: m.OriginID, Edited: m.Edited,
		Retracted: m.Retracted, Unstyled: m.Unstyled, ReplyTo: replyTo, Reactions: reactions,
	}
}

// trustIn is what the trust of a message's key says of the message. The key of what is one's
// own is one's own: it says nothing of who reads it, only that a device of one's own that
// nobody has compared, or that is distrusted, has written it.
func trustIn(m chat.Message) chat.Trust {
	if m.Direction == chat.Out && (m.Trust == chat.TrustVerified || m.Trust == chat.TrustTrusted) {
		return chat.TrustNone
	}
	return m.Trust
}

func objectsOf(all []chat.Message) []messageObject {
	objects := make([]messageObject, 0, len(all))
	for _, m := range all {
		if m.Kind != chat.KindGap {
			objects = append(objects, objectOf(m))
		}
	}
	return objects
}

// message prints one message. A continued line is indented, so that no text can
// pass for another message.
func (p *printer) message(m chat.Message) {
	if p.json {
		if m.Kind != chat.KindGap {
			p.value(objectOf(m))
		}
		return
	}
	who, mark := m.Conv.Peer.String(), answerMark(m)
	if m.Direction == chat.Out {
		who, mark = text("message.me"), mark+" ["+m.Status.String()+"]"
		if m.Status == chat.Failed {
			mark = answerMark(m) + " [" + m.Status.String() + ": " + string(m.Error) + "]"
		}
	}
	if m.Encryption != chat.EncryptionNone {
		how := m.Encryption.String()
		if t := trustIn(m); t != chat.TrustNone {
			how += ", " + t.String()
		}
		mark += " [" + how + "]"
	}
	body, done := what(m)
	body = strings.ReplaceAll(printable(body), "\n", "\n    ")
	switch {
	case m.Kind == chat.KindGap:
		p.line("(" + text("message.gap") + ")")
		return
	case m.Kind == chat.KindUndecryptable, m.Kind == chat.KindNotice && m.Error != "":
		body = "(" + rowWords(m) + ")"
	case m.Retracted:
		body = "(" + text("message.retracted") + ")"
	case m.Edited:
		mark += " [" + text("message.edited") + "]"
	}
	for _, r := range m.Reactions {
		mark += " " + oneLine(r.Emoji)
	}
	said := printable(who) + ": " + body
	if done {
		said = bundle().Text("message.action", "name", printable(who), "text", body)
	}
	p.line(fmt.Sprintf("%s  %s  %s%s", m.ID, m.Time.Local().Format(minute), said, mark))
}

// what is the text of a message, and whether that is what its sender does (XEP-0245 §3)
// in place of what it says.
func what(m chat.Message) (body string, done bool) {
	if m.Kind == chat.KindText && styling.IsAction(m.Body) {
		if _, act, _ := strings.Cut(m.Body, " "); strings.TrimSpace(act) != "" {
			return act, true
		}
	}
	return m.Body, false
}

// answerMark says which message this one answers (XEP-0461).
func answerMark(m chat.Message) string {
	switch {
	case m.ReplyTo == "" || m.Retracted:
		return ""
	case m.ReplyID == 0:
		return " [" + text("message.answer-missing") + "]"
	}
	return " [" + text("message.answer", "id", m.ReplyID) + "]"
}

// printable is text that can do nothing to a terminal: control characters and
// what turns the reading direction are replaced.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// oneLine is printable text without line breaks.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(printable(s), func(r rune) bool { return r == '\n' }), " ")
}

// minute is a time as people read it.
const minute = "2006-01-02 15:04"

// usage prints the help, of one command where c is not nil.
func (p *printer) usage(c *command) {
	if c != nil {
		p.line(text("usage", "line", c.usage()) + "\n\n" + c.does() + "\n")
		p.options(c.options)
		return
	}
	p.line(text("usage", "line", text("usage.all")) + "\n")
	for _, c := range commands {
		p.line(fmt.Sprintf("  %-34s %s", c.name+" "+c.operands, c.does()))
	}
	p.line("\n" + text("usage.options") + "\n")
	var common []string
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if options[name].common {
			common = append(common, name)
		}
	}
	p.options(common)
	p.line("\n" + text("usage.end"))
}

func (p *printer) options(names []string) {
	for _, name := range names {
		p.line(fmt.Sprintf("  %-34s %s", strings.TrimSpace("--"+name+" "+options[name].takes), text("option."+name)))
	}
}
