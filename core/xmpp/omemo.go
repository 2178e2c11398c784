// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/base64"
	"encoding/xml"

	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// Device is an entry of an account's list of devices (XEP-0384 §5.3.1).
type Device struct {
	ID uint32
	// Label is what its owner calls the device; "" for nothing. It counts only where
	// LabelSig is the signature of its bytes by the device's identity key, which is for
	// who knows the key to find out. OMEMO03 has neither.
	Label    string
	LabelSig []byte
}

// DeviceNews is a new list of an account's devices, in place of the one before.
type DeviceNews struct {
	Version OMEMOVersion
	Owner   chat.Address // bare: the sender
	Devices []Device     // each id once, at most 256; none: the account has taken its list away
}

const (
	maxDevices = 256
	maxLabel   = 256 // bytes; the XEP recommends less than 53 code points
	maxSig     = 128 // bytes of a signature
	current    = "current"
)

// deviceNode is where an account has its list.
func (v OMEMOVersion) deviceNode() string {
	if v == OMEMO03 {
		return nsAxolotlList
	}
	return nsOMEMODevices
}

// deviceVersion is the format whose lists are at a node; 0 for none.
func deviceVersion(node string) OMEMOVersion {
	switch node {
	case nsAxolotlList:
		return OMEMO03
	case nsOMEMODevices:
		return OMEMO2
	}
	return 0
}

// listName is the name of the list's element.
func (v OMEMOVersion) listName() xml.Name {
	if v == OMEMO03 {
		return xml.Name{Space: nsAxolotl, Local: "list"}
	}
	return xml.Name{Space: nsOMEMO, Local: "devices"}
}

// devices reads a list; false where the element is none.
func (d *decoder) devices(v OMEMOVersion, s xml.StartElement) (list []Device, ok bool, err error) {
	if s.Name != v.listName() {
		return nil, false, nil
	}
	seen := map[uint32]bool{}
	err = d.children(func(s xml.StartElement) error {
		dev := Device{ID: deviceID(attr(s, "id"))}
		if s.Name != (xml.Name{Space: v.Namespace(), Local: "device"}) || dev.ID == 0 || seen[dev.ID] || len(list) == maxDevices {
			return nil
		}
		seen[dev.ID] = true
		// A label is signed as it is: one that has to be cut is none.
		if label, sig := attr(s, "label"), decodeBase64(attr(s, "labelsig"), maxSig); v == OMEMO2 && sig != nil && len(label) <= maxLabel {
			dev.Label, dev.LabelSig = label, sig
		}
		list = append(list, dev)
		return nil
	})
	return list, err == nil, err
}

func encodeDevices(v OMEMOVersion, list []Device) []byte {
	var b builder
	name := v.listName()
	b.raw("<" + name.Local)
	b.attr("xmlns", name.Space)
	b.raw(">")
	for _, d := range list {
		if v == OMEMO2 && d.Label != "" && len(d.LabelSig) > 0 {
			b.empty("device", "", "id", number(d.ID), "label", d.Label, "labelsig", base64.StdEncoding.EncodeToString(d.LabelSig))
		} else {
			b.empty("device", "", "id", number(d.ID))
		}
	}
	b.raw("</" + name.Local + ">")
	return b.Bytes()
}

// FetchDevices fetches the list of the devices of owner that speak this format; none
// where it has never published one. Where the list can not be had (another server is
// down, says no, or has no lists) it is an error: that is not to be taken for an
// account without devices. To who is no contact of owner, Prosody says CodeForbidden
// also where there is no list.
func (c *Conn) FetchDevices(ctx context.Context, owner chat.Address, v OMEMOVersion) ([]Device, error) {
	lists, err := readItems(ctx, c, wanted{owner: owner.Bare(), node: v.deviceNode(), newest: true},
		func(d *decoder, _ string, s xml.StartElement) ([]Device, bool, error) { return d.devices(v, s) })
	if err != nil || len(lists) == 0 {
		return nil, err
	}
	return lists[len(lists)-1], nil
}

// PublishDevices says which of our devices speak this format: all of them, since the
// list takes the place of the one before. Everybody may read it (XEP-0384 §5.3.1); a
// node that is set otherwise is set right.
func (c *Conn) PublishDevices(ctx context.Context, v OMEMOVersion, list []Device) error {
	for _, d := range list {
		if d.ID == 0 || d.ID > MaxDevice || len(d.Label) > maxLabel || len(d.LabelSig) > maxSig {
			return badInput("publish devices", chat.CodeTooLarge, nil)
		}
	}
	if v.Namespace() == "" || len(list) > maxDevices {
		return badInput("publish devices", chat.CodeTooLarge, nil)
	}
	return c.publishOpenly(ctx, v.deviceNode(), current, encodeDevices(v, list), false)
}

// DeleteBundle takes away what PublishBundle has published for a device of ours, also
// for one that is gone; where there is nothing it is no error. The device has to leave
// the list too, see PublishDevices.
func (c *Conn) DeleteBundle(ctx context.Context, v OMEMOVersion, device uint32) error {
	node, item := v.bundleAt(device)
	var b builder
	if v == OMEMO03 { // a node of its own
		b.raw("<pubsub xmlns='" + nsOwner + "'>")
		b.empty("delete", "", "node", node)
	} else {
		b.raw("<pubsub xmlns='" + nsPubsub + "'><retract")
		b.attr("node", node)
		b.raw(" notify='true'>")
		b.empty("item", "", "id", item)
		b.raw("</retract>")
	}
	b.raw("</pubsub>")
	err := c.ask(ctx, "delete bundle", stanza.SetIQ, chat.Address{}, b.Bytes(), nil)
	if chat.CodeOf(err) == chat.CodeNotFound {
		return nil
	}
	return err
}
