// SPDX-License-Identifier: MPL-2.0

// Fill makes a profile with many messages, for measuring: its passphrase is
// what the key file holds, its account is switched off.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/core/store"
)

func main() {
	dir := flag.String("profile", "", "the profile to make")
	key := flag.String("key-file", "", "holds the passphrase")
	n := flag.Int("messages", 100_000, "how many")
	flag.Parse()
	if err := fill(context.Background(), *dir, *key, *n); err != nil {
		fmt.Fprintln(os.Stderr, "fill:", err)
		os.Exit(1)
	}
}

func fill(ctx context.Context, dir, keyFile string, n int) error {
	phrase, err := os.ReadFile(keyFile)
	if err != nil {
		return err
	}
	p, err := profile.Create(ctx, dir, profile.Options{Passphrase: bytes.TrimRight(phrase, "\r\n")})
	if err != nil {
		return err
	}
	defer p.Close()
	db, err := store.Create(ctx, p.DatabasePath(), p.Key())
	if err != nil {
		return err
	}
	alice := chat.MustAddress("alice@example.test")
	if err := db.PutAccount(ctx, store.AccountRecord{Login: chat.Login{Address: alice}, Password: []byte("none")}); err != nil {
		return err
	}
	const people, page = 40, 500
	begin := time.Now().Add(-time.Duration(n) * time.Minute)
	for from := 0; from < n; from += page {
		batch := make([]store.Incoming, 0, page)
		for i := from; i < min(from+page, n); i++ {
			peer := chat.Address{Local: fmt.Sprintf("friend%02d", i*i%people), Domain: "example.test"}
			m := store.Incoming{
				Conv: chat.ConvID{Account: alice, Peer: peer}, From: peer, Time: begin.Add(time.Duration(i) * time.Minute),
				Body: text(i), OriginID: fmt.Sprintf("fill-%d", i), Seen: i < n-20,
			}
			if i%3 == 0 {
				m.From, m.Direction = alice, chat.Out
			}
			batch = append(batch, m)
		}
		if _, err := db.AddIncoming(ctx, batch); err != nil {
			return err
		}
	}
	return db.Close()
}

var words = strings.Fields("the boat leaves at seven and we shall be back before dark if the wind is kind to us " +
	"bring bread cheese and the old map from the kitchen wall 会议改到星期四 שלום Grüße ☕ 👍")

func text(i int) string {
	var b strings.Builder
	for j := range 3 + i*7%25 {
		b.WriteString(words[(i*31+j*17)%len(words)])
		b.WriteByte(' ')
	}
	return b.String()
}
