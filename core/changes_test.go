// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// only is the one message of a conversation.
func (p *person) only(conv chat.ConvID) chat.Message {
	p.t.Helper()
	all := slices.DeleteFunc(p.all(conv), func(m chat.Message) bool { return m.Kind == chat.KindGap })
	if len(all) != 1 {
		p.t.Fatalf("%s has %d messages, want 1", p.name, len(all))
	}
	return all[0]
}

// TestChanges corrects, answers, reacts to and takes back a message, with two
// devices of one of the people and one of the other.
func TestChanges(t *testing.T) {
	for name, start := range map[string]func(testing.TB, coretest.Options) *coretest.Server{
		"prosody": coretest.Prosody, "ejabberd": coretest.Ejabberd,
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, coretest.Options{})
			alice, bob := user(t, s, "alice"), user(t, s, "bob")
			befriend(t, alice, bob)
			phone := anotherDevice(t, alice)
			meet(alice, phone, bob)
			conv, back := alice.with(bob), bob.with(alice)

			id := alice.say(conv, "helo")
			alice.waitStatus(id, chat.Delivered)
			if err := alice.Correct(alice.ctx(), conv, id, "hello"); err != nil {
				t.Fatal(err)
			}
			for _, p := range []*person{alice, phone, bob} {
				conv := conv
				if p == bob {
					conv = back
				}
				p.wait("the correction", func() bool { all := p.all(conv); return len(all) == 1 && all[0].Body == "hello" && all[0].Edited })
			}

			theirs := bob.only(back)
			if err := bob.React(bob.ctx(), back, theirs.ID, []string{"👍", "🎉"}); err != nil {
				t.Fatal(err)
			}
			for _, p := range []*person{alice, phone} {
				p.wait("the reactions", func() bool {
					r := p.only(conv).Reactions
					return len(r) == 2 && r[0] == chat.Reaction{Emoji: "👍", Theirs: true}
				})
			}
			if err := bob.React(bob.ctx(), back, theirs.ID, []string{"🎉"}); err != nil {
				t.Fatal(err)
			}
			alice.wait("fewer reactions", func() bool { return len(alice.only(conv).Reactions) == 1 })

			answer, err := bob.SendText(bob.ctx(), back, "hello yourself", chat.SendOptions{ReplyTo: theirs.ID})
			if err != nil {
				t.Fatal(err)
			}
			bob.waitStatus(answer, chat.Delivered)
			for _, p := range []*person{alice, phone} {
				p.wait("the answer", func() bool {
					all := p.all(conv)
					return len(all) == 2 && all[1].Body == "hello yourself" && all[1].ReplyID == all[0].ID
				})
			}

			if err := alice.MarkRead(alice.ctx(), conv, alice.all(conv)[1].ID); err != nil {
				t.Fatal(err)
			}
			bob.waitStatus(answer, chat.Read)
			phone.wait("read there, read here", func() bool { return phone.conversation(conv).Unread == 0 })

			if err := alice.Retract(alice.ctx(), conv, id); err != nil {
				t.Fatal(err)
			}
			for _, p := range []*person{alice, phone, bob} {
				conv := conv
				if p == bob {
					conv = back
				}
				p.wait("the retraction", func() bool { m := p.all(conv)[0]; return m.Retracted && m.Body == "" })
			}
			// What is only the sender's to change.
			if err := bob.Correct(bob.ctx(), back, theirs.ID, "ha"); chat.KindOf(err) != chat.Input && chat.KindOf(err) != chat.Storage {
				t.Errorf("correcting another's message: %v", err)
			}
		})
	}
}

// TestBlocked blocks somebody: nothing comes any more, all devices know why, and
// none shows somebody online of whom it no longer hears.
func TestBlocked(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	phone := anotherDevice(t, alice)
	for _, p := range []*person{alice, phone} {
		p.wait("online", func() bool { return p.contact(bob).Presence == chat.Available })
	}
	if err := alice.Block(alice.ctx(), alice.addr, bob.addr); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*person{alice, phone} {
		p.wait("blocked", func() bool { return p.contact(bob).Blocked })
		if shown := p.contact(bob).Presence; shown != chat.Unavailable {
			t.Errorf("a blocked contact is shown as %v", shown)
		}
	}
	lost := bob.say(bob.with(alice), "do you hear me?")
	bob.waitStatus(lost, chat.Failed)
	if err := alice.Unblock(alice.ctx(), alice.addr, bob.addr); err != nil {
		t.Fatal(err)
	}
	alice.wait("not blocked", func() bool { return !alice.contact(bob).Blocked })
	for _, p := range []*person{alice, phone} {
		p.wait("online again", func() bool { return p.contact(bob).Presence == chat.Available })
	}
	id := bob.say(bob.with(alice), "and now?")
	bob.waitStatus(id, chat.Delivered)
	alice.wait("the message", func() bool { return len(alice.all(alice.with(bob))) > 0 }) // its receipt may be the phone's
	if m := alice.only(alice.with(bob)); m.Body != "and now?" {
		t.Errorf("alice has %q", m.Body)
	}
}
