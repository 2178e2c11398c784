// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"testing"

	"chatsecure.org/desktop/core/coretest"
)

// What can be done to a message after it was sent, from the command line at one
// side and over RPC at the other.
func TestChanges(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := added(t, s, "alice"), added(t, s, "bob")
	befriend(alice, bob)
	b := online(bob)
	first := alice.objects("send", bob.address, "helo", "--until", "delivered")[0]
	id := first["id"].(string)
	if o := alice.objects("correct", bob.address, id, "hello"); len(o) != 1 || o[0]["body"] != "hello" || o[0]["edited"] != true {
		t.Fatal(o)
	}
	page := func() []any {
		return b.call("message.page", map[string]any{"address": alice.address})["messages"].([]any)
	}
	b.eventually("the correction", func() bool { m := page()[0].(map[string]any); return m["body"] == "hello" && m["edited"] == true })
	theirs := page()[0].(map[string]any)["id"].(string)
	b.call("message.react", map[string]any{"address": alice.address, "id": theirs, "emoji": []string{"👍"}})
	b.call("message.send", map[string]any{"address": alice.address, "body": "hi", "reply_to": theirs})
	a := online(alice)
	a.eventually("the answer", func() bool { return len(a.bodies(bob.address, "in")) == 1 })
	all := a.call("message.page", map[string]any{"address": bob.address})["messages"].([]any)
	mine, answer := all[0].(map[string]any), all[1].(map[string]any)
	if fmt.Sprint(mine["reactions"]) != "[map[emoji:👍 mine:false theirs:true]]" || answer["reply_to"] != id || answer["body"] != "hi" {
		t.Errorf("alice has %v, %v", mine, answer)
	}
	a.call("conversation.read", map[string]any{"address": bob.address})
	b.eventually("read", func() bool { return page()[1].(map[string]any)["status"] == "read" })
	a.closeInput()
	if o := alice.objects("retract", bob.address, id); len(o) != 1 || o[0]["retracted"] != true || o[0]["body"] != "" {
		t.Fatal(o)
	}
	b.eventually("the retraction", func() bool { return page()[0].(map[string]any)["retracted"] == true })
	b.closeInput()
	wantIn(t, alice.ok("history", bob.address), "(taken back)", "hi")
	alice.fails(exitUsage, "correct", bob.address, "x", "y")
	alice.fails(exitRefused, "correct", bob.address, answer["id"].(string), "not mine")
	alice.ok("delete", bob.address, id)
	alice.ok("contact", "block", bob.address)
	wantIn(t, alice.ok("contact", "list"), "blocked")
	alice.ok("contact", "unblock", bob.address)
}

// What was not sent after all is no success: of a message, and of a change of one.
func TestChangeThatFails(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := added(t, s, "alice"), added(t, s, "bob")
	befriend(alice, bob)
	alice.fails(exitRefused, "send", bob.address, "secret", "--encryption", "otr", "--until", "sent") // he is away
	history := alice.objects("history", bob.address)
	failed := history[len(history)-1]
	if failed["status"] != "failed" {
		t.Fatal(failed)
	}
	wantIn(t, alice.fails(exitRefused, "retry", bob.address, failed["id"].(string)), "was not sent")
}
