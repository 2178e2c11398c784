// SPDX-License-Identifier: MPL-2.0

package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// fp makes a fingerprint of OMEMO.
func fp(c string) chat.Fingerprint { return chat.Fingerprint(strings.Repeat(c, 64)) }

// cipher is the SHA-256 of a ciphertext that is called so.
func cipher(name string) []byte { h := sha256.Sum256([]byte(name)); return h[:] }

// session is one of alice's with bob, which has moved step times.
func session(step int64) Session {
	return Session{Owner: bob, Device: 7, Version: 1, Step: step, Data: []byte(fmt.Sprint("state ", step))}
}

// secretly makes a message one that came encrypted with a key, and moved the session.
func secretly(name string, step int64) func(*Incoming) {
	return func(in *Incoming) {
		in.Encryption, in.Fingerprint, in.Hash = chat.EncryptionOMEMO, fp("b"), cipher(name)
		in.Keys = &KeyChanges{
			Seen:     []SeenKey{{Owner: bob, Fingerprint: fp("b"), Device: 7, Version: 1, At: in.Time, Trust: chat.TrustTrusted, By: chat.ByRule}},
			Sessions: []Session{session(step)},
		}
	}
}

// unreadable is a message that could not be read, with its ids.
func unreadable(edit ...func(*Incoming)) Incoming {
	return from("", append([]func(*Incoming){func(in *Incoming) {
		in.Kind, in.Error, in.Encryption = chat.KindUndecryptable, chat.CodeBrokenKeys, chat.EncryptionOMEMO
	}}, edit...)...)
}

// step is how far the session with bob's phone has come; 0 for none.
func step(t testing.TB, db *DB) int64 {
	t.Helper()
	s, found, err := db.Session(context.Background(), alice, bob, 7, 1)
	must(t, err)
	if found && string(s.Data) != fmt.Sprint("state ", s.Step) {
		t.Fatalf("step %d has the state of another", s.Step)
	}
	return s.Step
}

func keysOf(t testing.TB, db *DB, owner chat.Address) []chat.Key {
	t.Helper()
	all, err := db.Keys(context.Background(), alice, owner)
	must(t, err)
	return all
}

func deciphered(t testing.TB, db *DB, names ...string) (all []bool) {
	t.Helper()
	var hashes [][]byte
	for _, n := range names {
		hashes = append(hashes, cipher(n))
	}
	all, err := db.Deciphered(context.Background(), alice, hashes)
	must(t, err)
	return all
}

// Of a session the last state counts, in whatever order the rows of a page bring it.
func TestSessions(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	if step(t, db) != 0 {
		t.Fatal("a session from nowhere")
	}
	_, err := db.Receive(ctx, alice, Batch{
		Rows:   []Incoming{from("1", secretly("1", 1)), from("4", secretly("4", 4))},
		Amends: []Amend{{Conv: withBob, Target: "x", Keys: &KeyChanges{Sessions: []Session{session(3)}}}},
		Keys:   []KeyChanges{{Sessions: []Session{session(2), {Owner: bob, Device: 9, Version: 2, Step: 1, Data: []byte("other")}}}},
	}, "")
	must(t, err)
	if n := step(t, db); n != 4 {
		t.Errorf("step %d, want the last one", n)
	}
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Sessions: []Session{session(3)}}))
	if n := step(t, db); n != 4 {
		t.Errorf("step %d: an old state came back", n)
	}
	all, err := db.Sessions(ctx, alice, bob)
	must(t, err)
	if len(all) != 2 || all[0].Device != 7 || all[1].Device != 9 || all[1].Version != 2 || all[1].Owner != bob {
		t.Errorf("%d sessions", len(all))
	}
	if none, err := db.Sessions(ctx, alice, carol); len(none) != 0 || err != nil {
		t.Errorf("%d sessions with carol, %v", len(none), err)
	}
	db = reopen(t, db)
	if n := step(t, db); n != 4 {
		t.Errorf("step %d after a restart", n)
	}
	gone := session(3)
	gone.Data = nil
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Sessions: []Session{gone}}))
	if step(t, db) != 4 {
		t.Error("an old word deleted a session")
	}
	gone.Step = 5
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Sessions: []Session{gone}}))
	if step(t, db) != 0 {
		t.Error("the session is still there")
	}
}

