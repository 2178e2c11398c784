// SPDX-License-Identifier: MPL-2.0

package app

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"

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

// newLog writes what goes wrong, unless it has been told to be silent.
func newLog(to io.Writer, silent *atomic.Bool) *slog.Logger {
	return slog.New(unlessSilent{slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelWarn}), silent})
}

// unlessSilent asks each time: a bundle with another policy may come while the program runs.
type unlessSilent struct {
	slog.Handler
	silent *atomic.Bool
}

func (h unlessSilent) Enabled(ctx context.Context, level slog.Level) bool {
	return !h.silent.Load() && h.Handler.Enabled(ctx, level)
}

func (h unlessSilent) WithAttrs(attrs []slog.Attr) slog.Handler {
	return unlessSilent{h.Handler.WithAttrs(attrs), h.silent}
}

func (h unlessSilent) WithGroup(name string) slog.Handler {
	return unlessSilent{h.Handler.WithGroup(name), h.silent}
}

// noLog says whether a bundle's policy lets nothing be written.
func noLog(b *resources.Bundle) bool { return b.Policy().Is(policy.Log, policy.Off) }
