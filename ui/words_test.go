// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/ui/model"
)

// made are the beginnings of ids that the program puts together.
var made = []string{
	"cli.", "package.", "start.option.", "bundle.ignored.", "layer.", "legal.", "error.", "weekday.", "mode.", "status.", "welcome.", "server.", "about.", "notice.", "trouble.", "key.", "act.", "sealed.", "stopped.", "failed.", "choice.", "level.", "device.", "way.", "details.", "lock.", "otr.",
}

var (
	literal = regexp.MustCompile(`\bText\("([a-z0-9.-]+)"[,)]`)
	icons   = regexp.MustCompile(`(?:NewGlyph\([^,]+, |NewIconButton\([^,]+, |WithIcon\(|NewPicture\([^,]+, |\.icon\()"([a-z0-9-]+)"`)
)

func TestEveryWordIsInTheBundle(t *testing.T) {
	t.Parallel()
	words := resources.Default()
	var all strings.Builder
	for _, dir := range []string{".", "parts", "model", "../app", "../cmd/chatsecure"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(source)
			for _, m := range literal.FindAllStringSubmatch(string(source), -1) {
				if !words.Has(m[1]) {
					t.Errorf("%s: no text %q in the bundle", file, m[1])
				}
			}
			for _, m := range icons.FindAllStringSubmatch(string(source), -1) {
				if !words.HasIcon(m[1]) {
					t.Errorf("%s: no icon %q in the bundle", file, m[1])
				}
			}
		}
	}
	source := all.String()
	for _, id := range words.IDs() {
		used := strings.Contains(source, `"`+id+`"`)
		for _, prefix := range made {
			used = used || strings.HasPrefix(id, prefix)
		}
		if !used {
			t.Errorf("nobody says %q", id)
		}
	}
}

func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../core/chat/error.go")
	if err != nil {
		t.Fatal(err)
	}
	words := resources.Default()
	codes := regexp.MustCompile(`(?m)^\tCode\w+\s+(?:Code\s+)?= "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(codes) < 40 {
		t.Fatalf("only %d codes found", len(codes))
	}
	for _, c := range codes {
		if !words.Has("error." + c[1]) {
			t.Errorf("no words for the code %q", c[1])
		}
	}
}

// What could not be read says why, in a line and in the dialog about it.
func TestEveryReasonNotToReadHasWords(t *testing.T) {
	t.Parallel()
	words := resources.Default()
	for _, code := range append(slices.Clone(chat.Unreadable), chat.CodeUnknown) {
		if code == chat.CodeBeforeDevice { // is a notice
			continue
		}
		id := model.SealedWords(code)
		if code != chat.CodeUnknown && id == "sealed.unknown" || !words.Has(id) || !words.Has(id+".text") {
			t.Errorf("no words for %q", code)
		}
	}
}
