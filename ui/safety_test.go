// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"bytes"
	"image/png"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/qr"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// openSafeBob opens the conversation with Bob, whose keys are known.
func (r *rig) openSafeBob(change func(s *chat.EncryptionState)) {
	r.t.Helper()
	r.encrypted(change)
	r.openBob()
	r.until("the lock", func() bool { _, ok := r.w.chats.talk.protect.State(); return ok })
}

func TestTheLockSaysWhatHappens(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(s *chat.EncryptionState)
		says   []string
	}{
		{"plain", func(s *chat.EncryptionState) { *s = chat.EncryptionState{} }, []string{"composer.plain"}},
		{"encrypted", func(s *chat.EncryptionState) { s.Lock = chat.LockClosed }, []string{"composer.encrypted"}},
		{"verified", nil, []string{"composer.verified"}},
		{"asking", func(s *chat.EncryptionState) { *s = chat.EncryptionState{Unsure: true} }, []string{"composer.asking"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.openSafeBob(c.change)
			for _, id := range c.says {
				r.untilSays(id, "name", "Bob")
			}
			test.Tap(r.w.chats.talk.lock)
			id := "lock." + r.w.chats.talk.protect.Mode().Lock.String()
			if c.name == "asking" {
				id = "lock.asking"
			}
			r.says(id)
			r.says(id+".text", "name", "Bob")
			if c.name == "verified" {
				r.says("lock.readers")
				r.says("lock.skipped")
				if !r.shows("Bob's phone") || !r.shows("7654321") {
					t.Error("does not name the devices")
				}
			}
		})
	}
}

// The four locks are told apart by their shape, whatever the bundle's colours are.
func TestLocksHaveShapesOfTheirOwn(t *testing.T) {
	words, seen := resources.Default(), map[string]bool{}
	for l := chat.LockOpen; l <= chat.LockWarning; l++ {
		icon, _ := lockLook(l)
		shape := string(words.Icon(icon).SVG)
		if !words.HasIcon(icon) || seen[shape] {
			t.Errorf("%v looks like another one", l)
		}
		seen[shape] = true
	}
}

func TestWhereNothingCanBeSentTheTextStays(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(func(s *chat.EncryptionState) { s.Code, s.Lock = chat.CodeKeyChanged, chat.LockWarning })
	reason := r.w.words.Text("stopped.key-changed", "name", "Bob")
	r.untilSays("composer.stopped", "reason", reason)
	r.typeText("secret plans")
	r.press(fyne.KeyReturn)
	r.says("stopped.key-changed.text", "name", "Bob")
	if r.core.did("send secret plans") || r.w.chats.talk.composer.Text() != "secret plans" {
		t.Error("sent, or lost")
	}
	r.press(fyne.KeyEscape)
	r.click("out.devices")
	r.untilSays("identity.devices", "name", "Bob")
}

func TestAnOwnDeviceInTheWay(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(func(s *chat.EncryptionState) {
		s.Code, s.Lock, s.Level = chat.CodeOwnUnchecked, chat.LockWarning, chat.Strict
	})
	r.untilSays("composer.stopped", "reason", r.w.words.Text("stopped.own-device-unverified"))
	r.click("out.devices")
	r.untilSays("identity.own")
}

// Where it has to be encrypted, whoever asks learns by whom, and is offered nothing else.
func TestEncryptionIsRequired(t *testing.T) {
	for by, id := range map[string]string{"": "lock.required", "Acme": "lock.required-by"} {
		r := newRig(t)
		r.openSafeBob(func(s *chat.EncryptionState) {
			*s = chat.EncryptionState{Code: chat.CodeNoDevice, Was: true, Required: true, RequiredBy: by, Lock: chat.LockWarning}
		})
		r.untilSays("composer.stopped", "reason", r.w.words.Text("stopped.no-device", "name", "Bob"))
		r.w.chats.talk.explainLock()
		r.says(id, "by", by)
		r.saysNot("out.plain")
	}
}

