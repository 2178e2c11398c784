// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/policy"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/trust"
	"chatsecure.org/desktop/core/xmpp"
)

// Keys returns all keys of an owner that an account knows, OMEMO's and OTR's; the
// account itself for one's own, which are made where there are none yet: OTR's takes a
// second.
func (c *Client) Keys(ctx context.Context, account, owner chat.Address) ([]chat.Key, error) {
	const op = "list keys"
	a, err := c.account(op, account)
	if err != nil {
		return nil, err
	}
	owner = Canonical(owner).Bare()
	if owner == a.addr {
		if err := a.ownKeysMade(ctx); err != nil {
			return nil, asError(op, err)
		}
		a.ownOTRKeyMade(ctx)
	}
	keys, err := c.db.Keys(ctx, a.addr, owner)
	if err != nil {
		return nil, asError(op, err)
	}
	if owner == a.addr {
		keys = withoutReplaced(keys)
	}
	settings, err := c.db.EncryptionSettings(ctx, chat.ConvID{Account: a.addr, Peer: owner})
	if err != nil {
		return nil, asError(op, err)
	}
	d := trust.Decide(c.level(settings), c.held().permitted(keys), nil)
	for i := range keys {
		_, keys[i].Used = keyOf(d.Send, keys[i].Fingerprint)
		if k := &keys[i]; k.Own && k.Fingerprint.Kind() == chat.KeyOMEMO {
			k.OMEMO, k.OMEMO2 = true, true
		}
	}
	a.markOTR(owner, keys, c.level(settings))
	return keys, nil
}

// ownKeysMade sees to it that the account has keys. Any goroutine.
func (a *account) ownKeysMade(ctx context.Context) error {
	var err error
	if posted := a.do(ctx, func(ctx context.Context) { err = a.loadOwn(ctx) }); posted != nil {
		return posted
	}
	return err
}

// Trust stores what the person thinks of a key. The error has CodeNotFound for a key
// that is not known, CodeOwnAddress for this computer's own.
func (c *Client) Trust(ctx context.Context, account, owner chat.Address, f chat.Fingerprint, t chat.Trust, by chat.TrustSource) error {
	const op = "trust key"
	a, err := c.account(op, account)
	if err != nil {
		return err
	}
	owner = Canonical(owner).Bare()
	var failure error
	posted := a.do(ctx, func(ctx context.Context) { failure = a.decideTrust(ctx, owner, f, t, by) })
	if posted != nil {
		return asError(op, posted)
	}
	return asError(op, failure)
}

// decideTrust stores the person's decision, tells our other devices (XEP-0450), and
// lets go what waited for it.
func (a *account) decideTrust(ctx context.Context, owner chat.Address, f chat.Fingerprint, t chat.Trust, by chat.TrustSource) error {
	keys, err := a.db.Keys(ctx, a.addr, owner)
	if err != nil {
		return err
	}
	k, known := keyOf(keys, f)
	switch {
	case !known:
		return failed(chat.Input, "trust key", chat.CodeNotFound, nil)
	case k.Own:
		return failed(chat.Input, "trust key", chat.CodeOwnAddress, nil)
	}
	now, changed := trust.Set(k, t, by)
	if !changed {
		return nil
	}
	decision := trustOf(now)
	decision.At = time.Now().UTC()
	stored, err := a.db.SetTrust(ctx, a.addr, []store.TrustChange{decision})
	if err != nil {
		return err
	}
	a.revealedBy(stored)
	a.publishTrust(owner)
	a.followLater(ctx)
	a.announceTrust(ctx, now, decision.At)
	a.reconsider(ctx, owner)
	return nil
}

