// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// rule says what one package may import. A pattern ending in "/..." covers the
// package and everything below it; any other is exact.
type rule struct {
	pkg  string   // relative to the module; "" is the root
	ours []string // packages of this module, besides those of its own subtree
	note []string // packages of other modules
	test []string // further ones, for _test.go files only; module or not
	why  string   // what would break if the rule did
}

// What tests of any package may use.
var forTests = []string{
	"core/chat", "core/coretest",
	"go.uber.org/goleak", "pgregory.net/rapid",
}

// importTable is the table of docs/ARCHITECTURE.md. The standard library is
// allowed except where stdlibRules says otherwise.
var importTable = []rule{
	{pkg: "", why: "the root holds rules about the tree, no code"},
	{
		pkg: "core/chat",
		why: "the domain's words are shared by domains that must not know each other: they stay free of everything but the standard library",
	},
	{
		pkg: "core/crash", ours: []string{},
		why: "a place to die at, for tests of dying: it may stand anywhere, so it needs nothing",
	},
	{
		pkg: "core/store", ours: []string{"core/chat", "core/crash"},
		note: []string{"github.com/mutecomm/go-sqlcipher/v4", "golang.org/x/text/unicode/norm", "golang.org/x/sys/unix"},
		why:  "the database knows no network and no window, so that a stored message means the same to all of them",
	},
	{
		pkg: "core/profile", ours: []string{"core/chat"},
		note: []string{
			"github.com/zalando/go-keyring", "github.com/godbus/dbus/v5", "golang.org/x/crypto/argon2", "golang.org/x/sys/...",
		},
		why: "the key of the database is found before there is a database or a network",
	},
	{
		pkg: "core/omemo", ours: []string{"core/chat"},
		note: []string{"filippo.io/edwards25519/..."},
		why:  "encryption is a state machine on bytes: it can be tested, fuzzed and compared with other programs because it needs no network and no database",
	},
	{
		pkg: "core/xmpp", ours: []string{"core/chat", "core/crash", "core/xmpp/wire"},
		note: []string{"mellium.im/...", "golang.org/x/text/..."},
		why:  "the network speaks the domain's words and never reaches into the database, the encryption or a window",
	},
	{
		pkg: "core/xmpp/wire", ours: []string{"core/chat", "core/crash"},
		note: []string{"mellium.im/...", "golang.org/x/net/...", "github.com/xdg-go/stringprep"},
		why:  "the transport moves elements and does not know what they say",
	},
	{
		pkg: "core/trust", ours: []string{"core/chat"},
		why: "who gets a message is decided by rules that can be tested alone: no clock, no database, no network",
	},
	{
		pkg: "core/policy", ours: []string{},
		why: "what a bundle may lock is judged where bundles are read and enforced in the core: rules that need neither",
	},
	{
		pkg: "core", ours: []string{"core/chat", "core/crash", "core/policy", "core/store", "core/xmpp", "core/xmpp/wire", "core/profile", "core/picture", "core/nickname", "core/omemo", "core/otr", "core/trust"},
		note: []string{"golang.org/x/crypto/argon2"},
		test: []string{"core/invite"},
		why:  "the core joins network, database and encryption and serves any front end: it knows no toolkit and no translated word",
	},
	{
		pkg: "core/coretest", ours: []string{"core/chat"},
		note: []string{"golang.org/x/sys/..."},
		why:  "servers for tests and for the demo; a program that people run must not need it",
	},
	{
		pkg: "core/coretest/screen", ours: []string{},
		why: "a display for tests: it knows nothing of what is shown",
	},
	{
		pkg: "core/coretest/robot", ours: []string{"core/chat"},
		why: "the other person uses the command line from outside, as a program of anybody's could",
	},
	{
		pkg: "core/coretest/chaos", ours: []string{"core/chat", "core/coretest", "core/coretest/robot", "core/profile", "core/store"},
		why: "clients are driven from outside until they die; of the core only what opens their databases is needed, to check them",
	},
	{
		pkg: "core/coretest/cmd/chaos", ours: []string{"core/coretest/..."},
		why: "chaos drives the real program from outside; its main parses flags",
	},
	{
		pkg: "core/coretest/cmd/demo", ours: []string{"core/chat", "core/coretest/..."},
		why: "the demo drives the real programs from outside, as a person would",
	},
	{
		pkg: "core/coretest/cmd/fill", ours: []string{"core/chat", "core/profile", "core/store"},
		why: "a large profile to measure with, made without a network",
	},
	{
		pkg: "core/otr", ours: []string{"core/chat"},
		note: []string{"github.com/coyim/otr3"},
		why:  "a state machine without sockets, storage and clock; the one place that needs a library under the GPL, so that a program can be built without it",
	},
	{
		pkg: "core/links", ours: []string{},
		why: "finding links is a parser of hostile text, the same for every front end: it can be fuzzed because it needs nothing",
	},
	{
		pkg: "core/invite", ours: []string{"core/chat", "core/links"},
		why: "an invitation is a stranger's text, read the same way by every front end: it can be fuzzed because it needs nothing",
	},
	{
		pkg: "core/nickname", ours: []string{},
		note: []string{"golang.org/x/text/unicode/norm"},
		why:  "what an account is called is a rule that can be tested alone",
	},
	{
		pkg: "core/styling", ours: []string{},
		why: "the signs around words are a parser of hostile text, the same for every front end: it can be fuzzed because it needs nothing",
	},
	{
		pkg: "core/picture", ours: []string{},
		note: []string{"golang.org/x/image/..."},
		why:  "reading a stranger's picture is a parser of hostile bytes, the same for the core and a window",
	},
	{
		pkg: "core/qr", ours: []string{"core/picture"},
		note: []string{"rsc.io/qr", "github.com/makiuchi-d/gozxing/..."},
		test: []string{"golang.org/x/image/..."},
		why:  "what is in a stranger's picture is read within limits, the same for every front end; who writes and who reads codes can be replaced here alone",
	},
	{
		pkg: "ui/model", ours: []string{"core/chat", "core/policy"},
		why: "view-models are plain Go: every decision about what is shown can be tested without a display",
	},
	{
		pkg: "ui/parts", ours: []string{"ui/model", "core/links", "core/qr", "core/styling", "theme", "resources", "core/chat"},
		note: []string{
			"fyne.io/fyne/v2/...", "github.com/rivo/uniseg", "github.com/go-text/typesetting/...",
			"golang.org/x/image/...", "golang.org/x/text/...",
		},
		test: []string{"resources/csres"},
		why:  "parts get rows and give callbacks; they know no core, so that each can be drawn alone",
	},
	{
		pkg: "ui", ours: []string{"ui/model", "ui/parts", "core/invite", "core/links", "core/picture", "core/qr", "core/styling", "theme", "resources", "core/chat"},
		note: []string{"fyne.io/fyne/v2/...", "golang.org/x/image/...", "golang.org/x/text/..."},
		test: []string{"core/policy", "resources/csres"},
		why:  "screens bind models to parts; what they ask of the core they ask through the models' own small interfaces",
	},
	{
		pkg: "theme", ours: []string{"resources"},
		note: []string{"fyne.io/fyne/v2/...", "golang.org/x/image/...", "golang.org/x/text/language"},
		test: []string{"github.com/go-text/typesetting/..."},
		why:  "the one place that turns design tokens into the toolkit's theme",
	},
	{
		pkg: "resources", ours: []string{"core/policy", "resources/csres"},
		note: []string{"golang.org/x/text/...", "golang.org/x/image/draw", "github.com/fyne-io/oksvg", "github.com/srwiley/rasterx", "github.com/go-text/typesetting/font"},
		why:  "words and pictures are data: the command line uses them without a toolkit. A bundle's policy is judged when the bundle is read; pictures of the lock are drawn to be told apart, fonts parsed as they will be",
	},
	{
		pkg: "resources/csres", ours: []string{},
		note: []string{"golang.org/x/text/..."},
		why:  "a container is a parser of hostile bytes: it knows limits and not what the contents mean, so that it can be fuzzed alone",
	},
	{
		pkg: "app", ours: []string{"core/...", "ui/...", "theme", "resources"},
		note: []string{"fyne.io/fyne/v2/...", "golang.org/x/sys/...", "github.com/godbus/dbus/v5", "golang.org/x/text/language"},
		test: []string{"core/coretest/screen"},
		why:  "the composition root joins the core and the window, and does nothing else",
	},
	{
		pkg: "cmd/chatsecure", ours: []string{"app", "core/chat", "resources"},
		note: []string{"fyne.io/fyne/v2"},
		why:  "main parses flags and calls app",
	},
	{
		pkg: "cmd/chatsecure-cli", ours: []string{"core", "core/chat", "core/invite", "core/links", "core/policy", "core/profile", "core/styling", "resources", "resources/csres"},
		test: []string{"core/store", "core/xmpp", "core/xmpp/wire", "core/coretest/screen"},
		why:  "the same core without a window: it must build and run where there is no display",
	},
	{
		pkg: "cmd/brand", ours: []string{"resources", "resources/csres"},
		note: []string{"golang.org/x/image/...", "golang.org/x/text/..."},
		why:  "a brand is made of data: what makes it reads the bundle and never the program",
	},
	{
		pkg: "e2e", ours: []string{"core/chat", "core/coretest/..."},
		test: []string{"core/coretest/screen", "core/coretest/robot"},
		why:  "the end-to-end test sees what a person sees: the programs, the screen and the keyboard",
	},
}

