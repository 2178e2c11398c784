// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// sealedRow is a row of the outbox with its finished bytes.
func sealedRow(o Outgoing, name string, step int64) Outgoing {
	o.Stanza, o.Sealed, o.Fingerprint, o.Hash = []byte(name), chat.EncryptionOMEMO, fp("a"), cipher(name)
	o.Keys = &KeyChanges{Sessions: []Session{session(step)}}
	return o
}

// saveAll stores rows of the outbox and returns how many were taken.
func saveAll(t testing.TB, db *DB, rows ...Outgoing) int {
	t.Helper()
	saved, err := db.SaveStanzas(context.Background(), rows)
	must(t, err)
	return len(saved)
}

func TestSealedStanzas(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	must(t, db.SaveOwnKeys(ctx, alice, OwnKeys{Identity: []byte("x"), Fingerprint: fp("a"), Device: 1}))
	var rows []Outgoing
	for _, body := range []string{"one", "two", "three", "four"} {
		_, _, err := db.Queue(ctx, Outgoing{Conv: withBob, Body: body, OriginID: body, Time: noon, Encryption: chat.ChoiceOMEMO})
		must(t, err)
	}
	for i, o := range outbox(t, db) {
		if o.Encryption != chat.ChoiceOMEMO || o.Sealed != chat.EncryptionNone || o.Stanza != nil {
			t.Errorf("%+v", o)
		}
		rows = append(rows, sealedRow(o, o.Body, int64(i+1)))
	}
	// The person deletes the third and corrects the last before they are stored.
	_, err := db.DeleteMessage(ctx, rows[2].ID)
	must(t, err)
	errand(t, db, Errand{Conv: withBob, Kind: AmendReplace, Message: rows[3].ID, Body: "five", OriginID: "e"})
	if n := saveAll(t, db, rows...); n != 2 || step(t, db) != 2 {
		t.Errorf("%d saved, step %d: keys of what is not sent have moved", n, step(t, db))
	}
	all := outbox(t, db)
	if len(all) != 3 || string(all[1].Stanza) != "two" || all[1].Sealed != chat.EncryptionOMEMO || all[2].Stanza != nil || all[2].Body != "five" {
		t.Fatalf("%+v", all)
	}
	m := message(t, db, rows[0].ID)
	if m.Encryption != chat.EncryptionOMEMO || m.Fingerprint != fp("a") || m.Trust != chat.TrustVerified {
		t.Errorf("%+v", m)
	}
	// A failure keeps the bytes and what they are.
	advance(t, db, StatusChange{ID: rows[0].ID, Status: chat.Failed, Error: chat.CodeRefused})
	_, err = db.Retry(ctx, rows[0].ID)
	must(t, err)
	if o := outbox(t, db)[0]; string(o.Stanza) != "one" || o.Sealed != chat.EncryptionOMEMO {
		t.Errorf("%+v", o)
	}
	// The person decides otherwise: it is sealed anew.
	wantCode(t, db.SetWanted(ctx, rows[0].ID, chat.ChoiceNone), chat.CodeNotFound)
	advance(t, db, StatusChange{ID: rows[0].ID, Status: chat.Failed, Error: chat.CodeRefused})
	must(t, db.SetWanted(ctx, rows[0].ID, chat.ChoiceNone))
	must(t, db.SetWanted(ctx, rows[3].ID, chat.ChoiceOTR))
	_, err = db.Retry(ctx, rows[0].ID)
	must(t, err)
	all = outbox(t, db)
	if o := all[0]; o.Stanza != nil || o.Sealed != chat.EncryptionNone || o.Encryption != chat.ChoiceNone || all[2].Encryption != chat.ChoiceOTR {
		t.Errorf("%+v", all)
	}
	// What the archive gives back is known, though this device can not read it.
	if !deciphered(t, db, "two")[0] {
		t.Error("it would be decrypted")
	}
	back := unreadable(hash("two"), inArchive("s"), func(in *Incoming) { in.Direction, in.From = chat.Out, chat.Address{} })
	if s := receive(t, db, back); s.ID != rows[1].ID || s.Fresh || !s.Confirmed {
		t.Errorf("%+v", s)
	}
}

