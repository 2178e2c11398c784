// SPDX-License-Identifier: MPL-2.0

//go:build !race

package ui

const underRace = false
