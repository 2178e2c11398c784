// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"hash"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// StartProsody starts a Prosody below dir, which is made, and returns once it
// answers. The caller ends it with Stop.
func StartProsody(ctx context.Context, dir string, o Options) (*Server, error) {
	binary, err := exec.LookPath("prosody")
	if err != nil {
		return nil, fmt.Errorf("start prosody: %w", err)
	}
	s, _, err := prepare("prosody", dir, o, 0)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(s.path("prosody.cfg.lua"), []byte(prosodyConfig(s, o)), 0o600); err != nil {
		return nil, err
	}
	s.start = func(_ context.Context, s *Server) (*process, error) {
		return startProcess(s.path("server.log"), nil, binary, "--config", s.path("prosody.cfg.lua"))
	}
	s.addUser = func(_ context.Context, s *Server, local, password string) error {
		return addProsodyUser(s, local, password, o.SHA256)
	}
	return s, s.Start(ctx)
}

func prosodyConfig(s *Server, o Options) string {
	hashName, protocol := "SHA-1", "tlsv1_2+"
	if o.SHA256 {
		hashName = "SHA-256"
	}
	if o.TLS12 {
		protocol = "tlsv1_2"
	}
	level, tap := "info", ""
	if o.Tap {
		level, tap = "debug", `"stanza_debug"`
	}
	archive := "internal"
	if o.LargeArchive {
		archive = "sql"
	}
	plugins := ""
	if o.Plugins != "" {
		plugins = fmt.Sprintf("plugin_paths = { %q }", o.Plugins)
	}
	return fmt.Sprintf(`
%[19]s
daemonize = false
run_as_root = true
pidfile = %[1]q
data_path = %[2]q
certificates = %[3]q
log = { { levels = { min = %[16]q }, to = "console" } }
interfaces = { "127.0.0.1" }
c2s_ports = { %[4]d }
c2s_direct_tls_ports = { %[5]d }
modules_enabled = {
	"roster", "saslauth", "tls", "disco", "pep", "vcard4", "vcard_legacy", "ping", "version",
	"carbons", "mam", "smacks", "blocklist", "csi", "private", "offline", %[6]s %[17]s
}
modules_disabled = { "s2s" }
authentication = "internal_hashed"
password_hash = %[7]q
storage = { archive = %[14]q }
sql = { driver = "SQLite3", database = %[15]q }
allow_registration = %[8]t
registration_invite_only = %[18]t
allow_user_invites = true
c2s_require_encryption = true
archive_expires_after = "never"
mam_default_config = "always"
ssl = { certificate = %[9]q, key = %[10]q, protocol = %[11]q }
c2s_direct_tls_ssl = ssl
VirtualHost %[12]q
	ssl = { certificate = %[9]q, key = %[10]q, protocol = %[11]q }
	%[13]s
`, s.path("prosody.pid"), s.path("data"), s.Dir, s.Port, s.DirectTLSPort, registerModule(o), hashName,
		o.Registration || o.Invitations, s.path("server.pem"), s.path("server.key"), protocol, s.Domain, o.Extra,
		archive, s.path("data/archive.sqlite"), level, tap, o.Invitations, plugins)
}

func registerModule(o Options) string {
	switch {
	case o.Invitations:
		return `"register_ibr", "invites", "invites_adhoc", "invites_register", "admin_shell",`
	case o.Registration:
		return `"register_ibr",`
	}
	return ""
}

// addProsodyUser writes the account into Prosody's data, where it looks at the
// next login: prosodyctl takes a second for each.
func addProsodyUser(s *Server, local, password string, sha256Keys bool) error {
	newHash := sha1.New
	if sha256Keys {
		newHash = sha256.New
	}
	const iterations = 4096
	salt := "salt of " + local
	salted, err := pbkdf2.Key(newHash, password, []byte(salt), iterations, newHash().Size())
	if err != nil {
		return err
	}
	stored := newHash()
	stored.Write(mac(newHash, salted, "Client Key"))
	text := fmt.Sprintf("return {\n[\"salt\"]=%q;\n[\"iteration_count\"]=%d;\n[\"stored_key\"]=\"%x\";\n[\"server_key\"]=\"%x\";\n};\n",
		salt, iterations, stored.Sum(nil), mac(newHash, salted, "Server Key"))
	file := filepath.Join(s.path("data"), dataName(s.Domain), "accounts", dataName(local)+".dat")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text), 0o600)
}

func mac(newHash func() hash.Hash, key []byte, text string) []byte {
	m := hmac.New(newHash, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// dataName is how Prosody's datamanager writes a name as a file name.
func dataName(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	return b.String()
}
