// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

var room = chat.MustAddress("room@rooms.example.org")

func ownEvent(from, node, items string) string {
	return "<message type='headline' " + from + "><event xmlns='" + nsEvent + "'><items node='" + node + "'>" + items + "</items></event></message>"
}

const (
	displayedItem = "<item id='bob@example.net'><displayed xmlns='urn:xmpp:mds:displayed:0'><x/><stanza-id xmlns='urn:xmpp:sid:0' by='alice@example.org' id='s1'/><stanza-id xmlns='urn:xmpp:sid:0' by='eve@example.com' id='s2'/></displayed></item>"
	conference    = "<conference xmlns='urn:xmpp:bookmarks:1' name=' The \u202e Room ' autojoin='1'><nick>JC</nick><password>pass&amp;word</password>" +
		"<extensions><state xmlns='urn:made-up' minimized='true' xml:lang='de'>a<b/>&lt;c</state></extensions><other xmlns='urn:other'/></conference>"
	bookmarkItem = "<item id='room@rooms.example.org'>" + conference + "</item>"
	extra        = "<extensions xmlns='urn:xmpp:bookmarks:1'><state xmlns='urn:made-up' minimized='true' xml:lang='de'>a<b xmlns='urn:made-up'></b>&lt;c</state></extensions><other xmlns='urn:other'></other>"
)

var (
	readUpTo = Displayed{Peer: bob.Bare(), StanzaID: "s1", By: alice.Bare()}
	bookmark = Bookmark{Address: room, Name: "The Room", Nick: "JC", Password: "pass&word", Autojoin: true, Extra: []byte(extra)}
)

func TestPrivateEvents(t *testing.T) {
	for name, test := range map[string]struct {
		in        string
		displayed []Displayed
		bookmarks *BookmarkNews
	}{
		"displayed":             {ownEvent(fromOwn, nsDisplayed, displayedItem), []Displayed{readUpTo}, nil},
		"displayed, no sender":  {ownEvent("", nsDisplayed, displayedItem+displayedItem), []Displayed{readUpTo, readUpTo}, nil},
		"displayed, taken away": {ownEvent(fromOwn, nsDisplayed, "<retract id='bob@example.net'/>"), nil, nil},
		"displayed of nobody":   {ownEvent(fromOwn, nsDisplayed, strings.Replace(displayedItem, "bob@", "b o b@", 1)), nil, nil},
		"displayed, no id":      {ownEvent(fromOwn, nsDisplayed, strings.NewReplacer("'s1'", "''", "'s2'", "''").Replace(displayedItem)), nil, nil},
		"displayed elsewhere":   {ownEvent(fromOwn, "other", displayedItem), nil, nil},
		"bookmark":              {ownEvent(fromOwn, nsBookmarks, bookmarkItem), nil, &BookmarkNews{Items: []Bookmark{bookmark}}},
		"bookmark, smallest":    {ownEvent(fromOwn, nsBookmarks, "<item id='room@rooms.example.org/x'><conference xmlns='urn:xmpp:bookmarks:1'/></item>"), nil, &BookmarkNews{Items: []Bookmark{{Address: room}}}},
		"bookmark, taken away":  {ownEvent(fromOwn, nsBookmarks, "<retract id='room@rooms.example.org'/><retract id='@'/>"), nil, &BookmarkNews{Removed: []chat.Address{room}}},
		"bookmarks, all":        {"<message " + fromOwn + "><event xmlns='" + nsEvent + "'><purge node='" + nsBookmarks + "'/></event></message>", nil, &BookmarkNews{All: true}},
		"of a contact":          {ownEvent("from='bob@example.net'", nsDisplayed, displayedItem), nil, nil},
		"bookmark of a contact": {ownEvent("from='bob@example.net'", nsBookmarks, bookmarkItem+"<retract id='room@rooms.example.org'/>"), nil, nil},
		"purge of a contact":    {"<message from='bob@example.net'><event xmlns='" + nsEvent + "'><purge node='" + nsBookmarks + "'/></event></message>", nil, nil},
		"of a device of ours":   {ownEvent("from='alice@example.org/x'", nsDisplayed, displayedItem), nil, nil},
		"of our server":         {ownEvent("from='example.org'", nsBookmarks, bookmarkItem), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := DecodeMessage([]byte(test.in), alice, now, "")
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(m.Displayed, test.displayed) || !reflect.DeepEqual(m.Bookmarks, test.bookmarks) {
				t.Errorf("%+v, %+v", m.Displayed, m.Bookmarks)
			}
		})
	}
	flood := ownEvent(fromOwn, nsDisplayed, strings.Repeat(displayedItem, 1000))
	if m, err := DecodeMessage([]byte(flood), alice, now, ""); err != nil || len(m.Displayed) != maxNews {
		t.Errorf("flood: %v", err)
	}
}

