// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

var (
	me  = chat.MustAddress("me@example.org")
	bob = chat.MustAddress("bob@example.org")
)

// fakeCore is a core that keeps everything in memory and notes what was asked.
type fakeCore struct {
	Core // what a test does not expect panics

	mu         sync.Mutex
	accounts   []chat.Account
	convs      []chat.Conversation
	msgs       []chat.Message
	settings   map[string]string
	asked      []string
	contacts   []chat.Contact // besides those of the conversations
	login      chat.Login
	password   string
	form       chat.Form
	values     map[string]string
	picture    []byte
	blocked    []chat.Address
	away       error  // of the archive
	fail       error  // of the next command
	unreadable error  // the accounts can not be read
	unlisted   error  // the conversations can not be read, once
	hang       string // a command that waits until it is stopped
	safe       fakeKeys
	noted      chan struct{}
}

func (f *fakeCore) note(what string) {
	f.asked = append(f.asked, what)
	select {
	case f.noted <- struct{}{}:
	default:
	}
}

func (f *fakeCore) did(what string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Contains(f.asked, what)
}

// asking is how often something was asked.
func (f *fakeCore) asking(what string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, each := range f.asked {
		if each == what {
			n++
		}
	}
	return n
}

// command notes what was asked and gives the failure that the test set, once. Without one
// it has its effect: a test that knows that it was asked sees that, too.
func (f *fakeCore) command(ctx context.Context, what string, effect ...func(f *fakeCore)) error {
	f.mu.Lock()
	f.note(what)
	err, hang := f.fail, f.hang == what
	f.fail = nil
	for _, change := range effect {
		if err == nil && !hang {
			change(f)
		}
	}
	f.mu.Unlock()
	if hang {
		<-ctx.Done()
		f.mu.Lock()
		defer f.mu.Unlock()
		f.note("stopped " + what)
		return ctx.Err()
	}
	return err
}

// set changes what the core knows.
func (f *fakeCore) set(change func(f *fakeCore)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func (f *fakeCore) Accounts(context.Context) ([]chat.Account, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.accounts), f.unreadable
}

func (f *fakeCore) AddAccount(ctx context.Context, login chat.Login, password []byte) error {
	f.mu.Lock()
	f.login, f.password = login, string(password)
	f.mu.Unlock()
	return f.command(ctx, "add account", func(f *fakeCore) {
		f.accounts = append(f.accounts, chat.Account{Login: login, Enabled: true, State: chat.StateOnline})
	})
}

func (f *fakeCore) UpdateAccount(ctx context.Context, login chat.Login, password []byte) error {
	f.mu.Lock()
	f.login, f.password = login, "kept"
	if password != nil {
		f.password = string(password)
	}
	f.mu.Unlock()
	return f.command(ctx, "update account")
}

func (f *fakeCore) Password(ctx context.Context, addr chat.Address) ([]byte, error) {
	return []byte("secret of " + addr.Local), f.command(ctx, "password")
}

func (f *fakeCore) RemoveAccount(ctx context.Context, addr chat.Address) error {
	return f.command(ctx, "remove account "+addr.String(), func(f *fakeCore) {
		f.accounts = slices.DeleteFunc(f.accounts, func(a chat.Account) bool { return a.Login.Address == addr })
	})
}

func (f *fakeCore) Connect(ctx context.Context, addr chat.Address) error {
	return f.command(ctx, "connect "+addr.String())
}

func (f *fakeCore) Disconnect(ctx context.Context, addr chat.Address) error {
	return f.command(ctx, "disconnect "+addr.String())
}

func (f *fakeCore) SetNick(ctx context.Context, _ chat.Address, nick string) error {
	return f.command(ctx, "nick "+nick)
}

func (f *fakeCore) SetPicture(ctx context.Context, _ chat.Address, data []byte) error {
	f.set(func(f *fakeCore) { f.picture = data })
	return f.command(ctx, "set picture")
}

func (f *fakeCore) StartRegistration(ctx context.Context, _ chat.Login) (chat.Form, error) {
	return f.form, f.command(ctx, "start registration")
}

func (f *fakeCore) StartInvited(ctx context.Context, _ chat.Login, token string) (chat.Form, error) {
	return f.form, f.command(ctx, "start invited with "+token)
}

func (f *fakeCore) SignUp(ctx context.Context, at chat.Login, nick, token string) (chat.Address, error) {
	at.Address.Local = "anna"
	err := f.command(ctx, "sign up "+nick+" "+token, func(f *fakeCore) {
		f.accounts = append(f.accounts, chat.Account{Login: at, Enabled: true, State: chat.StateOnline, Nick: nick})
	})
	if err != nil {
		return chat.Address{}, err
	}
	return at.Address, nil
}

func (f *fakeCore) AcceptInvitation(ctx context.Context, _ chat.Address, i chat.Invitation) error {
	return f.command(ctx, "accept invitation of "+i.Inviter.String()+" "+i.Token)
}

