// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tool runs a command that needs no profile.
func tool(t *testing.T, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	status := run(context.Background(), args, strings.NewReader(""), &out, &errs)
	return result{out.String(), errs.String(), status}
}

// does runs a command that has to succeed, and says nothing on stderr.
func does(t *testing.T, args ...string) string {
	t.Helper()
	r := tool(t, args...)
	if r.status != exitDone || r.errs != "" || r.out == "" && args[1] != "diff" {
		t.Fatalf("%q: status %d, %q, %q", args, r.status, r.out, r.errs)
	}
	return r.out
}

func objects(t *testing.T, out string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, o)
	}
	return all
}

// From nothing to a signed bundle, as an organisation does it.
func TestBundle(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1700000000")
	home := t.TempDir()
	dir, packed, again, key := filepath.Join(home, "acme"), filepath.Join(home, "acme.csres"), filepath.Join(home, "again.csres"), filepath.Join(home, "key")
	does(t, "bundle", "new", dir, "--id", "org.acme.chat", "--name", "Acme Chat")
	does(t, "bundle", "check", dir)
	does(t, "bundle", "pack", dir, "-o", packed)
	does(t, "bundle", "pack", "--output", again, dir)
	one, err := os.ReadFile(packed)
	if err != nil {
		t.Fatal(err)
	}
	if two, err := os.ReadFile(again); err != nil || !bytes.Equal(one, two) {
		t.Errorf("packed twice it is another (%v)", err)
	}
	if out := does(t, "bundle", "diff", dir, packed); out != "+ manifest.json: created = 2023-11-14T22:13:20Z\n" {
		t.Errorf("diff: %q", out)
	}
	k := objects(t, does(t, "--json", "bundle", "keygen", key))[0]
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the key (%v)", err)
	}
	if r := tool(t, "bundle", "keygen", key); r.status != exitRefused || !strings.Contains(r.errs, "already") {
		t.Errorf("a key was written over: %+v", r)
	}
	does(t, "bundle", "sign", packed, "--key", key)
	o := objects(t, does(t, "bundle", "check", packed, "--key", key+".pub", "--json"))[0]
	if o["signer"] != k["id"] || o["known"] != true || o["faults"] != 0.0 || o["id"] != "org.acme.chat" {
		t.Errorf("%v", o)
	}
	if out := does(t, "bundle", "check", packed); !strings.Contains(out, "not known here") {
		t.Errorf("check: %q", out)
	}
	if r := tool(t, "bundle", "check", again, "--key", key+".pub"); r.status != exitRefused || !strings.Contains(r.out, "SIGNATURE") {
		t.Errorf("not signed, and a key was given: %+v", r)
	}
	if out := does(t, "bundle", "diff", again, packed); out != "+ SIGNATURE = "+k["id"].(string)+"\n" {
		t.Errorf("diff: %q", out)
	}
	// A folder is signed as well, and a change of it is seen.
	does(t, "bundle", "sign", dir, "--key", key)
	does(t, "bundle", "check", dir, "--key", key+".pub")
	if err := os.WriteFile(filepath.Join(dir, "policy.json"), []byte(`{"log":"off"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := tool(t, "bundle", "check", dir); r.status != exitRefused || !strings.Contains(r.out, "policy.json: has 13 bytes") {
		t.Errorf("%+v", r)
	}
	does(t, "bundle", "manifest", dir)
	if o := objects(t, does(t, "bundle", "check", dir, "--json"))[0]; o["signer"] != "" {
		t.Errorf("a list that was made anew is signed: %v", o)
	}
}

// Every fault is a line of its own; nothing that the program would not take is
// packed or signed.
func TestBundleFaults(t *testing.T) {
	home := t.TempDir()
	dir, packed, key := filepath.Join(home, "acme"), filepath.Join(home, "acme.csres"), filepath.Join(home, "key")
	does(t, "bundle", "new", dir, "--id", "org.acme.chat", "--name", "Acme Chat")
	does(t, "bundle", "keygen", key)
	for name, text := range map[string]string{
		"policy.json": "{\n\"tls.min_version\": \"1.1\"\n}", "strings/base.json": "{\n\"action.ok\": {\"text\": \"{x}\"}\n}", "help/\u202e.md": "x",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := tool(t, "bundle", "check", dir)
	if r.status != exitRefused || strings.Count(r.errs, "\n") != 1 || !strings.Contains(r.out, "policy.json:2: ") || !strings.Contains(r.out, "strings/base.json:2: ") ||
		!strings.Contains(r.out, `"help/\u202e.md": `) {
		t.Errorf("%+v", r)
	}
	all := objects(t, tool(t, "bundle", "check", dir, "--json").out)
	last := all[len(all)-1]
	if last["refused"] != true || last["faults"] != float64(len(all)-1) || all[0]["reason"] == "" {
		t.Errorf("%v", all)
	}
	if err := os.Remove(filepath.Join(dir, "help/\u202e.md")); err != nil {
		t.Fatal(err)
	}
	if r := tool(t, "bundle", "pack", dir, "-o", packed); r.status != exitRefused || !strings.Contains(r.out, "policy.json:2: ") {
		t.Errorf("%+v", r)
	}
	left, err := filepath.Glob(filepath.Join(home, "*csres*"))
	if hidden, _ := filepath.Glob(filepath.Join(home, ".*")); err != nil || len(left)+len(hidden) > 0 {
		t.Errorf("it left %q %q (%v)", left, hidden, err)
	}
	// What it works in spite of is packed, and said.
	if err := os.WriteFile(filepath.Join(dir, "policy.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := does(t, "bundle", "pack", dir, "-o", packed); !strings.Contains(out, "2 faults") {
		t.Errorf("%q", out)
	}
	for _, args := range [][]string{
		{"bundle", "check", filepath.Join(home, "nothing")},
		{"bundle", "check", key},
		{"bundle", "diff", dir, key},
		{"bundle", "sign", key, "--key", key},
		{"bundle", "sign", packed, "--key", key + ".pub"},
		{"bundle", "sign", packed, "--key", filepath.Join(home, "nothing")},
		{"bundle", "check", packed, "--key", packed},
		{"bundle", "pack", packed, "-o", filepath.Join(home, "x.csres")},
		{"bundle", "pack", dir, "-o", home},
		{"bundle", "new", dir, "--id", "org.acme.chat", "--name", "Acme"},
		{"bundle", "new", filepath.Join(home, "x"), "--id", "acme", "--name", "Acme"},
		{"bundle", "new", filepath.Join(home, "x"), "--id", "org.acme", "--name", "A\nB"},
		{"bundle", "keygen", filepath.Join(home, "no", "key")},
	} {
		if r := tool(t, args...); r.status != exitRefused || strings.Count(r.errs, "\n") != 1 {
			t.Errorf("%q: %+v", args, r)
		}
	}
	for _, args := range [][]string{
		{"bundle"},
		{"bundle", "check"},
		{"bundle", "new", "x"},
		{"bundle", "diff", "a"},
		{"bundle", "sign", packed},
		{"bundle", "check", packed, "--key", ""},
		{"bundle", "check", packed, "--id", "x"},
		{"bundle", "pack", dir, "-o"},
		{"bundle", "pack", packed},
	} {
		if r := tool(t, args...); r.status != exitUsage {
			t.Errorf("%q: %+v", args, r)
		}
	}
	t.Setenv("SOURCE_DATE_EPOCH", "soon")
	if r := tool(t, "bundle", "pack", dir, "-o", packed); r.status != exitRefused || !strings.Contains(r.errs, "SOURCE_DATE_EPOCH") {
		t.Errorf("%+v", r)
	}
}
