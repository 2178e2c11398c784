// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// far is alice at a server whose words the test chooses. Her contacts are bob and
// carol; mallory@elsewhere.test is a stranger.
type far struct {
	*coretest.Scripted
	t     testing.TB
	alice *person
	bob   chat.ConvID
	carol chat.ConvID
	worst chat.ConvID // with mallory
}

const mallory = "mallory@elsewhere.test"

// among makes the server and lets alice sign in, once prepare has changed it.
func among(t testing.TB, prepare func(*coretest.Scripted)) *far {
	t.Helper()
	s := coretest.NewScripted(t)
	for _, name := range []string{"bob", "carol"} {
		addr := s.Address(name).String()
		s.SetContact("alice", addr, "<item jid='"+addr+"' name='"+name+"' subscription='both'/>")
	}
	if prepare != nil {
		prepare(s)
	}
	f := &far{Scripted: s, t: t, alice: user(t, s.Server, "alice")}
	f.bob = chat.ConvID{Account: f.alice.addr, Peer: s.Address("bob")}
	f.carol = chat.ConvID{Account: f.alice.addr, Peer: s.Address("carol")}
	f.worst = chat.ConvID{Account: f.alice.addr, Peer: chat.MustAddress(mallory)}
	f.caughtUp()
	return f
}

// caughtUp waits until alice has what her archive has.
func (f *far) caughtUp() {
	f.t.Helper()
	f.alice.wait("being caught up", func() bool {
		a := f.alice.account()
		return a.State == chat.StateOnline && !a.CatchingUp
	})
}

// send says elements to alice and returns when she has handled them all.
func (f *far) send(elements ...string) {
	f.t.Helper()
	s := f.Session("alice")
	s.Send(elements...)
	if err := s.Settle(f.alice.ctx()); err != nil {
		f.t.Fatal(err)
	}
}

// message is one to alice.
func message(from, id, inside string) string {
	return "<message from='" + from + "' to='alice@example.test' type='chat' id='" + id + "'>" + inside + "</message>"
}

func text(body string) string { return "<body>" + body + "</body>" }

// has fails the test unless exactly these texts are in the conversation, in order.
func (f *far) has(conv chat.ConvID, want ...string) {
	f.t.Helper()
	if got := f.bodies(conv); !slices.Equal(got, want) {
		f.t.Errorf("conversation with %s: %q, want %q", conv.Peer.Local, got, want)
	}
}

// bodies are the texts of a conversation, in order.
func (f *far) bodies(conv chat.ConvID) (all []string) {
	f.t.Helper()
	for _, m := range f.alice.all(conv) {
		all = append(all, m.Body)
	}
	return all
}

// goesOn proves that the account still takes and sends messages.
func (f *far) goesOn() {
	f.t.Helper()
	id := f.NewID()
	f.send(message("bob@example.test/desk", id, text("alive "+id)))
	all := f.alice.all(f.bob)
	if len(all) == 0 || all[len(all)-1].Body != "alive "+id {
		f.t.Error("nothing comes in any more")
	}
	f.alice.waitStatus(f.alice.say(f.bob, "yes"), chat.Sent)
}

func forward(inner string) string {
	return "<forwarded xmlns='urn:xmpp:forward:0'>" + strings.Replace(inner, "<message", "<message xmlns='jabber:client'", 1) + "</forwarded>"
}

func carbon(kind, inner string) string {
	return "<" + kind + " xmlns='urn:xmpp:carbons:2'>" + forward(inner) + "</" + kind + ">"
}

// TestForgedCarbons: only our own bare address can say what another device of ours
// has received or sent, and only what was to us or from us (XEP-0280 §11).
func TestForgedCarbons(t *testing.T) {
	f := among(t, nil)
	fromBob := message("bob@example.test/desk", "x", text("words in a mouth"))
	bySelf := "<message from='alice@example.test/phone' to='bob@example.test' type='chat' id='y'><body>never said</body></message>"
	between := "<message from='bob@example.test/desk' to='carol@example.test' type='chat' id='z'><body>not ours</body></message>"
	for _, from := range []string{
		mallory, mallory + "/x", "bob@example.test", "example.test", "alice@example.test/phone", f.Session("alice").Address.String(), "alice@elsewhere.test",
	} {
		f.send(message(from, "a", carbon("received", fromBob)), message(from, "b", carbon("sent", bySelf)+text("and a body")))
	}
	const own = "alice@example.test"
	f.send(message(own, "c", carbon("received", between)), message(own, "d", carbon("sent", between)),
		message(own, "e", carbon("sent", fromBob)),
		message(own, "f", carbon("received", message("bob@example.test/desk", "g", carbon("received", fromBob)))))
	for _, conv := range []chat.ConvID{f.bob, f.carol, f.worst} {
		f.has(conv)
	}
	// The same in the right way.
	f.send(message(own, "h", carbon("received", fromBob)), message(own, "i", carbon("sent", bySelf)))
	f.has(f.bob, "words in a mouth", "never said")
	f.goesOn()
}

