// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// BackupSource makes a copy of an account's own keys, and reads one; *core.Client meets
// it. The passphrase is the caller's to wipe.
type BackupSource interface {
	ExportKeys(ctx context.Context, account chat.Address, passphrase []byte) ([]byte, error)
	ImportKeys(ctx context.Context, account chat.Address, data, passphrase []byte) error
}

// MaxBackup is the largest copy of keys, in bytes, that is read.
const MaxBackup = 1 << 20
