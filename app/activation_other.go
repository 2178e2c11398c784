// SPDX-License-Identifier: MPL-2.0

//go:build !linux

package app

import "context"

// ownName is for desktops with a session bus; macOS raises a program by itself.
func ownName(context.Context, string, func()) {}
