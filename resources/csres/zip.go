// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"strings"
)

// A zip is read by its central directory alone and has to say the same wherever
// it says something: one directory at the end, entries that lie one after the
// other and do not overlap, names that are equal in both places. What only some
// programs understand (zip64, encryption, parts, other methods) is refused, so
// that no two programs can see two bundles in one file. APPNOTE.TXT 6.3.10.
const (
	zipEndLen, zipDirLen, zipFileLen = 22, 46, 30

	zipStored, zipDeflated = 0, 8
	zipEncrypted           = 1<<0 | 1<<6 | 1<<13
)

// maxZip bounds the file itself: everything stored, with room for its lists.
const maxZip = MaxTotal + 4<<20

var le = binary.LittleEndian

type zipEntry struct {
	name             string
	flags, method    uint16
	crc              uint32
	packed, unpacked int64
	at, data         int64 // where its header and its content begin
	mode             uint32
}

type zipSource struct {
	file    []byte
	entries map[string]zipEntry
}

// openZip reads a zip's directory. The source is nil if it makes no sense.
func openZip(name string) (source, []Problem) {
	f, err := os.Open(name)
	if err != nil {
		return nil, []Problem{{Reason: because(err)}}
	}
	defer f.Close() //nolint:errcheck // opened for reading
	data, err := io.ReadAll(io.LimitReader(f, maxZip+1))
	if err != nil {
		return nil, []Problem{{Reason: because(err)}}
	}
	return zipFrom(data)
}

func zipFrom(data []byte) (source, []Problem) {
	if len(data) > maxZip {
		return nil, []Problem{{Reason: fmt.Sprintf("has more than %d MiB", MaxTotal>>20)}}
	}
	entries, err := zipDirectory(data)
	if err != nil {
		return nil, []Problem{{Reason: err.Error()}}
	}
	s := &zipSource{file: data, entries: map[string]zipEntry{}}
	var problems []Problem
	fault := func(name, reason string) { problems = append(problems, Problem{File: name, Reason: reason}) }
	names, total := newNameSet(), int64(0)
	for _, e := range entries {
		name, folder := strings.CutSuffix(e.name, "/")
		reason := checkName(name)
		if reason == "" {
			reason = e.check(folder)
		}
		if reason == "" {
			reason = names.add(name, folder)
		}
		if reason != "" {
			fault(e.name, reason)
			continue
		}
		if total += e.unpacked; total > MaxTotal {
			fault(e.name, fmt.Sprintf("the bundle has more than %d MiB", MaxTotal>>20))
			return nil, problems
		}
		if !folder {
			s.entries[name] = e
		}
	}
	return s, problems
}

// check says what is wrong with an entry, apart from its name.
func (e zipEntry) check(folder bool) string {
	const kind, symlink, regular, directory = 0xf000, 0xa000, 0x8000, 0x4000
	switch {
	case e.mode&kind == symlink:
		return "is a symbolic link"
	case e.mode&kind != 0 && e.mode&kind != regular && e.mode&kind != directory:
		return "is neither a file nor a folder"
	case folder != (e.mode&kind == directory) && e.mode&kind != 0:
		return "is a file by its name and a folder by its kind, or the other way round"
	case e.flags&zipEncrypted != 0:
		return "is encrypted"
	case e.method != zipStored && e.method != zipDeflated:
		return fmt.Sprintf("is packed by a method that is not used here (%d)", e.method)
	case folder && (e.packed != 0 || e.unpacked != 0) && e.packed > 2:
		return "is a folder with content"
	case e.method == zipStored && e.packed != e.unpacked:
		return "its two sizes differ, though it is not packed"
	case e.unpacked > MaxFile:
		return tooLarge().Error()
	case e.unpacked > 4096 && e.unpacked > MaxRatio*e.packed:
		return fmt.Sprintf("unpacks to more than %d times its size", MaxRatio)
	}
	return ""
}

// zipDirectory reads the list at the end of a zip.
func zipDirectory(data []byte) ([]zipEntry, error) {
	end, err := zipEnd(data)
	if err != nil {
		return nil, err
	}
	count, size, at := int(le.Uint16(end[10:])), int64(le.Uint32(end[12:])), int64(le.Uint32(end[16:]))
	endAt := int64(len(data) - len(end))
	switch {
	case le.Uint16(end[4:]) != 0 || le.Uint16(end[6:]) != 0 || le.Uint16(end[8:]) != le.Uint16(end[10:]):
		return nil, errors.New("is a part of a zip in parts")
	case count == 0xffff || size == 0xffffffff || at == 0xffffffff:
		return nil, errors.New("is a zip64, which no bundle needs")
	case count > MaxEntries:
		return nil, fmt.Errorf("has more than %d entries", MaxEntries)
	case at+size != endAt:
		return nil, errors.New("is no whole zip: its list is not where it says")
	}
	entries := make([]zipEntry, 0, count)
	rest := data[at:endAt]
	for range count {
		e, n, err := zipListed(rest)
		if err != nil {
			return nil, err
		}
		if err := e.locate(data[:at]); err != nil {
			return nil, fmt.Errorf("%q: %w", e.name, err)
		}
		entries, rest = append(entries, e), rest[n:]
	}
	if len(rest) > 0 {
		return nil, errors.New("its list has more entries than it says")
	}
	return entries, overlap(entries)
}

