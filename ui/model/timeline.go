// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

const (
	pageSize  = 50  // messages a query
	maxLoaded = 400 // messages held; what is far from the reader is dropped
)

// TimelineSource is what a timeline asks; *core.Client meets it.
type TimelineSource interface {
	Conversation(ctx context.Context, id chat.ConvID) (chat.Conversation, error)
	Page(ctx context.Context, conv chat.ConvID, before chat.Cursor, n int) ([]chat.Message, error)
	PageAfter(ctx context.Context, conv chat.ConvID, after chat.Cursor, n int) ([]chat.Message, error)
	Messages(ctx context.Context, ids []chat.MsgID) ([]chat.Message, error)
	MarkRead(ctx context.Context, conv chat.ConvID, upTo chat.MsgID) error
}

// Timeline is the open conversation: a window of at most 400 messages that
// moves through as many as there are. Its cost does not depend on their number.
//
// The screen calls SetRows of the timeline part at each OnChange, then does
// what OnJump says; it passes the part's OnNeedOlder, OnNeedNewer, OnSeen and
// OnAtEnd on to the methods of those names.
type Timeline struct {
	OnChange func()           // Rows, HasOlder, HasNewer, Conversation or Err changed
	OnJump   func(key string) // show the row with this key now; "" is the end

	env     *Env
	src     TimelineSource
	actions MessageActions
	far     ArchiveSource
	lane    *Lane // reads, in order
	marks   *Lane // writes
	open    int   // counts openings and jumps: results of older ones are dropped

	conv    chat.Conversation
	window  window
	loading bool
	archive archive
	account Account
	err     *chat.Error

	focused bool        // the window has the focus
	atEnd   bool        // the newest row is in view
	line    chat.Cursor // the unread line stands above the first message from here; 0: none
	read    chat.Cursor // everything up to here is marked as read
	seen    chat.Cursor // newest that was in view
	inView  chat.MsgID  // the newest that is; 0: nobody has said

	guarded bool                // something in the conversation was ever encrypted
	barred  bool                // nothing may be sent that is not encrypted
	done    map[chat.MsgID]bool // rows whose offers the person has taken away

	stickers Stickers // that are drawn as pictures
}

// NewTimeline returns a timeline of no conversation: call Open.
func NewTimeline(env *Env, src TimelineSource, actions MessageActions, far ArchiveSource) *Timeline {
	return &Timeline{
		env: env, src: src, actions: actions, far: far, focused: true,
		lane: env.Tasks.NewLane(), marks: env.Tasks.NewLane(),
	}
}

// opening is what is read when a place in a conversation is shown.
type opening struct {
	conv   chat.Conversation
	window window
	target chat.Message // the message to show; zero ID: the end
	err    error
}

// Open shows a conversation at its first unread message, or at its end. The
// zero id shows none.
func (t *Timeline) Open(id chat.ConvID) {
	t.open++
	t.conv = chat.Conversation{ID: id}
	t.window, t.err, t.guarded, t.barred = window{}, nil, false, false
	t.archive.leave()
	t.line, t.read, t.seen, t.inView, t.atEnd = 0, 0, 0, 0, false
	t.loading = !id.IsZero()
	call(t.OnChange)
	if id.IsZero() {
		return
	}
	turn := t.open
	t.lane.Run(func(ctx context.Context) func() {
		o := t.readOpening(ctx, id, 0)
		return func() {
			if turn != t.open {
				return
			}
			t.show(o)
			if o.err != nil {
				return
			}
			if o.target.ID != 0 {
				t.line, t.read = o.target.Cursor, o.target.Cursor-1
			} else if n := len(o.window.msgs); n > 0 {
				t.read = o.window.msgs[n-1].Cursor
			}
			call(t.OnChange)
			t.jump(o.target.ID, t.line != 0)
			if len(o.window.msgs) == 0 {
				t.loadFar() // there is nothing to scroll
			}
		}
	})
}

// readOpening reads the page around target: the first unread message for 0.
func (t *Timeline) readOpening(ctx context.Context, id chat.ConvID, target chat.MsgID) (o opening) {
	if o.conv, o.err = t.src.Conversation(ctx, id); o.err != nil {
		return o
	}
	if target == 0 {
		target = o.conv.FirstNew
	}
	if target != 0 {
		found, err := t.src.Messages(ctx, []chat.MsgID{target})
		if o.err = err; err != nil {
			return o
		}
		if len(found) == 1 {
			o.target = found[0]
		}
	}
	if o.window, o.err = readAround(ctx, t.src, id, o.target); o.err == nil {
		o.window, o.err = o.window.withQuotes(ctx, t.src)
	}
	return o
}

func (t *Timeline) show(o opening) {
	t.loading = false
	t.err = asError("open conversation", o.err)
	if o.err == nil {
		t.conv, t.window = o.conv, o.window
	}
	if o.err != nil {
		call(t.OnChange)
	}
}

func (t *Timeline) jump(id chat.MsgID, line bool) {
	if t.OnJump == nil {
		return
	}
	switch {
	case line:
		t.OnJump(keyUnread)
	case id != 0:
		t.OnJump(messageKey(id))
	default:
		t.OnJump("")
	}
}