// An errand travels as its message did, and what comes back of it from the archive is
// known as it.
func TestSealedErrands(t *testing.T) {
	for _, c := range []struct {
		name  string
		first func(*Incoming)
	}{
		{"by its ciphertext", hash("correction")},
		{"by its id", origin("e")},
		{"by both", func(in *Incoming) { hash("correction")(in); origin("e")(in) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			ways(t, func(t *testing.T, db *DB, bring func(Incoming) Stored) {
				m := send(t, db, withBob, "old", "o")
				saveAll(t, db, sealedRow(outbox(t, db)[0], "old", 1))
				advance(t, db, StatusChange{ID: m.ID, Status: chat.Sent})
				e := errand(t, db, Errand{Conv: withBob, Kind: AmendReplace, Message: m.ID, Body: "new", OriginID: "e", Encryption: chat.ChoiceOMEMO, Time: noon})
				row := outbox(t, db)[0]
				if row.Under != chat.EncryptionOMEMO || row.Encryption != chat.ChoiceOMEMO || row.Sealed != chat.EncryptionNone || row.ID != e.Row.ID {
					t.Errorf("%+v", row)
				}
				if n := saveAll(t, db, sealedRow(row, "correction", 2)); n != 1 || step(t, db) != 2 {
					t.Errorf("%d saved, step %d", n, step(t, db))
				}
				if row = outbox(t, db)[0]; row.Sealed != chat.EncryptionOMEMO || string(row.Stanza) != "correction" {
					t.Errorf("%+v", row)
				}
				in := unreadable(c.first, inArchive("s"), func(in *Incoming) { in.Direction, in.From = chat.Out, chat.Address{} })
				s := bring(in)
				if in.OriginID == "" { // nothing says which errand it is
					if s != (Stored{}) {
						t.Errorf("%+v", s)
					}
				} else if s != (Stored{Errand: row.ID}) || len(outbox(t, db)) != 0 {
					t.Errorf("%+v, %d wait", s, len(outbox(t, db)))
				}
				if s = bring(in); s != (Stored{}) {
					t.Errorf("again: %+v", s)
				}
				if got := message(t, db, m.ID); got.Body != "new" || got.Encryption != chat.EncryptionOMEMO || got.StanzaID != "" || count(t, db, "message WHERE kind <> 4") != 1 {
					t.Errorf("%+v", got)
				}
			})
		})
	}
	// The message may be deleted here meanwhile, before or after it was sealed.
	for _, late := range []bool{false, true} {
		db := openNew(t)
		m := send(t, db, withBob, "old", "o")
		seal := func() { saveAll(t, db, sealedRow(outbox(t, db)[0], "old", 1)) }
		kind := AmendReact
		if !late {
			seal()
			advance(t, db, StatusChange{ID: m.ID, Status: chat.Sent})
			kind = AmendReplace
		}
		errand(t, db, Errand{Conv: withBob, Kind: kind, Message: m.ID, Body: "new", Emoji: []string{"e"}, OriginID: "e", Time: noon})
		if late {
			seal()
		}
		_, err := db.DeleteMessage(context.Background(), m.ID)
		must(t, err)
		if all := outbox(t, db); len(all) != 1 || all[0].Under != chat.EncryptionOMEMO {
			t.Errorf("late %v: %+v", late, all)
		}
	}
	// A correction that goes out in the clear says what it said.
	db := openNew(t)
	m := send(t, db, withBob, "old", "o")
	saveAll(t, db, sealedRow(outbox(t, db)[0], "old", 1))
	advance(t, db, StatusChange{ID: m.ID, Status: chat.Sent})
	errand(t, db, Errand{Conv: withBob, Kind: AmendReplace, Message: m.ID, Body: "new", OriginID: "e"})
	row := outbox(t, db)[0]
	row.Stanza = []byte("plain")
	saveAll(t, db, row)
	if m = message(t, db, m.ID); m.Encryption != chat.EncryptionNone || m.Fingerprint != "" || !settingsOf(t, db, withBob).Used {
		t.Errorf("%+v", m)
	}
}
