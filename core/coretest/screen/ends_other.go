// SPDX-License-Identifier: MPL-2.0

//go:build !linux

package screen

import "syscall"

func endsWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
