// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// abandonedSetting begins the name under which the database keeps the devices that this
// computer was before other keys came, until they are off the account's lists.
const abandonedSetting = "omemo.abandoned."

// unlistIn is how long an account that is removed may take to leave its lists.
const unlistIn = 5 * time.Second

// abandoned are these devices. One that is this computer's still was never given up.
func (a *account) abandoned(ctx context.Context) ([]uint32, error) {
	text, err := a.db.Setting(ctx, abandonedSetting+a.addr.String())
	var devices []uint32
	for word := range strings.FieldsSeq(text) {
		if id, err := strconv.ParseUint(word, 10, 32); err == nil && (a.omemo.own == nil || a.omemo.own.device != uint32(id)) {
			devices = append(devices, uint32(id))
		}
	}
	return devices, err
}

func (a *account) setAbandoned(ctx context.Context, devices []uint32) error {
	words := make([]string, len(devices))
	for i, d := range devices {
		words[i] = strconv.FormatUint(uint64(d), 10)
	}
	return a.db.SetSetting(ctx, abandonedSetting+a.addr.String(), strings.Join(words, " "))
}

// abandonDevice remembers that the device that this computer is now has to leave the
// lists.
func (a *account) abandonDevice(ctx context.Context) error {
	rec, err := a.db.OwnKeys(ctx, a.addr)
	clear(rec.Identity)
	clear(rec.OTR)
	if err != nil || rec.Device == 0 {
		return err
	}
	devices, err := a.abandoned(ctx)
	if err != nil || slices.Contains(devices, rec.Device) {
		return err
	}
	return a.setAbandoned(ctx, append(devices, rec.Device))
}

// dropAbandoned keeps the abandoned devices off the lists that this session publishes.
func (a *account) dropAbandoned(ctx context.Context) {
	devices, err := a.abandoned(ctx)
	if err != nil {
		a.log.Error("abandoned devices", "err", chatError("read setting", err))
	}
	for _, d := range devices {
		a.omemo.dropped[d] = true
	}
}

// unlistAbandoned takes the abandoned devices off the lists, and their bundles away. What
// can not be had now is tried in the next session.
func (a *account) unlistAbandoned(ctx context.Context, s *session) {
	devices, err := a.abandoned(ctx)
	if err != nil || len(devices) == 0 {
		return
	}
	a.job(func(ctx context.Context) {
		for _, d := range devices {
			if err := a.unlistAll(ctx, s, d); err != nil {
				a.log.Info("device list", "err", chatError("remove device", err))
				continue
			}
			a.box.post(func(ctx context.Context) {
				left, err := a.abandoned(ctx)
				if err == nil {
					err = a.setAbandoned(ctx, slices.DeleteFunc(left, func(id uint32) bool { return id == d }))
				}
				if err != nil {
					a.log.Error("abandoned devices", "err", chatError("store setting", err))
				}
			})
		}
	})
}

// unlistAll takes a device off both of our lists, and its bundles away.
func (a *account) unlistAll(ctx context.Context, s *session, device uint32) error {
	for _, v := range versions {
		if err := a.unlist(ctx, s, v, device); err != nil {
			return err
		}
	}
	return nil
}

// leaveLists takes this computer's device off the lists of an account that is about to be
// removed, if the account is connected: nobody shall go on writing to a device that is
// gone (XEP-0384 §6). Any goroutine.
func (a *account) leaveLists(ctx context.Context) {
	const op = "leave device lists"
	s, err := a.usable(op)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, unlistIn)
	defer cancel()
	var devices []uint32
	quiet := make(chan struct{})
	err = a.do(ctx, func(ctx context.Context) {
		if a.session != s || a.omemo.own == nil || !s.server.PublishOptions {
			close(quiet)
			return
		}
		a.removing = true
		devices, _ = a.abandoned(ctx) //nolint:errcheck // then only this device leaves
		devices = append(devices, a.omemo.own.device)
		for _, d := range devices {
			a.omemo.dropped[d] = true
		}
		if !a.omemo.publishing {
			close(quiet)
			return
		}
		a.omemo.thens = append(a.omemo.thens, func(context.Context) { close(quiet) })
	})
	if err != nil {
		return
	}
	select {
	case <-quiet:
	case <-ctx.Done():
	}
	for _, d := range devices {
		if err := a.unlistAll(ctx, s, d); err != nil {
			a.log.Info("device list", "err", chatError(op, err))
		}
	}
}

// withoutReplaced leaves out keys that were this computer's until it took others: nobody
// has their private parts here any more, so they are no keys of ours that live. One of a
// device that is still listed stays, until it is not.
func withoutReplaced(keys []chat.Key) []chat.Key {
	return slices.DeleteFunc(keys, func(k chat.Key) bool { return !k.Listed && !k.Own && wasOwn(k) })
}

// wasOwn tells a key that is or was this computer's: nobody ever compared it.
func wasOwn(k chat.Key) bool { return k.Trust == chat.TrustVerified && k.By == chat.ByNobody }

// replaced says whether it was. Another computer of ours may have the identity that is
// this one's, too.
func replaced(k chat.Key, keys []chat.Key) bool {
	return wasOwn(k) && !slices.ContainsFunc(keys, func(o chat.Key) bool { return o.Own && o.Fingerprint == k.Fingerprint })
}

// forgottenSettings are the names of the settings that are kept for an account and go
// with it.
func forgottenSettings(addr chat.Address) []string {
	return []string{nickPending(addr), earlySetting + addr.String(), abandonedSetting + addr.String()}
}
