// SPDX-License-Identifier: MPL-2.0

// Package store keeps a profile in one SQLCipher file: accounts, contacts,
// conversations, messages with their full-text index, settings.
//
// Every method of DB may be called from any goroutine. A write is one
// transaction on the one writing connection; reads run beside it on a small
// pool. The context bounds the wait for a connection and ends a search; a write
// that has begun is finished. No method waits for the network.
//
// Every error is a *chat.Error of Kind Storage (Input where the caller gave
// something impossible) and holds no message text, address or secret.
package store
