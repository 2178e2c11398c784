// SPDX-License-Identifier: MPL-2.0

package model

import (
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func identityOf(t *testing.T, r *keyring, owner chat.Address) (*desk, *Identity) {
	t.Helper()
	d := newDesk(t)
	i := NewIdentity(d.Env, r, alice, owner)
	i.Load()
	d.until("the keys", i.Loaded)
	return d, i
}

func letters(rows []KeyRow) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(string(r.Fingerprint[:1]))
	}
	return b.String()
}

func TestKeysOfAContact(t *testing.T) {
	otr := chat.Fingerprint(strings.Repeat("e", 40))
	r := &keyring{keys: map[chat.Address][]chat.Key{bob: {
		keyOf("a", nil),
		keyOf("b", func(k *chat.Key) { k.Trust = chat.TrustVerified }),
		keyOf("c", func(k *chat.Key) { k.Trust, k.Used = chat.TrustUndecided, false }),
		keyOf("d", func(k *chat.Key) { k.Trust = chat.TrustDistrusted }),
		keyOf("e", func(k *chat.Key) { k.Fingerprint, k.Device, k.Listed, k.Used = otr, 0, false, false }),
		keyOf("f", func(k *chat.Key) { k.Listed, k.Trust = false, chat.TrustVerified }),
		keyOf("9", func(k *chat.Key) { k.LastSeen = noon.Add(-40 * 24 * time.Hour); k.FirstSeen = k.LastSeen }),
		keyOf("8", func(k *chat.Key) { k.LastSeen, k.FirstSeen = time.Time{}, time.Time{} }),
	}}}
	_, i := identityOf(t, r, bob)
	if got := letters(i.Current()); got != "cba98ed" {
		t.Errorf("in the order %s", got)
	}
	if got := letters(i.Old()); got != "f" {
		t.Errorf("gone: %s", got)
	}
	for fp, want := range map[string]KeyState{
		"a": KeyUsed, "b": KeyVerified, "c": KeyUnused, "d": KeyDistrusted, "f": KeyGone, "9": KeyUsed,
	} {
		row, ok := i.Key(chat.Fingerprint(strings.Repeat(fp, 64)))
		if !ok || row.State != want || row.Compare == (row.Trust == chat.TrustVerified) {
			t.Errorf("%s is %+v, want state %v", fp, row, want)
		}
	}
	if row, _ := i.Key(otr); row.State != KeyUsed {
		t.Errorf("OTR without a session: %v", row.State)
	}
	if row, _ := i.Key(chat.Fingerprint(strings.Repeat("9", 64))); row.Quiet != 40 || row.Dead {
		t.Errorf("a contact's old device: %d days, dead %v", row.Quiet, row.Dead)
	}
	if row, _ := i.Key(chat.Fingerprint(strings.Repeat("8", 64))); row.Quiet != 0 || !row.Sign.IsZero() {
		t.Errorf("a device of which nothing is known: %+v", row)
	}
	if open, all := i.Unverified(); open != 5 || all != 6 {
		t.Errorf("%d of %d", open, all)
	}
	if i.Own() || i.Link() != "" {
		t.Error("somebody else's link is shown as one's own")
	}
}

