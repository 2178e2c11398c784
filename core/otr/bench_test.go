// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"crypto/rand"
	"math/big"
	"testing"
)

// A key exchange, both sides of it.
func BenchmarkExchange(b *testing.B) {
	for b.Loop() {
		x, y := newSide(b, "alice", 0, nil), newSide(b, "bob", 1, nil)
		x.send(x.conv.Begin()...)
		talk(x, y)
		x.wantOpen(y)
	}
}

// One message, encrypted and read: in a row in one direction, and in turns, where
// each moves the keys on. an exponentiation of the group's size, which is what the keys
// cost, is measured beside it.
func BenchmarkMessage(b *testing.B) {
	b.Run("one way", func(b *testing.B) {
		x, y := open(b, nil)
		for b.Loop() {
			x.must(x.conv.Send("hello"))
			talk(x, y)
			x.forget()
			y.forget()
		}
	})
	b.Run("in turns", func(b *testing.B) {
		x, y := open(b, nil)
		for b.Loop() {
			x.must(x.conv.Send("hello"))
			talk(x, y)
			x, y = y, x
			x.forget()
			y.forget()
		}
	})
	b.Run("exponentiation", func(b *testing.B) {
		p, _ := new(big.Int).SetString("7FFFFFFFFFFFFFFFE487ED5110B4611A62633145C06E0E68948127044533E63A0105DF531D89CD9128A5043CC71A026E"+
			"F7CA8CD9E69D218D98158536F92F8A1BA7F09AB6B6A8E122F242DABB312F3F637A262174D31BF6B585FFAE5B7A035BF6F71C35FDAD44CFD2D74F9208BE258FF3"+
			"24943328F6722D9EE1003E5C50B1DF82CC6D241B0E2AE9CD348B1FD47E9267AFC1B2AE91EE51D6CB0E3179AB1042A95DCF6A9483B84B4B36B3861AA7255E4C02"+
			"78BA36046511B993FFFFFFFFFFFFFFFF", 16)
		x, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 320))
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			new(big.Int).Exp(big.NewInt(2), x, p)
		}
	})
}
