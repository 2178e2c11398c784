// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

func TestDecodePayload(t *testing.T) {
	const head = `<message from='bob@example.net/phone' id='m1' type='chat'>`
	for name, test := range map[string]struct {
		in   string
		want Message // besides sender, ID and type
	}{
		"markable":                    {`<markable xmlns='urn:xmpp:chat-markers:0'/>`, Message{Markable: true}},
		"displayed":                   {`<displayed xmlns='urn:xmpp:chat-markers:0' id='a'/><displayed xmlns='urn:xmpp:chat-markers:0' id='b'/>`, Message{DisplayedFor: "a"}},
		"displayed, but not to us":    {`<displayed xmlns='urn:xmpp:mds:displayed:0' id='a'/>`, Message{}},
		"correction":                  {`<replace id='bad1' xmlns='urn:xmpp:message-correct:0'/>`, Message{Replaces: "bad1"}},
		"retraction":                  {`<retract id='w1' xmlns='urn:xmpp:message-retract:1'/>`, Message{Retracts: "w1"}},
		"retraction of old":           {`<apply-to id='w1' xmlns='urn:xmpp:fasten:0'><x/><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>`, Message{Retracts: "w1"}},
		"a moderator's":               {`<apply-to id='w1' xmlns='urn:xmpp:fasten:0'><moderated xmlns='urn:xmpp:message-moderate:0'><retract xmlns='urn:xmpp:message-retract:0'/></moderated></apply-to>`, Message{}},
		"the old one bare":            {`<retract id='w1' xmlns='urn:xmpp:message-retract:0'/>`, Message{}},
		"a tombstone that is live":    {`<retracted id='w1' xmlns='urn:xmpp:message-retract:1'/>`, Message{}},
		"an id that is too long":      {`<replace id='` + strings.Repeat("x", maxID+1) + `' xmlns='urn:xmpp:message-correct:0'/>`, Message{}},
		"reactions":                   {`<reactions id='r' xmlns='urn:xmpp:reactions:0'><reaction> 👋 </reaction><reaction>🐢</reaction><reaction>👋</reaction><reaction/></reactions>`, Message{Reactions: &Reactions{"r", []string{"👋", "🐢"}}}},
		"reactions taken away":        {`<reactions id='r' xmlns='urn:xmpp:reactions:0'/>`, Message{Reactions: &Reactions{For: "r"}}},
		"reactions to nothing":        {`<reactions xmlns='urn:xmpp:reactions:0'><reaction>👋</reaction></reactions>`, Message{}},
		"the second reactions":        {`<reactions id='r' xmlns='urn:xmpp:reactions:0'/><reactions id='s' xmlns='urn:xmpp:reactions:0'><reaction>👋</reaction></reactions>`, Message{Reactions: &Reactions{For: "r"}}},
		"what is no emoji":            {`<reactions id='r' xmlns='urn:xmpp:reactions:0'><reaction>two words</reaction><reaction>a&#x202e;b</reaction><reaction>&#x200b;</reaction><reaction>` + strings.Repeat("x", 65) + `</reaction><x>👋</x></reactions>`, Message{Reactions: &Reactions{For: "r"}}},
		"emoji of many parts":         {"<reactions id='r' xmlns='urn:xmpp:reactions:0'><reaction>👩\u200d👩\u200d👧</reaction><reaction>🏴\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F</reaction><reaction>1\ufe0f\u20e3</reaction></reactions>", Message{Reactions: &Reactions{"r", []string{"👩\u200d👩\u200d👧", "🏴\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F", "1\ufe0f\u20e3"}}}},
		"answer":                      {`<reply to='alice@example.org/x' id='q' xmlns='urn:xmpp:reply:0'/>`, Message{Reply: &Reply{"q", chat.MustAddress("alice@example.org/x")}}},
		"answer to a wrong address":   {`<reply to='a b' id='q' xmlns='urn:xmpp:reply:0'/>`, Message{Reply: &Reply{ID: "q"}}},
		"answer to nothing":           {`<reply to='alice@example.org' xmlns='urn:xmpp:reply:0'/>`, Message{}},
		"hints":                       {`<no-store xmlns='urn:xmpp:hints'/><no-permanent-store xmlns='urn:xmpp:hints'/><no-copy xmlns='urn:xmpp:hints'/><store xmlns='urn:xmpp:hints'/><x xmlns='urn:xmpp:hints'/>`, Message{Hints: Hints{true, true, true, true}}},
		"unstyled":                    {`<unstyled xmlns='urn:xmpp:styling:0'/>`, Message{Unstyled: true}},
		"in another namespace":        {`<replace id='a' xmlns='urn:xmpp:message-correct:1'/><store/><reply id='a'/>`, Message{}},
		"fallbacks":                   {`<fallback xmlns='urn:xmpp:fallback:0' for='a'><body start='1' end='3'/><body start='4'/><body end='2'/></fallback><body>12345</body>`, Message{Body: "12345", HasBody: true, Fallbacks: []Fallback{{For: "a", Start: 1, End: 3}, {For: "a", Start: 4, End: 5}, {For: "a", End: 2}}}},
		"fallback of all":             {`<body>x</body><fallback xmlns='urn:xmpp:fallback:0' for='a'/><fallback xmlns='urn:xmpp:fallback:0'><body/></fallback>`, Message{Body: "x", HasBody: true, Fallbacks: []Fallback{{For: "a", Whole: true}, {Whole: true}}}},
		"fallback of nothing":         {`<fallback xmlns='urn:xmpp:fallback:0' for='a'/>`, Message{}},
		"fallback of the subject":     {`<body>x</body><fallback xmlns='urn:xmpp:fallback:0' for='a'><subject/></fallback>`, Message{Body: "x", HasBody: true}},
		"fallback beyond the body":    {`<body>ä</body><fallback xmlns='urn:xmpp:fallback:0' for='a'><body start='0' end='2'/><body start='1' end='1'/><body start='1'/><body start='-1' end='1'/><body start='x' end='1'/><body start='0' end='99999999999'/></fallback>`, Message{Body: "ä", HasBody: true}},
		"fallback in another element": {`<body>x</body><x xmlns='evil'><fallback xmlns='urn:xmpp:fallback:0' for='a'/></x>`, Message{Body: "x", HasBody: true}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeMessage([]byte(head+test.in+"</message>"), alice, now, "")
			if err != nil {
				t.Fatal(err)
			}
			test.want.From, test.want.ID, test.want.Type = bob, "m1", "chat"
			if !reflect.DeepEqual(*got, test.want) {
				t.Errorf("got  %+v\nwant %+v", *got, test.want)
			}
			// What comes back as an error is what we have said: it means nothing.
			back := strings.Replace(head+test.in, "'chat'", "'error'", 1) + "<error type='cancel'/></message>"
			got, err = DecodeMessage([]byte(back), alice, now, "")
			if want := (&Message{From: bob, ID: "m1", Type: "error", Body: test.want.Body, HasBody: test.want.HasBody, Error: got.Error}); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("as an error: %+v, %v", got, err)
			}
		})
	}
	m, err := DecodeMessage([]byte(strings.Replace(head, " id='m1'", "", 1)+"<markable xmlns='urn:xmpp:chat-markers:0'/></message>"), alice, now, "")
	if err != nil || m.Markable {
		t.Errorf("markable without an id: %v", err)
	}
	stone := strings.Replace(inner, "<body>hi</body>", "<retracted id='r' xmlns='urn:xmpp:message-retract:1'/>", 1)
	m, err = DecodeMessage([]byte(result(fromOwn, "q", "1", stone)), alice, now, "")
	if err != nil || m.Archived.Message == nil || !m.Archived.Message.Tombstone {
		t.Errorf("tombstone of the archive: %v", err)
	}
}