func TestExtraOfBookmarks(t *testing.T) {
	for name, test := range map[string]struct {
		in   string
		kept bool
	}{
		"small":               {"<extensions><a xmlns='x'/></extensions>", true},
		"too large":           {"<extensions>" + strings.Repeat("x", maxExtra) + "</extensions>", false},
		"grows by namespaces": {"<extensions xmlns='" + strings.Repeat("n", 900) + "'>" + strings.Repeat("<a/>", 1000) + "</extensions>", false},
		"a name that is none": {"<a: xmlns='x'/>", false},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := DecodeMessage([]byte(ownEvent(fromOwn, nsBookmarks, "<item id='room@rooms.example.org'><conference xmlns='urn:xmpp:bookmarks:1' name='R'>"+test.in+"<nick>n</nick></conference></item>")), alice, now, "")
			if err != nil || len(m.Bookmarks.Items) != 1 {
				t.Fatalf("%+v, %v", m, err)
			}
			if b := m.Bookmarks.Items[0]; b.Nick != "n" || (b.Extra != nil) != test.kept || len(b.Extra) > maxExtra+100 {
				t.Errorf("%d bytes kept, %+v", len(b.Extra), b.Nick)
			}
		})
	}
	for in, ok := range map[string]bool{
		"": true, extra: true, "<a xmlns='x'>": false, "</x><x>": false, "</x></pubsub></iq><iq>": false, "<!-- --><a/>": true, "<a/>text": true, "&bad;": false, "<a></b>": false,
	} {
		var b builder
		if got := b.elements([]byte(in)); got != ok || ok && in == extra && b.String() != extra {
			t.Errorf("%q: %v, %q", in, got, b.String())
		}
	}
}

// pep is a server with one private node that answers like a real one.
type pep struct {
	features []string
	settings string // of the node; "" where it does not exist
	wants    string // that the publish-options say
	stubborn bool   // keeps the settings, whatever it says
	few      bool   // knows only two options of publishing
	items    string
	asked    []string
}

func (p *pep) answer(q sentIQ) string {
	refuse := q.refusal
	switch {
	case strings.Contains(q.Inner, nsDiscoInfo):
		s := "<query xmlns='" + nsDiscoInfo + "'>"
		for _, f := range p.features {
			s += "<feature var='" + f + "'/>"
		}
		return q.result(q.To, s+"</query>")
	case strings.Contains(q.Inner, "<configure"):
		p.asked = append(p.asked, "configure")
		if !p.stubborn {
			p.settings = p.wants
		}
		return q.result("", "")
	case strings.Contains(q.Inner, "<publish"):
		p.asked = append(p.asked, "publish")
		if !strings.Contains(q.Inner, "whitelist") {
			p.asked = append(p.asked, "open to everybody")
		}
		if p.few && strings.Contains(q.Inner, "max_items") {
			return refuse("resource-constraint")
		}
		if p.settings != "" && p.settings != p.wants {
			return refuse("conflict")
		}
		p.settings = p.wants
		p.items = q.Inner
		return q.result("", "")
	case p.items == "":
		return refuse("item-not-found")
	}
	return q.result("", "<pubsub xmlns='"+nsPubsub+"'><items node='x'>"+p.items+"</items></pubsub>")
}

func TestPublishPrivately(t *testing.T) {
	good := []string{nsPublishOpts, nsPubsub + "#config-node-max"}
	for name, test := range map[string]struct {
		pep   pep
		asked string
		code  chat.Code
	}{
		"a new node":                       {pep{features: good, wants: "right"}, "publish", ""},
		"a node that is there":             {pep{features: good, settings: "right", wants: "right"}, "publish", ""},
		"a node with other settings":       {pep{features: good, settings: "wrong", wants: "right"}, "publish configure publish", ""},
		"a server that knows few options":  {pep{features: good, wants: "right", few: true}, "publish publish configure", ""},
		"the same with other settings":     {pep{features: good, settings: "wrong", wants: "right", few: true}, "publish publish configure publish", ""},
		"a server that can not be private": {pep{wants: "right"}, "", chat.CodeUnsupported},
		"a server that keeps its own":      {pep{features: good, settings: "wrong", wants: "right", stubborn: true}, "publish configure publish publish", chat.CodeConflict},
	} {
		t.Run(name, func(t *testing.T) {
			p := &test.pep
			c, _ := newFake(t, p.answer)
			err := c.PublishDisplayed(within(t), bob.Bare(), "s1", alice.Bare())
			if test.code != "" {
				wantCode(t, err, chat.Rejected, test.code)
			} else if err != nil {
				t.Error(err)
			}
			if got := strings.Join(p.asked, " "); got != test.asked {
				t.Errorf("asked %q, want %q", got, test.asked)
			}
		})
	}
	c, _ := newFake(t, silent)
	wantCode(t, c.PublishDisplayed(within(t), bob.Bare(), "", alice.Bare()), chat.Input, chat.CodeNotFound)
	wantCode(t, c.PublishBookmark(within(t), Bookmark{Address: room, Extra: []byte("</x><x>")}), chat.Input, chat.CodeUnknown)
	wantCode(t, c.PublishBookmark(within(t), Bookmark{Address: room, Extra: make([]byte, maxExtra+1)}), chat.Input, chat.CodeTooLarge)
	wantCode(t, c.PublishBookmark(within(t), Bookmark{}), chat.Input, chat.CodeAddress)
}

