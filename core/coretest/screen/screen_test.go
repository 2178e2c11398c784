// SPDX-License-Identifier: MPL-2.0

package screen

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func TestScreen(t *testing.T) {
	if _, err := exec.LookPath("Xvfb"); err != nil && os.Getenv("CHATSECURE_REQUIRE_SERVERS") == "" {
		t.Skip("no Xvfb here")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := Start(ctx, t.TempDir(), 320, 200)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	blank, err := s.Capture()
	if err != nil {
		t.Fatal(err)
	}
	if b := blank.Bounds(); b.Dx() != 320 || b.Dy() != 200 || Colours(blank) != 1 {
		t.Fatalf("an empty screen is %v with %d colours", b, Colours(blank))
	}
	// ImageMagick is a small program with a window.
	window := exec.CommandContext(ctx, "display", "-size", "200x100", "gradient:red-blue")
	window.Env = s.Env()
	if err := window.Start(); err != nil {
		t.Skip("no program to show:", err)
	}
	defer func() { _ = window.Process.Kill(); _ = window.Wait() }()
	shown, err := s.Settled(ctx, blank)
	if err != nil {
		t.Fatal(err)
	}
	if Difference(blank, shown) < 0.05 || Colours(shown) < 20 {
		t.Errorf("a window changed %f of the screen, to %d colours", Difference(blank, shown), Colours(shown))
	}
	name := filepath.Join(t.TempDir(), "x.png")
	if err := s.Save(name); err != nil {
		t.Error(err)
	}
}

func TestReadDumpRefusesNonsense(t *testing.T) {
	for _, b := range [][]byte{nil, make([]byte, 50), make([]byte, 200)} {
		if _, err := readDump(b); err == nil {
			t.Errorf("%d bytes of nothing are a picture", len(b))
		}
	}
}
