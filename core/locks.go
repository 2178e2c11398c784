// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/otr"
	"chatsecure.org/desktop/core/policy"
	"chatsecure.org/desktop/core/store"
)

// locks is what bundles ask for: the policy that holds, and who asked for what. It is
// immutable. What it asks for is enforced in this package, so that every front end
// obeys. A setting of the person's that is looser stays stored and has no effect.
type locks struct {
	policy.Policy
	settings []policy.Setting
}

func newLocks(sources []policy.Source) *locks {
	return &locks{policy.Effective(sources), policy.Explain(sources)}
}

// by is the name of who holds a key to its value; "" for nobody.
func (l *locks) by(k policy.Key) string {
	for _, s := range l.settings {
		if s.Key == k {
			return s.By
		}
	}
	return ""
}

// refuse is the error of what a policy does not allow. Its Detail says who asks for it.
func (l *locks) refuse(kind chat.Kind, op string, code chat.Code, k policy.Key) error {
	return &chat.Error{Kind: kind, Op: op, Code: code, Detail: l.by(k)}
}

// held is the policy as it is now. Any goroutine.
func (c *Client) held() *locks {
	if l := c.locks.Load(); l != nil {
		return l
	}
	return &locks{}
}

// Policy returns every key of the policy, with its value, the layer that it came from
// and what was rejected.
func (c *Client) Policy() []policy.Setting { return slices.Clone(c.held().settings) }

// Locked says whether a policy holds a key to more than its loosest value, and by is
// the name of who asks for that.
func (c *Client) Locked(k policy.Key) (by string, locked bool) {
	l := c.held()
	return l.by(k), l.Locks(k)
}

// SetPolicy puts another policy in the place of the one that the Client was opened
// with: the person has chosen another bundle. What it forbids ends at once: accounts
// that may not be leave, and all connect anew where the demands on servers changed. What
// of the history is to be deleted goes within the hour.
func (c *Client) SetPolicy(ctx context.Context, sources []policy.Source) error {
	const op = "change policy"
	before, now := c.held(), newLocks(sources)
	c.locks.Store(now)
	settings, err := c.db.Settings(ctx)
	if err != nil {
		return asError(op, err)
	}
	c.prefs.load(func(key string) string { return c.inEffect(key, settings[key]) })
	c.keepSince(now)
	servers := before.Value(policy.TLSMinVersion) != now.Value(policy.TLSMinVersion) || before.Value(policy.TLSPins) != now.Value(policy.TLSPins)
	for _, a := range c.allAccounts() {
		a.box.post(func(ctx context.Context) {
			leaves := a.link != nil && (servers || c.mayConnect(op, a) != nil)
			if leaves {
				a.disconnect()
			}
			if a.record().Enabled && (a.link == nil || leaves) {
				a.connect(nil) // where it may not, it says why
			}
			a.reconsider(ctx, chat.Address{})
		})
		a.publish(chat.Event{Kind: chat.TrustChanged, Account: a.addr})
	}
	c.hub.publish(chat.Event{Kind: chat.SettingsChanged})
	return nil
}

// mayBe says whether an account may be in the profile at all: nil, or why not.
func (c *Client) mayBe(op string, login chat.Login) error {
	l := c.held()
	if domains, limited := l.Domains(); limited && !slices.ContainsFunc(domains, func(d string) bool { return sameDomain(d, login.Address) }) {
		return l.refuse(chat.Input, op, chat.CodePolicyDomain, policy.AccountsDomains)
	}
	if l.Is(policy.Tor, policy.Forced) && !login.Tor {
		return l.refuse(chat.Input, op, chat.CodePolicyTor, policy.Tor)
	}
	return nil
}

// sameDomain says whether an account is of a domain, in whatever form that is written.
func sameDomain(domain string, account chat.Address) bool {
	return Canonical(chat.Address{Domain: domain}).Domain == Canonical(account).Domain
}

// mayConnect says whether an account may be connected: as mayBe, and of more accounts
// than there may be only those that were here first, as far as they are enabled.
func (c *Client) mayConnect(op string, a *account) error {
	if err := c.mayBe(op, a.record().Login); err != nil {
		return err
	}
	l := c.held()
	most, limited := l.MaxAccounts()
	if !limited {
		return nil
	}
	for _, other := range c.allAccounts() {
		if other.number < a.number && other.record().Enabled {
			most--
		}
	}
	if most <= 0 {
		return l.refuse(chat.Input, op, chat.CodePolicyAccounts, policy.AccountsMax)
	}
	return nil
}

// mayEnable says whether one more account may be enabled.
func (c *Client) mayEnable(op string, a *account) error {
	if err := c.mayBe(op, a.record().Login); err != nil {
		return err
	}
	l := c.held()
	most, limited := l.MaxAccounts()
	if !limited || a.record().Enabled {
		return nil
	}
	for _, other := range c.allAccounts() {
		if other != a && other.record().Enabled {
			most--
		}
	}
	if most <= 0 {
		return l.refuse(chat.Input, op, chat.CodePolicyAccounts, policy.AccountsMax)
	}
	return nil
}

