// SPDX-License-Identifier: MPL-2.0

package chat

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// samples has a value of every exported struct type of the package.
var samples = map[string]any{
	"Account": Account{}, "Address": Address{}, "Contact": Contact{}, "ConvID": ConvID{}, "Conversation": Conversation{},
	"Bookmark": Bookmark{}, "ConversationSettings": ConversationSettings{}, "Event": Event{}, "Field": Field{}, "Form": Form{}, "Login": Login{},
	"Message": Message{}, "SearchQuery": SearchQuery{}, "SendOptions": SendOptions{}, "Reaction": Reaction{}, "Error": &Error{},
	"Key": Key{}, "EncryptionState": EncryptionState{}, "IdentityLink": IdentityLink{}, "Invitation": Invitation{},
}

const secret = "secret"

// taint writes the secret wherever there is room for text.
func taint(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() != reflect.TypeFor[Code]() { // one of a fixed list
			v.SetString(secret)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			taint(v.Field(i))
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(secret))
			return
		}
		one := reflect.New(v.Type().Elem()).Elem()
		taint(one)
		v.Set(reflect.Append(v, one))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		taint(v.Elem())
	case reflect.Interface:
		v.Set(reflect.ValueOf(errors.New(secret)))
	}
}

// No text, name or address reaches a log, whichever handler writes it and
// whether the value or a pointer to it is logged.
func TestNothingInLogs(t *testing.T) {
	for name, sample := range samples {
		t.Run(name, func(t *testing.T) {
			typ := reflect.TypeOf(sample)
			if typ.Kind() == reflect.Pointer {
				typ = typ.Elem()
			}
			v := reflect.New(typ)
			taint(v.Elem())
			if e, ok := v.Interface().(*Error); ok {
				e.Op = "send message" // a constant of the program: it is logged
			}
			if plain := fmt.Sprintf("%#v", v.Elem().Interface()); !strings.Contains(plain, secret) && name != "ConversationSettings" {
				t.Fatalf("nothing to leak: %s", plain)
			}
			values := []any{v.Interface()}
			if name != "Error" { // only its pointer is an error
				values = append(values, v.Elem().Interface())
			}
			for _, value := range values {
				var out bytes.Buffer
				for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
					slog.New(h).Info("event", "value", value)
					slog.New(h).With("value", value).WithGroup("g").Info("event", slog.Group("inner", slog.Any("value", value)))
				}
				if strings.Contains(out.String(), secret) || strings.Count(out.String(), "\n") != 4 {
					t.Errorf("logged %T as %s", value, out.String())
				}
				if strings.Contains(out.String(), "PANIC") || strings.Contains(out.String(), "panicked") {
					t.Errorf("logging panicked: %s", out.String())
				}
			}
		})
	}
}

// The zero values can be logged as well.
func TestZeroInLogs(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	for name, sample := range samples {
		log.Info(name, "value", sample)
	}
	if strings.Contains(out.String(), "panicked") {
		t.Error(out.String())
	}
	if got := (Address{}).LogValue().String(); got != "none" {
		t.Errorf("no address is logged as %q", got)
	}
	if !strings.Contains(fmt.Sprint((&Error{Kind: Auth, Op: "log in", Code: CodeNotAuthorized}).LogValue()), "not-authorized") {
		t.Error("an error is logged without its code")
	}
}

// A new type needs a sample above, and a LogValue unless it holds no text.
func TestEveryTypeIsRedacted(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	types, methods := map[string]bool{}, map[string]bool{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				if _, ok := n.Type.(*ast.StructType); ok && n.Name.IsExported() {
					types[n.Name.Name] = true
				}
			case *ast.FuncDecl:
				if n.Recv != nil && n.Name.Name == "LogValue" {
					methods[receiver(n)] = true
				}
			}
			return true
		})
	}
	for name := range types {
		if _, ok := samples[name]; !ok {
			t.Errorf("%s has no sample", name)
		}
		if !methods[name] && name != "ConversationSettings" {
			t.Errorf("%s has no LogValue", name)
		}
	}
	if len(types) != len(samples) {
		t.Errorf("%d types, %d samples", len(types), len(samples))
	}
}

func receiver(f *ast.FuncDecl) string {
	typ := f.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	return typ.(*ast.Ident).Name
}
