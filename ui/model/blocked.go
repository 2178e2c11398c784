// SPDX-License-Identifier: MPL-2.0

package model

import (
	"cmp"
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// BlockSource keeps who is blocked, on the server (XEP-0191); *core.Client meets
// it.
type BlockSource interface {
	Block(ctx context.Context, account, addr chat.Address) error
	Unblock(ctx context.Context, account, addr chat.Address) error
	Blocked(ctx context.Context, account chat.Address) ([]chat.Address, error)
}

// Block lets nothing more come from somebody, contact or not: ask before.
func (c *Contacts) Block(id chat.ConvID) {
	c.command("block", id, func(ctx context.Context) error {
		return c.blocks.Block(ctx, id.Account, id.Peer)
	}, c.Load)
}

// Unblock lets messages come again.
func (c *Contacts) Unblock(id chat.ConvID) {
	c.command("unblock", id, func(ctx context.Context) error {
		return c.blocks.Unblock(ctx, id.Account, id.Peer)
	}, c.Load)
}

// BlockList is who an account has blocked.
type BlockList struct {
	OnChange func()

	src     BlockSource
	account chat.Address
	lane    *Lane
	all     []chat.Address
	loaded  bool
	err     *chat.Error
}

// NewBlockList returns an empty list: call Load.
func NewBlockList(env *Env, src BlockSource, account chat.Address) *BlockList {
	return &BlockList{src: src, account: account, lane: env.Tasks.NewLane()}
}

// Load reads the list.
func (b *BlockList) Load() {
	b.lane.Run(func(ctx context.Context) func() {
		all, err := b.src.Blocked(ctx, b.account)
		slices.SortFunc(all, func(x, y chat.Address) int { return cmp.Compare(x.String(), y.String()) })
		return func() {
			if b.err = asError("read blocked", err); err == nil {
				b.all, b.loaded = all, true
			}
			call(b.OnChange)
		}
	})
}

// Loaded says whether the list was read once.
func (b *BlockList) Loaded() bool { return b.loaded }

// All are the blocked addresses, in order.
func (b *BlockList) All() []chat.Address { return slices.Clone(b.all) }

// Err is why the list could not be read; nil otherwise.
func (b *BlockList) Err() *chat.Error { return b.err }
