// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"

	"chatsecure.org/desktop/core/chat"
)

// rpcDevices returns the keys of a contact, or with the account's own address those
// of the account.
func rpcDevices(ctx context.Context, s *server, _ *params, conv chat.ConvID) (any, error) {
	if err := s.RefreshKeys(ctx, conv); err != nil { // what that brings is said by trust.changed
		return nil, err
	}
	all, err := s.Keys(ctx, conv.Account, conv.Peer)
	return map[string]any{"devices": keyObjects(all)}, err
}

// rpcTrust says what is thought of a key: trust is yes, no, true, false, or a trust's
// name.
func rpcTrust(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	word := ""
	if err := json.Unmarshal(p.Trust, &word); err != nil {
		switch string(p.Trust) {
		case "true":
			word = "yes"
		case "false":
			word = "no"
		}
	}
	t, by, ok := decision(word)
	if !ok {
		return nil, invalidParams("trust is none of yes, no, trusted, undecided")
	}
	f, err := chat.ParseFingerprint(p.Fingerprint)
	if err != nil {
		return nil, err
	}
	k, err := s.decide(ctx, conv.Account, conv.Peer, f, t, by)
	if err != nil {
		return nil, err
	}
	return keyOf(k), nil
}

// rpcState returns what would happen to a message that is sent now; with the account's
// own address it is about the account.
func rpcState(ctx context.Context, s *server, _ *params, conv chat.ConvID) (any, error) {
	return s.onState(ctx, conv, func(chat.ConvID) error { return nil })
}

// onState runs do and returns what is so then.
func (s *server) onState(ctx context.Context, conv chat.ConvID, do func(chat.ConvID) error) (any, error) {
	if conv.Account == conv.Peer {
		conv.Peer = chat.Address{}
	}
	if err := do(conv); err != nil {
		return nil, err
	}
	state, err := stateNow(ctx, s.session, conv)
	if err != nil {
		return nil, err
	}
	return stateOf(conv, state), nil
}

func rpcChoose(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	return s.onState(ctx, conv, func(conv chat.ConvID) error {
		if conv.Peer.IsZero() {
			if p.Choice != "required" && p.Choice != "optional" {
				return invalidParams("choice for an account is none of required, optional")
			}
			return s.RequireEncryption(ctx, conv.Account, p.Choice == "required")
		}
		choice, ok := chat.ParseEncryptionChoice(p.Choice)
		if !ok {
			return invalidParams("choice is none of auto, omemo, otr, none")
		}
		return s.SetEncryption(ctx, conv, choice)
	})
}

func rpcLevel(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	return s.onState(ctx, conv, func(conv chat.ConvID) error {
		level, ok := levelOf(p.Level)
		if !ok || level == chat.AsAccount && conv.Peer.IsZero() {
			return invalidParams("level is none of relaxed, careful, strict, and for a contact account")
		}
		return s.SetTrustLevel(ctx, conv, level)
	})
}

func rpcURI(ctx context.Context, s *server, _ *params, conv chat.ConvID) (any, error) {
	link, err := s.IdentityURI(ctx, conv.Account, conv.Peer)
	return map[string]string{"uri": link}, err
}

// rpcFollow verifies what a link names.
func rpcFollow(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	l, err := s.followLink(ctx, conv.Account, conv.Peer, p.URI)
	if err != nil {
		return nil, err
	}
	return linkOf(l), nil
}

func rpcRemoveDevice(ctx context.Context, s *server, p *params) (any, error) {
	if p.Device == 0 {
		return nil, invalidParams("device is missing")
	}
	return done{}, s.RemoveDevice(ctx, p.account, p.Device)
}

// rpcRenew begins the sessions with a contact's devices anew, or with the one of a
// fingerprint or a device; with the account's own address those with its other devices.
func rpcRenew(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	of := chat.Fingerprint("")
	switch {
	case p.Fingerprint != "":
		var err error
		if of, err = chat.ParseFingerprint(p.Fingerprint); err != nil {
			return nil, err
		}
	case p.Device != 0:
		k, err := s.device(ctx, conv, p.Device)
		if err != nil {
			return nil, err
		}
		of = k.Fingerprint
	}
	return done{}, s.RenewSession(ctx, conv, of)
}

// rpcStartOTR asks the other side for a session; trust.changed tells when it is open.
func rpcStartOTR(ctx context.Context, s *server, _ *params, conv chat.ConvID) (any, error) {
	return done{}, s.StartOTR(ctx, conv)
}

func rpcEndOTR(ctx context.Context, s *server, _ *params, conv chat.ConvID) (any, error) {
	return done{}, s.EndOTR(ctx, conv)
}

func rpcAskSecret(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	if p.Secret == "" {
		return nil, invalidParams("secret is missing")
	}
	return done{}, s.AskSecret(ctx, conv, p.Question, p.Secret)
}

func rpcAnswerSecret(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	if p.Secret == "" {
		return nil, invalidParams("secret is missing")
	}
	return done{}, s.AnswerSecret(ctx, conv, p.Secret)
}

func rpcStopSecret(ctx context.Context, s *server, _ *params, conv chat.ConvID) (any, error) {
	return done{}, s.AbortSecret(ctx, conv)
}

// The params of notifications about keys. An address of "" is the account itself.
type (
	trustNote struct {
		Account string `json:"account"`
		Address string `json:"address"`
	}
	secretNote struct {
		Account  string `json:"account"`
		Address  string `json:"address"`
		Question string `json:"question"` // "" for none
	}
)

// trust tells that keys, or what is thought of them, or a session changed.
func (n *notifier) trust(e chat.Event) {
	account := e.Conv.Account
	if account.IsZero() {
		account = e.Account
	}
	n.notify("trust.changed", trustNote{account.String(), e.Conv.Peer.String()})
}

// asked tells that the other side asks for a secret, if it still does.
func (n *notifier) asked(ctx context.Context, conv chat.ConvID) {
	if state, err := n.Encryption(ctx, conv); err == nil && state.Asked {
		n.notify("smp.asked", secretNote{conv.Account.String(), conv.Peer.String(), state.Question})
	}
}
