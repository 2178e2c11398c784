// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"context"
	"encoding/xml"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// Software asks to for its name and version (XEP-0092 §2).
func (c *Conn) Software(ctx context.Context, to chat.Address) (name, version string, err error) {
	var v struct {
		XMLName xml.Name `xml:"jabber:iq:version query"`
		Name    string   `xml:"jabber:iq:version name"`
		Version string   `xml:"jabber:iq:version version"`
	}
	if err := c.ask(ctx, "version", stanza.GetIQ, to, []byte("<query xmlns='"+nsVersion+"'/>"), &v); err != nil {
		return "", "", err
	}
	return chat.Cut(v.Name, maxName), chat.Cut(v.Version, maxName), nil
}

// handleVersion tells name and version but never the system: that is nobody's
// business (XEP-0092 §5).
func (c *Conn) handleVersion(iq stanza.IQ, t xmlstream.TokenReadEncoder, _ *xml.StartElement) error {
	if !c.mayAsk(iq) {
		return refuse(t, iq, stanza.ServiceUnavailable)
	}
	var b builder
	b.raw("<query xmlns='" + nsVersion + "'>")
	b.text("name", "", c.cfg.SoftwareName)
	b.text("version", "", c.cfg.SoftwareVersion)
	b.raw("</query>")
	return reply(t, iq, xml.NewDecoder(bytes.NewReader(b.Bytes())))
}
