// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// TestNoWordsInTheInterface finds text that a person would read in Go code of the
// window, the program around it and the command line: it belongs in resources, where it
// can be translated and branded. A literal with a letter in it has to look like a resource id or a
// name that the program uses for itself (lower case, no spaces), or stand where
// nobody can see it: in an error that is wrapped, a panic, an import, a tag.
func TestNoWordsInTheInterface(t *testing.T) {
	for _, f := range sources(t) {
		if f.test || !saysThings(f.pkg) {
			continue
		}
		unseen := unseenLiterals(f.file)
		ast.Inspect(f.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || unseen[lit] || (lit.Kind != token.STRING && lit.Kind != token.CHAR) {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err == nil && !internalName(text) && !excepted(f.path, text) {
				t.Errorf("%s:%d: literal %s: words for people come from resources, by id", f.path, f.line(lit), lit.Value)
			}
			return true
		})
	}
	for _, e := range exceptions {
		if !e.used {
			t.Errorf("no literal of %s is %s any more: take the exception away", e.file, e.text)
		}
	}
}

// exceptions are all literals that look like words for people and may stand in code.
var exceptions = []*struct {
	file string // a path, or the beginning of several
	text *regexp.Regexp
	why  string
	used bool
}{
	{
		file: "ui/model/scope.go", text: regexp.MustCompile(`^(\?roster|;name=|0123456789ABCDEF)$`),
		why: "the grammar of an xmpp: link (XEP-0147, RFC 3986)",
	},
	{
		file: "ui/model/sticker.go", text: regexp.MustCompile(`^/sticker:$`),
		why: "how an older program writes a sticker",
	},
	{
		file: "cmd/", text: regexp.MustCompile(`^--?[a-z][a-z-]*$`),
		why: "an option's name is the same in every language: scripts give it",
	},
	{
		file: "cmd/", text: regexp.MustCompile(`^[A-Z][A-Z_=]*$`),
		why: "what an operand or a variable is called in the grammar of the command line (cli.md)",
	},
	{
		file: "cmd/chatsecure-cli/commands.go", text: regexp.MustCompile(`^(account|contact|keys|bundle) [a-z]+$`),
		why: "a command's name is the same in every language: scripts give it",
	},
	{
		file: "cmd/chatsecure-cli/commands.go", text: regexp.MustCompile(`^\[?[A-Z]+( [A-Z]+)*( (\[[a-z|]+\]|[a-z|]+|\[ID\]|\[EMOJI …\]))?\]?$`),
		why: "the grammar of a command's operands (cli.md)",
	},
	{
		file: "cmd/chatsecure-cli/", text: regexp.MustCompile(`^[a-z]+(, [a-z]+)+$`),
		why: "the values that an operand can have, as they have to be typed",
	},
	{
		file: "cmd/chatsecure-cli/rpc", text: regexp.MustCompile(`^[a-z].*$`),
		why: "an error of JSON-RPC is read by programs, and its standard is in English",
	},
	{
		file: "app/dress.go", text: regexp.MustCompile(`^[A-Z][A-Za-z ]+$`),
		why: "what the toolkit calls its own words: they are replaced by the bundle's",
	},
	{
		file: "app/dress.go", text: regexp.MustCompile(`^-dev$`),
		why: "the end of a version that no bundle asks for",
	},
	{
		file: "ui/about.go", text: regexp.MustCompile(`^Mozilla Public License 2\.0$`),
		why: "the licence's name stands in About whatever a bundle says",
	},
	{
		file: "ui/model/", text: regexp.MustCompile(`^[a-z]+( [a-z]+)+$`),
		why: "the Op of an error, for the log: view-models have no words",
	},
	{
		file: "ui/model/", text: regexp.MustCompile(`^(otr-fingerprint=|/me )$`),
		why: "signs of a link and of a message, as protocols have them",
	},
}

func excepted(path, text string) (ok bool) {
	for _, e := range exceptions {
		if strings.HasPrefix(path, e.file) && e.text.MatchString(text) {
			e.used, ok = true, true
		}
	}
	return ok
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
		return fun.Name == "panic" || fun.Name == "asError" // whose text is the Op
	case *ast.SelectorExpr:
		x, ok := fun.X.(*ast.Ident)
		if !ok {
			return logMethods[fun.Sel.Name]
		}
		switch x.Name {
		case "errors", "slog", "os", "filepath", "path", "regexp", "exec":
			return true
		case "fmt":
			return fun.Sel.Name == "Errorf"
		}
		return logMethods[fun.Sel.Name]
	}
	return false
}

// Methods of a logger or a flag set.
var logMethods = map[string]bool{
	"Debug": true, "Info": true, "Warn": true, "Error": true, "StringVar": true, "BoolVar": true, "IntVar": true, "DurationVar": true,
}

// saysThings says whether a package talks with people.
func saysThings(pkg string) bool {
	return pkg == "ui" || strings.HasPrefix(pkg, "ui/") || pkg == "app" || pkg == "cmd/chatsecure" || pkg == "cmd/chatsecure-cli"
}
