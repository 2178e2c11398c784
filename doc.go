// SPDX-License-Identifier: MPL-2.0

// Package desktop is the root of ChatSecure for Mac and Linux. It holds no
// code, only the tests of the rules that the whole tree keeps: who may import
// whom, and what every file looks like.
package desktop
