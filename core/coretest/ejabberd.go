// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
)

// StartEjabberd starts an ejabberd below dir, which is made, and returns once
// it answers. It runs the release itself, without ejabberdctl, which insists on
// the system's own user and data, and without Erlang's distribution, so that no
// port but its own opens. The caller ends it with Stop.
func StartEjabberd(ctx context.Context, dir string, o Options) (*Server, error) {
	erl, err := exec.LookPath("erl")
	if err != nil {
		return nil, fmt.Errorf("start ejabberd: %w", err)
	}
	libs, err := ejabberdLibs()
	if err != nil {
		return nil, err
	}
	s, ports, err := prepare("ejabberd", dir, o, 1)
	if err != nil {
		return nil, err
	}
	api := ports[0]
	if err := writeCaptcha(s); err != nil {
		return nil, err
	}
	if err := os.WriteFile(s.path("ejabberd.yml"), []byte(ejabberdConfig(s, o, api)), 0o600); err != nil {
		return nil, err
	}
	s.start = func(_ context.Context, s *Server) (*process, error) {
		env := []string{
			"ERL_LIBS=" + libs, "HOME=" + s.Dir, "ERL_CRASH_DUMP_BYTES=0",
			"EJABBERD_CONFIG_PATH=" + s.path("ejabberd.yml"), "EJABBERD_LOG_PATH=" + s.path("ejabberd.log"),
		}
		return startProcess(s.path("server.log"), env, erl, "+S", "1", "-noinput",
			"-mnesia", "dir", fmt.Sprintf("%q", s.path("data")), "-s", "ejabberd")
	}
	s.addUser = func(ctx context.Context, s *Server, local, password string) error {
		return addEjabberdUser(ctx, api, local, s.Domain, password)
	}
	return s, s.Start(ctx)
}

// ejabberdLibs finds the directory that holds ejabberd and its libraries.
func ejabberdLibs() (string, error) {
	for _, pattern := range []string{"/usr/lib/*/ejabberd-[0-9]*/ebin/ejabberd.app", "/usr/lib/ejabberd-[0-9]*/ebin/ejabberd.app"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return filepath.Dir(filepath.Dir(filepath.Dir(found[0]))), nil
		}
	}
	return "", fmt.Errorf("start ejabberd: %w", exec.ErrNotFound)
}

func ejabberdConfig(s *Server, o Options, api int) string {
	access, script, protected, tls, archive, sql := "none", "", "", "", "mnesia", ""
	if o.LargeArchive {
		archive, sql = "sql", fmt.Sprintf("sql_type: sqlite\nsql_database: %q", s.path("data/archive.sqlite"))
	}
	if o.TLS12 {
		tls = "c2s_protocol_options: [no_sslv3, no_tlsv1, no_tlsv1_1, no_tlsv1_3]"
	}
	if o.Registration {
		access = "all"
	}
	if o.Captcha {
		script, protected = fmt.Sprintf("captcha_cmd: %q", s.path("captcha.sh")), ", captcha_protected: true"
	}
	return fmt.Sprintf(`
loglevel: warning
hosts: [%[1]q]
certfiles: [%[2]q, %[3]q]
auth_method: internal
auth_password_format: scram
listen:
  - {port: %[4]d, ip: "127.0.0.1", module: ejabberd_c2s, starttls: true, starttls_required: true, access: all, max_stanza_size: 1048576}
  - {port: %[5]d, ip: "127.0.0.1", module: ejabberd_c2s, tls: true, access: all, max_stanza_size: 1048576}
  - {port: %[6]d, ip: "127.0.0.1", module: ejabberd_http, request_handlers: {/api: mod_http_api}}
acl:
  loopback: {ip: "127.0.0.0/8"}
api_permissions:
  tests: {from: [mod_http_api], who: [{acl: loopback}], what: [register]}
registration_timeout: infinity
%[8]s
%[10]s
%[12]s
modules:
  mod_adhoc: {}
  mod_admin_extra: {}
  mod_blocking: {}
  mod_caps: {}
  mod_carboncopy: {}
  mod_client_state: {}
  mod_disco: {}
  mod_http_api: {}
  mod_last: {}
  mod_mam: {default: always, db_type: %[11]s}
  mod_offline: {}
  mod_ping: {}
  mod_privacy: {}
  mod_pubsub: {plugins: [flat, pep]}
  mod_register: {access: %[7]s, access_from: all, ip_access: all%[9]s}
  mod_roster: {versioning: true}
  mod_stream_mgmt: {}
  mod_vcard: {}
  mod_vcard_xupdate: {}
  mod_version: {show_os: false}
`, s.Domain, s.path("server.pem"), s.path("server.key"), s.Port, s.DirectTLSPort, api, access, script, protected, tls, archive, sql)
}

// writeCaptcha makes the program that draws the words it is given: always the
// same picture here, for no test reads it.
func writeCaptcha(s *Server) error {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		return err
	}
	if err := os.WriteFile(s.path("captcha.png"), picture.Bytes(), 0o600); err != nil {
		return err
	}
	script := fmt.Sprintf("#!/bin/sh\nprintf %%s \"$1\" >%q\ncat %q\n", s.path("captcha"), s.path("captcha.png"))
	return os.WriteFile(s.path("captcha.sh"), []byte(script), 0o700)
}

func addEjabberdUser(ctx context.Context, api int, local, domain, password string) error {
	body, err := json.Marshal(map[string]string{"user": local, "host": domain, "password": password})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("http://127.0.0.1:%d/api/register", api), bytes.NewReader(body))
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		answer, _ := io.ReadAll(io.LimitReader(resp.Body, 4096))
		return fmt.Errorf("ejabberd: %s: %s", resp.Status, answer)
	}
	return nil
}
