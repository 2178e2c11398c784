// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// maxLink is the longest text, in bytes, that is looked at as a link to an identity:
// forty devices of both kinds need less.
const maxLink = 8 << 10

// Names says whether a text may be a link that names somebody's keys. Only the core
// reads what it says.
func Names(text string) bool {
	text = strings.TrimSpace(text)
	return len(text) <= maxLink && (strings.Contains(text, "omemo-sid-") || strings.Contains(text, "trust-message") ||
		strings.Contains(text, "otr-fingerprint="))
}

// Read looks into a link, or what stands in a QR code. Then is called with what it
// would verify, or with why it can not be read. Nothing is changed.
func (i *Identity) Read(text string, then func(link chat.IdentityLink, err *chat.Error)) (stop func()) {
	text = strings.TrimSpace(text)
	return i.env.Tasks.RunUntil(func(ctx context.Context) func() {
		if len(text) > maxLink {
			return func() {
				then(chat.IdentityLink{}, &chat.Error{Kind: chat.Input, Op: "read identity", Code: chat.CodeTooLarge})
			}
		}
		link, err := i.src.ReadIdentity(ctx, i.account, text)
		return func() { then(link, asError("read identity", err)) }
	})
}

// Believe keeps what a link says, after the person has said so: the keys that it names
// are verified, those that it warns of are distrusted. A key that stands there as
// somebody else's device is left as it is.
func (i *Identity) Believe(link chat.IdentityLink) {
	i.command("verify keys", func(ctx context.Context) error {
		for _, k := range link.Keys {
			if err := i.src.Trust(ctx, i.account, link.Owner, k.Fingerprint, chat.TrustVerified, chat.ByCode); err != nil {
				return err
			}
		}
		for _, k := range link.Distrust {
			if err := i.src.Trust(ctx, i.account, link.Owner, k.Fingerprint, chat.TrustDistrusted, chat.ByCode); err != nil {
				return err
			}
		}
		return nil
	})
}

// News says whether believing a link would change anything.
func News(link chat.IdentityLink) bool {
	open := func(k chat.Key) bool { return k.Trust != chat.TrustVerified && !k.Own }
	return slices.ContainsFunc(link.Keys, open) ||
		slices.ContainsFunc(link.Distrust, func(k chat.Key) bool { return k.Trust != chat.TrustDistrusted && !k.Own })
}
