// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"sync/atomic"

	"chatsecure.org/desktop/core/chat"
)

const (
	maxSettingKey   = 128
	maxSettingValue = 64 << 10
)

// prefs are the settings that decide while messages pass.
type prefs struct {
	typing, receipts, markers, idle atomic.Bool

	otr atomic.Int32 // otr.Policy
}

// of returns the switch of a setting; nil for one that the core does not follow.
func (p *prefs) of(key string) *atomic.Bool {
	switch key {
	case chat.SettingTyping:
		return &p.typing
	case chat.SettingReceipts:
		return &p.receipts
	case chat.SettingMarkers:
		return &p.markers
	case chat.SettingIdle:
		return &p.idle
	}
	return nil
}

func (p *prefs) load(value func(key string) string) {
	for _, key := range []string{chat.SettingTyping, chat.SettingReceipts, chat.SettingMarkers, chat.SettingIdle, chat.SettingOTR} {
		p.set(key, value(key))
	}
}

func (p *prefs) set(key, value string) {
	if on := p.of(key); on != nil {
		on.Store(value != chat.SettingOff)
	}
	if key == chat.SettingOTR {
		p.otr.Store(int32(policyOf(value)))
	}
}

// Setting returns what was set for key, "" if nothing was; where a policy holds it to
// something stricter, that.
func (c *Client) Setting(ctx context.Context, key string) (string, error) {
	value, err := c.db.Setting(ctx, key)
	if err != nil {
		return "", asError("read setting", err)
	}
	return c.inEffect(key, value), nil
}

// SetSetting stores a setting of the program in the profile; "" unsets it. CodeLocked: a
// policy allows no such value.
func (c *Client) SetSetting(ctx context.Context, key, value string) error {
	const op = "store setting"
	if key == "" || len(key) > maxSettingKey || len(value) > maxSettingValue {
		return failed(chat.Input, op, chat.CodeTooLarge, nil)
	}
	if c.inEffect(key, value) != value {
		return c.held().refuse(chat.Input, op, chat.CodeLocked, lockOf(key))
	}
	if err := c.db.SetSetting(ctx, key, value); err != nil {
		return asError(op, err)
	}
	c.prefs.set(key, value)
	if key == chat.SettingOTR {
		for _, a := range c.allAccounts() {
			a.box.post(func(ctx context.Context) { a.reconsider(ctx, chat.Address{}) })
			a.publish(chat.Event{Kind: chat.TrustChanged, Account: a.addr})
		}
	}
	c.hub.publish(chat.Event{Kind: chat.SettingsChanged})
	return nil
}