func (f *fakeCore) FinishRegistration(ctx context.Context, login chat.Login, password []byte, values map[string]string) error {
	f.set(func(f *fakeCore) { f.values = values })
	return f.AddAccount(ctx, login, password)
}

func (f *fakeCore) CancelRegistration(chat.Address) {
	f.set(func(f *fakeCore) { f.note("cancel registration") })
}

func (f *fakeCore) AddContact(ctx context.Context, _, addr chat.Address, _ string) error {
	return f.command(ctx, "add "+addr.String())
}

func (f *fakeCore) AcceptContact(ctx context.Context, _, addr chat.Address) error {
	return f.command(ctx, "accept "+addr.String())
}

func (f *fakeCore) DeclineContact(ctx context.Context, _, addr chat.Address) error {
	return f.command(ctx, "decline "+addr.String())
}

func (f *fakeCore) RenameContact(ctx context.Context, _, addr chat.Address, name string) error {
	return f.command(ctx, "rename "+addr.String()+" "+name)
}

func (f *fakeCore) RemoveContact(ctx context.Context, _, addr chat.Address) error {
	return f.command(ctx, "remove "+addr.String())
}

func (f *fakeCore) RemoveConversation(ctx context.Context, id chat.ConvID) error {
	return f.command(ctx, "delete "+id.Peer.String())
}

func (f *fakeCore) SetConversationSettings(ctx context.Context, id chat.ConvID, s chat.ConversationSettings) error {
	f.set(func(f *fakeCore) {
		for i := range f.convs {
			if f.convs[i].ID == id {
				f.convs[i].Settings = s
			}
		}
	})
	return f.command(ctx, "settings of "+id.Peer.String())
}

func (f *fakeCore) Setting(_ context.Context, key string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.settings[key], nil
}

func (f *fakeCore) SetSetting(ctx context.Context, key, value string) error {
	return f.command(ctx, "set "+key, func(f *fakeCore) { f.settings[key] = value })
}

func (f *fakeCore) Conversations(context.Context) ([]chat.Conversation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.unlisted
	f.unlisted = nil
	return slices.Clone(f.convs), err
}

func (f *fakeCore) Conversation(_ context.Context, id chat.ConvID) (chat.Conversation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.convs {
		if c.ID == id {
			return c, nil
		}
	}
	return chat.Conversation{}, &chat.Error{Kind: chat.Input, Code: chat.CodeNotFound}
}

func (f *fakeCore) OpenConversation(_ context.Context, id chat.ConvID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.convs = append(f.convs, chat.Conversation{ID: id, Contact: chat.Contact{Account: id.Account, Address: id.Peer}})
	return nil
}

func (f *fakeCore) Contacts(context.Context, chat.Address) ([]chat.Contact, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := slices.Clone(f.contacts)
	for _, c := range f.convs {
		all = append(all, c.Contact)
	}
	return all, nil
}

func (f *fakeCore) Page(_ context.Context, _ chat.ConvID, before chat.Cursor, _ int) ([]chat.Message, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.msgs), func(m chat.Message) bool { return before != 0 && m.Cursor >= before }), nil
}

func (f *fakeCore) PageAfter(context.Context, chat.ConvID, chat.Cursor, int) ([]chat.Message, error) {
	return nil, nil
}

func (f *fakeCore) Messages(_ context.Context, ids []chat.MsgID) ([]chat.Message, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.msgs), func(m chat.Message) bool { return !slices.Contains(ids, m.ID) }), nil
}

func (f *fakeCore) MarkRead(context.Context, chat.ConvID, chat.MsgID) error   { return nil }
func (f *fakeCore) SetTyping(context.Context, chat.ConvID, chat.Typing) error { return nil }

func (f *fakeCore) DeleteMessage(ctx context.Context, _ chat.ConvID, id chat.MsgID) error {
	return f.command(ctx, "delete message "+strconv.Itoa(int(id)))
}

func (f *fakeCore) SetDraft(ctx context.Context, _ chat.ConvID, text string) error {
	return f.command(ctx, "draft "+text)
}

func (f *fakeCore) SendText(ctx context.Context, _ chat.ConvID, body string, o chat.SendOptions) (chat.MsgID, error) {
	if o.ReplyTo != 0 {
		return 1, f.command(ctx, "answer "+o.ReplyTo.String()+" "+body)
	}
	return 1, f.command(ctx, "send "+body)
}

func (f *fakeCore) Search(ctx context.Context, q chat.SearchQuery) ([]chat.Message, error) {
	if err := f.command(ctx, "search "+q.Text); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []chat.Message
	for _, m := range slices.Backward(f.msgs) { // newest first
		if strings.Contains(m.Body, q.Text) && (q.Before == 0 || m.Cursor < q.Before) && len(found) < q.Limit {
			found = append(found, m)
		}
	}
	return found, nil
}

func (f *fakeCore) Picture(_ context.Context, hash string) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.note("picture " + hash)
	if f.picture == nil {
		return nil, &chat.Error{Kind: chat.Offline, Code: chat.CodeNotFound}
	}
	return f.picture, nil
}

