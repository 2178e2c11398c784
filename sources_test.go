// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// source is one Go file, whatever its build tags say.
type source struct {
	path    string // relative to the root, with slashes
	pkg     string // its directory; "" is the root
	name    string // its package clause
	test    bool
	text    string
	imports []string
	file    *ast.File
	fset    *token.FileSet
}

var readSources = sync.OnceValues(func() (all []source, err error) {
	err = filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if name != "." && (base[0] == '.' || base[0] == '_' || base == "testdata" || name == "build" || name == "dist" || name == "third_party") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(base) != ".go" {
			return nil
		}
		f, err := readSource(filepath.ToSlash(name))
		all = append(all, f)
		return err
	})
	return all, err
})

func readSource(name string) (source, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return source{}, err
	}
	f := source{path: name, pkg: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), text: string(text), fset: token.NewFileSet()}
	if f.pkg == "." {
		f.pkg = ""
	}
	if f.file, err = parser.ParseFile(f.fset, name, text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return source{}, err
	}
	f.name = f.file.Name.Name
	for _, imp := range f.file.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return source{}, err
		}
		f.imports = append(f.imports, p)
	}
	return f, nil
}

func sources(t *testing.T) []source {
	t.Helper()
	all, err := readSources()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// calls says whether the file mentions pkg.Name, called or not.
func (f source) calls(what string) bool {
	pkg, name, _ := strings.Cut(what, ".")
	found := false
	ast.Inspect(f.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == name {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == pkg {
				found = true
			}
		}
		return !found
	})
	return found
}

func (f source) line(n ast.Node) int { return f.fset.Position(n.Pos()).Line }
