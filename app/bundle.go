// SPDX-License-Identifier: MPL-2.0

package app

import (
	"io"
	"log/slog"

	"chatsecure.org/desktop/core/policy"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/resources"
)

// profileDir is where the profile is.
func profileDir(opts Options) (string, error) {
	if opts.Profile != "" {
		return opts.Profile, nil
	}
	return profile.DefaultDir(resources.Default().Branding().ID)
}

// newLog writes what goes wrong, where the policy lets anything be written.
func newLog(to io.Writer, words *resources.Bundle) *slog.Logger {
	if words.Policy().Is(policy.Log, policy.Off) {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
