// SPDX-License-Identifier: MPL-2.0

// Package ui holds the windows and screens. A screen binds a model to parts and
// finds the words; it decides nothing that a model could decide and knows the
// core only through the small interfaces that it declares.
//
// Everything here is for the UI goroutine only. What may wait runs in
// model.Tasks.
package ui
