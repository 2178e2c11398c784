// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

const (
	installation = "d4565fa7-4d72-4749-b3d3-740edbf87770"
	inlineSM     = "<sm xmlns='urn:xmpp:sm:3'/>"
	inlineBind   = "<bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:carbons:2'/><feature var='urn:xmpp:sm:3'/></inline></bind>"
	inlineFast   = "<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism><mechanism>HT-SHA-256-ENDP</mechanism><mechanism>HT-SHA-256-EXPR</mechanism></fast>"
	newToken     = "<token xmlns='urn:xmpp:fast:0' token='the &quot;new&quot; secret' expiry='2040-01-02T03:04:05Z'/>"
	bound        = "<bound xmlns='urn:xmpp:bind:0'>" + enabled + "</bound>"
)

var fresh = Token{Mechanism: "HT-SHA-256-EXPR", Secret: `the "new" secret`, Expiry: time.Date(2040, 1, 2, 3, 4, 5, 0, time.UTC)}

// offer2Of offers the newer login.
func offer2Of(inline string, mechanisms ...string) string {
	return "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>" + strings.Join(mechanisms, "</mechanism><mechanism>") + "</mechanism><inline>" + inline + "</inline></authentication>"
}

// authenticate2 reads what is asked, up to and with it.
func (f *far) authenticate2() string { return f.hear("</authenticate>") }

// succeed2 ends a login well, with data of the mechanism.
func (f *far) succeed2(data, identity, more string) {
	f.say("<success xmlns='urn:xmpp:sasl:2'>")
	if data != "" {
		f.say("<additional-data>%s</additional-data>", encodeAnswer([]byte(data)))
	}
	f.say("<authorization-identifier>%s</authorization-identifier>%s</success>", identity, more)
}

func (f *far) refuse2(condition string) {
	f.say("<failure xmlns='urn:xmpp:sasl:2'><%s xmlns='%s'/></failure>", condition, nsSASL)
}

// scram2 takes a login with the password for which it was asked, and returns what
// goes with its success.
func (f *far) scram2(s *scramServer, asked string) string {
	challenge, ok := s.begin(unbase64(between(asked, "<initial-response>", "<")))
	if !ok {
		return ""
	}
	f.say("<challenge xmlns='urn:xmpp:sasl:2'>%s</challenge>", encodeAnswer([]byte(challenge)))
	final := unbase64(between(f.hear("</response>"), ">", "<"))
	if final == "" {
		return ""
	}
	signature, ok := s.finish(f, final)
	if !ok {
		f.refuse2("not-authorized")
		return ""
	}
	return signature
}

// proof checks a login with a token, and is the server's own proof.
func (f *far) proof(secret, binding, asked string) (string, bool) {
	mac := func(who string) string {
		m := hmac.New(sha256.New, []byte(secret))
		m.Write([]byte(who + binding))
		return string(m.Sum(nil))
	}
	if unbase64(between(asked, "<initial-response>", "<")) != "alice\x00"+mac("Initiator") {
		return "", false
	}
	return mac("Responder"), true
}

func (f *far) features(what string) { f.say(offered, what) }

