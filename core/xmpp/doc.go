// SPDX-License-Identifier: MPL-2.0

// Package xmpp is a session on the wire, and the translation between stanzas
// and the words of package chat.
//
// A Conn has two readers. Run takes messages and presences from the wire one by
// one, decodes each once into a plain struct and hands it on. Behind it the XMPP
// library's Session exchanges IQs: it answers what others ask (ping, disco,
// version) and carries our own requests, each with a deadline. Handlers decode,
// copy and enqueue; they never ask anything themselves.
//
// This package is the one place that checks who sent something (pushes of our
// server, events, answers, copies, results of the archive). What it hands on may be
// believed as far as its comments say; whether somebody may change another message
// is for who knows the messages.
package xmpp