// Packages that few may import, whatever the table says of them.
var guarded = []struct {
	imports string   // pattern
	only    []string // patterns of packages that may
	tests   bool     // their use in tests is guarded as well
	why     string
}{
	{"mellium.im/...", []string{"core/xmpp/..."}, false, "only the network knows the XMPP library: it can be replaced there alone"},
	{"database/sql/...", []string{"core/store"}, false, "only the store speaks SQL: no statement hides elsewhere"},
	{"github.com/mutecomm/go-sqlcipher/...", []string{"core/store"}, true, "only the store knows which database it is"},
	{"github.com/coyim/...", []string{"core/otr"}, true, "its licence is the GPL: what links it can be built without it (-tags nootr) only while one package knows it"},
	{"fyne.io/fyne/v2/theme", []string{"theme"}, false, "colours and sizes come from our own tokens"},
	{"fyne.io/fyne/v2/app", []string{"app", "cmd/chatsecure"}, true, "a package that avoids fyne/app needs no display and no OpenGL to test"},
	{"core/coretest/...", []string{"core/coretest/...", "e2e"}, false, "test servers have no place in what people run"},
	{"unsafe", []string{"core/store"}, true, "memory safety is the language's job; the store alone hands the key on without a copy that nobody could wipe"},
	{"net/http/pprof", []string{}, true, "it opens a way into the running program"},
	{"embed", []string{"resources", "theme", "core/store", "ui/parts", "core/profile"}, false, "what is built in can be replaced by a bundle, so it is in resources"},
	{"net", []string{"core/xmpp/...", "core/profile", "core/coretest/...", "core", "cmd/...", "app", "e2e"}, false, "whoever opens sockets is known"},
	{"net/http", []string{"core/coretest/..."}, false, "nothing speaks HTTP yet: no request leaves that nobody thought of"},
}

