// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"

	"chatsecure.org/desktop/core/chat"
)

// work is what a request asks for: do, in the order of a lane.
type work struct {
	lane string
	do   func(ctx context.Context, s *server) (any, error)
}

// method reads the params of a request; its errors are rpcErrors, or the core's
// for a value of the right form that it can not take.
type method func(raw json.RawMessage) (work, error)

// params are the named parameters of all methods; each takes what it knows.
type params struct {
	Account    string            `json:"account"`
	Address    string            `json:"address"`
	Password   string            `json:"password"`
	Host       string            `json:"host"`
	Port       int               `json:"port"`
	DirectTLS  bool              `json:"direct_tls"`
	Proxy      string            `json:"proxy"`
	Tor        bool              `json:"tor"`
	AllowPlain bool              `json:"allow_plain"`
	Fields     map[string]string `json:"fields"`
	Nickname   string            `json:"nickname"`
	Invite     string            `json:"invite"`
	Server     string            `json:"server"`
	Name       string            `json:"name"`
	Value      string            `json:"value"`
	Body       *string           `json:"body"`
	Encryption string            `json:"encryption"`
	OriginID   string            `json:"origin_id"`
	Before     string            `json:"before"`
	Limit      int               `json:"limit"`
	Query      *string           `json:"query"`
	ID         string            `json:"id"`
	ReplyTo    string            `json:"reply_to"`
	Emoji      []string          `json:"emoji"`

	Fingerprint string          `json:"fingerprint"`
	Trust       json.RawMessage `json:"trust"`
	Question    string          `json:"question"`
	Secret      string          `json:"secret"`
	Choice      string          `json:"choice"`
	Level       string          `json:"level"`
	URI         string          `json:"uri"`
	Device      uint32          `json:"device"`

	account, peer chat.Address // read
}

// done is the result of what has nothing to say.
type done struct{}

// pageLimit is the most that message.page returns at once.
const pageLimit = 1000

var methods = map[string]method{
	"account.add":        onAccount(rpcAccountAdd),
	"account.register":   onAccount(rpcAccountRegister),
	"account.nickname":   anywhere(rpcAccountNickname),
	"account.update":     onAccount(rpcAccountUpdate),
	"account.remove":     onAccount(rpcAccountRemove),
	"account.connect":    onAccount(rpcConnect),
	"account.disconnect": onAccount(rpcDisconnect),
	"account.status":     anywhere(rpcStatus),
	"account.list":       anywhere(rpcStatus),
	"contact.list":       anywhere(rpcContacts),
	"contact.add":        onPeer(beside, rpcContactAdd),
	"contact.accept":     onPeer(beside, rpcContactAccept),
	"contact.decline":    onPeer(beside, rpcContactDecline),
	"contact.remove":     onPeer(beside, rpcContactRemove),
	"contact.block":      onPeer(beside, rpcContactBlock),
	"contact.unblock":    onPeer(beside, rpcContactUnblock),
	"contact.blocked":    anywhere(rpcBlocked),
	"bookmark.list":      anywhere(rpcBookmarks),
	"conversation.list":  anywhere(rpcConversations),
	"conversation.read":  onPeer(inOrder, rpcRead),
	"message.send":       onPeer(inOrder, rpcSend),
	"message.page":       onPeer(inOrder, rpcPage),
	"message.search":     anywhere(rpcSearch),
	"message.retry":      onPeer(inOrder, rpcRetry),
	"message.delete":     onPeer(inOrder, rpcDelete),
	"message.correct":    onPeer(inOrder, rpcCorrect),
	"message.retract":    onPeer(inOrder, rpcRetract),
	"message.react":      onPeer(inOrder, rpcReact),
	"message.older":      onPeer(beside, rpcOlder),
	"encryption.devices": onPeer(inOrder, rpcDevices),
	"encryption.trust":   onPeer(inOrder, rpcTrust),
	"encryption.state":   onPeer(inOrder, rpcState),
	"encryption.choose":  onPeer(inOrder, rpcChoose),
	"encryption.level":   onPeer(inOrder, rpcLevel),
	"encryption.uri":     onPeer(inOrder, rpcURI),
	"encryption.follow":  onPeer(inOrder, rpcFollow),
	"encryption.renew":   onPeer(beside, rpcRenew),
	"encryption.remove":  onAccount(rpcRemoveDevice),
	"otr.start":          onPeer(beside, rpcStartOTR),
	"otr.end":            onPeer(beside, rpcEndOTR),
	"smp.start":          onPeer(beside, rpcAskSecret),
	"smp.answer":         onPeer(beside, rpcAnswerSecret),
	"smp.stop":           onPeer(beside, rpcStopSecret),
	"settings.get":       anywhere(rpcSettings),
	"settings.set":       anywhere(rpcSet),
	"subscribe":          anywhere(rpcSubscribe),
}

