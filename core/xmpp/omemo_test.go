// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/xml"
	"reflect"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func TestDeviceEvents(t *testing.T) {
	const list03 = "<item id='x'><list xmlns='" + nsAxolotl + "'><device id='1' label='L' labelsig='AAAA'/><device id='1'/><device id='0'/><device id='2'/><device xmlns='evil' id='3'/></list></item>"
	const list2 = "<item><devices xmlns='" + nsOMEMO + "'><device id='1' label='L &amp; M' labelsig='AAAA'/><device id='2' label='L'/><device id='3' labelsig='AAAA' label='" +
		"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567'/></devices></item>"
	of := func(v OMEMOVersion, owner chat.Address, list ...Device) *DeviceNews {
		return &DeviceNews{Version: v, Owner: owner, Devices: list}
	}
	bare := bob.Bare()
	for name, test := range map[string]struct {
		in   string
		want *DeviceNews
	}{
		"0.3":                     {ownEvent("from='bob@example.net'", nsAxolotlList, list03), of(OMEMO03, bare, Device{ID: 1}, Device{ID: 2})},
		"2":                       {ownEvent("from='bob@example.net'", nsOMEMODevices, list2), of(OMEMO2, bare, Device{1, "L & M", []byte{0, 0, 0}}, Device{ID: 2}, Device{ID: 3})},
		"ours":                    {ownEvent("", nsAxolotlList, list03), of(OMEMO03, alice.Bare(), Device{ID: 1}, Device{ID: 2})},
		"no devices any more":     {ownEvent(fromOwn, nsOMEMODevices, "<item><devices xmlns='"+nsOMEMO+"'/></item>"), of(OMEMO2, alice.Bare())},
		"taken away":              {ownEvent("from='bob@example.net'", nsAxolotlList, "<retract id='current'/>"), of(OMEMO03, bare)},
		"node deleted":            {"<message from='bob@example.net'><event xmlns='" + nsEvent + "'><delete node='" + nsOMEMODevices + "'/></event></message>", of(OMEMO2, bare)},
		"of a device":             {ownEvent("from='bob@example.net/x'", nsAxolotlList, list03), nil},
		"in a group chat":         {ownEvent("from='room@rooms.example.org' type='groupchat'", nsAxolotlList, list03), nil},
		"a list at another place": {ownEvent("from='bob@example.net'", nsOMEMODevices, list03), nil},
		"an empty item":           {ownEvent("from='bob@example.net'", nsAxolotlList, "<item/>"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "in a group chat" { // ownEvent writes a type of its own
				test.in = strings.Replace(test.in, "type='headline' ", "", 1)
			}
			m, err := DecodeMessage([]byte(test.in), alice, now, "")
			if err != nil || !reflect.DeepEqual(m.Devices, test.want) {
				t.Errorf("%+v, %v", m.Devices, err)
			}
		})
	}
	var flood strings.Builder
	for i := range 1000 {
		flood.WriteString("<device id='" + number(uint32(i+1)) + "'/>")
	}
	m, err := DecodeMessage([]byte(ownEvent(fromOwn, nsAxolotlList, "<item><list xmlns='"+nsAxolotl+"'>"+flood.String()+"</list></item>")), alice, now, "")
	if err != nil || len(m.Devices.Devices) != maxDevices {
		t.Errorf("flood: %v", err)
	}
}