func TestOwnKeysAndDeadDevices(t *testing.T) {
	month := 30 * 24 * time.Hour
	r := &keyring{keys: map[chat.Address][]chat.Key{alice: {
		keyOf("a", func(k *chat.Key) { k.LastSeen = noon.Add(-month - time.Minute); k.FirstSeen, k.Device = k.LastSeen, 1 }),
		keyOf("b", func(k *chat.Key) { k.LastSeen = noon.Add(-month + time.Minute); k.FirstSeen, k.Device = k.LastSeen, 2 }),
		keyOf("c", func(k *chat.Key) { k.Own, k.FirstSeen, k.LastSeen = true, noon.Add(-3*month), time.Time{} }),
		keyOf("d", func(k *chat.Key) { k.FirstSeen, k.LastSeen = noon.Add(-2*month), noon.Add(-time.Hour) }),
	}}}
	for n := range r.keys[alice] {
		r.keys[alice][n].Account, r.keys[alice][n].Owner = alice, alice
	}
	d, i := identityOf(t, r, alice)
	if got := letters(i.Current()); got != "cdba" {
		t.Errorf("in the order %s", got)
	}
	if got := letters(i.Dead()); got != "a" {
		t.Errorf("dead: %s", got)
	}
	if i.Link() == "" || !i.Own() {
		t.Error("no link to oneself")
	}
	i.Remove(1, 2)
	d.until("removed", func() bool { return !i.Waiting() })
	if got := r.done(); got != "remove 1, remove 2" {
		t.Error(got)
	}
}

func TestDecideAboutAKey(t *testing.T) {
	a := chat.Fingerprint(strings.Repeat("a", 64))
	r := &keyring{keys: map[chat.Address][]chat.Key{bob: {keyOf("a", nil)}}}
	d, i := identityOf(t, r, bob)
	i.Decide(a, chat.TrustVerified, chat.ByCompare)
	d.until("verified", func() bool { row, _ := i.Key(a); return row.State == KeyVerified })
	r.get(func() { r.keys[bob][0].Trust = chat.TrustDistrusted })
	i.Apply([]chat.Event{{Kind: chat.TrustChanged, Conv: conv}})
	d.until("the news", func() bool { row, _ := i.Key(a); return row.State == KeyDistrusted })
	r.get(func() { r.err = &chat.Error{Kind: chat.Storage, Code: chat.CodeDiskFull} })
	i.Decide(a, chat.TrustVerified, chat.ByCompare)
	d.until("the failure", func() bool { return i.Err() != nil && !i.Waiting() })
}

func TestReadALinkAndBelieveIt(t *testing.T) {
	r := &keyring{keys: map[chat.Address][]chat.Key{bob: {keyOf("a", nil), keyOf("b", nil), keyOf("c", nil)}}}
	d, i := identityOf(t, r, bob)
	r.get(func() {
		r.link = chat.IdentityLink{Owner: bob, Keys: []chat.Key{keyOf("a", nil)}, Distrust: []chat.Key{keyOf("b", nil)}, Different: []chat.Key{keyOf("c", nil)}}
	})
	var got chat.IdentityLink
	read := false
	i.Read("  xmpp:bob@example.org?omemo-sid-1=aa\n", func(link chat.IdentityLink, err *chat.Error) { got, read = link, err == nil })
	d.until("read", func() bool { return read })
	if r.done() != "" {
		t.Error("reading changes something:", r.done())
	}
	if !News(got) {
		t.Error("nothing new")
	}
	i.Believe(got)
	d.until("believed", func() bool { return !i.Waiting() })
	if done := r.done(); done != "trust aaaa verified code, trust bbbb distrusted code" {
		t.Error(done)
	}
	got.Keys[0].Trust, got.Distrust[0].Trust = chat.TrustVerified, chat.TrustDistrusted
	if News(got) {
		t.Error("it is known already")
	}
	var code chat.Code
	i.Read(strings.Repeat("x", maxLink+1), func(_ chat.IdentityLink, err *chat.Error) { code = err.Code })
	d.until("refused", func() bool { return code == chat.CodeTooLarge })
}

func TestWhatMayBeALinkToAnIdentity(t *testing.T) {
	for text, want := range map[string]bool{
		"xmpp:bob@example.org?omemo-sid-12=ab": true, "https://conversations.im/i/bob@example.org?omemo-sid-12=ab": true,
		"xmpp:bob@example.org?trust-message;encryption=x": true, "xmpp:bob@example.org?message;omemo-sid-1=a": true,
		"xmpp:bob@example.org": false, "": false, strings.Repeat("omemo-sid-", 2000): false,
	} {
		if Names(text) != want {
			t.Errorf("%.60q: %v", text, !want)
		}
	}
}

