// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"os/exec"
	"strings"
	"testing"
)

func TestEveryFileNamesItsLicence(t *testing.T) {
	for _, f := range sources(t) {
		if !strings.HasPrefix(f.text, "// SPDX-License-Identifier: MPL-2.0\n") {
			t.Errorf("%s does not begin with the SPDX line", f.path)
		}
	}
}

// TestFileSizes keeps files readable: 60-200 lines are aimed at, 350 are the
// end. Tables in tests may be longer.
func TestFileSizes(t *testing.T) {
	for _, f := range sources(t) {
		limit := 350
		if f.test {
			limit = 700
		}
		if n := strings.Count(f.text, "\n"); n > limit {
			t.Errorf("%s has %d lines; split it by concept below %d", f.path, n, limit)
		}
	}
}

// TestCommandLineNeedsNoToolkit asks the build itself: what links into
// chatsecure-cli holds no toolkit, directly or not.
func TestCommandLineNeedsNoToolkit(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./cmd/chatsecure-cli").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for _, dep := range strings.Fields(string(out)) {
		if strings.HasPrefix(dep, "fyne.io/") || strings.Contains(dep, "/go-gl/") {
			t.Errorf("chatsecure-cli links %s: it has to build and run without a display", dep)
		}
	}
}
