// SPDX-License-Identifier: MPL-2.0

package app

import (
	"os"
	"path/filepath"
	"runtime"
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