func TestOwnDevicesAreAskedAbout(t *testing.T) {
	d := newDesk(t)
	mine := keyOf("0", func(k *chat.Key) { k.Own, k.Owner, k.FirstSeen = true, alice, noon.Add(-100*time.Hour) })
	at := func(letter string, after time.Duration, change func(k *chat.Key)) chat.Key {
		return keyOf(letter, func(k *chat.Key) {
			k.Owner, k.FirstSeen = alice, mine.FirstSeen.Add(after)
			if change != nil {
				change(k)
			}
		})
	}
	r := &keyring{keys: map[chat.Address][]chat.Key{alice: {
		mine,
		at("a", -time.Hour, nil), // was there before
		at("b", time.Minute-time.Second, nil),
		at("c", 3*time.Hour, func(k *chat.Key) { k.Trust = chat.TrustUndecided }),
		at("d", 2*time.Hour, nil),
		at("e", 2*time.Hour, func(k *chat.Key) { k.Trust, k.By = chat.TrustVerified, chat.ByCompare }),
		at("f", 2*time.Hour, func(k *chat.Key) { k.Trust, k.By = chat.TrustTrusted, chat.ByCompare }),
		at("9", 2*time.Hour, func(k *chat.Key) { k.Listed = false }),
	}}}
	o := NewOwnDevices(d.Env, r)
	o.Load()
	for _, want := range []string{"d", "c"} {
		d.until("a question about "+want, func() bool { k, ok := o.Asking(); return ok && strings.HasPrefix(string(k.Fingerprint), want) })
		k, _ := o.Asking()
		o.Later(k.Fingerprint)
	}
	if k, ok := o.Asking(); ok {
		t.Errorf("asks about %s", k.Fingerprint)
	}
	d.settle(o.lane)
	again := NewOwnDevices(d.Env, r)
	again.Load()
	d.settle(again.lane)
	if k, ok := again.Asking(); ok {
		t.Errorf("asks again about %s", k.Fingerprint)
	}
	r.get(func() { r.keys[alice] = append(r.keys[alice], at("8", 5*time.Hour, nil)) })
	again.Apply([]chat.Event{{Kind: chat.TrustChanged, Account: alice}})
	d.until("the new one", func() bool { _, ok := again.Asking(); return ok })

	r.get(func() { r.keys[alice][0].FirstSeen = time.Time{} })
	unknown := NewOwnDevices(d.Env, r)
	unknown.Load()
	d.settle(unknown.lane)
	if _, ok := unknown.Asking(); ok {
		t.Error("asks without knowing which is new")
	}
}

func TestSecret(t *testing.T) {
	d, r := newDesk(t), &keyring{}
	s := NewSecret(d.Env, r, conv, true)
	done := 0
	s.OnDone = func() { done++ }
	s.Submit()
	if s.Trouble().Field != FieldPassword || r.done() != "" {
		t.Errorf("%+v, did %s", s.Trouble(), r.done())
	}
	s.Question, s.Answer = " Where? ", " At the harbour "
	s.Submit()
	d.until("asked", func() bool { return done == 1 })
	a := NewSecret(d.Env, r, conv, false)
	a.OnDone = func() { done++ }
	a.Answer = "there"
	r.get(func() { r.err = &chat.Error{Kind: chat.EncryptionFailed, Code: chat.CodeNoSession} })
	a.Submit()
	d.until("the failure", func() bool { return a.Trouble().Err != nil })
	r.get(func() { r.err = nil })
	a.Submit()
	d.until("answered", func() bool { return done == 2 && a.Trouble().Err == nil })
	if got := r.done(); got != `ask "Where?" "At the harbour", answer "there", answer "there"` {
		t.Error(got)
	}
}
