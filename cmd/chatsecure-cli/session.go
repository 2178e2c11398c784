// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"os"
	"time"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/policy"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/resources"
)

const (
	// patience is how long a command waits for the network by default.
	patience = 60 * time.Second
	// secretLimit is the most that a password or passphrase file may hold.
	secretLimit = 64 << 10
)

// session is an open profile with the engine on it.
type session struct {
	*core.Client
	profile *profile.Profile
}

// dir is the profile's directory.
func (c *call) dir() (string, error) {
	if c.profileDir != "" {
		return c.profileDir, nil
	}
	return profile.DefaultDir(resources.Default().Branding().ID) // before a bundle is read: its layers can not change that
}

// keyOptions say where the key is: in the file that was given, else in the
// keyring; in both where a policy wants the first, and it may be in the second still.
// The caller wipes the passphrase.
func (c *call) keyOptions() (o profile.Options, err error) {
	o.Ask = bundle().Policy().Is(policy.DatabaseKey, policy.Ask)
	if c.keyFile != "" {
		o.Passphrase, err = c.secret("--key-file", c.keyFile)
	}
	if c.keyFile == "" || o.Ask {
		o.Keyring = profile.SystemKeyring(bundle().Branding().ID)
	}
	return o, err
}

// open opens the profile and the engine. With manual, accounts are connected
// only by connect; else all that are switched on are.
func (c *call) open(ctx context.Context, manual bool) (*session, error) {
	return c.start(ctx, manual, profile.Open)
}

func (c *call) start(ctx context.Context, manual bool,
	take func(context.Context, string, profile.Options) (*profile.Profile, error),
) (*session, error) {
	roots, err := c.roots()
	if err != nil {
		return nil, err
	}
	dir, err := c.dir()
	if err != nil {
		return nil, err
	}
	o, err := c.keyOptions()
	defer clear(o.Passphrase)
	if err != nil {
		return nil, err
	}
	if c.timeout > 0 { // a keyring may wait for a person who is not there
		limit, cancel := context.WithTimeout(ctx, c.timeout)
		defer cancel()
		ctx = limit
	}
	p, err := take(ctx, dir, o)
	if err != nil {
		return nil, err
	}
	cfg := engineConfig(p, roots, manual)
	cfg.Passphrase = o.Passphrase
	client, err := core.Open(ctx, cfg)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	if err := p.NoteBundles(bundle().Versions(profile.BundleVersions(dir))); err != nil {
		return nil, errors.Join(err, client.Close(), p.Close())
	}
	p.OnRaise(nil) // there is no window: who asks for one shall hear that
	return &session{Client: client, profile: p}, nil
}

// engineConfig is how the engine runs here.
func engineConfig(p *profile.Profile, roots *x509.CertPool, manual bool) core.Config {
	words := bundle()
	return core.Config{
		Profile: p, Roots: roots, AppName: words.Branding().Name, AppURL: words.Branding().Links["home"], AppVersion: Version, Manual: manual, Policy: words.PolicySources(), CannotRead: words.Text("wire.encrypted"),
		Certificates: words.Certificates(),
		Retracted:    words.Text("wire.retracted"), OTRQuery: words.Text("wire.otr-query"), OTRError: words.Text("wire.otr-error"),
	}
}

// close ends the engine and then gives up the profile.
func (s *session) close() error {
	return errors.Join(s.Client.Close(), s.profile.Close())
}

// with runs do on an open profile and closes it.
func (c *call) with(ctx context.Context, do func(s *session) error) error {
	s, err := c.open(ctx, true)
	if err != nil {
		return err
	}
	err = do(s)
	if e := s.close(); err == nil {
		err = e
	}
	return err
}

// limited is ctx with the time that --timeout or the default leaves.
func (c *call) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	d := patience
	if c.timeout > 0 {
		d = c.timeout
	}
	return context.WithTimeout(ctx, d)
}

// roots are the system's authorities and those of --ca-file; nil is the system's.
func (c *call) roots() (*x509.CertPool, error) {
	if c.caFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.caFile)
	if err != nil {
		return nil, refused(chat.CodeNotFound, "option", "option", "--ca-file", "reason", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, refused(chat.CodeCertInvalid, "no-certificate", "file", c.caFile)
	}
	return pool, nil
}

// secret reads a password from a file or, for "-", from standard input; line ends
// at its end are cut, as in the desktop program. The caller wipes it.
func (c *call) secret(option, name string) ([]byte, error) {
	from := c.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, refused(chat.CodeNotFound, "option", "option", option, "reason", err)
		}
		defer f.Close() //nolint:errcheck // opened for reading
		from = f
	}
	b, err := io.ReadAll(io.LimitReader(from, secretLimit+1))
	if err != nil {
		return nil, refused(chat.CodeUnknown, "option", "option", option, "reason", err)
	}
	b = bytes.TrimRight(b, "\r\n")
	switch {
	case len(b) > secretLimit:
		return nil, refused(chat.CodeTooLarge, "password-long", "option", option)
	case len(b) == 0:
		return nil, refused(chat.CodeEmpty, "password-empty", "option", option)
	}
	return b, nil
}

// initProfile makes the profile and its database.
func initProfile(ctx context.Context, c *call) error {
	s, err := c.start(ctx, true, profile.Create)
	if err != nil {
		return err
	}
	key := "passphrase"
	if s.profile.Keyring() != nil {
		key = "keyring"
	}
	dir := s.profile.Dir()
	if err := s.close(); err != nil {
		return err
	}
	c.say(map[string]string{"profile": dir, "key": key}, "made-profile."+key, "folder", dir)
	return nil
}