func TestSendingUnencryptedIsADecision(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(func(s *chat.EncryptionState) { *s = chat.EncryptionState{Code: chat.CodeNoDevice, Was: true} })
	r.click("out.plain")
	r.says("plain-choice.text", "name", "Bob")
	r.press(fyne.KeyReturn) // Cancel has the focus
	if r.core.did("choose none") {
		t.Fatal("Enter decides")
	}
	r.click("out.plain")
	r.core.set(func(f *fakeCore) { f.safe.state = chat.EncryptionState{Choice: chat.ChoiceNone, Was: true} })
	r.click("plain-choice.yes")
	r.until("the decision", func() bool { return r.core.did("choose none") })
	r.untilSays("composer.plain")
	r.typeText("hello")
	r.press(fyne.KeyReturn)
	r.until("sent", func() bool { return r.core.did("send hello") })
}

func TestWaysOutBeginSessions(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(func(s *chat.EncryptionState) {
		*s = chat.EncryptionState{Code: chat.CodeNoSession, Choice: chat.ChoiceOTR, CanOTR: true}
	})
	r.click("out.otr")
	r.until("a session", func() bool { return r.core.did("start otr") })
	r.core.set(func(f *fakeCore) {
		f.safe.state = chat.EncryptionState{Now: chat.EncryptionOTR, OTROpen: true, Lock: chat.LockClosed}
	})
	r.event(chat.TrustChanged)
	r.untilSays("composer.encrypted")
	test.Tap(r.w.chats.talk.lock)
	r.click("lock.end-otr")
	r.until("its end", func() bool { return r.core.did("end otr") })
}

func TestCompareAndDistrust(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(nil)
	r.identity(bob)
	r.says("identity.open", "name", "Bob", "count", 2, "all", 3)
	r.says("device.unused")
	r.click("device.compare")
	r.says("compare.text", "name", "Bob")
	r.press(fyne.KeyReturn) // "Not now" has the focus
	if r.core.did("trust 7be0 verified compare") {
		t.Fatal("Enter verifies")
	}
	r.click("device.compare")
	r.click("compare.yes")
	r.until("verified", func() bool { return r.core.did("trust 7be0 verified compare") })
	r.untilSays("identity.open", "name", "Bob", "count", 1, "all", 3)
	r.w.reveal(r.find(r.w.words.Text("device.compare")))
	r.click("device.compare") // the OTR key is what is left
	r.click("compare.no")
	r.says("compare.differ.text")
	r.click("device.distrust")
	r.until("distrusted", func() bool { return r.core.did("trust 63ad distrusted compare") })
	r.untilSays("identity.all-verified", "name", "Bob", "count", 2)
	r.w.reveal(r.find(r.w.words.Text("device.again")))
	r.click("device.again")
	r.until("undecided again", func() bool { return r.core.did("trust 63ad undecided choice") })
	r.saysNot("device.gone-verified")
	r.w.reveal(r.find(r.w.words.Text("identity.old", "count", 1)))
	r.click("identity.old", "count", 1)
	r.says("device.gone-verified")
	r.press(fyne.KeyEscape)
	if !r.w.showsChats() {
		t.Error("Escape does not go back")
	}
}

func TestTheKeyboardGoesThroughAPageOfKeys(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(nil)
	r.w.cfg.Window.Resize(fyne.NewSize(720, 480))
	r.identity(bob)
	scroll, farthest := r.w.screen.scroll, float32(0)
	for range 40 {
		r.tab(1)
		farthest = max(farthest, scroll.Offset.Y)
		o, ok := r.focused().(fyne.CanvasObject)
		if _, button := o.(*parts.Button); !ok || !button {
			continue
		}
		top := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).Y
		if under := top + o.Size().Height; top < 0 || under > r.w.cfg.Window.Canvas().Size().Height {
			t.Fatalf("%q has the keyboard and can not be seen: %v", wordsOf(o), top)
		}
	}
	if farthest == 0 {
		t.Error("nothing was scrolled")
	}
}

