// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// Config is what the window needs from the program around it.
type Config struct {
	Window  fyne.Window
	Words   *resources.Bundle
	Env     *model.Env
	Vault   Vault
	Version string
	Dress   Dress  // how the program began
	Fixed   string // the path of the look that the command line asks for; "" leaves the choice
	// Load reads the bundle of a choice, in its language; any goroutine may call it.
	Load func(Dress) (*resources.Bundle, error)
	// Wear is told what is shown from now on, before SetTheme is.
	Wear     func(words *resources.Bundle, d Dress)
	Locks    func() model.Locks   // what the bundles hold now; nil: nothing
	SetTheme func(theme.Options)  // shows the program in another look
	OpenLink func(address string) // gives a link to the browser; only after a click
	OnCore   func(core Core)      // the database is open: start the events
	SetTitle func(unread int)     // the unread count, for the window's title
	Quit     func()               // ends the program as closing the window does
	Lock     func()               // closes the database: nobody has touched the program for too long; nil: never
}

// Window is the program's one window and what it shows now.
type Window struct {
	cfg    Config
	kit    *parts.Kit
	words  *resources.Bundle
	env    *model.Env
	core   Core
	root   *fyne.Container
	tips   *parts.Tips
	screen screen
	keys   []key
	faces  *faces
	chats  *chats // nil until somebody is signed in
	look   look
	dress  Dress

	accounts      *model.Accounts // nil until the database is open
	contacts      *model.Contacts
	afterAccounts []func()   // what waits for the accounts being read
	watchers      []*watcher // what shows accounts, contacts or pictures
	listeners     []model.Listener
	sheets        []*parts.Sheet
	pick          *pick                // the dialog of these in which one looks for something
	requests      *requests            // the dialog of contact requests, while it is open
	adding        *newChat             // the dialog that waits for a contact being added
	invited       *model.Invited       // an invitation that is not redeemed yet; nil for none
	foreign       func()               // closes a dialog of the toolkit's own
	said          map[*chat.Error]bool // errors that a dialog has told of
	active        bool                 // has the system's focus
	idle          idle
	left          bool // another window has taken its place: what comes late is not shown
	making        bool // a profile is being made without a page about it
	more          bool // somebody in the simple mode has asked for the lock's details
}

// screen is what fills the window.
type screen struct {
	body   fyne.CanvasObject
	scroll *container.Scroll // follows the focus; may be nil
	escape func() bool       // asked when Escape is pressed; may be nil
	leave  func()            // another screen takes its place; may be nil
}

// New fills the window with nothing; call ShowWelcome, ShowUnlock or Open.
func New(cfg Config) *Window {
	w := &Window{cfg: cfg, words: cfg.Words, dress: cfg.Dress, env: cfg.Env, root: container.NewStack(), active: true, said: map[*chat.Error]bool{}}
	w.kit = &parts.Kit{Words: cfg.Words, Shortcut: w.shortcut, Key: w.key, Tip: w.tip, Reveal: w.bring, Touched: w.touch}
	w.idle.now = time.Now
	w.tips = parts.NewTips(w.kit)
	w.bindKeys()
	cfg.Window.SetContent(w.root)
	return w
}

// show fills the window with one screen, on which nothing has the focus yet.
// Dialogs that are open belong to the screen before: they close.
func (w *Window) show(s screen) {
	if leave := w.screen.leave; leave != nil {
		w.screen.leave = nil
		leave()
	}
	for w.closeSheet() {
	}
	w.cfg.Window.Canvas().Unfocus()
	w.screen = s
	w.tips.Hide()
	w.root.Objects = []fyne.CanvasObject{newFloor(w.touch), s.body, w.tips}
	w.root.Refresh()
	w.tellReading()
}

// restTime is how long the pointer rests on something that is then explained.
const restTime = 600 * time.Millisecond

// tip explains what the pointer rests on, unless a dialog lies above the screen:
// then the words would stand behind it.
func (w *Window) tip(of fyne.CanvasObject, text string) (leave func()) {
	stop := w.env.After(restTime, func() {
		if !w.covered() {
			w.tips.Say(of, text)
		}
	})
	return func() { stop(); w.tips.Hide() }
}