// With all that a server can offer, one question does it all: login, binding,
// stream management, carbons, and a token for the next time. There is no second
// stream (XEP-0388 §2.6.2).
func TestAllAtOnce2(t *testing.T) {
	asked := make(chan string, 2)
	server := goodScram("SCRAM-SHA-256-PLUS")
	c := servers(t, func(f *far) {
		f.startTLS()
		f.open(offer2Of(inlineSM+inlineBind+inlineFast, "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS") + offer("PLAIN") +
			"<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/></sasl-channel-binding>")
		a := f.authenticate2()
		asked <- a
		f.succeed2(f.scram2(server, a), "alice@example.test/ChatSecure.1", bound+newToken)
		f.features("<csi xmlns='urn:xmpp:csi:0'/>")
		f.say("<message/>")
		asked <- f.hear("</stream:stream>")
		f.say("</stream:stream>")
	})
	c.UserAgent, c.Software, c.Archived, c.Strongest = installation, "Chat & Secure", true, "SCRAM-SHA-1-PLUS"
	s := start1(t, c)
	if s.Address().String() != "alice@example.test/ChatSecure.1" || s.Mechanism() != "SCRAM-SHA-256-PLUS" || !s.Carbons() || !s.Offers("urn:xmpp:csi:0") {
		t.Errorf("%s by %s, carbons %v", s.Address(), s.Mechanism(), s.Carbons())
	}
	if s.Token() != fresh {
		t.Errorf("token %+v", s.Token())
	}
	got := <-asked
	for _, want := range []string{
		" mechanism='SCRAM-SHA-256-PLUS'", "<user-agent id='" + installation + "'><software>Chat &amp; Secure</software></user-agent>",
		"<bind xmlns='urn:xmpp:bind:0'><tag>Chat &amp; Secure</tag><enable xmlns='urn:xmpp:carbons:2'/><enable xmlns='urn:xmpp:sm:3' resume='true'/></bind>",
		"<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-EXPR'/>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	if strings.Contains(got, "<resume") || strings.Contains(got, "<fast") {
		t.Errorf("asked for %q", got)
	}
	if el, err := s.Next(within(t)); err != nil || el.Seq != 1 {
		t.Errorf("%+v, %v", el, err)
	}
	s.Handled(1)
	if err := s.Close(within(t)); err != nil {
		t.Error(err)
	}
	if got := <-asked; got != "<a xmlns='urn:xmpp:sm:3' h='1'/></stream:stream>" {
		t.Errorf("sent: %q", got)
	}
}

// What the server does not offer with the login is done behind it, one after the
// other; and with the binding of XEP-0386 it would throw away what it keeps for us,
// so that is only for who reads archives.
func TestStepByStep2(t *testing.T) {
	for name, test := range map[string]struct {
		inline   string
		archived bool
		more     string // with success
		binds    bool   // the older way
		enables  bool
	}{
		"nothing offered":     {"", true, "", true, true},
		"only binding":        {"<bind xmlns='urn:xmpp:bind:0'/>", true, "<bound xmlns='urn:xmpp:bind:0'/>", false, true},
		"no archive":          {inlineSM + inlineBind, false, "", true, true},
		"binding refused":     {inlineSM + inlineBind, true, "<failed xmlns='urn:xmpp:bind:0'/>", true, true},
		"unasked":             {"", true, bound, true, true},
		"no management":       {inlineBind, true, "<bound xmlns='urn:xmpp:bind:0'><failed xmlns='urn:xmpp:sm:3'/></bound>", false, false},
		"and no word of that": {inlineBind, true, "<bound xmlns='urn:xmpp:bind:0'/>", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			server, asked := goodScram("SCRAM-SHA-1"), make(chan string, 1)
			c := servers(t, func(f *far) {
				f.startTLS()
				f.open(offer2Of(test.inline, "SCRAM-SHA-1"))
				identity := "alice@example.test"
				if !test.binds {
					identity += "/here"
				}
				a := f.authenticate2()
				asked <- a
				f.succeed2(f.scram2(server, a), identity, test.more)
				f.features(offerSM)
				if test.binds {
					f.bind("alice@example.test/here")
				}
				if test.enables {
					f.hear("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
					f.say(enabled)
				}
				f.hear("<presence/>")
				f.hear("\x00")
			})
			c.Archived, c.UserAgent = test.archived, installation
			s, err := dial(t, c)
			if err != nil {
				t.Fatal(err)
			}
			if s.Managed() != test.enables || s.Token() != (Token{}) || s.Address().Resource != "here" {
				t.Errorf("managed %v, token %+v, address %s", s.Managed(), s.Token(), s.Address())
			}
			mustWrite(t, s, "<presence/>")
			if a := <-asked; strings.Contains(a, "<bind") != (test.archived && strings.Contains(test.inline, "<bind")) {
				t.Errorf("asked %q", a)
			}
		})
	}
}

