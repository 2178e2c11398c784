// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"encoding/binary"
	"math"
)

// MaxKeyMessage is how long, in bytes, what one <key/> holds may be. Those that are
// made have less than 300.
const MaxKeyMessage = 4096

// fields are what a message of Protocol Buffers (proto2) has at the numbers 1 to 15 in
// the two types that OMEMO needs. Others are passed over; a number that stands twice
// and one of another type make it malformed.
type fields struct {
	has     uint16 // bit n: number n is there
	numbers [16]uint32
	bytes   [16][]byte // into what was read
}

func (f *fields) all(numbers ...int) bool {
	for _, n := range numbers {
		if f.has&(1<<n) == 0 {
			return false
		}
	}
	return true
}

// Types of the wire format; groups are not read.
const (
	wireVarint = 0
	wireFixed8 = 1
	wireBytes  = 2
	wireFixed4 = 5
)

// readFields reads b. kinds names the fields that matter: 'n' a uint32, 'b' bytes, at
// their number.
func readFields(b []byte, kinds [16]byte) (f fields, ok bool) {
	if len(b) > MaxKeyMessage {
		return f, false
	}
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 || tag>>3 == 0 || tag > math.MaxUint32 {
			return f, false
		}
		b = b[n:]
		var number uint64
		var part []byte
		switch tag & 7 {
		case wireVarint:
			if number, n = binary.Uvarint(b); n <= 0 {
				return f, false
			}
			b = b[n:]
		case wireBytes:
			length, n := binary.Uvarint(b)
			if n <= 0 || length > uint64(len(b)-n) {
				return f, false
			}
			part, b = b[n:n+int(length)], b[n+int(length):]
		case wireFixed8, wireFixed4:
			size := 8
			if tag&7 == wireFixed4 {
				size = 4
			}
			if len(b) < size {
				return f, false
			}
			b = b[size:]
		default:
			return f, false
		}
		at := tag >> 3
		if at > 15 || kinds[at] == 0 {
			continue
		}
		if f.has&(1<<at) != 0 {
			return f, false
		}
		f.has |= 1 << at
		switch {
		case kinds[at] == 'n' && tag&7 == wireVarint && number <= math.MaxUint32:
			f.numbers[at] = uint32(number)
		case kinds[at] == 'b' && tag&7 == wireBytes:
			f.bytes[at] = part
		default:
			return f, false
		}
	}
	return f, true
}

func appendNumber(b []byte, at int, n uint32) []byte {
	return binary.AppendUvarint(append(b, byte(at<<3|wireVarint)), uint64(n))
}

func appendBytes(b []byte, at int, part []byte) []byte {
	b = binary.AppendUvarint(append(b, byte(at<<3|wireBytes)), uint64(len(part)))
	return append(b, part...)
}
