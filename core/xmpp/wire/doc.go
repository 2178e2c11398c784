// SPDX-License-Identifier: MPL-2.0

// Package wire is the transport below the XMPP library: it owns everything from
// the name of a server to whole elements that may be believed to be XML, and
// gives the library one logical stream to sit on.
//
// From the bottom up:
//
//	link      names (SRV), TCP or SOCKS5, TLS from the first byte or by STARTTLS
//	auth      SASL with our own SCRAM, tokens (XEP-0388, -0386, -0484), resource
//	          binding, registration
//	framing   whole top-level elements under limits, before anybody parses them
//	acks      stream management (XEP-0198): what goes out is kept until the server
//	          has it, what comes in is acknowledged when it is Handled
//	gate      keeps from the library what would end its session
//	split     messages and presences go to Next, IQs to the library's Session
//
// TLS is not a choice: no byte of a credential leaves before a handshake with a
// certificate for the address's domain. What the server says of itself before
// that is used for nothing but to ask for the handshake.
//
// A managed stream outlives its links: a link that breaks suspends it, and Dial puts
// it on another. Whoever sits on it does not notice; only Lost tells.
//
// Every wait ends with its context: the context closes the connection under it.
package wire
