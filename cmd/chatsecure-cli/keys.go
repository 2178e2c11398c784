// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// keyObject is a key of a contact or of one's own, of OTR or of a device's OMEMO.
type keyObject struct {
	Account     string   `json:"account"`
	Address     string   `json:"address"` // whose it is
	ID          uint32   `json:"id"`      // of the device; 0 for OTR
	Type        string   `json:"type"`    // omemo or otr
	Fingerprint string   `json:"fingerprint"`
	Label       string   `json:"label"`
	Trust       string   `json:"trust"`
	By          string   `json:"by"`          // who decided that
	Encryptions []string `json:"encryptions"` // that the device speaks, as in messages
	Active      bool     `json:"active"`      // on its owner's list, or with an open OTR session
	Used        bool     `json:"used"`        // a message that is sent now goes to it
	ThisDevice  bool     `json:"this_device"`
	FirstSeen   string   `json:"first_seen"` // RFC 3339
	LastSeen    string   `json:"last_seen"`  // "" for never
	Dead        bool     `json:"dead"`       // one's own, on the list, and no sign of it for 30 days
}

func keyOf(k chat.Key) keyObject {
	o := keyObject{
		Account: k.Account.String(), Address: k.Owner.String(), ID: k.Device, Type: k.Fingerprint.Kind().String(),
		Fingerprint: string(k.Fingerprint), Label: k.Label, Trust: k.Trust.String(), By: k.By.String(), Encryptions: []string{},
		Active: k.Listed, Used: k.Used, ThisDevice: k.Own, FirstSeen: timeText(k.FirstSeen), LastSeen: timeText(k.LastSeen),
		Dead: k.Dead(time.Now()),
	}
	if k.OMEMO {
		o.Encryptions = append(o.Encryptions, chat.EncryptionOMEMO.String())
	}
	if k.OMEMO2 {
		o.Encryptions = append(o.Encryptions, chat.EncryptionOMEMO2.String())
	}
	if k.Fingerprint.Kind() == chat.KeyOTR {
		o.Encryptions = append(o.Encryptions, chat.EncryptionOTR.String())
	}
	return o
}

func keyObjects(keys []chat.Key) []keyObject {
	all := make([]keyObject, len(keys))
	for i, k := range keys {
		all[i] = keyOf(k)
	}
	return all
}

// timeText is a time as programs read it; "" for none.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// keyLine is a key for people.
func keyLine(k chat.Key) string {
	var facts []string
	if id := "key." + k.Trust.String(); has(id) {
		facts = append(facts, text(id))
	}
	switch {
	case k.Own:
		facts = []string{text("key.own")}
	case !k.Listed:
		facts = append(facts, text("key.not-active"))
	case !k.Used:
		facts = append(facts, text("key.unused"))
	}
	if k.Device != 0 {
		facts = append(facts, text("key.device", "id", k.Device))
	}
	if k.Label != "" {
		facts = append(facts, `"`+oneLine(k.Label)+`"`)
	}
	if !k.LastSeen.IsZero() {
		facts = append(facts, text("key.last-seen", "time", k.LastSeen.Local().Format(minute)))
	}
	if k.Dead(time.Now()) {
		facts = append(facts, text("key.dead", "id", k.Device))
	}
	return fmt.Sprintf("%-5s  %s  (%s)", k.Fingerprint.Kind(), strings.Join(k.Fingerprint.Groups(), " "), list("list", facts...))
}

// whose is the account and the owner that a command about keys means. An address of
// one of the accounts is that account, if no other is named.
func (s *session) whose(ctx context.Context, named, owner chat.Address) (account chat.Address, err error) {
	if named.IsZero() {
		if a, err := s.account(ctx, owner); err == nil {
			return a.Login.Address, nil
		}
	}
	return s.accountFor(ctx, named, owner)
}

// owners are the pairs of account and owner that `keys` is about: the contact that it
// names, else each account itself.
func (c *call) owners(ctx context.Context, s *session) ([]chat.ConvID, error) {
	if len(c.operands) == 1 {
		owner, err := bareAddress(c.operands[0])
		if err != nil {
			return nil, usageError(err.Error())
		}
		account, err := s.whose(ctx, c.account, owner)
		return []chat.ConvID{{Account: account, Peer: owner}}, err
	}
	if !c.account.IsZero() {
		a, err := s.account(ctx, c.account)
		return []chat.ConvID{{Account: a.Login.Address, Peer: a.Login.Address}}, err
	}
	all, err := s.Accounts(ctx)
	var list []chat.ConvID
	for _, a := range all {
		list = append(list, chat.ConvID{Account: a.Login.Address, Peer: a.Login.Address})
	}
	return list, err
}

func keys(ctx context.Context, c *call) error {
	return c.with(ctx, func(s *session) error {
		owners, err := c.owners(ctx, s)
		if err != nil || len(owners) == 0 {
			return err
		}
		for _, o := range owners {
			if err := c.askDevices(ctx, s, o); err != nil {
				return err
			}
			if c.uri {
				link, err := s.IdentityURI(ctx, o.Account, o.Peer)
				if err != nil {
					return err
				}
				c.row(map[string]string{"account": o.Account.String(), "address": o.Peer.String(), "uri": link}, link)
				continue
			}
			all, err := s.Keys(ctx, o.Account, o.Peer)
			if err != nil {
				return err
			}
			for _, k := range all {
				c.row(keyOf(k), k.Owner.String()+"  "+keyLine(k))
			}
		}
		return nil
	})
}

// askDevices connects when --sync asks for it and waits until the contact's devices
// are known.
func (c *call) askDevices(ctx context.Context, s *session, conv chat.ConvID) error {
	if !c.sync {
		return nil
	}
	if err := c.catchUp(ctx, s, conv.Account); err != nil {
		return err
	}
	limit, cancel := c.limited(ctx)
	defer cancel()
	if err := s.RefreshKeys(limit, conv); err != nil || conv.Account == conv.Peer {
		return err
	}
	if _, err := s.whenState(limit, conv, func(st chat.EncryptionState) bool { return !st.Unsure }); err != nil {
		return err
	}
	return s.settle(limit) // the keys of the devices come after their list
}

// whenState waits until the encryption of a conversation is as is says.
func (s *session) whenState(ctx context.Context, conv chat.ConvID, is func(chat.EncryptionState) bool) (chat.EncryptionState, error) {
	events := s.Subscribe()
	defer events.Close()
	for {
		state, err := s.Encryption(ctx, conv)
		if err != nil || is(state) {
			return state, err
		}
		if _, err := events.Next(ctx); err != nil {
			return state, err
		}
	}
}

// removeDevice takes one of one's own devices off the account's list.
func removeDevice(ctx context.Context, c *call) error {
	id, err := strconv.ParseUint(c.operands[0], 10, 32)
	if err != nil || id == 0 {
		return wrongUse("no-device-id", "value", c.operands[0])
	}
	return c.with(ctx, func(s *session) error {
		ctx, cancel := c.limited(ctx)
		defer cancel()
		account, err := s.oneAccount(ctx, c.account)
		if err != nil {
			return err
		}
		if err := s.online(ctx, account); err != nil {
			return err
		}
		if err := s.RemoveDevice(ctx, account, uint32(id)); err != nil {
			return err
		}
		c.say(map[string]any{"account": account.String(), "id": id}, "device-removed", "id", id, "address", account)
		return nil
	})
}

// oneAccount is the account that is named, else the only one.
func (s *session) oneAccount(ctx context.Context, named chat.Address) (chat.Address, error) {
	return s.accountFor(ctx, named, chat.Address{})
}
