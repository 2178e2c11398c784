// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/binary"
	"image/png"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const acme = "../../resources/examples/acme.csres"

// made are the files of a brand without its programs.
func made(t *testing.T, args ...string) string {
	t.Helper()
	out := t.TempDir()
	var said, errs bytes.Buffer
	if status := run(append([]string{"--no-build", "--out", out}, args...), &said, &errs); status != 0 {
		t.Fatalf("status %d: %s", status, errs.String())
	}
	return out
}

func TestFiles(t *testing.T) {
	dist := filepath.Join(made(t, "--bundle", acme), "example.acme.chat")
	for name, wants := range map[string][]string{
		"linux/share/applications/example.acme.chat.desktop":            {"Name=Acme Chat\n", "Comment[de]=Private Gespräche bei Acme\n", "Exec=acme-chat\n", "Icon=example.acme.chat\n"},
		"linux/share/metainfo/example.acme.chat.metainfo.xml":           {"<id>example.acme.chat</id>", `<summary xml:lang="de">`, "https://chat.acme.example/source", `date="2026-11-20"`},
		"linux/share/dbus-1/services/example.acme.chat.service":         {"Name=example.acme.chat\n", "Exec=/usr/bin/acme-chat\n"},
		"flatpak/example.acme.chat.yml":                                 {"id: example.acme.chat\n", "command: acme-chat\n", "example.acme.chat.Resources:"},
		"macos/Acme Chat.app/Contents/Info.plist":                       {"<string>Acme Chat</string>", "<string>public.app-category.business</string>", "<string>pt-BR</string>"},
		"macos/acme-chat.entitlements":                                  {"com.apple.security.app-sandbox"},
		"macos/Acme Chat.app/Contents/Resources/acme-chat.icns":         {"icns"},
		"linux/share/icons/hicolor/scalable/apps/example.acme.chat.svg": {"<svg"},
		"linux/share/icons/hicolor/48x48/apps/example.acme.chat.png":    {"PNG"},
		"SHA256SUMS": {"flatpak/example.acme.chat.yml\n"},
	} {
		data, err := os.ReadFile(filepath.Join(dist, filepath.FromSlash(name)))
		if err != nil {
			t.Error(err)
		}
		for _, want := range wants {
			if !bytes.Contains(data, []byte(want)) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
	}
	err := filepath.WalkDir(dist, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		if bytes.Contains(bytes.ToLower(data), []byte("chatsecure")) || strings.Contains(strings.ToLower(p), "chatsecure") {
			t.Errorf("%s names the program that the brand is made of", p)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// What desktops check of such files, by their own tools.
func TestFilesAreValid(t *testing.T) {
	dist := made(t)
	share := filepath.Join(dist, "org.chatsecure.desktop", "linux", "share")
	for _, c := range [][]string{
		{"desktop-file-validate", filepath.Join(share, "applications", "org.chatsecure.desktop.desktop")},
		{"appstreamcli", "validate", "--no-net", filepath.Join(share, "metainfo", "org.chatsecure.desktop.metainfo.xml")},
		{"xmllint", "--noout", filepath.Join(dist, "org.chatsecure.desktop", "macos", "ChatSecure.app", "Contents", "Info.plist")},
	} {
		if _, err := exec.LookPath(c[0]); err != nil {
			if os.Getenv("CHATSECURE_REQUIRE_SERVERS") != "" {
				t.Error(err)
			}
			continue
		}
		if out, err := exec.Command(c[0], c[1:]...).CombinedOutput(); err != nil || bytes.Contains(out, []byte("error:")) {
			t.Errorf("%v: %v\n%s", c, err, out)
		}
	}
}

func TestIcns(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(acme, "icons", "app-1024.png"))
	if err != nil {
		t.Fatal(err)
	}
	icon, err := readIcon(data)
	if err != nil {
		t.Fatal(err)
	}
	all, err := icns(icon)
	if err != nil {
		t.Fatal(err)
	}
	if string(all[:4]) != "icns" || binary.BigEndian.Uint32(all[4:]) != uint32(len(all)) {
		t.Fatal("no header of the whole")
	}
	parts := 0
	for rest := all[8:]; len(rest) > 0; parts++ {
		n := binary.BigEndian.Uint32(rest[4:])
		picture, err := png.Decode(bytes.NewReader(rest[8:n]))
		if err != nil || string(rest[:4]) != icnsTypes[parts].code || picture.Bounds().Dx() != icnsTypes[parts].size {
			t.Errorf("part %d: %q %v", parts, rest[:4], err)
		}
		rest = rest[n:]
	}
	if parts != len(icnsTypes) {
		t.Errorf("%d parts", parts)
	}
}

// A bundle that can not be a brand is refused, and nothing is written.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(dir string)
		says   string
	}{
		"no icon":        {func(dir string) { must(t, os.Remove(filepath.Join(dir, "icons", "app-1024.png"))) }, "icons/app-1024.png"},
		"another's name": {replacing(t, "manifest.json", `"Acme Chat"`, `"ChatSecure"`), "is the name of org.chatsecure.desktop"},
		"no sources":     {replacing(t, "branding.json", `"source": "https://chat.acme.example/source",`, ""), "links.source"},
		"a slash":        {replacing(t, "manifest.json", `"Acme Chat"`, `"Acme/Chat"`), "slash"},
		"a command":      {replacing(t, "packaging/flatpak.json", `"acme-chat"`, `"x; rm -rf /"`), "packaging/flatpak.json"},
		"a runtime":      {replacing(t, "packaging/flatpak.json", `"25.08"`, `"25'\nx: y"`), "packaging/flatpak.json"},
		"a policy":       {replacing(t, "policy.json", `"accounts.max": 1`, `"accounts.max": "many"`), "policy.json"},
		"a colour":       {replacing(t, "theme/theme.json", `"#FAFAFD"`, `"white"`), "theme/theme.json"},
	} {
		dir, out := filepath.Join(t.TempDir(), "x.csres"), filepath.Join(t.TempDir(), "dist")
		must(t, os.CopyFS(dir, os.DirFS(acme)))
		c.change(dir)
		var said, errs bytes.Buffer
		if status := run([]string{"--no-build", "--out", out, "--bundle", dir}, &said, &errs); status != 1 || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%s: status %d: %s", name, status, errs.String())
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: something was written", name)
		}
	}
}

// What somebody else keeps where the output would go is not taken away.
func TestForeignOutput(t *testing.T) {
	out := t.TempDir()
	theirs := filepath.Join(out, "example.acme.chat", "thesis.txt")
	must(t, os.MkdirAll(filepath.Dir(theirs), 0o755))
	must(t, os.WriteFile(theirs, []byte("x"), 0o644))
	var said, errs bytes.Buffer
	if status := run([]string{"--no-build", "--out", out, "--bundle", acme}, &said, &errs); status != 1 {
		t.Errorf("status %d", status)
	}
	if _, err := os.Stat(theirs); err != nil {
		t.Error(err)
	}
}

func replacing(t *testing.T, name, from, to string) func(string) {
	return func(dir string) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		data, err := os.ReadFile(file)
		must(t, err)
		if !bytes.Contains(data, []byte(from)) {
			t.Fatalf("%s has no %s", name, from)
		}
		must(t, os.WriteFile(file, bytes.Replace(data, []byte(from), []byte(to), 1), 0o644))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
