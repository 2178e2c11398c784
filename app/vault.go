// SPDX-License-Identifier: MPL-2.0

package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/ui"
)

var (
	_ ui.Core  = (*core.Client)(nil)
	_ ui.Vault = (*vault)(nil)
)

// vault is the profile on the disk: whether it is there, and how it is opened.
// Any goroutine may call its methods.
type vault struct {
	dir     string
	keyFile string
	roots   *x509.CertPool
	words   *resources.Bundle
	keyring profile.Keyring
	log     *slog.Logger

	mu      sync.Mutex
	profile *profile.Profile
	core    *core.Client
}

func newVault(opts Options, log *slog.Logger, words *resources.Bundle) (*vault, error) {
	v := &vault{dir: opts.Profile, keyFile: opts.KeyFile, words: words, log: log, keyring: profile.SystemKeyring(words.Branding().ID)}
	var err error
	if v.dir == "" {
		if v.dir, err = profile.DefaultDir(words.Branding().ID); err != nil {
			return nil, err
		}
	}
	if opts.CAFile != "" {
		if v.roots, err = addRoots(opts.CAFile); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// addRoots are the system's authorities and those of a file.
func addRoots(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("the CA file holds no certificate")
	}
	return pool, nil
}

// opening is a profile being opened; core and err may be read once done is closed.
type opening struct {
	done chan struct{}
	core ui.Core
	err  error
}

// openFirst opens the profile that is there, with the keyring or the key file.
func (v *vault) openFirst() *opening {
	o := &opening{done: make(chan struct{})}
	go func() {
		defer close(o.done)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		phrase, err := v.readKeyFile()
		if err != nil {
			o.err = &chat.Error{Kind: chat.Storage, Op: "read key file", Code: chat.CodeKeyMissing, Err: err}
			return
		}
		defer clear(phrase)
		if !profile.Exists(v.dir) {
			if len(phrase) > 0 {
				o.core, o.err = v.Create(ctx, phrase)
				return
			}
			o.err = &chat.Error{Kind: chat.Storage, Op: "open profile", Code: chat.CodeNoProfile}
			return
		}
		o.core, o.err = v.Unlock(ctx, phrase)
	}()
	return o
}

// readKeyFile reads the passphrase, without the line end; nil without a file.
func (v *vault) readKeyFile() ([]byte, error) {
	if v.keyFile == "" {
		return nil, nil
	}
	file, err := os.Open(v.keyFile)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	const most = 64 << 10 // as the command line has it
	phrase, err := io.ReadAll(io.LimitReader(file, most+1))
	switch {
	case err != nil:
		return nil, err
	case len(phrase) > most:
		return nil, errors.New("the key file is too long")
	}
	if phrase = bytes.TrimRight(phrase, "\r\n"); len(phrase) == 0 {
		return nil, errors.New("the key file is empty")
	}
	return phrase, nil
}

// KeyringWorks implements ui.Vault: it asks for something that can not be there.
func (v *vault) KeyringWorks(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err := v.keyring.Get(ctx, "probe:"+rand.Text())
	return errors.Is(err, profile.ErrNotFound)
}

// Create implements ui.Vault.
func (v *vault) Create(ctx context.Context, passphrase []byte) (ui.Core, error) {
	return v.take(ctx, func() (*profile.Profile, error) {
		return profile.Create(ctx, v.dir, profile.Options{Keyring: v.keyring, Passphrase: passphrase})
	})
}

// Unlock implements ui.Vault.
func (v *vault) Unlock(ctx context.Context, passphrase []byte) (ui.Core, error) {
	return v.take(ctx, func() (*profile.Profile, error) {
		return profile.Open(ctx, v.dir, profile.Options{Keyring: v.keyring, Passphrase: passphrase})
	})
}

func (v *vault) take(ctx context.Context, get func() (*profile.Profile, error)) (ui.Core, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.core != nil {
		return v.core, nil
	}
	p, err := get()
	if err != nil {
		return nil, err
	}
	client, err := core.Open(ctx, core.Config{
		Profile: p, Roots: v.roots, Log: v.log, AppName: v.words.Branding().Name, AppURL: v.words.Branding().Links["home"], AppVersion: Version, CannotRead: v.words.Text("wire.encrypted"),
		OTRQuery: v.words.Text("wire.otr-query"), OTRError: v.words.Text("wire.otr-error"),
	})
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	v.profile, v.core = p, client
	return client, nil
}

// client is the open core; nil before.
func (v *vault) client() *core.Client {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.core
}

func (v *vault) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.core == nil {
		return
	}
	if err := errors.Join(v.core.Close(), v.profile.Close()); err != nil {
		v.log.Error("close", "err", fmt.Sprintf("%T", err))
	}
	v.core, v.profile = nil, nil
}
