// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"bytes"
	"image"
	"image/png"
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/ui/parts"
)

// registering goes to the form of a server, of one's own if it is not in the list.
func (r *rig) registering(server string) {
	r.t.Helper()
	r.w.take(r.core)
	r.w.ShowWelcome()
	r.click("welcome.create")
	r.says("servers.title")
	for !isEntry(r.focused()) {
		r.tab(1)
	}
	r.typeText(server)
	r.press(fyne.KeyReturn)
	r.says("register.title")
}

// named fills in the first step.
func (r *rig) named(name string) {
	r.typeText(name)
	r.press(fyne.KeyReturn)
	r.typeText("long enough")
	r.press(fyne.KeyReturn)
	r.typeText("long enough")
	r.press(fyne.KeyReturn)
}

func TestRegister(t *testing.T) {
	r := newRig(t)
	r.registering("example.org 127.0.0.1:15222")
	r.says("register.name.hint", "domain", "example.org")
	r.named("Me")
	r.until("conversations", func() bool { return r.w.showsChats() })
	if l := r.core.login; l.Address != me || l.Host != "127.0.0.1" || l.Port != 15222 || r.core.password != "long enough" {
		t.Errorf("made %+v with %q", l, r.core.password)
	}
}

func TestRegisterFields(t *testing.T) {
	r := newRig(t)
	r.registering("example.org")
	for _, c := range []struct{ name, password, again, says string }{
		{"", "", "", "trouble.register.address.empty"},
		{"m e", "x", "x", "trouble.register.address.malformed-address"},
		{"me@example.net", "x", "x", "trouble.register.address.malformed-address"},
		{"me", "", "", "trouble.register.password.empty"},
		{"me", "x", "y", "error.mismatch"},
	} {
		reg := newRegister(r.w, resources.Server{Domain: "example.org", Name: "Example"}, func() {})
		reg.build()
		reg.name.Entry.SetText(c.name)
		reg.password.Entry.SetText(c.password)
		reg.again.Entry.SetText(c.again)
		r.click("register.enter")
		r.says(c.says)
		if c.name == "me" {
			r.says("register.name.address", "address", "me@example.org")
		}
	}
	if r.core.did("start registration") {
		t.Error("asked the server all the same")
	}
}

func TestRegisterQuestions(t *testing.T) {
	r := newRig(t)
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	r.core.form = chat.Form{Instructions: "Be kind.", Fields: []chat.Field{
		{Name: "ocr", Label: "What does it say?", Required: true, Picture: b.Bytes()},
		{Name: "town", Options: []string{"Hamburg", "Lyon"}, Required: true},
		{Name: "kept", Value: "as it was"},
	}}
	r.registering("example.org")
	r.named("me")
	r.until("the questions", func() bool { return r.shows("Be kind.") })
	r.says("register.name.address", "address", "me@example.org")
	r.until("the picture", func() bool {
		return walk(r.top(), func(o fyne.CanvasObject) bool { i, ok := o.(*canvas.Image); return ok && i.Image != nil })
	})
	r.press(fyne.KeyReturn) // the first question has the focus
	r.says("register.required")
	r.saysNot("error.form-incomplete") // once is enough
	r.typeText("7")
	r.saysNot("register.required")
	r.press(fyne.KeyReturn)
	r.says("register.required") // now the second one
	if _, ok := r.focused().(*chooser); !ok {
		t.Fatalf("the focus is at %T", r.focused())
	}
	if r.core.did("add account") {
		t.Fatal("went on without an answer that the server needs")
	}
	r.press(fyne.KeyRight)
	r.saysNot("register.required")
	r.click("register.enter")
	r.until("conversations", func() bool { return r.w.showsChats() })
	if v := r.core.values; v["ocr"] != "7" || v["town"] != "Hamburg" || v["kept"] != "as it was" {
		t.Errorf("answered %v", v)
	}
}

