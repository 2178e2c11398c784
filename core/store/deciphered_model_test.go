// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

// letterState is what has to be true of one encrypted message.
type letterState struct {
	id      chat.MsgID // 0: it never came
	read    bool       // there is a text
	hash    bool       // its ciphertext was read
	deleted bool       // by the person
	text    string
}

// Encrypted messages come over streams and in pages, in any order and again and again,
// readable or not: each has one row, which keeps the text that could be read once, and
// nothing brings back what the person deleted.
func TestCiphertextModel(t *testing.T) {
	ctx := context.Background()
	rapid.Check(t, func(rt *rapid.T) {
		db := openNew(t)
		defer func() { _ = db.Close() }()
		all := make([]letterState, 6)
		var step, stored int64
		name := func(i int) string { return fmt.Sprint("letter ", i) }
		deliver := func(rt *rapid.T) {
			i := rapid.IntRange(0, len(all)-1).Draw(rt, "letter")
			l := &all[i]
			readable := rapid.Bool().Draw(rt, "readable")
			in := unreadable(hash(name(i)), origin("o"+fmt.Sprint(i)))
			switch {
			case deciphered(t, db, name(i))[0]: // it is not decrypted again
				in.Kind, in.Error = chat.KindText, ""
			case readable:
				step++
				in = from(name(i), secretly(name(i), step), origin("o"+fmt.Sprint(i)))
				stored = step
			}
			if rapid.Bool().Draw(rt, "archived") {
				inArchive(fmt.Sprint("s", i))(&in)
			}
			s := bring(t, db, in.StanzaID != "" && rapid.Bool().Draw(rt, "page"), in)
			switch {
			case l.deleted && l.hash:
				if s != (Stored{}) {
					rt.Fatalf("%d was deleted and comes back: %+v", i, s)
				}
				return
			case l.deleted: // nobody has read it: it may be another
				if l.hash = in.Kind == chat.KindText; s.ID == 0 {
					return
				}
				*l = letterState{}
			}
			l.hash = l.hash || in.Kind == chat.KindText
			if s.Fresh != (l.id == 0) || !s.Fresh && s.ID != l.id {
				rt.Fatalf("%d: %+v, was %+v", i, s, *l)
			}
			if s.Changed != (!s.Fresh && !l.read && in.Kind == chat.KindText) {
				rt.Fatalf("%d: %+v, was %+v", i, s, *l)
			}
			l.id = s.ID
			if in.Kind == chat.KindText && !l.read {
				l.read, l.text = true, name(i)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"deliver": deliver, "deliver more": deliver,
			"delete": func(rt *rapid.T) {
				l := &all[rapid.IntRange(0, len(all)-1).Draw(rt, "letter")]
				if l.id == 0 || l.deleted {
					rt.Skip("there is none")
				}
				_, err := db.DeleteMessage(ctx, l.id)
				must(t, err)
				l.deleted = true
			},
			"correct": func(rt *rapid.T) {
				i := rapid.IntRange(0, len(all)-1).Draw(rt, "letter")
				l := &all[i]
				if l.id == 0 || l.deleted {
					rt.Skip("there is none")
				}
				step++
				stored = step
				text := fmt.Sprint("correction ", step)
				res := amend(t, db, Amend{
					Conv: withBob, Kind: AmendReplace, Target: "o" + fmt.Sprint(i), OriginID: text, Body: text, Encryption: chat.EncryptionOMEMO,
					Fingerprint: fp("b"), Hash: cipher(text), Keys: &KeyChanges{Sessions: []Session{session(step)}},
				})
				if !res[0].Changed || res[0].ID != l.id {
					rt.Fatalf("%+v", res[0])
				}
				l.read, l.text = true, text
			},
			"": func(rt *rapid.T) {
				rows := 0
				for i, l := range all {
					if l.id == 0 || l.deleted {
						continue
					}
					rows++
					m := message(t, db, l.id)
					if m.Body != l.text || l.read != (m.Kind == chat.KindText) || (m.Error == "") != l.read {
						rt.Fatalf("%d: %+v, want %+v", i, m, l)
					}
				}
				if n := count(t, db, "message WHERE kind <> 4"); n != rows {
					rt.Fatalf("%d rows, want %d", n, rows)
				}
				s, _, err := db.Session(ctx, alice, bob, 7, 1)
				must(t, err)
				if s.Step != stored {
					rt.Fatalf("step %d, want %d", s.Step, stored)
				}
			},
		})
	})
}
