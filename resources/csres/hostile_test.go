// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Names that no bundle may have; in a zip all of them can be tried.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, reason string }{
		{"../strings/de.json", ".."},
		{"strings/../../de.json", ".."},
		{"/etc/passwd", "absolute"},
		{"//strings/de.json", "absolute"},
		{"C:/strings/de.json", "colon"},
		{"strings\\de.json", "backslash"},
		{"strings/d\x00e.json", "invisible"},
		{"strings/de.json\x00", "invisible"},
		{"strings/d\u202ee.json", "invisible"},
		{"strings/d\u200be.json", "invisible"},
		{"strings/\n.json", "invisible"},
		{"strings/cafe\u0301.json", "NFC"},
		{"strings/\xff.json", "UTF-8"},
		{"strings//de.json", "empty part"},
		{"./strings/de.json", "empty part"},
		{"", "no name"},
		{"/", "no name"},
		{"strings/de.json.", "dot"},
		{"strings /de.json", "space"},
		{"strings/" + strings.Repeat("a", MaxName), "bytes"},
		{strings.Repeat("a/", MaxFolders+1) + "b", "deep"},
	} {
		t.Run(fmt.Sprintf("%q", c.name), func(t *testing.T) {
			t.Parallel()
			entries := append(goodZip(nil), rawEntry{name: c.name, data: "{}"})
			refused(t, writeZip(t, rawZip(entries, -1)), strings.TrimSuffix(c.name, "/"), c.reason)
			if _, problems := parseManifest([]byte(manifestFor(map[string]string{c.name: "{}"}))); len(problems) == 0 && c.name != "/" {
				t.Error("a manifest may list it")
			}
		})
	}
}

func TestHostileZips(t *testing.T) {
	t.Parallel()
	texts := map[string]string{"strings/base.json": "{}"}
	with := func(more ...rawEntry) []byte { return rawZip(append(goodZip(texts), more...), -1) }
	many := goodZip(texts)
	for i := range MaxEntries {
		many = append(many, rawEntry{name: fmt.Sprintf("help/%d.md", i)})
	}
	large := strings.Repeat("0123456789abcdef", MaxFile/16+1)
	zeros := strings.Repeat("\x00", 4<<20)
	half := goodZip(map[string]string{"help/a.md": "a"})
	nested := with(rawEntry{name: "help/inner.zip", data: string(with())})
	for _, c := range []struct {
		name         string
		data         []byte
		file, reason string
	}{
		{"no zip", []byte("PK\x03\x04 and nothing else, which is far too little"), "", "no zip"},
		{"empty", nil, "", "no zip"},
		{"cut off", with()[:200], "", "no zip"},
		{"something behind", append(with(), 0), "", "no zip"},
		{"something before", append([]byte("#!/bin/sh\n"), with()...), "", "list"},
		{"twice", with(rawEntry{name: "strings/base.json", data: "{}"}), "strings/base.json", "twice"},
		{"twice by capitals", with(rawEntry{name: "strings/BASE.json", data: "{}"}), "strings/BASE.json", "capital"},
		{"folders by capitals", with(rawEntry{name: "Strings/de.json", data: "{}"}), "Strings/de.json", "capital"},
		{"capitals beyond ASCII", with(rawEntry{name: "help/straße.md"}, rawEntry{name: "help/STRASSE.md"}), "STRASSE", "capital"},
		{"file and folder", with(rawEntry{name: "strings", data: "x"}), "strings", "file and a folder"},
		{"folder and file", rawZip(append([]rawEntry{{name: "help", data: "x"}}, goodZip(map[string]string{"help/a.md": "a"})...), -1), "help/a.md", "file and a folder"},
		{"folder with content", with(rawEntry{name: "help/", data: "content", mode: 0o40755}), "help/", "folder"},
		{"symbolic link", with(rawEntry{name: "help/passwd.md", data: "/etc/passwd", mode: 0o120777}), "help/passwd.md", "symbolic link"},
		{"device", with(rawEntry{name: "help/null.md", mode: 0o20666}), "help/null.md", "neither"},
		{"pipe", with(rawEntry{name: "help/pipe.md", mode: 0o10666}), "help/pipe.md", "neither"},
		{"too many", rawZip(many, -1), "", "4096 entries"},
		{"more than it says", rawZip(append(goodZip(texts), rawEntry{name: "help/a.md"}), 1), "", "more entries than it says"},
		{"fewer than it says", rawZip(goodZip(texts), 9), "", "damaged"},
		{"too large a file", with(rawEntry{name: "help/a.md", data: large, method: zipDeflated}), "help/a.md", "MiB"},
		{"bomb", with(rawEntry{name: "help/a.md", data: zeros, method: zipDeflated}), "help/a.md", "100 times"},
		{"bomb that lies", rawZip(append(half[:1], rawEntry{name: "help/a.md", data: zeros, size: 1, method: zipDeflated}), -1), "help/a.md", "more than the list says"},
		{"bomb that is less", rawZip(append(half[:1:1], rawEntry{name: "help/a.md", data: "a", size: 300, method: zipDeflated}), -1), "help/a.md", "size"},
		{"all too large", rawZip(manyLarge(), -1), "", "64 MiB"},
		{"entries in one another", overlapping(), "", "lies inside"},
		{"two names", with(rawEntry{name: "help/a.md", localName: "help/b.md"}), "", "two names"},
		{"encrypted", with(rawEntry{name: "help/a.md", data: "secret", flags: 1}), "help/a.md", "encrypted"},
		{"other method", with(rawEntry{name: "help/a.md", data: "x", method: 12}), "help/a.md", "method"},
		{"wrong CRC", rawZip(append(half[:1:1], rawEntry{name: "help/a.md", data: "a", crc: 7}), -1), "help/a.md", "CRC"},
		{"header elsewhere", with(rawEntry{name: "help/a.md", at: 3}), "", "where the list says"},
		{"cut content", with(rawEntry{name: "help/a.md", packed: 5000, size: 5000}), "", "cut off"},
		{"zip64", bytes.Replace(with(), []byte("PK\x05\x06\x00\x00\x00\x00\x02\x00\x02\x00"), []byte("PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff"), 1), "", "zip64"},
		{"parts", bytes.Replace(with(), []byte("PK\x05\x06\x00\x00"), []byte("PK\x05\x06\x01\x00"), 1), "", "parts"},
		{"no manifest", rawZip([]rawEntry{{name: "strings/base.json", data: "{}"}}, -1), ManifestName, "missing"},
		{"inside a folder", rawZip([]rawEntry{{name: "x.csres/manifest.json", data: goodManifest}}, -1), ManifestName, "there is one in x.csres"},
		{"no list", rawZip([]rawEntry{{name: ManifestName, data: goodManifest}}, -1), ManifestName, "lists no files"},
		{"wrong hash", rawZip(append(half[:1:1], rawEntry{name: "help/a.md", data: "b"}), -1), "help/a.md", "SHA-256"},
		{"wrong size", rawZip(append(half[:1:1], rawEntry{name: "help/a.md", data: "aa"}), -1), "help/a.md", "bytes"},
		{"listed and missing", rawZip(half[:1], -1), "help/a.md", "not in the bundle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refused(t, writeZip(t, c.data), c.file, c.reason)
		})
	}
	if b, err := Open(writeZip(t, nested)); err != nil || b.Has("help/inner.zip") {
		t.Errorf("a zip that nobody lists: %v", err)
	}
}

