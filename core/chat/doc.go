// SPDX-License-Identifier: MPL-2.0

// Package chat holds the words of the domain: addresses, messages, their
// status, conversations, contacts, accounts, events and errors.
//
// Every type here is a plain value that is safe to copy and to hand from one
// goroutine to another. The package imports the standard library only, so that
// the interface, the network, the database and the encryption can all speak it
// without knowing of each other.
package chat