// The wish to resume goes with the login where the server takes it there.
func TestResume2(t *testing.T) {
	first := func(f *far) {
		f.startTLS()
		f.open(offer2Of(inlineSM+inlineBind, "SCRAM-SHA-1"))
		f.succeed2(f.scram2(goodScram("SCRAM-SHA-1"), f.authenticate2()), "alice@example.test/one", bound)
		f.features("<csi xmlns='urn:xmpp:csi:0'/>")
		f.hear("<message id='1'/>")
	}
	for name, test := range map[string]struct {
		inline, success, identity string
		then                      func(f *far)
		resumes                   bool
	}{
		"granted": {inlineSM + inlineBind, strings.Replace(resumed, "%d", "0", 1), "alice@example.test", func(f *far) {
			f.hear("<r xmlns='urn:xmpp:sm:3'/>")
			f.say("<a xmlns='urn:xmpp:sm:3' h='0'/>")
			f.hear("<message id='1'/>")
		}, true},
		"granted, and features": {inlineSM, strings.Replace(resumed, "%d", "1", 1), "alice@example.test", func(f *far) { f.features("") }, true},
		"refused, and bound":    {inlineSM + inlineBind, strings.Replace(forgot, "%s", " h='1'", 1) + bound, "alice@example.test/two", func(f *far) { f.features("") }, false},
		"refused, to be bound": {inlineSM, strings.Replace(forgot, "%s", "", 1), "alice@example.test", func(f *far) {
			f.features(offerSM)
			f.enable(enabled)
		}, false},
		"not there": {inlineBind, "", "alice@example.test", func(f *far) {
			f.features(offerSM)
			f.asked()
			f.say(resumed, 1)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			asked := make(chan string, 1)
			c := servers(t, first, func(f *far) {
				f.startTLS()
				f.open(offer2Of(test.inline, "SCRAM-SHA-1"))
				a := f.authenticate2()
				asked <- a
				f.succeed2(f.scram2(goodScram("SCRAM-SHA-1"), a), test.identity, test.success)
				test.then(f)
				f.say("<message/>")
				f.hear("\x00")
			})
			c.Archived = true
			s := start1(t, c)
			mustWrite(t, s, "<message id='1'/>")
			suspend(t, s)
			c.Previous = s
			again, err := dial(t, c)
			if err != nil || (again == s) != test.resumes {
				t.Fatalf("%v, resumed %v", err, again == s)
			}
			if !test.resumes {
				wantCode(t, s.Err(), chat.Offline, chat.CodeNotResumed)
			}
			if el, err := again.Next(within(t)); err != nil || el.Seq != 1 {
				t.Errorf("%+v, %v", el, err)
			}
			if name == "granted" && !again.Offers("urn:xmpp:csi:0") {
				t.Error("what the stream offers is forgotten")
			}
			a := <-asked
			if strings.Contains(a, "<resume xmlns='urn:xmpp:sm:3' previd='the &lt;id&gt;' h='0'/>") != (name != "not there") {
				t.Errorf("asked %q", a)
			}
			if strings.Contains(a, "<bind") != strings.Contains(test.inline, inlineSM+inlineBind) {
				t.Errorf("asked %q", a)
			}
		})
	}
}

