// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/trust"
	"chatsecure.org/desktop/core/xmpp"
)

// IdentityURI is the link, for a QR code or to be sent over a safe way, that names an
// owner's keys: this computer's and those that are verified. One who reads it verifies
// all of them at once.
func (c *Client) IdentityURI(ctx context.Context, account, owner chat.Address) (string, error) {
	const op = "identity link"
	keys, err := c.Keys(ctx, account, owner)
	if err != nil {
		return "", err
	}
	link := xmpp.KeyLink{Owner: Canonical(owner).Bare()}
	for _, k := range keys {
		if k.Fingerprint.Kind() == chat.KeyOMEMO && k.Listed || k.Own {
			if k.Own || k.Trust == chat.TrustVerified && !replaced(k, keys) {
				link.Keys = append(link.Keys, xmpp.LinkedKey{Device: k.Device, Fingerprint: k.Fingerprint})
			}
		}
	}
	if len(link.Keys) == 0 {
		return "", failed(chat.Input, op, chat.CodeNotFound, nil)
	}
	return link.URI(), nil
}

// ReadIdentity says what a link would verify. Nothing changes before the person has
// said so: that is Trust's.
func (c *Client) ReadIdentity(ctx context.Context, account chat.Address, text string) (chat.IdentityLink, error) {
	const op = "read identity link"
	link, err := xmpp.ParseKeyLink(text)
	if err != nil {
		return chat.IdentityLink{}, asError(op, err)
	}
	if len(link.Keys) == 0 {
		return chat.IdentityLink{}, failed(chat.Input, op, chat.CodeFingerprint, nil)
	}
	keys, err := c.Keys(ctx, account, link.Owner)
	if err != nil {
		return chat.IdentityLink{}, err
	}
	var named []trust.Named
	var distrust []chat.Fingerprint
	for _, k := range link.Keys {
		if k.Distrust {
			distrust = append(distrust, k.Fingerprint)
		} else {
			named = append(named, trust.Named{Device: k.Device, Fingerprint: k.Fingerprint})
		}
	}
	return trust.Link(link.Owner, keys, named, distrust), nil
}
