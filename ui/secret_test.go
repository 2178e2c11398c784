// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"io"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
)

func TestAskForASecret(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(nil)
	r.identity(bob)
	r.click("identity.ask")
	r.says("secret.needs", "name", "Bob")
	r.click("out.otr")
	r.until("a session", func() bool { return r.core.did("start otr") })
	r.core.set(func(f *fakeCore) { f.safe.state.OTROpen = true })
	r.event(chat.TrustChanged)
	r.until("the session is known", func() bool {
		r.click("identity.ask")
		if r.shows(r.w.words.Text("secret.question")) {
			return true
		}
		r.press(fyne.KeyEscape)
		return false
	})
	r.typeText("Where?")
	r.press(fyne.KeyReturn)
	r.press(fyne.KeyReturn) // without an answer
	r.says("error.empty")
	r.typeText("harbour")
	r.press(fyne.KeyReturn)
	r.until("asked", func() bool { return r.core.did("ask Where? harbour") && len(r.w.sheets) == 0 })
}

func TestAnswerASecret(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(func(s *chat.EncryptionState) { s.Asked, s.Question = true, "Where?" })
	r.untilSays("secret.asked", "name", "Bob", "question", "Where?")
	r.click("secret.reply.enter")
	r.says("secret.reply", "name", "Bob")
	r.typeText("harbour")
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.EncryptionFailed, chat.CodeNoSession) })
	r.press(fyne.KeyReturn)
	r.untilSays("error.no-session")
	r.press(fyne.KeyReturn)
	r.until("answered", func() bool { return r.core.asking("answer secret harbour") == 2 && len(r.w.sheets) == 0 })
	r.core.set(func(f *fakeCore) { f.safe.state.Asked, f.safe.state.Waiting = false, true })
	r.event(chat.SecretAsked)
	r.untilSays("secret.waiting", "name", "Bob")
	r.click("secret.stop")
	r.until("stopped", func() bool { return r.core.did("abort secret") })
}

func TestWhatRowsOffer(t *testing.T) {
	r := newRig(t)
	r.encrypted(nil)
	r.core.msgs = []chat.Message{
		{ID: 1, Cursor: 1, Kind: chat.KindNotice, Error: chat.CodeDeviceUnchecked, Fingerprint: bobTablet, Trust: chat.TrustUndecided, Time: time.Now()},
		{ID: 2, Cursor: 2, Kind: chat.KindUndecryptable, Error: chat.CodeNotForUs, Fingerprint: bobTablet, Time: time.Now()},
		{ID: 3, Cursor: 3, Body: "x", Encryption: chat.EncryptionOMEMO, Fingerprint: bobPhone, Trust: chat.TrustVerified, Time: time.Now()},
		{ID: 4, Cursor: 4, Kind: chat.KindNotice, Error: chat.CodeOwnDevice, Fingerprint: myPhone, Trust: chat.TrustTrusted, Time: time.Now()},
		{ID: 6, Cursor: 6, Kind: chat.KindUndecryptable, Error: chat.CodeBrokenKeys, Time: time.Now()},
		{ID: 7, Cursor: 7, Kind: chat.KindUndecryptable, Error: chat.CodeBrokenKeys, Direction: chat.Out, Time: time.Now()},
		{ID: 5, Cursor: 5, Body: "y", Direction: chat.Out, Status: chat.Failed, Error: chat.CodeNoDevice, Time: time.Now()},
	}
	conv := chat.ConvID{Account: me, Peer: bob}
	for i := range r.core.msgs {
		r.core.msgs[i].Conv = conv
	}
	r.openBob()
	talk := r.w.chats.talk
	r.until("the messages", func() bool { return len(talk.timeline.Rows()) > 5 })

	talk.rows.OnAct(3, model.ActDetails)
	r.says("way.omemo")
	r.says("details.verified")
	r.press(fyne.KeyEscape)
	talk.rows.OnAct(2, model.ActDetails)
	r.says("sealed.not-for-this-device.text", "name", "Bob")
	r.click("act.ask-again", "name", "Bob")
	if got := talk.composer.Text(); !strings.Contains(got, "could not read") || talk.draft.Text() != got {
		t.Errorf("the composer has %q, the draft %q", got, talk.draft.Text())
	}
	if r.core.did("send " + talk.composer.Text()) {
		t.Error("sent by itself")
	}
	talk.composer.Entry.SetText("")
	talk.rows.OnAct(6, model.ActRenew)
	r.until("a new session with Bob", func() bool {
		return r.core.did("renew "+bob.String()) && strings.Contains(talk.composer.Text(), "could not read")
	})
	talk.rows.OnAct(7, model.ActRenew)
	r.until("a new session with another device", func() bool { return r.core.did("renew " + me.String()) })
	talk.rows.OnAct(5, model.ActDetails)
	r.says("lock.devices")
	r.press(fyne.KeyEscape)
	talk.rows.OnAct(4, model.ActRemoveOwn)
	r.untilSays("device.remove.text", "account", me.String())
	r.press(fyne.KeyEscape)
	talk.rows.OnAct(1, model.ActNotNow)
	if rows := talk.timeline.Rows(); rows[1].ID != 1 || rows[1].Acts != (model.Acts{}) {
		t.Errorf("still offers: %+v", rows[1])
	}
	talk.rows.OnAct(1, model.ActVerify)
	r.untilSays("compare.text", "name", "Bob")
	if !r.shows("7654321") {
		t.Error("compares another device")
	}
}

