// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"golang.org/x/text/language"

	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
)

// The toolkit measures text with tables that are not safe for two goroutines:
// only tests that measure nothing are parallel.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "1000"); err != nil {
		panic(err)
	}
	test.NewApp().Settings().SetTheme(theme.Current())
	now = func() time.Time { return time.Date(2026, 11, 24, 15, 13, 0, 0, time.UTC) }
	os.Exit(m.Run())
}

// newKit is a kit for a test that is looked at with these options.
func newKit(t testing.TB, o theme.Options) *Kit {
	t.Helper()
	if o.Mode == "" {
		o.Mode = theme.Light
	}
	before := theme.Current()
	setTheme(t, o)
	t.Cleanup(func() { apply(before) })
	return &Kit{Words: resources.Default()}
}

func setTheme(t interface{ Fatal(args ...any) }, o theme.Options) {
	look, err := theme.New(resources.Default().Palette(), o)
	if err != nil {
		t.Fatal(err)
	}
	apply(look)
}

func apply(look *theme.Theme) {
	theme.Use(look)
	fyne.CurrentApp().Settings().SetTheme(look)
}

// languages are those that the bundle has texts in.
func languages(t testing.TB) []language.Tag {
	t.Helper()
	files, err := filepath.Glob("../../resources/default.csres/strings/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no texts", err)
	}
	tags := []language.Tag{language.English}
	for _, file := range files {
		if tag, err := language.Parse(strings.TrimSuffix(filepath.Base(file), ".json")); err == nil {
			tags = append(tags, tag)
		}
	}
	return tags
}

// speak shows what a test draws with the fonts of a language.
func speak(t testing.TB, tag language.Tag) *resources.Bundle {
	t.Helper()
	before := theme.Current()
	apply(before.With(theme.Fonts{}, tag))
	t.Cleanup(func() { apply(before) })
	return resources.Default().Locale(tag)
}

// few lets a property be checked fewer times than usual, where each takes long.
func few(t *testing.T, times int) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	before := f.Value.String()
	if err := f.Value.Set(strconv.Itoa(times)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Value.Set(before) })
}
