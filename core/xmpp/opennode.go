// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/xml"
	"slices"

	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// OpenDevices sees to it that everybody may read our list of devices of a format
// (XEP-0384 §5.3.1): another program may have closed it, and who is no contact finds no
// device of ours then. mended says that it was closed. Where there is no list nothing has
// to be done.
func (c *Conn) OpenDevices(ctx context.Context, v OMEMOVersion) (mended bool, err error) {
	return c.open(ctx, v.deviceNode(), false)
}

// OpenBundle is OpenDevices for what others need to begin a session with a device of ours
// (XEP-0384 §5.3.2).
func (c *Conn) OpenBundle(ctx context.Context, v OMEMOVersion, device uint32) (mended bool, err error) {
	node, _ := v.bundleAt(device)
	return c.open(ctx, node, v == OMEMO2)
}

// open looks at the settings of a node of ours (XEP-0060 §8.2) and gives it those of
// forAll where it has others. Nobody is told of that, as they would be if its item were
// published again. many says that it keeps more than one item.
func (c *Conn) open(ctx context.Context, node string, many bool) (mended bool, err error) {
	const op = "open node"
	ctx, cancel := withDeadline(ctx) // for all steps together
	defer cancel()
	able, err := c.able(ctx)
	if err != nil {
		return false, err
	}
	var have nodeSettings
	switch err := c.ask(ctx, op, stanza.GetIQ, chat.Address{}, encodeConfigure(node, nil), &have); {
	case conditionOf(err) == "item-not-found": // who makes it gives it the right ones
		return false, nil
	case err != nil:
		return false, err
	case !slices.ContainsFunc(forAll, have.differ):
		return false, nil
	}
	settings := forAll
	if many {
		settings = append(slices.Clone(forAll), able.maxItems())
	}
	err = c.ask(ctx, op, stanza.SetIQ, chat.Address{}, encodeConfigure(node, settings), nil)
	return err == nil, err
}

// nodeSettings is the form with which a server shows a node's owner its settings
// (XEP-0060 §8.2.2).
type nodeSettings struct {
	XMLName   xml.Name `xml:"http://jabber.org/protocol/pubsub#owner pubsub"`
	Configure struct {
		Form struct {
			Fields []struct {
				Var   string `xml:"var,attr"`
				Value string `xml:"jabber:x:data value"`
			} `xml:"jabber:x:data field"`
		} `xml:"jabber:x:data x"`
	} `xml:"http://jabber.org/protocol/pubsub#owner configure"`
}

// differ says that a setting is another. What the server does not show can not be set.
func (s *nodeSettings) differ(want option) bool {
	for _, f := range s.Configure.Form.Fields {
		if f.Var == want.name {
			return f.Value != want.value && !(want.value == "true" && f.Value == "1")
		}
	}
	return false
}
