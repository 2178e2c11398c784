// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
)

// RenewSession begins OMEMO sessions with the devices of a conversation's other side anew,
// with one's own other devices where that is the account itself, and lets them know by an
// empty message each (XEP-0384 §6: broken sessions are replaced by hand). of is the key of
// a device; without one it is about those of which a message could not be read last, and
// where there are none about all that get messages. A notice in the conversation says it.
//
// It waits for the keys of the devices. The error is of kind Offline without a connection;
// it has CodeNotFound for a key that is not known, CodeOwnAddress for this computer's own,
// CodeNoTrusted where the device gets no messages, CodeNoDevice where nobody does, and
// CodeNoKeyOf where no device has keys to begin with.
func (c *Client) RenewSession(ctx context.Context, conv chat.ConvID, of chat.Fingerprint) error {
	const op = "renew session"
	a, conv, err := c.conversationAccount(op, conv)
	if err != nil {
		return err
	}
	s, err := a.usable(op)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askIn)
	defer cancel()
	if err := c.Findable(ctx, a.addr); err != nil { // or it would come from a device of which nobody knows
		return err
	}
	var ids []ratchet
	var failure error
	err = a.do(ctx, func(ctx context.Context) { ids, failure = a.renewable(ctx, conv.Peer, of) })
	if err != nil { // then the actor may still be at it
		return asError(op, err)
	}
	if failure != nil {
		return asError(op, failure)
	}
	var answers bundleAnswers
	a.askBundles(ctx, s, ids, &answers)
	_, got, _ := answers.take()
	var said []store.Notice
	if err := a.do(ctx, func(ctx context.Context) {
		for _, id := range ids {
			if b, ok := got[id]; ok && a.session == s {
				if n, ok := a.beginAnew(ctx, brokenSession{conv, id}, b); ok {
					said = append(said, n)
				}
			}
		}
		a.tell(ctx, said)
	}); err != nil {
		return asError(op, err)
	}
	if len(said) == 0 {
		return failed(chat.EncryptionFailed, op, chat.CodeNoKeyOf, nil)
	}
	return nil
}

// renewable are the sessions of an owner that a person means.
func (a *account) renewable(ctx context.Context, owner chat.Address, of chat.Fingerprint) ([]ratchet, error) {
	const op = "renew session"
	if a.omemo.own == nil {
		return nil, failed(chat.Storage, op, chat.CodeDamaged, nil)
	}
	r := a.newRatchets()
	keys, err := r.keysOf(ctx, owner)
	if err != nil {
		return nil, err
	}
	keys = a.client.held().permitted(keys)
	if of != "" {
		k, known := keyOf(keys, of)
		switch {
		case !known || of.Kind() != chat.KeyOMEMO:
			return nil, failed(chat.Input, op, chat.CodeNotFound, nil)
		case k.Own:
			return nil, failed(chat.Input, op, chat.CodeOwnAddress, nil)
		case !mayMend(k):
			return nil, failed(chat.EncryptionFailed, op, chat.CodeNoTrusted, nil)
		}
		keys = []chat.Key{k}
	}
	keys = slices.DeleteFunc(slices.Clone(keys), func(k chat.Key) bool { return k.Own || k.Fingerprint.Kind() != chat.KeyOMEMO || !mayMend(k) })
	if len(keys) == 0 {
		return nil, failed(chat.EncryptionFailed, op, chat.CodeNoDevice, nil)
	}
	var broken, all []ratchet
	for _, k := range keys {
		for _, v := range versions {
			id := ratchet{owner, k.Device, v}
			s, err := r.session(ctx, id)
			switch speaks := v == omemo.V2 && k.OMEMO2 || v == omemo.V03 && k.OMEMO; {
			case err != nil:
				return nil, err
			case speaks && s != nil && s.Broken():
				broken = append(broken, id)
			case v == versionOf(k):
				all = append(all, id)
			}
		}
	}
	if len(broken) > 0 {
		all = broken
	}
	return all[:min(len(all), maxFetch)], nil
}