// The lanes: all that the database answers at once is done in one, so that a
// message that was sent is in the page that is asked for next.
func inOrder(*params) string  { return "" }
func beside(p *params) string { return "account " + p.account.String() }

// read decodes params, which may be left out.
func read(raw json.RawMessage) (*params, error) {
	p := &params{}
	if len(raw) == 0 || bytes.Equal(raw, null) {
		return p, nil
	}
	if raw[0] != '{' {
		return nil, invalidParams("an object with names is needed")
	}
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, invalidParams("a value of the wrong type")
	}
	var err error
	if p.account, err = optional(p.Account, bareAddress); err != nil {
		return nil, err
	}
	p.peer, err = optional(p.Address, peerAddress)
	return p, err
}

// optional reads an address; "" is none.
func optional(s string, parse func(string) (chat.Address, error)) (chat.Address, error) {
	if s == "" {
		return chat.Address{}, nil
	}
	a, err := parse(s)
	if err != nil {
		return a, saidError{err.Error(), &chat.Error{Kind: chat.Input, Op: "read params", Code: chat.CodeAddress}}
	}
	return a, nil
}

// anywhere is a method with params that it checks itself.
func anywhere(do func(context.Context, *server, *params) (any, error)) method {
	return func(raw json.RawMessage) (work, error) {
		p, err := read(raw)
		return work{do: func(ctx context.Context, s *server) (any, error) { return do(ctx, s, p) }}, err
	}
}

// onAccount is a method about an account, named by address or account.
func onAccount(do func(context.Context, *server, *params) (any, error)) method {
	return func(raw json.RawMessage) (work, error) {
		p, err := read(raw)
		if err != nil {
			return work{}, err
		}
		if p.account.IsZero() {
			if p.account, err = optional(p.Address, bareAddress); err != nil {
				return work{}, err
			}
		}
		if p.account.IsZero() {
			return work{}, invalidParams("address is missing")
		}
		return work{"account " + p.account.String(), func(ctx context.Context, s *server) (any, error) { return do(ctx, s, p) }}, nil
	}
}

// onPeer is a method about somebody; with one account that need not be named.
func onPeer(lane func(*params) string, do func(context.Context, *server, *params, chat.ConvID) (any, error)) method {
	return func(raw json.RawMessage) (work, error) {
		p, err := read(raw)
		if err != nil {
			return work{}, err
		}
		if p.peer.IsZero() {
			return work{}, invalidParams("address is missing")
		}
		return work{lane(p), func(ctx context.Context, s *server) (any, error) {
			account, err := s.accountFor(ctx, p.account, p.peer)
			if err != nil {
				return nil, err
			}
			return do(ctx, s, p, chat.ConvID{Account: account, Peer: p.peer})
		}}, nil
	}
}

func (p *params) login() chat.Login { return p.way().over(chat.Login{Address: p.account}) }

func (p *params) way() way {
	return way{Host: p.Host, Port: p.Port, DirectTLS: p.DirectTLS, Proxy: p.Proxy, Tor: p.Tor, AllowPlain: p.AllowPlain}
}