// Encryption says what would happen to a message that is sent now.
func (c *Client) Encryption(ctx context.Context, conv chat.ConvID) (chat.EncryptionState, error) {
	const op = "encryption"
	a, conv, err := c.conversationAccount(op, conv)
	if err != nil {
		return chat.EncryptionState{}, err
	}
	s, err := c.db.EncryptionSettings(ctx, conv)
	if err != nil {
		return chat.EncryptionState{}, asError(op, err)
	}
	d, theirs, err := a.judge(ctx, conv.Peer, c.level(s), a.keysOf)
	if err != nil {
		return chat.EncryptionState{}, asError(op, err)
	}
	lists, err := c.db.DeviceLists(ctx, a.addr, conv.Peer)
	if err != nil {
		return chat.EncryptionState{}, asError(op, err)
	}
	lock, canOMEMO := d.Lock(), d.Blocked != chat.CodeNoDevice
	if d.Blocked == chat.CodeNoDevice {
		if d.Blocked, err = a.whyKeyless(ctx, conv.Peer); err != nil {
			return chat.EncryptionState{}, asError(op, err)
		}
	}
	st := chat.EncryptionState{
		Choice: s.Choice, Level: c.level(s), OwnLevel: s.OwnLevel, Required: c.required(s), OwnRequired: s.Required, Was: s.Used,
		RequiredBy: c.requiredBy(), LevelBy: c.held().by(policy.EncryptionTrust), Least: c.held().atLeast(chat.Relaxed),
		Readers: d.Send, Skipped: d.Skipped, Lock: lock,
		CanOMEMO: canOMEMO, Unsure: len(lists) == 0 && len(theirs) == 0,
	}
	for i := range st.Readers {
		st.Readers[i].Used = true
	}
	a.otrState(&st, conv, theirs)
	_, forbidden := c.held().forbids(s.Choice)
	for _, choice := range []chat.EncryptionChoice{chat.ChoiceOMEMO, chat.ChoiceOTR, chat.ChoiceNone} {
		if key, no := c.held().forbids(choice); no {
			st.Forbidden, st.ChoiceBy = append(st.Forbidden, choice), c.held().by(key)
		}
	}
	switch {
	case s.Choice == chat.ChoiceNone && c.required(s):
		st.Code, st.Lock = chat.CodeNotEncrypted, chat.LockWarning
	case forbidden:
		st.Code, st.Lock = chat.CodePolicyEncryption, chat.LockWarning
	case s.Choice == chat.ChoiceNone:
		a.plainState(&st)
	case s.Choice == chat.ChoiceOTR || s.Choice == chat.ChoiceAuto && !st.CanOMEMO && (st.OTROpen || st.CanOTR):
		a.otrWay(&st, conv, theirs)
	case d.Blocked == "":
		st.Now = bestOf(d.Send)
	case d.Blocked == chat.CodeNoDevice && !c.must(s) && s.Choice == chat.ChoiceAuto:
		a.plainState(&st)
	case !c.held().allowsOMEMO():
		st.Code, st.Lock = chat.CodeNoSession, chat.LockWarning
	default:
		st.Code, st.Lock = d.Blocked, chat.LockWarning
	}
	return st, nil
}

// requiredBy is the name of who lets nothing go that is not encrypted; "" for nobody but
// the person.
func (c *Client) requiredBy() string {
	key, _ := c.held().forbids(chat.ChoiceNone)
	if !c.held().requires() {
		return ""
	}
	return c.held().by(key)
}

func (a *account) plainState(st *chat.EncryptionState) {
	st.Now, st.Lock, st.Readers, st.Skipped = chat.EncryptionNone, chat.LockOpen, nil, nil
}

// bestOf is the format in which a message goes: the old one as soon as somebody needs
// it.
func bestOf(readers []chat.Key) chat.Encryption {
	if slices.ContainsFunc(readers, func(k chat.Key) bool { return !k.OMEMO2 }) {
		return chat.EncryptionOMEMO
	}
	return chat.EncryptionOMEMO2
}

// SetEncryption stores what the person wants for a conversation. CodeLocked: a policy
// does not allow it.
func (c *Client) SetEncryption(ctx context.Context, conv chat.ConvID, choice chat.EncryptionChoice) error {
	const op = "set encryption"
	a, conv, err := c.conversationAccount(op, conv)
	if err != nil {
		return err
	}
	if key, forbidden := c.held().forbids(choice); forbidden {
		return c.held().refuse(chat.Input, op, chat.CodeLocked, key)
	}
	if err := c.db.SetChoice(ctx, conv, choice); err != nil {
		return asError(op, err)
	}
	a.box.post(func(ctx context.Context) { a.reconsider(ctx, conv.Peer) })
	a.publishTrust(conv.Peer)
	return nil
}

