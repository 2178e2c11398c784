// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

func (f *fakeCore) Correct(ctx context.Context, _ chat.ConvID, id chat.MsgID, body string) error {
	return f.command(ctx, "correct "+id.String()+" "+body)
}

func (f *fakeCore) Retract(ctx context.Context, _ chat.ConvID, id chat.MsgID) error {
	return f.command(ctx, "take back "+id.String())
}

func (f *fakeCore) React(ctx context.Context, _ chat.ConvID, id chat.MsgID, emoji []string) error {
	return f.command(ctx, "react "+id.String()+" "+strings.Join(emoji, ""))
}

func (f *fakeCore) LoadOlder(context.Context, chat.ConvID) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.note("load older")
	return false, f.away
}

func (f *fakeCore) LoadMissing(ctx context.Context, account chat.Address) error {
	return f.command(ctx, "load missing "+account.String())
}

func (f *fakeCore) Block(ctx context.Context, _, addr chat.Address) error {
	return f.command(ctx, "block "+addr.String(), func(f *fakeCore) { f.setBlocked(addr, true) })
}

func (f *fakeCore) Unblock(ctx context.Context, _, addr chat.Address) error {
	return f.command(ctx, "unblock "+addr.String(), func(f *fakeCore) { f.setBlocked(addr, false) })
}

// setBlocked is for set and command, which hold the lock.
func (f *fakeCore) setBlocked(addr chat.Address, on bool) {
	f.blocked = slices.DeleteFunc(f.blocked, func(a chat.Address) bool { return a == addr })
	if on {
		f.blocked = append(f.blocked, addr)
	}
	for i := range f.convs {
		if f.convs[i].ID.Peer == addr {
			f.convs[i].Contact.Blocked = on
		}
	}
}

func (f *fakeCore) Blocked(context.Context, chat.Address) ([]chat.Address, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.blocked), nil
}

func (f *fakeCore) SetActive(on bool) {
	f.set(func(f *fakeCore) { f.note("active " + strconv.FormatBool(on)) })
}