func TestSecurityOfAnAccount(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(nil)
	r.w.showSettingsAt(sectionSecurity)
	r.untilSays("level.careful.text")
	r.click("level.strict")
	r.until("strict", func() bool { return r.core.did("level strict") })
	r.untilSays("level.strict.text")
	r.click("security.require.yes")
	r.until("required", func() bool { return r.core.did("require true") })
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Storage, chat.CodeDiskFull) })
	r.click("level.relaxed")
	r.untilSays("error.disk-full")
	r.press(fyne.KeyReturn)
	r.untilSays("level.strict.text") // what could not be kept is not shown as if
	walk(r.top(), func(o fyne.CanvasObject) bool {
		c, ok := o.(*chooser)
		if ok {
			c.SetSelectedIndex(3)
		}
		return ok
	})
	r.until("never OTR", func() bool {
		value, err := r.core.Setting(t.Context(), chat.SettingOTR)
		return err == nil && value == chat.OTRNever
	})
	r.click("identity.own-devices")
	r.untilSays("identity.own")
	r.press(fyne.KeyEscape)
	r.untilSays("settings.security")
}

func TestCopyOfKeys(t *testing.T) {
	r := newRig(t)
	r.openSafeBob(nil)
	r.w.showSettingsAt(sectionSecurity)
	r.untilSays("security.export")
	r.w.saveKeys(me)
	r.typeText("short")
	r.press(fyne.KeyReturn)
	r.press(fyne.KeyReturn)
	r.untilSays("error.too-short")
	r.press(fyne.KeyEscape)

	r.core.set(func(f *fakeCore) { f.safe.backup = []byte("sealed") })
	r.w.saveKeys(me)
	r.typeText("long enough")
	r.press(fyne.KeyReturn)
	r.typeText("long enough")
	r.press(fyne.KeyReturn)
	r.until("a place to save it", func() bool { return r.core.did("export long enough") && r.w.foreign != nil })
	r.press(fyne.KeyEscape)

	r.w.openCopy(me, io.NopCloser(strings.NewReader(chat.SealedKeysMark+"sealed")))
	r.untilSays("backup.open.text")
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Input, chat.CodeKeyPassphrase) })
	r.typeText("wrong")
	r.press(fyne.KeyReturn)
	r.untilSays("error.key-file-passphrase")
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Input, chat.CodeKeyOwner) })
	r.typeText("other")
	r.press(fyne.KeyReturn)
	r.untilSays("error.key-file-owner")
	r.typeText("right")
	r.press(fyne.KeyReturn)
	r.until("read", func() bool { return r.core.did("import " + chat.SealedKeysMark + "sealed right") })
	r.untilSays("backup.read")
	r.press(fyne.KeyReturn)
	r.w.openCopy(me, io.NopCloser(strings.NewReader("(privkeys")))
	r.untilSays("backup.open.text")
	r.click("backup.open") // no passphrase is asked for
	r.until("another program's", func() bool { return r.core.did("import (privkeys ") })
}