// What is not stored as a whole is not stored at all.
func TestKeysWithTheirRow(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	must(t, db.SaveOwnKeys(ctx, alice, OwnKeys{Identity: []byte("identity"), Fingerprint: fp("a"), Device: 1}))
	must(t, db.AddPrekeys(ctx, alice, []Prekey{{ID: 5, Data: []byte("five")}}))
	bad := from("x", secretly("x", 1))
	bad.Keys.UsedPrekeys = []uint32{5}
	bad.From = carol // not bob's
	_, err := db.Receive(ctx, alice, Batch{Rows: []Incoming{from("first", secretly("first", 1)), bad}}, "")
	wantCode(t, err, chat.CodeAddress)
	left, err := db.Prekeys(ctx, alice)
	must(t, err)
	if step(t, db) != 0 || count(t, db, "message") != 0 || count(t, db, "deciphered") != 0 || len(left) != 1 || len(keysOf(t, db, bob)) != 0 {
		t.Errorf("step %d, %d prekeys: something of it was stored", step(t, db), len(left))
	}
	bad.From = bob
	receive(t, db, bad)
	if left, err = db.Prekeys(ctx, alice); err != nil || len(left) != 0 || step(t, db) != 1 {
		t.Errorf("the prekey is still there (%v), or step %d", err, step(t, db))
	}
}

// No key is printed or logged, wherever it stands.
func TestKeysAreNotPrinted(t *testing.T) {
	const needle = "needleKEY"
	data := []byte(needle)
	changes := KeyChanges{Sessions: []Session{{Data: data}}}
	in := from("x")
	in.Keys = &changes
	for _, v := range []any{
		Session{Data: data},
		&Session{Data: data},
		[]Session{{Data: data}},
		SignedPrekey{Data: data},
		Prekey{Data: data},
		[]Prekey{{Data: data}},
		OwnKeys{Identity: data, OTR: data},
		&OwnKeys{Identity: data, OTR: data},
		changes,
		&changes,
		Batch{Keys: []KeyChanges{changes}, Rows: []Incoming{in}},
		in,
		Outgoing{Keys: &changes},
		Amend{Keys: &changes},
	} {
		var log bytes.Buffer
		for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
			switch v.(type) {
			case Session, *Session, SignedPrekey, Prekey, OwnKeys, *OwnKeys, KeyChanges, *KeyChanges:
				slog.New(h).Info("x", "key", v)
			}
		}
		text := fmt.Sprintf("%v %+v %#v %s %x %d %q", v, v, v, v, v, v, v) + log.String()
		for _, form := range []string{needle, hex.EncodeToString(data), base64.StdEncoding.EncodeToString(data), strings.Trim(fmt.Sprint(data), "[]")} {
			if strings.Contains(text, form) {
				t.Errorf("%T: %s", v, text)
			}
		}
	}
	if fmt.Sprintf("%v", Prekey{}) != "secret" {
		t.Error("the test would not have seen it")
	}
}

