// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// crowd fills the list with conversations of every kind.
func (r *rig) crowd() {
	now := time.Now()
	add := func(addr, name string, age time.Duration, c chat.Conversation) {
		c.ID = chat.ConvID{Account: me, Peer: chat.MustAddress(addr)}
		c.Time = now.Add(-age)
		c.Contact.Account, c.Contact.Address, c.Contact.Name = me, c.ID.Peer, name
		if c.Contact.Subscription == 0 && !c.Contact.Asking {
			c.Contact.Listed, c.Contact.Subscription = true, chat.SubscriptionBoth
		}
		r.core.convs = append(r.core.convs, c)
	}
	last := func(dir chat.Direction, body string) chat.Message {
		return chat.Message{ID: 1, Direction: dir, Body: body, Status: chat.Read}
	}
	add("alice@example.org", "Alice Liddell", time.Minute, chat.Conversation{
		Last: last(chat.In, "Shall we meet at the harbour at seven? The ferry leaves at half past."), Unread: 3,
		Contact: chat.Contact{Presence: chat.Available, StatusText: "reading"},
	})
	add("bob@example.org", "Bob", 8*time.Minute, chat.Conversation{
		Last: last(chat.Out, "See you tomorrow"), Contact: chat.Contact{Presence: chat.Away}, Settings: chat.ConversationSettings{Pinned: true},
	})
	add("carol@example.net", "Carol", 3*time.Hour, chat.Conversation{Draft: "I wanted to ask you", Last: last(chat.In, "x")})
	add("dan@example.net", "Dan of the very long name that does not fit", 30*time.Hour, chat.Conversation{
		Last: last(chat.In, "ok"), Unread: 240, Settings: chat.ConversationSettings{Muted: true}, Contact: chat.Contact{Presence: chat.DoNotDisturb},
	})
	add("erin@example.net", "", 60*time.Hour, chat.Conversation{Contact: chat.Contact{Asking: true, Nick: "Erin"}})
	add("frank@example.net", "Frank", 400*time.Hour, chat.Conversation{Typing: chat.Composing, Last: last(chat.In, "hm")})
	for _, name := range []string{"Grace", "Heidi", "Ivan", "Judy", "Mallory"} {
		add(name+"@example.net", name, 900*time.Hour, chat.Conversation{Last: last(chat.In, "That was long ago.")})
	}
}

func (r *rig) openCrowd() {
	r.t.Helper()
	r.core.accounts = []chat.Account{{Login: chat.Login{Address: me}, Nick: "Me Myself", Enabled: true, State: chat.StateOnline}}
	r.crowd()
	r.w.Open(r.core)
	r.until("conversations", func() bool { return r.w.chats != nil && r.w.chats.list.Loaded() })
}

// fill makes a form that is in trouble.
func (r *rig) failedSignIn(err *chat.Error, more bool) {
	r.w.take(r.core)
	s := newSignIn(r.w, r.core, func() {})
	words := r.w.words
	s.build(words.Text("signin.title"), words.Text("signin.text"), words.Text("signin.enter"))
	s.reveal(more)
	s.address.Entry.SetText("me@example.org")
	s.password.Entry.SetText("secret")
	r.core.fail = err
	s.submit()
	r.until("the trouble", func() bool { return !s.model.Busy() })
}