// zipEnd is the record at the end, with its comment. There has to be one reading:
// the record whose comment ends where the file ends, nearest to the end.
func zipEnd(data []byte) ([]byte, error) {
	for at := len(data) - zipEndLen; at >= 0 && at >= len(data)-zipEndLen-0xffff; at-- {
		end := data[at:]
		if string(end[:4]) == "PK\x05\x06" {
			if int(le.Uint16(end[20:])) != len(end)-zipEndLen {
				break
			}
			return end, nil
		}
	}
	return nil, errors.New("is no zip, and no folder")
}

// zipListed reads an entry of the list and says how long it is.
func zipListed(b []byte) (zipEntry, int, error) {
	if len(b) < zipDirLen || string(b[:4]) != "PK\x01\x02" {
		return zipEntry{}, 0, errors.New("is no whole zip: its list is damaged")
	}
	e := zipEntry{
		flags: le.Uint16(b[8:]), method: le.Uint16(b[10:]), crc: le.Uint32(b[16:]),
		packed: int64(le.Uint32(b[20:])), unpacked: int64(le.Uint32(b[24:])), at: int64(le.Uint32(b[42:])),
	}
	if by := b[5]; by == 3 || by == 19 { // Unix and macOS keep a mode
		e.mode = le.Uint32(b[38:]) >> 16
	}
	n := int(le.Uint16(b[28:]))
	whole := zipDirLen + n + int(le.Uint16(b[30:])) + int(le.Uint16(b[32:]))
	if len(b) < whole {
		return zipEntry{}, 0, errors.New("is no whole zip: its list is damaged")
	}
	e.name = string(b[zipDirLen : zipDirLen+n])
	return e, whole, nil
}

// locate finds the entry's content by its own header, which has to agree.
func (e *zipEntry) locate(data []byte) error {
	if e.at+zipFileLen > int64(len(data)) {
		return errors.New("its content is not where the list says")
	}
	h := data[e.at:]
	if string(h[:4]) != "PK\x03\x04" {
		return errors.New("its content is not where the list says")
	}
	n := int64(le.Uint16(h[26:]))
	e.data = e.at + zipFileLen + n + int64(le.Uint16(h[28:]))
	switch {
	case e.data+e.packed > int64(len(data)):
		return errors.New("its content is cut off")
	case string(h[zipFileLen:zipFileLen+n]) != e.name:
		return errors.New("has two names")
	case le.Uint16(h[8:]) != e.method || (le.Uint16(h[6:])^e.flags)&zipEncrypted != 0:
		return errors.New("is packed in two ways")
	}
	return nil
}

// overlap finds entries that share bytes, of which a small file makes a large
// bundle.
func overlap(entries []zipEntry) error {
	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, func(a, b zipEntry) int { return int(a.at - b.at) })
	for i := 1; i < len(sorted); i++ {
		if sorted[i].at < sorted[i-1].data+sorted[i-1].packed {
			return fmt.Errorf("%q lies inside %q", sorted[i].name, sorted[i-1].name)
		}
	}
	return nil
}

func (s *zipSource) files() map[string]int64 {
	sizes := make(map[string]int64, len(s.entries))
	for name, e := range s.entries {
		sizes[name] = e.unpacked
	}
	return sizes
}

func (s *zipSource) read(name string) ([]byte, error) {
	e := s.entries[name]
	data := slices.Clone(s.file[e.data : e.data+e.packed]) // the file itself goes
	if e.method == zipDeflated {
		from := bytes.NewReader(data)
		unpack := flate.NewReader(from)
		to := make([]byte, e.unpacked, e.unpacked+1) // checked: at most MaxFile
		if _, err := io.ReadFull(unpack, to); err != nil {
			return nil, errors.New("can not be unpacked to the size that the list says")
		}
		if n, err := unpack.Read(to[e.unpacked : e.unpacked+1]); n > 0 || !errors.Is(err, io.EOF) || from.Len() > 0 {
			return nil, errors.New("unpacks to more than the list says")
		}
		data = to
	}
	if crc32.ChecksumIEEE(data) != e.crc {
		return nil, errors.New("is damaged (CRC-32)")
	}
	return data, nil
}

func (s *zipSource) close() {}
