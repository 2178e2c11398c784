// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/profile"
)

// A bundle's certificate vouches for its domain, and for no other.
func TestBundleCertificates(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	coretest.User(t, s, "alice", "secret of alice")
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	for domain, want := range map[string]chat.Code{s.Domain: "", "other." + s.Domain: chat.CodeCertAuthority} {
		p, err := profile.Create(t.Context(), filepath.Join(t.TempDir(), "profile"), profile.Options{Keyring: &keyring{}})
		if err != nil {
			t.Fatal(err)
		}
		c, err := core.Open(t.Context(), core.Config{Profile: p, Roots: x509.NewCertPool(), Certificates: map[string][]byte{domain: pem}})
		if err != nil {
			t.Fatal(err)
		}
		if got := chat.CodeOf(c.AddAccount(t.Context(), s.Login("alice"), []byte("secret of alice"))); got != want {
			t.Errorf("with a certificate for %s: %q", domain, got)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}