// What is said of bundles counts only of our own account.
func TestBundleGone(t *testing.T) {
	gone := func(from, what string) string {
		return "<message from='" + from + "'><event xmlns='" + nsEvent + "'>" + what + "</event></message>"
	}
	for what, test := range map[string]struct {
		in   string
		want bool
	}{
		"retracted":       {gone(alice.Bare().String(), "<items node='"+nsOMEMOBundles+"'><retract id='5'/></items>"), true},
		"purged":          {gone(alice.Bare().String(), "<purge node='"+nsOMEMOBundles+"'/>"), true},
		"deleted, in 0.3": {gone(alice.Bare().String(), "<delete node='"+nsAxolotl+".bundles:5'/>"), true},
		"a list":          {gone(alice.Bare().String(), "<delete node='"+nsAxolotlList+"'/>"), false},
		"somebody else's": {gone(bob.Bare().String(), "<delete node='"+nsOMEMOBundles+"'/>"), false},
	} {
		m, err := DecodeMessage([]byte(test.in), alice, now, "")
		if err != nil || m.BundleGone != test.want {
			t.Errorf("%s: %v, want %v; %v", what, m.BundleGone, test.want, err)
		}
	}
}

var (
	bundle03 = Bundle{Version: OMEMO03, Identity: []byte("\x05identity"), SignedID: 1, SignedKey: []byte("\x05signed"), Signature: []byte("signature"), Prekeys: []Prekey{{1, []byte("\x05one")}, {2, []byte("\x05two")}}}
	bundle2  = Bundle{Version: OMEMO2, Identity: []byte("identity"), SignedID: 2, SignedKey: []byte("signed"), Signature: []byte("signature"), Prekeys: []Prekey{{7, []byte("one")}, {MaxDevice, []byte("two")}}}
)

func TestBundle(t *testing.T) {
	for _, b := range []Bundle{bundle03, bundle2} {
		raw := encodeBundle(b)
		got, ok := readElement(raw, func(d *decoder, s xml.StartElement) (Bundle, bool, error) { return d.bundle(b.Version, s) })
		if !ok || !reflect.DeepEqual(got, b) {
			t.Errorf("%s\ngot  %+v\nwant %+v", raw, got, b)
		}
		if _, ok := readElement(raw, func(d *decoder, s xml.StartElement) (Bundle, bool, error) { return d.bundle(3-b.Version, s) }); ok {
			t.Errorf("%v is taken for the other format", b.Version)
		}
	}
	whole := string(encodeBundle(bundle2))
	for name, change := range map[string][2]string{
		"no identity":           {"<ik>", "<ik>?"},
		"identity of another":   {"<ik>", "<ik xmlns='evil'>"},
		"no signed key":         {"<spk ", "<x "},
		"no signature":          {"<spks>", "<spks>a"},
		"a signature too long":  {"<spks>", "<spks>" + strings.Repeat("AAAA", 100)},
		"an identity too long":  {"<ik>", "<ik>" + strings.Repeat("AAAA", 100)},
		"no keys":               {"<prekeys>", "<prekeys xmlns='evil'>"},
		"keys without ids":      {"<pk id=", "<pk number="},
		"no bundle":             {"<bundle ", "<x "},
		"a bundle of another":   {nsOMEMO, "evil"},
		"a signed key too long": {"<spk id='2'>", "<spk id='2'>" + strings.Repeat("AAAA", 100)},
	} {
		t.Run(name, func(t *testing.T) {
			raw := strings.ReplaceAll(whole, change[0], change[1])
			for end, to := range map[string]string{"<x ": "</x>"} { // the end tags of what was renamed
				if change[1] == end {
					raw = strings.ReplaceAll(raw, "</"+strings.Trim(change[0], "< ")+">", to)
				}
			}
			if raw == whole {
				t.Fatal("nothing was changed")
			}
			if b, ok := readElement([]byte(raw), func(d *decoder, s xml.StartElement) (Bundle, bool, error) { return d.bundle(OMEMO2, s) }); ok {
				t.Errorf("%+v", b)
			}
		})
	}
	many := bundle2
	many.Prekeys = nil
	for i := range 2 * maxPrekeys {
		many.Prekeys = append(many.Prekeys, Prekey{uint32(i%(3*maxPrekeys/2)) + 1, []byte("k")})
	}
	if got, ok := readElement(encodeBundle(many), func(d *decoder, s xml.StartElement) (Bundle, bool, error) { return d.bundle(OMEMO2, s) }); !ok || len(got.Prekeys) != maxPrekeys {
		t.Errorf("%d keys", len(got.Prekeys))
	}
}

