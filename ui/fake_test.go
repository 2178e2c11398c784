// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"slices"
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

	mu       sync.Mutex
	accounts []chat.Account
	convs    []chat.Conversation
	msgs     []chat.Message
	settings map[string]string
	asked    []string
	login    chat.Login
	password string
	form     chat.Form
	values   map[string]string
	fail     error
}

func (f *fakeCore) note(what string) { f.asked = append(f.asked, what) }

func (f *fakeCore) did(what string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Contains(f.asked, what)
}

// command notes what was asked and gives the failure that the test set, once.
func (f *fakeCore) command(what string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.note(what)
	err := f.fail
	f.fail = nil
	return err
}

func (f *fakeCore) Accounts(context.Context) ([]chat.Account, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.accounts), nil
}

func (f *fakeCore) AddAccount(_ context.Context, login chat.Login, password []byte) error {
	f.mu.Lock()
	f.login, f.password = login, string(password)
	f.mu.Unlock()
	if err := f.command("add account"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.accounts = append(f.accounts, chat.Account{Login: login, Enabled: true, State: chat.StateOnline})
	return nil
}

func (f *fakeCore) StartRegistration(context.Context, chat.Login) (chat.Form, error) {
	return f.form, f.command("start registration")
}

func (f *fakeCore) FinishRegistration(ctx context.Context, login chat.Login, password []byte, values map[string]string) error {
	f.values = values
	return f.AddAccount(ctx, login, password)
}

func (f *fakeCore) CancelRegistration(chat.Address) { _ = f.command("cancel registration") }

func (f *fakeCore) AddContact(_ context.Context, _, addr chat.Address, _ string) error {
	return f.command("add " + addr.String())
}

func (f *fakeCore) AcceptContact(_ context.Context, _, addr chat.Address) error {
	return f.command("accept " + addr.String())
}

func (f *fakeCore) DeclineContact(_ context.Context, _, addr chat.Address) error {
	return f.command("decline " + addr.String())
}

func (f *fakeCore) Setting(_ context.Context, key string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.settings[key], nil
}

func (f *fakeCore) SetSetting(_ context.Context, key, value string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.settings[key] = value
	return nil
}

func (f *fakeCore) Conversations(context.Context) ([]chat.Conversation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.convs), nil
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
	var all []chat.Contact
	for _, c := range f.convs {
		all = append(all, c.Contact)
	}
	return all, nil
}

func (f *fakeCore) Page(context.Context, chat.ConvID, chat.Cursor, int) ([]chat.Message, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.msgs), nil
}

func (f *fakeCore) PageAfter(context.Context, chat.ConvID, chat.Cursor, int) ([]chat.Message, error) {
	return nil, nil
}

func (f *fakeCore) Messages(context.Context, []chat.MsgID) ([]chat.Message, error) { return nil, nil }
func (f *fakeCore) MarkRead(context.Context, chat.ConvID, chat.MsgID) error        { return nil }
func (f *fakeCore) SetDraft(context.Context, chat.ConvID, string) error            { return nil }
func (f *fakeCore) SetTyping(context.Context, chat.ConvID, chat.Typing) error      { return nil }

func (f *fakeCore) SendText(_ context.Context, _ chat.ConvID, body string, _ chat.SendOptions) (chat.MsgID, error) {
	return 1, f.command("send " + body)
}

func (f *fakeCore) Search(_ context.Context, q chat.SearchQuery) ([]chat.Message, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []chat.Message
	for _, m := range f.msgs {
		if strings.Contains(m.Body, q.Text) {
			found = append(found, m)
		}
	}
	return found, nil
}

func (f *fakeCore) Picture(context.Context, string) ([]byte, error) {
	return nil, &chat.Error{Kind: chat.Offline, Code: chat.CodeNotFound}
}

// fakeVault opens the fake core.
type fakeVault struct {
	core    *fakeCore
	keyring bool
	phrase  string
	made    chan string // the passphrase that Create was called with
}

func (v *fakeVault) KeyringWorks(context.Context) bool { return v.keyring }

func (v *fakeVault) Create(_ context.Context, phrase []byte) (Core, error) {
	v.made <- string(phrase)
	return v.core, nil
}

func (v *fakeVault) Unlock(_ context.Context, phrase []byte) (Core, error) {
	if string(phrase) != v.phrase {
		return nil, &chat.Error{Kind: chat.Storage, Code: chat.CodeKeyWrong}
	}
	return v.core, nil
}

// rig is a window without a display. What is dispatched runs on the test's own
// goroutine, in until.
type rig struct {
	t     *testing.T
	w     *Window
	core  *fakeCore
	vault *fakeVault
	queue chan func()
}

func newRig(t *testing.T) *rig {
	t.Helper()
	app := test.NewApp()
	t.Cleanup(app.Quit)
	app.Settings().SetTheme(theme.Current())
	r := &rig{t: t, queue: make(chan func(), 1000), core: &fakeCore{settings: map[string]string{}}}
	r.vault = &fakeVault{core: r.core, keyring: true, phrase: "right", made: make(chan string, 1)}
	env := model.NewEnv(t.Context(), func(f func()) { r.queue <- f })
	t.Cleanup(func() { env.Tasks.Close(0) })
	window := test.NewWindow(nil)
	window.SetPadded(false) // as the program does
	window.Resize(fyne.NewSize(1000, 700))
	r.w = New(Config{Window: window, Words: resources.Default(), Env: env, Vault: r.vault, Version: "1"})
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
		case <-deadline:
			r.t.Fatalf("never: %s", what)
		}
	}
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

// openBob opens the conversation with Bob.
func (r *rig) openBob() {
	r.t.Helper()
	r.signedIn()
	r.w.chats.list.SelectAt(0)
	r.until("the header", func() bool { return r.w.chats.talk.header.Title() == "Bob" })
}
