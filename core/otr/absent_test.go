// SPDX-License-Identifier: MPL-2.0

package otr

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A program that is built without OTR links nothing under the GPL; with it, it
// does, or this test would look at nothing.
func TestWithoutGPL(t *testing.T) {
	const base = "gles,sqlite_fts5,migrated_fynedo"
	for tags, want := range map[string]bool{base: true, base + ",nootr": false} {
		cmd := exec.Command("go", "list", "-deps", "-tags", tags, "chatsecure.org/desktop/cmd/...", "chatsecure.org/desktop/app", "chatsecure.org/desktop/core/otr")
		cmd.Env = append(os.Environ(), "GOFLAGS=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go list: %v\n%s", err, out)
		}
		if got := strings.Contains(string(out), "github.com/coyim/"); got != want {
			t.Errorf("-tags %s: holds a package of github.com/coyim: %v", tags, got)
		}
	}
}
