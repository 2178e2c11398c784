// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"encoding/xml"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mellium.im/xmlstream"
	"mellium.im/xmpp"
	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

const (
	offerSM = offerOwn + "<sm xmlns='urn:xmpp:sm:3'/><csi xmlns='urn:xmpp:csi:0'/>"
	enabled = "<enabled xmlns='urn:xmpp:sm:3' id='the &lt;id>' resume='true' max='600' location='127.0.0.1:1'/>"
	resumed = "<resumed xmlns='urn:xmpp:sm:3' previd='the &lt;id>' h='%d'/>"
)

// authenticate takes a PLAIN login, and offers features behind it.
func (f *far) authenticate(features string) {
	f.startTLS()
	f.open(offer("PLAIN"))
	f.hear("</auth>")
	f.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
	f.open(features)
}

// enable binds, and answers the wish for stream management.
func (f *far) enable(answer string) {
	f.bind("alice@example.test/here")
	f.hear("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
	f.say("%s", answer)
}

// asked reads the wish to resume and returns its h.
func (f *far) asked() string {
	text := f.hear("<resume ")
	text += f.hear("/>")
	if !strings.Contains(text, "previd='the &lt;id&gt;'") {
		return "of another: " + text
	}
	return between(text, " h='", "'")
}

// servers runs another script on each connection; behind the last, none is served.
func servers(t testing.TB, scripts ...func(*far)) Config {
	var n atomic.Int32
	c, _ := serve(t, func(f *far) {
		if i := int(n.Add(1)); i <= len(scripts) {
			scripts[i-1](f)
		}
	})
	c.Login.AllowPlain = true
	return c
}

// first is the script of a connection on which stream management is enabled.
func first(then func(*far)) func(*far) {
	return func(f *far) { f.authenticate(offerSM); f.enable(enabled); then(f) }
}

// again is the script of one that is to resume; then gets the h that was asked with.
func again(then func(f *far, h string)) func(*far) {
	return func(f *far) { f.authenticate(offerSM); then(f, f.asked()) }
}

// resume grants it, with h, and proves to listen before anything else comes.
func (f *far) resume(h int) {
	f.say(resumed, h)
	if got := f.hear("<r xmlns='urn:xmpp:sm:3'/>"); got != "<r xmlns='urn:xmpp:sm:3'/>" {
		f.say("<stream:error><bad-format xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>")
	}
	f.say("<a xmlns='urn:xmpp:sm:3' h='%d'/>", h)
}

func start1(t testing.TB, c Config) *Stream {
	t.Helper()
	s, err := dial(t, c)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Managed() || s.Err() != nil { // its link may be lost by now
		t.Fatalf("managed %v, %v", s.Managed(), s.Err())
	}
	return s
}

// suspend waits until the link is lost.
func suspend(t testing.TB, s *Stream) {
	t.Helper()
	select {
	case <-s.Lost():
	case <-within(t).Done():
		t.Fatal("the link is not lost")
	}
	if !s.Suspended() {
		t.Fatalf("not suspended: %v", s.Err())
	}
	wantCode(t, s.LostBy(), chat.Offline, chat.CodeConnectionLost)
}

func mustResume(t testing.TB, c Config, s *Stream) {
	t.Helper()
	c.Previous = s
	if got, err := dial(t, c); got != s || err != nil {
		t.Fatalf("%p is not %p: %v", got, s, err)
	}
}

func mustWrite(t testing.TB, s *Stream, element string) {
	t.Helper()
	if err := s.Write(within(t), []byte(element)); err != nil {
		t.Error(err)
	}
}

func TestResume(t *testing.T) {
	heard := make(chan string, 2)
	c := servers(t, first(func(f *far) {
		f.hear("<message id='3'/>")
		f.say("<r xmlns='urn:xmpp:sm:3'/><message id='a'/><presence/><iq type='result' id='x'/><message id='b'/><a xmlns='urn:xmpp:sm:3' h='1'/>")
		heard <- f.hear("<message id='4'/>")
	}), again(func(f *far, h string) {
		heard <- h
		f.resume(2)
		f.say("<message id='c'/>")
		heard <- f.hear("<message id='6'/>")
		f.hear("</stream:stream>")
		f.say("</stream:stream>")
	}))
	s := start1(t, c)
	serveIQs(t, s)
	lost := s.Lost()
	for i := range 3 {
		mustWrite(t, s, fmt.Sprintf("<message id='%d'/>", i+1))
	}
	for _, want := range []uint64{1, 2, 4} {
		el, err := s.Next(within(t))
		if err != nil || el.Seq != want {
			t.Fatalf("%+v, %v", el, err)
		}
		s.Handled(el.Seq)
	}
	mustWrite(t, s, "<message id='4'/>")
	if got := <-heard; !strings.HasPrefix(got, "<a xmlns='urn:xmpp:sm:3' h='") {
		t.Errorf("answer to <r/>: %q", got)
	}
	suspend(t, s)
	waits := make(chan error, 1)
	go func() { waits <- s.Write(within(t), []byte("<message id='5'/>")) }()
	for queued(s) < 5 {
		time.Sleep(time.Millisecond)
	}
	mustResume(t, c, s)
	if s.Suspended() {
		t.Error("still suspended")
	}
	if s.Lost() == lost {
		t.Error("the channel of the lost link")
	}
	if err := <-waits; err != nil {
		t.Error(err)
	}
	mustWrite(t, s, "<message id='6'/>")
	if h := <-heard; h != "4" {
		t.Errorf("resumed with h %q", h)
	}
	if got := <-heard; got != "<message id='3'/><message id='4'/><message id='5'/><message id='6'/>" {
		t.Errorf("sent again: %q", got)
	}
	if el, err := s.Next(within(t)); err != nil || el.Seq != 5 || string(el.Bytes) != "<message id='c'/>" {
		t.Errorf("%+v, %v", el, err)
	}
	if err := s.Close(within(t)); err != nil {
		t.Error(err)
	}
}

// stanzas leaves out the questions for acks.
func stanzas(text string) string { return strings.ReplaceAll(text, "<r xmlns='urn:xmpp:sm:3'/>", "") }

func queued(s *Stream) uint64 {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	return s.queue.queued
}

// serveIQs is the library at its work.
func serveIQs(t testing.TB, s *Stream) *xmpp.Session {
	t.Helper()
	session, err := s.Session(within(t))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = session.Serve(xmpp.HandlerFunc(func(xmlstream.TokenReadEncoder, *xml.StartElement) error { return nil }))
	}()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		_ = s.Close(ctx)
		<-served
	})
	return session
}

