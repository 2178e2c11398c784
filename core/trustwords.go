// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func (a *account) trustSaid(ctx context.Context, n trustNews, now time.Time)               {}
func (a *account) followLater(ctx context.Context, owner chat.Address, f chat.Fingerprint) {}
func (a *account) announceTrust(ctx context.Context, k chat.Key)                           {}
