// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"go/ast"
	"go/token"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
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

// TestNoWordsInTheInterface finds text that a person would read in Go code of
// the interface: it belongs in resources, where it can be translated and
// branded. A literal with a letter in it has to look like a resource id or a
// name that the program uses for itself (lower case, no spaces), or stand where
// nobody can see it: in an error that is wrapped, a panic, an import, a tag.
func TestNoWordsInTheInterface(t *testing.T) {
	for _, f := range sources(t) {
		if f.test || (f.pkg != "ui" && f.pkg != "ui/parts" && f.pkg != "app") {
			continue
		}
		unseen := unseenLiterals(f.file)
		ast.Inspect(f.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || unseen[lit] || (lit.Kind != token.STRING && lit.Kind != token.CHAR) {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err == nil && !internalName(text) {
				t.Errorf("%s:%d: literal %s: words for people come from resources, by id", f.path, f.line(lit), lit.Value)
			}
			return true
		})
	}
}

// internal are ids ("error.timeout"), keys ("m42"), colours and formats: what
// the program says to itself. "Mg" is what the height of a line is measured by;
// "fyne:" begins the names of what the toolkit keeps.
var (
	internal   = regexp.MustCompile(`^[a-z0-9.][a-z0-9._:/-]*$`)
	verb       = regexp.MustCompile(`%[-+# 0]*[0-9.*]*[a-zA-Z]`)
	envName    = regexp.MustCompile(`^[A-Z]+_[A-Z_]+$`)
	busName    = regexp.MustCompile(`^org\.freedesktop(\.[A-Za-z]+)+$`) // an interface on the message bus
	timeLayout = regexp.MustCompile(`^[0-9:. /-]*(Jan|Mon|MST|PM)?[0-9:. /-]*$`)
)

func internalName(s string) bool {
	rest := verb.ReplaceAllString(s, "")
	if !strings.ContainsFunc(rest, unicode.IsLetter) || s == "Mg" || strings.HasPrefix(s, "fyne:") || s == "CBDT" || s == "CBLC" || internal.MatchString(s) || envName.MatchString(s) || busName.MatchString(s) || timeLayout.MatchString(s) {
		return true
	}
	// One symbol, letter or not, that is an entry of a table ("א" for a script).
	return len([]rune(rest)) == 1
}

// unseenLiterals are those that never reach a screen, whatever they say.
func unseenLiterals(file *ast.File) map[*ast.BasicLit]bool {
	unseen := map[*ast.BasicLit]bool{}
	mark := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok {
				unseen[lit] = true
			}
			return true
		})
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			mark(n.Path)
		case *ast.Field:
			if n.Tag != nil {
				mark(n.Tag)
			}
		case *ast.KeyValueExpr:
			// Op of a chat.Error is for the log, magic begins a file's format.
			if id, ok := n.Key.(*ast.Ident); ok && (id.Name == "Op" || id.Name == "magic") {
				mark(n.Value)
			}
		case *ast.CallExpr:
			if unseenCall(n) {
				for _, arg := range n.Args {
					if lit, ok := arg.(*ast.BasicLit); ok {
						unseen[lit] = true
					}
				}
			}
		}
		return true
	})
	return unseen
}

// unseenCall knows the calls whose literals are for logs and programmers.
func unseenCall(call *ast.CallExpr) bool {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return fun.Name == "panic"
	case *ast.SelectorExpr:
		x, ok := fun.X.(*ast.Ident)
		if !ok {
			return logMethods[fun.Sel.Name]
		}
		switch x.Name {
		case "errors", "slog", "flag", "os", "filepath", "path", "regexp", "exec":
			return true
		case "fmt":
			return fun.Sel.Name == "Errorf" || fun.Sel.Name == "Fprintf" || fun.Sel.Name == "Fprintln"
		}
		return logMethods[fun.Sel.Name]
	}
	return false
}

// Methods of a logger or a flag set.
var logMethods = map[string]bool{
	"Debug": true, "Info": true, "Warn": true, "Error": true, "StringVar": true, "BoolVar": true, "IntVar": true, "DurationVar": true,
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