// screens are all that the window can show.
var screens = []struct {
	name string
	show func(r *rig)
}{
	{"welcome", func(r *rig) { r.w.ShowWelcome() }},
	{"key", func(r *rig) { newKeyChoice(r.w, func() {}) }},
	{"key-phrase", func(r *rig) {
		k := newKeyChoice(r.w, func() {})
		k.choose(true)
		k.submit()
	}},
	{"key-none", func(r *rig) { newKeyChoice(r.w, func() {}).offer(false) }},
	{"unlock", func(r *rig) { r.w.ShowUnlock() }},
	{"failure", func(r *rig) {
		r.w.ShowFailure(&chat.Error{Kind: chat.Storage, Code: chat.CodeNewer}, func() {})
	}},
	{"signin", func(r *rig) { r.w.take(r.core); r.w.showSignIn(r.w.ShowWelcome) }},
	{"signin-password", func(r *rig) {
		r.failedSignIn(&chat.Error{Kind: chat.Auth, Code: chat.CodeNotAuthorized}, false)
	}},
	{"signin-gone", func(r *rig) {
		r.failedSignIn(&chat.Error{Kind: chat.Offline, Code: chat.CodeConnectionRefused}, true)
	}},
	{"signin-certificate", func(r *rig) {
		r.failedSignIn(&chat.Error{
			Kind: chat.Certificate, Code: chat.CodeCertSelfSigned,
			Detail: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		}, false)
	}},
	{"signin-plain", func(r *rig) {
		r.failedSignIn(&chat.Error{Kind: chat.Auth, Code: chat.CodePlainOnly}, false)
	}},
	{"servers", func(r *rig) { r.w.take(r.core); r.w.showServers(r.w.ShowWelcome) }},
	{"register", func(r *rig) {
		r.w.take(r.core)
		r.w.showRegister(resources.Default().Servers()[0], func() {})
	}},
	{"register-questions", func(r *rig) {
		r.asked(chat.Form{Instructions: "Please answer, so that we know that you are not a machine.", Fields: []chat.Field{
			{Name: "ocr", Label: "What does the picture say?", Required: true}, {Name: "town", Options: []string{"Hamburg", "Lyon"}},
		}})
	}},
	{"register-website", func(r *rig) { r.asked(chat.Form{URL: "https://example.org/register"}) }},
	{"chats-nobody", func(r *rig) {
		r.core.accounts = []chat.Account{{Login: chat.Login{Address: me}, Enabled: true, State: chat.StateOnline}}
		r.w.Open(r.core)
		r.until("conversations", func() bool { return r.w.chats != nil && r.w.chats.list.Loaded() })
	}},
	{"chats", func(r *rig) { r.openCrowd() }},
	{"chats-open", func(r *rig) {
		r.openCrowd()
		r.talkOf("Shall we meet at the harbour at seven?", "Yes! 👩🏽‍🚀🎉", "שלום עולם, זה מבחן (test)",
			"Look: https://example.org/a/rather/long/path?with=a&query=and#a-fragment", "The ferry leaves at half past. "+
				"I will bring the tickets, you bring something to eat, and we see who else has time.")
		r.openTitle("Alice Liddell")
		r.until("the messages", func() bool { return len(r.w.chats.talk.timeline.Rows()) > 4 })
	}},
	{"chats-changed", func(r *rig) {
		r.openChanged()
		r.w.chats.talk.rows.OnReply(6)
	}},
	{"chats-edit", func(r *rig) {
		r.openChanged()
		r.w.chats.talk.rows.OnEdit(2)
	}},
	{"chats-react", func(r *rig) {
		r.openChanged()
		parts.ShowEmojiBar(r.w.kit, r.w.cfg.Window.Canvas(), fyne.NewPos(400, 300), []string{"👍"}, func(string) {})
	}},
	{"chats-blocked", func(r *rig) {
		r.openChanged()
		r.core.set(func(f *fakeCore) { f.setBlocked(chat.MustAddress("alice@example.org"), true) })
		r.w.Apply([]chat.Event{{Kind: chat.Reload}})
		r.until("the banner", func() bool { return r.w.chats.talk.blocked.Visible() })
	}},
	{"chats-catching-up", func(r *rig) {
		r.openChanged()
		r.core.set(func(f *fakeCore) { f.accounts[0].CatchingUp = true })
		r.state(chat.StateOnline, nil)
	}},
	{"block", func(r *rig) { r.openCrowd(); r.w.askBlock(chat.ConvID{Account: me, Peer: bob}, "Bob") }},
	{"block-list", func(r *rig) {
		r.core.blocked = []chat.Address{bob, chat.MustAddress("a-rather-long-name-of-somebody@a-rather-long-domain.example.net")}
		r.openCrowd()
		r.w.showSettings()
		r.w.showBlockList(me)
		r.untilSays("block.unblock")
	}},
	{"chats-request", func(r *rig) { r.openCrowd(); r.openTitle("Erin") }},
	{"chats-failed", func(r *rig) {
		r.openCrowd()
		r.openTitle("Bob")
		r.state(chat.StateFailed, &chat.Error{Kind: chat.Auth, Code: chat.CodeNotAuthorized})
	}},
	{"chats-offline", func(r *rig) {
		r.openCrowd()
		r.state(chat.StateOffline, &chat.Error{Kind: chat.Offline, Code: chat.CodeNoNetwork})
	}},
	{"chats-search", func(r *rig) { r.openCrowd(); r.w.chats.search.SetText("nobody") }},
	{"new", func(r *rig) { r.openCrowd(); r.w.showNewChat() }},
	{"switcher", func(r *rig) { r.openCrowd(); r.w.showSwitcher() }},
	{"find", func(r *rig) {
		r.openCrowd()
		r.core.msgs = []chat.Message{{ID: 7, Cursor: 7, Time: time.Now(), Conv: chat.ConvID{Account: me, Peer: bob}, Body: "We met at the harbour and waited."}}
		f := r.w.showFind(chat.ConvID{}, "harb")
		r.later(time.Second)
		r.until("the message", func() bool { return len(f.all) == 1 })
	}},
	{"requests", func(r *rig) {
		r.core.contacts = []chat.Contact{
			{Account: me, Address: chat.MustAddress("niaj@example.net"), Nick: "Niaj", Asking: true},
			{Account: me, Address: chat.MustAddress("olivia@example.net"), Asking: true},
		}
		r.openCrowd()
		r.until("the requests", func() bool { return r.w.contacts.OpenRequests() == 3 })
		r.w.showRequests()
	}},
	{"contact", func(r *rig) { r.openCrowd(); r.contact(bob) }},
	{"contact-asks", func(r *rig) { r.openCrowd(); r.contact(chat.MustAddress("erin@example.net")) }},
	{"chats-encrypted", func(r *rig) { r.encrypted(nil); r.openSafe() }},
	{"chats-stopped", func(r *rig) {
		r.encrypted(func(s *chat.EncryptionState) {
			s.Code, s.Lock, s.Level = chat.CodeKeyChanged, chat.LockWarning, chat.Strict
		})
		r.openSafe()
	}},
	{"chats-own-device", func(r *rig) {
		r.encrypted(func(s *chat.EncryptionState) { s.Asked, s.Question = true, "Where did we first meet?" })
		r.core.safe.keys[5].FirstSeen = time.Now().Add(-26 * time.Hour)
		r.openSafe()
		r.until("the question", func() bool { return r.w.chats.device.Visible() })
	}},
	{"lock", func(r *rig) {
		r.encrypted(nil)
		r.openSafe()
		r.w.chats.talk.explainLock()
	}},
	{"lock-open", func(r *rig) {
		r.encrypted(func(s *chat.EncryptionState) { *s = chat.EncryptionState{CanOTR: true} })
		r.openSafe()
		r.w.chats.talk.explainLock()
	}},
	{"lock-stopped", func(r *rig) {
		r.encrypted(func(s *chat.EncryptionState) {
			s.Code, s.Now = chat.CodeNoDevice, chat.EncryptionNone
			s.Readers, s.Skipped = nil, nil
		})
		r.openSafe()
		r.w.chats.talk.explainLock()
	}},
	{"identity", func(r *rig) { r.encrypted(nil); r.openSafe(); r.identity(bob) }},
	{"identity-end", func(r *rig) {
		r.encrypted(nil)
		r.openSafe()
		r.identity(bob)
		r.until("the choices", func() bool { return r.shows(r.w.words.Text("choice.title")) })
		r.w.screen.scroll.ScrollToBottom()
	}},
	{"identity-own", func(r *rig) { r.encrypted(nil); r.openSafe(); r.identity(me) }},
	{"identity-compare", func(r *rig) { r.encrypted(nil); r.openSafe(); r.identity(bob); r.click("device.compare") }},
	{"identity-code", func(r *rig) {
		r.encrypted(nil)
		r.openSafe()
		r.w.showCode(me)
		r.untilSays("code.text")
	}},
	{"identity-read", func(r *rig) { r.encrypted(nil); r.openSafe(); r.identity(bob); r.click("identity.read-code") }},
	{"identity-believe", func(r *rig) {
		r.encrypted(nil)
		r.openSafe()
		r.core.safe.link = chat.IdentityLink{Owner: bob, Keys: []chat.Key{r.core.safe.keys[1]}, Unknown: []chat.Fingerprint{myOld}}
		r.w.openLink("xmpp:bob@example.org?omemo-sid-1=aa")
		r.untilSays("believe.title")
	}},
	{"secret-ask", func(r *rig) {
		r.encrypted(func(s *chat.EncryptionState) { s.OTROpen = true })
		r.openSafe()
		r.w.askSecret(r.w.chats.talk.protect, "Alice Liddell")
	}},
	{"secret-answer", func(r *rig) {
		r.encrypted(nil)
		r.openSafe()
		r.w.answerSecret(chat.ConvID{Account: me, Peer: bob}, "Alice Liddell", "Where did we first meet?")
	}},
	{"message-details", func(r *rig) {
		r.encrypted(nil)
		r.openSafe()
		m, _ := r.w.chats.talk.timeline.Message(3)
		r.w.chats.talk.details(m)
	}},
	{"message-sealed", func(r *rig) {
		r.encrypted(nil)
		r.openSafe()
		m, _ := r.w.chats.talk.timeline.Message(5)
		r.w.chats.talk.details(m)
	}},
	{"settings-security", func(r *rig) {
		r.encrypted(nil)
		r.openCrowd()
		r.w.showSettingsAt(sectionSecurity)
		r.until("the key", func() bool { return r.shows(r.w.words.Text("level.careful.text")) })
	}},
	{"backup", func(r *rig) { r.encrypted(nil); r.openCrowd(); r.w.showSettingsAt(sectionSecurity); r.w.saveKeys(me) }},
	{"settings", func(r *rig) { r.openCrowd(); r.w.showSettings() }},
	{"settings-chat", func(r *rig) { r.openCrowd(); r.w.showSettingsAt(sectionHabits) }},
	{"settings-look", func(r *rig) { r.openCrowd(); r.w.showSettingsAt(sectionAppearance) }},
	{"settings-about", func(r *rig) { r.openCrowd(); r.w.showSettingsAt(sectionAbout) }},
	{"account", func(r *rig) { r.openCrowd(); r.w.showSettings(); r.w.showAccount(me) }},
	{"account-password", func(r *rig) { r.openCrowd(); r.w.showSettings(); r.w.drawPassword(me, strings.Repeat("ABCDEFGHIJ", 3)) }},
	{"account-remove", func(r *rig) { r.openCrowd(); r.w.showSettings(); r.w.askRemoveAccount(me) }},
	{"account-edit", func(r *rig) { r.openCrowd(); r.w.showEditAccount(r.core.accounts[0], r.w.showChats) }},
	{"account-add", func(r *rig) { r.openCrowd(); r.w.showAddAccount() }},
}

