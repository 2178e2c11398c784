// SPDX-License-Identifier: MPL-2.0

// Package core is the chat engine.
package core

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/profile"
)

var errNotYet = errors.New("not yet")

type Config struct {
	Profile    *profile.Profile // open; the Client does not close it
	Roots      *x509.CertPool   // nil: the system's
	Log        *slog.Logger     // nil: nothing is logged
	AppName    string
	AppVersion string
}

type Client struct{}

func Open(ctx context.Context, cfg Config) (*Client, error) { return nil, errNotYet }
func (c *Client) Close() error                              { return nil }

func (c *Client) Accounts(ctx context.Context) ([]chat.Account, error) { return nil, errNotYet }
func (c *Client) AddAccount(ctx context.Context, login chat.Login, password []byte) error {
	return errNotYet
}

func (c *Client) UpdateAccount(ctx context.Context, login chat.Login, password []byte) error {
	return errNotYet
}
func (c *Client) RemoveAccount(ctx context.Context, account chat.Address) error { return errNotYet }
func (c *Client) StartRegistration(ctx context.Context, login chat.Login) (chat.Form, error) {
	return chat.Form{}, errNotYet
}

func (c *Client) FinishRegistration(ctx context.Context, login chat.Login, password []byte, values map[string]string) error {
	return errNotYet
}
func (c *Client) CancelRegistration(account chat.Address)                    {}
func (c *Client) Connect(ctx context.Context, account chat.Address) error    { return errNotYet }
func (c *Client) Disconnect(ctx context.Context, account chat.Address) error { return errNotYet }
func (c *Client) SetNick(ctx context.Context, account chat.Address, nick string) error {
	return errNotYet
}
func (c *Client) SetPicture(ctx context.Context, account chat.Address, data []byte) error {
	return errNotYet
}
func (c *Client) Picture(ctx context.Context, hash string) ([]byte, error) { return nil, errNotYet }

func (c *Client) Contacts(ctx context.Context, account chat.Address) ([]chat.Contact, error) {
	return nil, errNotYet
}

func (c *Client) AddContact(ctx context.Context, account, addr chat.Address, name string) error {
	return errNotYet
}
func (c *Client) AcceptContact(ctx context.Context, account, addr chat.Address) error {
	return errNotYet
}
func (c *Client) DeclineContact(ctx context.Context, account, addr chat.Address) error {
	return errNotYet
}

func (c *Client) RenameContact(ctx context.Context, account, addr chat.Address, name string) error {
	return errNotYet
}
func (c *Client) RemoveContact(ctx context.Context, account, addr chat.Address) error {
	return errNotYet
}

func (c *Client) Conversations(ctx context.Context) ([]chat.Conversation, error) {
	return nil, errNotYet
}

func (c *Client) Conversation(ctx context.Context, conv chat.ConvID) (chat.Conversation, error) {
	return chat.Conversation{}, errNotYet
}
func (c *Client) OpenConversation(ctx context.Context, conv chat.ConvID) error   { return errNotYet }
func (c *Client) RemoveConversation(ctx context.Context, conv chat.ConvID) error { return errNotYet }
func (c *Client) SetConversationSettings(ctx context.Context, conv chat.ConvID, s chat.ConversationSettings) error {
	return errNotYet
}

func (c *Client) SendText(ctx context.Context, conv chat.ConvID, body string, o chat.SendOptions) (chat.MsgID, error) {
	return 0, errNotYet
}
func (c *Client) Retry(ctx context.Context, conv chat.ConvID, id chat.MsgID) error { return errNotYet }
func (c *Client) DeleteMessage(ctx context.Context, conv chat.ConvID, id chat.MsgID) error {
	return errNotYet
}

func (c *Client) Page(ctx context.Context, conv chat.ConvID, before chat.Cursor, n int) ([]chat.Message, error) {
	return nil, errNotYet
}

func (c *Client) PageAfter(ctx context.Context, conv chat.ConvID, after chat.Cursor, n int) ([]chat.Message, error) {
	return nil, errNotYet
}

func (c *Client) Messages(ctx context.Context, ids []chat.MsgID) ([]chat.Message, error) {
	return nil, errNotYet
}

func (c *Client) Search(ctx context.Context, q chat.SearchQuery) ([]chat.Message, error) {
	return nil, errNotYet
}

func (c *Client) MarkRead(ctx context.Context, conv chat.ConvID, upTo chat.MsgID) error {
	return errNotYet
}
func (c *Client) SetDraft(ctx context.Context, conv chat.ConvID, text string) error { return errNotYet }
func (c *Client) SetTyping(ctx context.Context, conv chat.ConvID, typing chat.Typing) error {
	return errNotYet
}
func (c *Client) Setting(ctx context.Context, key string) (string, error) { return "", errNotYet }
func (c *Client) SetSetting(ctx context.Context, key, value string) error { return errNotYet }

type Subscription struct{}

func (c *Client) Subscribe() *Subscription                             { return &Subscription{} }
func (s *Subscription) Next(ctx context.Context) ([]chat.Event, error) { return nil, errNotYet }
func (s *Subscription) Close()                                         {}