// After a wrong answer about a picture there is another picture.
func TestRegisterAnotherPicture(t *testing.T) {
	r := newRig(t)
	form := func(text string) chat.Form {
		return chat.Form{Instructions: text, Fields: []chat.Field{{Name: "ocr", Label: "What?", Picture: []byte(text)}, {Name: "mail", Label: "Mail"}}}
	}
	r.core.form = form("The first")
	r.registering("example.org")
	r.named("me")
	r.until("the question", func() bool { return r.shows("The first") })
	r.typeText("7")
	r.w.cfg.Window.Canvas().FocusNext()
	r.typeText("a@b")
	r.core.set(func(f *fakeCore) {
		f.form, f.fail = form("The second"), failure(chat.Rejected, chat.CodeFormIncomplete)
	})
	r.press(fyne.KeyReturn)
	r.until("another picture", func() bool { return r.shows("The second") && !r.shows("The first") })
	r.says("error.form-incomplete")
	r.w.cfg.Window.Canvas().FocusNext()
	if e, ok := r.focused().(*parts.Entry); !ok || e.Text != "a@b" {
		t.Errorf("what was typed beside the picture is gone: %T", r.focused())
	}
}

func TestRegisterBackFromTheQuestions(t *testing.T) {
	r := newRig(t)
	r.core.form = chat.Form{Fields: []chat.Field{{Name: "a", Label: "Question"}}}
	r.registering("example.org")
	r.named("me")
	r.until("the question", func() bool { return r.shows("Question") })
	r.press(fyne.KeyEscape)
	r.until("let go", func() bool { return r.core.did("cancel registration") })
	r.says("register.name")
	if r.shows("Question") || !isEntry(r.focused()) {
		t.Error("not back at the name")
	}
	r.press(fyne.KeyEscape)
	r.says("servers.title")
	r.press(fyne.KeyEscape)
	r.says("welcome.text")
}

func TestRegisterFailures(t *testing.T) {
	for _, c := range []struct {
		name string
		err  *chat.Error
		says string
	}{
		{"unknown host", failure(chat.Offline, chat.CodeHostNotFound), "error.host-not-found"},
		{"server gone", failure(chat.Offline, chat.CodeConnectionRefused), "error.connection-refused"},
		{"closed", failure(chat.Rejected, chat.CodeRegistrationClosed), "error.registration-closed"},
		{"taken", failure(chat.Rejected, chat.CodeAddressTaken), "error.address-taken"},
		{"certificate", &chat.Error{Kind: chat.Certificate, Code: chat.CodeCertAuthority, Detail: "00ff"}, "error.certificate-unknown-authority"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.registering("example.org")
			r.core.set(func(f *fakeCore) { f.fail = c.err })
			r.named("me")
			r.untilSays(c.says)
			if isCertificate(c.err) {
				if digitsOf(r) != "00FF" {
					t.Error("no fingerprint")
				}
				r.press(fyne.KeyReturn)
			}
			r.click("register.enter")
			r.until("conversations", func() bool { return r.w.showsChats() })
		})
	}
}

// The server's form came over a connection that is gone.
func TestRegisterTooLate(t *testing.T) {
	r := newRig(t)
	r.core.form = chat.Form{Fields: []chat.Field{{Name: "a", Label: "Question"}}}
	r.registering("example.org")
	r.named("me")
	r.until("the question", func() bool { return r.shows("Question") })
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Timeout, chat.CodeNotFound) })
	r.click("register.enter")
	r.untilSays("trouble.register.form.not-found")
	r.says("register.name")
	r.click("register.enter")
	r.until("the question", func() bool { return r.shows("Question") })
}

func TestRegisterOnAWebPage(t *testing.T) {
	const page = "https://example.org/register"
	r := newRig(t)
	r.core.form = chat.Form{URL: page}
	r.registering("example.org")
	r.named("me")
	r.untilSays("register.elsewhere")
	r.saysNot("register.enter")
	if !r.shows(page) || len(r.links) != 0 {
		t.Error("the address is not shown, or opened without a click")
	}
	r.click("register.open-page")
	if len(r.links) != 1 || r.links[0] != page {
		t.Errorf("opened %q", r.links)
	}
	r.click("welcome.sign-in")
	r.says("signin.title")
	r.press(fyne.KeyReturn) // address and password are filled in
	r.until("conversations", func() bool { return r.w.showsChats() })
	if r.core.login.Address != me || r.core.password != "long enough" {
		t.Error("has to be typed again")
	}
}

