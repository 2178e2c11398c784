// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

const forgot = "<failed xmlns='urn:xmpp:sm:3'%s><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>"

// A server that has forgotten the stream binds anew on the same connection.
func TestRefusedResumption(t *testing.T) {
	anew := func(f *far) {
		f.enable(strings.Replace(enabled, "the &lt;id>", "other", 1))
		f.say("<message id='new'/>")
		f.hear("\x00")
	}
	for name, test := range map[string]struct {
		second func(*far)
		counts uint64 // by its word
	}{
		"it says so":       {again(func(f *far, _ string) { f.say(forgot, ""); anew(f) }), 0},
		"with some":        {again(func(f *far, _ string) { f.say(forgot, " h='1'"); anew(f) }), 1},
		"with what it had": {again(func(f *far, _ string) { f.say(forgot, " h='2'"); anew(f) }), 2},
		"with too much":    {again(func(f *far, _ string) { f.say(forgot, " h='3'"); anew(f) }), 0},
		"with less than 0": {again(func(f *far, _ string) { f.say(forgot, " h='4294967295'"); anew(f) }), 0},
		"with no number":   {again(func(f *far, _ string) { f.say(forgot, " h='x'"); anew(f) }), 0},
		"it does not know it": {func(f *far) {
			f.authenticate(offerOwn)
			f.bind("alice@example.test/here")
			f.say("<message id='new'/>")
			f.hear("\x00")
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := servers(t, first(func(f *far) { f.say("<message id='old'/>"); f.hear("<message id='2'/>") }), test.second)
			s := start1(t, c)
			el, err := s.Next(within(t))
			if err != nil {
				t.Fatal(err)
			}
			s.Handled(el.Seq)
			mustWrite(t, s, "<message id='1'/>")
			mustWrite(t, s, "<message id='2'/>")
			suspend(t, s)
			confirmed := make(chan error, 1)
			go func() { confirmed <- s.Confirm(within(t)) }()
			for !wants(s, 2) {
				time.Sleep(time.Millisecond)
			}
			c.Previous = s
			fresh, err := dial(t, c)
			if err != nil || fresh == s {
				t.Fatalf("%p, %v", fresh, err)
			}
			wantCode(t, s.Err(), chat.Offline, chat.CodeNotResumed)
			wantCode(t, s.LostBy(), chat.Offline, chat.CodeNotResumed)
			wantCode(t, <-confirmed, chat.Offline, chat.CodeNotResumed)
			if acked, counted := s.Acked(), s.Counted(); acked != 0 || counted != test.counts {
				t.Errorf("acked %d, counted %d; want 0, %d", acked, counted, test.counts)
			}
			_, err = s.Next(within(t))
			wantCode(t, err, chat.Offline, chat.CodeNotResumed)
			if el, err := fresh.Next(within(t)); err != nil || el.Seq != 1 || string(el.Bytes) != "<message id='new'/>" {
				t.Errorf("%+v, %v", el, err)
			}
			if err := s.Close(within(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

func wants(s *Stream, seq uint64) bool {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	return s.queue.want == seq
}

// Whatever goes wrong on the way leaves the stream as it was, and the next try
// resumes it.
func TestFailedResumption(t *testing.T) {
	ends := func(script func(*far)) func(*far) { return script }
	for name, test := range map[string]struct {
		second func(*far)
		kind   chat.Kind
		code   chat.Code
	}{
		"hangs up": {ends(func(*far) {}), chat.Offline, chat.CodeConnectionLost},
		"refuses the login": {func(f *far) {
			f.startTLS()
			f.open(offer("PLAIN"))
			f.hear("</auth>")
			f.say("<failure xmlns='%s'><temporary-auth-failure/></failure>", nsSASL)
			f.hear("\x00")
		}, chat.Auth, chat.CodeTemporaryAuth},
		"hangs up when asked": {again(func(*far, string) {}), chat.Offline, chat.CodeConnectionLost},
		"answers with an error": {again(func(f *far, _ string) {
			f.say("<stream:error><policy-violation xmlns='%s'/></stream:error>", nsStreams)
			f.hear("\x00")
		}), chat.Offline, chat.CodeStreamError},
		"goodbye":               {again(func(f *far, _ string) { f.say("</stream:stream>") }), chat.Offline, chat.CodeConnectionLost},
		"refuses and hangs up":  {again(func(f *far, _ string) { f.say(forgot, " h='0'") }), chat.Offline, chat.CodeConnectionLost},
		"talks of other things": {again(func(f *far, _ string) { f.say("%s", strings.Repeat("<x/>", maxBetween+1)); f.hear("\x00") }), chat.Offline, chat.CodeNotXMPP},
		"and will not stop that": {again(func(f *far, _ string) {
			f.say("%s", strings.Repeat("<x>"+strings.Repeat("x", 6<<20)+"</x>", 2))
			f.hear("\x00")
		}), chat.Offline, chat.CodeStreamLimit},
	} {
		t.Run(name, func(t *testing.T) {
			heard := make(chan string, 1)
			c := servers(t, first(func(f *far) { f.hear("<message id='1'/>") }), test.second, again(func(f *far, h string) {
				f.resume(0)
				heard <- f.hear("<message id='1'/>")
				f.hear("\x00")
			}))
			s := start1(t, c)
			mustWrite(t, s, "<message id='1'/>")
			suspend(t, s)
			c.Previous = s
			_, err := Dial(within(t), c)
			wantCode(t, err, test.kind, test.code)
			suspend(t, s)
			mustResume(t, c, s)
			if got := <-heard; got != "<message id='1'/>" {
				t.Errorf("sent again: %q", got)
			}
		})
	}
}

// A server that claims to have more than it was sent has lost count, and we with
// it (XEP-0198 §6).
func TestTooHighCount(t *testing.T) {
	told := make(chan string, 1)
	c := servers(t, first(func(f *far) {
		f.hear("<message id='1'/>")
		f.say("<a xmlns='urn:xmpp:sm:3' h='2'/>")
		told <- f.hear("</stream:stream>")
	}))
	s := start1(t, c)
	mustWrite(t, s, "<message id='1'/>")
	<-s.Lost()
	wantCode(t, s.Err(), chat.Offline, chat.CodeStreamError)
	if got := <-told; !strings.HasSuffix(got, "<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><handled-count-too-high xmlns='urn:xmpp:sm:3' h='2' send-count='1'/></stream:error></stream:stream>") {
		t.Errorf("told: %q", got)
	}
	for name, answer := range map[string]string{
		"too high": resumed, "none": strings.Replace(resumed, "h='%d'", "", 1), "no number": strings.Replace(resumed, "%d", "-1", 1),
		"another stream": "<resumed xmlns='urn:xmpp:sm:3' previd='of another' h='1'/>", "no stream": "<resumed xmlns='urn:xmpp:sm:3' h='1'/>",
	} {
		t.Run(name, func(t *testing.T) {
			c := servers(t, first(func(f *far) { f.hear("<message id='1'/>") }), again(func(f *far, _ string) {
				f.say("%s", strings.Replace(answer, "%d", "2", 1))
				f.hear("\x00")
			}), first(func(f *far) { f.hear("\x00") }))
			s := start1(t, c)
			mustWrite(t, s, "<message id='1'/>")
			suspend(t, s)
			c.Previous = s
			_, err := Dial(within(t), c)
			wantCode(t, err, chat.Offline, chat.CodeStreamError)
			wantCode(t, s.Err(), chat.Offline, chat.CodeStreamError)
			if fresh, err := dial(t, c); err != nil || fresh == s {
				t.Errorf("%p, %v", fresh, err)
			}
		})
	}
}

// Acks that say nothing new, or nothing, change nothing.
func TestOddAcks(t *testing.T) {
	c := servers(t, first(func(f *far) {
		f.hear("<message id='2'/>")
		for _, h := range []string{"1", "0", "1", "-1", "x", "4294967295", "99999999999", "2147483650"} {
			f.say("<a xmlns='urn:xmpp:sm:3' h='%s'/>", h)
		}
		f.say("<a xmlns='urn:xmpp:sm:3'/><resumed xmlns='urn:xmpp:sm:3' h='2'/><message/>")
		f.hear("\x00")
	}))
	s := start1(t, c)
	mustWrite(t, s, "<message id='1'/>")
	mustWrite(t, s, "<message id='2'/>")
	if el, err := s.Next(within(t)); err != nil || el.Seq != 1 {
		t.Fatalf("%+v, %v", el, err)
	}
	if acked, _ := s.queue.state(); acked != 1 {
		t.Errorf("%d acked", acked)
	}
}

// Where the server does not grant all, the stream ends with its link; a server
// that counts is answered all the same.
func TestNotManaged(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		counts bool
	}{
		"refused":       {"<failed xmlns='urn:xmpp:sm:3'><unexpected-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>", false},
		"no resumption": {"<enabled xmlns='urn:xmpp:sm:3' id='x'/>", true},
		"not, it says":  {"<enabled xmlns='urn:xmpp:sm:3' id='x' resume='false'/>", true},
		"no name":       {"<enabled xmlns='urn:xmpp:sm:3' resume='1'/>", true},
		"endless name":  {"<enabled xmlns='urn:xmpp:sm:3' resume='1' id='" + strings.Repeat("x", maxID+1) + "'/>", true},
	} {
		t.Run(name, func(t *testing.T) {
			heard, release := make(chan string, 1), make(chan struct{})
			c := servers(t, func(f *far) {
				f.authenticate(offerSM)
				f.enable(test.answer)
				f.say("<iq type='result' id='1'/><r xmlns='urn:xmpp:sm:3'/><a xmlns='urn:xmpp:sm:3' h='7'/>")
				heard <- f.hear("<message/>")
				<-release
			})
			s, err := dial(t, c)
			if err != nil {
				t.Fatal(err)
			}
			serveIQs(t, s)
			if test.counts {
				for !told(s, 1) {
					time.Sleep(time.Millisecond)
				}
			}
			mustWrite(t, s, "<message/>")
			if got, want := <-heard, map[bool]string{true: "<a xmlns='urn:xmpp:sm:3' h='1'/><message/>", false: "<message/>"}[test.counts]; got != want {
				t.Errorf("heard %q", got)
			}
			close(release)
			<-s.Lost()
			if s.Managed() || s.Suspended() {
				t.Error("managed")
			}
			wantCode(t, s.Err(), chat.Offline, chat.CodeConnectionLost)
			wantCode(t, s.Confirm(within(t)), chat.Bug, chat.CodeUnsupported)
			c.Previous = s
			_, err = Dial(within(t), c) // as if there were none
			wantCode(t, err, chat.Offline, chat.CodeConnectionLost)
		})
	}
}

func told(s *Stream, seq uint64) bool {
	s.count.mu.Lock()
	defer s.count.mu.Unlock()
	return s.count.said == seq
}

// What comes before the server counts is delivered and not counted.
func TestBeforeTheCount(t *testing.T) {
	heard := make(chan string, 2)
	c := servers(t, first(func(f *far) { f.hear("<presence/>") }), again(func(f *far, h string) { heard <- h; f.resume(0); f.hear("\x00") }))
	c2 := servers(t, func(f *far) {
		f.authenticate(offerSM)
		f.enable("<message id='1'/><presence/>" + enabled + "<message id='3'/>")
		f.say("<r xmlns='urn:xmpp:sm:3'/>")
		heard <- f.hear("/>")
		f.hear("<presence/>")
	}, again(func(f *far, h string) { heard <- h; f.say(resumed, 1); f.hear("\x00") }))
	for _, test := range []struct {
		c    Config
		come uint64
		want []string
	}{{c, 0, []string{"0"}}, {c2, 3, []string{"<a xmlns='urn:xmpp:sm:3' h='0'/>", "1"}}} {
		s := start1(t, test.c)
		for i := range test.come {
			el, err := s.Next(within(t))
			if err != nil || el.Seq != i+1 {
				t.Fatalf("%+v, %v", el, err)
			}
			for i == 0 && len(heard) == 0 { // the answer to <r/> comes before anything is handled
				time.Sleep(time.Millisecond)
			}
			s.Handled(el.Seq)
		}
		mustWrite(t, s, "<presence/>")
		suspend(t, s)
		mustResume(t, test.c, s)
		for _, want := range test.want {
			if got := <-heard; got != want {
				t.Errorf("heard %q, want %q", got, want)
			}
		}
	}
}

// Unasked, the server is told now and then, and when what it asked for is done.
func TestTellsUnasked(t *testing.T) {
	heard := make(chan string, 3)
	c := servers(t, first(func(f *far) {
		f.say("%s", strings.Repeat("<message/>", tellEvery+1))
		heard <- f.hear("/>")
		f.say("<presence/><r xmlns='urn:xmpp:sm:3'/>")
		heard <- f.hear("/>")
		heard <- f.hear("/>")
		f.hear("\x00")
	}))
	s := start1(t, c)
	next := func() uint64 {
		el, err := s.Next(within(t))
		if err != nil {
			t.Fatal(err)
		}
		return el.Seq
	}
	for range tellEvery {
		s.Handled(next())
	}
	want := func(text string) {
		t.Helper()
		if got := <-heard; got != text {
			t.Errorf("told %q, want %q", got, text)
		}
	}
	want("<a xmlns='urn:xmpp:sm:3' h='50'/>")
	next()
	last := next()
	want("<a xmlns='urn:xmpp:sm:3' h='50'/>")
	s.Handled(last)
	want("<a xmlns='urn:xmpp:sm:3' h='52'/>")
}

// One question covers all that was written before it; while it is under way no
// other is sent for the same.
func TestConfirm(t *testing.T) {
	heard, answer := make(chan string, 2), make(chan struct{})
	c := servers(t, first(func(f *far) {
		heard <- f.hear("<r xmlns='urn:xmpp:sm:3'/>")
		<-answer
		f.say("<a xmlns='urn:xmpp:sm:3' h='1'/>")
		heard <- f.hear("<r xmlns='urn:xmpp:sm:3'/>")
		f.say("<a xmlns='urn:xmpp:sm:3' h='2'/>")
		f.hear("<message id='3'/>")
	}), again(func(f *far, _ string) {
		f.resume(2)
		heard <- f.hear("<r xmlns='urn:xmpp:sm:3'/>")
		f.say("<a xmlns='urn:xmpp:sm:3' h='3'/>")
		f.hear("\x00")
	}))
	s := start1(t, c)
	if err := s.Confirm(within(t)); err != nil {
		t.Errorf("nothing written: %v", err)
	}
	mustWrite(t, s, "<message id='1'/>")
	confirmed := make(chan error, 3)
	for range 3 {
		go func() { confirmed <- s.Confirm(within(t)) }()
	}
	if got := <-heard; got != "<message id='1'/><r xmlns='urn:xmpp:sm:3'/>" {
		t.Errorf("heard %q", got)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	wantCode(t, s.Confirm(ctx), chat.Timeout, chat.CodeTimeout)
	close(answer)
	for range 3 {
		if err := <-confirmed; err != nil {
			t.Error(err)
		}
	}
	mustWrite(t, s, "<message id='2'/>")
	if err := s.Confirm(within(t)); err != nil {
		t.Error(err)
	}
	if got := <-heard; got != "<message id='2'/><r xmlns='urn:xmpp:sm:3'/>" {
		t.Errorf("heard %q", got)
	}
	mustWrite(t, s, "<message id='3'/>")
	suspend(t, s)
	go func() { confirmed <- s.Confirm(within(t)) }()
	mustResume(t, c, s)
	if err := <-confirmed; err != nil {
		t.Error(err)
	}
	if got := <-heard; got != "<message id='3'/><r xmlns='urn:xmpp:sm:3'/>" {
		t.Errorf("heard %q", got)
	}
	go func() { confirmed <- s.Confirm(within(t)) }() // nothing is open
	if err := <-confirmed; err != nil {
		t.Error(err)
	}
}

// We leave with word of what we have, or the server sends it again.
func TestCloseOfManaged(t *testing.T) {
	heard := make(chan string, 1)
	c := servers(t, first(func(f *far) {
		f.say("<message/><message/>")
		heard <- f.hear("</stream:stream>")
		f.say("</stream:stream>")
	}), first(func(*far) {}), first(func(f *far) { f.hear("</stream:stream>") }), first(func(f *far) { f.say("</stream:stream>"); heard <- f.hear("</stream:stream>") }))
	s := start1(t, c)
	el, err := s.Next(within(t))
	if err != nil {
		t.Fatal(err)
	}
	s.Handled(el.Seq)
	mustWrite(t, s, "<presence type='unavailable'/>")
	if err := s.Close(within(t)); err != nil {
		t.Error(err)
	}
	if got := <-heard; got != "<presence type='unavailable'/><a xmlns='urn:xmpp:sm:3' h='1'/></stream:stream>" {
		t.Errorf("heard %q", got)
	}
	wantCode(t, s.Err(), chat.Offline, chat.CodeClosed)

	s = start1(t, c)
	suspend(t, s)
	if err := s.Close(canceled()); err != nil {
		t.Errorf("of a suspended one: %v", err)
	}
	wantCode(t, s.Err(), chat.Offline, chat.CodeClosed)

	s = start1(t, c)
	if err := s.Close(within(t)); err != nil {
		t.Errorf("a link that breaks over our goodbye: %v", err)
	}
	wantCode(t, s.Err(), chat.Offline, chat.CodeClosed)

	s, err = dial(t, c)
	if err != nil {
		t.Fatal(err)
	}
	<-s.Lost()
	wantCode(t, s.Err(), chat.Offline, chat.CodeConnectionLost)
	if s.Suspended() {
		t.Error("suspended after the server's goodbye")
	}
}

// Who finds a link dead says so; that is the end only of what can not be resumed.
func TestDrop(t *testing.T) {
	why := fail(chat.Timeout, "keep alive", chat.CodeTimeout, plainly("no answer"))
	c := servers(t, first(func(f *far) { f.hear("\x00") }), again(func(f *far, _ string) { f.say(resumed, 0); f.hear("\x00") }),
		again(func(f *far, _ string) { f.say(resumed, 0); f.hear("\x00") }))
	s := start1(t, c)
	s.Drop(why)
	<-s.Lost()
	wantCode(t, s.LostBy(), chat.Timeout, chat.CodeTimeout)
	s.Drop(nil) // what is lost can not be lost again
	wantCode(t, s.LostBy(), chat.Timeout, chat.CodeTimeout)
	mustResume(t, c, s)
	mustResume(t, c, s) // one that nobody has dropped is dropped first
	s = connected(t, func(f *far) { f.hear("\x00") })
	s.Drop(why)
	<-s.Lost()
	wantCode(t, s.Err(), chat.Timeout, chat.CodeTimeout)
}

// A server that says that it goes on with the stream, and then takes all that it is
// sent for the rest of an element that broke off, is found out: nothing goes out
// before it has answered.
func TestResumedOnPaper(t *testing.T) {
	heard, release := make(chan string, 1), make(chan struct{})
	deaf := again(func(f *far, _ string) { f.say(resumed, 0); f.hear("/>") })
	c := servers(t, first(func(f *far) { f.hear("<message id='1'/>") }), again(func(f *far, _ string) {
		f.say(resumed, 0)
		f.hear("/>")
		f.say("<message/>")
		<-release
		f.hear("\x00")
		heard <- string(f.heard)
	}), first(func(f *far) { f.hear("<message id='1'/>") }), deaf, deaf, deaf, deaf, deaf, first(func(f *far) { f.hear("\x00") }))
	c.proof = 20 * time.Millisecond
	s := start1(t, c)
	mustWrite(t, s, "<message id='1'/>")
	suspend(t, s)
	mustResume(t, c, s)
	<-s.Lost()
	wantCode(t, s.Err(), chat.Offline, chat.CodeNotResumed)
	close(release)
	if got := <-heard; got != "" {
		t.Errorf("it was sent %q", got)
	}

	c.proof = time.Minute // then it is the number of links that tells
	s = start1(t, c)
	mustWrite(t, s, "<message id='1'/>")
	for range maxUnproven {
		suspend(t, s)
		mustResume(t, c, s)
	}
	suspend(t, s)
	c.Previous = s
	if fresh, err := dial(t, c); err != nil || fresh == s {
		t.Errorf("%p, %v", fresh, err)
	}
	wantCode(t, s.Err(), chat.Offline, chat.CodeNotResumed)
}

// A server that asks for ever and never acks does not fill our memory.
func TestNeverAcked(t *testing.T) {
	c := servers(t, first(func(f *far) { f.hear("\x00") }))
	s := start1(t, c)
	big := []byte("<message><body>" + strings.Repeat("x", 1<<20) + "</body></message>")
	var err error
	for n := 0; err == nil && n < 100; n++ {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		err = s.Write(ctx, big)
		cancel()
	}
	wantCode(t, err, chat.Timeout, chat.CodeTimeout)
	if s.queue.bytes > maxKept {
		t.Errorf("%d bytes are kept", s.queue.bytes)
	}
	session, err := s.Session(within(t))
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; err == nil && n < 100; n++ {
		_, err = session.Conn().Write(big)
	}
	wantCode(t, err, chat.Offline, chat.CodeStreamLimit)
	wantCode(t, s.Err(), chat.Offline, chat.CodeStreamLimit)
}
