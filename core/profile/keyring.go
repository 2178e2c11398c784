// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"

	"chatsecure.org/desktop/core/chat"
)

// keyringPatience bounds a keyring call whose context has no deadline. A locked
// keyring asks the person, who may have to look for the password.
const keyringPatience = 2 * time.Minute

// ErrNotFound says that the keyring answers and does not hold the secret. Any
// other error of a Keyring means that there is no keyring to be had now.
var ErrNotFound = errors.New("not in the keyring")

// Keyring keeps small secrets by name. Any goroutine may call it. Errors are
// ErrNotFound (Get, Delete) or a *chat.Error of kind Storage with CodeNoKeyring
// or CodeCanceled.
type Keyring interface {
	Get(ctx context.Context, name string) ([]byte, error)
	Set(ctx context.Context, name string, secret []byte) error
	Delete(ctx context.Context, name string) error
}

type systemKeyring struct {
	app string
	// turn is held by the one call that is under way: old versions of the
	// sandbox's bus proxy lose the bus when two goroutines send, and a locked
	// keyring should ask the person once.
	turn chan struct{}
}

// SystemKeyring is the keyring of the desktop session (Secret Service, Keychain)
// with its secrets filed under the application id app. It makes no call yet.
func SystemKeyring(app string) Keyring {
	return &systemKeyring{app: app, turn: make(chan struct{}, 1)}
}

func (k *systemKeyring) Get(ctx context.Context, name string) ([]byte, error) {
	return k.call(ctx, "read keyring", func() ([]byte, error) {
		s, err := keyring.Get(k.app, name)
		if err != nil {
			return nil, err
		}
		return base64.StdEncoding.DecodeString(s)
	})
}

// Set reads the secret back: the library reports no error when the person
// dismisses the keyring's question.
func (k *systemKeyring) Set(ctx context.Context, name string, secret []byte) error {
	text := base64.StdEncoding.EncodeToString(secret)
	_, err := k.call(ctx, "write keyring", func() ([]byte, error) {
		if err := keyring.Set(k.app, name, text); err != nil {
			return nil, err
		}
		back, err := keyring.Get(k.app, name)
		if err == nil && back != text {
			err = errors.New("the keyring did not keep the secret")
		}
		return nil, err
	})
	if errors.Is(err, ErrNotFound) {
		return failed("write keyring", chat.CodeNoKeyring, nil)
	}
	return err
}

func (k *systemKeyring) Delete(ctx context.Context, name string) error {
	_, err := k.call(ctx, "delete from keyring", func() ([]byte, error) {
		return nil, keyring.Delete(k.app, name)
	})
	return err
}

// call runs one exchange, which knows no context, on a goroutine of its own and
// waits for it as long as ctx lives. A call that the keyring never answers keeps
// its turn; the calls behind it end by their own contexts.
func (k *systemKeyring) call(ctx context.Context, op string, do func() ([]byte, error)) ([]byte, error) {
	if err := findBus(); err != nil {
		return nil, failed(op, chat.CodeNoKeyring, err)
	}
	ctx, cancel := context.WithTimeout(ctx, keyringPatience)
	defer cancel()
	type answer struct {
		secret []byte
		err    error
	}
	got := make(chan answer, 1)
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, keyringError(op, ctx.Err())
	}
	go func() {
		defer func() { <-k.turn }()
		var a answer
		defer func() {
			// The library asserts types of what the bus brings.
			if r := recover(); r != nil {
				a = answer{err: fmt.Errorf("keyring: unexpected answer (%T)", r)}
			}
			got <- a
		}()
		a.secret, a.err = do()
	}()
	select {
	case a := <-got:
		switch {
		case errors.Is(a.err, keyring.ErrNotFound):
			return nil, ErrNotFound
		case a.err != nil:
			return nil, failed(op, chat.CodeNoKeyring, a.err)
		}
		return a.secret, nil
	case <-ctx.Done():
		return nil, keyringError(op, ctx.Err())
	}
}

// findBus makes sure that there is a session bus to talk to. Left alone, the
// bus library would start one with dbus-launch, with a keyring daemon of its own
// that nobody ends and that forgets everything.
func findBus() error {
	if runtime.GOOS == "darwin" {
		return nil
	}
	if a := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); a != "" && a != "autolaunch:" {
		return nil
	}
	for _, dir := range []string{os.Getenv("XDG_RUNTIME_DIR"), fmt.Sprintf("/run/user/%d", os.Getuid())} {
		path := filepath.Join(dir, "bus")
		if info, err := os.Stat(path); filepath.IsAbs(dir) && err == nil && info.Mode()&os.ModeSocket != 0 {
			return os.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+escapeBusPath(path))
		}
	}
	return errors.New("no session bus")
}

// escapeBusPath writes a path as the D-Bus specification wants it in an address.
func escapeBusPath(path string) string {
	var b []byte
	for i := range len(path) {
		c := path[i]
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z',
			c == '-', c == '_', c == '/', c == '.', c == '\\', c == '*':
			b = append(b, c)
		default:
			b = append(b, fmt.Sprintf("%%%02x", c)...)
		}
	}
	return string(b)
}
