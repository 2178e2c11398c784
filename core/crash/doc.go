// SPDX-License-Identifier: MPL-2.0

// Package crash marks the places at which a test lets the program die. In a
// build that people run it is empty: At does nothing and costs nothing.
//
// With the build tag crashpoints the variable CHATSECURE_CRASH=name:n ends the
// process, without any goodbye, when it passes the place of that name for the
// n-th time (the first, without :n).
package crash