// What the server had of an element that broke off counts for nothing.
func TestHalfWrittenStanza(t *testing.T) {
	big := "<message id='2'><body>" + strings.Repeat("x", 8<<20) + "</body></message>"
	heard := make(chan string, 1)
	c := servers(t, first(func(f *far) { f.hear("<message id='2'><body>xxxx") }), again(func(f *far, _ string) {
		f.resume(1)
		heard <- f.hear("<message id='3'/>")
		f.hear("\x00")
	}))
	s := start1(t, c)
	mustWrite(t, s, "<message id='1'/>")
	written := make(chan error, 1)
	go func() { written <- s.Write(within(t), []byte(big)) }()
	suspend(t, s)
	mustResume(t, c, s)
	if err := <-written; err != nil {
		t.Error(err)
	}
	mustWrite(t, s, "<message id='3'/>")
	if got := stanzas(<-heard); got != big+"<message id='3'/>" {
		t.Errorf("%d bytes, beginning with %.60q", len(got), got)
	}
}

// A write that its caller has given up goes out all the same.
func TestWriteWhileSuspended(t *testing.T) {
	heard := make(chan string, 1)
	c := servers(t, first(func(*far) {}), again(func(f *far, _ string) {
		f.say(resumed, 0)
		heard <- f.hear("<message id='last'/>")
		f.hear("\x00")
	}))
	s := start1(t, c)
	suspend(t, s)
	var want strings.Builder
	for i := range pendingOut {
		fmt.Fprintf(&want, "<message id='%d'/>", i)
		wantCode(t, s.Write(canceled(), fmt.Appendf(nil, "<message id='%d'/>", i)), chat.Offline, chat.CodeCanceled)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	wantCode(t, s.Write(ctx, []byte("<message id='too many'/>")), chat.Timeout, chat.CodeTimeout)
	mustResume(t, c, s)
	mustWrite(t, s, "<message id='last'/>")
	if got := stanzas(<-heard); got != want.String()+"<message id='last'/>" {
		t.Errorf("got %q", got)
	}
}

// h goes on from zero behind 2^32-1 (XEP-0198 §4).
func TestCountGoesRound(t *testing.T) {
	const begin = 1<<32 - 2
	heard := make(chan string, 1)
	c := servers(t, first(func(f *far) {
		f.say("<message/><message/><message/><message/>")
		f.hear("<message id='3'/>")
		f.hear("<r xmlns='urn:xmpp:sm:3'/>")
		f.say("<a xmlns='urn:xmpp:sm:3' h='1'/>") // all three
		f.hear("<message id='5'/>")
	}), again(func(f *far, h string) {
		heard <- h
		f.resume(2) // and the fourth
		heard <- f.hear("<message id='6'/>")
		f.hear("\x00")
	}))
	c.start = begin
	s := start1(t, c)
	for i := range 3 {
		mustWrite(t, s, fmt.Sprintf("<message id='%d'/>", i+1))
	}
	if err := s.Confirm(within(t)); err != nil {
		t.Error(err)
	}
	for range 4 {
		el, err := s.Next(within(t))
		if err != nil {
			t.Fatal(err)
		}
		s.Handled(el.Seq)
	}
	mustWrite(t, s, "<message id='4'/>")
	mustWrite(t, s, "<message id='5'/>")
	suspend(t, s)
	mustResume(t, c, s)
	if h := <-heard; h != "2" {
		t.Errorf("resumed with h %s", h)
	}
	mustWrite(t, s, "<message id='6'/>")
	if got := <-heard; got != "<message id='5'/><message id='6'/>" {
		t.Errorf("sent again: %q", got)
	}
}

// What was read and is not stored yet must not come a second time: the wish to
// resume waits for it.
func TestResumeWaitsForWhatIsNotHandled(t *testing.T) {
	heard := make(chan string, 1)
	c := servers(t, first(func(f *far) {
		f.say("%s", strings.Repeat("<message/>", 100))
		f.hear("<presence/>")
	}), again(func(f *far, h string) {
		heard <- h
		f.say(resumed, 1)
		f.hear("\x00")
	}))
	s := start1(t, c)
	mustWrite(t, s, "<presence/>")
	if _, err := s.Next(within(t)); err != nil { // they came together
		t.Fatal(err)
	}
	s.Drop(nil) // nobody takes the others: the reader has not seen the end
	suspend(t, s)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	c.Previous = s
	_, err := Dial(ctx, c)
	wantCode(t, err, chat.Timeout, chat.CodeTimeout)
	if !s.Suspended() {
		t.Fatalf("suspended no more: %v", s.Err())
	}
	done := make(chan error, 1)
	go func() { _, err := dial(t, c); done <- err }()
	seq := uint64(0)
	for s.Suspended() && seq < 100 {
		el, err := s.Next(within(t))
		if err != nil {
			t.Fatal(err)
		}
		if seq = el.Seq; seq == 100 {
			select {
			case err := <-done:
				t.Errorf("resumed before the last was handled: %v", err)
			case <-time.After(20 * time.Millisecond):
			}
		}
		s.Handled(seq)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if h := <-heard; h != "100" {
		t.Errorf("resumed with h %s", h)
	}
}

// A question whose link breaks gets its answer on the next.
func TestQuestionOverAResumption(t *testing.T) {
	c := servers(t, first(func(f *far) { f.hear("<iq"); f.hear("</iq>") }), again(func(f *far, _ string) {
		f.resume(0)
		q := f.hear("</iq>")
		f.say("<iq type='result' id='%s' from='example.test'/>", between(q, `id="`, `"`))
		f.hear("\x00")
	}))
	s := start1(t, c)
	session := serveIQs(t, s)
	answered := make(chan error, 1)
	go func() {
		ping := xmlstream.Wrap(nil, xml.StartElement{Name: xml.Name{Space: "urn:xmpp:ping", Local: "ping"}})
		answered <- session.UnmarshalIQElement(within(t), ping, stanza.IQ{Type: stanza.GetIQ, To: jidOf(t, "example.test")}, nil)
	}()
	suspend(t, s)
	before := s.tls()
	mustResume(t, c, s)
	if err := <-answered; err != nil {
		t.Error(err)
	}
	if string(before.TLSUnique) == string(session.ConnectionState().TLSUnique) && before.Version == session.ConnectionState().Version && before.Version < 0x0304 {
		t.Error("the state is of the lost connection")
	}
}

// What is no stanza is not counted, not repeated, and not kept.
func TestNonzas(t *testing.T) {
	heard := make(chan string, 1)
	c := servers(t, first(func(f *far) {
		f.hear("<active xmlns='urn:xmpp:csi:0'/>")
		f.hear("<r xmlns='urn:xmpp:sm:3'/>")
		f.say("<a xmlns='urn:xmpp:sm:3' h='1'/>")
		f.hear("<inactive xmlns='urn:xmpp:csi:0'/>")
	}), again(func(f *far, _ string) {
		f.say(resumed, 1)
		heard <- f.hear("<message id='2'/>")
		f.hear("\x00")
	}))
	s := start1(t, c)
	if !s.Offers("urn:xmpp:csi:0") || !s.Offers("urn:xmpp:sm:3") || s.Offers("urn:xmpp:csi:1") {
		t.Error("what the server offers is not known")
	}
	mustWrite(t, s, "<message id='1'/>")
	nonza := func(text string) error { return s.WriteNonza(within(t), []byte(text)) }
	if err := nonza("<active xmlns='urn:xmpp:csi:0'/>"); err != nil {
		t.Error(err)
	}
	if err := s.Confirm(within(t)); err != nil {
		t.Error(err)
	}
	if err := nonza("<inactive xmlns='urn:xmpp:csi:0'/>"); err != nil {
		t.Error(err)
	}
	suspend(t, s)
	if err := nonza("<active xmlns='urn:xmpp:csi:0'/>"); err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{"<message/>", "<iq ", "", "<a/><b/>", "</stream:stream>"} {
		wantCode(t, nonza(wrong), chat.Bug, chat.CodeUnknown)
	}
	for _, wrong := range []string{"<message>", "<message", "x", "</stream:stream>", "<message/><!-- x -->"} {
		wantCode(t, s.Write(within(t), []byte(wrong)), chat.Bug, chat.CodeUnknown)
	}
	mustResume(t, c, s)
	mustWrite(t, s, "<message id='2'/>")
	if got := <-heard; got != "<message id='2'/>" {
		t.Errorf("sent: %q", got)
	}
}
