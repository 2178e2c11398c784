// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/omemo"
)

// crowd is a contact, bob, who has many devices with OMEMO 2.
type crowd struct {
	*coretest.Scripted
	alice *person
	bob   chat.Address
	asked atomic.Int32 // for bundles that are not there
	keys  atomic.Int32 // how many the last message to him had
}

// newCrowd is one of n devices, of which the server has the first bundles, and says nothing
// of the others.
func newCrowd(t *testing.T, n, first int) *crowd {
	t.Helper()
	const pubsub, devices, bundles = "http://jabber.org/protocol/pubsub", "urn:xmpp:omemo:2:devices", "urn:xmpp:omemo:2:bundles"
	there := make(map[string]string)
	var list strings.Builder
	list.WriteString("<item id='current'><devices xmlns='urn:xmpp:omemo:2'>")
	for i := range n {
		id := fmt.Sprint(i + 1)
		fmt.Fprintf(&list, "<device id='%s'/>", id)
		if i < first {
			there[id] = bundleItem(t, id)
		}
	}
	list.WriteString("</devices></item>")

	c := &crowd{Scripted: coretest.NewScripted(t)}
	c.bob = c.Address("bob")
	c.On(func(sess *coretest.Session, e *coretest.Element) bool {
		items := e.Find(pubsub, "items")
		switch {
		case e.Attr("to") != c.bob.String():
			return false
		case e.Is("jabber:client", "message"):
			c.keys.Store(int32(strings.Count(e.Raw, "<key rid=")))
			return false
		case e.Attr("type") != "get" || items == nil:
			return false
		}
		answer := ""
		switch node := items.Attr("node"); node {
		case devices:
			answer = list.String()
		case bundles:
			if answer = there[items.Find(pubsub, "item").Attr("id")]; answer == "" {
				c.asked.Add(1)
				return true // and no word
			}
		}
		sess.Result(e, c.bob.String(), fmt.Sprintf("<pubsub xmlns='%s'><items node='%s'>%s</items></pubsub>", pubsub, items.Attr("node"), answer))
		return true
	})
	c.alice = user(t, c.Server, "alice")
	return c
}

// bundleItem is what a server says of the bundle of a device.
func bundleItem(t *testing.T, device string) string {
	t.Helper()
	identity, signed, prekeys := core.NewKeys(t, 2)
	b, text := identity.Bundle(omemo.V2, signed, prekeys), base64.StdEncoding.EncodeToString
	var item strings.Builder
	fmt.Fprintf(&item, "<item id='%s'><bundle xmlns='urn:xmpp:omemo:2'><spk id='1'>%s</spk><spks>%s</spks><ik>%s</ik><prekeys>",
		device, text(b.SignedKey), text(b.Signature), text(b.Identity))
	for _, k := range b.Prekeys {
		fmt.Fprintf(&item, "<pk id='%d'>%s</pk>", k.ID, text(k.Key))
	}
	item.WriteString("</prekeys></bundle></item>")
	return item.String()
}

func (c *crowd) conv() chat.ConvID { return chat.ConvID{Account: c.alice.addr, Peer: c.bob} }

// send sends a text, and waits until it is away.
func (c *crowd) send(t *testing.T, text string) {
	t.Helper()
	id, err := c.alice.SendText(c.alice.ctx(), c.conv(), text, chat.SendOptions{Encryption: chat.ChoiceOMEMO})
	must(t, err)
	if m := c.alice.waitStatus(id, chat.Sent); m.Encryption != chat.EncryptionOMEMO2 {
		t.Errorf("it went as %v", m.Encryption)
	}
}

// TestCrowd: a contact has as many devices as a list can have. When all are known they are
// among those who can read what is written, and each gets its key.
func TestCrowd(t *testing.T) {
	const all = 256
	c := newCrowd(t, all, all)
	c.send(t, "to those that are known by then")
	c.alice.wait("all devices", func() bool {
		st, err := c.alice.Encryption(c.alice.ctx(), c.conv())
		must(t, err)
		return len(st.Readers)+len(st.Skipped) == all
	})
	c.send(t, "to all")
	if n := c.keys.Load(); n != all {
		t.Errorf("it has %d keys", n)
	}
}

// TestSilentDevices: a contact has a device and 199 of which the server says nothing. The
// first message waits for them a moment, the next ones do not, and of all the devices a few
// are asked for at a time.
func TestSilentDevices(t *testing.T) {
	c := newCrowd(t, 200, 1)
	var first, next time.Duration
	for i, took := range []*time.Duration{&first, &next} {
		began := time.Now()
		c.send(t, fmt.Sprint("text ", i))
		*took = time.Since(began)
	}
	t.Logf("the first took %v, the next %v; %d devices were asked for", first, next, c.asked.Load())
	if first > 10*time.Second || next > time.Second || c.asked.Load() > 8 {
		t.Error("the devices hold it up")
	}
}
