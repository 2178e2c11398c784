// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"errors"
)

// DefaultApp is the application id under which the keyring keeps the secrets of
// the unbranded program: the desktop program and the command line share it.
const DefaultApp = "org.chatsecure.desktop"

// ErrNotFound says that the keyring answers and does not hold the secret. Any
// other error of a Keyring means that there is no keyring to be had now.
var ErrNotFound = errors.New("not in the keyring")

// Keyring keeps small secrets by name. Any goroutine may call it. Errors are
// ErrNotFound (Get, Delete) or a *chat.Error with CodeNoKeyring or CodeCanceled.
type Keyring interface {
	Get(ctx context.Context, name string) ([]byte, error)
	Set(ctx context.Context, name string, secret []byte) error
	Delete(ctx context.Context, name string) error
}

type systemKeyring struct{ app string }

// SystemKeyring is the keyring of the desktop session, with its secrets filed
// under the application id app. It makes no call yet.
func SystemKeyring(app string) Keyring { return &systemKeyring{app: app} }

func (k *systemKeyring) Get(context.Context, string) ([]byte, error) { return nil, errors.New("not yet") }
func (k *systemKeyring) Set(context.Context, string, []byte) error   { return errors.New("not yet") }
func (k *systemKeyring) Delete(context.Context, string) error        { return errors.New("not yet") }
