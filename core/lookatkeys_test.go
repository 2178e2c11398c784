// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/xmpp"
)

// keeper is somebody whose clock a test moves, with who spoils what she publishes, and a
// stranger who looks at it.
type keeper struct {
	*person
	clock             core.StoppedClock
	spoiler, stranger *xmpp.Conn
	device            uint32
	iqs               int
}

const aDay = 25 * time.Hour

func newKeeper(t *testing.T, s *coretest.Server) *keeper {
	t.Helper()
	for _, name := range []string{"alice", "carol"} {
		coretest.User(t, s, name, "secret of "+name)
	}
	k := &keeper{person: somebody(t, s, "alice")}
	k.SetClock(&k.clock)
	must(t, k.AddAccount(k.ctx(), s.Login("alice"), []byte("secret of alice")))
	k.waitState(chat.StateOnline)
	must(t, k.Findable(k.ctx(), k.addr))
	k.device = k.own().Device
	k.spoiler, k.stranger = as(t, k.person), as(t, somebody(t, s, "carol"))
	k.until("her keys", k.allThere)
	return k
}

// until looks again and again for what is to come.
func (k *keeper) until(what string, there func() bool) {
	k.t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for deadline := time.After(patience); !there(); {
		select {
		case <-again.C:
		case <-deadline:
			k.t.Fatalf("%s: never", what)
		}
	}
}

// pass lets time pass, once she has done what she is at.
func (k *keeper) pass(d time.Duration) {
	k.t.Helper()
	k.until("the end of a look", func() bool {
		_, looking, err := k.LookedAt(k.ctx(), k.addr)
		return err == nil && !looking
	})
	k.clock.Advance(d)
}

// bundle is what a stranger finds of her keys; no error where it is there.
func (k *keeper) bundle(v xmpp.OMEMOVersion) (xmpp.Bundle, error) {
	return k.stranger.FetchBundle(k.ctx(), k.addr, v, k.device)
}

// isListed says whether a stranger finds her device.
func (k *keeper) isListed(v xmpp.OMEMOVersion) bool {
	list, err := k.stranger.FetchDevices(k.ctx(), k.addr, v)
	return err == nil && slices.ContainsFunc(list, func(d xmpp.Device) bool { return d.ID == k.device })
}

// allThere: of the old format a few prekeys less than 100 fit into a stanza.
func (k *keeper) allThere() bool {
	for _, v := range bothFormats {
		if b, err := k.bundle(v); err != nil || len(b.Prekeys) < 90 || !k.isListed(v) {
			return false
		}
	}
	return true
}

// order has the server do something with one of her nodes: it is what another program of
// hers would say.
func (k *keeper) order(inside string) {
	k.t.Helper()
	k.iqs++
	must(k.t.(*testing.T), k.spoiler.Write(k.ctx(), fmt.Appendf(nil,
		"<iq type='set' id='spoil%d'><pubsub xmlns='http://jabber.org/protocol/pubsub#owner'>%s</pubsub></iq>", k.iqs, inside)))
}

// nodes are where her keys are.
func (k *keeper) nodes() []string {
	return []string{
		"urn:xmpp:omemo:2:devices", "urn:xmpp:omemo:2:bundles",
		"eu.siacs.conversations.axolotl.devicelist", fmt.Sprint("eu.siacs.conversations.axolotl.bundles:", k.device),
	}
}

// closeAll lets strangers read none of them.
func (k *keeper) closeAll(model string) {
	k.t.Helper()
	for _, node := range k.nodes() {
		k.order("<configure node='" + node + "'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'>" +
			"<value>http://jabber.org/protocol/pubsub#node_config</value></field>" +
			"<field var='pubsub#access_model'><value>" + model + "</value></field></x></configure>")
	}
	k.until("closed nodes", func() bool {
		for _, v := range bothFormats {
			if _, err := k.bundle(v); err == nil || k.isListed(v) {
				return false
			}
		}
		return true
	})
}

// Another program has closed what everybody has to read: it is opened when a session
// begins, and a day later.
func TestClosedKeys(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		k := newKeeper(t, s)
		k.closeAll("whitelist")
		k.pass(aDay)
		k.until("open nodes", k.allThere)
		k.closeAll("presence")
		must(t, k.Disconnect(k.ctx(), k.addr))
		must(t, k.Connect(k.ctx(), k.addr))
		k.until("open nodes", k.allThere)
	})
}

