// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"mellium.im/xmlstream"
	"mellium.im/xmpp"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/mux"
	"mellium.im/xmpp/stanza"
	"mellium.im/xmpp/stream"
)

// The corpus: what would end the library's session, and what must pass.
var (
	killers = []string{
		"<iq type='error' id='1' from='m@x/r'/>",
		"<iq type='result' id='1' from='m@x/r'>hi</iq>",
		"<iq type='result' id='1' from='m@x/r'><a/><b/></iq>",
		"<iq type='get' id='1' from='m@x/r'/>",
		"<iq type='set' id='1' from='m@x/r'><a/><b/></iq>",
		"<iq type='get' from='m@x/r'><a xmlns='b'/></iq>",
		"<iq id='1' from='m@x/r'><a xmlns='b'/></iq>",
		"<iq type='made-up' id='1'><a/></iq>",
		"<iq type='get' id='1' from='room@x/a\u200bb'><a/></iq>",
		"<iq type='get' id='1' from='room@x/\U0001FAEA'><a/></iq>",
		"<iq type='get' id='1' from='room@x/🏳️‍🌈'><a/></iq>",
		"<iq type='get' id='1' from='a@b_c.x/r'><a/></iq>",
		"<iq type='get' id='1' from='m@x/a\tb'><a/></iq>",
		"<iq type='get' id='1' from='Ⅳ@x/r'><a/></iq>",
		"<iq type='get' id='1' to='@@' from='m@x'><a/></iq>",
		"<iq type='get' id='1' from='m@x'><a>&b;</a></iq>",
		"<iq type='get' id='1' from='m@x'><a></b></iq>",
		"<iq type='get' id='1' from='m@x'><a b=c/></iq>",
		"<iq type='get' id='1' from='m@x'><error xmlns='http://etherx.jabber.org/streams'/></iq>",
		"<iq type='get' id='1' from='m@x'><a><stream:error/></a></iq>",
		"<iq type='get' id='1' from='m@x'><a><stream:stream/></a></iq>",
		"<iq type='get' id='1' from='m@x'><a><stream:x/></a></iq>",
		"<iq type='get' id='1' from='m@x' x:from='alice@example.test' xmlns:x='y'><a/></iq>",
		"<iq type='get' id='1' from='m@x' from='alice@example.test'><a/></iq>",
		"<iq type='get' id='1' id='2' from='m@x'><a/></iq>",
	}
	harmless = []string{
		"<iq type='result' id='1'/>",
		"<iq type='result' id='1' from='m@x/r'>\n <a xmlns='b'/>\n</iq>",
		"<iq type='error' id='1'><error type='cancel'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
		"<iq type='error' id='1'><a xmlns='b'/><error type='cancel'/></iq>",
		"<iq type='get' id='1' from='m@x/r'><ping xmlns='urn:xmpp:ping'/></iq>",
		"<iq type='set' id='1' from='' to='alice@example.test/here'><query xmlns='jabber:iq:roster'>text &amp; <![CDATA[more]]></query></iq>",
		"<iq xml:lang='en' type='get' id='1' from='täst@exämple.test/日本 🦀'><a xmlns='b' from='x y' id='z'/></iq>",
	}
)

func testGate() *gate { return newGate(jid.MustParse("alice@example.test/here")) }

func TestGate(t *testing.T) {
	for _, el := range killers {
		if testGate().admit([]byte(el)) == "" {
			t.Errorf("admitted %s", el)
		}
	}
	for _, el := range harmless {
		if why := testGate().admit([]byte(el)); why != "" {
			t.Errorf("refused %s: %s", el, why)
		}
	}
}

// What passes the gate does not end the library's session: asserted on a real
// one. What does not pass, mostly would.
func TestGateProtectsTheLibrary(t *testing.T) {
	for _, el := range harmless {
		if err := survives(t, el); err != nil {
			t.Errorf("%s: %v", el, err)
		}
	}
	died := 0
	for _, el := range killers {
		if survives(t, el) != nil {
			died++
		}
	}
	if died < len(killers)/2 {
		t.Errorf("only %d of %d would have ended the session: is the gate still needed?", died, len(killers))
	}
}

