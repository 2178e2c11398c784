// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/xmpp"
)

// goodLabels are what an owner calls devices, for those whose keys have signed it
// (XEP-0384 §5.3.1). Most often nobody knows the keys yet when a list comes for the first
// time: the others are kept for proveLabels.
func (a *account) goodLabels(ctx context.Context, owner chat.Address, list []xmpp.Device) map[uint32]string {
	delete(a.omemo.unproven, owner)
	var open []xmpp.Device
	for _, d := range list {
		if d.Label != "" {
			open = append(open, d)
		}
	}
	if len(open) == 0 {
		return nil
	}
	keys, err := a.db.Keys(ctx, a.addr, owner)
	if err != nil {
		a.log.Error("keys", "err", chatError("read keys", err))
	}
	good := make(map[uint32]string)
	for _, d := range open {
		for _, k := range keys {
			if key, ok := identityKeyOf(k); ok && k.Device == d.ID && key.CheckLabel(d.Label, d.LabelSig) {
				good[d.ID] = d.Label
			}
		}
		if good[d.ID] == "" {
			a.omemo.unproven[owner] = append(a.omemo.unproven[owner], d)
		}
	}
	return good
}

// proveLabels stores the labels of an owner's devices that can be checked now: keys have
// become known.
func (a *account) proveLabels(ctx context.Context, owner chat.Address) {
	if len(a.omemo.unproven[owner]) == 0 {
		return
	}
	good := a.goodLabels(ctx, owner, a.omemo.unproven[owner])
	if len(good) == 0 {
		return
	}
	if err := a.db.LabelDevices(ctx, a.addr, owner, int(omemo.V2), good); err != nil {
		a.log.Error("store devices", "err", chatError("store devices", err))
	}
	a.publishTrust(owner)
}
