// SPDX-License-Identifier: MPL-2.0

// Package omemo is OMEMO's cryptography in both of its forms: what is spoken under
// eu.siacs.conversations.axolotl (XEP-0384 v0.3, the formats of libsignal 3) and
// under urn:xmpp:omemo:2 (XEP-0384 v0.9). It agrees on keys (X3DH), moves them with
// each message (Double Ratchet) and closes a message's payload; it knows no XML, no
// address, no device id and no trust.
//
// It is a state machine: no socket, no database, no clock (times are arguments) and
// no randomness but the reader that it is given (nil is crypto/rand). A Session and
// an Identity are values of whoever holds them and not for several goroutines at
// once; what was moved has to be stored by MarshalBinary before anything that it
// made leaves.
//
// # Who does what
//
// Sending to a device without a session: Bundle.Check, Begin, and from then on
// Session.Encrypt for each message. Receiving: if a key says that it is a key
// exchange and Session.IsSameKex is false (or there is no session), Answer makes a
// session and Session.Supersede gives it the one that was there; in all other cases
// Session.Decrypt. A device is only who it says it is if Session.Remote is the key
// that its owner's device has.
package omemo
