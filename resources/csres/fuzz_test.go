// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
)

// FuzzZip reads any bytes as a packed bundle. What is taken keeps every limit, is
// what its manifest says, and is the same when it is written and read again.
func FuzzZip(f *testing.F) {
	good := map[string]string{"strings/base.json": `{"a":{"text":"b"}}`, "images/a.svg": svgHead + `</svg>`, "help/a.md": "# a"}
	f.Add(rawZip(goodZip(good), -1))
	f.Add(rawZip(append(goodZip(good), rawEntry{name: "help/b.md", data: "zeros zeros zeros zeros", method: zipDeflated}), -1))
	f.Add(rawZip(append(goodZip(good), rawEntry{name: "../a", data: "x"}), -1))
	f.Add(overlapping())
	if key, err := GenerateKey(); err == nil {
		manifest := manifestFor(good)
		f.Add(rawZip(append(goodZip(good), rawEntry{name: SignatureName, data: string(makeSignature(key, []byte(manifest)))}), -1))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		src, problems := zipFrom(data)
		if src == nil {
			if len(problems) == 0 {
				t.Fatal("refused without a reason")
			}
			return
		}
		b, more := verify(src, true, false)
		if problems = append(problems, more...); len(problems) > 0 {
			for _, p := range problems {
				if p.Reason == "" || p.Minor {
					t.Fatalf("no reason: %+v", p)
				}
			}
			return
		}
		keepsLimits(t, b)
		again, err := b.zip(b.raw, nil)
		if err != nil {
			t.Fatal(err)
		}
		src, problems = zipFrom(again)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		c, problems := verify(src, true, false)
		if len(problems) > 0 || len(Diff(b, c)) > 0 && b.Signer() == "" {
			t.Fatalf("it is another when it is written: %v %v", problems, Diff(b, c))
		}
	})
}

func keepsLimits(t *testing.T, b *Bundle) {
	t.Helper()
	total := 0
	if len(b.names) > MaxEntries || !ValidID(b.manifest.ID) || !ValidName(b.manifest.Name) {
		t.Errorf("%d files, manifest %+v", len(b.names), b.manifest)
	}
	for _, name := range b.names {
		data := b.File(name)
		if reason := checkName(name); reason != "" || len(data) > MaxFile {
			t.Errorf("%q: %s, %d bytes", name, reason, len(data))
		}
		total += len(data)
		if want, listed := b.manifest.Files[name]; listed {
			if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != hex.EncodeToString(want.sum[:]) {
				t.Errorf("%s is not what the manifest says", name)
			}
		}
	}
	if total > MaxTotal {
		t.Errorf("%d bytes", total)
	}
}

// FuzzFolder puts any file under any name into a folder. What is taken is what
// was put there, and nothing of what lies beside the folder.
func FuzzFolder(f *testing.F) {
	for _, c := range []struct{ name, data string }{
		{"strings/base.json", `{"a":{"text":"b"}}`},
		{"images/a.svg", svgHead + `<path d="M0 0h1"/></svg>`},
		{"help/a.md", "<b>"},
		{"../a", "x"},
		{"manifest.json", goodManifest},
		{"SIGNATURE", "a b c"},
		{"images/a.png", pngHead(1, 1)},
		{"fonts/a.ttf", "OTTO"},
		{"strings", "x"},
	} {
		f.Add(c.name, []byte(c.data))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		dir := writeDir(t, map[string]string{"../secret.md": "secret", "help/x.md": "x"})
		path := filepath.Join(dir, name)
		if !filepath.IsLocal(name) || os.MkdirAll(filepath.Dir(path), 0o700) != nil || os.WriteFile(path, data, 0o600) != nil {
			return
		}
		b, err := Open(dir)
		if err != nil {
			return
		}
		keepsLimits(t, b)
		for _, file := range b.Names() {
			on, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
			if err != nil || !bytes.Equal(on, b.File(file)) {
				t.Errorf("%s is not what lies there (%v)", file, err)
			}
		}
	})
}
