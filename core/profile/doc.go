// SPDX-License-Identifier: MPL-2.0

// Package profile is the directory in which the program keeps everything: it
// holds the database's key (in the OS keyring or wrapped by a passphrase), the
// lock that keeps a second process out, and the socket over which that second
// process asks the first one to raise its window.
//
// A profile's files are profile.db, profile.json (no address, no text and no
// clear key), bundles.json (the versions of resource bundles), lock and raise.sock.
// The package opens no network connection and no database.
package profile