func TestOwnKeys(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	load := func() OwnKeys {
		t.Helper()
		k, err := db.OwnKeys(ctx, alice)
		must(t, err)
		return k
	}
	if k := load(); k.Identity != nil || k.OTR != nil || k.NextPrekey != 1 || k.NextSigned != 1 {
		t.Error("keys from nowhere")
	}
	for _, err := range []error{
		db.AddPrekeys(ctx, alice, []Prekey{{ID: 1, Data: []byte("x")}}),
		db.AddSignedPrekey(ctx, alice, SignedPrekey{ID: 1, Data: []byte("x"), Made: noon}),
		db.SaveOwnKeys(ctx, carol, OwnKeys{Identity: []byte("x"), Fingerprint: fp("c")}),
	} {
		wantCode(t, err, chat.CodeNotFound)
	}
	wantCode(t, db.SaveOwnKeys(ctx, alice, OwnKeys{Identity: []byte("x")}), chat.CodeFingerprint)

	must(t, db.SaveOwnKeys(ctx, alice, OwnKeys{Identity: []byte("one"), Fingerprint: fp("a"), Device: 11, Label: "desk"}))
	otr := chat.Fingerprint(strings.Repeat("d", 40))
	must(t, db.SaveOwnKeys(ctx, alice, OwnKeys{OTR: []byte("otr"), OTRFingerprint: otr, InstanceTag: 0x100 + 1<<31}))
	k := load()
	if string(k.Identity) != "one" || k.Fingerprint != fp("a") || k.Device != 11 || k.Label != "desk" ||
		string(k.OTR) != "otr" || k.OTRFingerprint != otr || k.InstanceTag != 0x100+1<<31 {
		t.Errorf("device %d, %s %s, tag %x", k.Device, k.Fingerprint, k.OTRFingerprint, k.InstanceTag)
	}
	own := keysOf(t, db, alice)
	if len(own) != 2 || !own[0].Own || own[0].Trust != chat.TrustVerified || own[0].Device != 11 || own[1].Fingerprint != otr || !own[1].Own {
		t.Errorf("%+v", own)
	}

	must(t, db.AddSignedPrekey(ctx, alice, SignedPrekey{ID: 1, Data: []byte("s1"), Made: noon}))
	must(t, db.AddSignedPrekey(ctx, alice, SignedPrekey{ID: 2, Data: []byte("s2"), Made: noon.Add(time.Hour)}))
	signed, err := db.SignedPrekeys(ctx, alice)
	must(t, err)
	if len(signed) != 2 || signed[0].ID != 2 || !signed[0].Retired.IsZero() || !signed[1].Retired.Equal(noon.Add(time.Hour)) || !signed[1].Made.Equal(noon) || string(signed[1].Data) != "s1" {
		t.Errorf("%d signed prekeys", len(signed))
	}
	must(t, db.AddSignedPrekey(ctx, alice, SignedPrekey{ID: 3, Data: []byte("s3"), Made: noon.Add(2 * time.Hour)}))
	must(t, db.DropSignedPrekeys(ctx, alice, noon.Add(time.Hour)))
	if n := count(t, db, "own_signed"); n != 3 {
		t.Errorf("%d signed prekeys are left", n)
	}
	must(t, db.DropSignedPrekeys(ctx, alice, noon.Add(time.Hour+1000)))
	if n := count(t, db, "own_signed"); n != 2 {
		t.Errorf("%d signed prekeys are left", n)
	}
	must(t, db.AddPrekeys(ctx, alice, []Prekey{{ID: 1, Data: []byte("p1")}, {ID: 2, Data: []byte("p2")}, {ID: 3, Data: []byte("p3"), Published: true}}))
	must(t, db.SaveKeys(ctx, alice, KeyChanges{UsedPrekeys: []uint32{2, 99}, Sessions: []Session{session(1)}}))
	prekeys, err := db.Prekeys(ctx, alice)
	must(t, err)
	if len(prekeys) != 2 || prekeys[0].ID != 1 || prekeys[0].Published || prekeys[1].ID != 3 || !prekeys[1].Published || string(prekeys[1].Data) != "p3" {
		t.Errorf("%d prekeys", len(prekeys))
	}
	used, err := db.UsedPrekeys(ctx, alice)
	must(t, err)
	if len(used) != 1 || used[0].ID != 2 || string(used[0].Data) != "p2" {
		t.Errorf("%d used prekeys", len(used))
	}
	must(t, db.DropUsedPrekeys(ctx, alice, time.Now().Add(-time.Hour)))
	if used, err = db.UsedPrekeys(ctx, alice); err != nil || len(used) != 1 {
		t.Errorf("%d used prekeys that are not old, %v", len(used), err)
	}
	if k := load(); k.NextPrekey != 4 || k.NextSigned != 4 {
		t.Errorf("next %d %d", k.NextPrekey, k.NextSigned)
	}

	// The same identity again is none of a change; another one ends all sessions.
	must(t, db.SaveOwnKeys(ctx, alice, OwnKeys{Identity: []byte("one again"), Fingerprint: fp("a"), Device: 11, Label: "table"}))
	if step(t, db) != 1 || count(t, db, "own_prekey") != 3 || load().Label != "table" {
		t.Error("a new label cost the sessions")
	}
	must(t, db.SaveOwnKeys(ctx, alice, OwnKeys{Identity: []byte("two"), Fingerprint: fp("e"), Device: 11}))
	if step(t, db) != 0 || count(t, db, "own_prekey")+count(t, db, "own_signed") != 0 {
		t.Error("the old identity's keys are still there")
	}
	if k := load(); string(k.Identity) != "two" || k.NextPrekey != 4 || string(k.OTR) != "otr" {
		t.Errorf("next %d", k.NextPrekey)
	}
	for _, k := range keysOf(t, db, alice) {
		if k.Own != (k.Fingerprint != fp("a")) {
			t.Errorf("%+v", k)
		}
	}
}
