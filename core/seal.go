// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/trust"
	"chatsecure.org/desktop/core/xmpp"
)

// sealed is what became of a row of the outbox.
type sealed struct {
	stanza []byte
	how    chat.Encryption
	key    chat.Fingerprint  // one's own
	keys   *store.KeyChanges // moved by it, stored with it
	code   chat.Code         // why it can not be sent: the row has failed
	wait   bool              // for keys that have been asked for
	anew   []store.Notice    // of the sessions that begin anew with it
}

// route is how a message has to travel.
type route struct {
	by       chat.Encryption // OMEMO stands for both of its formats
	decision trust.Decision
	code     chat.Code
	wait     bool
	offer    bool // a plain text may say that OTR would be possible
}

// maxSealedStanza bounds, in bytes, what encrypting makes of a message: with each device
// it grows, and servers take about as much (Prosody 256 KiB from clients).
const maxSealedStanza = 256 << 10

// seal makes the finished stanza of a row: encrypted as the conversation is, or as the
// row asks for. It never makes a plain one where the person, the account or the past
// of the conversation wants it encrypted. The error is the database's, or a fault.
func (a *account) seal(ctx context.Context, r *ratchets, row store.Outgoing) (sealed, error) {
	way, err := a.route(ctx, r, row)
	if err != nil || way.code != "" || way.wait {
		return sealed{code: way.code, wait: way.wait}, err
	}
	m, out := a.compose(ctx, row, way.by), sealed{}
	switch way.by {
	case chat.EncryptionOMEMO:
		out, err = a.sealOMEMO(ctx, r, row, m, way.decision)
	case chat.EncryptionOTR:
		out, err = a.sealOTR(row, m)
	}
	switch {
	case err == nil && len(out.stanza) > maxSealedStanza:
		return sealed{code: chat.CodeTooLarge}, nil
	case way.by != chat.EncryptionNone:
		return out, err
	}
	if way.offer {
		a.offerOTR(ctx, row, &m)
	}
	return sealed{stanza: xmpp.EncodeMessage(m)}, nil
}

// tooLong says whether the server would end the stream over a stanza.
func (a *account) tooLong(stanza []byte) bool {
	most := a.session.maxStanza()
	return most > 0 && len(stanza) > most
}

// route decides. While it does not know yet what the contact's devices are, the row
// waits.
func (a *account) route(ctx context.Context, r *ratchets, row store.Outgoing) (route, error) {
	if row.Errand == store.AmendRetract {
		return route{}, nil // says nothing but which message
	}
	s, err := a.db.EncryptionSettings(ctx, row.Conv)
	if err != nil {
		return route{}, err
	}
	want, must := a.wantedFor(row, s)
	locks := a.client.held()
	_, forbidden := locks.forbids(want)
	switch {
	case want == chat.ChoiceNone && a.client.required(s):
		return route{code: chat.CodeNotEncrypted}, nil
	case forbidden:
		return route{code: chat.CodePolicyEncryption}, nil
	case want == chat.ChoiceNone:
		return route{}, nil
	case want == chat.ChoiceOTR:
		return a.routeOTR(row.Conv), nil
	case !locks.allowsOMEMO():
		return a.withoutOMEMO(row.Conv, must), nil
	}
	if a.omemo.keyless { // what never was encrypted goes on as it was
		if must || want != chat.ChoiceAuto {
			return route{code: chat.CodeDamaged}, nil
		}
		return route{}, nil
	}
	d, ready, err := a.decide(ctx, r, row.Conv.Peer, a.client.level(s))
	switch {
	case err != nil:
		return route{}, err
	case !ready:
		return route{wait: true}, nil
	case d.Blocked == "":
		return route{by: chat.EncryptionOMEMO, decision: d}, nil
	case d.Blocked == chat.CodeNoDevice:
		if code, wait, err := a.noDevice(ctx, row.Conv.Peer, row.Time); err != nil || wait || code != "" {
			return route{code: code, wait: wait}, err
		}
	}
	switch {
	case d.Blocked == chat.CodeNoDevice && (must || want == chat.ChoiceOMEMO) && a.askAgain(row.Conv.Peer):
		a.fetchKeys(ctx, a.session, row.Conv.Peer) // before it fails: perhaps a list came too late, or too early
		return route{wait: true}, nil
	case d.Blocked != chat.CodeNoDevice || want == chat.ChoiceOMEMO:
		return route{code: d.Blocked}, nil
	case a.speaksOTR(row.Conv):
		return a.routeOTR(row.Conv), nil
	case must:
		return route{code: d.Blocked}, nil
	}
	return route{offer: true}, nil
}

// withoutOMEMO is the best way where the policy does not allow OMEMO.
func (a *account) withoutOMEMO(conv chat.ConvID, must bool) route {
	switch {
	case a.speaksOTR(conv):
		return a.routeOTR(conv)
	case must:
		return route{code: chat.CodeNoSession}
	}
	return route{offer: true}
}

// wantedFor is how a row is to travel by the choices of the person, and whether it must
// be encrypted.
func (a *account) wantedFor(row store.Outgoing, s store.EncryptionSettings) (want chat.EncryptionChoice, must bool) {
	switch {
	case row.Errand != 0 && row.Under != chat.EncryptionNone: // it never says more than the message that it changes
		return choiceOf(row.Under), true
	case row.Sealed != chat.EncryptionNone: // it has travelled so: again it says no more
		return choiceOf(row.Sealed), true
	}
	promised := row.Encryption == store.Promised
	if want = row.Encryption; promised || want == chat.ChoiceAuto {
		want = s.Choice
	}
	return want, promised || a.client.must(s)
}