func (r *rig) asked(form chat.Form) {
	r.w.take(r.core)
	r.core.form = form
	reg := newRegister(r.w, resources.Default().Servers()[0], func() {})
	reg.build()
	reg.name.Entry.SetText("me")
	reg.password.Entry.SetText("long enough")
	reg.again.Entry.SetText("long enough")
	reg.submit()
	r.until("the server's questions", func() bool { return reg.step != 0 })
}

// talkOf is a conversation, in turns.
func (r *rig) talkOf(texts ...string) {
	conv := chat.ConvID{Account: me, Peer: chat.MustAddress("alice@example.org")}
	for i, text := range texts {
		r.core.msgs = append(r.core.msgs, chat.Message{
			ID: chat.MsgID(i + 1), Cursor: chat.Cursor(i + 1), Conv: conv, Body: text, Time: time.Now().Add(time.Duration(i-60) * time.Minute),
			Direction: []chat.Direction{chat.In, chat.Out}[i%2], Status: chat.Delivered,
		})
	}
}

// openChanged is a conversation in which messages were answered, changed, taken back
// and reacted to, and of which some are missing.
func (r *rig) openChanged() {
	r.t.Helper()
	r.openCrowd()
	r.talkOf("Shall we meet at the harbour at seven?", "Yes! *Certainly* 🎉", "/me is looking forward to it", "", "",
		"> at seven\nI will be there. Bring `the papers`, please.", "They are in the _blue_ folder.")
	r.core.set(func(f *fakeCore) {
		f.msgs[0].Reactions = []chat.Reaction{{Emoji: "👍", Mine: true, Theirs: true}, {Emoji: "❤️", Mine: true}}
		f.msgs[1].ReplyTo, f.msgs[1].ReplyID, f.msgs[1].Edited, f.msgs[1].Status = "x", 1, true, chat.Read
		f.msgs[3].Retracted = true
		f.msgs[4].Kind = chat.KindGap
		f.msgs[6].ReplyTo, f.msgs[6].ReplyID, f.msgs[6].Direction = "y", 2, chat.In
	})
	r.openTitle("Alice Liddell")
	r.until("the messages", func() bool { return len(r.w.chats.talk.timeline.Rows()) > 6 })
}

