// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"context"
	"encoding/xml"
	"slices"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// FeatureVouch says that a program understands, within an OTR session that a secret has
// proven, which OMEMO keys the other one has.
const FeatureVouch = "https://chatsecure.org/desktop#vouch"

// ownFeatures is what this version of the program really does. The +notify ones
// ask the contacts' servers for their events (XEP-0163 §4.2). In byte order.
var ownFeatures = []string{
	nsAxolotlList + "+notify",
	nsCaps,
	nsChatStates,
	nsDiscoInfo,
	nsNick,
	nsNick + "+notify",
	FeatureVouch,
	nsVersion,
	nsAvatarMeta + "+notify",
	nsBookmarks + "+notify",
	nsMarkers,
	nsEME,
	nsFallback,
	nsIdle,
	nsDisplayed + "+notify",
	nsCorrect,
	nsRetract,
	nsOMEMODevices + "+notify",
	nsPing,
	nsReactions,
	nsReceipts,
	nsReply,
	nsStanzaID,
	nsStyling,
}

// info is an answer to a question for abilities (XEP-0030 §3.1).
type info struct {
	XMLName    xml.Name   `xml:"http://jabber.org/protocol/disco#info query"`
	Identities []identity `xml:"http://jabber.org/protocol/disco#info identity"`
	Features   []feature  `xml:"http://jabber.org/protocol/disco#info feature"`
	Forms      []infoForm `xml:"jabber:x:data x"`
}

type identity struct {
	Category string `xml:"category,attr"`
	Type     string `xml:"type,attr"`
	Lang     string `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	Name     string `xml:"name,attr"`
}

type feature struct {
	Var string `xml:"var,attr"`
}

// infoForm is an extension form (XEP-0128) as far as caps need it.
type infoForm struct {
	Fields []struct {
		Var    string   `xml:"var,attr"`
		Type   string   `xml:"type,attr"`
		Values []string `xml:"jabber:x:data value"`
	} `xml:"jabber:x:data field"`
}

// maxFeatures is how many features of one entity are remembered.
const maxFeatures = 1000

func (i info) features() []string {
	f := make([]string, 0, min(len(i.Features), maxFeatures))
	for _, x := range i.Features {
		if x.Var != "" && len(x.Var) <= maxID && len(f) < maxFeatures {
			f = append(f, x.Var)
		}
	}
	slices.Sort(f)
	return slices.Compact(f)
}

// Features asks to for what it supports (XEP-0030 §3.1); zero is our own
// account. They are sorted and each stands once.
func (c *Conn) Features(ctx context.Context, to chat.Address) ([]string, error) {
	i, err := c.info(ctx, to, "")
	return i.features(), err
}

func (c *Conn) info(ctx context.Context, to chat.Address, node string) (info, error) {
	if to.IsZero() {
		to = c.own.Bare()
	}
	var b builder
	b.empty("query", nsDiscoInfo, "node", node)
	var i info
	if err := c.ask(ctx, "features", stanza.GetIQ, to, b.Bytes(), &i); err != nil {
		return info{}, err
	}
	return i, nil
}

// handleInfo tells what we can do, for no node and for that of our own caps
// (XEP-0115 §6.2).
func (c *Conn) handleInfo(iq stanza.IQ, t xmlstream.TokenReadEncoder, start *xml.StartElement) error {
	if !c.mayAsk(iq) {
		return refuse(t, iq, stanza.ServiceUnavailable)
	}
	node := attr(*start, "node")
	if node != "" && node != c.caps.Node+"#"+c.caps.Ver {
		return refuse(t, iq, stanza.ItemNotFound)
	}
	own := ownIdentity(c.cfg.SoftwareName)
	var b builder
	b.raw("<query")
	b.attr("xmlns", nsDiscoInfo)
	b.attr("node", node)
	b.raw(">")
	b.empty("identity", "", "category", own.Category, "type", own.Type, "name", own.Name)
	for _, f := range ownFeatures {
		b.empty("feature", "", "var", f)
	}
	b.raw("</query>")
	return reply(t, iq, xml.NewDecoder(bytes.NewReader(b.Bytes())))
}

func ownIdentity(name string) identity {
	return identity{Category: "client", Type: "pc", Name: name}
}
