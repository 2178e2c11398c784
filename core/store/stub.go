// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
)

var errNotYet = errors.New("not yet")

// DB is an open profile database.
type DB struct{}

// Create makes the database file at path, which must not exist, and opens it.
// The key is 32 random bytes; it is copied, the caller wipes its own.
func Create(ctx context.Context, path string, key []byte) (*DB, error) { return nil, errNotYet }

// Open opens the database file at path, which must exist, and brings its
// schema up to date. On an error the file stays as it was.
func Open(ctx context.Context, path string, key []byte) (*DB, error) { return nil, errNotYet }

// Close ends all connections and wipes the key.
func (db *DB) Close() error { return errNotYet }

// Check reads every page and reports CodeDamaged if one is not as written.
func (db *DB) Check(ctx context.Context) error { return errNotYet }

func (db *DB) PutAccount(ctx context.Context, a AccountRecord) error { return errNotYet }
func (db *DB) Accounts(ctx context.Context) ([]AccountRecord, error) { return nil, errNotYet }
func (db *DB) Account(ctx context.Context, a chat.Address) (AccountRecord, bool, error) {
	return AccountRecord{}, false, errNotYet
}
func (db *DB) RemoveAccount(ctx context.Context, account chat.Address) error { return errNotYet }
func (db *DB) SetRosterVersion(ctx context.Context, account chat.Address, v string) error {
	return errNotYet
}
func (db *DB) SetMechanism(ctx context.Context, account chat.Address, m string) error {
	return errNotYet
}
func (db *DB) SetEnabled(ctx context.Context, account chat.Address, on bool) error  { return errNotYet }
func (db *DB) SetNick(ctx context.Context, account chat.Address, nick string) error { return errNotYet }
func (db *DB) SetAvatar(ctx context.Context, account chat.Address, sha1hex string) error {
	return errNotYet
}

func (db *DB) ReplaceContacts(ctx context.Context, account chat.Address, cs []chat.Contact, version string) error {
	return errNotYet
}
func (db *DB) PutContact(ctx context.Context, c chat.Contact, version string) error { return errNotYet }
func (db *DB) RemoveContact(ctx context.Context, account, addr chat.Address, version string) error {
	return errNotYet
}
func (db *DB) Contacts(ctx context.Context, account chat.Address) ([]chat.Contact, error) {
	return nil, errNotYet
}
func (db *DB) Contact(ctx context.Context, account, addr chat.Address) (chat.Contact, bool, error) {
	return chat.Contact{}, false, errNotYet
}

func (db *DB) EnsureConversation(ctx context.Context, conv chat.ConvID) (created bool, err error) {
	return false, errNotYet
}
func (db *DB) Conversations(ctx context.Context) ([]chat.Conversation, error) { return nil, errNotYet }
func (db *DB) Conversation(ctx context.Context, conv chat.ConvID) (chat.Conversation, bool, error) {
	return chat.Conversation{}, false, errNotYet
}
func (db *DB) RemoveConversation(ctx context.Context, conv chat.ConvID) error    { return errNotYet }
func (db *DB) SetDraft(ctx context.Context, conv chat.ConvID, text string) error { return errNotYet }
func (db *DB) SetConversationSettings(ctx context.Context, conv chat.ConvID, s chat.ConversationSettings) error {
	return errNotYet
}
func (db *DB) MarkRead(ctx context.Context, conv chat.ConvID, upTo chat.MsgID) (changed bool, err error) {
	return false, errNotYet
}

func (db *DB) AddOutgoing(ctx context.Context, conv chat.ConvID, body string, at time.Time, originID string) (m chat.Message, fresh bool, err error) {
	return chat.Message{}, false, errNotYet
}
func (db *DB) Outbox(ctx context.Context, account chat.Address) ([]Outgoing, error) {
	return nil, errNotYet
}
func (db *DB) SaveStanza(ctx context.Context, id chat.MsgID, stanza []byte) error { return errNotYet }
func (db *DB) AddIncoming(ctx context.Context, in []Incoming) ([]Stored, error) {
	return nil, errNotYet
}
func (db *DB) AdvanceStatus(ctx context.Context, account chat.Address, cs []StatusChange) ([]StatusChanged, error) {
	return nil, errNotYet
}
func (db *DB) Retry(ctx context.Context, id chat.MsgID) (chat.Message, error) {
	return chat.Message{}, errNotYet
}
func (db *DB) DeleteMessage(ctx context.Context, id chat.MsgID) (chat.ConvID, error) {
	return chat.ConvID{}, errNotYet
}
func (db *DB) Message(ctx context.Context, id chat.MsgID) (chat.Message, bool, error) {
	return chat.Message{}, false, errNotYet
}
func (db *DB) Messages(ctx context.Context, ids []chat.MsgID) ([]chat.Message, error) {
	return nil, errNotYet
}
func (db *DB) Page(ctx context.Context, conv chat.ConvID, before chat.Cursor, n int) ([]chat.Message, error) {
	return nil, errNotYet
}
func (db *DB) PageAfter(ctx context.Context, conv chat.ConvID, after chat.Cursor, n int) ([]chat.Message, error) {
	return nil, errNotYet
}
func (db *DB) Search(ctx context.Context, q chat.SearchQuery) ([]chat.Message, error) {
	return nil, errNotYet
}

func (db *DB) Setting(ctx context.Context, key string) (string, error)           { return "", errNotYet }
func (db *DB) SetSetting(ctx context.Context, key, value string) error           { return errNotYet }
func (db *DB) Settings(ctx context.Context) (map[string]string, error)           { return nil, errNotYet }
func (db *DB) PutPicture(ctx context.Context, sha1hex string, data []byte) error { return errNotYet }
func (db *DB) Picture(ctx context.Context, sha1hex string) ([]byte, error)       { return nil, errNotYet }
func (db *DB) Caps(ctx context.Context, ver string) (features []string, known bool, err error) {
	return nil, false, errNotYet
}
func (db *DB) PutCaps(ctx context.Context, ver string, features []string) error { return errNotYet }