// openSafe is a conversation in which things happened that are about encryption.
func (r *rig) openSafe() {
	r.t.Helper()
	r.openCrowd()
	r.talkOf("Shall we meet at the harbour at seven?", "Yes. From now on encrypted.", "Good.", "", "", "Is that your new laptop?")
	r.core.set(func(f *fakeCore) {
		for i, e := range []chat.Encryption{0, chat.EncryptionOMEMO2, chat.EncryptionOMEMO2, 0, chat.EncryptionOMEMO} {
			f.msgs[i].Encryption, f.msgs[i].Trust = e, chat.TrustVerified
		}
		f.msgs[2].Fingerprint = bobPhone
		f.msgs[3].Kind, f.msgs[3].Error, f.msgs[3].Trust, f.msgs[3].Fingerprint = chat.KindNotice, chat.CodeDeviceUnchecked, chat.TrustUndecided, bobTablet
		f.msgs[4].Kind, f.msgs[4].Error, f.msgs[4].Fingerprint, f.msgs[4].Trust = chat.KindUndecryptable, chat.CodeNotForUs, bobTablet, chat.TrustUndecided
		f.msgs[5].Status, f.msgs[5].Error = chat.Failed, chat.CodeKeyChanged
		for i := range f.convs {
			f.convs[i].Last.Encryption = f.safe.state.Now
		}
	})
	r.w.Apply([]chat.Event{{Kind: chat.Reload}})
	r.openTitle("Alice Liddell")
	r.until("the messages", func() bool { return len(r.w.chats.talk.timeline.Rows()) > 6 })
	r.until("the lock", func() bool { _, ok := r.w.chats.talk.protect.State(); return ok })
}