func TestRegisterPageThatIsNone(t *testing.T) {
	for _, page := range []string{"http://example.org", "javascript:alert(1)", "file:///etc/passwd", "https://", ":"} {
		r := newRig(t)
		r.core.form = chat.Form{URL: page}
		r.registering("example.org")
		r.named("me")
		r.untilSays("error.registration-closed")
		r.saysNot("register.open-page")
		r.press(fyne.KeyEscape)
		r.says("register.name")
	}
}

// The account is made, and its server wants the password itself to let one in.
func TestRegisterThenPlain(t *testing.T) {
	r := newRig(t)
	r.core.form = chat.Form{Fields: []chat.Field{{Name: "a", Label: "Question"}}}
	r.registering("example.org")
	r.named("me")
	r.until("the question", func() bool { return r.shows("Question") })
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Auth, chat.CodePlainOnly) })
	r.click("register.enter")
	r.untilSays("plain.text", "domain", "example.org")
	r.click("plain.yes")
	r.until("conversations", func() bool { return r.w.showsChats() })
	if !r.core.login.AllowPlain || r.core.password != "long enough" || r.core.asking("start registration") != 1 {
		t.Error("not signed in to the account that was made")
	}
}

func TestRegisterCanBeStopped(t *testing.T) {
	r := newRig(t)
	r.registering("example.org")
	r.core.set(func(f *fakeCore) { f.hang = "start registration" })
	r.named("me")
	r.until("under way", func() bool { return r.core.did("start registration") })
	r.click("action.cancel")
	r.until("stopped", func() bool { return r.core.did("stopped start registration") && r.core.did("cancel registration") })
	r.says("register.enter")
	r.saysNot("error.canceled")
}

func TestServerTypedStays(t *testing.T) {
	r := newRig(t)
	r.registering("exmaple.org")
	r.press(fyne.KeyEscape)
	r.says("servers.title")
	for !isEntry(r.focused()) {
		r.tab(1)
	}
	if text := r.focused().(*parts.Entry).Text; text != "exmaple.org" {
		t.Errorf("back from the form the field has %q", text)
	}
}

func TestServers(t *testing.T) {
	r := newRig(t)
	r.w.take(r.core)
	r.w.showServers(r.w.ShowWelcome)
	for _, typed := range []string{"", "a@b", "one two three", "b/c", "example.org host:99999", "example.org host:x", "example.org host:", "example.org :1"} {
		for !isEntry(r.focused()) {
			r.tab(1)
		}
		r.typeText(typed)
		r.press(fyne.KeyReturn)
		r.says("servers.own.wrong")
		r.w.showServers(r.w.ShowWelcome)
	}
	first := r.w.words.Servers()[0]
	r.tab(1)
	r.press(fyne.KeyReturn)
	r.says("register.text", "server", first.Name)
	r.w.showServer(resources.Server{Domain: "example.org", Name: "Example", Register: "https://example.org/join"}, r.w.ShowWelcome)
	r.says("register.elsewhere")
	r.click("welcome.sign-in")
	r.says("signin.title")
}

func TestParseServer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]resources.Server{
		"Example.org":                    {Domain: "example.org", Name: "example.org"},
		" example.org xmpp.example.org ": {Domain: "example.org", Name: "example.org", Host: "xmpp.example.org"},
		"localhost 127.0.0.1:15222":      {Domain: "localhost", Name: "localhost", Host: "127.0.0.1", Port: 15222},
		"localhost [::1]:15222":          {Domain: "localhost", Name: "localhost", Host: "::1", Port: 15222},
		"localhost [::1]":                {Domain: "localhost", Name: "localhost", Host: "::1"},
		"localhost ::1":                  {Domain: "localhost", Name: "localhost", Host: "::1"},
	} {
		if got, ok := parseServer(text); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v %v", text, got, ok)
		}
	}
}
