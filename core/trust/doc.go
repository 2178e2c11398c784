// SPDX-License-Identifier: MPL-2.0

// Package trust decides which keys a message is encrypted for, and what a new device,
// a decision of the person and a message of another device (XEP-0450) change about
// that. It has no state, no clock and no I/O: keys go in, keys come out, and the
// caller stores what came out. Any goroutine may call it.
//
// The rules are those of product.md. A key that is distrusted never gets anything, a
// verified one always does. Of the others:
//
//	level    none of the owner's was ever verified    one was
//	Relaxed  a new key is trusted, and used           those trusted before are used, a new one is not
//	Careful  a new key is trusted, and used           none is used
//	Strict   nothing is sent while there is one       the same
//
// That one was verified stays true for ever (chat.Key.WasVerified), also when it is
// distrusted later or its device is gone; keys of OMEMO and of OTR count alike.
package trust
