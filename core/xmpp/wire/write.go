// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"io"
	"net"
	"slices"
	"time"
)

const (
	batch     = 32 << 10 // bytes that are put together before they are written
	writeSize = 16 << 10 // bytes at a time; a link must take that much within writePatience
)

type outgoing struct {
	element []byte
	written chan error // gets the outcome if not nil; has room for it
	last    bool       // it is our goodbye: what is queued behind it is dropped
}

// writePatiently writes to conn, which is over raw, as long as anything goes on.
// It leaves no deadline: the TLS layer also writes for itself.
func writePatiently(raw net.Conn, conn io.Writer, data []byte) error {
	for piece := range slices.Chunk(data, writeSize) {
		_ = raw.SetWriteDeadline(time.Now().Add(writePatience))
		if _, err := conn.Write(piece); err != nil {
			return err
		}
	}
	return raw.SetWriteDeadline(time.Time{})
}

// write sends what waits, several elements in one go where there are, up to our
// goodbye.
func (s *Stream) write() {
	var waiting []chan error
	var data []byte
	for last := false; ; {
		var next outgoing
		select {
		case next = <-s.out:
		case <-s.down:
			return
		}
		if last {
			continue // too late; who waits for it is told when the stream ends
		}
		if data, waiting = data[:0], waiting[:0]; cap(data) > 4*batch {
			data = nil
		}
		for more := true; more; {
			data, last = append(data, next.element...), next.last
			if next.written != nil {
				waiting = append(waiting, next.written)
			}
			more = !last && len(data) < batch
			if more {
				select {
				case next = <-s.out:
				default:
					more = false
				}
			}
		}
		err := writePatiently(s.link.raw, s.link.conn, data)
		if err != nil {
			s.end(linkError("write", err))
			err = s.ending
		}
		for _, w := range waiting {
			w <- err
		}
		if err != nil {
			return
		}
	}
}