func TestBoundsOfPayload(t *testing.T) {
	var many, parts strings.Builder
	for n := range 1000 {
		fmt.Fprintf(&many, "<reaction>%d</reaction>", n)
		fmt.Fprintf(&parts, "<body start='%d' end='%d'/>", n, n+1)
	}
	m, err := DecodeMessage([]byte("<message><body>"+strings.Repeat("x", 1000)+"</body><reactions id='r' xmlns='urn:xmpp:reactions:0'>"+many.String()+
		"</reactions><fallback xmlns='urn:xmpp:fallback:0'>"+parts.String()+"</fallback></message>"), alice, now, "")
	if err != nil || len(m.Reactions.Emoji) != maxReactions || len(m.Fallbacks) != maxFallbacks {
		t.Errorf("%d reactions, %d parts, %v", len(m.Reactions.Emoji), len(m.Fallbacks), err)
	}
}

func TestText(t *testing.T) {
	reply, reactions := &Reply{ID: "q"}, &Reactions{For: "q"}
	for name, test := range map[string]struct {
		m    Message
		want string
	}{
		"none":                         {Message{Body: " x "}, " x "},
		"an answer":                    {Message{Body: "> ä😀\nYes", Reply: reply, Fallbacks: []Fallback{{For: nsReply, End: 5}}}, "Yes"},
		"an answer with two parts":     {Message{Body: "> aYes> b", Reply: reply, Fallbacks: []Fallback{{For: nsReply, Start: 6, End: 9}, {For: nsReply, End: 3}}}, "Yes"},
		"parts over each other":        {Message{Body: "0123456789", Reply: reply, Fallbacks: []Fallback{{For: nsReply, Start: 2, End: 6}, {For: nsReply, Start: 1, End: 3}, {For: nsReply, Start: 5, End: 8}}}, "089"},
		"no answer":                    {Message{Body: "> a\nYes", Fallbacks: []Fallback{{For: nsReply, End: 4}}}, "> a\nYes"},
		"an answer without words":      {Message{Body: "> a", Reply: reply, Fallbacks: []Fallback{{For: nsReply, End: 3}}}, "> a"},
		"an answer that hides itself":  {Message{Body: "hidden", Reply: reply, Fallbacks: []Fallback{{For: nsReply, Whole: true}}}, "hidden"},
		"a reaction":                   {Message{Body: "> a\n👋", Reactions: reactions, Fallbacks: []Fallback{{For: nsReactions, Whole: true}}}, ""},
		"a reaction to an answer":      {Message{Body: "> a\n👋", Reply: reply, Reactions: reactions, Fallbacks: []Fallback{{For: nsReactions, End: 5}, {For: nsReply, End: 5}}}, ""},
		"a retraction":                 {Message{Body: "/me took it back", Retracts: "q", Fallbacks: []Fallback{{For: nsRetract, Whole: true}}}, ""},
		"for what nobody knows":        {Message{Body: "x", Reply: reply, Fallbacks: []Fallback{{For: "urn:made-up", Whole: true}, {Whole: true}}}, "x"},
		"what is the end of the body":  {Message{Body: "ab", Reply: reply, Fallbacks: []Fallback{{For: nsReply, Start: 1, End: 2}}}, "a"},
		"a reaction that is not there": {Message{Body: "x", Fallbacks: []Fallback{{For: nsReactions, Whole: true}}}, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.m.Text(); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// What is written is read back the same.
func TestPayloadRoundTrip(t *testing.T) {
	ids := rapid.SampledFrom([]string{"", "id", "<'&\">", strings.Repeat("ä", 100)})
	some := rapid.SampledFrom([]string{"id", "x&y"})
	rapid.Check(t, func(t *rapid.T) {
		out := OutMessage{
			To: bob, Type: "chat", ID: ids.Draw(t, "id"), Body: rapid.SampledFrom([]string{"", "b", "> a\nb"}).Draw(t, "body"),
			Markable: rapid.Bool().Draw(t, "markable"), DisplayedFor: ids.Draw(t, "displayed"), Replaces: ids.Draw(t, "replaces"),
			Retracts: ids.Draw(t, "retracts"), Unstyled: rapid.Bool().Draw(t, "unstyled"),
			Hints: Hints{rapid.Bool().Draw(t, "h1"), rapid.Bool().Draw(t, "h2"), rapid.Bool().Draw(t, "h3"), rapid.Bool().Draw(t, "h4")},
		}
		if rapid.Bool().Draw(t, "reacts") {
			out.Reactions = &Reactions{some.Draw(t, "for"), rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"👋", "🐢", "&"}), 0, 3, rapid.ID).Draw(t, "emoji")}
			if len(out.Reactions.Emoji) == 0 {
				out.Reactions.Emoji = nil
			}
		}
		if rapid.Bool().Draw(t, "answers") {
			out.Reply = &Reply{some.Draw(t, "to what"), rapid.SampledFrom([]chat.Address{{}, bob}).Draw(t, "to whom")}
		}
		if out.Body != "" && rapid.Bool().Draw(t, "part") {
			out.Fallbacks = []Fallback{{For: nsReply, End: utf8.RuneCountInString(out.Body)}, {For: "x", Whole: true}}
		}
		raw := EncodeMessage(out)
		got, err := DecodeMessage(raw, alice, now, "")
		if err != nil {
			t.Fatalf("%v: %s", err, raw)
		}
		want := &Message{
			From: alice.Bare(), To: out.To, Type: out.Type, ID: out.ID, Body: out.Body, HasBody: out.Body != "", Markable: out.Markable && out.ID != "",
			DisplayedFor: out.DisplayedFor, Replaces: out.Replaces, Retracts: out.Retracts, Reactions: out.Reactions, Reply: out.Reply,
			Fallbacks: out.Fallbacks, Hints: out.Hints, Unstyled: out.Unstyled,
		}
		if (out.Body == "" || out.Retracts != "") && (out.Retracts != "" || out.Reactions != nil || out.DisplayedFor != "") && !out.Hints.NoStore && !out.Hints.NoPermanentStore {
			want.Hints.Store = true
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestEncodePayload(t *testing.T) {
	for name, test := range map[string]struct {
		m    OutMessage
		want string
	}{
		"retraction":              {OutMessage{To: bob, Type: "chat", ID: "r", Retracts: "m"}, `<message to='bob@example.net/phone' type='chat' id='r'><retract xmlns='urn:xmpp:message-retract:1' id='m'/><store xmlns='urn:xmpp:hints'/></message>`},
		"marker":                  {OutMessage{To: bob, DisplayedFor: "m"}, `<message to='bob@example.net/phone'><displayed xmlns='urn:xmpp:chat-markers:0' id='m'/><store xmlns='urn:xmpp:hints'/></message>`},
		"marker that is typing":   {OutMessage{To: bob, DisplayedFor: "m", ChatState: ptr(chat.Idle)}, `<message to='bob@example.net/phone'><active xmlns='http://jabber.org/protocol/chatstates'/><displayed xmlns='urn:xmpp:chat-markers:0' id='m'/><store xmlns='urn:xmpp:hints'/></message>`},
		"reactions taken away":    {OutMessage{To: bob, Reactions: &Reactions{For: "m"}}, `<message to='bob@example.net/phone'><reactions xmlns='urn:xmpp:reactions:0' id='m'></reactions><store xmlns='urn:xmpp:hints'/></message>`},
		"reaction not to be kept": {OutMessage{To: bob, Reactions: &Reactions{"m", []string{"👋"}}, Hints: Hints{NoStore: true}}, `<message to='bob@example.net/phone'><reactions xmlns='urn:xmpp:reactions:0' id='m'><reaction>👋</reaction></reactions><no-store xmlns='urn:xmpp:hints'/></message>`},
		"correction":              {OutMessage{To: bob, ID: "n", Body: "x", Replaces: "m"}, `<message to='bob@example.net/phone' id='n'><body>x</body><replace xmlns='urn:xmpp:message-correct:0' id='m'/></message>`},
	} {
		if got := string(EncodeMessage(test.m)); got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, test.want)
		}
	}
}
