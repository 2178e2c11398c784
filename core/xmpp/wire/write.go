// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"io"
	"net"
	"slices"
	"strconv"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/crash"
)

const (
	batch     = 32 << 10 // bytes that are put together before they are written
	writeSize = 16 << 10 // bytes at a time, a TLS record at most; a link must take that much within writePatience
)

// writeWhole writes elements so that no TLS record has a part of one beside
// others, and none has its parts in two if it fits into one: then of what breaks
// off, the other side's parser sees nothing, for the most part (see queue.resume).
func (l *line) writeWhole(data []byte, ends []int) error {
	for from, i := 0, 0; i < len(ends); {
		to := ends[i]
		for i++; i < len(ends) && ends[i]-from <= writeSize; i++ {
			to = ends[i]
		}
		if err := writePatiently(l.raw, l.conn, data[from:to]); err != nil {
			return err
		}
		from = to
	}
	return nil
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
	_ = raw.SetWriteDeadline(time.Time{}) // what is written is written
	return nil
}

// write is the goroutine of a link's writer: it sends what waits, several elements
// in one go where there are, up to our goodbye.
func (s *Stream) write(l *line) {
	var p portion
	for !p.last {
		if cap(p.data) > 4*batch {
			p.data = nil
		}
		p = s.queue.take(p.data, s.count.h)
		if len(p.data) == 0 {
			select {
			case <-s.queue.wake:
				continue
			case <-l.lost:
				return
			}
		}
		if crash.Wanted("half-write") {
			_ = writePatiently(l.raw, l.conn, p.data[:len(p.data)/2])
		}
		crash.At("half-write")
		if err := l.writeWhole(p.data, p.ends); err != nil {
			s.lose(l, linkError("write", err))
			return
		}
		crash.At("after-write")
		s.queue.wrote(p)
	}
}

const askWord = "<r xmlns='" + nsSM + "'/>"

// portion is what is written in one go.
type portion struct {
	data  []byte
	ends  []int // of the elements in data
	items []*outgoing
	last  bool // nothing may follow
}

func (p *portion) add(element []byte) {
	p.data = append(p.data, element...)
	p.ends = append(p.ends, len(p.data))
}

func ackOf(h uint32) []byte {
	return []byte("<a xmlns='" + nsSM + "' h='" + strconv.FormatUint(uint64(h), 10) + "'/>")
}

// pieces cuts what a caller gives into whole elements: each must be counted. White
// space alone, which keeps a connection alive, is one.
func pieces(data []byte) ([][]byte, error) {
	var out [][]byte
	scan := scanner{limit: mostKept}
	for rest := data; len(rest) > 0; {
		n, whole, err := scan.scan(rest)
		switch {
		case err == nil && whole:
			out = append(out, bytes.TrimLeft(rest[:n], " \t\r\n"))
		case err != nil || scan.depth > 0 || scan.state != inText:
			return nil, fail(chat.Bug, "write", chat.CodeUnknown, plainly("no whole element"))
		case len(out) == 0:
			out = append(out, rest[:n])
		}
		rest = rest[n:]
	}
	return out, nil
}
