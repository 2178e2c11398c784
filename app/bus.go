// SPDX-License-Identifier: MPL-2.0

package app

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"fyne.io/fyne/v2"
)

const busVariable = "DBUS_SESSION_BUS_ADDRESS"

// avoidBusLaunch keeps the D-Bus library from starting a message bus of its own
// where the session has none: it would outlive us, with all that it starts.
// Call it before the toolkit is made.
func avoidBusLaunch() {
	if runtime.GOOS != "linux" || os.Getenv(busVariable) != "" {
		return
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "bus")); err == nil {
			return
		}
	}
	_ = os.Setenv(busVariable, "unix:path=/nonexistent")
}

// makeCacheDir makes what the toolkit takes for granted: the person's directory for
// caches, which a new home does not have. Without one there is no cache, and no harm.
func makeCacheDir() {
	if dir, err := os.UserCacheDir(); err == nil {
		_ = os.MkdirAll(dir, 0o700)
	}
}

// list makes the program known to the desktop by its id until unlist is called. A
// profile that is not the usual one is for whoever started it by hand.
func (p *program) list() (unlist func()) {
	if p.opts.Profile != "" {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { ownName(ctx, p.words.Branding().ID, func() { fyne.Do(p.ui.Raise) }) })
	return func() { cancel(); wg.Wait() }
}
