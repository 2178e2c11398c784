// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"strconv"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// renewSession begins encrypted sessions with a contact's devices anew: with the one of a
// fingerprint, which may stand in groups, or of a device, else with all of which a message
// could not be read, and where there are none with all. An address of one's own means one's
// other devices.
func renewSession(ctx context.Context, c *call) error {
	owner, err := bareAddress(c.operands[0])
	if err != nil {
		return usageError(err.Error())
	}
	var of chat.Fingerprint
	named := strings.Join(c.operands[1:], "")
	device, notDevice := strconv.ParseUint(named, 10, 32)
	switch {
	case named == "":
	case notDevice == nil && device == 0: // no device has it (XEP-0384 §4.1): it is not to mean all
		return refused(chat.CodeNotFound, "no-key", "address", owner)
	case notDevice != nil:
		if of, err = chat.ParseFingerprint(named); err != nil {
			return err
		}
	}
	return c.with(ctx, func(s *session) error {
		account, err := s.whose(ctx, c.account, owner)
		if err != nil {
			return err
		}
		ctx, cancel := c.limited(ctx)
		defer cancel()
		if err := s.online(ctx, account); err != nil {
			return err
		}
		if err := s.settle(ctx); err != nil { // what can not be read says which are broken
			return err
		}
		conv := chat.ConvID{Account: account, Peer: owner}
		if device != 0 {
			k, err := s.device(ctx, conv, uint32(device))
			if err != nil {
				return err
			}
			of = k.Fingerprint
		}
		if err := s.RenewSession(ctx, conv, of); err != nil {
			return err
		}
		c.say(map[string]string{"account": account.String(), "address": owner.String()}, "session-renewed", "address", owner)
		return s.settle(ctx)
	})
}

// device is the key of a device.
func (s *session) device(ctx context.Context, conv chat.ConvID, id uint32) (chat.Key, error) {
	all, err := s.Keys(ctx, conv.Account, conv.Peer)
	if err != nil {
		return chat.Key{}, err
	}
	for _, k := range all {
		if k.Device == id && k.Fingerprint.Kind() == chat.KeyOMEMO {
			return k, nil
		}
	}
	return chat.Key{}, refused(chat.CodeNotFound, "no-key", "address", conv.Peer)
}