// fakeVault opens the fake core.
type fakeVault struct {
	core    *fakeCore
	keyring bool
	phrase  string
	made    chan string // the passphrase that Create was called with
	fail    error       // of Create and Unlock
}

func (v *fakeVault) KeyringWorks(context.Context) bool { return v.keyring }

func (v *fakeVault) Create(_ context.Context, phrase []byte) (Core, error) {
	if v.fail != nil {
		return nil, v.fail
	}
	v.made <- string(phrase)
	return v.core, nil
}

func (v *fakeVault) Unlock(_ context.Context, phrase []byte) (Core, error) {
	if v.fail != nil {
		return nil, v.fail
	}
	if string(phrase) != v.phrase {
		return nil, &chat.Error{Kind: chat.Storage, Code: chat.CodeKeyWrong}
	}
	return v.core, nil
}

// rig is a window without a display. What is dispatched runs on the test's own
// goroutine, in until.
type rig struct {
	t      *testing.T
	w      *Window
	core   *fakeCore
	vault  *fakeVault
	queue  chan func()
	timers []*timer
	links  []string // that were opened
}

// timer is one that the test's clock rings.
type timer struct {
	wait time.Duration
	f    func()
}

// later lets the time pass that the window waits for: every timer of at most that
// long rings.
func (r *rig) later(d time.Duration) {
	for _, t := range r.timers {
		if f := t.f; f != nil && t.wait <= d {
			t.f = nil
			f()
		}
	}
}

// oneApp is the toolkit of all rigs. A new one reads its fonts again, and what was shown
// before keeps the old ones: tens of megabytes for each test.
var oneApp = sync.OnceValue(test.NewApp)

func newRig(t *testing.T) *rig {
	t.Helper()
	return newRigOf(t, resources.Default())
}

// newRigOf is newRig with another bundle.
func newRigOf(t *testing.T, words *resources.Bundle) *rig {
	t.Helper()
	app := oneApp()
	app.Clipboard().SetContent("")
	if app.Settings().Theme() != fyne.Theme(theme.Current()) {
		app.Settings().SetTheme(theme.Current())
	}
	r := &rig{t: t, queue: make(chan func(), 1000), core: &fakeCore{settings: map[string]string{}, noted: make(chan struct{}, 1)}}
	r.vault = &fakeVault{core: r.core, keyring: true, phrase: "right", made: make(chan string, 1)}
	env := model.NewEnv(t.Context(), func(f func()) { r.queue <- f })
	env.After = func(wait time.Duration, f func()) func() {
		one := &timer{wait, f}
		r.timers = append(r.timers, one)
		return func() { one.f = nil }
	}
	t.Cleanup(func() { env.Tasks.Close(0) })
	window := test.NewTempWindow(t, nil)
	window.SetPadded(false) // as the program does
	window.Resize(fyne.NewSize(1000, 700))
	r.w = New(Config{
		Window: window, Words: words, Env: env, Vault: r.vault, Version: "1",
		OpenLink: func(address string) { r.links = append(r.links, address) },
	})
	return r
}

// until runs what is dispatched until something is true.
func (r *rig) until(what string, ok func() bool) {
	r.t.Helper()
	deadline := time.After(5 * time.Second)
	for !ok() {
		select {
		case f := <-r.queue:
			f()
		case <-r.core.noted: // asked, and not answered yet
		case <-deadline:
			r.t.Fatalf("never: %s", what)
		}
	}
}

// inAccount opens the dialog of the person's account.
func (r *rig) inAccount() {
	r.t.Helper()
	r.signedIn()
	r.w.showSettings()
	r.w.showAccount(me)
}

// signedIn brings the window to the conversations, one of which is with Bob.
func (r *rig) signedIn() {
	r.t.Helper()
	r.core.accounts = []chat.Account{{Login: chat.Login{Address: me}, Enabled: true, State: chat.StateOnline}}
	r.core.convs = []chat.Conversation{{
		ID: chat.ConvID{Account: me, Peer: bob}, Time: time.Now(),
		Contact: chat.Contact{Account: me, Address: bob, Name: "Bob", Listed: true, Subscription: chat.SubscriptionBoth},
	}}
	r.w.Open(r.core)
	r.until("conversations", func() bool { return r.w.chats != nil && r.w.chats.list.Loaded() })
}

// event tells the window of a change, as the core does.
func (r *rig) event(kinds ...chat.EventKind) {
	for _, k := range kinds {
		r.w.Apply([]chat.Event{{Kind: k, Account: me, Conv: chat.ConvID{Account: me, Peer: bob}}})
	}
}

// openBob opens the conversation with Bob.
func (r *rig) openBob() {
	r.t.Helper()
	r.signedIn()
	r.w.chats.list.SelectAt(0)
	r.until("the header", func() bool { return r.w.chats.talk.header.Title() == "Bob" })
}
