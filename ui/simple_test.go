// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"regexp"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"golang.org/x/text/language"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/resources/csres"
	"chatsecure.org/desktop/ui/parts"
)

// simpleWords is the example of the simple mode, as a build has it.
func simpleWords(t *testing.T) *resources.Bundle {
	t.Helper()
	brand, err := csres.Open("../resources/examples/simple.csres")
	if err != nil {
		t.Fatal(err)
	}
	words, err := resources.WithBrand(brand)
	if err != nil {
		t.Fatal(err)
	}
	return words
}

// jargon are words that nobody needs to know who wants to talk with a friend.
var jargon = regexp.MustCompile(`(?i)\b(xmpp|omemo|otr|jid|muc|pep|roster|servers?|ports?|tls|ssl|fingerprints?|certificates?|keyring|proxy|tor|host|domain|` +
	`protocol|stanza|bundle|schlüsselbund|fingerabdr\w+|zertifikat\w*|\w*schlüsselt\w*|\w*adressen?)\b|encrypt|verif|device|geräte?\b`)

// hard are those of them that no text of the example may have, on whichever screen.
var hard = regexp.MustCompile(`(?i)\b(xmpp|omemo|otr|jid|muc|servers?|ports?|tls|fingerprints?|certificates?|keyring|proxy|schlüsselbund|fingerabdr\w+|zertifikat\w*)\b`)

// said is everything that can be read now, a line each.
func (r *rig) said() (lines []string) {
	walk(r.top(), func(o fyne.CanvasObject) bool {
		text := wordsOf(o)
		switch o := o.(type) {
		case *canvas.Text:
			text = o.Text
		case *parts.Entry:
			text = o.Text + "\n" + o.PlaceHolder
		case *chooser:
			text = strings.Join(o.Options, "\n") + "\n" + o.PlaceHolder
		}
		lines = append(lines, text)
		return false
	})
	return lines
}

// plainly fails the test if a word can be read that a person need not know.
func (r *rig) plainly(where string) {
	r.t.Helper()
	said := r.said()
	if n := len(strings.Join(said, "")); n < 5 {
		r.t.Errorf("%s says nothing", where)
	}
	for _, text := range said {
		if word := jargon.FindString(text); word != "" {
			r.t.Errorf("%s: %q in %q", where, word, text)
		}
		if strings.HasPrefix(text, "[") {
			r.t.Errorf("%s: %s is not in the bundle", where, text)
		}
	}
}

func newSimple(t *testing.T) *rig {
	r := newRigOf(t, simpleWords(t))
	r.w.cfg.Window.Resize(fyne.NewSize(480, 700))
	return r
}

// home is an account and a friend of the simple program's own server.
var (
	anna  = chat.MustAddress("anna@home.example")
	carla = chat.MustAddress("carla@home.example")
)

func (r *rig) simplyIn() {
	r.t.Helper()
	r.core.accounts = []chat.Account{{Login: chat.Login{Address: anna}, Enabled: true, State: chat.StateOnline, Nick: "Anna"}}
	r.core.convs = []chat.Conversation{{
		ID: chat.ConvID{Account: anna, Peer: carla},
		Contact: chat.Contact{
			Account: anna, Address: carla, Name: "Carla", Listed: true, Subscription: chat.SubscriptionBoth,
		},
	}}
	r.w.Open(r.core)
	r.until("conversations", func() bool { return r.w.chats != nil && r.w.chats.list.Loaded() })
}

func TestSimpleFirstStart(t *testing.T) {
	r := newSimple(t)
	r.w.ShowWelcome()
	r.plainly("welcome")
	r.click("welcome.create")
	r.until("no question about a key", func() bool { return r.shows(r.w.words.Text("signup.title")) })
	if got := <-r.vault.made; got != "" {
		t.Errorf("the profile has the passphrase %q", got)
	}
	r.plainly("the name")
	r.press(fyne.KeyReturn)
	r.says("trouble.signup.name.empty")
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Rejected, chat.CodeThrottled) })
	r.typeText("Anna")
	r.press(fyne.KeyReturn)
	r.untilSays("error.throttled")
	r.plainly("too many")
	r.press(fyne.KeyReturn)
	r.until("she is in", func() bool { return r.w.showsChats() })
	if !r.core.did("sign up Anna ") {
		t.Error("was not asked for an account")
	}
	if a := r.core.accounts[0].Login.Address; a != anna {
		t.Errorf("made %s", a)
	}
	r.untilSays("empty-first.title")
	r.plainly("nobody to talk to yet")
}

