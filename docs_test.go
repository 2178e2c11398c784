// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"testing"
)

var namedTest = regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z][A-Za-z0-9]*…?|[a-z0-9_/]+_test\\.go)`")

// A promise stands on the tests that the docs name: they have to be there.
func TestDocsNameRealTests(t *testing.T) {
	sources, err := readSources()
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, s := range sources {
		if !s.test {
			continue
		}
		there[s.path], there[path.Base(s.path)] = true, true
		for _, d := range s.file.Decls {
			if f, is := d.(*ast.FuncDecl); is {
				there[f.Name.Name] = true
			}
		}
	}
	named := 0
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		pages, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range namedTest.FindAllStringSubmatch(string(text), -1) {
				named++
				if !there[m[1]] {
					t.Errorf("%s names %s: there is no such test", page, m[1])
				}
			}
		}
	}
	if named == 0 {
		t.Error("no page names a test: this test looks at nothing")
	}
}
