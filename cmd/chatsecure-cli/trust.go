// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// decision is what a word says of a key: yes, no, or a trust by its name. Who names a
// fingerprint here has compared it.
func decision(word string) (chat.Trust, chat.TrustSource, bool) {
	switch word {
	case "yes", chat.TrustVerified.String():
		return chat.TrustVerified, chat.ByCompare, true
	case "no", chat.TrustDistrusted.String():
		return chat.TrustDistrusted, chat.ByChoice, true
	case chat.TrustTrusted.String():
		return chat.TrustTrusted, chat.ByChoice, true
	case chat.TrustUndecided.String():
		return chat.TrustUndecided, chat.ByChoice, true
	}
	return chat.TrustNone, chat.ByNobody, false
}

// trust is the command. The fingerprint may stand in groups, as it is printed.
func trust(ctx context.Context, c *call) error {
	owner, err := bareAddress(c.operands[0])
	if err != nil {
		return usageError(err.Error())
	}
	last := len(c.operands) - 1
	t, by, ok := decision(c.operands[last])
	if !ok {
		return wrongUse("choice", "value", c.operands[last], "choices", "yes, no, trusted, undecided")
	}
	f, err := chat.ParseFingerprint(strings.Join(c.operands[1:last], ""))
	if err != nil {
		return err
	}
	return c.with(ctx, func(s *session) error {
		account, err := s.whose(ctx, c.account, owner)
		if err != nil {
			return err
		}
		k, err := s.decide(ctx, account, owner, f, t, by)
		if err != nil {
			return err
		}
		c.row(keyOf(k), k.Owner.String()+"  "+keyLine(k))
		return nil
	})
}

// decide sets what is thought of a key and returns the key as it is then.
func (s *session) decide(ctx context.Context, account, owner chat.Address, f chat.Fingerprint, t chat.Trust, by chat.TrustSource) (chat.Key, error) {
	known := func() (chat.Key, error) {
		all, err := s.Keys(ctx, account, owner)
		for _, k := range all {
			if k.Fingerprint == f {
				return k, nil
			}
		}
		if err == nil {
			err = refused(chat.CodeNotFound, "no-key", "address", owner)
		}
		return chat.Key{}, err
	}
	if _, err := known(); err != nil {
		return chat.Key{}, err
	}
	if err := s.Trust(ctx, account, owner, f, t, by); err != nil {
		return chat.Key{}, err
	}
	return known()
}

// followLink verifies what a link or a QR code's text names, and distrusts what it
// says not to trust. Where a device has another key here than the link says, nothing
// changes: one of the two is somebody else's.
func (s *session) followLink(ctx context.Context, account, owner chat.Address, text string) (chat.IdentityLink, error) {
	l, err := s.ReadIdentity(ctx, account, text)
	switch {
	case err != nil:
		return l, err
	case !owner.IsZero() && l.Owner != owner:
		return l, refused(chat.CodeMismatch, "link-other", "owner", l.Owner, "address", owner)
	case len(l.Different) > 0:
		return l, refused(chat.CodeKeyChanged, "link-different", "address", l.Owner)
	}
	for _, k := range l.Keys {
		if err := s.Trust(ctx, account, l.Owner, k.Fingerprint, chat.TrustVerified, chat.ByCode); err != nil {
			return l, err
		}
	}
	for _, k := range l.Distrust {
		if err := s.Trust(ctx, account, l.Owner, k.Fingerprint, chat.TrustDistrusted, chat.ByChoice); err != nil {
			return l, err
		}
	}
	if len(l.Keys)+len(l.Distrust) == 0 {
		return l, refused(chat.CodeNotFound, "link-unknown", "address", l.Owner)
	}
	return l, nil
}
