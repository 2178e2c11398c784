// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
)

func TestKeyInTheKeyring(t *testing.T) {
	r, went := newRig(t), false
	r.w.showKeyChoice(func() { went = true })
	if r.focused() == nil {
		t.Fatal("Enter does nothing")
	}
	r.press(fyne.KeyReturn)
	r.until("the next step", func() bool { return went })
	if phrase := <-r.vault.made; phrase != "" {
		t.Error("made with a passphrase")
	}
}

func TestKeyBehindAPassphrase(t *testing.T) {
	r, went := newRig(t), false
	k := newKeyChoice(r.w, func() { went = true })
	r.click("key.phrase")
	for _, c := range []struct{ first, again, wrong string }{
		{"", "", "trouble.key.password.empty"},
		{"short", "short", "error.too-short"},
		{"long enough", "long enouhg", "error.mismatch"},
	} {
		k.first.Entry.SetText(c.first)
		k.again.Entry.SetText(c.again)
		r.click("action.continue")
		r.says(c.wrong)
	}
	r.w.focus(k.first.Entry)
	k.again.Entry.SetText("")
	r.saysNot("error.mismatch") // being mended
	r.press(fyne.KeyReturn)
	r.typeText("long enough")
	r.press(fyne.KeyReturn)
	r.until("the next step", func() bool { return went })
	if phrase := <-r.vault.made; phrase != "long enough" {
		t.Errorf("made with %q", phrase)
	}
	if k.first.Text()+k.again.Text() != "" {
		t.Error("the passphrase still stands in the fields")
	}
}

func TestNoKeyring(t *testing.T) {
	r := newRig(t)
	r.vault.keyring = false
	r.w.showKeyChoice(func() { t.Error("went on without a key") })
	r.untilSays("key.keyring.none")
	r.says("key.phrase.first")
	if !isEntry(r.focused()) {
		t.Error("the passphrase does not have the focus")
	}
	r.click("key.keyring")
	r.says("key.phrase.first")
	r.click("action.continue")
	r.says("trouble.key.password.empty")
}

func TestKeyFails(t *testing.T) {
	t.Run("keyring is locked", func(t *testing.T) {
		r := newRig(t)
		newKeyChoice(r.w, func() { t.Error("went on") })
		r.vault.fail = failure(chat.Storage, chat.CodeNoKeyring)
		r.click("action.continue")
		r.untilSays("error.no-keyring")
		if len(r.w.sheets) != 0 {
			t.Error("in a dialog: it is about the card")
		}
		r.click("key.phrase")
		r.saysNot("error.no-keyring")
	})
	t.Run("disk is full", func(t *testing.T) {
		r := newRig(t)
		newKeyChoice(r.w, func() { t.Error("went on") })
		r.vault.fail = failure(chat.Storage, chat.CodeDiskFull)
		r.click("action.continue")
		r.untilSays("error.disk-full")
		r.click("action.ok")
		r.says("key.title") // and can be tried again
		r.click("action.continue")
		r.untilSays("error.disk-full")
	})
	t.Run("gone back meanwhile", func(t *testing.T) {
		r := newRig(t)
		newKeyChoice(r.w, func() { t.Error("went on") })
		r.click("action.continue")
		r.press(fyne.KeyEscape)
		r.says("welcome.text")
		r.until("the database", func() bool { return r.w.core != nil })
		r.says("welcome.text")
		r.click("welcome.sign-in")
		r.says("signin.title") // the key is not asked for again
	})
}

func TestUnlock(t *testing.T) {
	r := newRig(t)
	r.core.accounts = []chat.Account{{Login: chat.Login{Address: me}, Enabled: true}}
	r.w.ShowUnlock()
	r.press(fyne.KeyReturn)
	r.says("trouble.unlock.password.empty")
	r.typeText("wrong")
	r.saysNot("trouble.unlock.password.empty")
	r.press(fyne.KeyReturn)
	r.untilSays("error.key-wrong")
	if len(r.w.sheets) != 0 {
		t.Error("in a dialog: it is about the field")
	}
	r.typeText("right") // in place of what was wrong
	r.press(fyne.KeyReturn)
	r.until("conversations", func() bool { return r.w.showsChats() })
}

func TestUnlockADamagedDatabase(t *testing.T) {
	r := newRig(t)
	r.vault.fail = failure(chat.Storage, chat.CodeDamaged)
	r.w.ShowUnlock()
	r.typeText("right")
	r.press(fyne.KeyReturn)
	r.untilSays("error.database-damaged")
	if len(r.w.sheets) != 1 {
		t.Error("not in a dialog")
	}
	r.press(fyne.KeyReturn)
	r.says("unlock.title")
}

func TestFailure(t *testing.T) {
	r := newRig(t)
	tries := 0
	r.w.ShowFailure(failure(chat.Storage, chat.CodeNewer), func() { tries++ })
	r.says("error.database-newer")
	r.says("action.quit")
	r.press(fyne.KeyReturn)
	if tries != 1 {
		t.Error("Enter does not try again")
	}
	r.press(fyne.KeyEscape) // there is nowhere to go back to
	r.says("error.database-newer")
}

// The database opens, and its accounts can not be read.
func TestAccountsCanNotBeRead(t *testing.T) {
	r := newRig(t)
	r.core.set(func(f *fakeCore) {
		f.unreadable = failure(chat.Storage, chat.CodeDamaged)
		f.accounts = []chat.Account{{Login: chat.Login{Address: me}, Enabled: true}}
	})
	r.w.Open(r.core)
	r.untilSays("error.database-damaged")
	r.core.set(func(f *fakeCore) { f.unreadable = nil })
	r.click("action.retry")
	r.until("conversations", func() bool { return r.w.showsChats() })
}
