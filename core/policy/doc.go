// SPDX-License-Identifier: MPL-2.0

// Package policy is what a bundle may lock: each key has an order of strictness,
// and of two policies the stricter value of every key counts. The merge is
// commutative, associative and idempotent, so no layer can loosen another,
// whatever their order.
//
// The package knows what a policy says; core is where it is enforced, so that every
// front end obeys. Values are immutable and may be used by any goroutine.
package policy
