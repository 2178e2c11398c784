// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"os"
	"testing"

	"chatsecure.org/desktop/core/xmpp/wire"
)

func BenchmarkDecode(b *testing.B) {
	for _, name := range []string{"body", "presence", "avatar", "archived", "answer", "omemo03", "omemo2", "devices"} {
		raw, err := os.ReadFile("testdata/stanzas/" + name + ".xml")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if name == "presence" {
					_, err = DecodePresence(raw, alice, now)
				} else {
					_, err = DecodeMessage(raw, alice, now, "")
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "stanzas/s")
		})
	}
}

// BenchmarkRun is the way from an element of the wire to deliver.
func BenchmarkRun(b *testing.B) {
	raw, err := os.ReadFile("testdata/stanzas/body.xml")
	if err != nil {
		b.Fatal(err)
	}
	c, f := newFake(b, silent)
	ctx, cancel := context.WithCancel(context.Background())
	end := make(chan error, 1)
	got := 0
	go func() {
		end <- c.Run(ctx, func(in Inbound) {
			if got++; got == b.N {
				cancel()
			}
		})
	}()
	b.ResetTimer()
	for n := range b.N {
		select {
		case f.elements <- wire.Element{Seq: uint64(n), Name: "message", Bytes: raw}:
		case <-ctx.Done():
		}
	}
	<-end
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "stanzas/s")
}

func BenchmarkEncode(b *testing.B) {
	m := OutMessage{To: bob, Type: "chat", ID: "id", OriginID: "id", Body: "hi & bye 😀", RequestReceipt: true}
	b.ReportAllocs()
	for b.Loop() {
		EncodeMessage(m)
	}
}
