// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"cmp"
	"context"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// offer2 is what a server offers of the newer login (XEP-0388 §2.1), and what it
// does in the same breath.
type offer2 struct {
	Mechanisms []string `xml:"urn:xmpp:sasl:2 mechanism"`
	Inline     struct {
		SM   *struct{} `xml:"urn:xmpp:sm:3 sm"`
		Bind *struct { // XEP-0386 §3
			Inline struct {
				Features []struct {
					Var string `xml:"var,attr"`
				} `xml:"urn:xmpp:bind:0 feature"`
			} `xml:"urn:xmpp:bind:0 inline"`
		} `xml:"urn:xmpp:bind:0 bind"`
		Fast struct { // XEP-0484 §3
			Mechanisms []string `xml:"urn:xmpp:fast:0 mechanism"`
		} `xml:"urn:xmpp:fast:0 fast"`
	} `xml:"urn:xmpp:sasl:2 inline"`
}

// binds says whether a feature can be turned on with the binding.
func (o *offer2) binds(feature string) bool {
	if o.Inline.Bind == nil {
		return false
	}
	for _, f := range o.Inline.Bind.Inline.Features {
		if f.Var == feature {
			return true
		}
	}
	return false
}

// success2 is the end of a login that went well (XEP-0388 §2.6.2).
type success2 struct {
	Data     *string    `xml:"urn:xmpp:sasl:2 additional-data"`
	Identity string     `xml:"urn:xmpp:sasl:2 authorization-identifier"`
	Resumed  *smElement `xml:"urn:xmpp:sm:3 resumed"`
	Failed   *smElement `xml:"urn:xmpp:sm:3 failed"`
	Bound    *struct {
		Enabled *smElement `xml:"urn:xmpp:sm:3 enabled"`
	} `xml:"urn:xmpp:bind:0 bound"`
	Token struct {
		Secret string `xml:"token,attr"`
		Expiry string `xml:"expiry,attr"`
	} `xml:"urn:xmpp:fast:0 token"`
}

// loggedIn is what a login has brought.
type loggedIn struct {
	mechanism string     // of the password
	token     Token      // for the next login
	resumed   *smElement // the answer to the wish to resume, if it was asked already
	full      string     // the address, if one was bound already
	managed   managed    // with that
	asked     bool       // for managed
	carbons   bool
}

// request is a login by the newer way.
type request struct {
	c     *Config
	l     *link
	offer *offer2

	token   string // the best mechanism for tokens
	binding binding
	resumes bool
	binds   bool
	refused bool // the server said no; then another way may be tried
}

// logIn2 logs in by the newer way (XEP-0388), with the token if there is one that
// is good for here, else, or if the server refuses it, with the password by the
// chosen mechanism; none says why there is none.
func (c *Config) logIn2(ctx context.Context, l *link, user string, ch choice, none error) (loggedIn, error) {
	o := l.features.SASL2
	r := &request{c: c, l: l, offer: o, resumes: c.Previous != nil && o.Inline.SM != nil}
	// Whoever has a stream to resume must ask for that first (XEP-0386 §4).
	r.binds = c.Archived && o.Inline.Bind != nil && (c.Previous == nil || r.resumes)
	if c.UserAgent != "" {
		r.token, r.binding = pickToken(bindings(l.conn.ConnectionState()), o.Inline.Fast.Mechanisms)
	}
	if c.Token.usable(r.token, time.Now()) {
		hangs := time.AfterFunc(cmp.Or(c.token, tokenPatience), func() { l.raw.Close() })
		in, err := r.exchange(ctx, r.token, newHashed(user, c.Token, r.binding), "<fast xmlns='"+nsFast+"'/>")
		hangs.Stop()
		if err == nil && in.token == (Token{}) {
			in.token = c.Token
		}
		l.refused = err != nil // or it ends, or hangs, over it
		if in.mechanism = c.Strongest; !r.refused {
			return in, err
		}
		c.log().Info("token refused", "code", chat.CodeOf(err))
	}
	if none != nil {
		return loggedIn{}, none
	}
	more := ""
	if r.token != "" {
		more = "<request-token xmlns='" + nsFast + "' mechanism='" + r.token + "'/>"
	}
	in, err := r.exchange(ctx, ch.name, c.mechanism(ch, user), more)
	in.mechanism = ch.name
	return in, err
}

// ask is the whole of what we want from the server.
func (r *request) ask(mechanism string, m mechanism, more string) string {
	var b strings.Builder
	b.WriteString("<authenticate xmlns='" + nsSASL2 + "' mechanism='" + mechanism + "'><initial-response>" + encodeAnswer(m.first()) + "</initial-response>")
	b.WriteString("<user-agent")
	if r.c.UserAgent != "" {
		b.WriteString(" id='" + escape(r.c.UserAgent) + "'")
	}
	b.WriteString(">")
	if r.c.Software != "" {
		b.WriteString("<software>" + escape(r.c.Software) + "</software>")
	}
	b.WriteString("</user-agent>" + more)
	if r.resumes {
		b.WriteString(r.c.Previous.resumeWord())
	}
	if r.binds {
		b.WriteString("<bind xmlns='" + nsBind2 + "'>")
		if r.c.Software != "" {
			b.WriteString("<tag>" + escape(r.c.Software) + "</tag>")
		}
		if r.offer.binds(nsCarbons) {
			b.WriteString("<enable xmlns='" + nsCarbons + "'/>")
		}
		if r.offer.binds(nsSM) {
			b.WriteString(enableWord)
		}
		b.WriteString("</bind>")
	}
	b.WriteString("</authenticate>")
	return b.String()
}

