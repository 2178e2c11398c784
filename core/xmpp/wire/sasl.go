// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"encoding/base64"
	"encoding/xml"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// ranks are the mechanisms that we use, the weakest first: a login that is bound
// to its TLS connection is worth more than a longer hash.
var ranks = []string{
	"PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS",
}

// mechanism is the client's side of a login.
type mechanism interface {
	first() []byte
	next(ctx context.Context, challenge []byte) ([]byte, error)
	done() bool // the server has proved what it has to
	wipe()
}

// choice is a mechanism with what it says about the connection.
type choice struct {
	name       string
	binding    binding
	advertised string // what it was chosen from (XEP-0474)
}

// choose takes the strongest that is offered. It refuses to give the password
// away unasked, and to do with less than the account has done with before: who
// is in the way would offer only what it can break.
func (c *Config) choose(l *link, offered []string) (choice, error) {
	const op = "log in"
	var kinds []string
	if l.features.Binding != nil {
		for _, t := range l.features.Binding.Types {
			kinds = append(kinds, t.Type)
		}
	}
	bind, canBind := pickBinding(l.conn.ConnectionState(), kinds)
	isPlus := func(m string) bool { return strings.HasPrefix(m, "SCRAM-") && strings.HasSuffix(m, "-PLUS") }
	best := -1
	for i, name := range ranks {
		if slices.Contains(offered, name) && (canBind || !isPlus(name)) {
			best = i
		}
	}
	switch {
	case best < 0:
		return choice{}, fail(chat.Auth, op, chat.CodeNoMechanism, plainly("no mechanism that we use"))
	case best < slices.Index(ranks, c.Strongest):
		return choice{}, fail(chat.Auth, op, chat.CodeDowngrade, plainly("weaker than the last login"))
	case ranks[best] == "PLAIN" && !c.Login.AllowPlain:
		return choice{}, fail(chat.Auth, op, chat.CodePlainOnly, plainly("only PLAIN offered"))
	}
	switch {
	case isPlus(ranks[best]):
	case slices.ContainsFunc(offered, isPlus):
		bind = binding{flag: 'n'} // it can, but not in a way that we can
	default:
		bind = binding{flag: 'y'} // RFC 5802 §6: tells a server whose offer was cut
	}
	return choice{ranks[best], bind, l.features.advertised(offered)}, nil
}

// mechanism is the chosen one with the password.
func (c *Config) mechanism(ch choice, user string) mechanism {
	if ch.name == "PLAIN" {
		return plain{user, c.Password}
	}
	return newScram(ch, user, c.Password)
}

// saslElement is any element of a login (RFC 6120 §6.4).
type saslElement struct {
	XMLName xml.Name
	Data    string       `xml:",chardata"`
	Any     []xmlElement `xml:",any"`
}

// logIn proves who we are, demands that the server does, and leaves the link with
// the features that follow: by the newer way where the server has it.
func (c *Config) logIn(ctx context.Context, l *link, user string) (loggedIn, error) {
	if l.features.offers2() {
		ch, err := c.choose(l, l.features.SASL2.Mechanisms)
		if chat.CodeOf(err) != chat.CodeNoMechanism || len(l.features.SASL.Mechanisms) == 0 {
			return c.logIn2(ctx, l, user, ch, err)
		}
	}
	name, err := c.logIn1(ctx, l, user)
	return loggedIn{mechanism: name}, err
}

// logIn1 is the login of RFC 6120 §6, with the stream opened anew. It returns the
// name of the mechanism.
func (c *Config) logIn1(ctx context.Context, l *link, user string) (string, error) {
	const op = "log in"
	ch, err := c.choose(l, l.features.SASL.Mechanisms)
	if err != nil {
		return "", err
	}
	m := c.mechanism(ch, user)
	defer m.wipe()
	if err := l.send("<auth xmlns='" + nsSASL + "' mechanism='" + ch.name + "'>" + encode(m.first()) + "</auth>"); err != nil {
		return "", err
	}
	for range maxBetween {
		el, _, err := l.read(op)
		if err != nil {
			return "", err
		}
		var s saslElement
		if err := parse(el, &s); err != nil {
			return "", err
		}
		switch s.XMLName {
		case xml.Name{Space: nsSASL, Local: "challenge"}, xml.Name{Space: nsSASL, Local: "success"}:
		case xml.Name{Space: nsSASL, Local: "failure"}:
			return "", saslFailure(s)
		default:
			return "", fail(chat.Offline, op, chat.CodeNotXMPP, plainly("unexpected element"))
		}
		data, err := decode(s.Data)
		if err != nil {
			return "", fail(chat.Auth, op, chat.CodeScramParameters, plainly("malformed base64"))
		}
		switch s.XMLName.Local {
		case "challenge":
			answer, err := m.next(ctx, data)
			if err != nil {
				return "", err
			}
			if err := l.send("<response xmlns='" + nsSASL + "'>" + encodeAnswer(answer) + "</response>"); err != nil {
				return "", err
			}
		case "success":
			if len(data) > 0 {
				if _, err := m.next(ctx, data); err != nil {
					return "", err
				}
			}
			if !m.done() {
				return "", fail(chat.Auth, op, chat.CodeServerNotProven, plainly("no server signature"))
			}
			l.frames.scan.limit = MaxAfterLogin
			return ch.name, l.open(l.conn, l.from)
		}
	}
	return "", fail(chat.Auth, op, chat.CodeScramParameters, plainly("no end of challenges"))
}

// encode writes data of a first message: "=" stands for none (RFC 6120 §6.4.2).
func encode(data []byte) string {
	if len(data) == 0 {
		return "="
	}
	return base64.StdEncoding.EncodeToString(data)
}

func encodeAnswer(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

func decode(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if text == "=" {
		return nil, nil
	}
	return base64.StdEncoding.DecodeString(text)
}

// saslFailure says what a refusal means (RFC 6120 §6.5).
func saslFailure(s saslElement) error {
	condition := ""
	for _, e := range s.Any {
		if e.XMLName.Space == nsSASL && e.XMLName.Local != "text" {
			condition = e.XMLName.Local
			break
		}
	}
	code := chat.CodeNotAuthorized
	switch condition {
	case "account-disabled":
		code = chat.CodeAccountDisabled
	case "temporary-auth-failure", "aborted":
		code = chat.CodeTemporaryAuth
	case "invalid-mechanism", "mechanism-too-weak", "encryption-required":
		code = chat.CodeNoMechanism
	}
	return fail(chat.Auth, "log in", code, plainly("refused: "+known(condition)))
}

// known keeps to the words of RFC 6120 what is put into a log.
func known(condition string) string {
	switch condition {
	case "aborted", "account-disabled", "credentials-expired", "encryption-required", "incorrect-encoding", "invalid-authzid",
		"invalid-mechanism", "malformed-request", "mechanism-too-weak", "not-authorized", "temporary-auth-failure":
		return condition
	}
	return "unknown condition"
}