// The newer way proves as much as the older one, and remembers as much.
func TestSASL2Distrusts(t *testing.T) {
	scram := func(change func(*scramServer)) func(*far) {
		return func(f *far) {
			server := goodScram("SCRAM-SHA-256")
			change(server)
			f.startTLS()
			f.open(offer2Of(inlineBind, "SCRAM-SHA-256", "PLAIN"))
			if signature := f.scram2(server, f.authenticate2()); signature != "" {
				f.succeed2(signature, "alice@example.test/here", bound)
				f.features("")
			}
			f.hear("\x00")
		}
	}
	says := func(text string) func(*far) {
		return func(f *far) {
			f.startTLS()
			f.open(offer2Of(inlineBind, "SCRAM-SHA-256"))
			f.authenticate2()
			f.say("%s", text)
			f.hear("\x00")
		}
	}
	ok := "<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>alice@example.test/here</authorization-identifier>" + bound + "</success><stream:features/>"
	for name, test := range map[string]struct {
		script func(*far)
		code   chat.Code
		kind   chat.Kind
	}{
		"wrong password":        {scram(func(s *scramServer) { s.password = "other" }), chat.CodeNotAuthorized, chat.Auth},
		"wrong signature":       {scram(func(s *scramServer) { s.signature = func(string) string { return "v=AAAA" } }), chat.CodeServerNotProven, chat.Auth},
		"another list":          {scram(func(s *scramServer) { s.more = ",h=" + listOf("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512") }), chat.CodeDowngrade, chat.Auth},
		"few iterations":        {scram(func(s *scramServer) { s.iterations = 1 }), chat.CodeScramParameters, chat.Auth},
		"success at once":       {says(ok), chat.CodeServerNotProven, chat.Auth},
		"success of the older":  {says("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"), chat.CodeNotXMPP, chat.Offline},
		"a second factor":       {says("<continue xmlns='urn:xmpp:sasl:2'><tasks><task>TOTP</task></tasks></continue>"), chat.CodeUnsupported, chat.Auth},
		"something else":        {says("<message/>"), chat.CodeNotXMPP, chat.Offline},
		"no base64":             {says("<challenge xmlns='urn:xmpp:sasl:2'>*</challenge>"), chat.CodeScramParameters, chat.Auth},
		"not this account":      {says("<failure xmlns='urn:xmpp:sasl:2'><account-disabled xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>"), chat.CodeAccountDisabled, chat.Auth},
		"weaker than last time": {func(f *far) { f.startTLS(); f.open(offer2Of("", "SCRAM-SHA-1")); f.hear("\x00") }, chat.CodeDowngrade, chat.Auth},
		"only PLAIN":            {func(f *far) { f.startTLS(); f.open(offer2Of("", "PLAIN")); f.hear("\x00") }, chat.CodeDowngrade, chat.Auth},
		"nothing that we know":  {func(f *far) { f.startTLS(); f.open(offer2Of("", "X-OAUTH2")); f.hear("\x00") }, chat.CodeNoMechanism, chat.Auth},
	} {
		t.Run(name, func(t *testing.T) {
			c := servers(t, test.script)
			c.Login.AllowPlain, c.Strongest, c.Archived = false, "SCRAM-SHA-256", true
			_, err := dial(t, c)
			wantCode(t, err, test.kind, test.code)
		})
	}
	t.Run("another address", func(t *testing.T) {
		c := servers(t, func(f *far) {
			f.startTLS()
			f.open(offer2Of(inlineBind, "SCRAM-SHA-256"))
			f.succeed2(f.scram2(goodScram("SCRAM-SHA-256"), f.authenticate2()), "mallory@example.test/here", bound)
			f.features("")
			f.hear("\x00")
		})
		c.Archived = true
		_, err := dial(t, c)
		wantCode(t, err, chat.Auth, chat.CodeNotAuthorized)
	})
	t.Run("the older way has what the newer has not", func(t *testing.T) {
		server := goodScram("SCRAM-SHA-256")
		c := servers(t, func(f *far) {
			f.startTLS()
			f.open(offer2Of("", "X-OAUTH2") + offer("SCRAM-SHA-256"))
			server.run(f)
		})
		if s, err := dial(t, c); err != nil || s.Mechanism() != "SCRAM-SHA-256" {
			t.Error(err)
		}
	})
}

