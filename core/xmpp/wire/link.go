// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"crypto/tls"
	"encoding/xml"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// link is one connection to a server on which TLS is up and the stream has been
// opened. It is for one goroutine, until a Stream takes it over.
type link struct {
	raw      *timed // below TLS
	conn     *tls.Conn
	frames   *frames
	features features
	domain   string        // as on the wire
	from     string        // our bare address, told only under TLS
	early    [][]byte      // came while an answer was waited for
	fresh    bool          // the server counts from what follows early
	refused  bool          // the token, or the login ended over it
	trip     time.Duration // how long the answer to the wish to resume took
}

// timed is a connection that knows when something last came in. A record of TLS may take
// long on a slow line: what is above it hears of that at its end.
type timed struct {
	net.Conn
	at atomic.Int64 // as now says
}

func (t *timed) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	if n > 0 {
		t.at.Store(now())
	}
	return n, err
}

var begun = time.Now()

// now is a time that no change of the clock moves, in nanoseconds.
func now() int64 { return int64(time.Since(begun)) }

// features are what a server offers (RFC 6120 §4.3.2).
type features struct {
	XMLName  xml.Name `xml:"http://etherx.jabber.org/streams features"`
	StartTLS *struct {
		Required *struct{} `xml:"urn:ietf:params:xml:ns:xmpp-tls required"`
	} `xml:"urn:ietf:params:xml:ns:xmpp-tls starttls"`
	SASL struct {
		Mechanisms []string `xml:"urn:ietf:params:xml:ns:xmpp-sasl mechanism"`
	} `xml:"urn:ietf:params:xml:ns:xmpp-sasl mechanisms"`
	SASL2   *offer2   `xml:"urn:xmpp:sasl:2 authentication"`
	Binding *struct { // XEP-0440
		Types []struct {
			Type string `xml:"type,attr"`
		} `xml:"urn:xmpp:sasl-cb:0 channel-binding"`
	} `xml:"urn:xmpp:sasl-cb:0 sasl-channel-binding"`
	Bind    *struct{} `xml:"urn:ietf:params:xml:ns:xmpp-bind bind"`
	Session *struct { // RFC 3921 §3
		Optional *struct{} `xml:"urn:ietf:params:xml:ns:xmpp-session optional"`
	} `xml:"urn:ietf:params:xml:ns:xmpp-session session"`
	SM     *struct{} `xml:"urn:xmpp:sm:3 sm"`
	Limits struct {  // XEP-0478
		MaxBytes string `xml:"urn:xmpp:stream-limits:0 max-bytes"`
	} `xml:"urn:xmpp:stream-limits:0 limits"`

	all []string // the namespaces of all
}

// maxFeatures is how many features are remembered of those that mean nothing here.
const maxFeatures = 256

// offers says whether there is a feature of that namespace.
func (f *features) offers(ns string) bool { return slices.Contains(f.all, ns) }

// maxBytes is how long an element may be for this server; 0 where it does not say.
func (f *features) maxBytes() int {
	n, err := strconv.Atoi(strings.TrimSpace(f.Limits.MaxBytes))
	if err != nil {
		return 0
	}
	return max(0, n)
}

// readFeatures reads what a server offers.
func readFeatures(el []byte) (features, error) {
	var f features
	if err := parse(el, &f); err != nil {
		return features{}, err
	}
	var names struct {
		Any []xmlElement `xml:",any"`
	}
	if err := parse(el, &names); err != nil {
		return features{}, err
	}
	for _, e := range names.Any[:min(len(names.Any), maxFeatures)] {
		f.all = append(f.all, e.XMLName.Space)
	}
	return f, nil
}

