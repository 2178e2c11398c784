// SPDX-License-Identifier: MPL-2.0

package e2e

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest/chaos"
)

// TestClock sets the clients' clocks forth and back while messages go both ways,
// links break and clients are killed; the server's clock stays right. No message is
// lost or changes its place, and a link that dies without a word while the clock is
// set back by an hour is found in the time in which it is always found.
func TestClock(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	clock := filepath.Join(t.TempDir(), "clock")
	set := func(seconds int) { must(t, os.WriteFile(clock, []byte(strconv.Itoa(seconds)), 0o600)) }
	set(0)
	tr := trial(ctx, t, chaos.Options{
		Program: clockProgram(ctx, t), Env: []string{"CHATSECURE_CLOCK=" + clock}, Patience: 30 * time.Second,
	})
	must(t, tr.Start())
	const each = 60
	for i, ahead := range []int{0, 3600, -7200, 20 * 86400, -3600, 0} {
		must(t, tr.Online(ctx, "a", true))
		tr.Allow((2*i + 1) * each)
		set(ahead)
		tr.Cut([]string{"a", "b"}[i%2])
		must(t, tr.Online(ctx, "b", true))
		tr.Allow((2*i + 2) * each)
		must(t, tr.Kill([]string{"b", "a"}[i%2]))
	}
	tr.Settle(ctx)

	tr.Allow(13 * each)
	tr.Settle(ctx)
	set(-3600)
	tr.Stall("a")
	began := time.Now()
	limit, stop := context.WithTimeout(ctx, 95*time.Second)
	defer stop()
	if err := tr.Online(limit, "a", false); err != nil {
		t.Error("a link that died silently is not found with the clock set back")
	}
	t.Logf("it took %v to find the dead link", time.Since(began).Round(time.Second))
	wantGood(ctx, t, tr)
}

// clockProgram builds the client with a clock that is wrong by as many seconds as
// a file says. Go asks the kernel's page for the time, past all libraries, so that
// nothing from outside can change what it sees: package time itself is changed.
func clockProgram(ctx context.Context, t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "build", "clock"))
	must(t, err)
	must(t, os.MkdirAll(dir, 0o755))
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	must(t, err)
	source := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	text, err := os.ReadFile(source)
	must(t, err)
	changed := string(text)
	for _, change := range [][2]string{
		{"import (\n", "import (\n\t\"sync/atomic\"\n"},
		{"\nfunc Now() Time {\n\tsec, nsec, mono := runtimeNow()\n", "\nvar Ahead atomic.Int64 // seconds\n\nfunc Now() Time {\n\tsec, nsec, mono := runtimeNow()\n\tsec += Ahead.Load()\n"},
	} {
		if strings.Count(changed, change[0]) != 1 {
			t.Fatalf("%s is not as expected: this test must learn this version of Go", source)
		}
		changed = strings.Replace(changed, change[0], change[1], 1)
	}
	replace := map[string]string{}
	put := func(name, text, at string) {
		name = filepath.Join(dir, name)
		must(t, os.WriteFile(name, []byte(text), 0o644))
		replace[at] = name
	}
	main, err := filepath.Abs(filepath.Join("..", "cmd", "chatsecure-cli"))
	must(t, err)
	put("time.go.txt", changed, source)
	put("clock.go.txt", setClock, filepath.Join(main, "clock_overlay.go"))
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	must(t, err)
	name := filepath.Join(dir, "overlay.json")
	must(t, os.WriteFile(name, overlay, 0o644))
	program := filepath.Join(dir, "chatsecure-cli")
	if out, err := exec.CommandContext(ctx, "go", "build", "-overlay", name, "-o", program, main).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// setClock is added to the program.
const setClock = `package main

import (
	"os"
	"strconv"
	"time"
)

func init() {
	set := func() {
		b, _ := os.ReadFile(os.Getenv("CHATSECURE_CLOCK"))
		if n, err := strconv.ParseInt(string(b), 10, 64); err == nil {
			time.Ahead.Store(n)
		}
	}
	set()
	go func() {
		for range time.Tick(10 * time.Millisecond) {
			set()
		}
	}()
}
`
