// SPDX-License-Identifier: MPL-2.0

package model

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// ConversationSource is what the conversation list asks; *core.Client meets it.
type ConversationSource interface {
	Conversations(ctx context.Context) ([]chat.Conversation, error)
	Conversation(ctx context.Context, id chat.ConvID) (chat.Conversation, error)
	OpenConversation(ctx context.Context, id chat.ConvID) error
	RemoveConversation(ctx context.Context, id chat.ConvID) error
	SetConversationSettings(ctx context.Context, id chat.ConvID, s chat.ConversationSettings) error
}

// LineKind says what the second line of a conversation's row is.
type LineKind int8

// The kinds, most urgent last.
const (
	LineNone   LineKind = iota // nothing yet
	LineText                   // said by the other side
	LineYou                    // said by the person
	LineDraft                  // written and not sent
	LineTyping                 // the other side is writing; Text is ""
	LineTaken                  // the last message was taken back; Text is ""
	LineActor                  // somebody does something: Actor and Text
	LineSealed                 // the last message could not be read; Text is ""
	LineNotice                 // the program has said something: Text is the id of the words
)

// ConversationRow is one row of the list, ready to be shown.
type ConversationRow struct {
	ID          chat.ConvID
	Title       string
	Avatar      string // SHA-1 of the picture in hex; "": initials
	Presence    chat.Presence
	Line        LineKind
	Text        string          // one line, no line breaks
	Actor       string          // who does what Text says with LineActor; "" is the person
	Status      chat.Status     // of the last message with LineYou
	Time        time.Time       // local; zero: show none
	Unread      int             // > 0 also while muted
	Muted       bool            //
	Pinned      bool            //
	Asking      bool            // wants to become a contact
	ShowAccount bool            // several accounts: say which
	Selected    bool            //
	Kind        chat.Encryption // how the last message travelled
}

// Conversations is the conversation list: pinned first, then the newest.
type Conversations struct {
	OnChange func()               // rows, selection or Loaded changed
	OnSelect func(id chat.ConvID) // another conversation was selected; zero: none

	env      *Env
	src      ConversationSource
	lane     *Lane
	all      []chat.Conversation // in the order shown, unfiltered
	selected chat.ConvID
	filter   string
	held     bool
	loaded   bool
	err      *chat.Error
}

// NewConversations returns an empty list: call Load.
func NewConversations(env *Env, src ConversationSource) *Conversations {
	return &Conversations{env: env, src: src, lane: env.Tasks.NewLane()}
}

// Load reads the whole list.
func (c *Conversations) Load() {
	c.lane.Run(func(ctx context.Context) func() {
		all, err := c.src.Conversations(ctx)
		return func() {
			c.err = asError("read conversations", err)
			if err == nil {
				c.loaded = true
				c.replace(all)
			}
			call(c.OnChange)
		}
	})
}

// Apply implements Listener.
func (c *Conversations) Apply(events []chat.Event) {
	var changed []chat.ConvID
	for _, e := range events {
		switch e.Kind {
		case chat.Reload, chat.ConversationsChanged, chat.ContactsChanged, chat.AccountChanged:
			c.Load()
			return
		case chat.ConversationChanged, chat.MessagesChanged:
			if !slices.Contains(changed, e.Conv) {
				changed = append(changed, e.Conv)
			}
		}
	}
	if len(changed) > 0 {
		c.reread(changed)
	}
}

func (c *Conversations) reread(ids []chat.ConvID) {
	c.lane.Run(func(ctx context.Context) func() {
		fresh := make([]chat.Conversation, 0, len(ids))
		for _, id := range ids {
			conv, err := c.src.Conversation(ctx, id)
			if err != nil {
				// It is gone, or the database is: the list knows.
				return c.Load
			}
			fresh = append(fresh, conv)
		}
		return func() {
			next := slices.Clone(c.all)
			for _, conv := range fresh {
				if i := indexOf(next, conv.ID); i >= 0 {
					next[i] = conv
				} else {
					next = append(next, conv)
				}
			}
			c.replace(next)
			call(c.OnChange)
		}
	})
}

// replace takes a new list and puts it in order: in the old order while the
// pointer is over the rows, so that nobody clicks what just moved there.
func (c *Conversations) replace(next []chat.Conversation) {
	slices.SortStableFunc(next, compareConversations)
	if c.held {
		place := make(map[chat.ConvID]int, len(c.all))
		for i, conv := range c.all {
			place[conv.ID] = i
		}
		slices.SortStableFunc(next, func(a, b chat.Conversation) int {
			i, oldA := place[a.ID]
			j, oldB := place[b.ID]
			switch {
			case oldA && oldB:
				return cmp.Compare(i, j)
			case oldA:
				return -1
			case oldB:
				return 1
			}
			return 0
		})
	}
	c.all = next
	if !c.selected.IsZero() && c.loaded && indexOf(next, c.selected) < 0 {
		c.selected = chat.ConvID{}
		if c.OnSelect != nil {
			c.OnSelect(c.selected)
		}
	}
}