// survives gives an element to a session of the library, then asks it something.
func survives(t testing.TB, el string) error {
	near, distant := net.Pipe()
	own := jid.MustParse("alice@example.test/here")
	go func() { _, _ = io.WriteString(distant, root) }()
	session, err := xmpp.NewSession(context.Background(), own.Domain(), own, near, xmpp.Secure|xmpp.Authn,
		func(_ context.Context, in, out *stream.Info, s *xmpp.Session, _ any) (xmpp.SessionState, io.ReadWriter, any, error) {
			in.XMLNS, out.XMLNS = stanza.NSClient, stanza.NSClient
			r := s.TokenReader()
			defer r.Close()
			_, err := r.Token()
			return xmpp.Ready, nil, nil, err
		})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = session.Serve(mux.New(stanza.NSClient, mux.IQFunc(stanza.GetIQ, xml.Name{Space: "urn:xmpp:ping", Local: "ping"},
			func(iq stanza.IQ, w xmlstream.TokenReadEncoder, _ *xml.StartElement) error {
				_, err := xmlstream.Copy(w, iq.Result(nil))
				return err
			})))
		near.Close()
	}()
	defer func() {
		distant.Close()
		<-ended
	}()
	go func() {
		_, _ = io.WriteString(distant, el+"<iq type='get' id='still here' from='m@x/r'><ping xmlns='urn:xmpp:ping'/></iq>")
	}()
	d := xml.NewDecoder(distant)
	for {
		var iq struct {
			ID   string `xml:"id,attr"`
			Type string `xml:"type,attr"`
		}
		if err := d.Decode(&iq); err != nil {
			return fmt.Errorf("the session ended: %w", err)
		}
		if iq.ID == "still here" && iq.Type == "result" {
			return nil
		}
	}
}

func FuzzGate(f *testing.F) {
	for _, el := range append(append([]string{}, killers...), harmless...) {
		f.Add(el)
	}
	f.Fuzz(func(t *testing.T, el string) {
		// As it comes from the framing.
		cut, err := newFrames(strings.NewReader(el), MaxBeforeLogin).next()
		if err != nil || len(cut) != len(el) {
			return
		}
		if s, err := start(cut); err != nil || s.Name != (xml.Name{Space: nsClient, Local: "iq"}) {
			return
		}
		if testGate().admit(cut) == "" {
			if err := survives(t, el); err != nil {
				t.Fatalf("%q passed the gate: %v", el, err)
			}
		}
	})
}

func TestGateKnowsWhoWasAsked(t *testing.T) {
	for _, test := range []struct {
		to, from string
		fits     bool
	}{
		{"bob@example.test/phone", "bob@example.test/phone", true},
		{"bob@example.test/phone", "BOB@example.test/phone", true},
		{"bob@example.test/phone", "bob@example.test", false},
		{"bob@example.test/phone", "", false},
		{"bob@example.test/phone", "mallory@example.test/phone", false},
		{"bob@example.test/phone", "alice@example.test", false},
		{"", "", true},
		{"", "alice@example.test", true},
		{"", "alice@example.test/here", true},
		{"", "example.test", true},
		{"", "mallory@example.test", false},
		{"alice@example.test", "", true},
		{"example.test", "example.test", true},
		{"example.test", "", true},
		{"example.test", "mallory@example.test", false},
		{"room.example.test", "example.test", false},
	} {
		g := testGate()
		g.sent([]byte("<iq type='get' id='q' to='" + test.to + "'><a xmlns='b'/></iq>"))
		forged := "<iq type='result' id='q' from='" + test.from + "'/>"
		if test.from == "" {
			forged = "<iq type='result' id='q'/>"
		}
		if why := g.admit([]byte(forged)); (why == "") != test.fits {
			t.Errorf("asked %q, answered by %q: %q", test.to, test.from, why)
		}
		if !test.fits { // the true answer is still waited for
			if len(g.asked) != 1 {
				t.Errorf("asked %q: a forged answer of %q settled it", test.to, test.from)
			}
		} else if len(g.asked) != 0 {
			t.Errorf("asked %q: still waiting", test.to)
		}
	}
	g := testGate()
	g.sent([]byte("<iq type='result' id='q' to='bob@example.test'/>"))
	g.sent([]byte("<message id='q'/>"))
	for i := range 2 * maxAsked {
		g.sent(fmt.Appendf(nil, "<iq type='get' id='%d'><a/></iq>", i))
	}
	if len(g.asked) != maxAsked {
		t.Errorf("%d questions are remembered", len(g.asked))
	}
	// Who does not answer many questions does not free the next from the check.
	g.sent([]byte("<iq type='get' id='last' to='bob@example.test'><a/></iq>"))
	if g.admit([]byte("<iq type='result' id='last' from='mallory@example.test'/>")) == "" {
		t.Error("an answer of another passed")
	}
}

// The library reads on where an element ends, so nothing may stand behind it.
func TestGateSeesAll(t *testing.T) {
	const fine = "<iq type='get' id='1' from='m@x'><a xmlns='b'/></iq>"
	for _, more := range []string{"<iq/>", "<message/>", "x", "</stream:stream>"} {
		if testGate().admit([]byte(fine+more)) == "" {
			t.Errorf("admitted %s behind it", more)
		}
	}
}

func BenchmarkGate(b *testing.B) {
	el := []byte(harmless[1])
	g := testGate()
	b.ReportAllocs()
	for b.Loop() {
		g.admit(el)
	}
}
