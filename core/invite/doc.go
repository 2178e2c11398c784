// SPDX-License-Identifier: MPL-2.0

// Package invite reads the links that people invite one another with. They come
// from anywhere, so they are read as hostile input: what is not plainly an
// invitation is none, and reading one does nothing.
//
// Everything here is pure and safe for use from any goroutine.
package invite
