// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"flag"
	"os"
	"strconv"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

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
