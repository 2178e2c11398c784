// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"encoding/xml"
	"reflect"
	"strings"
	"testing"

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

// decoded reads an element that one of ours has written.
func decoded[T any](t *testing.T, raw []byte, read func(*decoder, xml.StartElement) (T, bool, error)) (T, bool) {
	t.Helper()
	d := &decoder{x: xml.NewDecoder(bytes.NewReader(raw))}
	token, err := d.token()
	if err != nil {
		t.Fatal(err)
	}
	v, ok, err := read(d, token.(xml.StartElement))
	if err != nil {
		t.Fatal(err)
	}
	return v, ok
}

var (
	bundle03 = Bundle{Version: OMEMO03, Identity: []byte("\x05identity"), SignedID: 1, SignedKey: []byte("\x05signed"), Signature: []byte("signature"), Prekeys: []Prekey{{1, []byte("\x05one")}, {2, []byte("\x05two")}}}
	bundle2  = Bundle{Version: OMEMO2, Identity: []byte("identity"), SignedID: 2, SignedKey: []byte("signed"), Signature: []byte("signature"), Prekeys: []Prekey{{7, []byte("one")}, {MaxDevice, []byte("two")}}}
)

func TestBundle(t *testing.T) {
	for _, b := range []Bundle{bundle03, bundle2} {
		raw := encodeBundle(b)
		got, ok := decoded(t, raw, func(d *decoder, s xml.StartElement) (Bundle, bool, error) { return d.bundle(b.Version, s) })
		if !ok || !reflect.DeepEqual(got, b) {
			t.Errorf("%s\ngot  %+v\nwant %+v", raw, got, b)
		}
		if _, ok := decoded(t, raw, func(d *decoder, s xml.StartElement) (Bundle, bool, error) { return d.bundle(3-b.Version, s) }); ok {
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
			if b, ok := decoded(t, []byte(raw), func(d *decoder, s xml.StartElement) (Bundle, bool, error) { return d.bundle(OMEMO2, s) }); ok {
				t.Errorf("%+v", b)
			}
		})
	}
	many := bundle2
	many.Prekeys = nil
	for i := range 2 * maxPrekeys {
		many.Prekeys = append(many.Prekeys, Prekey{uint32(i%(3*maxPrekeys/2)) + 1, []byte("k")})
	}
	if got, ok := decoded(t, encodeBundle(many), func(d *decoder, s xml.StartElement) (Bundle, bool, error) { return d.bundle(OMEMO2, s) }); !ok || len(got.Prekeys) != maxPrekeys {
		t.Errorf("%d keys", len(got.Prekeys))
	}
}

func TestDeviceList(t *testing.T) {
	list := []Device{{ID: 1}, {2, "A & B", []byte("sig")}, {ID: MaxDevice}}
	for v, want := range map[OMEMOVersion][]Device{OMEMO03: {{ID: 1}, {ID: 2}, {ID: MaxDevice}}, OMEMO2: list} {
		raw := encodeDevices(v, list)
		got, ok := decoded(t, raw, func(d *decoder, s xml.StartElement) ([]Device, bool, error) { return d.devices(v, s) })
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", raw, got)
		}
	}
	if got := string(encodeDevices(OMEMO2, []Device{{ID: 1, Label: "not signed"}})); strings.Contains(got, "label") {
		t.Error(got)
	}
}
