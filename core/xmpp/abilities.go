// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"slices"
	"sync"

	"chatsecure.org/desktop/core/chat"
)

// Abilities is what our server and our account on it can do for us.
type Abilities struct {
	Carbons         bool // XEP-0280: EnableCarbons
	Archive         bool // XEP-0313: Archive
	ArchiveExtended bool // ArchiveQuery.AfterID may be used
	Blocking        bool // XEP-0191: Blocked, Block, Unblock
	PublishOptions  bool // XEP-0060 §7.1.5: what is private can be published so
	Multi           bool // XEP-0060 §6.5: a node keeps many items (bookmarks, XEP-0490)
	NodeMax         bool // XEP-0060: "max" may be said for as many items as the server allows

	Unsaid error // why our account did not say what it can, where that Passes

	fewOptions bool // publish-options with more than the access model fail
}

// able is what ServerFeatures has found out, which it does first where it must.
func (c *Conn) able(ctx context.Context) (Abilities, error) {
	if a := c.abilities.Load(); a != nil {
		return *a, nil
	}
	return c.ServerFeatures(ctx)
}

// ServerFeatures asks our account and our server, both at once, what they support
// (XEP-0030 §3.1). One of them may refuse to answer; then it can do nothing.
func (c *Conn) ServerFeatures(ctx context.Context) (Abilities, error) {
	var account, server info
	var errAccount, errServer error
	var both sync.WaitGroup
	both.Go(func() { account, errAccount = c.info(ctx, chat.Address{}, "") })
	both.Go(func() { server, errServer = c.info(ctx, c.server(), "") })
	both.Wait()
	for _, err := range []error{errAccount, errServer} {
		if err != nil && chat.KindOf(err) != chat.Rejected {
			return Abilities{}, err
		}
	}
	if errAccount != nil && errServer != nil {
		return Abilities{}, errAccount
	}
	has := func(name string, in ...info) bool {
		return slices.ContainsFunc(in, func(i info) bool { return slices.Contains(i.Features, feature{Var: name}) })
	}
	a := Abilities{
		Carbons:         has(nsCarbons, server, account),
		Archive:         has(nsArchive, account), // the server's would be another archive, XEP-0313 §7
		ArchiveExtended: has(nsArchive+"#extended", account),
		Blocking:        has(nsBlocking, server, account),
		PublishOptions:  has(nsPublishOpts, account, server),
		Multi:           has(nsPubsub+"#multi-items", account, server),
		NodeMax:         has(nsPubsub+"#config-node-max", account, server),
	}
	if Passes(errAccount) {
		a.Unsaid = errAccount
	}
	c.abilities.Store(&a)
	return a, nil
}
