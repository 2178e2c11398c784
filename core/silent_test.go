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

// TestSilentDevices: a contact has a device and 199 of which the server says nothing. The
// first message waits for them a moment, the next ones do not, and of all the devices a few
// are asked for at a time.
func TestSilentDevices(t *testing.T) {
	const pubsub, devices, bundles = "http://jabber.org/protocol/pubsub", "urn:xmpp:omemo:2:devices", "urn:xmpp:omemo:2:bundles"
	identity, signed, prekeys := core.NewKeys(t, 5)
	b := identity.Bundle(omemo.V2, signed, prekeys)
	text := base64.StdEncoding.EncodeToString
	var bundle, list strings.Builder
	fmt.Fprintf(&bundle, "<item id='1'><bundle xmlns='urn:xmpp:omemo:2'><spk id='1'>%s</spk><spks>%s</spks><ik>%s</ik><prekeys>",
		text(b.SignedKey), text(b.Signature), text(b.Identity))
	for _, k := range b.Prekeys {
		fmt.Fprintf(&bundle, "<pk id='%d'>%s</pk>", k.ID, text(k.Key))
	}
	bundle.WriteString("</prekeys></bundle></item>")
	list.WriteString("<item id='current'><devices xmlns='urn:xmpp:omemo:2'>")
	for id := range 200 {
		fmt.Fprintf(&list, "<device id='%d'/>", id+1)
	}
	list.WriteString("</devices></item>")

	s := coretest.NewScripted(t)
	bob := s.Address("bob")
	var asked atomic.Int32
	s.On(func(sess *coretest.Session, e *coretest.Element) bool {
		items := e.Find(pubsub, "items")
		if e.Attr("type") != "get" || items == nil || e.Attr("to") != bob.String() {
			return false
		}
		answer := ""
		switch node := items.Attr("node"); {
		case node == devices:
			answer = list.String()
		case node == bundles && items.Find(pubsub, "item").Attr("id") == "1":
			answer = bundle.String()
		case node == bundles:
			asked.Add(1)
			return true // and no word
		}
		sess.Result(e, bob.String(), fmt.Sprintf("<pubsub xmlns='%s'><items node='%s'>%s</items></pubsub>", pubsub, items.Attr("node"), answer))
		return true
	})
	alice := user(t, s.Server, "alice")
	conv := chat.ConvID{Account: alice.addr, Peer: bob}
	var first, next time.Duration
	for i, took := range []*time.Duration{&first, &next} {
		began := time.Now()
		id, err := alice.SendText(alice.ctx(), conv, fmt.Sprint("text ", i), chat.SendOptions{Encryption: chat.ChoiceOMEMO})
		must(t, err)
		if m := alice.waitStatus(id, chat.Sent); m.Encryption != chat.EncryptionOMEMO2 {
			t.Errorf("it went as %v", m.Encryption)
		}
		*took = time.Since(began)
	}
	t.Logf("the first took %v, the next %v; %d devices were asked for", first, next, asked.Load())
	if first > 10*time.Second || next > time.Second || asked.Load() > 8 {
		t.Error("the devices hold it up")
	}
}