// A call that a package must not make: encryption has no clock of its own.
var forbiddenCalls = []struct{ pkg, call, why string }{
	{"core/otr", "time.Now", "a state machine is given its clock, so that a test can set it"},
	{"core/trust", "time.Now", "rules are given the time, so that a test can set it"},
	{"core/omemo", "time.Now", "a state machine is given its clock, so that a test can set it"},
	{"ui/model", "time.Sleep", "models never wait"},
	{"ui", "time.Sleep", "the UI goroutine never waits"},
	{"ui/parts", "time.Sleep", "the UI goroutine never waits"},
}

const module = "chatsecure.org/desktop"

func TestImports(t *testing.T) {
	for _, f := range sources(t) {
		r, ok := ruleFor(f.pkg)
		if !ok {
			t.Errorf("%s: package %q is not in the import table (arch_test.go): add it with a reason", f.path, f.pkg)
			continue
		}
		for _, imp := range f.imports {
			if complaint := r.complain(f, imp); complaint != "" {
				t.Errorf("%s imports %s: %s", f.path, imp, complaint)
			}
		}
	}
}

func (r rule) complain(f source, imp string) string {
	name, own := strings.CutPrefix(imp, module)
	name = strings.TrimPrefix(name, "/")
	if !own {
		name = imp
	}
	for _, g := range guarded {
		if matchAny([]string{g.imports}, name) && !matchAny(g.only, f.pkg) && (!f.test || g.tests) {
			return g.why
		}
	}
	switch {
	case !own && !strings.Contains(firstPart(imp), "."):
		return "" // the standard library
	case own && name == f.pkg, f.test && strings.HasSuffix(f.name, "_test") && name == f.pkg:
		return ""
	case own && matchAny(r.ours, name), !own && matchAny(r.note, name):
		return ""
	case f.test && (matchAny(forTests, name) || matchAny(r.test, name)):
		return ""
	}
	return "not in the table's row of " + f.pkg + ": " + r.why
}

func TestCalls(t *testing.T) {
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		for _, rule := range forbiddenCalls {
			if f.pkg == rule.pkg && f.calls(rule.call) {
				t.Errorf("%s calls %s: %s", f.path, rule.call, rule.why)
			}
		}
	}
}

// TestTableIsUsed keeps the table from naming what no longer exists.
func TestTableIsUsed(t *testing.T) {
	have := map[string]bool{}
	for _, f := range sources(t) {
		have[f.pkg] = true
	}
	for _, r := range importTable {
		if !have[r.pkg] {
			t.Errorf("import table: package %q does not exist", r.pkg)
		}
		if r.why == "" {
			t.Errorf("import table: %q has no reason", r.pkg)
		}
	}
}

func ruleFor(pkg string) (rule, bool) {
	i := slices.IndexFunc(importTable, func(r rule) bool { return r.pkg == pkg })
	if i < 0 {
		return rule{}, false
	}
	return importTable[i], true
}

func matchAny(patterns []string, name string) bool {
	for _, p := range patterns {
		tree, ok := strings.CutSuffix(p, "/...")
		if p == name || ok && (name == tree || strings.HasPrefix(name, tree+"/")) {
			return true
		}
	}
	return false
}

func firstPart(imp string) string {
	first, _, _ := strings.Cut(path.Clean(imp), "/")
	return first
}
