// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/core/store"
)

// message is a message as the command line tells it.
type message struct {
	ID        string `json:"id"`
	Direction string `json:"direction"`
	Kind      string `json:"kind"`
	Body      string `json:"body"`
	Status    string `json:"status"`
	Error     string `json:"error"`
	StanzaID  string `json:"stanza_id"`
	OriginID  string `json:"origin_id"`

	Encryption string `json:"encryption"`
	GapBefore  bool   `json:"gap_before"`

	Edited    bool       `json:"edited"`
	Retracted bool       `json:"retracted"`
	Reactions []reaction `json:"reactions"`
}

// reaction is an emoji under a message.
type reaction struct {
	Emoji  string `json:"emoji"`
	Mine   bool   `json:"mine"`
	Theirs bool   `json:"theirs"`
}

// newest returns the newest messages of the running client, oldest first.
func (d *device) newest(ctx context.Context, before string, limit int) (page []message, more bool, err error) {
	var got struct {
		Messages []message
		More     bool
	}
	err = d.call(ctx, "message.page", map[string]any{"before": before, "limit": limit}, &got)
	return got.Messages, got.More, err
}

// shown is the whole conversation as the running client shows it, page by page.
func (d *device) shown(ctx context.Context) (all []message, err error) {
	var pages [][]message
	before, more := "", true
	for more {
		var page []message
		if page, more, err = d.newest(ctx, before, 1000); err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		pages = append(pages, page)
		before = page[0].ID
	}
	for i := len(pages) - 1; i >= 0; i-- {
		all = append(all, pages[i]...)
	}
	return d.said(all), nil
}

// stored is the whole conversation as the database has it; no client may run.
func (d *device) stored(ctx context.Context) (all []message, err error) {
	out, err := d.person.Run(ctx, "", "history", d.peer.String())
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(out) {
		var m message
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
		all = append(all, m)
	}
	return d.said(all), nil
}

// said leaves out what the client says of OTR's sessions, which begin and end with it.
func (d *device) said(all []message) []message {
	return slices.DeleteFunc(all, func(m message) bool {
		return d.how == otr && m.Kind == "notice" && slices.Contains([]string{"otr-started", "otr-finished", "otr-ended"}, m.Error)
	})
}

// unread is how many messages have come that nobody has read.
func (d *device) unread(ctx context.Context) (int, error) {
	var got struct {
		Conversations []struct {
			Address string
			Unread  int
		}
	}
	if err := d.call(ctx, "conversation.list", map[string]any{}, &got); err != nil {
		return 0, err
	}
	for _, c := range got.Conversations {
		if c.Address == d.peer.String() {
			return c.Unread, nil
		}
	}
	return 0, nil
}

// caughtUp says whether the client is online and has what its archive has, and how
// many parts of that are missing.
func (d *device) caughtUp(ctx context.Context) (ready bool, gaps int, err error) {
	var got struct {
		State      string `json:"state"`
		CatchingUp bool   `json:"catching_up"`
		Gaps       *int   `json:"gaps"`
	}
	if err := d.call(ctx, "account.status", map[string]any{"account": d.own.String()}, &got); err != nil {
		return false, 0, err
	}
	if got.Gaps == nil {
		return false, 0, errors.New("the client does not say what is missing")
	}
	return got.State == "online" && !got.CatchingUp && *got.Gaps == 0, *got.Gaps, nil
}

// check looks at every page of the database and, at the end of a trial, whether nothing of
// the archive is missing: in between a client may be killed while it reads it. No client
// may run.
func (d *device) check(ctx context.Context, end bool) (err error) {
	phrase, err := os.ReadFile(d.person.KeyFile)
	if err != nil {
		return err
	}
	p, err := profile.Open(ctx, d.person.Dir, profile.Options{Passphrase: bytes.TrimRight(phrase, "\r\n")})
	if err != nil {
		return err
	}
	defer p.Close()
	db, err := store.Open(ctx, p.DatabasePath(), p.Key())
	if err != nil {
		return err
	}
	defer db.Close()
	state, err := db.ArchiveState(ctx, d.own)
	if err != nil {
		return err
	}
	if n := len(state.Gaps); end && n > 0 {
		d.trouble("%d parts of the archive are missing", n)
	}
	return db.Check(ctx)
}
