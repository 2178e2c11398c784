// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"io"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
)

// endless is a server that sends one large message after another.
type endless struct {
	text string
	n    int
	rest string
	took int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.rest == "" {
		e.n++
		e.rest = "<message id='" + strconv.Itoa(e.n) + "'><body>" + e.text + "</body></message>"
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	e.took += int64(n)
	return n, nil
}

// However large the elements are, what waits for Next has a bound.
func TestReadingAhead(t *testing.T) {
	for _, size := range []int{100, 60_000, 5 << 20} {
		synctest.Test(t, func(t *testing.T) {
			server := &endless{text: strings.Repeat("x", size)}
			s := &Stream{
				log: slog.New(slog.DiscardHandler),
				in:  make(chan Element, pendingIn), large: make(chan struct{}, pendingLarge), down: make(chan struct{}),
			}
			done := make(chan struct{})
			go func() { defer close(done); _ = s.pump(&line{link: &link{frames: newFrames(server, MaxAfterLogin)}}) }()
			defer func() {
				s.ending = io.EOF
				close(s.down)
				<-done
			}()
			for want := range min(100, 50<<20/size) {
				synctest.Wait() // until nothing more fits
				if ahead := server.took - int64(want*(size+40)); ahead > 32<<20 {
					t.Fatalf("%d bytes are read ahead", ahead)
				}
				el, err := s.Next(t.Context())
				if err != nil || el.Seq != uint64(want)+1 || !strings.HasPrefix(string(el.Bytes), "<message id='"+strconv.Itoa(want+1)+"'>") {
					t.Fatalf("element %d: %d, %v", want, el.Seq, err)
				}
			}
		})
	}
}

// A large element leaves no large buffer behind.
func TestBufferShrinks(t *testing.T) {
	large := "<a>" + strings.Repeat("x", 8<<20) + "</a>"
	f := newFrames(strings.NewReader(large+"<b/><c/>"), MaxAfterLogin)
	for _, want := range []string{large, "<b/>", "<c/>"} {
		el, err := f.next()
		if err != nil || string(el) != want {
			t.Fatalf("%d bytes, %v", len(el), err)
		}
		if cap(f.buf) > 1<<20 {
			t.Errorf("a buffer of %d bytes stays", cap(f.buf))
		}
	}
}
