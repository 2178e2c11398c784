// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"encoding/xml"
	"errors"
	"io"
	"runtime/debug"

	"mellium.im/xmlstream"
	"mellium.im/xmpp"
	"mellium.im/xmpp/mux"
	"mellium.im/xmpp/stanza"
)

// serve runs the library's session until the connection ends: it matches answers
// to our questions and hands what others ask to the handlers below.
func (c *Conn) serve() {
	m := mux.New(nsClient,
		mux.IQFunc(stanza.GetIQ, xml.Name{Space: nsPing, Local: "ping"}, c.handlePing),
		mux.IQFunc(stanza.GetIQ, xml.Name{Space: nsDiscoInfo, Local: "query"}, c.handleInfo),
		mux.IQFunc(stanza.GetIQ, xml.Name{Space: nsVersion, Local: "query"}, c.handleVersion),
		mux.IQFunc(stanza.SetIQ, xml.Name{Space: nsRoster, Local: "query"}, c.handlePush),
		mux.IQFunc(stanza.SetIQ, xml.Name{Space: nsBlocking, Local: "block"}, c.handleBlocking),
		mux.IQFunc(stanza.SetIQ, xml.Name{Space: nsBlocking, Local: "unblock"}, c.handleBlocking),
	)
	err := c.session.Serve(guard{c, m})
	if err == nil {
		err = io.EOF
	}
	c.stop(chatError("serve", err))
}

// guard keeps a handler's failure from ending the session. An IQ that no handler
// answered gets service-unavailable from the library (RFC 6120 §8.4).
type guard struct {
	c    *Conn
	next xmpp.Handler
}

func (g guard) HandleXMPP(t xmlstream.TokenReadEncoder, start *xml.StartElement) (err error) {
	defer func() {
		if r := recover(); r != nil {
			g.c.log.Error("panic in a handler", "stanza", start.Name.Local, "stack", string(debug.Stack()))
		}
	}()
	// An answer without a question: there is nobody to tell.
	if typ := attr(*start, "type"); start.Name.Local != "iq" || typ != "get" && typ != "set" {
		return nil
	}
	if err := g.next.HandleXMPP(t, start); err != nil {
		if errors.Is(err, xmpp.ErrOutputStreamClosed) {
			return err
		}
		g.c.log.Warn("IQ left out", "reason", "handler")
	}
	return nil
}

// read decodes the payload that a handler was given.
func read(t xml.TokenReader, start *xml.StartElement, v any) error {
	d := xml.NewTokenDecoder(xmlstream.MultiReader(xmlstream.Token(*start), t))
	return d.Decode(v)
}

// reply writes a result with an optional payload.
func reply(t xmlstream.TokenWriter, iq stanza.IQ, payload xml.TokenReader) error {
	_, err := xmlstream.Copy(t, iq.Result(payload))
	return err
}

// refuse writes an error of type cancel.
func refuse(t xmlstream.TokenWriter, iq stanza.IQ, condition stanza.Condition) error {
	_, err := xmlstream.Copy(t, iq.Error(stanza.Error{Type: stanza.Cancel, Condition: condition}))
	return err
}