// TestForgedArchiveResults: an archive's result counts only from our own account,
// and for a question that is open (XEP-0313 §8.2).
func TestForgedArchiveResults(t *testing.T) {
	var asked atomic.Int32
	var over atomic.Pointer[string] // the name of a question that has been answered
	forged := func(id string) coretest.Archived {
		return coretest.Archived{ID: id, Stamp: time.Now(), Message: message("bob@example.test/desk", id, text("forged "+id))}
	}
	f := among(t, func(s *coretest.Scripted) {
		s.On(func(c *coretest.Session, e *coretest.Element) bool {
			q, ok := e.ArchiveQuery()
			if !ok {
				return false
			}
			asked.Add(1)
			for i, from := range []string{mallory, "bob@example.test", "example.test", "alice@example.test/phone", c.Address.String()} {
				c.Send(coretest.ArchiveResult(from, q.QueryID, forged(fmt.Sprint("sender", i))))
			}
			c.Send(coretest.ArchiveResult("alice@example.test", "another", forged("question")), coretest.ArchiveResult("alice@example.test", "", forged("none")))
			c.Send(coretest.ArchiveResult("alice@example.test", q.QueryID, coretest.Archived{
				ID: "foreign", Stamp: time.Now(), Message: "<message from='bob@example.test/desk' to='carol@example.test' type='chat'><body>not ours</body></message>",
			}))
			// And an end that is not the account's.
			c.Send(coretest.Result(e, mallory, coretest.ArchiveEnd("", "", true)), coretest.Result(e, "bob@example.test", coretest.ArchiveEnd("", "", true)))
			c.SendPage(e, []coretest.Archived{{ID: "real", Stamp: time.Now(), Message: message("bob@example.test/desk", "real", text("real"))}}, true)
			over.Store(&q.QueryID)
			return true
		})
	})
	if asked.Load() == 0 {
		t.Fatal("nobody asked the archive")
	}
	f.caughtUp()
	f.send(coretest.ArchiveResult("alice@example.test", *over.Load(), forged("late")))
	f.send(coretest.ArchiveResult("alice@example.test", "unasked", forged("unasked")))
	f.has(f.bob, "real")
	f.has(f.carol)
	f.goesOn()
}

// TestForgedContactList: only our own account changes the contact list (RFC 6121
// §2.1.6), and who forges that learns nothing.
func TestForgedContactList(t *testing.T) {
	f := among(t, nil)
	answers := make(chan string, 10)
	f.On(func(_ *coretest.Session, e *coretest.Element) bool {
		if typ := e.Attr("type"); e.XMLName.Local == "iq" && (typ == "result" || typ == "error") {
			answers <- typ
			return true
		}
		return false
	})
	push := func(from, item string) string {
		return "<iq from='" + from + "' to='" + f.Session("alice").Address.String() + "' type='set' id='" + f.NewID() +
			"'><query xmlns='jabber:iq:roster'>" + item + "</query></iq>"
	}
	for _, from := range []string{mallory, "bob@example.test", "bob@example.test/desk", "example.test", "alice@example.test/phone", "alice@elsewhere.test"} {
		for _, item := range []string{"<item jid='" + mallory + "' subscription='both'/>", "<item jid='bob@example.test' subscription='remove'/>"} {
			f.send(push(from, item))
			if got := <-answers; got != "error" {
				t.Errorf("a push of %s is answered with %s", from, got)
			}
		}
	}
	contacts := func() (all []string) {
		list, err := f.alice.Contacts(t.Context(), f.alice.addr)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			all = append(all, c.Address.String())
		}
		slices.Sort(all)
		return all
	}
	if got := contacts(); !slices.Equal(got, []string{"bob@example.test", "carol@example.test"}) {
		t.Errorf("contacts %q", got)
	}
	f.send(push("alice@example.test", "<item jid='bob@example.test' subscription='remove'/>"))
	if got := <-answers; got != "result" {
		t.Errorf("our own server gets %s", got)
	}
	f.alice.wait("a contact gone", func() bool { return len(contacts()) == 1 })
}

