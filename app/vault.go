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
	"chatsecure.org/desktop/core/policy"
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
	left    chan struct{} // closed when what was left is closed; nil for none
}

func newVault(opts Options, log *slog.Logger, words *resources.Bundle) (*vault, error) {
	v := &vault{dir: opts.Profile, keyFile: opts.KeyFile, words: words, log: log, keyring: profile.SystemKeyring(words.Branding().ID)}
	var err error
	if v.dir, err = profileDir(opts); err != nil {
		return nil, err
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
	return v.take(ctx, passphrase, func() (*profile.Profile, error) {
		return profile.Create(ctx, v.dir, v.options(passphrase))
	})
}

// Unlock implements ui.Vault.
func (v *vault) Unlock(ctx context.Context, passphrase []byte) (ui.Core, error) {
	return v.take(ctx, passphrase, func() (*profile.Profile, error) {
		return profile.Open(ctx, v.dir, v.options(passphrase))
	})
}

// options say where the key is; a policy may want it under a passphrase.
func (v *vault) options(passphrase []byte) profile.Options {
	return profile.Options{Keyring: v.keyring, Passphrase: passphrase, Ask: v.words.Policy().Is(policy.DatabaseKey, policy.Ask)}
}

func (v *vault) take(ctx context.Context, passphrase []byte, get func() (*profile.Profile, error)) (ui.Core, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.left != nil {
		<-v.left // some seconds at most
		v.left = nil
	}
	if v.core != nil {
		return v.core, nil
	}
	p, err := get()
	if err != nil {
		return nil, err
	}
	client, err := core.Open(ctx, core.Config{
		Profile: p, Roots: v.roots, Log: v.log, AppName: v.words.Branding().Name, AppURL: v.words.Branding().Links["home"], AppVersion: Version, CannotRead: v.words.Text("wire.encrypted"),
		Policy: v.words.PolicySources(), Passphrase: passphrase,
		Certificates: v.words.Certificates(),
		Retracted:    v.words.Text("wire.retracted"), OTRQuery: v.words.Text("wire.otr-query"), OTRError: v.words.Text("wire.otr-error"),
	})
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	v.profile, v.core = p, client
	v.note()
	return client, nil
}

// setWords changes what the core is told of words when it is opened.
func (v *vault) setWords(words *resources.Bundle) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.words = words
	v.note()
}

// note keeps which bundles have been used, so that an older one of the same name is
// known when it comes. The caller holds mu.
func (v *vault) note() {
	if v.profile == nil {
		return
	}
	if err := v.profile.NoteBundles(v.words.Versions(profile.BundleVersions(v.dir))); err != nil {
		v.log.Warn("note bundles", "err", err)
	}
}

// client is the open core; nil before.
func (v *vault) client() *core.Client {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.core
}

// asks says whether the open profile is protected by a passphrase, which the person can
// be asked for again.
func (v *vault) asks() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.profile != nil && v.profile.Keyring() == nil
}

// leave gives the open profile away: nobody finds it here any more, and it is opened
// again only when finish has closed it.
func (v *vault) leave() (finish func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	client, p, left := v.core, v.profile, make(chan struct{})
	v.core, v.profile, v.left = nil, nil, left
	return func() {
		defer close(left)
		if client == nil {
			return
		}
		if err := errors.Join(client.Close(), p.Close()); err != nil {
			v.log.Error("close", "err", fmt.Sprintf("%T", err))
		}
	}
}

func (v *vault) close() {
	v.mu.Lock()
	before := v.left
	v.mu.Unlock()
	if before != nil {
		<-before
	}
	v.leave()()
}