// must says whether a conversation does not go on in the clear by itself.
func (c *Client) must(s store.EncryptionSettings) bool {
	return c.required(s) || s.Used && !s.PlainAllowed
}

// choiceOf is the choice that an encryption comes from.
func choiceOf(e chat.Encryption) chat.EncryptionChoice {
	switch e {
	case chat.EncryptionOTR:
		return chat.ChoiceOTR
	case chat.EncryptionOMEMO, chat.EncryptionOMEMO2:
		return chat.ChoiceOMEMO
	}
	return chat.ChoiceNone
}

// whyKeyless is why a contact has no key: it has no device (CodeNoDevice), or it has
// some, and what belongs to them could not be had (CodeNoKeyOf). Only the first may
// lead to a message that is not encrypted.
func (a *account) whyKeyless(ctx context.Context, peer chat.Address) (chat.Code, error) {
	devices, err := a.db.Devices(ctx, a.addr, peer)
	if err != nil {
		return "", err
	}
	var own uint32 // of the account itself this computer is none
	if peer == a.addr {
		keys, err := a.keysOf(ctx, peer)
		if err != nil {
			return "", err
		}
		if i := slices.IndexFunc(keys, func(k chat.Key) bool { return k.Own && k.Fingerprint.Kind() == chat.KeyOMEMO }); i >= 0 {
			own = keys[i].Device
		}
	}
	locks := a.client.held()
	if slices.ContainsFunc(devices, func(d store.Device) bool {
		return d.Listed && d.ID != own && locks.allowsFormat(omemo.Version(d.Version))
	}) {
		return chat.CodeNoKeyOf, nil
	}
	return chat.CodeNoDevice, nil
}

// decide says which devices get a message; ready is false while keys are being fetched
// that it depends on.
func (a *account) decide(ctx context.Context, r *ratchets, peer chat.Address, level chat.TrustLevel) (d trust.Decision, ready bool, err error) {
	if !a.omemo.begun || a.omemo.own == nil || a.session == nil {
		return d, false, nil
	}
	if d, known := r.decided[peer]; known { // nothing was missing, and on this page nothing will be
		return d, true, nil
	}
	missing := a.fetchKeys(ctx, a.session, peer)
	missing = peer != a.addr && a.fetchKeys(ctx, a.session, a.addr) || missing
	if missing && a.waitsFor(ctx, r, peer, level) {
		return d, false, nil
	}
	if d, _, err = a.judge(ctx, peer, level, r.keysOf); err == nil && !missing && d.Blocked == "" {
		r.decided[peer] = d
	}
	return d, err == nil, err
}

// judge says which devices get a message to a contact; theirs are all of its keys, or
// where it is the account itself one's own. Any goroutine.
func (a *account) judge(
	ctx context.Context, peer chat.Address, level chat.TrustLevel,
	keysOf func(ctx context.Context, owner chat.Address) ([]chat.Key, error),
) (d trust.Decision, theirs []chat.Key, err error) {
	var ours []chat.Key
	if theirs, err = keysOf(ctx, peer); err == nil && peer != a.addr {
		ours, err = keysOf(ctx, a.addr)
	}
	if err != nil {
		return d, nil, err
	}
	locks := a.client.held()
	theirs = locks.permitted(theirs)
	return trust.Decide(level, theirs, locks.permitted(ours)), theirs, nil
}

// keysOf are all keys of an owner that are known. Any goroutine.
func (a *account) keysOf(ctx context.Context, owner chat.Address) ([]chat.Key, error) {
	return a.db.Keys(ctx, a.addr, owner)
}

// sealOMEMO encrypts a message once for each format that a device needs.
func (a *account) sealOMEMO(ctx context.Context, r *ratchets, row store.Outgoing, m xmpp.OutMessage, d trust.Decision) (sealed, error) {
	out := sealed{how: chat.EncryptionOMEMO, key: a.omemo.own.identity.Public().Fingerprint(), keys: &store.KeyChanges{}}
	readers, err := a.readers(ctx, r, d.Send, readerWays{renew: true, older: m.Body != ""})
	if err != nil {
		return sealed{}, err
	}
	switch {
	case readers.reach(row.Conv.Peer):
		delete(a.omemo.waiting, row.Conv.Peer)
	case a.reachesSoon(ctx, r, d.Send, row):
		return sealed{wait: true}, nil
	default:
		return sealed{code: chat.CodeNoKeyOf}, nil
	}
	old := readers.by(omemo.V03)
	if len(old) > 0 && m.Body == "" {
		return sealed{code: chat.CodeNotProtected}, nil // the old format holds a text and nothing else
	}
	outside := m
	if len(old) == 0 {
		out.how = chat.EncryptionOMEMO2
		outside = m.Outside()
		outside.RequestReceipt, outside.Markable = m.RequestReceipt, m.Markable
	}
	outside.Body = ""
	if m.Body != "" {
		outside.Body = a.client.cfg.CannotRead
	}
	for _, v := range versions {
		some, plain := readers.by(v), []byte(m.Body)
		if len(some) == 0 {
			continue
		}
		if v == omemo.V2 {
			plain = xmpp.EncodeEnvelope(xmpp.OutEnvelope{From: a.addr, To: row.Conv.Peer, Time: time.Now().UTC(), Message: m})
		}
		part, err := r.sealPart(v, plain, some, out.keys)
		if err != nil {
			return sealed{}, err
		}
		outside.Encrypted = append(outside.Encrypted, part)
	}
	for _, to := range readers {
		if to.anew {
			out.anew = append(out.anew, a.begunAnew(row.Conv, to.id.owner, to.session))
		}
	}
	for _, k := range d.Changes {
		out.keys.Trust = append(out.keys.Trust, trustOf(k))
	}
	out.stanza = xmpp.EncodeMessage(outside)
	return out, nil
}
