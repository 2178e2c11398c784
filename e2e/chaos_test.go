// SPDX-License-Identifier: MPL-2.0

package e2e

import (
	"context"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/coretest/chaos"
)

// trial prepares a trial for the life of a test. What happened is in its directory,
// which is kept in build/chaos when the test fails.
func trial(ctx context.Context, t *testing.T, o chaos.Options) *chaos.Trial {
	t.Helper()
	if testing.Short() {
		t.Skip("takes servers and a minute")
	}
	if o.Program == "" {
		o.Program = programPath(t, "chatsecure-cli")
	}
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	o.Seed = rand.Uint64N(1_000_000)
	if n, err := strconv.ParseUint(os.Getenv("CHAOS_SEED"), 10, 64); err == nil {
		o.Seed = n
	}
	events, err := os.Create(filepath.Join(o.Dir, "events"))
	must(t, err)
	o.Log = chaos.LogTo(events, nil)
	t.Cleanup(func() {
		events.Close()
		if !t.Failed() {
			return
		}
		t.Logf("CHAOS_SEED=%d repeats what chance did", o.Seed)
		kept := filepath.Join("..", "build", "chaos", t.Name())
		keep(t, o.Dir, kept)
		t.Logf("what happened is in %s", kept)
	})
	tr, err := chaos.Prepare(ctx, o)
	must(t, err)
	t.Cleanup(tr.Close)
	return tr
}

// keep copies the files of a directory.
func keep(t *testing.T, from, to string) {
	t.Helper()
	must(t, os.RemoveAll(to))
	must(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name = filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		return os.WriteFile(name, data, 0o600)
	}))
}

// wantGood ends a trial and wants nothing lost, doubled or out of order.
func wantGood(ctx context.Context, t *testing.T, tr *chaos.Trial) {
	t.Helper()
	if v := tr.Finish(ctx); !v.Good() {
		t.Error(v)
	} else {
		t.Log(v)
	}
}

// TestChaos is the short form of make chaos.
func TestChaos(t *testing.T) {
	for _, test := range []struct {
		name, encryption                string
		start                           func(context.Context, string, coretest.Options) (*coretest.Server, error)
		messages, cuts, kills, restarts int
	}{
		{"prosody", "none", coretest.StartProsody, 2000, 80, 20, 3},
		{"prosody", "omemo", coretest.StartProsody, 1200, 45, 15, 2},
		{"prosody", "otr", coretest.StartProsody, 400, 20, 10, 1},
		{"ejabberd", "none", coretest.StartEjabberd, 800, 30, 8, 1},
		{"ejabberd", "omemo", coretest.StartEjabberd, 400, 15, 5, 1},
		{"ejabberd", "otr", coretest.StartEjabberd, 200, 8, 4, 1},
	} {
		t.Run(test.name+"/"+test.encryption, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			tr := trial(ctx, t, chaos.Options{
				Server: test.start, Encryption: test.encryption, Messages: test.messages, Cuts: test.cuts, Kills: test.kills, Restarts: test.restarts,
				Forgive: test.name == "ejabberd", Tap: test.name == "prosody" && test.encryption != "none", Patience: 40 * time.Second,
			})
			must(t, tr.Run(ctx))
			wantGood(ctx, t, tr)
		})
	}
}

// Two devices of one account are online at once: each shows what the other sends
// and what comes, whatever happens to their links and to their keys.
func TestTwoDevices(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	tr := trial(ctx, t, chaos.Options{
		Devices: []string{"alice", "bob", "alice"}, Encryption: "omemo", Messages: 400, Cuts: 24, Kills: 6, Patience: 40 * time.Second,
	})
	must(t, tr.Run(ctx))
	wantGood(ctx, t, tr)
}
