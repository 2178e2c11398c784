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

// unheard is how often in a row nobody answered, and when that was last, once it was
// too often; zero before.
type unheard struct {
	times int
	last  time.Time
}

// heardOf says whether an owner's list has been here before.
func (a *account) heardOf(ctx context.Context, owner chat.Address, v omemo.Version) bool {
	lists, err := a.db.DeviceLists(ctx, a.addr, owner)
	return err == nil && slices.ContainsFunc(lists, func(l store.DeviceList) bool { return omemo.Version(l.Version) == v })
}

// again counts one more question.
func (u unheard) again(silent bool) unheard {
	switch {
	case !silent:
		return unheard{}
	case u.times+1 >= maxAsked:
		return unheard{last: time.Now()}
	}
	return unheard{times: u.times + 1}
}