// identity shows the page of somebody's keys.
func (r *rig) identity(of chat.Address) {
	r.t.Helper()
	shown := false
	r.w.openIdentity(chat.ConvID{Account: me, Peer: of}, r.w.showChats, func(*identity) { shown = true })
	r.until("the keys", func() bool { return shown })
}

func (r *rig) openTitle(name string) {
	r.t.Helper()
	for _, row := range r.w.chats.list.Rows() {
		if row.Title == name {
			r.w.chats.list.Select(row.ID)
		}
	}
	r.until("the header", func() bool { return r.w.chats.talk.header.Title() == name })
}

// TestEveryScreenFits shows every screen in the smallest window with the largest text, and
// in languages that need more room than English. With SCREENS set to a directory it
// leaves pictures there, of other looks as well, to be looked at; SCREENLANGS are then
// the languages, "en de ru ja long" without. "long" is English with every text four
// tenths longer.
func TestEveryScreenFits(t *testing.T) {
	if underRace {
		t.Skip("hundreds of screens on one goroutine: scripts/test runs it without the race detector")
	}
	smallest := fyne.NewSize(720, 480)
	was := theme.Current()
	t.Cleanup(func() { theme.Use(was) })
	for _, look := range []struct {
		name     string
		o        theme.Options
		size     fyne.Size
		pictures bool // needs no test: it takes less room
	}{
		{"light", theme.Options{Mode: theme.Light}, fyne.NewSize(900, 640), true},
		{"dark-small", theme.Options{Mode: theme.Dark}, smallest, true},
		{"largest-small", theme.Options{Mode: theme.Light, Scale: 1.5}, smallest, false},
	} {
		if look.pictures && os.Getenv("SCREENS") == "" {
			continue
		}
		for _, speech := range speeches(t) {
			th, err := theme.New(resources.Default().Palette(), look.o)
			if err != nil {
				t.Fatal(err)
			}
			theme.Use(th.With(theme.Fonts{}, speech.words.Language()))
			for _, s := range screens {
				t.Run(speech.name+"/"+look.name+"/"+s.name, func(t *testing.T) {
					r := newRig(t)
					r.w.words, r.w.kit.Words = speech.words, speech.words
					r.w.cfg.Window.Resize(look.size)
					s.show(r)
					if min := r.w.root.MinSize(); min.Width > smallest.Width || min.Height > smallest.Height {
						t.Errorf("needs %v", min)
					}
					if top := r.top().MinSize(); top.Width > look.size.Width || top.Height > look.size.Height {
						t.Errorf("the dialog needs %v", top)
					}
					r.whole()
					r.picture(speech.name + "-" + look.name + "-" + s.name)
				})
			}
		}
	}
}

func (r *rig) picture(name string) {
	dir := os.Getenv("SCREENS")
	if dir == "" {
		return
	}
	file, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if err := png.Encode(file, r.w.cfg.Window.Canvas().Capture()); err != nil {
		r.t.Fatal(err)
	}
}