func TestChoicesOfAConversation(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(nil)
	r.identity(bob)
	r.until("the choices", func() bool { return r.shows(r.w.words.Text("choice.auto.text", "name", "Bob")) })
	choosers := func() (out []*chooser) {
		walk(r.top(), func(o fyne.CanvasObject) bool {
			if c, ok := o.(*chooser); ok {
				out = append(out, c)
			}
			return false
		})
		return out
	}
	if got := choosers()[1].Selected; got != r.w.words.Text("level.account", "level", r.w.words.Text("level.careful")) {
		t.Errorf("level %q", got)
	}
	choosers()[0].SetSelectedIndex(2)
	r.until("OTR", func() bool { return r.core.did("choose otr") })
	r.untilSays("choice.otr.text", "name", "Bob")
	choosers()[1].SetSelectedIndex(3)
	r.until("strict", func() bool { return r.core.did("level strict " + bob.String()) })
	r.untilSays("level.strict.text")
	choosers()[1].SetSelectedIndex(0)
	r.until("as the account", func() bool { return r.core.did("level -1 " + bob.String()) })
	r.untilSays("level.careful.text")
	choosers()[0].SetSelectedIndex(3)
	r.says("plain-choice.text", "name", "Bob")
	r.press(fyne.KeyReturn)
	if r.core.did("choose none") || choosers()[0].SelectedIndex() != 2 {
		t.Error("not encrypted without a word")
	}
}

func TestOwnDevices(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(nil)
	r.identity(me)
	r.says("identity.own-open", "count", 2)
	r.says("dead.text", "count", 1)
	r.says("device.quiet", "count", 94)
	r.click("dead.remove", "count", 1)
	r.says("device.remove.text", "account", me.String())
	r.click("device.remove.yes")
	r.until("removed", func() bool { return r.core.did("remove device 33") })
}

func TestANewDeviceOfOnesOwn(t *testing.T) {
	r := newRig(t)
	r.encrypted(nil)
	at := time.Now().Add(-26 * time.Hour)
	r.core.safe.keys[5].FirstSeen = at
	r.openBob()
	words := r.w.words
	when := at.Local().Format(words.Text("format.day")) + " " + at.Local().Format(words.Text("format.time"))
	r.untilSays("own-device.banner", "account", me.String(), "time", when)
	r.click("act.remove-own")
	r.says("device.remove.text", "account", me.String())
	r.press(fyne.KeyReturn) // Cancel
	r.says("own-device.banner", "account", me.String(), "time", when)
	r.click("act.verify-own")
	r.untilSays("compare.own.text")
	r.click("compare.yes")
	r.until("verified", func() bool { return r.core.did("trust c0ff verified compare") })
	r.press(fyne.KeyEscape)
	r.saysNot("own-device.banner", "account", me.String(), "time", when)
}

// pictureOf is a file with a QR code in it.
func pictureOf(t *testing.T, text string) io.ReadCloser {
	t.Helper()
	c, err := qr.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := png.Encode(&file, parts.CodeImage(c)); err != nil {
		t.Fatal(err)
	}
	return io.NopCloser(&file)
}

