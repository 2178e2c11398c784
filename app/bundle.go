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

// loadBundle reads what the program shows and obeys: what is built in, the computer's
// bundles and the person's. One of the person's that can not be used is an error: nothing
// of it may count by half. seen are the versions of bundles that the profile knows.
func loadBundle(opts Options) (words *resources.Bundle, seen map[string]string, err error) {
	if dir, err := profileDir(opts); err == nil {
		seen = profile.BundleVersions(dir)
	}
	words, err = resources.Load(resources.LoadOptions{Person: opts.Bundle, App: Version, Seen: seen})
	return words, seen, err
}

// newLog writes what goes wrong, where the policy lets anything be written.
func newLog(to io.Writer, words *resources.Bundle) *slog.Logger {
	if words.Policy().Is(policy.Log, policy.Off) {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
