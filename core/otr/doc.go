// SPDX-License-Identifier: MPL-2.0

// Package otr is Off-the-Record messaging, version 3
// (https://otr.cypherpunks.ca/Protocol-v3-4.1.1.html), with the other person's
// programs, and proving that both people know the same secret (SMP). With a program
// that can do nothing else it speaks version 2
// (https://otr.cypherpunks.ca/Protocol-v2-3.1.0.html): who offers both gets version 3,
// and a key that has spoken version 3 is not believed to speak version 2
// (Config.Newest). The ciphers are the same; version 2 can not tell an account's
// programs apart, and what is asked before a session is in the clear in both: whoever
// is on the way can take "3" out of it. Version says which one a session has.
//
// It has no sockets, no clock and no storage: texts go in with the time, and
// texts to send come out. A Conversation lives in memory only; when it is gone,
// its messages can not be read any more, by anybody. That is the point of it
// (forward secrecy), and so a program that was killed has to begin anew:
//
//	r, _ := conv.Receive(body, now)       // an event Unreadable with Renew set:
//	send(r.Reply...)                      // the other side has a session, we have none
//	send(conv.Begin()...)                 // the key exchange, at once
//	…                                     // an event Started, Renewed or StartedWithNewKey:
//	texts, err := conv.Send("once more")  // what had no receipt can be sent again
//
// The protocol itself is github.com/coyim/otr3, in the changed copy under
// third_party/otr3, whose licence is the GPL. Built with -tags nootr this package
// has the same names, links none of it and can nothing: Available says so.
package otr
