// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// talk is the right pane: one conversation, with who it is with above and what
// is being written below.
type talk struct {
	w        *Window
	timeline *model.Timeline
	draft    *model.Composer
	protect  *model.Protection
	header   *parts.Header
	lock     *parts.Button
	request  *requestBar
	stranger *parts.Banner
	secret   *parts.Banner // what the other side wants to know
	blocked  *parts.Banner // in the composer's place
	subject  *parts.SubjectBar
	wrong    *parts.Banner
	rows     *parts.Timeline
	composer *parts.Composer
	screen   *fyne.Container
}

func newTalk(w *Window) *talk {
	t := &talk{
		w:        w,
		timeline: model.NewTimeline(w.env, w.core, w.core, w.core),
		draft:    model.NewComposer(w.env, w.core),
		protect:  model.NewProtection(w.env, w.core, w.core),
		rows:     parts.NewTimeline(w.kit),
	}
	t.draft.OnText = func(text string) { t.composer.Set(text) }
	t.draft.OnChange = func() { t.showSubject(); t.showWrong() }
	t.protect.OnChange = t.showProtection
	t.build()
	t.bind()
	t.bindMessages()
	return t
}

// build makes everything around the timeline, in the words of now.
func (t *talk) build() {
	w, words := t.w, t.w.words
	t.request, t.secret = w.newRequestBar(), parts.NewBanner(w.kit)
	t.stranger, t.wrong, t.blocked = parts.NewBanner(w.kit), parts.NewBanner(w.kit), parts.NewBanner(w.kit)
	t.lock = parts.NewIconButton(w.kit, "lock-open", words.Text("lock.open"), t.explainLock)
	find := parts.NewIconButton(w.kit, "search", words.Text("find.here"), w.findHere)
	details := parts.NewIconButton(w.kit, "info", words.Text("chat.details"), func() { w.showContact(t.id()) })
	t.header = parts.NewHeader(w.kit, t.lock, find, details)
	if w.scope().Simple {
		t.header = parts.NewHeader(w.kit, t.lock, details)
	}
	t.header.OnDetails = func() { w.showContact(t.id()) }

	t.composer = parts.NewComposer(w.kit, words.Text("composer.prompt"), "")
	t.composer.OnChange = t.draft.SetText
	t.composer.OnSend = t.send
	t.composer.OnUp = t.editLast
	if stickers := w.kit.Stickers(); len(stickers) > 0 {
		t.composer.OfferStickers(w.scope().Simple, t.chooseSticker)
		t.timeline.SetStickers(stickers)
	}
	t.subject = parts.NewSubjectBar(w.kit, func() { t.cancel() })
	t.subject.OnShow = func() { t.timeline.JumpTo(t.draft.Subject().ID) }

	for _, b := range []*parts.Banner{t.stranger, t.secret, t.wrong, t.blocked} {
		b.OnHeight = func() { t.screen.Refresh() }
	}
	bottom := container.New(stackLayout{}, t.wrong, t.blocked, t.subject, t.composer)
	t.composer.OnHeight = func() { t.screen.Refresh() }
	t.screen = container.NewStack(parts.NewFill(w.kit, theme.ColorBackground),
		container.New(talkLayout{}, t.header, container.New(stackLayout{}, t.request.box, t.stranger, t.secret), t.rows, bottom))
}

// rebuild shows the same in other words. The timeline says its own by itself, with the
// new theme.
func (t *talk) rebuild() {
	t.build()
	t.composer.Set(t.draft.Text())
	t.showSubject()
	if !t.id().IsZero() {
		t.refresh()
	}
}

// bind joins the timeline's model and its widget.
func (t *talk) bind() {
	t.timeline.OnChange = t.refresh
	t.timeline.OnJump = func(key string) {
		if key == "" {
			t.rows.JumpToEnd()
		} else {
			t.rows.JumpTo(key)
		}
	}
	t.rows.OnNeedOlder = t.timeline.NeedOlder
	t.rows.OnNeedNewer = t.timeline.NeedNewer
	t.rows.OnJumpToEnd = t.timeline.JumpToEnd
	t.rows.OnSeen = t.timeline.Seen
	t.rows.OnAtEnd = t.timeline.AtEnd
	t.rows.OnLoadMissing = t.timeline.LoadMissing
	t.rows.OnLink = t.w.openLink
	t.rows.OnType = t.write
}

// write is for a letter that was typed elsewhere: who types means the composer.
func (t *talk) write(c rune) {
	if !t.composer.Visible() {
		return
	}
	t.w.focus(t.composer.Entry)
	t.composer.Entry.TypedRune(c)
}

// focusable is what has the keyboard in an open conversation: the composer, unless
// nothing can be written.
func (t *talk) focusable() fyne.Focusable {
	if t.composer.Visible() {
		return t.composer.Entry
	}
	return t.rows
}

func (t *talk) id() chat.ConvID { return t.timeline.Conversation().ID }

