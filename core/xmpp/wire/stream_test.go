// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"encoding/xml"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"mellium.im/xmlstream"
	"mellium.im/xmpp"
	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// until reads elements until the stream ends, and returns their names and why.
func until(t testing.TB, s *Stream) (names []string, err error) {
	for {
		el, err := s.Next(within(t))
		if err != nil {
			return names, err
		}
		if el.Seq != uint64(len(names))+1 {
			t.Errorf("element %d has number %d", len(names)+1, el.Seq)
		}
		names = append(names, el.Name)
	}
}

func TestStreamEnds(t *testing.T) {
	big := func(n int) string { return "<message><body>" + strings.Repeat("x", n) + "</body></message>" }
	deep := strings.Repeat("<a>", MaxDepth)
	for name, test := range map[string]struct {
		sent   string
		code   chat.Code
		detail string
		word   string // what the server is told
	}{
		"by the server's word": {"</stream:stream>", chat.CodeConnectionLost, "", "</stream:stream>"},
		"by a stream error":    {"<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", chat.CodeServiceUnavailable, "system-shutdown", "</stream:stream>"},
		"by a conflict":        {"<stream:error><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>x</text><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", chat.CodeConflict, "conflict", "</stream:stream>"},
		"by an unknown error":  {"<stream:error><evil xmlns='x'/></stream:error>", chat.CodeStreamError, "undefined-condition", "</stream:stream>"},
		"by a long element":    {big(MaxAfterLogin), chat.CodeStreamLimit, "10485760 bytes", "policy-violation"},
		"by a deep one":        {"<message>" + deep + "</message>", chat.CodeStreamLimit, "64 elements", "policy-violation"},
		"by a comment":         {"<!-- x -->", chat.CodeStreamError, "", "restricted-xml"},
		"by text":              {"x", chat.CodeStreamError, "", "not-well-formed"},
		"by what is not UTF-8": {"<message>\xff</message>", chat.CodeStreamError, "", "not-well-formed"},
		"by losing the link":   {"<message>", chat.CodeConnectionLost, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			told := make(chan string, 1)
			s := connected(t, func(f *far) {
				f.say("%s", "<message/><presence/>"+test.sent)
				if test.word == "" {
					return
				}
				told <- f.hear(test.word)
			})
			names, err := until(t, s)
			if len(names) != 2 {
				t.Errorf("came before: %v", names)
			}
			wantCode(t, err, chat.Offline, test.code)
			if e, ok := err.(*chat.Error); ok && !strings.Contains(e.Detail, test.detail) {
				t.Errorf("detail %q, want %q", e.Detail, test.detail)
			}
			if test.word != "" {
				if got := <-told; got == "" {
					t.Errorf("the server did not hear %q", test.word)
				}
			}
			wantCode(t, s.Err(), chat.Offline, test.code)
			wantCode(t, s.Write(within(t), []byte("<presence/>")), chat.Offline, test.code)
			if err := s.Close(within(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLargeElements(t *testing.T) {
	body := strings.Repeat("x", MaxAfterLogin-100)
	s := connected(t, func(f *far) {
		f.say("<message><body>%s</body></message></stream:stream>", body)
		f.hear("</stream:stream>")
	})
	el, err := s.Next(within(t))
	if err != nil || len(el.Bytes) < len(body) {
		t.Errorf("%d bytes, %v", len(el.Bytes), err)
	}
}

// A stanza that is passed over counts all the same (XEP-0198 §4): the server
// counts it too.
func TestWideElementsCount(t *testing.T) {
	s := connected(t, func(f *far) {
		for _, name := range []string{"message", "presence", "iq", "messages"} {
			f.say("<%s%s><a/></%s>", name, strings.Repeat(" a=''", 200), name)
		}
		f.say("<message/>")
		f.hear("</stream:stream>")
	})
	if el, err := s.Next(within(t)); err != nil || el.Seq != 4 || string(el.Bytes) != "<message/>" {
		t.Errorf("%d %q, %v", el.Seq, el.Bytes, err)
	}
}

// What is not for us, or not of a stanza's form, goes nowhere and ends nothing.
func TestStreamPassesOver(t *testing.T) {
	strange := append([]string{
		"<stream:features/>", "<r xmlns='urn:xmpp:sm:3'/>", "<message xmlns='jabber:server'/>", "<x:message xmlns:x='y'/>", "<a/>",
		"<message xmlns='urn:evil' type='chat'><body xmlns='jabber:client'>x</body></message>", "<x" + strings.Repeat(" a=''", 200) + "/>",
	}, killers...)
	s := connected(t, func(f *far) {
		f.say("%s<message id='last'/>", strings.Join(strange[:len(strange)-len(killers)], ""))
		for _, el := range killers {
			if !strings.Contains(el, "<a></b>") { // the whole stream would not be well-formed
				f.say("%s", el)
			}
		}
		f.say("<presence/>")
		f.hear("</stream:stream>")
		f.say("</stream:stream>")
	})
	for _, want := range []string{"message", "presence"} {
		if el, err := s.Next(within(t)); err != nil || el.Name != want {
			t.Errorf("%+v, %v", el, err)
		}
	}
	if err := s.Close(within(t)); err != nil {
		t.Error(err)
	}
	if n := s.refused.Load(); int(n) != len(strange)-1 {
		t.Errorf("%d refused, want %d", n, len(strange)-1)
	}
	wantCode(t, s.Err(), chat.Offline, chat.CodeClosed)
}

func TestHandledOnlyMovesForward(t *testing.T) {
	s := connected(t, func(f *far) { f.hear("</stream:stream>") })
	for _, seq := range []uint64{0, 3, 2, 7, 7, 1} {
		s.Handled(seq)
	}
	if got := s.count.handled; got != 7 {
		t.Errorf("handled %d", got)
	}
}

func TestWrite(t *testing.T) {
	const writers, each = 8, 200
	got := make(chan string, 1)
	s := connected(t, func(f *far) { got <- f.hear("</stream:stream>"); f.say("</stream:stream>") })
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := s.Write(within(t), fmt.Appendf(nil, "<message id='%d.%d'/>", w, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := s.Close(within(t)); err != nil {
		t.Error(err)
	}
	next := make([]int, writers)
	count := 0
	d := xml.NewDecoder(strings.NewReader("<x>" + strings.TrimSuffix(<-got, "</stream:stream>") + "</x>"))
	for {
		tok, err := d.Token()
		if err != nil {
			break
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "message" {
			var w, i int
			_, _ = fmt.Sscanf(attr(e, "id"), "%d.%d", &w, &i)
			if next[w] != i {
				t.Fatalf("writer %d: %d came when %d was due", w, i, next[w])
			}
			next[w]++
			count++
		}
	}
	if count != writers*each {
		t.Errorf("%d elements came", count)
	}
}

// A server that reads nothing holds up neither Write nor Close beyond their
// contexts.
func TestServerThatReadsNothing(t *testing.T) {
	release := make(chan struct{})
	s := connected(t, func(f *far) { <-release })
	defer close(release)
	big := []byte("<message><body>" + strings.Repeat("x", 1<<20) + "</body></message>")
	var err error
	for range 64 {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		err = s.Write(ctx, big)
		cancel()
		if err != nil {
			break
		}
	}
	wantCode(t, err, chat.Timeout, chat.CodeTimeout)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	start := time.Now()
	wantCode(t, s.Close(ctx), chat.Timeout, chat.CodeTimeout)
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("took %v", d)
	}
	_, err = s.Next(within(t))
	wantCode(t, err, chat.Offline, chat.CodeClosed)
}

func TestNextEndsWithItsContext(t *testing.T) {
	s := connected(t, func(f *far) { f.hear("</stream:stream>") })
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.Next(ctx)
	wantCode(t, err, chat.Offline, chat.CodeCanceled)
	if s.Err() != nil {
		t.Error(s.Err())
	}
}

// The library's own elements go out whole, and the answers come back, whatever
// strangers send between.
func TestSession(t *testing.T) {
	s := connected(t, func(f *far) {
		q := f.hear("</iq>")
		if strings.Count(q, "<iq") != 1 || !strings.Contains(q, strings.Repeat("x", 20_000)) {
			return
		}
		id := between(q, `id="`, `"`)
		f.say("<iq type='result' id='%s' from='mallory@example.test'><a xmlns='b'>forged</a></iq>", id)
		f.say("<message/><iq type='result' id='%s' from='bob@example.test/x'><a xmlns='b'>true</a></iq>", id)
		f.hear("</stream:stream>")
		f.say("</stream:stream>")
	})
	session, err := s.Session(within(t))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() {
		served <- session.Serve(xmpp.HandlerFunc(func(xmlstream.TokenReadEncoder, *xml.StartElement) error { return nil }))
	}()
	var answer struct {
		XMLName xml.Name `xml:"b a"`
		Text    string   `xml:",chardata"`
	}
	payload := xml.NewDecoder(strings.NewReader("<a xmlns='b'>" + strings.Repeat("x", 20_000) + "</a>"))
	iq := stanza.IQ{Type: stanza.GetIQ, To: jidOf(t, "bob@example.test/x")}
	if err := session.UnmarshalIQ(within(t), iq.Wrap(payload), &answer); err != nil || answer.Text != "true" {
		t.Errorf("answer %+v, %v", answer, err)
	}
	if el, err := s.Next(within(t)); err != nil || el.Name != "message" || el.Seq != 2 { // the forged answer counts, too
		t.Errorf("%+v, %v", el, err)
	}
	if err := s.Close(within(t)); err != nil {
		t.Error(err)
	}
	if err := <-served; err == nil || s.Err() == nil {
		t.Errorf("the session ended with %v", err)
	}
	if _, err := s.Session(canceled()); err == nil {
		t.Error("a session for a context that has ended")
	}
}

// What the library writes goes out as it is or not at all: no part of a broken
// element, and nothing from within one that is too long.
func TestLibraryWritesWholeElements(t *testing.T) {
	long := strings.Repeat("x", MaxAfterLogin)
	for name, test := range map[string]struct {
		written []string
		want    string
	}{
		"at once":       {[]string{"<iq id='1'><a/></iq><iq id='2'/>"}, "<iq id='1'><a/></iq><iq id='2'/>"},
		"in pieces":     {strings.Split("<iq id='1'>|<a b='>|'/></|iq><i|q id='2'/>", "|"), "<iq id='1'><a b='>'/></iq><iq id='2'/>"},
		"its goodbye":   {[]string{"<iq id='1'/></stream:stream>"}, "<iq id='1'/>"},
		"half a one":    {[]string{"<iq id='1'/>", "<iq id='2'><a>"}, "<iq id='1'/>"},
		"too long":      {[]string{"<iq id='1'/>", "<iq id='2'><a>" + long, "</a><message id='3'/></iq>", "<message id='4'/>"}, "<iq id='1'/>"},
		"no XML at all": {[]string{"<iq id='1'/>", "x", "<message id='4'/>"}, "<iq id='1'/>"},
	} {
		t.Run(name, func(t *testing.T) {
			got := make(chan string, 1)
			s := connected(t, func(f *far) { got <- f.hear("</stream:stream>"); f.say("</stream:stream>") })
			session, err := s.Session(within(t))
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range test.written {
				_, _ = session.Conn().Write([]byte(text))
			}
			if err := s.Close(within(t)); err != nil {
				t.Error(err)
			}
			if text := strings.TrimSuffix(<-got, "</stream:stream>"); text != test.want {
				t.Errorf("the server got %q, want %q", text, test.want)
			}
		})
	}
}

func canceled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func BenchmarkStream(b *testing.B) {
	const many = 1000
	ready := make(chan struct{})
	s := connected(b, func(f *far) {
		text := strings.Repeat(benchMessage, many)
		for range ready {
			f.say("%s", text)
		}
		f.hear("</stream:stream>")
	})
	b.SetBytes(int64(len(benchMessage) * many))
	for b.Loop() {
		ready <- struct{}{}
		for range many {
			if _, err := s.Next(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	}
	close(ready)
	b.ReportMetric(float64(b.N)*many/b.Elapsed().Seconds(), "stanzas/s")
}
