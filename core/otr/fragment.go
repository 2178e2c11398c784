// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	maxMessage   = 1 << 20   // bytes of one encoded message, in one piece
	maxAssembled = 512 << 10 // bytes of one encoded message, in parts
	partsKept    = 5 * time.Minute
	maxParts     = 65535
)

// assembly joins the parts of one message. Parts come in order, or the message is
// lost (OTRv3, "Fragmentation"): there is one assembly a conversation, so memory is
// bounded.
type assembly struct {
	from uint32
	n, k int // so many parts, and so many are here
	text strings.Builder
	at   time.Time // when the last part came
}

// part is one fragment.
type part struct {
	from, to uint32
	k, n     int
	text     string
}

// parsePart reads "?OTR|sender|receiver,k,n,text,".
func parsePart(text string) (part, bool) {
	text, is := strings.CutPrefix(strings.TrimSpace(text), "?OTR|")
	fields := strings.SplitN(text, ",", 5)
	if !is || len(fields) != 5 || fields[4] != "" || fields[3] == "" {
		return part{}, false
	}
	from, to, is := strings.Cut(fields[0], "|")
	sender, err1 := strconv.ParseUint(from, 16, 32)
	receiver, err2 := strconv.ParseUint(to, 16, 32)
	k, err3 := strconv.ParseUint(fields[1], 10, 16)
	n, err4 := strconv.ParseUint(fields[2], 10, 16)
	if !is || err1 != nil || err2 != nil || err3 != nil || err4 != nil || k == 0 || k > n {
		return part{}, false
	}
	return part{from: uint32(sender), to: uint32(receiver), k: int(k), n: int(n), text: fields[3]}, true
}

// add takes a part in. whole is the message when this was its last part; tooLarge
// says that it was given up for its size.
func (a *assembly) add(p part, now time.Time) (whole string, done, tooLarge bool) {
	switch {
	case p.k == 1:
		a.reset()
		a.from, a.n = p.from, p.n
	case p.from != a.from || p.n != a.n || p.k != a.k+1:
		a.reset()
		return "", false, false
	}
	if a.text.Len()+len(p.text) > maxAssembled {
		a.reset()
		return "", false, true
	}
	a.text.WriteString(p.text)
	a.k, a.at = p.k, now
	if a.k < a.n {
		return "", false, false
	}
	whole = a.text.String()
	a.reset()
	return whole, true, false
}

// expire forgets what nobody goes on with.
func (a *assembly) expire(now time.Time) {
	if a.k > 0 && now.Sub(a.at) > partsKept {
		a.reset()
	}
}

func (a *assembly) reset() { *a = assembly{} }

// split cuts an encoded message into texts of at most size bytes each; 0 leaves it
// in one piece.
func split(message string, size int, from, to uint32) ([]string, error) {
	if size <= 0 || len(message) <= size {
		return []string{message}, nil
	}
	head := fmt.Sprintf("?OTR|%08x|%08x,", from, to)
	room := size - len(head) - len("65535,65535,") - len(",")
	if room < 1 {
		return nil, fmt.Errorf("fragments of %d bytes have no room for a text", size)
	}
	n := (len(message) + room - 1) / room
	if n > maxParts {
		return nil, fmt.Errorf("%d fragments are too many", n)
	}
	parts := make([]string, 0, n)
	for k := 1; k <= n; k++ {
		piece := message[:min(room, len(message))]
		message = message[len(piece):]
		parts = append(parts, fmt.Sprintf("%s%05d,%05d,%s,", head, k, n, piece))
	}
	return parts, nil
}
