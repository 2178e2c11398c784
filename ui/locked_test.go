// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/policy"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// lockedBy has a brand ask for a policy.
func (r *rig) lockedBy(name, doc string) {
	r.t.Helper()
	p, err := policy.Parse([]byte(doc))
	if err != nil {
		r.t.Fatal(err)
	}
	locks := model.NewLocks([]policy.Source{{Layer: "brand", Name: name, Policy: p}})
	r.w.cfg.Locks = func() model.Locks { return locks }
}

// pale fails the test unless the buttons with these words can be seen and not pressed.
func (r *rig) pale(ids ...string) {
	r.t.Helper()
	for _, id := range ids {
		b, ok := r.find(r.w.words.Text(id)).(*parts.Button)
		if !ok || !b.Disabled() {
			r.t.Errorf("%q can be pressed, or is not there", id)
		}
	}
}

// disabled counts the buttons that can be seen and not pressed.
func (r *rig) disabled() (n int) {
	walk(r.top(), func(o fyne.CanvasObject) bool {
		if b, ok := o.(*parts.Button); ok && b.Disabled() {
			n++
		}
		return false
	})
	return n
}

// What a policy holds is shown, pale, with who asks for it; what it does not is as ever.
func TestLockedRows(t *testing.T) {
	r := newRig(t)
	r.lockedBy("Acme", `{"receipts":"off","export":"off","accounts.max":1,"encryption.allowed":["omemo","omemo2"]}`)
	r.core.safe.state.LevelBy, r.core.safe.state.Least, r.core.safe.state.RequiredBy = "Acme", chat.Careful, "Acme"
	r.core.safe.level, r.core.safe.required = chat.Careful, true
	r.signedIn()

	s := r.w.showSettingsAt(sectionAccounts)
	r.says("locked.by", "name", "Acme")
	r.pale("accounts.add")
	s.show(sectionHabits)
	r.says("habits.receipts")
	r.says("locked.by", "name", "Acme")
	if n := r.disabled(); n != 4 { // receipts and read marks, on and off
		t.Errorf("%d buttons are pale", n)
	}
	s.show(sectionSecurity)
	r.until("the account's settings", func() bool {
		b, ok := r.find(r.w.words.Text("level.relaxed")).(*parts.Button)
		return ok && b.Disabled()
	})
	r.pale("level.relaxed", "security.require.no", "security.export")
	if b, ok := r.find(r.w.words.Text("level.strict")).(*parts.Button); !ok || b.Disabled() {
		t.Error("a stricter level can not be chosen")
	}
}

// A person who has no account sees that none can be made here, and by whose wish.
func TestLockedRegistration(t *testing.T) {
	r := newRig(t)
	r.lockedBy("Acme", `{"accounts.registration":"off"}`)
	r.w.ShowWelcome()
	r.says("locked.registration", "name", "Acme")
	r.click("welcome.create")
	r.says("welcome.create") // nothing has happened
	r.saysNot("key.title")
}

// Where a passphrase is wanted the keyring can not be chosen; a profile that is in one
// is put under a passphrase.
func TestLockedKey(t *testing.T) {
	r := newRig(t)
	r.lockedBy("Acme", `{"db.key":"ask"}`)
	r.w.showKeyChoice(func() {})
	r.says("locked.by", "name", "Acme")
	r.says("key.phrase.first")
	r.click("key.keyring")
	r.says("key.phrase.first")

	r = newRig(t)
	r.lockedBy("Acme", `{"db.key":"ask"}`)
	r.vault.phrase = "long enough"
	r.w.ShowNewPassphrase()
	r.says("key.locked.text", "name", "Acme")
	r.saysNot("key.keyring")
	r.typeText("long enough")
	r.press("Return")
	r.typeText("long enough")
	r.press("Return")
	r.until("the profile", func() bool { return r.w.core != nil })
}

// A contact's page offers what is allowed, and says who does not allow the rest.
func TestLockedChoices(t *testing.T) {
	r := newRig(t)
	r.core.safe.state = chat.EncryptionState{
		Choice: chat.ChoiceAuto, Level: chat.Strict, LevelBy: "Acme", Least: chat.Strict,
		Forbidden: []chat.EncryptionChoice{chat.ChoiceOTR, chat.ChoiceNone}, ChoiceBy: "Acme", Required: true, RequiredBy: "Acme",
	}
	r.openBob()
	p := newIdentity(r.w, chat.ConvID{Account: me, Peer: bob}, "Bob", "", func() {}, nil)
	r.until("the choices", func() bool { return p.messages.box.Visible() })
	if got := p.messages.way.Options; len(got) != 2 {
		t.Errorf("offered: %q", got)
	}
	if got := p.messages.level.Options; len(got) != 2 { // the account's and strict
		t.Errorf("offered: %q", got)
	}
	r.says("locked.by", "name", "Acme")
}

// Where accounts may connect through Tor alone, those that are added do.
func TestForcedTor(t *testing.T) {
	r := newRig(t)
	r.lockedBy("Acme", `{"tor":"forced"}`)
	s := r.signIn()
	s.address.Entry.SetText("me@example.org")
	s.password.Entry.SetText("secret")
	s.submit()
	r.until("the sign-in", func() bool { return r.core.did("add account") })
	r.core.set(func(f *fakeCore) {
		if !f.login.Tor {
			t.Error("beside Tor")
		}
	})

	s = newSignIn(r.w, r.core, nil)
	s.fill(chat.Login{Address: me})
	if !s.model.Connection.Tor {
		t.Error("an account that is changed stays beside Tor")
	}
}
