// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"errors"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// newer is a Prosody that logs in by SASL2 with all that goes into it, what is said to it,
// and a Config for its alice.
func newer(t *testing.T, o coretest.Options) (*coretest.Server, *tap, Config) {
	t.Helper()
	o.Tap, o.SHA256 = true, true
	s := coretest.Prosody(t, coretest.NewerLogin(t, o))
	for _, local := range []string{"alice", "bob"} {
		coretest.User(t, s, local, password)
	}
	c := real(s)
	c.UserAgent, c.Software, c.Archived, c.Strongest = installation, "Chat", true, "SCRAM-SHA-256"
	return s, &tap{t: t, s: s}, c
}

// tap is what a server hears and says.
type tap struct {
	t    *testing.T
	s    *coretest.Server
	seen int
}

// login is what was said to log in since the last time: the mechanisms, in the order in
// which they were tried, what the last of them was asked with, and the answer to that.
// There must be nothing beside: no other binding, no other stream management.
func (w *tap) login(mechanisms ...string) (asked, answer string) {
	w.t.Helper()
	text, err := w.s.Wire()
	if err != nil {
		w.t.Fatal(err)
	}
	var tried []string
	for line := range strings.Lines(text[w.seen:]) {
		line = strings.ReplaceAll(line, `"`, "'")
		_, heard, isHeard := strings.Cut(line, "RECV: ")
		_, said, _ := strings.Cut(line, "SEND: ")
		switch {
		case strings.HasPrefix(heard, "<authenticate"):
			asked = heard
			tried = append(tried, between(heard, " mechanism='", "'"))
		case strings.HasPrefix(said, "<success"):
			answer = said
		case !isHeard:
		case strings.Contains(heard, "'"+nsSASL+"'"), strings.Contains(heard, "'"+nsBind+"'"), strings.HasPrefix(heard, "<enable"),
			strings.HasPrefix(heard, "<resume"), strings.Contains(heard, "'"+nsCarbons+"'"):
			w.t.Errorf("beside the login: %q", heard)
		}
	}
	w.seen = len(text)
	if got, want := strings.Join(tried, " "), strings.Join(mechanisms, " "); got != want {
		w.t.Errorf("tried %q, want %q", got, want)
	}
	return asked, answer
}

// contains checks what is in an element of a server, whose attributes are in no order.
func (w *tap) contains(element string, want ...string) {
	w.t.Helper()
	for _, want := range want {
		if !strings.Contains(element, want) {
			w.t.Errorf("%q is not in %q", want, element)
		}
	}
}

// hears waits for a message with a text.
func hears(t *testing.T, s *Stream, text string) (el Element) {
	t.Helper()
	for !strings.Contains(string(el.Bytes), text) {
		var err error
		if el, err = s.Next(within(t)); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		s.Handled(el.Seq)
	}
	return el
}

// SASL2, Bind 2 and FAST as a real server does them: all with one question, and then again
// without the password.
func TestNewerLogin(t *testing.T) {
	for name, test := range map[string]struct {
		options         coretest.Options
		password, token string
	}{
		"TLS 1.3": {coretest.Options{}, "SCRAM-SHA-256", "HT-SHA-256-NONE"}, // its TLS library has no exporter
		"TLS 1.2": {coretest.Options{TLS12: true}, "SCRAM-SHA-256-PLUS", "HT-SHA-256-UNIQ"},
	} {
		t.Run(name, func(t *testing.T) {
			s, w, c := newer(t, test.options)
			enters := func(c Config) *Stream {
				t.Helper()
				stream := start1(t, c)
				if stream.Mechanism() != test.password || !stream.Carbons() || stream.Token().Mechanism != test.token ||
					stream.Address().Bare() != s.Address("alice") || !strings.HasPrefix(stream.Address().Resource, "Chat~") {
					t.Errorf("%s by %s, carbons %v, %s", stream.Address(), stream.Mechanism(), stream.Carbons(), stream.Token())
				}
				return stream
			}
			alice := enters(c)
			c.Token, c.Strongest = alice.Token(), alice.Mechanism()
			if left := time.Until(c.Token.Expiry); left < 20*24*time.Hour || left > 22*24*time.Hour {
				t.Errorf("a token for %v", left)
			}
			asked, answer := w.login(test.password)
			w.contains(asked, "<request-token", "<bind", "<tag>Chat</tag>")
			w.contains(answer, "<token ", "<bound ", "<enabled xmlns='urn:xmpp:carbons:2'/>", "<authorization-identifier>"+alice.Address().String())

			// The carbons that came with it are there, stanzas are counted, and may be as long as
			// those of who has logged in.
			mustWrite(t, alice, "<presence/>")
			if err := alice.Confirm(within(t)); err != nil {
				t.Error(err)
			}
			other := c
			other.UserAgent, other.Token = "11111111-4d72-4749-b3d3-740edbf87770", Token{}
			phone := enters(other)
			w.login(test.password)
			mustWrite(t, phone, "<message type='chat' to='bob@example.test'><body>a copy of it"+strings.Repeat(".", 50_000)+"</body></message>")
			w.contains(string(hears(t, alice, "a copy of it").Bytes), "<sent xmlns='urn:xmpp:carbons:2'")
			uses(t, alice)

			// No password is needed with a token.
			c.Password = []byte("wrong")
			alice = enters(c)
			asked, answer = w.login(test.token)
			w.contains(asked, "<fast ", "<bind")
			w.contains(answer, "<bound ", "<enabled xmlns='urn:xmpp:carbons:2'/>")
			if alice.Token() != c.Token {
				t.Error("another token")
			}
			uses(t, alice)

			// What is not its token for this installation goes on to the password. This server
			// then knows tokens only, until the next connection.
			for what, change := range map[string]func(*Config){
				"no token of the server": func(c *Config) { c.Token.Secret = "secret-token:fast-of-somebody" },
				"of another device":      func(c *Config) { c.UserAgent = "22222222-4d72-4749-b3d3-740edbf87770" },
			} {
				c := c
				change(&c)
				c.Password = []byte("wrong")
				_, err := dial(t, c)
				wantCode(t, err, chat.Auth, chat.CodeNotAuthorized)
				w.login(test.token, test.password, test.password)
				c.Password = []byte(password)
				alice = enters(c)
				asked, _ = w.login(test.token, test.password, test.password)
				w.contains(asked, "<request-token")
				if now := alice.Token().Secret; now == c.Token.Secret || now == "" {
					t.Errorf("%s: no new token", what)
				}
				uses(t, alice)
			}
		})
	}
}