func TestReadACode(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(nil)
	keys := model.NewIdentity(r.w.env, r.core, me, bob)
	link := "xmpp:bob@example.org?omemo-sid-7654321=" + string(bobTablet)
	r.core.set(func(f *fakeCore) {
		f.safe.link = chat.IdentityLink{Owner: bob, Keys: f.safe.keys[:2], Different: f.safe.keys[2:3]}
	})
	r.w.readPictureOfCode(keys, "Bob", pictureOf(t, link))
	r.untilSays("believe.verify", "count", 1, "address", bob.String())
	r.says("believe.different", "count", 1)
	if !r.core.did("read " + link) {
		t.Error("read something else")
	}
	r.press(fyne.KeyReturn) // Cancel
	if r.core.did("trust 7be0 verified code") {
		t.Fatal("Enter verifies")
	}
	r.w.readPictureOfCode(keys, "Bob", pictureOf(t, link))
	r.untilSays("believe.title")
	r.click("believe.yes")
	r.until("verified", func() bool { return r.core.did("trust 7be0 verified code") && !keys.Waiting() })

	for name, file := range map[string]string{"not a picture": "x", "a code of something else": ""} {
		data := io.NopCloser(strings.NewReader(file))
		want := "error.picture-unreadable"
		if file == "" {
			data, want = pictureOf(t, "https://example.org/"), "read.none"
		}
		r.w.readPictureOfCode(keys, "Bob", data)
		r.untilSays(want)
		r.press(fyne.KeyReturn)
		_ = name
	}
	fyne.CurrentApp().Clipboard().SetContent("nothing of that kind")
	r.w.readCode(keys, "Bob")
	r.click("read.clipboard")
	r.says("read.nothing")
	r.press(fyne.KeyReturn)
	fyne.CurrentApp().Clipboard().SetContent(" " + link + "\n")
	r.core.set(func(f *fakeCore) { f.safe.link.Keys, f.safe.link.Different = f.safe.keys[:1], nil })
	r.w.readCode(keys, "Bob")
	r.click("read.clipboard")
	r.untilSays("believe.done", "address", bob.String())
}

// A picture file that was copied in a file manager is read like one that is picked.
func TestReadACopiedPicture(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(nil)
	keys := model.NewIdentity(r.w.env, r.core, me, bob)
	link := "xmpp:bob@example.org?omemo-sid-7654321=" + string(bobTablet)
	r.core.set(func(f *fakeCore) { f.safe.link = chat.IdentityLink{Owner: bob, Keys: f.safe.keys[:1]} })
	dir := t.TempDir()
	path := filepath.Join(dir, "Bob's code.png")
	data, err := io.ReadAll(pictureOf(t, link))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	uri := (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
	for text, want := range map[string]string{
		path: "believe.done", uri + "\r\n": "believe.done", dir: "error.picture-unreadable", filepath.Join(dir, "none.png"): "error.picture-unreadable",
		path + "\n" + path: "read.nothing", "code.png": "read.nothing",
	} {
		fyne.CurrentApp().Clipboard().SetContent(text)
		r.w.readCode(keys, "Bob")
		r.click("read.clipboard")
		if want == "believe.done" {
			r.untilSays(want, "address", bob.String())
		} else {
			r.untilSays(want)
		}
		r.press(fyne.KeyReturn)
	}
}

func TestALinkInAMessageOnlyAsks(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(nil)
	r.core.set(func(f *fakeCore) { f.safe.link = chat.IdentityLink{Owner: bob, Keys: f.safe.keys[1:2]} })
	r.w.openLink("https://conversations.im/i/bob@example.org?omemo-sid-7654321=" + string(bobTablet))
	r.untilSays("believe.link", "address", bob.String())
	if len(r.links) != 0 {
		t.Error("opened in the browser:", r.links)
	}
	r.press(fyne.KeyReturn)
	if r.core.did("trust 7be0 verified code") {
		t.Error("verified by a link")
	}
	r.w.openLink("https://conversations.im/i/bob@example.org")
	if len(r.links) != 1 {
		t.Error("another link is not opened")
	}
}

func TestShowMyCode(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(nil)
	r.w.showCode(me)
	r.untilSays("code.text")
	r.click("code.copy")
	if r.clipboard() != r.core.safe.uri {
		t.Errorf("copied %q", r.clipboard())
	}
	r.press(fyne.KeyEscape)
	r.core.set(func(f *fakeCore) { f.safe.uri = "" })
	r.w.showCode(me)
	r.untilSays("code.none")
}