// SetTrustLevel stores how much has to be known of keys: for a conversation, or where
// conv has no Peer for the account. chat.AsAccount takes a conversation's own away.
// CodeLocked: a policy asks for a stricter one.
func (c *Client) SetTrustLevel(ctx context.Context, conv chat.ConvID, level chat.TrustLevel) error {
	const op = "set trust level"
	a, err := c.account(op, conv.Account)
	if err != nil {
		return err
	}
	if l := c.held(); level != chat.AsAccount && l.atLeast(level) != level {
		return l.refuse(chat.Input, op, chat.CodeLocked, policy.EncryptionTrust)
	}
	conv.Account = a.addr
	if conv.Peer.IsZero() {
		err = c.db.SetAccountTrustLevel(ctx, a.addr, level, level != chat.AsAccount)
	} else {
		conv.Peer = Canonical(conv.Peer).Bare()
		err = c.db.SetTrustLevel(ctx, conv, level, level != chat.AsAccount)
	}
	if err != nil {
		return asError(op, err)
	}
	a.box.post(func(ctx context.Context) { a.reconsider(ctx, conv.Peer) })
	a.publish(chat.Event{Kind: chat.TrustChanged, Account: a.addr})
	return nil
}

// RequireEncryption stores whether the account sends nothing that is not encrypted.
// CodeLocked: a policy requires it.
func (c *Client) RequireEncryption(ctx context.Context, account chat.Address, on bool) error {
	const op = "require encryption"
	a, err := c.account(op, account)
	if err != nil {
		return err
	}
	if key, forbidden := c.held().forbids(chat.ChoiceNone); forbidden && !on {
		return c.held().refuse(chat.Input, op, chat.CodeLocked, key)
	}
	if err := c.db.SetEncryptionRequired(ctx, a.addr, on); err != nil {
		return asError(op, err)
	}
	a.box.post(func(ctx context.Context) { a.reconsider(ctx, chat.Address{}) })
	a.publish(chat.Event{Kind: chat.TrustChanged, Account: a.addr})
	return nil
}

// RefreshKeys asks for the keys of a conversation's other side, if the account is
// connected: a window that shows them calls it. It does not wait for the answer.
func (c *Client) RefreshKeys(ctx context.Context, conv chat.ConvID) error {
	a, conv, err := c.conversationAccount("fetch keys", conv)
	if err != nil {
		return err
	}
	a.box.post(func(ctx context.Context) {
		if a.session != nil && a.omemo.begun {
			a.askAgain(conv.Peer)
			a.fetchKeys(ctx, a.session, conv.Peer)
		}
	})
	return nil
}

// Findable waits until others find this computer's keys where an account keeps them, or
// it is known that they can not: a program that ends before has an account whose contacts
// do not know of it. Nothing is waited for but ctx while the account is offline.
func (c *Client) Findable(ctx context.Context, account chat.Address) error {
	const op = "publish keys"
	a, err := c.account(op, account)
	if err != nil {
		return err
	}
	return asError(op, until(ctx, func() (done bool, err error) {
		err = a.do(ctx, func(context.Context) { done = a.omemo.begun || a.omemo.keyless })
		return err == nil && done, err
	}))
}

// RemoveDevice takes another device of one's own off the account's lists: nobody sends
// to it any more.
func (c *Client) RemoveDevice(ctx context.Context, owner chat.Address, device uint32) error {
	const op = "remove device"
	a, err := c.account(op, owner)
	if err != nil {
		return err
	}
	s, err := a.usable(op)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askIn)
	defer cancel()
	own := false
	if err := a.do(ctx, func(context.Context) {
		own = a.omemo.own != nil && a.omemo.own.device == device
		a.omemo.dropped[device] = !own
	}); err != nil {
		return asError(op, err)
	}
	if own {
		return failed(chat.Input, op, chat.CodeOwnAddress, nil)
	}
	return asError(op, a.unlistAll(ctx, s, device))
}

// unlist takes a device off one of our lists, and its bundle away.
func (a *account) unlist(ctx context.Context, s *session, v omemo.Version, device uint32) error {
	list, err := s.conn.FetchDevices(ctx, a.addr, xmpp.OMEMOVersion(v))
	if err != nil {
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(list), func(d xmpp.Device) bool { return d.ID == device })
	if len(rest) < len(list) {
		if err := s.conn.PublishDevices(ctx, xmpp.OMEMOVersion(v), rest); err != nil {
			return err
		}
	}
	if err := s.conn.DeleteBundle(ctx, xmpp.OMEMOVersion(v), device); err != nil { // on no list it harms nobody
		a.log.Info("bundle", "err", chatError("delete bundle", err))
	}
	if len(rest) == len(list) {
		return nil
	}
	return a.do(ctx, func(ctx context.Context) {
		if a.session == s {
			a.devicesCame(ctx, s, xmpp.DeviceNews{Version: xmpp.OMEMOVersion(v), Owner: a.addr, Devices: rest})
		}
	})
}
