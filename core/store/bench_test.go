// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// benchSizes are the numbers of messages to compare: growth says how much
// slower the last is than the first.
func benchSizes() []int {
	n, err := strconv.Atoi(os.Getenv("CHATSECURE_BENCH_MESSAGES"))
	if err != nil || n < 1 {
		n = 1_000_000
	}
	return []int{10_000, n}
}

// corpus writes texts like people's: 5,000 words used by Zipf's law, a few
// sentences of Chinese, and what the searches look for.
type corpus struct {
	r     *rand.Rand
	zipf  *rand.Zipf
	words []string
	made  int
}

func newCorpus() *corpus {
	r := rand.New(rand.NewPCG(7, 11))
	c := &corpus{r: r, zipf: rand.NewZipf(r, 1.1, 4, 4999)}
	syllables := strings.Fields("a be ca di e fo gu ha in jo ka le ma no or pe qua re si ta un va wi ex yo zu the ing er on st ly ment tion")
	for range 5000 {
		w := ""
		for range 1 + r.IntN(4) {
			w += syllables[r.IntN(len(syllables))]
		}
		c.words = append(c.words, w)
	}
	return c
}

func (c *corpus) text() string {
	c.made++
	var b strings.Builder
	for range 4 + c.r.IntN(20) {
		b.WriteString(c.words[c.zipf.Uint64()])
		b.WriteByte(' ')
	}
	if c.r.IntN(10) == 0 {
		for range 5 + c.r.IntN(15) {
			b.WriteRune(rune(0x4E00 + int(c.r.ExpFloat64()*300)%3000))
		}
	}
	if c.made%3 == 0 {
		b.WriteString(" meeting")
	}
	if c.made%1987 == 7 && c.made < 9000 { // five, at each size
		b.WriteString(" xylophone 鑫鑰")
	}
	return b.String()
}

// message makes the i-th message.
func (c *corpus) message(i int) Incoming {
	peer := chat.Address{Local: "peer" + strconv.Itoa(max(0, i%20-10)), Domain: "bench.example"}
	return Incoming{
		Conv: chat.ConvID{Account: alice, Peer: peer}, From: peer.WithResource("phone"), Body: c.text(),
		Time: noon.Add(time.Duration(i) * time.Second), OriginID: fmt.Sprintf("%08x-%08x-%016x", c.r.Uint32(), i, c.r.Uint64()),
		StanzaID: fmt.Sprintf("%016x", c.r.Uint64()), StanzaBy: alice,
	}
}

// fill stores n messages in pages of 250, in ten conversations of which the
// first has half of all.
func fill(tb testing.TB, db *DB, n int) {
	tb.Helper()
	c := newCorpus()
	page := make([]Incoming, 0, 250)
	for i := range n {
		in := c.message(i)
		in.Seen = i < n-100
		page = append(page, in)
		if len(page) == cap(page) || i == n-1 {
			if _, err := db.AddIncoming(context.Background(), page); err != nil {
				tb.Fatal(err)
			}
			page = page[:0]
		}
	}
}

var benchDirs = map[int]string{}

// fixture returns a closed database with n messages, built once a run; once for
// all where CHATSECURE_BENCH_DIR names a directory to keep it in.
func fixture(b *testing.B, n int) string {
	b.Helper()
	if dir, ok := benchDirs[n]; ok {
		return filepath.Join(dir, "profile.db")
	}
	kept := os.Getenv("CHATSECURE_BENCH_DIR")
	path := filepath.Join(kept, fmt.Sprintf("messages-%d.db", n))
	if kept == "" {
		dir, err := os.MkdirTemp("", "chatsecure-bench")
		must(b, err)
		benchDirs[n] = dir
		path = filepath.Join(dir, "profile.db")
	} else if _, err := os.Stat(path); err == nil {
		return path
	}
	db, err := Create(context.Background(), path, testKey)
	must(b, err)
	must(b, db.PutAccount(context.Background(), AccountRecord{Login: chat.Login{Address: alice}}))
	start := time.Now()
	fill(b, db, n)
	must(b, db.Close())
	info, err := os.Stat(path)
	must(b, err)
	b.Logf("%d messages stored in %v, %d MB", n, time.Since(start).Round(time.Millisecond), info.Size()>>20)
	return path
}

func removeFixtures() {
	for _, dir := range benchDirs {
		_ = os.RemoveAll(dir)
	}
}

// grow runs a benchmark at each size and reports the ratio of the last to the first.
func grow(b *testing.B, run func(b *testing.B, db *DB, i int)) {
	var first float64
	for _, n := range benchSizes() {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			db, err := Open(context.Background(), fixture(b, n), testKey)
			must(b, err)
			defer func() { must(b, db.Close()) }()
			run(b, db, 0) // the first one reads the schema
			b.ResetTimer()
			for i := range b.N {
				run(b, db, i)
			}
			b.StopTimer()
			ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			if n == benchSizes()[0] {
				first = ns
			}
			b.ReportMetric(ns/first, "growth")
			b.ReportMetric(ns/1e6, "ms/op")
		})
		if n == benchSizes()[0] && first == 0 {
			return // filtered out
		}
	}
}