func compareConversations(a, b chat.Conversation) int {
	if a.Settings.Pinned != b.Settings.Pinned {
		if a.Settings.Pinned {
			return -1
		}
		return 1
	}
	if n := b.Time.Compare(a.Time); n != 0 {
		return n
	}
	return cmp.Compare(strings.ToLower(a.Title()), strings.ToLower(b.Title()))
}

func indexOf(all []chat.Conversation, id chat.ConvID) int {
	return slices.IndexFunc(all, func(c chat.Conversation) bool { return c.ID == id })
}

// Hold keeps rows where they are while the pointer is over the list; values
// still change and new rows come at the end. Hold(false) puts them in order.
func (c *Conversations) Hold(on bool) {
	if c.held == on {
		return
	}
	c.held = on
	if !on {
		slices.SortStableFunc(c.all, compareConversations)
		call(c.OnChange)
	}
}

// Filter shows only rows whose name or address contains every word of text.
func (c *Conversations) Filter(text string) {
	if c.filter != text {
		c.filter = text
		call(c.OnChange)
	}
}

// Rows are what to show now, from top to bottom.
func (c *Conversations) Rows() []ConversationRow {
	several := c.severalAccounts()
	rows := make([]ConversationRow, 0, len(c.all))
	words := strings.Fields(strings.ToLower(c.filter))
	for _, conv := range c.all {
		if !matches(words, conv.Title(), conv.ID.Peer.String()) {
			continue
		}
		row := c.row(conv)
		row.ShowAccount = several
		row.Selected = conv.ID == c.selected
		rows = append(rows, row)
	}
	return rows
}

// Row is the row of one conversation, whatever the filter is.
func (c *Conversations) Row(id chat.ConvID) (ConversationRow, bool) {
	i := indexOf(c.all, id)
	if i < 0 {
		return ConversationRow{}, false
	}
	row := c.row(c.all[i])
	row.ShowAccount, row.Selected = c.severalAccounts(), id == c.selected
	return row, true
}

func matches(words []string, in ...string) bool {
	text := strings.ToLower(strings.Join(in, "\n"))
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

func (c *Conversations) severalAccounts() bool {
	for i := range c.all {
		if c.all[i].ID.Account != c.all[0].ID.Account {
			return true
		}
	}
	return false
}

func (c *Conversations) row(conv chat.Conversation) ConversationRow {
	row := ConversationRow{
		ID: conv.ID, Title: conv.Title(), Avatar: conv.Contact.Avatar, Presence: conv.Contact.Presence,
		Unread: conv.Unread, Muted: conv.Settings.Muted, Pinned: conv.Settings.Pinned,
		Asking: conv.Contact.Asking, Status: conv.Last.Status, Kind: conv.Last.Encryption,
	}
	if !conv.Time.IsZero() {
		row.Time = c.env.local(conv.Time)
	}
	switch {
	case conv.Typing == chat.Composing:
		row.Line = LineTyping
	case conv.Draft != "" && conv.ID != c.selected:
		row.Line, row.Text = LineDraft, oneLine(conv.Draft)
	case conv.Last.ID == 0:
		row.Line = LineNone
	case conv.Last.Retracted:
		row.Line = LineTaken
	case conv.Last.Kind == chat.KindUndecryptable:
		row.Line = LineSealed
	case conv.Last.Kind == chat.KindNotice && conv.Last.Error != "":
		row.Line, row.Text = LineNotice, "notice."+string(conv.Last.Error)
	case strings.HasPrefix(conv.Last.Body, actorPrefix):
		row.Line, row.Text, row.Actor = LineActor, oneLine(conv.Last.Body[len(actorPrefix):]), conv.Title()
		if conv.Last.Direction == chat.Out {
			row.Actor = ""
		}
	case conv.Last.Direction == chat.Out:
		row.Line, row.Text = LineYou, oneLine(conv.Last.Body)
	default:
		row.Line, row.Text = LineText, oneLine(conv.Last.Body)
	}
	return row
}

// oneLine is the start of a text without line breaks; enough for any width.
func oneLine(s string) string { return clip(s, 200) }

// clip is the start of a text without line breaks, of so many characters at most.
func clip(s string, most int) string {
	var b strings.Builder
	n := 0
	for _, word := range strings.Fields(s) {
		if n > 0 {
			b.WriteByte(' ')
		}
		for _, r := range word {
			if n >= most {
				return b.String()
			}
			b.WriteRune(r)
			n++
		}
		n++
	}
	return b.String()
}

// Loaded says whether the list has been read once: before that, an empty list
// means nothing.
func (c *Conversations) Loaded() bool { return c.loaded }

// Err is why the list could not be read; nil otherwise.
func (c *Conversations) Err() *chat.Error { return c.err }

// Unread is the number of unread messages in conversations that are not muted.
func (c *Conversations) Unread() int {
	n := 0
	for _, conv := range c.all {
		if !conv.Settings.Muted {
			n += conv.Unread
		}
	}
	return n
}