// A token that the server gives up before its time, and one in whose place it gives others.
func TestTokensOfProsody(t *testing.T) {
	t.Run("expired", func(t *testing.T) {
		_, w, c := newer(t, coretest.Options{Extra: "sasl2_fast_token_ttl = -1"})
		c.Token = start1(t, c).Token()
		w.login("SCRAM-SHA-256")
		if start1(t, c).Token().Secret == c.Token.Secret {
			t.Error("it is not given anew")
		}
		w.login("SCRAM-SHA-256") // we know its time, too
		c.Token = start1(t, c).Token()
		w.login("SCRAM-SHA-256")
		c.Token.Expiry = time.Time{}
		if start1(t, c).Token().Secret == c.Token.Secret {
			t.Error("it is not given anew")
		}
		w.login("HT-SHA-256-NONE", "SCRAM-SHA-256", "SCRAM-SHA-256")
		if text, err := w.s.Wire(); err != nil || !strings.Contains(text, "<credentials-expired ") {
			t.Errorf("refused for another reason: %v", err)
		}
	})
	t.Run("exchanged", func(t *testing.T) {
		_, w, c := newer(t, coretest.Options{Extra: "sasl2_fast_token_min_ttl = -1"})
		c.Token = start1(t, c).Token()
		w.login("SCRAM-SHA-256")
		for range 3 {
			c.Password = nil
			token := start1(t, c).Token()
			w.login("HT-SHA-256-NONE")
			if token.Secret == c.Token.Secret || token.Mechanism != c.Token.Mechanism {
				t.Errorf("%s, the same secret: %v", token, token.Secret == c.Token.Secret)
			}
			c.Token = token
		}
	})
}

// A stream is resumed with the login by token, and what came meanwhile comes once.
func TestResumedByNewerLogin(t *testing.T) {
	s, w, c := newer(t, coretest.Options{Extra: "sasl2_fast_token_min_ttl = -1"})
	alice := start1(t, c)
	w.login("SCRAM-SHA-256")
	c.Token, c.Password, c.Previous = alice.Token(), nil, alice
	mustWrite(t, alice, "<presence/>")
	bob := real(s)
	bob.Login.Address, bob.Archived = s.Address("bob"), true
	other := start1(t, bob)
	w.login("SCRAM-SHA-256")
	writes := func(text string) {
		t.Helper()
		mustWrite(t, other, "<message type='chat' to='"+alice.Address().String()+"'><body>"+text+"</body></message>")
		if err := other.Confirm(within(t)); err != nil {
			t.Fatal(err)
		}
	}
	writes("the first")
	hears(t, alice, "the first")
	for _, text := range []string{"the second", "the third"} {
		alice.Drop(nil)
		suspend(t, alice)
		writes(text)
		written := make(chan error, 1)
		go func() {
			written <- alice.Write(within(t), []byte("<message type='chat' to='bob@example.test'><body>"+text+" answered</body></message>"))
		}()
		got, err := dial(t, c)
		if got != alice || err != nil {
			t.Fatalf("not resumed: %v, %v", err, alice.Err())
		}
		asked, answer := w.login("HT-SHA-256-NONE")
		w.contains(asked, "<resume ", "<bind", "<fast ")
		w.contains(answer, "<resumed ", "<token ")
		if strings.Contains(answer, "<bound") {
			t.Errorf("bound besides: %q", answer)
		}
		if c.Token.Secret == alice.Token().Secret {
			t.Error("the new token is not kept")
		}
		c.Token = alice.Token()
		if err := errors.Join(<-written, alice.Confirm(within(t))); err != nil {
			t.Error(err)
		}
		writes(text + ", and live")
		for _, want := range []string{text, text + ", and live"} {
			if el := hears(t, alice, "<body>"); !strings.Contains(string(el.Bytes), "<body>"+want+"</body>") {
				t.Errorf("%q instead of %q", el.Bytes, want)
			}
		}
	}

	// What the server has forgotten is bound anew by the same question; it says how far it came.
	s.Stop()
	suspend(t, alice)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := start1(t, c)
	if again == alice || again.Address() != alice.Address() || alice.Counted() != 3 {
		t.Errorf("%s, %d counted", again.Address(), alice.Counted())
	}
	wantCode(t, alice.Err(), chat.Offline, chat.CodeNotResumed)
	_, answer := w.login("HT-SHA-256-NONE")
	w.contains(answer, "<failed ", "<bound ", "<item-not-found ")
	uses(t, again)
}
