// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"syscall"
	"testing"
	"time"
)

// body is what a message of one line is in its envelope.
var body = make([]byte, 300)

// BenchmarkSession is a session from a bundle to the first message that is read: what
// both sides do.
func BenchmarkSession(b *testing.B) {
	for _, v := range forms {
		b.Run(v.String(), func(b *testing.B) {
			alice, bob := newDevice(b, v), newDevice(b, v)
			bundle := bob.bundle()
			key := make([]byte, 48)
			compare(b, "sessions/s", func() {
				s, err := Begin(v, alice.own, bundle, nil)
				if err != nil {
					b.Fatal(err)
				}
				data, _, err := s.Encrypt(key, nil)
				if err != nil {
					b.Fatal(err)
				}
				if _, _, _, err = Answer(v, bob.own, bob, data, noon, nil); err != nil {
					b.Fatal(err)
				}
			}, rawSession(b))
		})
	}
}

// BenchmarkMessage is one message for a number of devices: closed, its key encrypted
// for each, and read by each. In "chain" the sender goes on alone, in "turn" both sides
// answer each other, so that each message has a new ratchet key. Sessions are read from
// their stored form before and stored after each use, as the program does it.
func BenchmarkMessage(b *testing.B) {
	for _, v := range forms {
		for _, turn := range []bool{false, true} {
			for _, n := range []int{1, 10, 100} {
				b.Run(fmt.Sprintf("%s/%s/devices=%d", v, map[bool]string{false: "chain", true: "turn"}[turn], n), func(b *testing.B) {
					benchmarkMessage(b, v, turn, n)
				})
			}
		}
	}
}

func benchmarkMessage(b *testing.B, v Version, turn bool, n int) {
	ends := [2][][]byte{make([][]byte, n), make([][]byte, n)} // each side's sessions
	for i := range n {
		alice, bob := pairOf(b, v)
		ends[0][i], ends[1][i] = stored(b, alice.session), stored(b, bob.session)
	}
	from := 0
	compare(b, "messages/s", func() {
		exchange(b, v, ends[from], ends[1-from])
		if turn {
			from = 1 - from
		}
	}, rawMessage(b, v, turn, n))
}

func stored(b *testing.B, s *Session) []byte {
	data, err := s.MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	return data
}