var benchConv = chat.ConvID{Account: alice, Peer: chat.MustAddress("peer0@bench.example")}

func BenchmarkSearch(b *testing.B) {
	for _, q := range []struct{ name, text string }{
		{"rare", "xylophone"},
		{"common", "meeting"},
		{"two-words", "xylophone meeting"},
		{"two-common", "meeting the"},
		{"part", "ylopho"},
		{"cjk-two", "鑫鑰"},
		{"cjk-one", "鑫"},
		{"latin-two", "th"},
		{"latin-one", "e"},
		{"seldom", "her the"}, // 0.4 % of all messages have the first
		{"no-hit", "qqqzzzxxx"},
		{"no-hit-parts", "meetingxylo"},
		{"no-hit-common-parts", "mentionther"},
		{"no-hit-two", "qz"},
	} {
		b.Run(q.name, func(b *testing.B) {
			grow(b, func(b *testing.B, db *DB, _ int) {
				if _, err := db.Search(context.Background(), chat.SearchQuery{Text: q.text}); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
	small := chat.ConvID{Account: alice, Peer: chat.MustAddress("peer9@bench.example")}
	for _, q := range []struct {
		name, text string
		in         chat.ConvID
	}{
		{"in-conversation/rare", "xylophone", benchConv},
		{"in-conversation/common", "meeting", benchConv},
		{"in-conversation/seldom", "her the", benchConv},
		{"in-small/rare", "xylophone", small},
		{"in-small/common", "meeting", small},
		{"in-small/seldom", "her the", small},
		{"in-small/no-hit", "mentionther", small},
		{"in-small/one", "e", small},
	} {
		b.Run(q.name, func(b *testing.B) {
			grow(b, func(b *testing.B, db *DB, _ int) {
				_, err := db.Search(context.Background(), chat.SearchQuery{Text: q.text, In: q.in})
				must(b, err)
			})
		})
	}
}

func BenchmarkPage(b *testing.B) {
	b.Run("newest", func(b *testing.B) {
		grow(b, func(b *testing.B, db *DB, _ int) {
			ms, err := db.Page(context.Background(), benchConv, 0, 50)
			if err != nil || len(ms) != 50 {
				b.Fatal(len(ms), err)
			}
		})
	})
	b.Run("anywhere", func(b *testing.B) {
		r := rand.New(rand.NewPCG(1, 2))
		grow(b, func(b *testing.B, db *DB, _ int) {
			c, _, err := db.Conversation(context.Background(), benchConv)
			must(b, err)
			span := int64(c.Last.Cursor) - firstOrd
			at := chat.Cursor(firstOrd + span/10 + r.Int64N(span*9/10))
			ms, err := db.Page(context.Background(), benchConv, at, 50)
			if err != nil || len(ms) != 50 {
				b.Fatal(len(ms), err)
			}
		})
	})
}

// BenchmarkOpen is opening the database and reading what a window shows first.
func BenchmarkOpen(b *testing.B) {
	grow(b, func(b *testing.B, db *DB, _ int) {
		again, err := Open(context.Background(), pathOf(b, db), testKey)
		must(b, err)
		_, err = again.Conversations(context.Background())
		must(b, err)
		_, err = again.Page(context.Background(), benchConv, 0, 50)
		must(b, err)
		must(b, again.Close())
	})
}

// BenchmarkStore is storing messages, one a transaction or an archive's page,
// into an empty database and beside a lot of others.
func BenchmarkStore(b *testing.B) {
	for _, page := range []int{1, 250} {
		b.Run(fmt.Sprintf("%d-a-page", page), func(b *testing.B) {
			for _, n := range append([]int{0}, benchSizes()...) {
				b.Run(strconv.Itoa(n), func(b *testing.B) {
					ctx := context.Background()
					db, err := Open(ctx, copyOf(b, fixture(b, n)), testKey)
					must(b, err)
					defer func() { must(b, db.Close()) }()
					c := newCorpus()
					b.ResetTimer()
					for i := range b.N {
						in := make([]Incoming, page)
						for k := range in {
							in[k] = c.message(i*page + k)
							in[k].OriginID, in[k].StanzaID = "new"+in[k].OriginID, "new"+in[k].StanzaID
						}
						_, err := db.AddIncoming(ctx, in)
						must(b, err)
					}
					b.ReportMetric(float64(page*b.N)/b.Elapsed().Seconds(), "messages/s")
				})
			}
		})
	}
}

// copyOf copies a database to where it may be written to.
func copyOf(b *testing.B, path string) string {
	b.Helper()
	to := filepath.Join(b.TempDir(), "profile.db")
	from, err := os.Open(path)
	must(b, err)
	defer func() { _ = from.Close() }()
	f, err := os.Create(to)
	must(b, err)
	_, err = f.ReadFrom(from)
	must(b, err)
	must(b, f.Close())
	return to
}
