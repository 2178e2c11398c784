// SPDX-License-Identifier: MPL-2.0

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The same source, bundle and toolchain make the same bytes in another directory, and
// leave the source as it was.
func TestBrandTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two programs")
	}
	acmeProgram(t, "acme-chat") // what scripts/test has made is compared
	root, err := filepath.Abs("..")
	must(t, err)
	tree := filepath.Join(t.TempDir(), "somewhere else")
	out, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	must(t, err)
	for _, name := range strings.Split(strings.Trim(string(out), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted and not committed yet
		}
		must(t, err)
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(tree, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(tree, name), data, 0o644))
	}
	before := treeSums(t, tree)
	cmd := exec.Command("go", "run", "./cmd/brand", "--bundle", "resources/examples/acme.csres", "--out", filepath.Join(t.TempDir(), "dist"))
	cmd.Dir = tree
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	second := cmd.Args[len(cmd.Args)-1]
	first := filepath.Join(root, "build", "brand")
	want, got := readSums(t, first), readSums(t, second)
	if want != got {
		t.Errorf("the first build:\n%sthe second:\n%s", want, got)
	}
	if treeSums(t, tree) != before {
		t.Error("the source was changed")
	}
}

func readSums(t *testing.T, dist string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dist, acmeID, "SHA256SUMS"))
	must(t, err)
	return string(data)
}

// treeSums are the checksums of all files below a directory.
func treeSums(t *testing.T, dir string) string {
	t.Helper()
	out, err := exec.Command("sh", "-c", `cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum`, "sh", dir).Output()
	must(t, err)
	return string(out)
}
