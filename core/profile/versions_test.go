// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestBundleVersions(t *testing.T) {
	dir := t.TempDir()
	p := create(t, dir, Options{Passphrase: []byte("long enough")})
	if seen := BundleVersions(dir); seen != nil {
		t.Error(seen)
	}
	if err := p.NoteBundles(nil); err != nil || BundleVersions(dir) != nil {
		t.Error("nothing was noted:", err)
	}
	want := map[string]string{"org.acme.chat": "1.2.0"}
	for range 2 {
		if err := p.NoteBundles(want); err != nil {
			t.Fatal(err)
		}
		if seen := BundleVersions(dir); !maps.Equal(seen, want) {
			t.Error(seen)
		}
	}
	info, err := os.Stat(filepath.Join(dir, versionsName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	for _, bad := range []string{"", "[]", "{", `{"a":1}`} {
		if err := os.WriteFile(filepath.Join(dir, versionsName), []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if seen := BundleVersions(dir); len(seen) != 0 {
			t.Errorf("%q: %v", bad, seen)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := p.NoteBundles(want); err != nil { // what can not be read is written anew
		t.Error(err)
	}
}