func (t *talk) open(id chat.ConvID) {
	t.draft.Open(id)
	t.timeline.Open(id)
	t.protect.Open(id)
}

func (t *talk) refresh() {
	t.followAccount()
	t.rows.SetTitle(t.timeline.Conversation().Title())
	t.rows.SetFar(t.timeline.OlderFar())
	t.rows.SetRows(t.timeline.Rows(), t.timeline.HasOlder(), t.timeline.HasNewer())
	t.rows.SetNewCount(t.timeline.NewBelow())
	t.refreshHeader()
	t.showProtection()
	t.showWrong()
}

func (t *talk) refreshHeader() {
	c := t.timeline.Conversation()
	if c.ID.IsZero() {
		return
	}
	words := t.w.words
	if c.Contact.Address.IsZero() { // not read yet
		c.Contact.Address = c.ID.Peer
	}
	state, typing := presenceWords(words, c.Contact, t.w.env.Now()), c.Typing == chat.Composing
	if typing {
		state = words.Text("presence.typing")
	}
	if len(t.w.accounts.All()) > 1 {
		state = words.Text("presence.as", "presence", state, "account", c.ID.Account.String())
	}
	t.header.Set(t.w.faces.of(c.ID.Peer, c.Title(), c.Contact.Avatar, c.Contact.Presence), c.Title(), state, typing)
	t.showRequest(c)
}

// showRequest asks what to do with somebody who wants to become a contact, or
// writes without being one.
func (t *talk) showRequest(c chat.Conversation) {
	contacts, height := t.w.contacts, t.screen.MinSize().Height
	asking := c.Contact.Asking && !contacts.Ignored(c.ID) && !c.Contact.Blocked
	if asking {
		t.request.set(c.ID, t.w.words.Text("request.text", "name", c.Title()), contacts.Waiting(c.ID))
	} else {
		t.request.box.Hide()
	}
	if !asking && !c.Contact.Listed && !c.Contact.Asked && !c.Contact.Blocked && c.Last.ID != 0 {
		t.stranger.Set(parts.BannerAsk, t.w.words.Text("request.stranger"),
			parts.Action{Text: t.w.words.Text("request.add"), Do: func() { t.w.addContact(c.ID, nil) }},
			parts.Action{Text: t.w.words.Text("block.yes"), Do: func() { t.w.askBlock(c.ID, c.Title()) }})
	} else {
		t.stranger.Hide()
	}
	t.showBlocked(c)
	if height != t.screen.MinSize().Height {
		t.screen.Refresh()
	}
}

// showWrong says above the composer why something could not be read or kept.
func (t *talk) showWrong() {
	was := t.wrong.Visible()
	err := t.draft.Err()
	if err == nil {
		err = t.timeline.Err()
	}
	if err != nil {
		t.wrong.Set(parts.BannerError, errorWords(t.w.words, err))
	} else {
		t.wrong.Hide()
	}
	if was != t.wrong.Visible() {
		t.screen.Refresh()
	}
}

// followAccount tells the timeline what the person is called, and whether the account
// is loading what it missed.
func (t *talk) followAccount() {
	if a, ok := t.w.accounts.Account(t.id().Account); ok {
		online := a.State == chat.StateOnline
		t.timeline.SetAccount(model.Account{Name: nameOf(a), Online: online, CatchingUp: online && a.CatchingUp})
	}
}

// stackLayout stacks things without any room between them; hidden ones take none.
type stackLayout struct{}

func (stackLayout) MinSize(o []fyne.CanvasObject) (s fyne.Size) {
	for _, each := range o {
		if each.Visible() {
			min := each.MinSize()
			s = fyne.NewSize(max(s.Width, min.Width), s.Height+min.Height)
		}
	}
	return s
}

func (stackLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	y := float32(0)
	for _, each := range o {
		if each.Visible() {
			h := each.MinSize().Height
			each.Move(fyne.NewPos(0, y))
			each.Resize(fyne.NewSize(s.Width, h))
			y += h
		}
	}
}

// talkLayout stacks header, request, timeline and composer; the timeline takes
// what is left.
type talkLayout struct{}

func (talkLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	h := o[0].MinSize().Height + o[1].MinSize().Height + o[3].MinSize().Height + 80
	return fyne.NewSize(300, h)
}

func (talkLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	y := float32(0)
	for _, above := range o[:2] {
		h := above.MinSize().Height
		above.Move(fyne.NewPos(0, y))
		above.Resize(fyne.NewSize(s.Width, h))
		y += h
	}
	bottom := o[3].MinSize().Height
	o[2].Move(fyne.NewPos(0, y))
	o[2].Resize(fyne.NewSize(s.Width, max(s.Height-y-bottom, 0)))
	o[3].Move(fyne.NewPos(0, s.Height-bottom))
	o[3].Resize(fyne.NewSize(s.Width, bottom))
}