// TestChangesByOthers: a correction, a retraction and a read mark change what their
// own sender wrote, or to whom, and nothing else (XEP-0308 §5, XEP-0424 §5).
func TestChangesByOthers(t *testing.T) {
	f := among(t, nil)
	mine := f.alice.waitStatus(f.alice.say(f.bob, "said by alice"), chat.Sent)
	names := make(chan string, 1)
	f.On(func(_ *coretest.Session, e *coretest.Element) bool {
		if e.Find("jabber:client", "body") != nil {
			select {
			case names <- e.Attr("id"):
			default:
			}
		}
		return false
	})
	second := f.alice.waitStatus(f.alice.say(f.bob, "said again"), chat.Sent)
	ours := <-names
	f.send(message("bob@example.test/desk", "b1", text("said by bob")))
	for _, from := range []string{mallory + "/x", "carol@example.test/desk", "bob@elsewhere.test/desk", "example.test"} {
		for _, target := range []string{"b1", ours} {
			f.send(message(from, f.NewID(), text("changed")+"<replace xmlns='urn:xmpp:message-correct:0' id='"+target+"'/>"),
				message(from, f.NewID(), "<retract xmlns='urn:xmpp:message-retract:1' id='"+target+"'/>"),
				message(from, f.NewID(), "<apply-to xmlns='urn:xmpp:fasten:0' id='"+target+"'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>"),
				message(from, f.NewID(), "<received xmlns='urn:xmpp:receipts' id='"+target+"'/>"),
				message(from, f.NewID(), "<displayed xmlns='urn:xmpp:chat-markers:0' id='"+target+"'/>"),
				message(from, f.NewID(), "<reactions xmlns='urn:xmpp:reactions:0' id='"+target+"'><reaction>x</reaction></reactions>"))
		}
	}
	// Who got a message can not change it either, and whoever wrote one was not told it.
	f.send(message("bob@example.test/desk", "b2", text("changed")+"<replace xmlns='urn:xmpp:message-correct:0' id='"+ours+"'/>"),
		message("bob@example.test/desk", "b3", "<retract xmlns='urn:xmpp:message-retract:1' id='"+ours+"'/>"),
		message("bob@example.test/desk", "b4", "<received xmlns='urn:xmpp:receipts' id='b1'/>"),
		message("bob@example.test/desk", "b5", "<received xmlns='urn:xmpp:receipts' id='nobody knows'/>"),
		message("bob@example.test/desk", "b6", "<displayed xmlns='urn:xmpp:chat-markers:0' id='b1'/>"),
		message("bob@example.test/desk", "b7", "<displayed xmlns='urn:xmpp:chat-markers:0' id='nobody knows'/>"))
	f.has(f.bob, "said by alice", "said again", "said by bob")
	for _, m := range f.alice.all(f.bob) {
		if m.Edited || m.Retracted || len(m.Reactions) > 0 {
			t.Errorf("%q was changed: %+v", m.Body, m)
		}
	}
	for _, id := range []chat.MsgID{mine.ID, second.ID} {
		if got := f.alice.message(id).Status; got != chat.Sent {
			t.Errorf("a message is %v", got)
		}
	}
	if got := f.alice.conversation(f.bob).Unread; got != 1 {
		t.Errorf("%d are unread, want 1", got)
	}
	// The same by whom it is allowed to.
	f.send(message("bob@example.test/phone", "b8", text("corrected by bob")+"<replace xmlns='urn:xmpp:message-correct:0' id='b1'/>"),
		message("bob@example.test/phone", "b9", "<displayed xmlns='urn:xmpp:chat-markers:0' id='"+ours+"'/>"))
	f.has(f.bob, "said by alice", "said again", "corrected by bob")
	if got := f.alice.message(mine.ID).Status; got != chat.Read {
		t.Errorf("a message that was read is %v", got)
	}
	f.goesOn()
}

// TestAnswersOfStrangers: who guesses the id of a question can not answer it.
func TestAnswersOfStrangers(t *testing.T) {
	var forged atomic.Int32
	f := among(t, func(s *coretest.Scripted) {
		s.On(func(c *coretest.Session, e *coretest.Element) bool {
			payload := ""
			switch {
			case e.Asks("get", "jabber:iq:roster", "query") != nil:
				payload = "<query xmlns='jabber:iq:roster'><item jid='" + mallory + "' subscription='both'/></query>"
			case e.Asks("get", "http://jabber.org/protocol/disco#info", "query") != nil:
				payload = "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:blocking'/></query>"
			case e.Asks("set", "urn:xmpp:mam:2", "query") != nil:
				payload = coretest.ArchiveEnd("", "", true)
			default:
				return false
			}
			for _, from := range []string{mallory, mallory + "/x", "bob@example.test", "elsewhere.test", "alice@elsewhere.test"} {
				forged.Add(1)
				c.Send(coretest.Result(e, from, payload), "<iq type='error' from='"+from+"' id='"+e.Attr("id")+
					"'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
			}
			return false
		})
		s.Archive("alice", coretest.Archived{ID: "1", Stamp: time.Now(), Message: message("bob@example.test/desk", "b1", text("archived"))})
	})
	if forged.Load() < 15 {
		t.Fatalf("%d forged answers", forged.Load())
	}
	f.has(f.bob, "archived")
	list, err := f.alice.Contacts(context.Background(), f.alice.addr)
	if err != nil || len(list) != 2 {
		t.Errorf("contacts %v, %v", list, err)
	}
	f.goesOn()
}