// JumpTo shows a message of the open conversation, a search hit for example,
// wherever it is.
func (t *Timeline) JumpTo(id chat.MsgID) {
	if t.window.index(id) >= 0 {
		t.jump(id, false)
		return
	}
	t.load(func(ctx context.Context, conv chat.ConvID) opening { return t.readOpening(ctx, conv, id) },
		func(o opening) { t.jump(o.target.ID, false) })
}

// JumpToEnd shows the newest message.
func (t *Timeline) JumpToEnd() {
	if t.window.atEnd {
		t.jump(0, false)
		return
	}
	t.load(func(ctx context.Context, conv chat.ConvID) (o opening) {
		if o.conv, o.err = t.src.Conversation(ctx, conv); o.err == nil {
			o.window, o.err = readAround(ctx, t.src, conv, chat.Message{})
		}
		if o.err == nil {
			o.window, o.err = o.window.withQuotes(ctx, t.src)
		}
		return o
	}, func(opening) { t.jump(0, false) })
}

// load replaces the window by another one of the same conversation.
func (t *Timeline) load(read func(context.Context, chat.ConvID) opening, then func(opening)) {
	if t.conv.ID.IsZero() {
		return
	}
	t.open++
	t.loading = true
	turn, conv := t.open, t.conv.ID
	t.lane.Run(func(ctx context.Context) func() {
		o := read(ctx, conv)
		return func() {
			if turn != t.open {
				return
			}
			t.show(o)
			if o.err == nil {
				call(t.OnChange)
				then(o)
			}
		}
	})
}

// NeedOlder loads a page above what is loaded: from the server's archive where
// nothing older is here. The part calls it near the top.
func (t *Timeline) NeedOlder() {
	switch {
	case t.OlderFar():
		t.loadFar()
	case t.HasOlder():
		t.extend(func(ctx context.Context, conv chat.ConvID, w window) (window, error) {
			return w.older(ctx, t.src, conv)
		})
	}
}

// NeedNewer loads a page below what is loaded.
func (t *Timeline) NeedNewer() {
	if t.HasNewer() {
		t.extend(func(ctx context.Context, conv chat.ConvID, w window) (window, error) {
			return w.newer(ctx, t.src, conv)
		})
	}
}

// extend reads one page more; what changes meanwhile is merged afterwards.
func (t *Timeline) extend(read func(context.Context, chat.ConvID, window) (window, error)) {
	if t.loading || t.conv.ID.IsZero() {
		return
	}
	t.loading = true
	turn, conv, before := t.open, t.conv.ID, t.window
	t.lane.Run(func(ctx context.Context) func() {
		after, err := read(ctx, conv, before)
		if err == nil {
			after, err = after.withQuotes(ctx, t.src)
		}
		return func() { t.extended(turn, before, after, err) }
	})
}

func (t *Timeline) extended(turn int, before, after window, err error) {
	t.archive.came()
	if turn != t.open {
		return
	}
	t.loading = false
	t.err = asError("read messages", err)
	if err == nil {
		t.window = after.keepChanges(before, t.window, t.reads())
	}
	call(t.OnChange)
}

// HasOlder says whether there is, or may be, more above.
func (t *Timeline) HasOlder() bool {
	return len(t.window.msgs) > 0 && (!t.window.atStart || t.archive.open(t.env.Now()))
}

// HasNewer says whether there is more below.
func (t *Timeline) HasNewer() bool { return len(t.window.msgs) > 0 && !t.window.atEnd }

// Conversation is what the header shows; its ID is zero when none is open.
func (t *Timeline) Conversation() chat.Conversation { return t.conv }

// Loading says whether the conversation is being read.
func (t *Timeline) Loading() bool { return t.loading }

// Err is why the messages could not be read; nil otherwise.
func (t *Timeline) Err() *chat.Error { return t.err }

// NewBelow is the number for the "jump to end" button: messages that arrived
// and that nobody has seen. 0 also while the end is in view.
func (t *Timeline) NewBelow() int {
	if t.atEnd && t.focused && t.window.atEnd {
		return 0
	}
	return t.conv.Unread
}

// ShowJump says whether "jump to end" is offered.
func (t *Timeline) ShowJump() bool {
	return len(t.window.msgs) > 0 && (!t.atEnd || !t.window.atEnd)
}

// Rows are what is loaded, oldest first, ready to be shown.
func (t *Timeline) Rows() []Row {
	k := rowMaker{
		line: t.line, local: t.env.local, quoted: t.window.quoted, own: t.account.Name, who: t.conv.Title(),
		loading: t.archive.catching || t.archive.filling, gapError: t.archive.gapError, guarded: t.guarded, barred: t.barred, done: t.done, stickers: t.stickers,
	}
	rows := k.rows(t.window.msgs)
	if top, ok := t.topRow(); ok {
		rows = append([]Row{top}, rows...)
	}
	return rows
}

// Texts are the bodies of the messages with these ids, in order; for copying.
func (t *Timeline) Texts(ids []chat.MsgID) []string {
	var out []string
	for _, m := range t.window.msgs {
		if slices.Contains(ids, m.ID) {
			out = append(out, m.Body)
		}
	}
	return out
}
