// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// cutAll returns all elements of a stream, and how it ended.
func cutAll(r io.Reader, limit int) (elements []string, err error) {
	f := newFrames(r, limit)
	for {
		el, err := f.next()
		if err != nil {
			return elements, err
		}
		elements = append(elements, string(el))
	}
}

func TestFrames(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	for name, test := range map[string]struct {
		in   string
		want []string
		end  error
	}{
		"two":                    {"<a/><b>x</b>", []string{"<a/>", "<b>x</b>"}, io.EOF},
		"white space between":    {" \n<a/>\r\n\t<b/> ", []string{"<a/>", "<b/>"}, io.EOF},
		"nested":                 {"<a><b><a/></b>x<c></c></a><d/>", []string{"<a><b><a/></b>x<c></c></a>", "<d/>"}, io.EOF},
		"quotes":                 {`<a b='>' c=">" d='"' e="'/"/><f g='/'>x</f>`, []string{`<a b='>' c=">" d='"' e="'/"/>`, `<f g='/'>x</f>`}, io.EOF},
		"CDATA":                  {"<a><![CDATA[</a><b>]] > ]>]]]></a><c/>", []string{"<a><![CDATA[</a><b>]] > ]>]]]></a>", "<c/>"}, io.EOF},
		"half":                   {"<a/><b><c>", []string{"<a/>"}, io.EOF},
		"end of the stream":      {"<a/></stream:stream><b/>", []string{"<a/>"}, errStreamEnd},
		"text between":           {"<a/>x<b/>", []string{"<a/>"}, errStreamText},
		"comment":                {"<a/><!-- x --><b/>", []string{"<a/>"}, errRestricted},
		"comment inside":         {"<a><!-- x --></a>", nil, errRestricted},
		"instruction":            {"<?xml version='1.0'?><a/>", nil, errRestricted},
		"instruction inside":     {"<a><?php?></a>", nil, errRestricted},
		"DTD":                    {"<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", nil, errRestricted},
		"CDATA outside":          {"<![CDATA[x]]>", nil, errRestricted},
		"nearly CDATA":           {"<a><![CDAT[x]]></a>", nil, errRestricted},
		"no name":                {"<a>< b/></a>", nil, errMalformed},
		"not UTF-8":              {"<a>\xc3\x28</a>", nil, errNotUTF8},
		"as deep as it may":      {deep(64), []string{deep(64)}, io.EOF},
		"too deep":               {deep(65), nil, limitError{64, "elements inside each other"}},
		"too deep by an empty":   {strings.Repeat("<a>", 64) + "<b/>", nil, limitError{64, "elements inside each other"}},
		"wide is not deep":       {"<a>" + strings.Repeat("<b/>", 200) + "</a>", []string{"<a>" + strings.Repeat("<b/>", 200) + "</a>"}, io.EOF},
		"as long as it may":      {"<a>" + strings.Repeat("x", 993) + "</a>", []string{"<a>" + strings.Repeat("x", 993) + "</a>"}, io.EOF},
		"too long":               {"<a>" + strings.Repeat("x", 994) + "</a>", nil, limitError{1000, "bytes"}},
		"a tag too long":         {"<a b='" + strings.Repeat("x", 2000), nil, limitError{1000, "bytes"}},
		"CDATA too long":         {"<a><![CDATA[" + strings.Repeat("]", 2000), nil, limitError{1000, "bytes"}},
		"each has its own count": {strings.Repeat("<a>"+strings.Repeat("x", 900)+"</a>", 3), slices.Repeat([]string{"<a>" + strings.Repeat("x", 900) + "</a>"}, 3), io.EOF},
		"much white space":       {strings.Repeat(" ", 5000) + "<a/>", []string{"<a/>"}, io.EOF},
	} {
		t.Run(name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"at once": strings.NewReader(test.in), "byte by byte": iotest.OneByteReader(strings.NewReader(test.in)),
				"with its end": iotest.DataErrReader(strings.NewReader(test.in)),
			} {
				got, err := cutAll(r, 1000)
				if !slices.Equal(got, test.want) || !errors.Is(err, test.end) {
					t.Errorf("%s: %d elements %.80q, %v; want %.80q, %v", how, len(got), got, err, test.want, test.end)
				}
			}
		})
	}
}

// An element with more attributes than anybody needs is whole, and said to be so:
// read by a parser it would take 40 times its length.
func TestWideElements(t *testing.T) {
	tag := func(n int) string { return "<b" + strings.Repeat(" a='\"'", n) + "/>" }
	for in, wide := range map[string]bool{
		tag(MaxAttributes): false, tag(MaxAttributes + 1): true,
		"<a>" + tag(MaxAttributes) + tag(MaxAttributes) + "</a>": false, "<a>" + tag(MaxAttributes+1) + tag(1) + "</a>": true,
		"<a c=''>" + strings.Repeat("'", 300) + "</a>": false,
	} {
		for _, r := range []io.Reader{strings.NewReader(in + "<c/>"), iotest.OneByteReader(strings.NewReader(in + "<c/>"))} {
			f := newFrames(r, MaxBeforeLogin)
			el, err := f.next()
			if string(el) != in || (err == errWide) != wide || err != nil && !wide {
				t.Errorf("%.20q, %d bytes: %d bytes, %v", in, len(in), len(el), err)
			}
			if el, err = f.next(); string(el) != "<c/>" || err != nil {
				t.Errorf("the next: %q, %v", el, err)
			}
		}
	}
}

