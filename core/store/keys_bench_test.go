// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// keySizes are the numbers of sessions to compare: two for each owner, and for each
// session hashesEach ciphertexts that were read.
var keySizes = []int{100, 20_000}

const (
	hashesEach  = 50
	sessionSize = 2000 // bytes: two chains and some skipped keys
)

func benchOwner(i int) chat.Address {
	return chat.Address{Local: "owner" + strconv.Itoa(i), Domain: "bench.example"}
}

// manySessions is a database with n sessions, their keys and devices.
func manySessions(b *testing.B, n int) *DB {
	b.Helper()
	ctx := context.Background()
	db := openNew(b)
	must(b, db.SaveOwnKeys(ctx, alice, OwnKeys{Identity: []byte("x"), Fingerprint: fp("a"), Device: 1}))
	must(b, db.write(ctx, "test", func(t *tx) error {
		account, err := t.account(alice)
		for i := 0; i < n && err == nil; i++ {
			k := benchKeys(i/2, uint32(i%2), 1)
			err = t.keyChanges(alice, []*KeyChanges{k})
			for j := 0; j < hashesEach && err == nil; j++ {
				err = t.noteHash(account, cipher(fmt.Sprint("old ", i, " ", j)), 0, true)
			}
		}
		return err
	}))
	return db
}

// benchKeys is what a message from a device of an owner does to keys.
func benchKeys(owner int, device uint32, step int64) *KeyChanges {
	return &KeyChanges{
		Seen: []SeenKey{{
			Owner: benchOwner(owner), Fingerprint: chat.Fingerprint(fmt.Sprintf("%032x%032x", owner, device)), Device: device + 1, Version: 1, At: noon,
		}},
		Sessions: []Session{{Owner: benchOwner(owner), Device: device + 1, Version: 1, Step: step, Data: make([]byte, sessionSize)}},
	}
}

// BenchmarkKeys is what keys cost with few and with many sessions: reading what a
// message needs, and storing a message with and without what it does to keys. growth
// is how much slower the last size is than the first.
func BenchmarkKeys(b *testing.B) {
	ctx := context.Background()
	step := int64(1)
	message := func(keys bool, owner int) Incoming {
		step++
		in := Incoming{
			Conv: chat.ConvID{Account: alice, Peer: benchOwner(owner)}, Body: "a message of a usual length, as people write them",
			Time: noon, OriginID: fmt.Sprint("bench", step),
		}
		if keys {
			in.Keys = benchKeys(owner, 0, step)
			in.Fingerprint, in.Encryption = in.Keys.Seen[0].Fingerprint, chat.EncryptionOMEMO
			in.Hash = binary.BigEndian.AppendUint64(cipher(in.OriginID)[:24], uint64(step))
		}
		return in
	}
	page := func(keys bool) Batch {
		var rows []Incoming
		for range 250 {
			rows = append(rows, message(keys, 7))
		}
		return Batch{Rows: rows}
	}
	made := map[int]*DB{}
	for _, n := range keySizes {
		made[n] = manySessions(b, n)
	}
	store := func(db *DB, batch Batch) { _, err := db.Receive(ctx, alice, batch, ""); must(b, err) }
	for _, c := range []struct {
		name string
		run  func(db *DB, i int)
	}{
		{"sessions-of-owner", func(db *DB, i int) {
			if all, err := db.Sessions(ctx, alice, benchOwner(i%50)); err != nil || len(all) != 2 {
				b.Fatal(len(all), err)
			}
		}},
		{"keys-of-owner", func(db *DB, i int) {
			if all, err := db.Keys(ctx, alice, benchOwner(i%50)); err != nil || len(all) != 2 {
				b.Fatal(len(all), err)
			}
		}},
		{"deciphered", func(db *DB, i int) {
			if known, err := db.Deciphered(ctx, alice, [][]byte{cipher(fmt.Sprint("old ", i%100, " 7")), cipher("new")}); err != nil || !known[0] || known[1] {
				b.Fatal(known, err)
			}
		}},
		{"store-plain", func(db *DB, i int) { store(db, Batch{Rows: []Incoming{message(false, i%50)}}) }},
		{"store-with-keys", func(db *DB, i int) { store(db, Batch{Rows: []Incoming{message(true, i%50)}}) }},
		{"store-page-plain", func(db *DB, _ int) { store(db, page(false)) }},
		{"store-page-with-keys", func(db *DB, _ int) { store(db, page(true)) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var first float64
			for _, n := range keySizes {
				b.Run(strconv.Itoa(n), func(b *testing.B) {
					db := made[n]
					c.run(db, 0)
					b.ResetTimer()
					for i := range b.N {
						c.run(db, i)
					}
					b.StopTimer()
					ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
					if n == keySizes[0] {
						first = ns
					}
					if first > 0 {
						b.ReportMetric(ns/first, "growth")
					}
				})
			}
		})
	}
}

// BenchmarkPageWithKeys is reading the newest 50 messages of a conversation in which
// every message names a key, beside one in which none does.
func BenchmarkPageWithKeys(b *testing.B) {
	ctx := context.Background()
	for _, keys := range []bool{false, true} {
		b.Run(fmt.Sprint(keys), func(b *testing.B) {
			db := openNew(b)
			var in []Incoming
			for i := range 2000 {
				row := from("a message of a usual length, as people write them", origin(fmt.Sprint(i)))
				if keys {
					row.Fingerprint, row.Encryption = chat.Fingerprint(fmt.Sprintf("%064x", i%5)), chat.EncryptionOMEMO
				}
				in = append(in, row)
			}
			_, err := db.AddIncoming(ctx, in)
			must(b, err)
			b.ResetTimer()
			for range b.N {
				ms, err := db.Page(ctx, withBob, 0, 50)
				if err != nil || len(ms) != 50 || ms[0].Fingerprint == "" == keys {
					b.Fatal(len(ms), err)
				}
			}
		})
	}
}
