// SPDX-License-Identifier: MPL-2.0

package e2e

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest/chaos"
)

// TestKillPoints lets a client die at each place that the source names for it, on
// its first pass and on a later one. After the next start nothing is lost or doubled,
// and what is encrypted can still be read.
func TestKillPoints(t *testing.T) {
	places := slices.DeleteFunc(crashPlaces(t), ofMarks)
	for _, want := range []string{"outgoing-before-commit", "stanza-after-commit", "half-write", "after-write", "after-ack", "incoming-before-commit", "page-after-commit"} {
		if !slices.Contains(places, want) {
			t.Errorf("the source has no place %s to die at", want)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	tr := mortal(ctx, t)
	for _, place := range places {
		if t.Failed() {
			break // what is lost stays lost
		}
		t.Run(place, func(t *testing.T) {
			for _, n := range []int{1, 3} {
				if err := tr.CrashAt(ctx, place, n); err != nil {
					t.Fatal(err)
				}
				tr.Settle(ctx)
				if v := tr.Glance(ctx); !v.Good() {
					t.Fatalf("after a death on pass %d:\n%s", n, v)
				}
			}
		})
	}
	wantGood(ctx, t, tr)
}

// ofMarks says whether a place is one that messages alone never pass.
func ofMarks(place string) bool {
	return strings.HasPrefix(place, "read-") || strings.HasPrefix(place, "told-")
}

// mortal is a trial with clients that can be made to die at named places.
func mortal(ctx context.Context, t *testing.T) *chaos.Trial {
	t.Helper()
	tr := trial(ctx, t, chaos.Options{Program: programPath(t, filepath.Join("crashpoints", "chatsecure-cli")), Encryption: "omemo", Patience: 20 * time.Second})
	must(t, tr.Start())
	return tr
}

// TestKillPointsOfChanges does the same while messages are corrected, taken back,
// reacted to and read on both sides: no change is lost or there in part.
func TestKillPointsOfChanges(t *testing.T) {
	places := crashPlaces(t)
	if !slices.ContainsFunc(places, ofMarks) {
		t.Error("the source has no place to die at while something is marked as read")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	tr := mortal(ctx, t)
	for _, place := range places {
		if t.Failed() {
			break
		}
		t.Run(place, func(t *testing.T) {
			for _, n := range passes(place) {
				if err := tr.ChangeAndCrashAt(ctx, place, n); err != nil {
					t.Fatalf("pass %d: %v", n, err)
				}
			}
		})
	}
	must(t, tr.Whole(ctx))
}

// passes are those on which a client dies that changes messages: a login writes and reads
// before all changes, pages come when it starts, and all is read in the first wave.
func passes(place string) []int {
	switch {
	case strings.HasPrefix(place, "page-"), ofMarks(place):
		return []int{1}
	case strings.HasSuffix(place, "-commit"):
		return []int{1, 2}
	}
	return []int{6, 12}
}

// crashPlaces are the names that the core's source gives to crash.At.
func crashPlaces(t *testing.T) []string {
	t.Helper()
	places := map[string]bool{}
	err := filepath.WalkDir(filepath.Join("..", "core"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || fun.Sel.Name != "At" {
				return true
			}
			if x, ok := fun.X.(*ast.Ident); !ok || x.Name != "crash" {
				return true
			}
			lit, ok := call.Args[0].(*ast.BasicLit)
			if !ok {
				t.Errorf("%s: the name of a place to die at must stand there", path)
				return true
			}
			name, err := strconv.Unquote(lit.Value)
			must(t, err)
			places[name] = true
			return true
		})
		return nil
	})
	must(t, err)
	return slices.Sorted(maps.Keys(places))
}
