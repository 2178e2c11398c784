// SPDX-License-Identifier: MPL-2.0

//go:build race

package ui

// underRace: the race detector takes several times the memory.
const underRace = true
