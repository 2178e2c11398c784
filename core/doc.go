// SPDX-License-Identifier: MPL-2.0

// Package core is the chat engine: accounts that stay connected, contacts,
// conversations and messages, in an encrypted database.
//
// A command returns when the intent is stored, not when the network has done
// it; those that ask the server for something (contacts, one's own picture, a
// login) return its answer. A query returns values that never change. A
// Subscription says what changed; whoever shows it asks again. The package
// speaks the words of core/chat and knows no toolkit.
//
// Each account has one actor goroutine with a mailbox (account.go). It alone
// decides, in the order of its mail, and never waits for the network: a
// connection's goroutines (connect.go, session.go) and jobs do, and post what
// came of it. A message comes in by inbound.go and goes out by outbox.go.
package core