func TestHeader(t *testing.T) {
	const open = "<stream:stream a='>' xmlns='x'>"
	for in, want := range map[string]string{
		open + "<a/>":                         open,
		"<?xml version='1.0'?>" + open:        open,
		"\n <?xml version='1.0' ?>\n" + open:  open,
		"HTTP/1.1 400":                        "",
		"<!-- x -->" + open:                   "",
		"<!DOCTYPE a>" + open:                 "",
		"":                                    "",
		"<stream:stream":                      "",
		"<a \xff>":                            "",
		"<a b='" + strings.Repeat("x", 1<<20): "",
	} {
		for _, r := range []io.Reader{strings.NewReader(in), iotest.OneByteReader(strings.NewReader(in))} {
			tag, err := newFrames(r, 1000).header()
			if string(tag) != want || (err == nil) != (want != "") {
				t.Errorf("%.60q: %q, %v", in, tag, err)
			}
		}
	}
}

// element draws one well-formed element.
func element(t *rapid.T, depth int) string {
	text := rapid.SampledFrom([]string{"", "x", "&lt;/a&gt;", "<![CDATA[<a></b>]]>", " ", "]]", "日本", "'\""})
	name := rapid.SampledFrom([]string{"a", "message", "x:y"}).Draw(t, "name")
	attr := rapid.SampledFrom([]string{"", " b='>'", " c=\"/\"", " d='</a>'"}).Draw(t, "attribute")
	if depth == 0 || rapid.Bool().Draw(t, "empty") {
		return "<" + name + attr + "/>"
	}
	s := "<" + name + attr + ">" + text.Draw(t, "text")
	for range rapid.IntRange(0, 3).Draw(t, "children") {
		s += element(t, depth-1) + text.Draw(t, "text")
	}
	return s + "</" + name + ">"
}

// However a stream is cut on its way, the elements are the same.
func TestFramesOfAnyCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []string
		var in strings.Builder
		for range rapid.IntRange(0, 5).Draw(t, "elements") {
			el := element(t, 4)
			want = append(want, el)
			in.WriteString(el + rapid.SampledFrom([]string{"", " ", "\r\n"}).Draw(t, "between"))
		}
		s := scanner{limit: 1 << 20}
		var got []string
		var part []byte
		for rest := []byte(in.String()); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "cut")
			for chunk := rest[:n]; len(chunk) > 0; {
				took, whole, err := s.scan(chunk)
				if err != nil {
					t.Fatal(err)
				}
				part = append(part, chunk[:took]...)
				chunk = chunk[took:]
				if whole {
					got, part = append(got, string(bytes.TrimSpace(part))), nil
				}
			}
			rest = rest[n:]
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func FuzzFrames(f *testing.F) {
	for _, s := range []string{
		"<a/>", "<a><b c='>'/>x</a><d/>", "<a><![CDATA[]]]]></a>", "</stream:stream>", "<!--", "<a><?b?></a>", "< a>", "<a b=\"'\">", " \n<a/>",
		"<message from='a@b/c'><body>hi &amp; bye</body></message>", "<a></a", "\xff", "<a>\xff</a>",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		const limit = 512
		got, err := cutAll(bytes.NewReader(in), limit)
		slow, errSlow := cutAll(iotest.OneByteReader(bytes.NewReader(in)), limit)
		if !slices.Equal(got, slow) || (err == nil) != (errSlow == nil) {
			t.Fatalf("%q, %v at once, %q, %v byte by byte", got, err, slow, errSlow)
		}
		at := 0
		for _, el := range got {
			if len(el) > limit || el[0] != '<' || el[len(el)-1] != '>' {
				t.Fatalf("element %q", el)
			}
			i := bytes.Index(in[at:], []byte(el))
			if i < 0 || len(bytes.TrimSpace(in[at:at+i])) > 0 {
				t.Fatalf("%q is not next in %q", el, in[at:])
			}
			at += i + len(el)
			// A parser that takes the element ends it where we do: the gate and the
			// library rely on it.
			d := reader([]byte(el))
			if _, err := d.Token(); err == nil && d.Skip() == nil && d.InputOffset() != int64(len(root)+len(el)) {
				t.Fatalf("%q ends at %d", el, d.InputOffset()-int64(len(root)))
			}
		}
		_, _ = newFrames(bytes.NewReader(in), limit).header()
	})
}

func BenchmarkFrames(b *testing.B) {
	const n = 10_000
	in := strings.Repeat(benchMessage, n)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		got, err := 0, error(nil)
		f := newFrames(strings.NewReader(in), MaxAfterLogin)
		for err == nil {
			if _, err = f.next(); err == nil {
				got++
			}
		}
		if got != n {
			b.Fatal(got, err)
		}
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "stanzas/s")
}

const benchMessage = "<message from='bob@example.net/phone' to='alice@example.test/here' type='chat' id='m1'><body>Hello there, this is message number 5 with a normal length of text.</body><active xmlns='http://jabber.org/protocol/chatstates'/><origin-id xmlns='urn:xmpp:sid:0' id='m1'/><stanza-id xmlns='urn:xmpp:sid:0' id='s1' by='alice@example.test'/></message>"
