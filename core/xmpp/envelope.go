// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"crypto/rand"
	"encoding/base64"
	"math/big"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Envelope is what was encrypted: parts of a message and what their sender says of
// them (XEP-0420 §4). Whether From, To and Time fit the stanza around it is for the
// caller to find out: a server that has exchanged envelopes shows there.
type Envelope struct {
	From, To chat.Address // zero where they are not said
	Time     time.Time    // when it was encrypted, by the sender's clock; zero where that is not said
	// Message is the stanza as if it had come unencrypted (XEP-0420 §8): who, when and
	// its ids as they stood outside, everything else as it stood inside.
	Message *Message
	Trust   *TrustMessage // XEP-0434 §5.2; nil for none
	OptOut  *OptOut       // XEP-0384 §5.7; nil for none
}

// OptOut says that the sender wants messages that are not encrypted. Nothing may be
// sent before the person has decided what to do about it.
type OptOut struct {
	Reason string // the sender's words, never trusted; "" for none
}

// OutEnvelope is an envelope to encode. Zero fields are left out.
type OutEnvelope struct {
	From, To chat.Address // our own address and the message's; only their bare parts are written
	Time     time.Time
	Message  OutMessage // of it, what belongs into an envelope
	Trust    *TrustMessage
}

// An envelope is made at least so long, in bytes, and then longer by up to so much
// (XEP-0420 §4): "yes" and "no" look like most messages.
const (
	minEnvelope = 512
	maxPadding  = 200
)

// EncodeEnvelope writes what is to be encrypted for OMEMO2 (XEP-0384 §5.5.1), with a
// padding of random length. Message.Outside is what it leaves to the stanza.
func EncodeEnvelope(e OutEnvelope) []byte {
	var b builder
	b.raw("<envelope xmlns='" + nsSCE + "'><content>")
	b.content(e.Message, nsClient)
	b.payload(e.Message)
	if e.Trust != nil {
		b.trust(*e.Trust)
	}
	b.raw("</content>")
	if !e.Time.IsZero() {
		b.empty("time", "", "stamp", e.Time.UTC().Format(stampLayout))
	}
	if !e.To.IsZero() {
		b.empty("to", "", "jid", e.To.Bare().String())
	}
	if !e.From.IsZero() {
		b.empty("from", "", "jid", e.From.Bare().String())
	}
	b.raw("<rpad>")
	const end = "</rpad></envelope>"
	b.raw(padding(minEnvelope - b.Len() - len(end)))
	b.raw(end)
	return b.Bytes()
}

// padding is text of at least this length.
func padding(least int) string {
	more, err := rand.Int(rand.Reader, big.NewInt(maxPadding+1))
	if err != nil {
		panic(err) // the system's source does not fail
	}
	n := max(least, 0) + int(more.Int64())
	random := make([]byte, n)
	_, _ = rand.Read(random)
	return base64.RawStdEncoding.EncodeToString(random)[:n]
}

// Outside is what of a message stays outside of its envelope: what servers have to
// read (XEP-0420 §9). The rest may not be said there.
func (m OutMessage) Outside() OutMessage {
	return OutMessage{
		To: m.To, Type: m.Type, ID: m.ID, OriginID: m.OriginID,
		Hints: m.hints(), Encrypted: m.Encrypted, EME: m.EME, Private: m.Private,
	}
}
