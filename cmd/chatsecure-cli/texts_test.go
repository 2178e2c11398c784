// SPDX-License-Identifier: MPL-2.0

package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// textAt is where the calls that take the id of a text have it.
var textAt = map[string]int{"text": 0, "has": 0, "list": 0, "wrongUse": 0, "refused": 1, "say": 1}

// madeTexts are the beginnings of ids that the program puts together.
var madeTexts = []string{"does.", "option.", "error.", "hint.", "contact.", "key.", "now.", "made-profile.", "account."}

// TestEveryTextIsThere reads the program: an id that it names is in the bundle, and one in
// the bundle is named.
func TestEveryTextIsThere(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f := ""
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				f = fun.Name
			case *ast.SelectorExpr:
				f = fun.Sel.Name
			}
			at, ok := textAt[f]
			if !ok || at >= len(call.Args) {
				return true
			}
			if lit, ok := call.Args[at].(*ast.BasicLit); ok {
				id, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				if named[id] = true; !has(id) {
					t.Errorf("%s: there is no text cli.%s", name, id)
				}
			}
			return true
		})
	}
	for _, c := range commands {
		if !has("does." + strings.ReplaceAll(c.name, " ", "-")) {
			t.Errorf("nothing says what %s does", c.name)
		}
	}
	for name := range options {
		if !has("option." + name) {
			t.Errorf("nothing says what --%s does", name)
		}
	}
	for _, id := range bundle().IDs() {
		id, ours := strings.CutPrefix(id, "cli.")
		used := named[id]
		for _, made := range madeTexts {
			used = used || strings.HasPrefix(id, made)
		}
		if ours && !used {
			t.Errorf("nobody says cli.%s", id)
		}
	}
}

// TestLanguage drives the program as somebody does whose system speaks another language.
func TestLanguage(t *testing.T) {
	t.Parallel()
	u := newUser(t, nil, "alice")
	u.env = []string{"LANG=en_GB.UTF-8"}
	wantIn(t, u.fails(exitUsage, "nonsense"), "unknown command", "nonsense", "chatsecure-cli --help")
	u.env = []string{"LANG=tlh_XX.UTF-8"} // nobody has translated that
	wantIn(t, u.fails(exitUsage, "nonsense"), "unknown command")
}
