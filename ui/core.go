// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
)

// AccountCore is what the account screens ask.
type AccountCore interface {
	AddAccount(ctx context.Context, login chat.Login, password []byte) error
	UpdateAccount(ctx context.Context, login chat.Login, password []byte) error
	Password(ctx context.Context, account chat.Address) ([]byte, error)
}

// SelfCore changes what others see of oneself.
type SelfCore interface {
	SetNick(ctx context.Context, account chat.Address, nick string) error
	SetPicture(ctx context.Context, account chat.Address, data []byte) error
	Picture(ctx context.Context, hash string) ([]byte, error)
}

// SettingCore keeps the person's choices.
type SettingCore interface {
	Setting(ctx context.Context, key string) (string, error)
	SetSetting(ctx context.Context, key, value string) error
}

// ActivityCore is told whether the window is in front: servers hold back what nobody
// looks at (XEP-0352). It never blocks.
type ActivityCore interface {
	SetActive(active bool)
}

// Vault makes and opens the encrypted database of the profile.
type Vault interface {
	// KeyringWorks says whether this computer's keyring can keep the key.
	KeyringWorks(ctx context.Context) bool
	// Create makes the profile; passphrase nil leaves the key to the keyring.
	Create(ctx context.Context, passphrase []byte) (Core, error)
	// Unlock opens a profile that is kept by a passphrase.
	Unlock(ctx context.Context, passphrase []byte) (Core, error)
}

// Core is all that the window asks; *core.Client meets it.
type Core interface {
	AccountCore
	SelfCore
	SettingCore
	SafetyCore
	model.AccountSource
	model.RegistrationSource
	model.SignUpSource
	model.ConversationSource
	model.TimelineSource
	model.MessageActions
	model.ArchiveSource
	model.ComposerSource
	model.ContactSource
	model.RequestSource
	model.BlockSource
	ActivityCore
	model.SearchSource
}
