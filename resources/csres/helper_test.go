// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const goodManifest = `{"schema":1,"id":"org.acme.chat","name":"Acme Chat","version":"1.2.0","locale_default":"en"}`

// rawEntry is an entry of a zip in which everything can be a lie.
type rawEntry struct {
	name, localName string // the second "" for the same
	data            string
	method, flags   uint16
	mode            uint32
	size, packed    int // what the list says; 0 the truth
	crc             uint32
	at              int // where its header is said to be; 0 the truth
}

// rawZip writes a zip; count is what its end says, -1 the truth.
func rawZip(entries []rawEntry, count int) []byte {
	var out, list bytes.Buffer
	for _, e := range entries {
		content := []byte(e.data)
		if e.method == zipDeflated {
			content = deflate(e.data)
		}
		local, at := e.localName, out.Len()
		if local == "" {
			local = e.name
		}
		size, packed, crc := e.size, e.packed, e.crc
		if size == 0 {
			size = len(e.data)
		}
		if packed == 0 {
			packed = len(content)
		}
		if crc == 0 {
			crc = crc32.ChecksumIEEE([]byte(e.data))
		}
		if e.at != 0 {
			at = e.at
		}
		put := func(b *bytes.Buffer, n int, v int) {
			for range n {
				b.WriteByte(byte(v)) //nolint:gosec // the low byte is meant
				v >>= 8
			}
		}
		out.WriteString("PK\x03\x04")
		put(&out, 2, 20)
		put(&out, 2, int(e.flags))
		put(&out, 2, int(e.method))
		put(&out, 4, 0)
		put(&out, 4, int(crc))
		put(&out, 4, packed)
		put(&out, 4, size)
		put(&out, 2, len(local))
		put(&out, 2, 0)
		out.WriteString(local)
		out.Write(content)
		list.WriteString("PK\x01\x02")
		put(&list, 2, 3<<8|20)
		put(&list, 2, 20)
		put(&list, 2, int(e.flags))
		put(&list, 2, int(e.method))
		put(&list, 4, 0)
		put(&list, 4, int(crc))
		put(&list, 4, packed)
		put(&list, 4, size)
		put(&list, 2, len(e.name))
		put(&list, 2, 0)
		put(&list, 2, 0)
		put(&list, 2, 0)
		put(&list, 2, 0)
		put(&list, 4, int(e.mode<<16))
		put(&list, 4, at)
		list.WriteString(e.name)
	}
	at := out.Len()
	out.Write(list.Bytes())
	if count < 0 {
		count = len(entries)
	}
	end := make([]byte, zipEndLen)
	copy(end, "PK\x05\x06")
	le.PutUint16(end[8:], uint16(count))       //nolint:gosec // a test's small number
	le.PutUint16(end[10:], uint16(count))      //nolint:gosec // a test's small number
	le.PutUint32(end[12:], uint32(list.Len())) //nolint:gosec // a test's small number
	le.PutUint32(end[16:], uint32(at))         //nolint:gosec // a test's small number
	out.Write(end)
	return out.Bytes()
}

func deflate(s string) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		panic(err)
	}
	_, _ = w.Write([]byte(s)) // to memory
	_ = w.Close()
	return b.Bytes()
}

// manifestFor lists files with their hashes.
func manifestFor(files map[string]string) string {
	m, problems := parseManifest([]byte(goodManifest))
	if len(problems) > 0 {
		panic(problems)
	}
	m.Files = map[string]FileSum{}
	for name, data := range files {
		sum := sha256.Sum256([]byte(data))
		m.Files[name] = FileSum{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}
	}
	return string(m.Encode())
}

// goodZip are entries that make a bundle of those files.
func goodZip(files map[string]string) []rawEntry {
	entries := []rawEntry{{name: ManifestName, data: manifestFor(files)}}
	for name, data := range files {
		entries = append(entries, rawEntry{name: name, data: data})
	}
	return entries
}

func writeZip(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.csres")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func writeDir(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "x.csres")
	if _, there := files[ManifestName]; !there {
		put(t, dir, ManifestName, goodManifest)
	}
	for name, data := range files {
		put(t, dir, name, data)
	}
	return dir
}

func put(t testing.TB, dir, name, data string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

// refused opens a bundle that has to be refused, with a fault of that file and
// reason (parts of them).
func refused(t *testing.T, path, file, reason string) {
	t.Helper()
	b, err := Open(path)
	var e *Error
	if b != nil || !errors.As(err, &e) {
		t.Fatalf("it was taken (%v)", err)
	}
	for _, p := range e.Problems {
		if strings.Contains(p.File, file) && strings.Contains(p.Reason, reason) {
			return
		}
	}
	t.Errorf("no fault of %q with %q: %q", file, reason, e.Problems)
}
