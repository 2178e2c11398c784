// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// catchUpSize is how many messages of an archive are loaded.
const catchUpSize = 10_000

// BenchmarkFillGap is what a catch-up of 10,000 messages in pages of 250, newest
// first, costs the database: one conversation, twenty, and beside a lot of others.
func BenchmarkFillGap(b *testing.B) {
	for _, n := range append([]int{0}, benchSizes()...) {
		for _, convs := range []int{1, 20} {
			b.Run(fmt.Sprintf("%d/conversations-%d", n, convs), func(b *testing.B) {
				for range b.N {
					b.StopTimer()
					db, err := Open(context.Background(), copyOf(b, fixture(b, n)), testKey)
					must(b, err)
					rows := missed(convs)
					b.StartTimer()
					fillBack(b, db, rows)
					b.StopTimer()
					must(b, db.Close())
				}
				b.ReportMetric(float64(catchUpSize*b.N)/b.Elapsed().Seconds(), "messages/s")
			})
		}
	}
}

// missed are the rows that a catch-up brings.
func missed(convs int) []Incoming {
	c := newCorpus()
	rows := make([]Incoming, catchUpSize)
	for i := range rows {
		rows[i] = c.message(i)
		rows[i].OriginID, rows[i].StanzaID = "new"+rows[i].OriginID, "new"+strconv.Itoa(i)
		if convs == 1 {
			rows[i].Conv, rows[i].From = benchConv, benchConv.Peer
		} else {
			rows[i].Conv.Peer = chat.Address{Local: "peer" + strconv.Itoa(i%convs), Domain: "bench.example"}
			rows[i].From = rows[i].Conv.Peer
		}
	}
	return rows
}

func fillBack(tb testing.TB, db *DB, rows []Incoming) {
	ctx := context.Background()
	gap, err := db.OpenGap(ctx, alice)
	must(tb, err)
	for end := len(rows); end > 0; end -= 250 {
		start := max(0, end-250)
		_, err := db.FillGap(ctx, alice, gap, ArchivePage{
			Batch: Batch{Rows: rows[start:end]}, First: rows[start].StanzaID, Last: rows[end-1].StanzaID, Reached: start == 0,
		})
		must(tb, err)
		gap.Before = rows[start].StanzaID
	}
}
