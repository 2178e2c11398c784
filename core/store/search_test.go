// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

// Each text is found by each of the queries and by none of the others.
func TestSearchTexts(t *testing.T) {
	for _, c := range []struct {
		name, text string
		by, not    []string
	}{
		{"words", "The quick brown fox", []string{"quick", "QUICK", "fox quick", " quick\n", "brown  fox the"}, []string{"quack", "quick cat", "quickbrown"}},
		{"parts of words", "Donaudampfschifffahrt", []string{"dampf", "schiff", "fahrt", "onau", "fff", "hrt"}, []string{"dampff", "fahrts"}},
		{"one letter", "ox", []string{"o", "x", "O"}, []string{"y"}},
		{"two letters", "an ox", []string{"ox", "an", "a", "n o"}, []string{"xo", "no"}},
		{"one letter at the end", "abc z", []string{"z", "c z", "c"}, []string{"cz"}},
		{"numbers", "call 01234-567", []string{"1234", "4-5", "567", "7"}, []string{"12345"}},
		{"accents", "Crème brûlée à la façon", []string{"creme", "CRÈME", "brulee", "facon", "è", "e"}, []string{"kreme"}},
		{"accents typed, not written", "creme brulee", []string{"crème", "brûlée"}, nil},
		{"decomposed", "cafe\u0301", []string{"café", "cafe", "CAFE\u0301"}, nil},
		{"Chinese", "我们明天在北京见面", []string{"北京", "明天", "北", "京见面", "我们 北京"}, []string{"上海", "京北", "天明"}},
		{"Japanese", "東京タワーへ行きました", []string{"東京", "タワー", "行きま", "へ", "ﾀﾜｰ"}, []string{"大阪", "タワ一"}},
		{"Korean", "안녕하세요 세계", []string{"안녕", "하세", "세계", "요"}, []string{"안하"}},
		{"Thai", "สวัสดีครับ", []string{"สวัส", "ครับ", "ดี"}, []string{"ขอบ"}},
		{"Arabic", "مرحبا بالعالم", []string{"مرحبا", "عالم", "م"}, []string{"سلام"}},
		{"Hebrew", "שלום עולם", []string{"שלום", "עול"}, []string{"םולש"}},
		{"Hindi", "नमस्ते दुनिया", []string{"नमस्ते", "दुनि"}, []string{"नमसते"}},
		{"Russian", "Ёжик ПРИВЕТ", []string{"ежик", "ёжик", "привет", "рив"}, []string{"ёлка"}},
		{"Greek", "Καλημέρα κόσμος", []string{"καλημερα", "ΚΟΣΜΟΣ", "κοσμο"}, nil},
		{"Turkish", "İstanbul ışık", []string{"istanbul", "isik", "ISTANBUL"}, nil},
		{"emoji", "party 🎉👩‍👧 ❤️", []string{"🎉", "👩‍👧", "❤", "❤️", "party 🎉"}, []string{"🎈"}},
		{"apostrophe", "I don't know", []string{"don't", "n't", "'", "don't know"}, []string{"dont", "don”t"}},
		{"plus", "C++ and C# rock", []string{"C++", "c#", "++", "+", "#"}, []string{"c+++", "c--"}},
		{"quotation marks", `he said "no" to it`, []string{`"`, `"no"`, `o"`, `said "no"`}, []string{`""`, `"yes"`}},
		{"colon", "foo:bar body:x", []string{"foo:bar", "foo:", ":", "body:x", "text:"}[:4], []string{"bar:foo", "text:foo"}},
		{"minus", "-x and --help", []string{"-x", "--help", "-", "--"}, []string{"---", "-y"}},
		{"star", "2*3 **bold** pre*", []string{"*", "**", "2*3", "**bold**", "pre*"}, []string{"***", "bol*"}},
		{"words of the query language", "NEAR(a b) x AND y OR z NOT w", []string{"NEAR(", "near(a", "AND", "OR", "NOT", "x AND y", ")"}, []string{"NEAR(x", "XOR"}},
		{"percent and underscore", "100% of a_b", []string{"%", "_", "100%", "a_b", "0% of"}, []string{"1%", "a%b", "axb", "___"}},
		{"backslash", `C:\dir\n`, []string{`\`, `c:\`, `\dir`, `\n`}, []string{`\\`}},
		{"semicolon", "'; DROP TABLE message; --", []string{"'; DROP TABLE message; --", ";", "--", "';"}, []string{"''"}},
		{"brackets", "f(x)[0]{y}^2", []string{"(x)", "[0]", "{y}", "^2", "f(", "^"}, []string{"(y)", "^^"}},
		{"address", "https://example.org/a?b=c&d#e", []string{"example.org", "https://", "?b=c&d", "://", "/a?"}, []string{"example.com"}},
		{"hidden in the text", "in\u200bvisible jo\u00adiner", []string{"invisible", "joiner", "in\u200bvisible", "in visible"}, []string{"in visible x"}},
		{"control characters", "a\x00b\x1bc", []string{"a", "b", "c", "a\x00b", "a b c"}, []string{"abc"}},
		{"not UTF-8", "caf\xe9 x\xffy", []string{"caf", "x", "x\xffy", "x y"}, []string{"café", "xy"}},
		{"lines", "first\nsecond\r\n\tthird", []string{"first second", "third\nfirst", "second"}, []string{"firstsecond"}},
		{"the index's own marks", "plain", []string{"plain"}, []string{"\U0010FFFD1", "\U0010FFFD", "\ue022", "gram", "delete"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := openNew(t)
			receive(t, db, from("qqqq"))
			receive(t, db, from(c.text))
			for _, q := range c.by {
				if got := find(t, db, q); !slices.Equal(got, []string{c.text}) {
					t.Errorf("%+q finds %+q", q, got)
				}
			}
			for _, q := range append(c.not, "qqqqq", c.text+"x") {
				if got := find(t, db, q); len(got) != 0 {
					t.Errorf("%+q finds %+q", q, got)
				}
			}
		})
	}
}

func TestSearchNothing(t *testing.T) {
	db := openNew(t)
	receive(t, db, from("text"))
	for _, q := range []string{"", " ", "\n\t ", "\u200b\u200d", "\x00\x01", "\U0010FFFD", "\u00ad", "\ufe0f"} {
		if got := find(t, db, q); len(got) != 0 {
			t.Errorf("%+q finds %q", q, got)
		}
	}
	if got := find(t, db, strings.Repeat("text ", 1000)); len(got) != 1 {
		t.Errorf("the same word a thousand times finds %d", len(got))
	}
	if got := find(t, db, strings.Repeat("long", 100_000)); len(got) != 0 {
		t.Errorf("a long word finds %d", len(got))
	}
}

// The beginning of a very long text is found, all of it is kept.
func TestSearchLong(t *testing.T) {
	db := openNew(t)
	long := "beginning " + strings.Repeat("äöü ", maxIndexed/7) + strings.Repeat("z", maxIndexed) + " ending"
	id := receive(t, db, from(long)).ID
	if got := find(t, db, "beginning"); len(got) != 1 || got[0] != long {
		t.Errorf("found %d", len(got))
	}
	if got := find(t, db, "ending"); len(got) != 0 {
		t.Error("the end is indexed: maxIndexed says it is not")
	}
	_, err := db.DeleteMessage(context.Background(), id)
	must(t, err)
	if got := find(t, db, "beginning"); len(got) != 0 {
		t.Errorf("found %d after it was deleted", len(got))
	}
}

func TestSearchScope(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	eve := chat.MustAddress("eve@other.example")
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: eve}}))
	conv := func(account, peer chat.Address) chat.ConvID { return chat.ConvID{Account: account, Peer: peer} }
	for i := range 100 {
		for j, c := range []chat.ConvID{withBob, conv(alice, carol), conv(eve, bob)} {
			receive(t, db, Incoming{Conv: c, Body: fmt.Sprintf("word %d of %d", i, j), Time: noon})
		}
	}
	search := func(q chat.SearchQuery) []string {
		t.Helper()
		ms, err := db.Search(ctx, q)
		must(t, err)
		return bodies(ms)
	}
	if got := search(chat.SearchQuery{Text: "word"}); len(got) != 50 || got[0] != "word 99 of 2" || got[1] != "word 99 of 1" {
		t.Errorf("everywhere: %d, %q first", len(got), got[:2])
	}
	if got := search(chat.SearchQuery{Text: "word", In: conv(alice, carol), Limit: 3}); !slices.Equal(got, []string{"word 99 of 1", "word 98 of 1", "word 97 of 1"}) {
		t.Errorf("with carol: %q", got)
	}
	if got := search(chat.SearchQuery{Text: "word 7", In: withBob, Limit: 1000}); len(got) != 19 {
		t.Errorf("sevens with bob: %d", len(got))
	}
	for _, none := range []chat.ConvID{conv(eve, carol), conv(carol, bob), conv(alice, alice)} {
		if got := search(chat.SearchQuery{Text: "word", In: none}); len(got) != 0 {
			t.Errorf("%v: %q", none, got)
		}
	}
	for _, limit := range []int{-1, 0, maxPage + 1} {
		if got := search(chat.SearchQuery{Text: "word", Limit: limit}); len(got) != 50 {
			t.Errorf("limit %d: %d", limit, len(got))
		}
	}
	if got := search(chat.SearchQuery{Text: "word", Limit: 1000}); len(got) != 300 {
		t.Errorf("all: %d", len(got))
	}
	// Older ones from where the last page ended.
	var all []string
	for before := chat.Cursor(0); ; {
		ms, err := db.Search(ctx, chat.SearchQuery{Text: "word", In: withBob, Before: before, Limit: 7})
		must(t, err)
		if len(ms) == 0 {
			break
		}
		all = append(all, bodies(ms)...)
		before = ms[len(ms)-1].Cursor
	}
	if len(all) != 100 || all[0] != "word 99 of 0" || all[99] != "word 0 of 0" {
		t.Errorf("in pages: %d", len(all))
	}
}

// A search finds what reading everything finds, however common the parts of the
// words are: each way through the lists is taken.
func TestSearchModel(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	r := rapid.StringMatching(`([abc]{1,6} ){1,3}`)
	peer := []chat.Address{bob, carol}
	var all []chat.Message
	var in []Incoming
	for i := range 3000 {
		body := r.Example(i)
		switch {
		case i%500 == 6:
			body += " rare"
		case i%25 == 3:
			body += " seldom eldo"
		case i%10 == 4:
			body += " seld ldom" // all parts of the word but one
		case i > 1500:
			body += " late"
		}
		body += " zz"
		in = append(in, Incoming{Conv: chat.ConvID{Account: alice, Peer: peer[i%2]}, Body: body, Time: noon})
	}
	for page := range slices.Chunk(in, 250) {
		stored, err := db.AddIncoming(ctx, page)
		must(t, err)
		for _, s := range stored {
			m, _, err := db.Message(ctx, s.ID)
			must(t, err)
			all = append(all, m)
		}
	}
	slices.Reverse(all)
	ways := map[string]bool{}
	check := func(t fataler, q chat.SearchQuery) {
		terms := strings.Fields(q.Text)
		var want []chat.Message
		for _, m := range all {
			if len(want) < q.Limit && (q.In.IsZero() || m.Conv == q.In) && (q.Before == 0 || m.Cursor < q.Before) &&
				len(terms) > 0 && containsAll(m.Body, terms) {
				want = append(want, m)
			}
		}
		got, err := db.Search(ctx, q)
		if err != nil || !slices.EqualFunc(got, want, same) {
			t.Fatalf("%+v: %v\n got %q\nwant %q", q, err, bodies(got), bodies(want))
		}
		ways[way(t, db, q)] = true
	}
	for _, text := range []string{"z", "eldom zz", "ab zz abc", "rareq", "abqab", "rare", "seldom", "late abc", "zz"} {
		check(t, chat.SearchQuery{Text: text, Limit: 1000})
	}
	for _, text := range []string{"rare", "seldom", "late abc"} {
		check(t, chat.SearchQuery{Text: text, In: withBob, Before: all[1000].Cursor, Limit: 1000})
	}
	for _, w := range []string{"one", "none", "few", "chosen", "missed", "all"} {
		if !ways[w] {
			t.Errorf("no query went the way %q: %v", w, ways)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		q := chat.SearchQuery{
			Text: rapid.OneOf(
				rapid.StringMatching(`([abc]{1,7} ?){1,3}`), rapid.StringMatching(`(rare|seldom|late|eldo|ate|e|nope|eldom zz)?( [abc]{1,4})?`),
			).Draw(t, "text"),
			In:    rapid.SampledFrom([]chat.ConvID{{}, withBob}).Draw(t, "in"),
			Limit: rapid.SampledFrom([]int{1, 50, 1000}).Draw(t, "limit"),
		}
		if !q.In.IsZero() {
			q.Before = rapid.SampledFrom([]chat.Cursor{0, all[1000].Cursor}).Draw(t, "before")
		}
		check(t, q)
	})
}

// fataler is what testing.T and rapid.T have in common.
type fataler interface{ Fatalf(string, ...any) }

// way says how run searches.
func way(t fataler, db *DB, q chat.SearchQuery) (name string) {
	terms := strings.Fields(fold(q.Text))
	if len(terms) == 0 {
		return ""
	}
	err := db.read(context.Background(), "test", func(c *conn) error {
		id, err := findConversation(c.row(findConversationQuery, q.In.Account.String(), q.In.Peer.String()))
		if err != nil {
			return err
		}
		grams := queryGrams(terms, id)
		order, few, err := rarestFirst(context.Background(), c, grams)
		chosen := enough(order)
		s := search{terms: terms, in: q.In, limit: 1000, before: 1 << 62, next: 1 << 62}
		switch {
		case err != nil:
			return err
		case len(grams) == 1:
			name = "one"
		case len(few) == 0 && order == nil:
			name = "none"
		case order == nil:
			name = "few"
		case len(chosen) == len(order):
			name = "all"
		default:
			name = "chosen"
			if err := s.walk(context.Background(), c, texts(chosen), maxMissed); err != nil {
				return err
			}
			if s.missed > maxMissed {
				name = "missed"
			}
			if s.missed > maxMissed+1 {
				t.Fatalf("%d messages were read in vain", s.missed)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return name
}

// What a person types is never an error, and what it finds holds it.
func FuzzSearch(f *testing.F) {
	ctx := context.Background()
	db := openNew(f)
	for _, s := range []string{"don't C++ \"x\" foo:bar -x * NEAR(a b) % _", "日本語 ñ é 😀", "a\x00\xff"} {
		receive(f, db, from(s))
		f.Add(s)
	}
	for _, s := range []string{`"`, `""`, "a OR b", "NEAR/2", "^a", "a*", "{x}:y", "rank", "\U0010FFFD1", "\ue022", "'", "--", "\\", "%", "a\nb", "İſK", "ﷺ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, in := range []chat.ConvID{{}, withBob} {
			ms, err := db.Search(ctx, chat.SearchQuery{Text: text, In: in, Limit: 3})
			if err != nil {
				t.Fatalf("%+q: %v", text, err)
			}
			for _, m := range ms {
				if terms := strings.Fields(fold(text)); len(terms) <= maxTerms && !containsAll(fold(m.Body), terms) {
					t.Fatalf("%+q finds %+q", text, m.Body)
				}
			}
		}
		// A message of this text is found by it.
		if len(text) > 4096 || len(strings.Fields(fold(text))) == 0 {
			return
		}
		id := receive(t, db, from(text)).ID
		if got := find(t, db, text); len(got) == 0 || got[0] != text {
			t.Fatalf("%+q finds %+q", text, got)
		}
		if _, err := db.DeleteMessage(ctx, id); err != nil {
			t.Fatal(err)
		}
		if got := find(t, db, text); slices.Contains(got, text) && !slices.Contains([]string{"don't C++ \"x\" foo:bar -x * NEAR(a b) % _", "日本語 ñ é 😀", "a\x00\xff"}, text) {
			t.Fatalf("%+q is found after it was deleted", text)
		}
	})
}