// Bundles are lost while she is there: they are published again within a day, and soon
// after word that something has changed.
func TestSpoiltBundles(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		k := newKeeper(t, s)
		drop := func() {
			t.Helper()
			for _, v := range bothFormats {
				must(t, k.spoiler.DeleteBundle(k.ctx(), v, k.device))
				if _, err := k.bundle(v); err == nil {
					t.Fatal("the bundle is still there")
				}
			}
		}
		drop()
		k.pass(aDay)
		k.until("her bundles", k.allThere)
		for _, v := range bothFormats { // used up
			b, err := k.bundle(v)
			must(t, err)
			b.Prekeys = b.Prekeys[:1]
			must(t, k.spoiler.PublishBundle(k.ctx(), k.device, b))
		}
		k.pass(aDay)
		k.until("her prekeys", k.allThere)
		drop()
		for _, v := range bothFormats {
			must(t, k.spoiler.PublishDevices(k.ctx(), v, []xmpp.Device{{ID: k.device}, {ID: 4711}}))
		}
		k.until("her bundles", func() bool {
			k.clock.Advance(5 * time.Second) // never a day
			return k.allThere()
		})
	})
}

// A list of hers that is emptied or deleted has her device again, without her having to
// sign in.
func TestOwnListLost(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		k := newKeeper(t, s)
		for _, v := range bothFormats {
			must(t, k.spoiler.PublishDevices(k.ctx(), v, nil))
		}
		k.until("her lists after they were emptied", k.allThere)
		for _, node := range k.nodes() {
			if strings.Contains(node, "device") {
				k.order("<delete node='" + node + "'/>")
			}
		}
		k.until("her lists after they were deleted", func() bool {
			k.clock.Advance(5 * time.Second)
			return k.allThere()
		})
	})
}

// Her signed prekey gets a successor in its time, in a session that goes on, and what has
// been used of the others is made up for.
func TestKeysRenewed(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		k := newKeeper(t, s)
		first, err := k.bundle(xmpp.OMEMO2)
		must(t, err)
		k.pass(aDay)
		k.pass(6 * 24 * time.Hour)
		k.until("another signed prekey", func() bool {
			two, err := k.bundle(xmpp.OMEMO2)
			old, oldErr := k.bundle(xmpp.OMEMO03)
			return err == nil && oldErr == nil && two.SignedID != first.SignedID && old.SignedID == two.SignedID && k.allThere()
		})
		before, err := k.bundle(xmpp.OMEMO2)
		must(t, err)
		bob := user(t, s, "bob")
		bob.learns(k.person, k.ownKey())
		bob.waitStatus(bob.say(bob.with(k.person), "hello"), chat.Sent)
		k.until("a prekey in the place of that which was used", func() bool {
			now, err := k.bundle(xmpp.OMEMO2)
			return err == nil && len(now.Prekeys) == 100 && highest(now) > highest(before) && k.allThere()
		})
	})
}

// How often she looks: once a day, and after word of a change soon, but not more often
// than that, however many changes there are.
func TestKeysLookedAtSeldom(t *testing.T) {
	k := newKeeper(t, coretest.Prosody(t, coretest.Options{}))
	last := func() time.Time {
		t.Helper()
		at, _, err := k.LookedAt(k.ctx(), k.addr)
		must(t, err)
		return at
	}
	began := last()
	after := func(d time.Duration, want time.Duration) {
		t.Helper()
		k.pass(d)
		if got := last().Sub(began); got != want {
			t.Errorf("the last look was after %v, want %v", got, want)
		}
	}
	for i := range uint32(5) {
		must(t, k.spoiler.PublishDevices(k.ctx(), xmpp.OMEMO2, []xmpp.Device{{ID: k.device}, {ID: 4711 + i}}))
	}
	must(t, k.spoiler.Write(k.ctx(), xmpp.EncodeMessage(xmpp.OutMessage{To: k.addr, Type: "chat", ID: "end", Body: "that is all"})))
	self := chat.ConvID{Account: k.addr, Peer: k.addr}
	k.wait("word of it, and of what comes behind", func() bool { return k.hasText(self, "that is all") })
	after(30*time.Second, 0)
	after(31*time.Second, 61*time.Second)
	after(23*time.Hour, 61*time.Second)
	after(2*time.Hour, 25*time.Hour+61*time.Second)
}

func (k *keeper) ownKey() chat.Fingerprint { return k.own().Fingerprint }

// highest is the highest id of a bundle's prekeys.
func highest(b xmpp.Bundle) (id uint32) {
	for _, p := range b.Prekeys {
		id = max(id, p.ID)
	}
	return id
}

// Where all is right nothing is published or configured, however often it is looked at.
func TestKeysLeftAlone(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Tap: true})
	k := newKeeper(t, s)
	count := func(what string) int {
		wire, err := s.Wire()
		must(t, err)
		return strings.Count(wire, what)
	}
	const question, publish, set = "<configure node=", "<publish node=", "type='submit'"
	k.until("the first look", func() bool { return count(question) >= 4 })
	published, configured := count(publish), count(set)
	if published == 0 {
		t.Fatal("the tap sees nothing")
	}
	for range 3 {
		asked := count(question)
		k.pass(aDay)
		k.until("a look", func() bool { return count(question) >= asked+4 })
	}
	if p, c := count(publish), count(set); p != published || c != configured {
		t.Errorf("%d publishings and %d settings for nothing", p-published, c-configured)
	}
}