// attempt connects to one target and secures it. ctx closes the connection; the
// error is a *chat.Error.
func (c *Config) attempt(ctx context.Context, t target) (*link, error) {
	const op = "connect"
	own, err := c.own()
	if err != nil {
		return nil, err
	}
	name, err := asciiName(own.Domainpart())
	if err != nil {
		return nil, fail(chat.Input, op, chat.CodeAddress, plainly("domain can not be looked up"))
	}
	tcp, err := c.dialTCP(ctx, t)
	if err != nil {
		return nil, err
	}
	raw := &timed{Conn: tcp}
	// The one reliable way to make a context bound what happens on a connection.
	release := context.AfterFunc(ctx, func() { raw.Close() })
	l := &link{raw: raw, domain: own.Domainpart(), from: own.Bare().String()}
	if err = l.secure(ctx, c, name, t.direct); err == nil && !release() {
		err = ctx.Err()
	}
	if err != nil {
		release()
		raw.Close()
		return nil, ended(ctx, op, err)
	}
	return l, nil
}

// secure makes the link one under TLS with an open stream.
func (l *link) secure(ctx context.Context, c *Config, name string, direct bool) (err error) {
	if !direct {
		if err := l.startTLS(); err != nil {
			return err
		}
	}
	if l.conn, err = c.handshake(ctx, l.raw, name, direct); err != nil {
		return err
	}
	l.frames = newFrames(l.conn, MaxBeforeLogin)
	return l.open(l.conn, l.from)
}

// startTLS asks for TLS (RFC 6120 §5). What the server says before is believed
// in one thing: that it can do it.
func (l *link) startTLS() error {
	const op = "secure connection"
	l.frames = newFrames(l.raw, MaxBeforeLogin)
	if err := l.open(l.raw, ""); err != nil {
		return err
	}
	if l.features.StartTLS == nil {
		return fail(chat.Rejected, op, chat.CodeNoTLS, plainly("no STARTTLS offered"))
	}
	if _, err := l.raw.Write([]byte("<starttls xmlns='" + nsTLS + "'/>")); err != nil {
		return err
	}
	el, s, err := l.read(op)
	if err != nil {
		return err
	}
	if s.Name != (xml.Name{Space: nsTLS, Local: "proceed"}) {
		if s.Name.Space == nsTLS {
			return fail(chat.Rejected, op, chat.CodeNoTLS, plainly("STARTTLS refused"))
		}
		return fail(chat.Offline, op, chat.CodeNotXMPP, plainly("unexpected answer of "+lengthOf(el)))
	}
	// RFC 6120 §5.4.3.3: nothing may come between. Who is in the way could put
	// words there that would later count as the server's.
	if len(l.frames.rest()) > 0 {
		return fail(chat.Offline, op, chat.CodeTLS, plainly("data before the TLS handshake"))
	}
	return nil
}

// open opens a stream and reads the server's header and features.
func (l *link) open(w net.Conn, from string) error {
	header := "<?xml version='1.0'?><stream:stream to='" + escape(l.domain) + "'"
	if from != "" {
		header += " from='" + escape(from) + "'"
	}
	header += " version='1.0' xmlns='" + nsClient + "' xmlns:stream='" + nsStream + "'>"
	if _, err := w.Write([]byte(header)); err != nil {
		return err
	}
	tag, err := l.frames.header()
	if err != nil {
		return err
	}
	if err := checkHeader(tag); err != nil {
		return err
	}
	el, s, err := l.read("open stream")
	if err != nil {
		return err
	}
	if s.Name != (xml.Name{Space: nsStream, Local: "features"}) {
		return errNotXMPP
	}
	l.features, err = readFeatures(el)
	return err
}

// read reads the next element of a negotiation; a stream error is an error.
func (l *link) read(op string) ([]byte, xml.StartElement, error) {
	el, err := l.frames.next()
	if err != nil {
		return nil, xml.StartElement{}, err
	}
	s, err := start(el)
	if err != nil {
		return nil, s, err
	}
	if s.Name == (xml.Name{Space: nsStream, Local: "error"}) {
		return nil, s, streamFailure(op, el)
	}
	return el, s, nil
}

func (l *link) send(element string) error {
	_, err := l.conn.Write([]byte(element))
	return err
}

// bound closes the link when ctx ends, until the returned function is called; it
// says whether the link is still good.
func (l *link) bound(ctx context.Context) (release func() bool) {
	return context.AfterFunc(ctx, func() { l.raw.Close() })
}
