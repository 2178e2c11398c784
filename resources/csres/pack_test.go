// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestPackIsDeterministic(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"strings/base.json": `{"a":{"text":"b"}}`, "help/long.md": strings.Repeat("Words and more words.\n", 200), "images/a.svg": svgHead + "</svg>",
		"README.md": "not part of it", ".git/config": "neither",
	}
	var packed [2][]byte
	for i := range packed {
		dir := writeDir(t, files)
		// Whatever time it is, and whatever a list says that was made before.
		if i == 1 {
			old := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
			if err := os.Chtimes(filepath.Join(dir, "help/long.md"), old, old); err != nil {
				t.Fatal(err)
			}
			if _, err := Refresh(dir, time.Time{}); err != nil {
				t.Fatal(err)
			}
			put(t, dir, SignatureName, "of another time")
		}
		out := filepath.Join(t.TempDir(), "x.csres")
		m, err := Pack(dir, out, time.Unix(1700000000, 0))
		if err != nil {
			t.Fatal(err)
		}
		if m.Created != "2023-11-14T22:13:20Z" || len(m.Files) != 3 {
			t.Errorf("%+v", m)
		}
		if packed[i], err = os.ReadFile(out); err != nil {
			t.Fatal(err)
		}
		b, err := Open(out)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range b.Names() {
			if string(b.File(name)) != files[name] {
				t.Errorf("%s is another", name)
			}
		}
	}
	if !bytes.Equal(packed[0], packed[1]) {
		t.Error("equal folders give different bundles")
	}
	// Other programs read it as well.
	z, err := zip.NewReader(bytes.NewReader(packed[0]), int64(len(packed[0])))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if data, err := io.ReadAll(r); err != nil || f.Name != ManifestName && string(data) != files[f.Name] {
			t.Errorf("%s: %q %v", f.Name, data, err)
		}
	}
}

// What other programs pack is read: with descriptors behind the content, with
// folders, with a comment.
func TestOtherProgramsZip(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	if _, err := z.Create("help/"); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"help/a.md": strings.Repeat("Words.\n", 20)}
	for name, data := range map[string]string{ManifestName: manifestFor(files), "help/a.md": files["help/a.md"], "__MACOSX/._a": "rest"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.SetComment("made by hand"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := Open(writeZip(t, out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if b.Has("__MACOSX/._a") || string(b.File("help/a.md")) != files["help/a.md"] || len(b.Extra()) != 1 {
		t.Errorf("%v %v", b.Names(), b.Extra())
	}
}

func TestSign(t *testing.T) {
	t.Parallel()
	key, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	other, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	dir := writeDir(t, map[string]string{"help/a.md": "a"})
	packed := filepath.Join(t.TempDir(), "x.csres")
	if _, err := Pack(dir, packed, time.Time{}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, packed} {
		for _, k := range []PrivateKey{other, key} { // the last counts
			if _, err := Sign(path, k); err != nil {
				t.Fatal(err)
			}
		}
		b, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if b.Signer() != key.Public().ID() || !b.Known([]Key{other.Public(), key.Public()}) || b.Known([]Key{other.Public()}) || b.Known(nil) {
			t.Errorf("signed by %q", b.Signer())
		}
	}
	signature := string(makeSignature(key, []byte(goodManifest)))
	fields := strings.Fields(signature)
	foreign := strings.Fields(string(makeSignature(other, []byte(goodManifest))))
	for name, text := range map[string]string{
		"nothing": "", "half": fields[0], "another key's id": foreign[0] + " " + fields[1] + " " + fields[2],
		"another key": fields[0] + " " + fields[1] + " " + foreign[2], "another signature": fields[0] + " " + foreign[1] + " " + fields[2],
		"cut": fields[0] + " " + fields[1][:20] + " " + fields[2], "of another manifest": signature, "long": signature + strings.Repeat(" ", 2000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entries := append(goodZip(map[string]string{"help/a.md": "a"}), rawEntry{name: SignatureName, data: text})
			refused(t, writeZip(t, rawZip(entries, -1)), SignatureName, "")
		})
	}
	if got, err := ParsePrivateKey(key.Encode()); err != nil || got.Public().ID() != key.Public().ID() {
		t.Error("a private key is another when it is read")
	}
	if got, err := ParseKey([]byte(key.Public().String() + "\n")); err != nil || got.ID() != key.Public().ID() {
		t.Error("a public key is another when it is read")
	}
	if _, err := ParseKey(key.Encode()); err == nil {
		t.Error("a private key passes for a public one")
	}
	if strings.Contains(key.String(), strings.Fields(string(key.Encode()))[1]) {
		t.Error("a private key shows itself")
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	open := func(files map[string]string) *Bundle {
		b, err := Open(writeDir(t, files))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	a := open(map[string]string{
		"strings/base.json": `{"a":{"text":"x"},"b":{"text":"y"}}`, "policy.json": `{"log":"off"}`, "images/a.svg": svgHead + "</svg>",
		"servers/servers.json": `{"servers":[{"domain":"a.example","port":1},{"domain":"b.example"}]}`,
	})
	b := open(map[string]string{
		"manifest.json":     strings.Replace(goodManifest, "1.2.0", "1.3.0", 1),
		"strings/base.json": `{"a":{"text":"z"},"c":{"text":"y"}}`, "theme/theme.json": `{"light":{"text":"#000000"}}`, "images/a.svg": svgHead + " </svg>",
		"servers/servers.json": `{"servers":[{"domain":"b.example"},{"domain":"a.example","port":2}]}`,
	})
	var got []string
	for _, c := range Diff(a, b) {
		if c.Kind == "picture" {
			c.Old, c.New = "old", "new"
		}
		got = append(got, c.Kind+" "+c.Item+" "+c.Old+" > "+c.New)
	}
	want := []string{
		"picture images/a.svg old > new", "manifest manifest.json: version 1.2.0 > 1.3.0", "policy policy.json: log off > ",
		"server servers/servers.json: servers[a.example].port 1 > 2", "text strings/base.json: a.text x > z", "text strings/base.json: b.text y > ",
		"text strings/base.json: c.text  > y", "look theme/theme.json: light.text  > #000000",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s", strings.Join(got, "\n"))
	}
	if len(Diff(a, a)) > 0 {
		t.Error("a bundle differs from itself")
	}
}
