// SPDX-License-Identifier: MPL-2.0

package chat

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"testing"
)

func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		in   *Error
		want string
	}{
		{&Error{Code: CodeTimeout}, "timeout"},
		{&Error{Op: "send message", Code: CodeTimeout}, "send message: timeout"},
		{&Error{Op: "read", Code: CodeNewer, Detail: "schema 9"}, "read: database-newer (schema 9)"},
		{&Error{Op: "read", Code: CodeTimeout, Err: context.DeadlineExceeded}, "read: timeout: context deadline exceeded"},
	} {
		if got := c.in.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestErrorIs(t *testing.T) {
	full := &Error{Kind: Storage, Op: "store message", Code: CodeDiskFull, Err: errors.New("cause")}
	wrapped := fmt.Errorf("send: %w", full)
	for _, c := range []struct {
		name   string
		target error
		want   bool
	}{
		{"same code", &Error{Code: CodeDiskFull}, true},
		{"same code and kind", &Error{Kind: Storage, Code: CodeDiskFull}, true},
		{"another kind", &Error{Kind: Input, Code: CodeDiskFull}, false},
		{"another code", &Error{Kind: Storage, Code: CodeReadOnly}, false},
		{"itself", full, true},
		{"its cause", full.Err, true},
		{"something else", context.Canceled, false},
	} {
		if got := errors.Is(wrapped, c.target); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	var e *Error
	if !errors.As(wrapped, &e) || e != full {
		t.Error("not found in the chain")
	}
}

func TestCodeAndKind(t *testing.T) {
	inner := &Error{Kind: Certificate, Code: CodeCertHost}
	for _, c := range []struct {
		name string
		err  error
		code Code
		kind Kind
	}{
		{"none", nil, "", Bug},
		{"foreign", errors.New("x"), CodeUnknown, Bug},
		{"direct", inner, CodeCertHost, Certificate},
		{"wrapped", fmt.Errorf("a: %w", fmt.Errorf("b: %w", inner)), CodeCertHost, Certificate},
		{"joined", errors.Join(errors.New("x"), inner), CodeCertHost, Certificate},
		{"the outer one counts", &Error{Kind: Offline, Code: CodeNoNetwork, Err: inner}, CodeNoNetwork, Offline},
	} {
		if CodeOf(c.err) != c.code || KindOf(c.err) != c.kind {
			t.Errorf("%s: %q, %v", c.name, CodeOf(c.err), KindOf(c.err))
		}
	}
}

// Codes are the interface to words and scripts: each is written once, in the
// form that resource ids have.
func TestCodes(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != "Code" {
			return true
		}
		name := spec.Names[0].Name
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil || !form.MatchString(value) {
			t.Errorf("%s is %q", name, value)
		}
		if other := seen[value]; other != "" {
			t.Errorf("%s and %s are both %q", name, other, value)
		}
		seen[value] = name
		return true
	})
	if len(seen) < 50 {
		t.Errorf("only %d codes were found", len(seen))
	}
}