// A token is as good as the password, where it is as well bound as it could be.
func TestToken(t *testing.T) {
	old := Token{Mechanism: "HT-SHA-256-EXPR", Secret: "old secret", Expiry: time.Now().Add(time.Hour)}
	scramToo := func(f *far, asked, more string) {
		f.succeed2(f.scram2(goodScram("SCRAM-SHA-256"), asked), "alice@example.test/here", bound+more)
		f.features("")
		f.hear("\x00")
	}
	byToken := func(more string) func(*far, string) {
		return func(f *far, asked string) {
			proof, ok := f.proof("old secret", f.exporter(), asked)
			if !ok || !strings.Contains(asked, "<fast xmlns='urn:xmpp:fast:0'/>") || strings.Contains(asked, "<request-token") {
				f.refuse2("malformed-request")
				return
			}
			f.succeed2(proof, "alice@example.test/here", bound+more)
			f.features("")
			f.hear("\x00")
		}
	}
	for name, test := range map[string]struct {
		token Token
		offer string
		serve func(f *far, asked string)
		want  Token
		code  chat.Code
	}{
		"taken":                    {old, inlineFast, byToken(""), old, ""},
		"taken, and another given": {old, inlineFast, byToken(newToken), fresh, ""},
		"of no known end":          {Token{Mechanism: old.Mechanism, Secret: old.Secret}, inlineFast, byToken(newToken), fresh, ""},
		"refused":                  {old, inlineFast, func(f *far, _ string) { f.refuse2("credentials-expired"); scramToo(f, f.authenticate2(), newToken) }, fresh, ""},
		"refused, and none given":  {old, inlineFast, func(f *far, _ string) { f.refuse2("not-authorized"); scramToo(f, f.authenticate2(), "") }, Token{}, ""},
		"expired":                  {Token{old.Mechanism, old.Secret, time.Now().Add(-time.Second)}, inlineFast, func(f *far, a string) { scramToo(f, a, newToken) }, fresh, ""},
		"none":                     {Token{}, inlineFast, func(f *far, a string) { scramToo(f, a, newToken) }, fresh, ""},
		"empty one given":          {Token{}, inlineFast, func(f *far, a string) { scramToo(f, a, "<token xmlns='urn:xmpp:fast:0'/>") }, Token{}, ""},
		"endless one given": {Token{}, inlineFast, func(f *far, a string) {
			scramToo(f, a, "<token xmlns='urn:xmpp:fast:0' token='"+strings.Repeat("x", maxToken+1)+"'/>")
		}, Token{}, ""},
		"only weaker ones taken": {old, "<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism></fast>", func(f *far, a string) { scramToo(f, a, "") }, Token{}, ""},
		"a better one to be had": {Token{"HT-SHA-256-NONE", "old secret", time.Time{}}, inlineFast, func(f *far, a string) { scramToo(f, a, newToken) }, fresh, ""},
		"not taken any more":     {old, "", func(f *far, a string) { scramToo(f, a, newToken) }, Token{}, ""},
		"no proof of the server": {old, inlineFast, func(f *far, _ string) {
			f.succeed2("", "alice@example.test/here", bound)
			f.features("")
			f.hear("\x00")
		}, Token{}, chat.CodeServerNotProven},
		"wrong proof of the server": {old, inlineFast, func(f *far, _ string) {
			f.succeed2(strings.Repeat("x", 32), "alice@example.test/here", bound)
			f.features("")
			f.hear("\x00")
		}, Token{}, chat.CodeServerNotProven},
		"our own proof come back": {old, inlineFast, func(f *far, a string) {
			_, mine, _ := strings.Cut(unbase64(between(a, "<initial-response>", "<")), "\x00")
			f.succeed2(mine, "alice@example.test/here", bound)
			f.hear("\x00")
		}, Token{}, chat.CodeServerNotProven},
		"proof of another connection": {old, inlineFast, func(f *far, a string) {
			m := hmac.New(sha256.New, []byte("old secret"))
			m.Write([]byte("Responder" + strings.Repeat("x", 32)))
			f.succeed2(string(m.Sum(nil)), "alice@example.test/here", bound)
			f.hear("\x00")
		}, Token{}, chat.CodeServerNotProven},
	} {
		t.Run(name, func(t *testing.T) {
			c := servers(t, func(f *far) {
				f.startTLS()
				f.open(offer2Of(inlineBind+test.offer, "SCRAM-SHA-256"))
				test.serve(f, f.authenticate2())
			})
			c.UserAgent, c.Token, c.Archived, c.Strongest = installation, test.token, true, "SCRAM-SHA-256"
			s, err := dial(t, c)
			if test.code != "" {
				wantCode(t, err, chat.Auth, test.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s.Token() != test.want || s.Mechanism() != "SCRAM-SHA-256" {
				t.Errorf("token %+v, want %+v; %s", s.Token(), test.want, s.Mechanism())
			}
		})
	}
	for name, then := range map[string]func(*far){
		"a server that refuses it and hangs up": func(f *far) { f.refuse2("not-authorized") },
		// Prosody's module of 2023
		"one that then knows tokens only": func(f *far) {
			f.refuse2("not-authorized")
			f.authenticate2()
			f.refuse2("invalid-mechanism")
			f.hear("\x00")
		},
		"one that hangs up over it": func(*far) {},
		"one that ends the stream over it": func(f *far) {
			f.say("<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>")
		},
		"one that says nothing any more": func(f *far) { f.hear("\x00") },
	} {
		t.Run(name, func(t *testing.T) {
			tries := make(chan string, 3)
			script := func(f *far) {
				f.startTLS()
				f.open(offer2Of(inlineBind+inlineFast, "SCRAM-SHA-256") + offer("SCRAM-SHA-256"))
				a := f.authenticate2()
				tries <- a
				if strings.Contains(a, "<fast") {
					then(f)
					return
				}
				scramToo(f, a, newToken)
			}
			c := servers(t, script, script, script)
			c.UserAgent, c.Token, c.Archived, c.token = installation, old, true, 200*time.Millisecond
			if s, err := dial(t, c); err != nil || s.Token() != fresh || len(tries) != 2 {
				t.Errorf("%d tries: %v", len(tries), err)
			}
		})
	}
	t.Run("a nameless installation", func(t *testing.T) {
		c := servers(t, func(f *far) {
			f.startTLS()
			f.open(offer2Of(inlineBind+inlineFast, "SCRAM-SHA-256"))
			a := f.authenticate2()
			if strings.Contains(a, "fast") || strings.Contains(a, "id=") {
				f.refuse2("malformed-request")
				return
			}
			scramToo(f, a, "")
		})
		c.Token, c.Archived = old, true
		if _, err := dial(t, c); err != nil {
			t.Error(err)
		}
	})
}

// Which mechanism for tokens goes with which connection.
func TestPickToken(t *testing.T) {
	all := []string{"HT-SHA-256-NONE", "HT-SHA-256-ENDP", "HT-SHA-256-UNIQ", "HT-SHA-256-EXPR", "HT-SHA-512-EXPR"}
	exporter, unique, endPoint := binding{kind: "tls-exporter"}, binding{kind: "tls-unique"}, binding{kind: "tls-server-end-point"}
	for name, test := range map[string]struct {
		can        []binding
		offered    []string
		want, kind string
	}{
		"nothing offered": {[]binding{exporter, endPoint}, nil, "", ""},
		"none that we do": {[]binding{exporter, endPoint}, all[4:], "", ""},
		"the best":        {[]binding{exporter, unique, endPoint}, all, "HT-SHA-256-EXPR", "tls-exporter"},
		"TLS 1.2":         {[]binding{unique, endPoint}, all, "HT-SHA-256-UNIQ", "tls-unique"},
		"the certificate": {[]binding{endPoint}, all, "HT-SHA-256-ENDP", "tls-server-end-point"},
		"not bound":       {[]binding{exporter, endPoint}, all[:1], "HT-SHA-256-NONE", ""},
		"no way to bind":  {nil, all, "HT-SHA-256-NONE", ""},
		"no such way":     {[]binding{endPoint}, all[2:], "", ""},
	} {
		if got, b := pickToken(test.can, test.offered); got != test.want || b.kind != test.kind {
			t.Errorf("%s: %q bound to %q", name, got, b.kind)
		}
	}
}
