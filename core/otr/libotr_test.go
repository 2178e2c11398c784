// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// libotr is the library that Pidgin, Adium and Profanity use, as the other side.
type libotr struct {
	t      *testing.T
	in     io.WriteCloser
	lines  *bufio.Scanner
	out    []string // on their way to us
	texts  []string
	events []string
}

func startLibotr(t *testing.T, longest int, versions string) *libotr {
	t.Helper()
	const python = "/usr/bin/python3" // the system's: libotr is the system's as well
	if out, err := exec.Command(python, "-c", "import ctypes; ctypes.CDLL('libotr.so.5')").CombinedOutput(); err != nil {
		if os.Getenv("CHATSECURE_REQUIRE_SERVERS") != "" {
			t.Fatalf("no libotr, or no Python to reach it: %s", out)
		}
		t.Skipf("no libotr, or no Python to reach it: %s", out)
	}
	cmd := exec.Command(python, "testdata/libotr.py", "testdata/otr.private_key", fmt.Sprint(longest), versions)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	l := &libotr{t: t, in: in, lines: bufio.NewScanner(out)}
	l.lines.Buffer(nil, 8<<20)
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("libotr: %v\n%s", err, complaints.String())
		}
	})
	return l
}

func (l *libotr) do(what ...string) *string {
	l.t.Helper()
	line, err := json.Marshal(what)
	if err == nil {
		_, err = l.in.Write(append(line, '\n'))
	}
	if err != nil {
		l.t.Fatal(err)
	}
	if !l.lines.Scan() {
		l.t.Fatalf("libotr has ended at %q: %v", what, l.lines.Err())
	}
	var answer struct {
		Value       *string
		Out, Events []string
	}
	if err := json.Unmarshal(l.lines.Bytes(), &answer); err != nil {
		l.t.Fatal(err)
	}
	l.out = append(l.out, answer.Out...)
	l.events = append(l.events, answer.Events...)
	return answer.Value
}

// with carries texts to and fro until there are none.
func (l *libotr) with(s *side) {
	l.t.Helper()
	for range 10000 {
		switch {
		case len(s.out) > 0:
			text := s.out[0]
			s.out = s.out[1:]
			if read := l.do("receive", text); read != nil {
				l.texts = append(l.texts, *read)
			}
		case len(l.out) > 0:
			text := l.out[0]
			l.out = l.out[1:]
			s.receive(text)
		default:
			return
		}
	}
	l.t.Fatal("they never stop talking")
}

func (l *libotr) wantEvents(want ...string) {
	l.t.Helper()
	for _, w := range want {
		if !slices.Contains(l.events, w) {
			l.t.Errorf("libotr: events %q, want %q", l.events, w)
		}
	}
	l.events = nil
}

func (l *libotr) wantTexts(want ...string) {
	l.t.Helper()
	if !slices.Equal(l.texts, want) {
		l.t.Errorf("libotr read %q, want %q", l.texts, want)
	}
	l.texts = nil
}

// both is what libotr speaks, and two what older programs do.
const (
	both = "23"
	two  = "2"
)

// withLibotr is a session between us and libotr.
func withLibotr(t *testing.T, longest int, versions string, begin func(*side, *libotr)) (*side, *libotr) {
	t.Helper()
	a, l := newSide(t, "alice", 0, func(c *Config) {
		c.Fragment, c.Error = longest, "please send it again"
	}), startLibotr(t, longest, versions)
	begin(a, l)
	l.with(a)
	theirs := chat.Fingerprint(*l.do("fingerprint"))
	if !a.conv.Ready() || a.conv.Their() != theirs {
		t.Fatalf("no session: their key %q, want %q; events %v, libotr %q", a.conv.Their(), theirs, a.events, l.events)
	}
	if got := fmt.Sprint(a.conv.Version()); got != versions[len(versions)-1:] {
		t.Fatalf("version %s with a program that can %s", got, versions)
	}
	l.wantEvents("secure", "key "+string(a.conv.cfg.Key.Fingerprint()))
	a.forget()
	return a, l
}

func weAsk(a *side, _ *libotr)   { a.send(a.conv.Start()...) }
func weBegin(a *side, _ *libotr) { a.send(a.conv.Begin()...) }
func theyAsk(_ *side, l *libotr) { l.do("query") }