func TestFetchPrivateItems(t *testing.T) {
	p := &pep{}
	c, _ := newFake(t, p.answer)
	if d, err := c.FetchDisplayed(within(t)); err != nil || d != nil {
		t.Errorf("of no node: %v, %v", d, err)
	}
	p.items = displayedItem + "<item id='@'><displayed xmlns='urn:xmpp:mds:displayed:0'/></item><item id='x'/>" + bookmarkItem
	if d, err := c.FetchDisplayed(within(t)); err != nil || !reflect.DeepEqual(d, []Displayed{readUpTo}) {
		t.Errorf("%+v, %v", d, err)
	}
	if b, err := c.FetchBookmarks(within(t)); err != nil || !reflect.DeepEqual(b, []Bookmark{bookmark}) {
		t.Errorf("%+v, %v", b, err)
	}
	c, _ = newFake(t, func(q sentIQ) string { return q.result("", "<pubsub xmlns='evil'>"+displayedItem+"</pubsub>") })
	_, err := c.FetchDisplayed(within(t))
	wantCode(t, err, chat.Rejected, chat.CodeUnsupported)
	c, _ = newFake(t, silent)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = c.FetchBookmarks(ctx)
	wantCode(t, err, chat.Timeout, chat.CodeTimeout)
}

func TestIdle(t *testing.T) {
	since := time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC)
	raw := string(EncodePresence(OutPresence{Show: chat.Away, Photo: ptr(""), Idle: since.In(time.FixedZone("x", 3600))}))
	if !strings.Contains(raw, "<idle xmlns='urn:xmpp:idle:1' since='2026-11-24T11:00:00.000Z'/>") {
		t.Error(raw)
	}
	if gone := string(EncodePresence(OutPresence{Type: "unavailable", Idle: since})); strings.Contains(gone, "idle") {
		t.Error(gone)
	}
	for in, want := range map[string]time.Time{
		raw: since,
		"<presence type='unavailable'><idle xmlns='urn:xmpp:idle:1' since='2026-11-24T11:00:00Z'/></presence>":                                               {},
		"<presence><idle xmlns='urn:xmpp:idle:1' since='2030-01-01T00:00:00Z'/></presence>":                                                                  now,
		"<presence><idle xmlns='urn:xmpp:idle:1' since='1969-07-21T02:56:15Z'/></presence>":                                                                  {},
		"<presence><idle xmlns='evil' since='2026-11-24T11:00:00Z'/></presence>":                                                                             {},
		"<presence><idle xmlns='urn:xmpp:idle:1' since='2026-11-24T12:00:00+01:00'/><idle xmlns='urn:xmpp:idle:1' since='2026-01-01T00:00:00Z'/></presence>": since,
	} {
		if p, err := DecodePresence([]byte(in), alice, now); err != nil || !p.Idle.Equal(want) {
			t.Errorf("%s: %v, %v", in, p.Idle, err)
		}
	}
}

// TestNodeIsMadeLater: a server whose database gave up to make a node is asked again, and
// not for ever.
func TestNodeIsMadeLater(t *testing.T) {
	for condition, test := range map[string]struct{ fails, asked int }{
		"item-not-found":        {2, 3},
		"internal-server-error": {1, 2},
		"not-allowed":           {9, 1},
		"gone":                  {9, 1},
	} {
		asked := 0
		c, _ := newFake(t, func(q sentIQ) string {
			if asked++; asked <= test.fails {
				return q.refusal(condition)
			}
			return q.result("", "")
		})
		if err := c.SetNick(within(t), "me"); (err != nil) != (test.fails == 9) || asked != test.asked {
			t.Errorf("%s: asked %d times, %v", condition, asked, err)
		}
	}
	asked := 0
	c, _ := newFake(t, func(q sentIQ) string { asked++; return q.refusal("item-not-found") })
	wantCode(t, c.SetNick(within(t), "me"), chat.Rejected, chat.CodeNotFound)
	if asked != putTries {
		t.Errorf("asked %d times", asked)
	}
}
