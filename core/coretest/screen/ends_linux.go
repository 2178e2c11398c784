// SPDX-License-Identifier: MPL-2.0

package screen

import "syscall"

// endsWithUs keeps the display from outliving this process, and out of the
// reach of a Ctrl+C that is meant for it.
func endsWithUs() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