func exchange(b *testing.B, v Version, from, to [][]byte) {
	payload, iv, key, err := Seal(v, body, nil)
	if err != nil {
		b.Fatal(err)
	}
	for i := range from {
		s, err := ParseSession(from[i])
		if err != nil {
			b.Fatal(err)
		}
		data, kex, err := s.Encrypt(key, nil)
		if err != nil {
			b.Fatal(err)
		}
		from[i] = stored(b, s)
		if s, err = ParseSession(to[i]); err != nil {
			b.Fatal(err)
		}
		got, err := s.Decrypt(data, kex, noon)
		if err != nil {
			b.Fatal(err)
		}
		to[i] = stored(b, s)
		if _, err := Open(v, payload, iv, got); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStoredSessions is a message for one of many sessions: the number of the
// others must not matter.
func BenchmarkStoredSessions(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		b.Run(fmt.Sprint("sessions=", n), func(b *testing.B) {
			alice, bob := pairOf(b, V2)
			bob.gets(alice.send("so that no turn is left"), "so that no turn is left")
			one, other := stored(b, alice.session), stored(b, bob.session)
			ends := [2][][]byte{make([][]byte, n), make([][]byte, n)}
			for i := range n {
				ends[0][i], ends[1][i] = append([]byte(nil), one...), append([]byte(nil), other...)
			}
			i := 0
			compare(b, "messages/s", func() {
				exchange(b, V2, ends[0][i:i+1], ends[1][i:i+1])
				i = (i + 7919) % n
			}, rawMessage(b, V2, false, 1))
		})
	}
}

// BenchmarkBundle is checking a contact's bundle of 100 prekeys.
func BenchmarkBundle(b *testing.B) {
	for _, v := range forms {
		b.Run(v.String(), func(b *testing.B) {
			d := newDevice(b, v)
			var err error
			if d.prekeys, err = NewPrekeys(1, 100, nil); err != nil {
				b.Fatal(err)
			}
			bundle := d.bundle()
			for b.Loop() {
				if err := bundle.Check(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// slice is how long, at least, what is measured at once takes: much longer than a clock's
// step, and shorter than other programs leave a core to one.
const slice = time.Millisecond

// fewest is how often, at least, both are measured: half of the measures may be wrong.
const fewest = 15

// compare runs both by turns and gives what ours does in a second of one core and how many
// times as much of it as the primitives alone it takes; a line says where that is more than
// twice. It counts the processor's time, the collector's with it. What a busy machine does
// meanwhile is no part of either: it makes some measures far too long, and some too short,
// as the system may count a thread's time later than it was used.
func compare(b *testing.B, unit string, ours, raw func()) {
	timed := func(f func(), n int) time.Duration {
		start := processor(b)
		for range n {
			f()
		}
		return processor(b) - start
	}
	enough := func(f func()) (n int) {
		for n = 1; timed(f, n) < slice; n *= 2 {
		}
		return n
	}
	most := [2]int{enough(ours), enough(raw)}
	var each, times []float64 // of one
	round := func() {
		one := float64(timed(ours, most[0])) / float64(most[0])
		other := float64(timed(raw, most[1])) / float64(most[1])
		each, times = append(each, one), append(times, one/other)
	}
	for range fewest {
		round()
	}
	for b.Loop() {
		round()
	}
	usual, ratio := median(each), median(times)
	b.ReportMetric(usual, "ns/op")
	b.ReportMetric(float64(time.Second)/usual, unit)
	b.ReportMetric(ratio, "x-primitives")
	if ratio > 2 {
		b.Logf("SLOW: %s takes %.2f times as long as the primitives alone, more than twice", b.Name(), ratio)
	}
}

// median is what as many of the measures are above as below: some that are wrong do not
// move it.
func median(measures []float64) float64 {
	sorted := slices.Sorted(slices.Values(measures))
	return sorted[len(sorted)/2]
}

func TestMedian(t *testing.T) {
	measures := []float64{1.2, 12.92, 1.1, 0.32, 1.2, 1.3, math.Inf(1), 0, 1.2}
	if got := median(measures); got != 1.2 {
		t.Errorf("of %v it is %v", measures, got)
	}
	if measures[1] != 12.92 {
		t.Error("the measures are in another order now")
	}
}

// processor is how much of the processors this program has used.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// rawSession is what X3DH and the first message can not do without: a signature to
// check, two key pairs, ten agreements.
func rawSession(b *testing.B) func() {
	key, other := rawKey(b), rawKey(b)
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		b.Fatal(err)
	}
	signature := ed25519.Sign(private, body[:32])
	return func() {
		ed25519.Verify(public, body[:32], signature)
		rawKey(b) // ephemeral
		rawKey(b) // ratchet
		for range 4 + 1 {
			rawAgree(b, key, other) // Begin
		}
		for range 4 + 1 {
			rawAgree(b, key, other) // Answer
		}
		for range 4 {
			rawHKDF(b, 64)
		}
		rawChain(b)
		rawChain(b)
	}
}

// rawMessage is what a message for n devices can not do without, both sides.
func rawMessage(b *testing.B, v Version, turn bool, n int) func() {
	key, other := rawKey(b), rawKey(b)
	return func() {
		rawPayload(b, v)
		for range n {
			rawPayload(b, v)
			rawChain(b)
			rawChain(b)
			if turn {
				rawKey(b)
				rawAgree(b, key, other)
				rawAgree(b, key, other)
				rawHKDF(b, 64)
				rawHKDF(b, 64)
			}
		}
	}
}

func rawKey(b *testing.B) *ecdh.PrivateKey {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	return key
}

func rawAgree(b *testing.B, key, other *ecdh.PrivateKey) {
	if _, err := key.ECDH(other.PublicKey()); err != nil {
		b.Fatal(err)
	}
}

func rawHKDF(b *testing.B, n int) []byte {
	out, err := hkdf.Key(sha256.New, body[:32], body[:32], "info", n)
	if err != nil {
		b.Fatal(err)
	}
	return out
}

func rawHMAC(key, data []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(data)
	return h.Sum(nil)
}

func rawCBC(b *testing.B, key, iv, data []byte) {
	block, err := aes.NewCipher(key)
	if err != nil {
		b.Fatal(err)
	}
	out := make([]byte, len(data))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, data)
}

// rawChain is one step of a chain and one message of it.
func rawChain(b *testing.B) {
	rawHMAC(body[:32], body[:1])
	rawHMAC(body[:32], body[:1])
	k := rawHKDF(b, 80)
	rawCBC(b, k[:32], k[64:], body[:64])
	rawHMAC(k[32:64], body[:180])
}

func rawPayload(b *testing.B, v Version) {
	if v == V2 {
		k := rawHKDF(b, 80)
		rawCBC(b, k[:32], k[64:], body[:288])
		rawHMAC(k[32:64], body[:288])
		return
	}
	gcm, err := newGCM(body[:16], 12)
	if err != nil {
		b.Fatal(err)
	}
	gcm.Seal(nil, body[:12], body, nil)
}
