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
	from uint32 // 0 in version 2
	n, k int    // so many parts, and so many are here
	text strings.Builder
	at   time.Time // when the last part came
}

// part is one fragment.
type part struct {
	version  uint16
	from, to uint32 // 0 in version 2
	k, n     int
	text     string
}

// parsePart reads "?OTR|sender|receiver,k,n,text," and version 2's "?OTR,k,n,text,".
func parsePart(text string) (p part, ok bool) {
	fields := strings.SplitN(strings.TrimSpace(text), ",", 5)
	if len(fields) != 5 || fields[4] != "" || fields[3] == "" {
		return part{}, false
	}
	p.version, p.text = 2, fields[3]
	if tags, is := strings.CutPrefix(fields[0], "?OTR|"); is {
		from, to, both := strings.Cut(tags, "|")
		sender, err1 := strconv.ParseUint(from, 16, 32)
		receiver, err2 := strconv.ParseUint(to, 16, 32)
		if !both || err1 != nil || err2 != nil {
			return part{}, false
		}
		p.version, p.from, p.to = 3, uint32(sender), uint32(receiver)
	} else if fields[0] != "?OTR" {
		return part{}, false
	}
	k, err1 := strconv.ParseUint(fields[1], 10, 16)
	n, err2 := strconv.ParseUint(fields[2], 10, 16)
	if err1 != nil || err2 != nil || k == 0 || k > n {
		return part{}, false
	}
	p.k, p.n = int(k), int(n)
	return p, true
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

// headV2 is how the parts of a message of version 2 begin.
const headV2 = "?OTR,"

// headV3 is how those of a message of version 3 begin.
func headV3(from, to uint32) string { return fmt.Sprintf("?OTR|%08x|%08x,", from, to) }

// split cuts an encoded message into texts of at most size bytes each that begin with
// head; 0 leaves it in one piece.
func split(message string, size int, head string) ([]string, error) {
	if size <= 0 || len(message) <= size {
		return []string{message}, nil
	}
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