func (w *Window) focus(f fyne.Focusable) {
	if !w.left {
		w.cfg.Window.Canvas().Focus(f)
	}
}

// Open goes on with an open database: to the conversations, or to the sign-in of
// somebody who has no account yet.
func (w *Window) Open(core Core) {
	w.take(core)
	w.loadLook(func() { w.loadAccounts(func() { w.ShowWelcome(); w.tellBroken() }) })
}

// take keeps the open core and starts what lives as long as it does.
func (w *Window) take(core Core) {
	if w.core != nil {
		return
	}
	w.core, w.faces = core, newFaces(w.env, core)
	w.faces.OnChange = w.changed
	w.accounts = model.NewAccounts(w.env, core)
	w.accounts.OnChange = w.accountsChanged
	w.contacts = model.NewContacts(w.env, core, core, core)
	w.contacts.OnChange = w.contactsChanged
	w.contacts.OnAccepted = w.accepted
	w.contacts.Load()
	core.SetActive(w.active)
	w.watchIdle()
	if w.cfg.OnCore != nil {
		w.cfg.OnCore(core)
	}
}

// contactsChanged says what went wrong with a contact; the rest is on the screens
// that show contacts.
func (w *Window) contactsChanged() {
	w.sayOnce(w.contacts.Err())
	if w.adding == nil { // which says it under its field
		w.sayOnce(w.contacts.Trouble().Err)
	}
	w.changed()
}

// watcher is one that is told of changes, until it is taken from the list.
type watcher struct{ f func() }

// watch calls f after each change of what is known of accounts, contacts and
// their pictures, until stop is called.
func (w *Window) watch(f func()) (stop func()) {
	mine := &watcher{f}
	w.watchers = append(w.watchers, mine)
	return func() {
		var rest []*watcher
		for _, each := range w.watchers {
			if each != mine {
				rest = append(rest, each)
			}
		}
		w.watchers = rest
	}
}

func (w *Window) changed() {
	for _, each := range w.watchers {
		each.f()
	}
}

// Apply implements model.Listener.
func (w *Window) Apply(events []chat.Event) {
	for _, e := range events {
		if e.Kind == chat.Raise {
			w.Raise()
		}
	}
	w.accounts.Apply(events)
	w.contacts.Apply(events)
	if w.chats != nil {
		w.chats.apply(events)
	}
	for _, l := range w.listeners {
		l.Apply(events)
	}
}

// Raise brings the window to the front.
func (w *Window) Raise() {
	w.cfg.Window.Show()
	w.cfg.Window.RequestFocus()
}

// SetActive says whether the window has the system's focus. What arrives while
// it has not is not read.
func (w *Window) SetActive(on bool) {
	w.active = on
	w.touch()
	if w.core != nil {
		w.core.SetActive(on)
	}
	if !on && w.chats != nil {
		w.chats.talk.rows.Rest()
	}
	w.tellReading()
}

func (w *Window) tellReading() {
	if w.chats != nil {
		w.chats.talk.timeline.Focus(w.active && w.showsChats())
	}
}

// showsChats says whether the conversations fill the window, under a dialog or not.
func (w *Window) showsChats() bool { return w.chats != nil && w.screen.body == w.chats.screen }

// Leave ends what the window waits for: another one takes its place. Nothing stays on the
// screen, neither dialogs nor menus.
func (w *Window) Leave() {
	if w.idle.stop != nil {
		w.idle.stop()
		w.idle.stop = nil
	}
	w.cfg.Lock, w.cfg.SetTitle, w.left = nil, nil, true
	w.Close()
	if w.foreign != nil {
		w.foreign()
	}
	for w.closeSheet() {
	}
	over := w.cfg.Window.Canvas().Overlays()
	for top := over.Top(); top != nil; top = over.Top() { // menus
		over.Remove(top)
	}
}

// Close saves what is being written.
func (w *Window) Close() {
	if w.chats != nil {
		w.chats.leave()
	}
}