func TestSimpleWithoutAKeyring(t *testing.T) {
	r := newSimple(t)
	r.vault.keyring = false
	r.w.ShowWelcome()
	r.click("welcome.create")
	r.untilSays("key.title")
	r.plainly("the phrase")
	r.saysNot("key.keyring")
	r.typeText("long enough")
	r.press(fyne.KeyReturn)
	r.typeText("long enough")
	r.press(fyne.KeyReturn)
	r.untilSays("signup.title")
}

func TestSimpleSignIn(t *testing.T) {
	r := newSimple(t)
	r.w.take(r.core)
	r.w.ShowWelcome()
	r.click("welcome.sign-in")
	r.plainly("sign in")
	r.saysNot("signin.more")
	r.typeText("anna")
	r.press(fyne.KeyReturn)
	r.typeText("secret")
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Offline, chat.CodeHostNotFound) })
	r.press(fyne.KeyReturn)
	r.untilSays("error.host-not-found")
	r.plainly("nobody answers")
	r.press(fyne.KeyReturn)
	r.press(fyne.KeyReturn)
	r.until("she is in", func() bool { return r.w.showsChats() })
	if r.core.login.Address != anna {
		t.Errorf("signed in as %s", r.core.login.Address)
	}
}

func TestSimpleOnePane(t *testing.T) {
	r := newSimple(t)
	r.simplyIn()
	c := r.w.chats
	visible := func(o fyne.CanvasObject) bool {
		return walk(r.w.cfg.Window.Canvas().Content(), func(each fyne.CanvasObject) bool { return each == o })
	}
	if !visible(c.rows) || visible(c.talk.rows) {
		t.Fatal("the list does not stand alone")
	}
	if w := r.w.root.MinSize().Width; w > 440 {
		t.Errorf("the window is at least %v wide", w)
	}
	r.plainly("the list")
	c.list.SelectAt(0)
	r.until("the header", func() bool { return c.talk.header.Title() == "Carla" })
	if visible(c.rows) || !visible(c.talk.rows) {
		t.Fatal("the conversation does not stand alone")
	}
	if r.focused() != c.talk.composer.Entry {
		t.Errorf("the focus is at %T", r.focused())
	}
	r.plainly("the conversation")
	if w := r.w.root.MinSize().Width; w > 440 {
		t.Errorf("the window is at least %v wide", w)
	}
	r.press(fyne.KeyF6)
	if r.focused() == c.search || r.focused() == c.rows {
		t.Error("F6 goes to what can not be seen")
	}
	r.press(fyne.KeyEscape)
	if !visible(c.rows) || !c.list.Selected().IsZero() || r.focused() != c.rows {
		t.Errorf("Escape does not lead back to the list: the focus is at %T", r.focused())
	}
	c.list.SelectAt(0)
	c.backToList()
	if !visible(c.rows) {
		t.Error("the button does not lead back")
	}
}

func TestSimplePages(t *testing.T) {
	r := newSimple(t)
	r.simplyIn()
	w := r.w
	sections := []int{sectionAccounts, sectionHabits, sectionAppearance}
	for _, section := range sections {
		s := w.showSettingsAt(section)
		if section == sectionAccounts {
			r.saysNot("settings.security")
			r.saysNot("accounts.add")
			s.show(section)
			r.says("you.name.hint", "name", "anna")
			r.click("you.invite")
			if got := r.clipboard(); got != "https://home.example/i/#anna@home.example?roster;name=Anna" {
				t.Errorf("invites with %s", got)
			}
			r.click("account.password") // that nobody has chosen
			r.untilSays("password.text", "address", anna.String())
			r.plainly("the password")
			r.press(fyne.KeyEscape)
		}
		r.plainly("settings")
		r.press(fyne.KeyEscape)
		r.says("settings.title")
		r.press(fyne.KeyEscape)
		if !w.showsChats() {
			t.Fatal("Escape does not lead out of the settings")
		}
	}
	for name, open := range map[string]func(){
		"new conversation": w.showNewChat, "go to": w.showSwitcher, "blocked": func() { w.showBlockList(anna) },
		"leave": func() { w.askRemoveAccount(anna) }, "find": func() { w.showFind(chat.ConvID{}, "x") },
	} {
		w.showChats()
		open()
		r.plainly(name)
	}
	w.showChats()
	w.showContact(chat.ConvID{Account: anna, Peer: carla})
	r.untilSays("contact.title")
	r.saysNot("contact.devices")
	r.plainly("the friend")
}

