// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// Invite makes an invitation on a Prosody that was started with Invitations: a link with
// which one account can be made (XEP-0445).
func (s *Server) Invite(ctx context.Context) (link string, err error) {
	return s.ctl(ctx, "mod_invites", "generate", s.Domain)
}

// InviteOf makes an invitation of an account, to become its contact and make an account
// for that (XEP-0401).
func (s *Server) InviteOf(ctx context.Context, local string) (link string, err error) {
	return s.ctl(ctx, "shell", fmt.Sprintf("invite:create_contact(%q, true)", local+"@"+s.Domain))
}

// ctl asks the server's own tool for a link.
func (s *Server) ctl(ctx context.Context, args ...string) (link string, err error) {
	args = append([]string{"--config", s.path("prosody.cfg.lua"), "--root"}, args...)
	out, err := exec.CommandContext(ctx, "prosodyctl", args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("invite: %w: %s", err, out)
	}
	for _, word := range strings.Fields(string(out)) {
		if strings.HasPrefix(word, "xmpp:") {
			return word, nil
		}
	}
	return "", fmt.Errorf("invite: no link in %q", out)
}
