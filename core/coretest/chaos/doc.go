// SPDX-License-Identifier: MPL-2.0

// Package chaos proves that nothing is lost, doubled or put out of order, whatever
// dies and whenever: real clients (chatsecure-cli rpc) send each other numbered
// messages over a real server, while their links are made to fail, they are killed
// and the server is restarted. At the end the databases of all must hold each
// message once, in its order.
//
// A Trial is one such run. All that is random in what it does comes from its seed;
// when things happen depends on the machine, too.
package chaos
