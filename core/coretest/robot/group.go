// SPDX-License-Identifier: MPL-2.0

package robot

import "syscall"

// ownGroup keeps a Ctrl+C in the terminal from the client: it is ended by its
// standard input, in good order.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
