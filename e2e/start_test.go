// SPDX-License-Identifier: MPL-2.0

package e2e

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest/screen"
)

// BenchmarkStart measures what a person waits for and what the program costs at
// rest, with a profile of 100,000 messages whose key is in a file: from the
// start of the process to the last large change of the screen, and the private
// memory 10 seconds later. The time includes the passphrase's hash, which is
// slow by design; "key" says how long that alone takes.
func BenchmarkStart(b *testing.B) {
	fill, program := os.Getenv("CHATSECURE_FILL"), filepath.Join("..", "build", "chatsecure")
	if fill == "" {
		b.Skip("run it with make bench")
	}
	dir := b.TempDir()
	profile, key := filepath.Join(dir, "profile"), filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte("for measuring only"), 0o600); err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command(fill, "-profile", profile, "-key-file", key, "-messages", "100000").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	var starts []time.Duration
	var memory []int64
	for b.Loop() {
		b.StopTimer()
		s, err := screen.Start(b.Context(), b.TempDir(), 1060, 720)
		if err != nil {
			b.Fatal(err)
		}
		start, rest := measure(b, s, program, "--profile", profile, "--key-file", key)
		starts, memory = append(starts, start), append(memory, rest)
		s.Stop()
		b.StartTimer()
	}
	slices.Sort(starts)
	slices.Sort(memory)
	b.ReportMetric(float64(starts[len(starts)/2].Milliseconds()), "ms-to-window")
	b.ReportMetric(float64(memory[len(memory)/2])/1024, "MB-at-rest")
	b.ReportMetric(0, "ns/op")
}

func measure(b *testing.B, s *screen.Screen, program string, args ...string) (start time.Duration, rest int64) {
	b.Helper()
	cmd := exec.Command(program, args...)
	home := b.TempDir()
	cache, err := filepath.Abs(filepath.Join("..", "build", "e2e-cache"))
	if err != nil {
		b.Fatal(err)
	}
	cmd.Env = append(s.Env(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+cache, "LC_ALL=C.UTF-8")
	last, err := s.Capture()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	for time.Since(began) < 12*time.Second {
		now, err := s.Capture()
		if err != nil {
			b.Fatal(err)
		}
		if screen.Difference(last, now) > 0.003 {
			start = time.Since(began)
		}
		last = now
		<-time.After(5 * time.Millisecond)
	}
	if start == 0 {
		b.Fatal("no window")
	}
	rest, err = privateKB(cmd.Process.Pid)
	if err != nil {
		b.Fatal(err)
	}
	return start, rest
}

// privateKB is the memory that the process has for itself: written by it, so that
// no file holds it. Pages of programs and libraries are not counted, which the
// system can drop and read again.
func privateKB(pid int) (sum int64, err error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := strings.Fields(s.Text()); len(line) > 1 && line[0] == "Private_Dirty:" {
			n, err := strconv.ParseInt(line[1], 10, 64)
			if err != nil {
				return 0, err
			}
			sum += n
		}
	}
	return sum, nil
}
