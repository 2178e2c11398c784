// SPDX-License-Identifier: MPL-2.0

// Package nickname makes the name of an account out of what a person calls
// themselves, for sign-ups that ask for nothing else.
package nickname