// manyLarge are nine files of the largest size, by what the list says.
func manyLarge() []rawEntry {
	entries := goodZip(nil)
	for i := range 9 {
		entries = append(entries, rawEntry{name: fmt.Sprintf("help/%d.md", i), data: noise(250_000), size: MaxFile, method: zipDeflated})
	}
	return entries
}

// noise is text that packs to about half.
func noise(n int) string {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = "0123456789abcdef"[x>>28]
	}
	return string(b)
}

// overlapping has two entries with one content (the better zip bomb).
func overlapping() []byte {
	entries := goodZip(map[string]string{"help/a.md": "aaaa"})
	data := rawZip(append(entries, rawEntry{name: "help/a.md", data: "aaaa"}), -1)
	at := bytes.Index(data, []byte("PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00"+string(crcOf("aaaa"))))
	last := bytes.LastIndex(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[last+42:], uint32(at)) //nolint:gosec // a small file
	return data
}

func crcOf(s string) []byte {
	return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(s)))
}

func TestHostileFolders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		spoil        func(t *testing.T, dir string)
		file, reason string
	}{
		{"symbolic link", func(t *testing.T, dir string) { link(t, "/etc/passwd", dir, "help/a.md") }, "help/a.md", "symbolic link"},
		{"link inside", func(t *testing.T, dir string) { link(t, "../manifest.json", dir, "help/a.md") }, "help/a.md", "symbolic link"},
		{"folder that is a link", func(t *testing.T, dir string) { link(t, "/etc", dir, "legal") }, "legal", "symbolic link"},
		{"link to itself", func(t *testing.T, dir string) { link(t, "a.md", dir, "help/a.md") }, "help/a.md", "symbolic link"},
		{"hidden link", func(t *testing.T, dir string) { link(t, "/etc/passwd", dir, ".x") }, ".x", "symbolic link"},
		{"manifest is a link", func(t *testing.T, dir string) {
			remove(t, dir, ManifestName)
			link(t, "/etc/passwd", dir, ManifestName)
		}, ManifestName, "symbolic link"},
		{"pipe", func(t *testing.T, dir string) {
			if err := syscall.Mkfifo(filepath.Join(dir, "help", "a.md"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "help/a.md", "neither"},
		{"socket", func(t *testing.T, dir string) {
			// The path of a socket is short.
			short, err := os.MkdirTemp("", "s")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(short) })
			l, err := net.Listen("unix", filepath.Join(short, "s"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			if err := os.Rename(filepath.Join(short, "s"), filepath.Join(dir, "help", "a.md")); err != nil {
				t.Fatal(err)
			}
		}, "help/a.md", "neither"},
		{"device", func(t *testing.T, dir string) {
			if err := syscall.Mknod(filepath.Join(dir, "help", "a.md"), syscall.S_IFCHR|0o600, 1<<8|3); err != nil {
				t.Skip("devices are made by root only")
			}
		}, "help/a.md", "neither"},
		{"too many", func(t *testing.T, dir string) {
			for i := range MaxEntries {
				put(t, dir, fmt.Sprintf("help/%d", i), "")
			}
		}, "", "4096 entries"},
		{"too deep", func(t *testing.T, dir string) { put(t, dir, strings.Repeat("help/", 9)+"a.md", "") }, "help", "deep"},
		{"too large", func(t *testing.T, dir string) { large(t, dir, "help/a.md", MaxFile+1) }, "help/a.md", "MiB"},
		{"all too large", func(t *testing.T, dir string) {
			for i := range 9 {
				large(t, dir, fmt.Sprintf("sounds/%d.bin", i), MaxFile)
			}
		}, "sounds/", "64 MiB"},
		{"capitals", func(t *testing.T, dir string) {
			if runtime.GOOS == "darwin" {
				t.Skip("this disk does not tell capitals")
			}
			put(t, dir, "help/a.md", "")
			put(t, dir, "help/A.md", "")
		}, "help/", "capital"},
		{"NFD", func(t *testing.T, dir string) { put(t, dir, "help/cafe\u0301.md", "") }, "help/", "NFC"},
		{"signed without a list", func(t *testing.T, dir string) { put(t, dir, SignatureName, "x") }, SignatureName, "no signature"},
		{"changed after the list was made", func(t *testing.T, dir string) {
			if _, err := Refresh(dir, time.Time{}); err != nil {
				t.Fatal(err)
			}
			put(t, dir, "strings/base.json", `{ }`)
		}, "strings/base.json", "bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := writeDir(t, map[string]string{"strings/base.json": "{}", "help/x.md": "x"})
			c.spoil(t, dir)
			refused(t, dir, c.file, c.reason)
		})
	}
}

func link(t *testing.T, to, dir, name string) {
	t.Helper()
	if err := os.Symlink(to, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func large(t *testing.T, dir, name string, size int64) {
	t.Helper()
	put(t, dir, name, "")
	if err := os.Truncate(filepath.Join(dir, filepath.FromSlash(name)), size); err != nil {
		t.Fatal(err)
	}
}

// What was listed as a file and is something else when it is read is not read:
// neither a link, nor another file, nor a pipe without a writer, which would hang.
func TestExchangedWhileRead(t *testing.T) {
	t.Parallel()
	for name, exchange := range map[string]func(t *testing.T, dir string){
		"link out":   func(t *testing.T, dir string) { link(t, "/etc/passwd", dir, "help/x.md") },
		"link in":    func(t *testing.T, dir string) { link(t, "../other.md", dir, "help/x.md") },
		"other file": func(t *testing.T, dir string) { put(t, dir, "help/x.md", "other") },
		"pipe": func(t *testing.T, dir string) {
			if err := syscall.Mkfifo(filepath.Join(dir, "help", "x.md"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"folder": func(t *testing.T, dir string) { put(t, dir, "help/x.md/y", "") },
		"folder above": func(t *testing.T, dir string) {
			if err := os.Rename(filepath.Join(dir, "help"), filepath.Join(dir, "was")); err != nil {
				t.Fatal(err)
			}
			link(t, "/etc", dir, "help")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := writeDir(t, map[string]string{"help/x.md": "x", "other.md": "other"})
			src, problems := openDir(dir)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			defer src.close()
			// The file stays, under another name, so that its number is not used again.
			if err := os.Rename(filepath.Join(dir, "help", "x.md"), filepath.Join(dir, "kept.md")); err != nil {
				t.Fatal(err)
			}
			exchange(t, dir)
			if data, err := src.read("help/x.md"); err == nil {
				t.Errorf("%q was read", data)
			}
		})
	}
}