func TestLibotr(t *testing.T) {
	for name, c := range map[string]struct {
		longest  int
		versions string
		begin    func(*side, *libotr)
	}{
		"we ask": {0, both, weAsk}, "we begin": {0, both, weBegin}, "they ask": {0, both, theyAsk},
		"both ask at once": {0, both, func(a *side, l *libotr) { weAsk(a, l); theyAsk(a, l) }},
		"both at once":     {0, both, func(a *side, l *libotr) { weBegin(a, l); theyAsk(a, l) }},
		"in parts":         {200, both, weAsk}, "we begin in parts": {200, both, weBegin},
		"they offer": {0, both, func(a *side, l *libotr) { a.conv.SetPolicy(Automatic); l.do("send", "hello") }},
		"we offer":   {0, both, func(a *side, _ *libotr) { a.conv.SetPolicy(Automatic); a.send(a.conv.Offer("hello")) }},

		"version 2, we ask": {0, two, weAsk}, "version 2, they ask": {0, two, theyAsk}, "version 2, in parts": {200, two, weAsk},
		"version 2, they ask in parts": {200, two, theyAsk},
		"version 2, both at once":      {0, two, func(a *side, l *libotr) { weAsk(a, l); theyAsk(a, l) }},
		"version 2, we begin in vain":  {0, two, func(a *side, l *libotr) { weBegin(a, l); theyAsk(a, l) }},
		"version 2, they offer":        {0, two, func(a *side, l *libotr) { a.conv.SetPolicy(Automatic); l.do("send", "hello") }},
		"version 2, we offer":          {0, two, func(a *side, _ *libotr) { a.conv.SetPolicy(Automatic); a.send(a.conv.Offer("hello")) }},
	} {
		t.Run(name, func(t *testing.T) {
			a, l := withLibotr(t, c.longest, c.versions, c.begin)
			l.texts = nil
			long := strings.Repeat("größer ", 2000)
			for _, text := range []string{"one", "zwei 🏔️", long} {
				a.must(a.conv.Send(text))
				l.do("send", text)
				l.with(a)
			}
			a.must(a.conv.Send("four"))
			a.must(a.conv.Send("five"))
			l.with(a)
			a.wantTexts("one", "zwei 🏔️", long)
			l.wantTexts("one", "zwei 🏔️", long, "four", "five")
			if c.longest > 0 {
				for _, text := range a.wire {
					if len(text) > c.longest {
						t.Fatalf("a part has %d bytes", len(text))
					}
				}
			}
			l.do("end")
			l.with(a)
			a.wantEvents(Ended)
			a.send(a.conv.End()...)
			a.send(a.conv.Start()...)
			l.with(a)
			a.must(a.conv.Send("back"))
			a.send(a.conv.End()...)
			l.with(a)
			l.wantTexts("back")
			l.wantEvents("secure", "disconnected")
		})
	}
}

func TestLibotrSecret(t *testing.T) {
	for _, versions := range []string{both, two} {
		t.Run(versions, func(t *testing.T) { testLibotrSecret(t, versions) })
	}
}

func testLibotrSecret(t *testing.T, versions string) {
	a, l := withLibotr(t, 0, versions, weAsk)
	for _, c := range []struct{ question, secret, answer string }{
		{"", "Oslo", "Oslo"}, {"Where?", "Oslo", "Oslo"}, {"", "Oslo", "Bergen"}, {"Where?", "Øslo", "oslo"},
	} {
		end, theirEnd, asks := SecretProven, "smp success", "smp ask-secret"
		if c.secret != c.answer {
			end, theirEnd = SecretFailed, "smp failure"
		}
		if c.question != "" {
			asks = "smp ask-answer " + c.question
		}
		a.must(a.conv.AskSecret(c.question, c.secret))
		l.with(a)
		l.wantEvents(asks)
		l.do("answer", c.answer)
		l.with(a)
		a.wantEvents(end)
		l.wantEvents(theirEnd)
		a.forget()

		l.do("ask", c.question, c.secret)
		l.with(a)
		if len(a.events) != 1 || a.events[0].Kind != SecretAsked || a.events[0].Text != c.question {
			t.Fatalf("%+v", a.events)
		}
		a.must(a.conv.AnswerSecret(c.answer))
		l.with(a)
		a.wantEvents(SecretAsked, end)
		l.wantEvents(theirEnd)
		a.forget()
	}
	a.must(a.conv.AskSecret("", "x"))
	l.with(a)
	l.do("abort")
	l.with(a)
	a.wantEvents(SecretAborted)
	a.forget()
	l.do("ask", "", "x")
	l.with(a)
	a.send(a.conv.AbortSecret()...)
	l.with(a)
	a.wantEvents(SecretAsked)
	l.wantEvents("smp abort")
}

// Either side is started anew and knows nothing of the session.
func TestLibotrForgets(t *testing.T) {
	for _, versions := range []string{both, two} {
		t.Run(versions, func(t *testing.T) { testLibotrForgets(t, versions) })
	}
}

func testLibotrForgets(t *testing.T, versions string) {
	a, l := withLibotr(t, 0, versions, weAsk)
	l.do("forget")
	a.must(a.conv.Send("lost"))
	l.with(a)
	// libotr drops it without a word (a new context reads nothing but a D-H Commit):
	// only a missing receipt tells, or its presence. We begin anew and send it again.
	a.wantEvents()
	l.wantTexts()
	a.send(a.conv.Begin()...)
	l.with(a)
	a.must(a.conv.Send("lost"))
	l.with(a)
	l.wantTexts("lost")
	l.wantEvents("secure")

	a.forget()
	a.conv = New(a.conv.cfg)
	l.do("send", "lost too")
	l.with(a)
	if len(a.events) == 0 || a.events[0] != (Event{Kind: Unreadable, Code: chat.CodeNoSession, Renew: true}) {
		t.Fatalf("%+v", a.events)
	}
	// Told so, libotr asks for a session by itself, and shows its person why.
	if !a.conv.Ready() {
		t.Fatalf("no session; events %v, libotr %q", a.events, l.events)
	}
	l.wantEvents("message general-error please send it again", "still-secure")
	a.must(a.conv.Send("well"))
	l.do("send", "once more")
	l.with(a)
	l.wantTexts("well")
	if versions == both {
		a.wantTexts("once more")
	} else { // then libotr sends again by itself what was lost
		a.wantTexts("[again]  lost too", "once more")
	}
}