func TestDeviceList(t *testing.T) {
	list := []Device{{ID: 1}, {2, "A & B", []byte("sig")}, {ID: MaxDevice}}
	for v, want := range map[OMEMOVersion][]Device{OMEMO03: {{ID: 1}, {ID: 2}, {ID: MaxDevice}}, OMEMO2: list} {
		raw := encodeDevices(v, list)
		got, ok := readElement(raw, func(d *decoder, s xml.StartElement) ([]Device, bool, error) { return d.devices(v, s) })
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", raw, got)
		}
	}
	if got := string(encodeDevices(OMEMO2, []Device{{ID: 1, Label: "not signed"}})); strings.Contains(got, "label") {
		t.Error(got)
	}
}

// openNode is a server with a node that everybody is to read.
type openNode struct {
	pep
	settings string // of the node; "" where it does not exist
	refuses  string // what it says to publish-options that are not those of the node
	options  int    // that it knows
	fixed    bool   // nobody configures it
	asked    []string
}

func (n *openNode) answer(q sentIQ) string {
	refuse := func(condition string) string {
		return "<iq type='error' id='" + q.ID + "'><error type='cancel'><" + condition + " xmlns='" + nsStanzas + "'/></error></iq>"
	}
	switch options := strings.Count(q.Inner, "<field") - 1; {
	case strings.Contains(q.Inner, nsDiscoInfo):
		return n.pep.answer(q)
	case strings.Contains(q.Inner, "<configure"):
		n.asked = append(n.asked, "configure")
		if n.fixed {
			return refuse("forbidden")
		}
		n.settings = "open"
	case options < 0:
		n.asked = append(n.asked, "publish")
	default:
		n.asked = append(n.asked, "publish with "+number(uint32(options)))
		if options > n.options || n.settings != "" && n.settings != "open" {
			return refuse(n.refuses)
		}
		n.settings = "open"
	}
	return q.result("", "")
}

func TestPublishOpenly(t *testing.T) {
	knows := []string{nsPublishOpts, nsPubsub + "#config-node-max"}
	for name, test := range map[string]struct {
		node  openNode
		many  bool
		asked string
		code  chat.Code
	}{
		"a new node":                      {openNode{options: 3}, false, "publish with 2", ""},
		"a new node for many":             {openNode{options: 3}, true, "publish with 3", ""},
		"a node that is closed":           {openNode{options: 3, settings: "closed", refuses: "conflict"}, false, "publish with 2, configure, publish with 2", ""},
		"a server with few options":       {openNode{options: 2, refuses: "resource-constraint"}, true, "publish with 3, publish with 2, configure", ""},
		"a server that knows none":        {openNode{refuses: "not-acceptable"}, true, "publish with 3, publish with 2, publish, configure", ""},
		"a server that never heard of it": {openNode{}, false, "publish, configure", ""},
		"one that lets nobody choose":     {openNode{fixed: true, settings: "closed", refuses: "conflict", options: 3}, false, "publish with 2, configure, publish, configure", ""},
	} {
		t.Run(name, func(t *testing.T) {
			n := &test.node
			if n.options > 0 || n.refuses != "" {
				n.features = knows
			}
			c, _ := newFake(t, n.answer)
			var err error
			if test.many {
				err = c.PublishBundle(within(t), 1, bundle2)
			} else {
				err = c.PublishDevices(within(t), OMEMO03, []Device{{ID: 1}})
			}
			if err != nil {
				t.Error(err)
			}
			if got := strings.Join(n.asked, ", "); got != test.asked {
				t.Errorf("asked %q, want %q", got, test.asked)
			}
		})
	}
	c, _ := newFake(t, silent)
	for _, err := range []error{
		c.PublishDevices(within(t), OMEMO2, []Device{{ID: 0}}), c.PublishDevices(within(t), OMEMO2, []Device{{ID: MaxDevice + 1}}), c.PublishDevices(within(t), OMEMO2, make([]Device, maxDevices+1)),
		c.PublishDevices(within(t), OMEMO2, []Device{{ID: 1, Label: strings.Repeat("x", maxLabel+1)}}), c.PublishDevices(within(t), 3, nil),
		c.PublishBundle(within(t), 0, bundle2), c.PublishBundle(within(t), 1, Bundle{}), c.PublishBundle(within(t), 1, Bundle{Version: OMEMO2, Prekeys: make([]Prekey, maxPrekeys+1)}),
	} {
		wantCode(t, err, chat.Input, chat.CodeTooLarge)
	}
}

