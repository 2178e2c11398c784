// SPDX-License-Identifier: MPL-2.0

// Package coretest starts real XMPP servers on loopback for tests and for the
// demonstration: Prosody and ejabberd, each with its own configuration, data and
// certificates below one directory, on ports of 127.0.0.1 that were free.
//
// StartProsody and StartEjabberd know nothing of package testing; Prosody and
// Ejabberd wrap them for a test. A server ends with its test, and with the
// process that started it, whatever way that process ends.
//
// Scripted is a server in the process itself: it is what a test makes of it, above
// all one that does what no server may.
package coretest