// exchange is one try, up to the features that follow on success.
func (r *request) exchange(ctx context.Context, name string, m mechanism, more string) (loggedIn, error) {
	const op = "log in"
	defer m.wipe()
	said := r.ask(name, m, more)
	for range maxBetween {
		began := time.Now()
		if err := r.l.send(said); err != nil {
			return loggedIn{}, err
		}
		el, s, err := r.l.read(op)
		r.l.trip = time.Since(began)
		if err != nil {
			return loggedIn{}, err
		}
		if s.Name.Space != nsSASL2 {
			return loggedIn{}, fail(chat.Offline, op, chat.CodeNotXMPP, plainly("unexpected element"))
		}
		switch s.Name.Local {
		case "challenge":
			var c saslElement
			if err := parse(el, &c); err != nil {
				return loggedIn{}, err
			}
			answer, err := step(ctx, m, c.Data)
			if err != nil {
				return loggedIn{}, err
			}
			said = "<response xmlns='" + nsSASL2 + "'>" + encodeAnswer(answer) + "</response>"
		case "success":
			return r.succeed(ctx, el, m)
		case "failure":
			var f saslElement
			if err := parse(el, &f); err != nil {
				return loggedIn{}, err
			}
			r.refused = true
			return loggedIn{}, saslFailure(f)
		case "continue": // a second factor, or a new password
			return loggedIn{}, fail(chat.Auth, op, chat.CodeUnsupported, plainly("the server wants more than a password"))
		default:
			return loggedIn{}, fail(chat.Offline, op, chat.CodeNotXMPP, plainly("unexpected element"))
		}
	}
	return loggedIn{}, fail(chat.Auth, op, chat.CodeScramParameters, plainly("no end of challenges"))
}

// step gives a mechanism what the server said.
func step(ctx context.Context, m mechanism, text string) ([]byte, error) {
	data, err := decode(text)
	if err != nil {
		return nil, fail(chat.Auth, "log in", chat.CodeScramParameters, plainly("malformed base64"))
	}
	return m.next(ctx, data)
}

// succeed reads a success. Nothing of it counts before the server has proved that
// it knows the secret.
func (r *request) succeed(ctx context.Context, el []byte, m mechanism) (loggedIn, error) {
	const op = "log in"
	var s success2
	if err := parse(el, &s); err != nil {
		return loggedIn{}, err
	}
	if s.Data != nil {
		if _, err := step(ctx, m, *s.Data); err != nil {
			return loggedIn{}, err
		}
	}
	if !m.done() {
		return loggedIn{}, fail(chat.Auth, op, chat.CodeServerNotProven, plainly("no proof of the server"))
	}
	r.l.frames.scan.limit = MaxAfterLogin
	in := loggedIn{token: s.token(r.token)}
	if r.resumes {
		if in.resumed = s.Resumed; in.resumed == nil {
			in.resumed = s.Failed
		}
	}
	if in.resumed != nil && in.resumed.XMLName.Local == "resumed" {
		// No features follow (XEP-0198 §8.2): those of the stream are as they were.
		r.l.features = r.c.Previous.present().features
		return in, nil
	}
	if r.binds && s.Bound != nil {
		in.full, in.carbons, in.asked = strings.TrimSpace(s.Identity), r.offer.binds(nsCarbons), r.offer.binds(nsSM)
		if in.asked && s.Bound.Enabled != nil {
			in.managed = s.Bound.Enabled.granted()
		}
	}
	el, tag, err := r.l.read(op)
	if err != nil {
		return loggedIn{}, err
	}
	if tag.Name != (xml.Name{Space: nsStream, Local: "features"}) {
		return loggedIn{}, fail(chat.Offline, op, chat.CodeNotXMPP, plainly("no features after the login"))
	}
	r.l.features, err = readFeatures(el)
	return in, err
}

// token is the one that came with success. It is good for the mechanism that it
// was asked for, or that of the token before it (XEP-0484 §3.4).
func (s *success2) token(mechanism string) Token {
	if s.Token.Secret == "" || len(s.Token.Secret) > maxToken || mechanism == "" {
		return Token{}
	}
	t := Token{Mechanism: mechanism, Secret: s.Token.Secret}
	if expiry, err := time.Parse(time.RFC3339Nano, s.Token.Expiry); err == nil { // XEP-0082
		t.Expiry = expiry
	}
	return t
}

// resumeWord asks for the stream (XEP-0198 §5).
func (s *Stream) resumeWord() string {
	return "<resume xmlns='" + nsSM + "' previd='" + escape(s.managed.id) + "' h='" + strconv.FormatUint(uint64(s.count.h()), 10) + "'/>"
}

// offers2 says whether the newer way can be gone.
func (f *features) offers2() bool { return f.SASL2 != nil && len(f.SASL2.Mechanisms) > 0 }

// advertised is the list of what the server offers for a login, as its hash is
// made of it (XEP-0474 §4.1).
func (f *features) advertised(mechanisms []string) string {
	s := strings.Join(slices.Sorted(slices.Values(mechanisms)), "\x1e")
	if f.Binding != nil {
		var kinds []string
		for _, t := range f.Binding.Types {
			kinds = append(kinds, t.Type)
		}
		slices.Sort(kinds)
		s += "\x1f" + strings.Join(kinds, "\x1e")
	}
	return s
}
