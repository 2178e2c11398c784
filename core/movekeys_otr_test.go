// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package core

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// until asks the actor again and again.
func (a *account) until(t *testing.T, what string, there func(ctx context.Context) bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for deadline := time.After(time.Minute); ; {
		ok := false
		a.act(t, func(ctx context.Context) { ok = there(ctx) })
		if ok {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("%s never comes", what)
		}
	}
}

// otrKeyOf is the key with which sessions of the account begin, once there is one.
func (a *account) otrKeyOf(t *testing.T) (f chat.Fingerprint) {
	t.Helper()
	a.until(t, "a key", func(ctx context.Context) bool {
		if a.otrKey(ctx) {
			f = a.otr.key.Fingerprint()
		}
		return f != ""
	})
	return f
}

// An OTR key that the person brings is the one that sessions use, at once and after a
// restart: none that was begun with the old one goes on, nor does one that is being made
// take its place.
func TestImportedOTRKey(t *testing.T) {
	c, a := oneAccount(t)
	want := a.otrKeyOf(t)
	pass := []byte("passphrase")
	file, err := c.ExportKeys(t.Context(), a.addr, pass)
	need(t, err)
	bob := chat.MustAddress("bob@example.test")
	for _, making := range []bool{false, true} {
		d, b := oneAccount(t)
		if making {
			b.act(t, func(ctx context.Context) { b.otrKey(ctx) })
		} else if b.otrKeyOf(t) == want {
			t.Fatal("two keys are the same")
		}
		b.act(t, func(context.Context) {
			if !making {
				b.sideOf(b.talkWith(bob), bob.WithResource("x"))
			}
		})
		need(t, d.ImportKeys(t.Context(), b.addr, file, pass))
		if got := b.otrKeyOf(t); got != want {
			t.Errorf("making %v: sessions use %s, want %s", making, got, want)
		}
		b.act(t, func(context.Context) {
			if n := len(b.talkWith(bob).sides); n != 0 {
				t.Errorf("making %v: %d sides have the old key", making, n)
			}
		})
		b.until(t, "the end of making one", func(context.Context) bool { return b.otr.making == nil })
		b.act(t, func(context.Context) { b.otr.key = nil })
		if got := b.otrKeyOf(t); got != want {
			t.Errorf("making %v: %s is stored, want %s", making, got, want)
		}
	}
}

// tagOf is the instance tag that is stored, and that sessions have.
func (a *account) tagOf(t *testing.T) (tag uint32) {
	t.Helper()
	a.otrKeyOf(t)
	rec, err := a.db.OwnKeys(t.Context(), a.addr)
	need(t, err)
	a.act(t, func(context.Context) {
		if tag = a.otr.tag; tag != rec.InstanceTag {
			t.Errorf("sessions have the tag %x, %x is stored", tag, rec.InstanceTag)
		}
	})
	return tag
}

// Two computers with the same key are two instances, and so have two tags, also by a file
// that names one.
func TestImportedOTRKeyHasItsOwnTag(t *testing.T) {
	c, a := oneAccount(t)
	key, tag, pass := a.otrKeyOf(t), a.tagOf(t), []byte("passphrase")
	file, err := c.ExportKeys(t.Context(), a.addr, pass)
	need(t, err)
	rec, err := c.db.OwnKeys(t.Context(), a.addr)
	need(t, err)
	plain, err := json.Marshal(map[string]any{"account": a.addr.String(), "otr": rec.OTR, "instance": tag})
	need(t, err)
	old := append([]byte(keyFileMark), make([]byte, keyFileSalt+keyFileNonce)...)
	seal, err := keyFileCipher(pass, make([]byte, keyFileSalt))
	need(t, err)
	old = seal.Seal(old, make([]byte, keyFileNonce), plain, old)

	tags := map[uint32]bool{tag: true}
	for i, file := range [][]byte{file, file, old} {
		d, b := oneAccount(t)
		need(t, d.ImportKeys(t.Context(), b.addr, file, pass))
		tag := b.tagOf(t)
		if tag < 0x100 || tags[tag] {
			t.Errorf("file %d: the tag %x is another one's, or none", i, tag)
		}
		if tags[tag] = true; b.otrKeyOf(t) != key {
			t.Errorf("file %d: the key is another", i)
		}
	}
}

// Where the program requires OTR nothing goes in the clear, not even to oneself, where
// there is no OTR.
func TestRequiredOTRToOneself(t *testing.T) {
	c, a := oneAccount(t)
	a.readable(t, a.addr, 0)
	need(t, c.SetSetting(t.Context(), chat.SettingOTR, chat.OTRRequire))
	s := a.idleSession(t)
	note := chat.ConvID{Account: a.addr, Peer: a.addr}
	if st, err := c.Encryption(t.Context(), note); err != nil || !st.Required || st.OwnRequired || st.RequiredBy != "" {
		t.Errorf("it is not said that encryption is required: %+v, %v", st, err)
	}
	for _, choice := range []chat.EncryptionChoice{chat.ChoiceAuto, chat.ChoiceNone} {
		a.act(t, func(context.Context) { a.omemo.asked[a.addr] = time.Now() })
		id, err := c.SendText(t.Context(), note, "TOP SECRET", chat.SendOptions{Encryption: choice})
		need(t, err)
		s.silentAbout(t, "TOP SECRET")
		if m := a.messages(t, note); m[len(m)-1].ID != id || m[len(m)-1].Status != chat.Failed {
			t.Errorf("choice %v: %+v", choice, m)
		}
	}
}
