// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"net"
	"testing"
	"time"
)

// deadlines is a connection that keeps what is written within which deadline.
type deadlines struct {
	net.Conn
	got   bytes.Buffer
	now   time.Time
	sizes []int
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.now, d.sizes = t, append(d.sizes, 0)
	return nil
}

func (d *deadlines) Write(p []byte) (int, error) {
	d.sizes[len(d.sizes)-1] += len(p)
	return d.got.Write(p)
}

// A slow connection is not a dead one: what counts is that something goes on.
// And no deadline is left behind: the TLS layer may have to write when we do not,
// and a write that fails is its end (RFC 8446 §4.6.3).
func TestPatienceIsForEachPiece(t *testing.T) {
	var d deadlines
	data := bytes.Repeat([]byte("0123456789"), 10_000)
	if err := writePatiently(&d, &d, data); err != nil || !bytes.Equal(d.got.Bytes(), data) {
		t.Errorf("%d bytes, %v", d.got.Len(), err)
	}
	for _, n := range d.sizes {
		if n > 16<<10 {
			t.Errorf("%d bytes within one deadline", n)
		}
	}
	if !d.now.IsZero() {
		t.Errorf("the deadline %v stays", d.now)
	}
}