// mayRegister says whether accounts may be made on a server from here, with an
// invitation or without.
func (c *Client) mayRegister(op string, invited bool) error {
	l := c.held()
	if l.Is(policy.Registration, policy.Off) || !invited && l.Is(policy.Registration, policy.Invite) {
		return l.refuse(chat.Input, op, chat.CodePolicyRegister, policy.Registration)
	}
	return nil
}

// MayExport says whether what the profile holds may be written to where others read
// it: nil, or an error with CodePolicyExport. A front end that writes files of its own
// asks before.
func (c *Client) MayExport() error {
	if l := c.held(); l.Is(policy.Export, policy.Off) {
		return l.refuse(chat.Input, "export", chat.CodePolicyExport, policy.Export)
	}
	return nil
}

// pinsOf are the keys that may vouch for a domain; pinned says whether it is so limited.
func (l *locks) pinsOf(account chat.Address) (keys []string, pinned bool) {
	for _, domain := range l.PinnedDomains() {
		if !sameDomain(domain, account) {
			continue
		}
		some, _ := l.Pins(domain)
		if !pinned {
			keys, pinned = some, true
			continue
		}
		keys = slices.DeleteFunc(keys, func(k string) bool { return !slices.Contains(some, k) }) // one domain, written twice
	}
	return keys, pinned
}

// inEffect is what a setting comes to under the policy.
func (c *Client) inEffect(key, value string) string {
	l := c.held()
	switch key {
	case chat.SettingReceipts, chat.SettingMarkers: // both tell the sender what became of a message
		if l.Is(policy.Receipts, policy.Off) {
			return chat.SettingOff
		}
	case chat.SettingTyping:
		if l.Is(policy.Typing, policy.Off) {
			return chat.SettingOff
		}
	case chat.SettingOTR:
		if !l.Allows(policy.OTR) {
			return chat.OTRNever
		}
	}
	return value
}

// lockOf is the key of the policy that a setting is under.
func lockOf(setting string) policy.Key {
	switch setting {
	case chat.SettingReceipts, chat.SettingMarkers:
		return policy.Receipts
	case chat.SettingTyping:
		return policy.Typing
	}
	return policy.EncryptionAllowed
}

// strictness is the order of levels, which their numbers are not.
var strictness = map[chat.TrustLevel]int{chat.Relaxed: 0, chat.Careful: 1, chat.Strict: 2}

// atLeast is the stricter of a level and of what the policy asks for.
func (l *locks) atLeast(level chat.TrustLevel) chat.TrustLevel {
	least := chat.Relaxed
	switch {
	case l.Is(policy.EncryptionTrust, policy.Strict):
		least = chat.Strict
	case l.Is(policy.EncryptionTrust, policy.Careful):
		least = chat.Careful
	}
	if strictness[least] > strictness[level] {
		return least
	}
	return level
}

// requires says whether the policy lets nothing go that is not encrypted. There are no
// group chats yet: to encrypt chats is to encrypt all.
func (l *locks) requires() bool {
	return l.Is(policy.EncryptionRequire, policy.Chats) || !l.Allows(policy.None)
}

// allows says whether a message may travel so.
func (l *locks) allows(e chat.Encryption) bool { return l.Allows(e.String()) }

// allowsFormat says whether a format of OMEMO may be used.
func (l *locks) allowsFormat(v omemo.Version) bool {
	if v == omemo.V2 {
		return l.Allows(policy.OMEMO2)
	}
	return l.Allows(policy.OMEMO)
}

// allowsOMEMO says whether one of its formats may be used.
func (l *locks) allowsOMEMO() bool { return l.Allows(policy.OMEMO) || l.Allows(policy.OMEMO2) }

// forbids says whether a choice of the person's can not be met, and by which key.
func (l *locks) forbids(choice chat.EncryptionChoice) (policy.Key, bool) {
	switch choice {
	case chat.ChoiceNone:
		if l.Is(policy.EncryptionRequire, policy.Chats) {
			return policy.EncryptionRequire, true
		}
		return policy.EncryptionAllowed, !l.Allows(policy.None)
	case chat.ChoiceOTR:
		return policy.EncryptionAllowed, !l.Allows(policy.OTR)
	case chat.ChoiceOMEMO:
		return policy.EncryptionAllowed, !l.allowsOMEMO()
	}
	return "", false
}

// permitted are keys as the policy lets them be used: without the formats that it does
// not allow, and without the devices that speak no other. What was read with them stays.
func (l *locks) permitted(keys []chat.Key) []chat.Key {
	old, now := l.Allows(policy.OMEMO), l.Allows(policy.OMEMO2)
	if old && now {
		return keys
	}
	keys = slices.Clone(keys)
	for i := range keys {
		if k := &keys[i]; k.Fingerprint.Kind() == chat.KeyOMEMO {
			k.OMEMO, k.OMEMO2 = k.OMEMO && old, k.OMEMO2 && now
			k.Listed = k.Listed && (k.OMEMO || k.OMEMO2)
		}
	}
	return keys
}

// required says whether nothing that is not encrypted may be sent, whatever the person
// chooses for a conversation.
func (c *Client) required(s store.EncryptionSettings) bool {
	return s.Required || c.prefs.otrPolicy() == otr.Require || c.held().requires()
}