func TestFetchKeys(t *testing.T) {
	item := func(id string, payload []byte) string { return "<item id='" + id + "'>" + string(payload) + "</item>" }
	other := bundle2
	other.SignedID = 99
	for name, test := range map[string]struct {
		v      OMEMOVersion
		items  string
		bundle *Bundle
	}{
		"the one":                  {OMEMO2, item("7", encodeBundle(bundle2)), &bundle2},
		"beside another":           {OMEMO2, item("7", encodeBundle(bundle2)) + item("8", encodeBundle(other)), &bundle2},
		"of another device":        {OMEMO2, item("8", encodeBundle(bundle2)), nil},
		"of the other format":      {OMEMO2, item("7", encodeBundle(bundle03)), nil},
		"by another name":          {OMEMO03, item("whatever", encodeBundle(bundle03)), &bundle03},
		"nothing":                  {OMEMO03, "", nil},
		"something else":           {OMEMO03, item("7", []byte("<x xmlns='y'/>")), nil},
		"half a bundle":            {OMEMO03, item("7", []byte("<bundle xmlns='"+nsAxolotl+"'><identityKey>AAAA</identityKey></bundle>")), nil},
		"a list where a bundle is": {OMEMO2, item("7", encodeDevices(OMEMO2, []Device{{ID: 1}})), nil},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := newFake(t, func(q sentIQ) string {
				return q.result(q.To, "<pubsub xmlns='"+nsPubsub+"'><items node='x'>"+test.items+"</items></pubsub>")
			})
			b, err := c.FetchBundle(within(t), bob, test.v, 7)
			if test.bundle == nil {
				wantCode(t, err, chat.Rejected, chat.CodeNotFound)
			} else if err != nil || !reflect.DeepEqual(b, *test.bundle) {
				t.Errorf("%+v, %v", b, err)
			}
		})
	}
	for condition, code := range map[string]chat.Code{"item-not-found": "", "gone": chat.CodeNotFound, "forbidden": chat.CodeForbidden, "remote-server-timeout": chat.CodeRemoteServer, "service-unavailable": chat.CodeServiceUnavailable} {
		c, _ := newFake(t, func(q sentIQ) string {
			return "<iq type='error' id='" + q.ID + "' from='" + q.To + "'><error type='cancel'><" + condition + " xmlns='" + nsStanzas + "'/></error></iq>"
		})
		list, err := c.FetchDevices(within(t), bob, OMEMO2)
		if chat.CodeOf(err) != code || list != nil || (err == nil) != (code == "") {
			t.Errorf("%s: %v, %v", condition, list, err)
		}
	}
	// Whoever answers in another's place is not believed.
	c, _ := newFake(t, func(q sentIQ) string {
		return q.result("eve@example.com", "<pubsub xmlns='"+nsPubsub+"'><items node='x'>"+item("7", encodeBundle(bundle2))+"</items></pubsub>")
	})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if b, err := c.FetchBundle(ctx, bob, OMEMO2, 7); err == nil {
		t.Errorf("%+v", b)
	}
}
