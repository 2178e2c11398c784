// SPDX-License-Identifier: MPL-2.0

package main

import "strings"

// friends are the others, the last the least recent in the list.
var friends = []struct{ local, name string }{
	{"yusuf", "Yusuf"}, {"noa", "נועה"}, {"mei", "林美"}, {"carol", "Carol"}, {"bob", "Bob"},
}

// unreadFrom has written something that Alice has not read.
const unreadFrom = "carol"

// script is what was said before the window opens, in that order.
var script = []struct {
	with string
	own  bool
	text string
}{
	{"yusuf", false, "The train leaves at 7:40 from platform 3."},
	{"yusuf", true, "I'll be there with coffee ☕"},
	{"noa", false, "שלום אליס, המסמך מוכן."},
	{"noa", true, "תודה! I read it tonight."},
	{"mei", false, "会议改到星期四下午三点。"},
	{"mei", true, "好的,星期四见!"},
	{"bob", false, "Are you back already?"},
	{"bob", true, "Since this morning. The boat took the whole night 🌊"},
	{"bob", false, "And? How was it?"},
	{"bob", true, "Quiet. No wind at all until two, then far too much of it, so nobody slept, and by sunrise we had the whole bay for ourselves."},
	{"bob", true, "I took about a thousand pictures"},
	{"bob", false, "Of course you did 😄"},
	{"bob", false, "There is a map of that coast at https://www.openstreetmap.org/#map=12/44.80/13.90 if you want to show me where"},
	{"bob", true, "Saturday? Over breakfast?"},
	{"bob", false, "Saturday is good 👍"},
	{"carol", true, "Did the parcel arrive?"},
	{"carol", false, "It did! Thank you so much 💛"},
	{"carol", false, "Call me when you have a minute"},
}

// beginnings is what Bob says by himself while the window is open.
var beginnings = []string{
	"By the way: this conversation is real. It goes through a server on your own machine.",
	"Write something. I'm a chatsecure-cli, so don't expect too much of me 🤖",
}

// reply is what Bob answers to his n-th message.
func reply(text string, n int) string {
	text = strings.ToLower(text)
	switch {
	case strings.Contains(text, "map"):
		return "The map is in my bag already 🗺️"
	case strings.Contains(text, "hello"), strings.Contains(text, "hi "), text == "hi", strings.Contains(text, "hey"):
		return "Hey Alice 👋"
	case strings.HasSuffix(text, "?"):
		return []string{"Good question. What do you think?", "I'd say yes.", "Ask me again on Saturday 😄"}[n%3]
	case strings.Contains(text, "thank"):
		return "Any time!"
	}
	return []string{"I see 🙂", "Tell me more.", "That's what I thought.", "Ha! Go on.", "Noted."}[n%5]
}
