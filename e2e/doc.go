// SPDX-License-Identifier: MPL-2.0

// Package e2e runs the real program on a display of its own, as a person does:
// with the keyboard, over a real server, to somebody who really answers. It is
// a test only; scripts/test builds the programs for it.
package e2e
