// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// ArchiveSource asks the server for messages that are not here; *core.Client
// meets it. What comes is told of by events.
type ArchiveSource interface {
	// LoadOlder asks for messages before the oldest one here; more is false where
	// the conversation begins.
	LoadOlder(ctx context.Context, conv chat.ConvID) (more bool, err error)
	// LoadMissing goes on loading what is missing in gaps.
	LoadMissing(ctx context.Context, account chat.Address) error
}

// archiveState is what is known of messages older than those here.
type archiveState int8

const (
	archiveUnknown archiveState = iota // nobody has asked yet, or there are more
	archiveAsked
	archiveEnded  // the conversation begins here
	archiveFailed // it could not be asked: later again
	archiveNone   // there is no archive to ask
)

// archiveAgain is how long a failure stands before the archive is asked again.
const archiveAgain = 3 * time.Second

// archive is what the server has of the open conversation, besides what is here.
type archive struct {
	state    archiveState
	code     chat.Code // why it failed
	failedAt time.Time
	more     bool // the last answer said so
	stop     func()

	catching bool      // the account is loading what was missed
	filling  bool      // the person asked for what is missing
	gapError chat.Code // why that failed
}

// leave forgets what is known of one conversation.
func (a *archive) leave() {
	call(a.stop)
	*a = archive{catching: a.catching}
}

// open says whether asking the archive may bring something.
func (a *archive) open(now time.Time) bool {
	switch a.state {
	case archiveUnknown:
		return true
	case archiveFailed:
		return now.Sub(a.failedAt) >= archiveAgain
	}
	return false
}

// came is called when what the archive has brought is read.
func (a *archive) came() {
	if a.state == archiveAsked && a.stop == nil {
		a.state = archiveEnded
		if a.more {
			a.state = archiveUnknown
		}
	}
}

// OlderFar says that what is older, if anything, is with the server: it is asked
// for when the person scrolls there.
func (t *Timeline) OlderFar() bool { return len(t.window.msgs) > 0 && t.window.atStart && t.HasOlder() }

// loadFar asks the archive, and reads what it brought.
func (t *Timeline) loadFar() {
	a := &t.archive
	if t.conv.ID.IsZero() || !a.open(t.env.Now()) {
		return
	}
	a.state = archiveAsked
	conv := t.conv.ID
	a.stop = t.env.Tasks.RunUntil(func(ctx context.Context) func() {
		more, err := t.far.LoadOlder(ctx, conv)
		return func() {
			if conv == t.conv.ID {
				t.loadedFar(more, asError("load older messages", err))
			}
		}
	})
	call(t.OnChange)
}

func (t *Timeline) loadedFar(more bool, err *chat.Error) {
	a := &t.archive
	a.stop, a.more = nil, more
	switch {
	case err == nil:
		t.window.atStart = false // there may be more here now
		if len(t.window.msgs) == 0 {
			t.reload()
		}
		if t.loading || len(t.window.msgs) == 0 {
			a.came()
			break
		}
		t.NeedOlder()
		return
	case err.Code == chat.CodeUnsupported, err.Code == chat.CodeNotFound:
		a.state = archiveNone
	default:
		a.state, a.code, a.failedAt = archiveFailed, wayCode(err), t.env.Now()
	}
	call(t.OnChange)
}

// topRow is the row above the oldest message; none where nothing is known of what
// is older.
func (t *Timeline) topRow() (Row, bool) {
	row := Row{Key: keyTop, Kind: RowTop}
	if len(t.window.msgs) == 0 {
		return row, false
	}
	switch t.archive.state {
	case archiveAsked:
		row.Busy = true
		return row, true
	case archiveFailed:
		row.Error = t.archive.code
		return row, t.window.atStart
	case archiveEnded:
		return row, t.window.atStart
	}
	return row, false
}

const keyTop = "top"

// LoadMissing goes on loading what is missing in a gap.
func (t *Timeline) LoadMissing() {
	a := &t.archive
	if t.conv.ID.IsZero() || a.filling || a.catching {
		return
	}
	a.filling, a.gapError = true, ""
	conv := t.conv.ID
	t.env.Tasks.Run(func(ctx context.Context) func() {
		err := t.far.LoadMissing(ctx, conv.Account)
		return func() {
			if conv != t.conv.ID {
				return
			}
			if a.gapError = wayCode(err); err != nil {
				a.filling = false
				call(t.OnChange)
				return
			}
			t.env.After(fillingAfter, func() { // the account says by then that it loads
				if conv == t.conv.ID && a.filling {
					a.filling = false
					call(t.OnChange)
				}
			})
		}
	})
	call(t.OnChange)
}

// fillingAfter is how long a gap that was pressed says by itself that it is being
// filled.
const fillingAfter = time.Second

// wayCode is why something could not be loaded: one code for all that is wrong with
// the connection.
func wayCode(err error) chat.Code {
	if err != nil && chat.KindOf(err) == chat.Offline {
		return chat.CodeNoNetwork
	}
	return chat.CodeOf(err)
}

// Account is what a timeline has to know of the account of the open conversation.
type Account struct {
	Name       string // what the person is called
	Online     bool
	CatchingUp bool // loads what it missed
}

// SetAccount is called when the account has changed. What could not be loaded
// without a connection can be with one: that it failed is said no longer.
func (t *Timeline) SetAccount(now Account) {
	was, a := t.account, &t.archive
	if now == was {
		return
	}
	t.account, a.catching = now, now.CatchingUp
	if now.CatchingUp || now.Online && !was.Online {
		a.gapError = ""
		if a.state == archiveFailed {
			a.state = archiveUnknown
		}
	}
	call(t.OnChange)
}
