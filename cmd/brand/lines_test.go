// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A text of two lines is one in a desktop file: the second would be a key of its own.
func TestTextsAreOneLine(t *testing.T) {
	bundle := filepath.Join(t.TempDir(), "x.csres")
	if err := os.CopyFS(bundle, os.DirFS(acme)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(bundle, "strings", "base.json")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	i := bytes.Index(data, []byte(`"package.summary"`))
	if i < 0 {
		t.Fatal("the bundle has no summary")
	}
	from := i + bytes.Index(data[i:], []byte(`"text": "`)) + len(`"text": "`)
	data = []byte(string(data[:from]) + `A\nExec=other\n` + string(data[from:]))
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	made := filepath.Join(made(t, "--bundle", bundle), "example.acme.chat", "linux/share/applications/example.acme.chat.desktop")
	desktop, err := os.ReadFile(made)
	if err != nil || strings.Contains(string(desktop), "\nExec=other") {
		t.Errorf("%v\n%s", err, desktop)
	}
}
