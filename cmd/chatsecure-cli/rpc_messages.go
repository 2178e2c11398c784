// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// conversationObject is a row of the conversation list.
type conversationObject struct {
	Account  string         `json:"account"`
	Address  string         `json:"address"`
	Name     string         `json:"name"`
	Unread   int            `json:"unread"`
	Draft    string         `json:"draft"`
	Typing   bool           `json:"typing"`
	Presence string         `json:"presence"`
	Time     string         `json:"time"` // "" before the first message
	Last     *messageObject `json:"last"`
}

func rpcConversations(ctx context.Context, s *server, p *params) (any, error) {
	if !p.account.IsZero() {
		if _, err := s.account(ctx, p.account); err != nil {
			return nil, err
		}
	}
	all, err := s.Conversations(ctx)
	list := []conversationObject{}
	for _, c := range all {
		if !p.account.IsZero() && c.ID.Account != p.account {
			continue
		}
		o := conversationObject{
			Account: c.ID.Account.String(), Address: c.ID.Peer.String(), Name: c.Title(), Unread: c.Unread,
			Draft: c.Draft, Typing: c.Typing == chat.Composing, Presence: c.Contact.Presence.String(),
		}
		if !c.Time.IsZero() {
			o.Time = c.Time.UTC().Format(time.RFC3339Nano)
		}
		if c.Last.ID != 0 {
			last := objectOf(c.Last)
			o.Last = &last
		}
		list = append(list, o)
	}
	return map[string]any{"conversations": list}, err
}

func rpcRead(ctx context.Context, s *server, _ *params, conv chat.ConvID) (any, error) {
	return done{}, s.markRead(ctx, conv, 0)
}

// rpcSend returns once the message is stored; message.changed tells the rest.
func rpcSend(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	if p.Body == nil {
		return nil, invalidParams("body is missing")
	}
	choice, err := encryption(p.Encryption)
	if err != nil {
		return nil, err
	}
	o := chat.SendOptions{OriginID: p.OriginID, Encryption: choice}
	if p.ReplyTo != "" {
		if o.ReplyTo, err = chat.ParseMsgID(p.ReplyTo); err != nil {
			return nil, err
		}
	}
	id, err := s.SendText(ctx, conv, *p.Body, o)
	if err == nil && s.unsent.add(conv.Account, id) {
		s.left(ctx, chat.Account{Login: chat.Login{Address: conv.Account}})
	}
	return map[string]string{"id": id.String()}, err
}

func rpcPage(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	var before chat.MsgID
	if p.Before != "" {
		var err error
		if before, err = chat.ParseMsgID(p.Before); err != nil {
			return nil, err
		}
	}
	limit := p.Limit
	switch {
	case limit < 0:
		return nil, invalidParams("limit is below zero")
	case limit == 0:
		limit = 50
	}
	place, err := s.place(ctx, conv, before)
	if err != nil {
		return nil, err
	}
	rows, more, err := s.lastMessages(ctx, conv, place, min(limit, pageLimit))
	return map[string]any{"messages": tolds(rows), "more": more}, err
}

func rpcSearch(ctx context.Context, s *server, p *params) (any, error) {
	if p.Query == nil || p.Limit < 0 {
		return nil, invalidParams("query is missing, or limit is below zero")
	}
	found, err := s.find(ctx, *p.Query, p.account, p.peer, min(p.Limit, pageLimit))
	return map[string]any{"messages": objectsOf(found)}, err
}

// onID is a method about a message.
func onID(p *params, do func(id chat.MsgID) error) (any, error) {
	id, err := chat.ParseMsgID(p.ID)
	if err != nil {
		return nil, err
	}
	return done{}, do(id)
}

// rpcRetry sends a failed message again, with an encryption another way.
func rpcRetry(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	choice, err := encryption(p.Encryption)
	if err != nil {
		return nil, err
	}
	return onID(p, func(id chat.MsgID) error { return again(ctx, s.Client, conv, id, p.Encryption != "", choice) })
}

func rpcDelete(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	return onID(p, func(id chat.MsgID) error { return s.DeleteMessage(ctx, conv, id) })
}

func rpcCorrect(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	if p.Body == nil {
		return nil, invalidParams("body is missing")
	}
	return onID(p, func(id chat.MsgID) error { return s.Correct(ctx, conv, id, *p.Body) })
}

func rpcRetract(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	return onID(p, func(id chat.MsgID) error { return s.Retract(ctx, conv, id) })
}

func rpcReact(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	return onID(p, func(id chat.MsgID) error { return s.React(ctx, conv, id, p.Emoji) })
}

// rpcOlder loads what was said before all that is here; more says that there may
// be still older messages.
func rpcOlder(ctx context.Context, s *server, _ *params, conv chat.ConvID) (any, error) {
	more, err := s.LoadOlder(ctx, conv)
	return map[string]bool{"more": more}, err
}