// repair begins a session with a device that has one with us while there is none here, and
// lets it know by an empty message (XEP-0384 §6). The person is told: what could not be
// read says so, and so does a notice. Only who sees us may have us ask its server, and only
// about a device that gets messages; one at a time.
func (a *account) repair(ctx context.Context, b brokenSession) {
	s := a.session
	if s == nil || !a.omemo.begun || time.Since(a.omemo.repairs[b.id]) < repairIn || a.omemo.mending[b.id.owner] ||
		b.id.owner != a.addr && !a.seesUs(b.id.owner) {
		return
	}
	if listed, err := a.newRatchets().isListed(ctx, b.id); err != nil || !listed {
		return
	}
	keys, err := a.db.Keys(ctx, a.addr, b.id.owner)
	if err != nil || !slices.ContainsFunc(keys, func(k chat.Key) bool { return k.Device == b.id.device && mayMend(k) }) {
		return
	}
	a.omemo.mending[b.id.owner] = true
	a.omemo.repairs[b.id] = time.Now()
	delete(a.omemo.bundles, b.id)
	a.job(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, bundleIn)
		defer cancel()
		got, err := fetchBundle(ctx, s, b.id)
		if err != nil {
			a.log.Info("bundle", "err", chatError("fetch bundle", err))
		}
		a.box.post(func(ctx context.Context) {
			if a.session != s {
				return
			}
			delete(a.omemo.mending, b.id.owner)
			if err != nil {
				return
			}
			if s, err := a.newRatchets().session(ctx, b.id); err == nil && s == nil { // else it has begun one meanwhile
				if n, ok := a.beginAnew(ctx, b, got); ok {
					a.tell(ctx, []store.Notice{n})
				}
			}
		})
	})
}

// mayMend says whether a key's device gets messages.
func mayMend(k chat.Key) bool {
	return k.Listed && k.Trust != chat.TrustDistrusted && k.Trust != chat.TrustUndecided
}

// beginAnew needs a device that is on its owner's list and that gets messages. It gives
// the notice that says so.
func (a *account) beginAnew(ctx context.Context, b brokenSession, bundle omemo.Bundle) (store.Notice, bool) {
	r := a.newRatchets()
	key, err := bundle.IdentityKey()
	if err != nil {
		return store.Notice{}, false
	}
	keys, err := r.keysOf(ctx, b.id.owner)
	if err != nil {
		return store.Notice{}, false
	}
	k, known := keyOf(keys, key.Fingerprint())
	if !known || !mayMend(k) {
		return store.Notice{}, false
	}
	old, err := r.session(ctx, b.id)
	if err != nil {
		return store.Notice{}, false
	}
	fresh, err := omemo.Begin(b.id.version, a.omemo.own.identity, bundle, nil)
	if err != nil {
		return store.Notice{}, false
	}
	fresh.Supersede(old, time.Now())
	var changes store.KeyChanges
	item, err := r.transport(b.id, fresh, &changes)
	if err == nil {
		err = a.db.SaveKeys(ctx, a.addr, changes)
	}
	if err != nil {
		a.log.Error("session", "err", chatError("repair session", err))
		return store.Notice{}, false
	}
	a.owe(item)
	return a.begunAnew(b.conv, b.id.owner, fresh), true
}

// begunAnew is the word of a session that began anew; that of one's own devices belongs to
// what one writes to oneself.
func (a *account) begunAnew(conv chat.ConvID, owner chat.Address, s *omemo.Session) store.Notice {
	if owner == a.addr {
		conv = chat.ConvID{Account: a.addr, Peer: a.addr}
	}
	return store.Notice{Conv: conv, Code: chat.CodeSessionRepaired, Owner: owner, Fingerprint: s.Remote().Fingerprint(), Time: time.Now().UTC()}
}
