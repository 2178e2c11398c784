// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func settingsOf(t testing.TB, db *DB, conv chat.ConvID) EncryptionSettings {
	t.Helper()
	s, err := db.EncryptionSettings(context.Background(), conv)
	must(t, err)
	return s
}

func TestEncryptionSettings(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	is := func(want EncryptionSettings) {
		t.Helper()
		for range 2 {
			if s := settingsOf(t, db, withBob); s != want {
				t.Errorf("%+v, want %+v", s, want)
			}
			db = reopen(t, db)
		}
	}
	is(EncryptionSettings{})
	must(t, db.SetChoice(ctx, withBob, chat.ChoiceNone))
	is(EncryptionSettings{Choice: chat.ChoiceNone, PlainAllowed: true})
	must(t, db.SetChoice(ctx, withBob, chat.ChoiceOTR))
	is(EncryptionSettings{Choice: chat.ChoiceOTR})
	must(t, db.SetTrustLevel(ctx, withBob, chat.Careful, true))
	is(EncryptionSettings{Choice: chat.ChoiceOTR, OwnLevel: true})
	must(t, db.SetTrustLevel(ctx, withBob, chat.Strict, true))
	must(t, db.SetAccountTrustLevel(ctx, alice, chat.Relaxed, true))
	must(t, db.SetEncryptionRequired(ctx, alice, true))
	is(EncryptionSettings{Choice: chat.ChoiceOTR, Level: chat.Strict, OwnLevel: true, Required: true, AccountLevel: chat.Relaxed, HasLevel: true})
	must(t, db.SetTrustLevel(ctx, withBob, chat.Strict, false))
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: alice}, Nick: "A"})) // logs in anew
	is(EncryptionSettings{Choice: chat.ChoiceOTR, Required: true, AccountLevel: chat.Relaxed, HasLevel: true})
	must(t, db.SetAccountTrustLevel(ctx, alice, chat.Relaxed, false))
	account, err := db.EncryptionSettings(ctx, chat.ConvID{Account: alice})
	must(t, err)
	if account != (EncryptionSettings{Required: true}) {
		t.Errorf("%+v", account)
	}
	if cs, err := db.Conversations(ctx); len(cs) != 0 || err != nil {
		t.Errorf("a choice made %d conversations (%v)", len(cs), err)
	}
	_, err = db.EncryptionSettings(ctx, chat.ConvID{Account: carol, Peer: bob})
	wantCode(t, err, chat.CodeNotFound)
	wantCode(t, db.SetChoice(ctx, chat.ConvID{Account: carol, Peer: bob}, chat.ChoiceNone), chat.CodeNotFound)
	wantCode(t, db.SetChoice(ctx, chat.ConvID{Account: alice, Peer: bob.WithResource("x")}, chat.ChoiceNone), chat.CodeAddress)
}

// Whatever was encrypted on its way in or out makes the conversation one that has been
// encrypted, for ever.
func TestEncryptedOnce(t *testing.T) {
	ctx := context.Background()
	plain := func(t *testing.T, db *DB) chat.MsgID {
		id := send(t, db, withBob, "plain", "plain").ID
		must(t, db.SaveStanza(ctx, id, []byte("x")))
		receive(t, db, from("plain"))
		if settingsOf(t, db, withBob).Used {
			t.Fatal("nothing was encrypted")
		}
		return id
	}
	for name, encrypted := range map[string]func(t *testing.T, db *DB){
		"in":         func(t *testing.T, db *DB) { receive(t, db, from("x", secretly("x", 1))) },
		"unreadable": func(t *testing.T, db *DB) { receive(t, db, unreadable()) },
		"page":       func(t *testing.T, db *DB) { bring(t, db, true, from("x", secretly("x", 1))) },
		"out": func(t *testing.T, db *DB) {
			m := send(t, db, withBob, "out", "out")
			_, err := db.SaveStanzas(ctx, []Outgoing{{ID: m.ID, Conv: withBob, Stanza: []byte("x"), Sealed: chat.EncryptionOTR}})
			must(t, err)
		},
		"correction": func(t *testing.T, db *DB) {
			amend(t, db, Amend{Conv: withBob, Kind: AmendReplace, Target: "plain", Direction: chat.Out, Encryption: chat.EncryptionOMEMO, Body: "x"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			db := openNew(t)
			plain(t, db)
			encrypted(t, db)
			if !settingsOf(t, db, withBob).Used || settingsOf(t, db, chat.ConvID{Account: alice, Peer: carol}).Used {
				t.Fatal("not remembered")
			}
			must(t, db.SetTrustLevel(ctx, withBob, chat.Strict, true))
			must(t, db.RemoveConversation(ctx, withBob))
			if s := settingsOf(t, db, withBob); !s.Used || s.Level != chat.Strict {
				t.Errorf("removing the conversation left %+v", s)
			}
		})
	}
}