func TestSimpleLock(t *testing.T) {
	r := newSimple(t)
	r.simplyIn()
	talk := r.w.chats.talk
	r.w.chats.list.SelectAt(0)
	r.until("the header", func() bool { return talk.header.Title() == "Carla" })
	r.core.safe.state = chat.EncryptionState{}
	r.until("known", func() bool { _, ok := talk.protect.State(); return ok })
	r.plainly("the conversation")
	talk.explainLock()
	r.plainly("the lock")
	r.saysNot("lock.devices")
	r.click("lock.more-about") // from here on it may say more
	r.says("lock.devices")
	r.press(fyne.KeyEscape)
	talk.explainLock()
	r.saysNot("lock.devices")
}

func TestSimpleNameWillDo(t *testing.T) {
	r := newSimple(t)
	r.simplyIn()
	r.w.showNewChat()
	r.typeText("dora")
	r.says("new.add")
	r.plainly("a new friend")
	r.press(fyne.KeyReturn)
	r.until("asked", func() bool { return r.core.did("add dora@home.example") })
	r.press(fyne.KeyEscape)
	r.until("added", func() bool { return !r.w.contacts.Busy() })
	r.w.showChats()
	r.w.showNewChat()
	r.typeText("https://home.example/i/#erik@home.example?roster;preauth=T;name=Erik")
	r.press(fyne.KeyReturn)
	r.until("accepted", func() bool { return r.core.did("accept invitation of erik@home.example T") })
}

// TestSimpleTexts reads all that the example may say, besides the details of the lock.
func TestSimpleTexts(t *testing.T) {
	details := regexp.MustCompile(`^(about\.licence|cli|backup|believe|bundle|certificate|choice|code|compare|dead|details|device|error\.(device|key-changed|malformed|no-trusted|otr|own-device|secret)|` +
		`identity|key\.keyring|level|lock\.(more|end-otr|skipped|readers|you|them)|out\.encrypt|package|plain|read\.|sealed|secret|security|signin\.(direct-tls|port|edit)|` +
		`trouble\.(backup|signin\.host)|verify|way|wire|policy|start|register\.(text|elsewhere)|servers|account\.locked)`)
	words := simpleWords(t)
	for _, tag := range []language.Tag{language.English, language.German} {
		words := words.Locale(tag)
		for _, id := range words.IDs() {
			text := words.Text(id, "count", 2)
			if word := hard.FindString(regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(text, "")); word != "" && !details.MatchString(id) {
				t.Errorf("%s: %s: %q in %q", tag, id, word, text)
			}
		}
	}
}

func TestStickers(t *testing.T) {
	r := newSimple(t)
	r.simplyIn()
	talk := r.w.chats.talk
	r.w.chats.list.SelectAt(0)
	r.until("the header", func() bool { return talk.header.Title() == "Carla" })
	talk.chooseSticker()
	r.says("stickers.title")
	r.plainly("stickers")
	r.press(fyne.KeyRight)
	r.press(fyne.KeyReturn)
	r.until("sent", func() bool { return r.core.did("send :pebbles-heart:") })
	if r.w.covered() {
		t.Error("the stickers are still there")
	}
	// Where it stands in a list, it is said in words.
	if got := r.w.kit.Plainly(":pebbles-heart:"); got != r.w.words.Text("own.sticker.heart") {
		t.Errorf("is said as %q", got)
	}
}
