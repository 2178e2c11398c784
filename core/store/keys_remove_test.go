// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// keyTables are what outlives conversations and goes with the account.
var keyTables = []string{
	"own_identity", "own_signed", "own_prekey", "device", "device_list", "known_key", "session", "deciphered", "peer_encryption", "trust_later",
}

// someKeys puts something into each of keyTables.
func someKeys(t testing.TB, db *DB, account, peer chat.Address) {
	t.Helper()
	ctx := context.Background()
	must(t, db.SaveOwnKeys(ctx, account, OwnKeys{Identity: []byte("x"), Fingerprint: fp("a"), Device: 1}))
	must(t, db.AddSignedPrekey(ctx, account, SignedPrekey{ID: 1, Data: []byte("x"), Made: noon}))
	must(t, db.AddPrekeys(ctx, account, []Prekey{{ID: 1, Data: []byte("x")}}))
	_, err := db.SetDevices(ctx, account, peer, 1, []Device{{ID: 7}}, true, noon)
	must(t, err)
	in := Incoming{Conv: chat.ConvID{Account: account, Peer: peer}, Body: "x", Time: noon, Hash: cipher("x"), Encryption: chat.EncryptionOMEMO, Fingerprint: fp("b")}
	in.Keys = &KeyChanges{
		Sessions: []Session{{Owner: peer, Device: 7, Version: 1, Step: 1, Data: []byte("state 1")}},
		Later:    []LaterTrust{{SenderOwner: peer, Sender: fp("b"), Owner: account, Fingerprint: fp("c"), Trust: chat.TrustVerified, At: noon}},
	}
	receive(t, db, in)
}

func full(t testing.TB, db *DB) (names []string) {
	t.Helper()
	for _, table := range keyTables {
		if count(t, db, table) > 0 {
			names = append(names, table)
		}
	}
	return names
}

func TestKeysOutliveConversations(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	someKeys(t, db, alice, bob)
	_, err := db.SetTrust(ctx, alice, []TrustChange{{Owner: bob, Fingerprint: fp("b"), Trust: chat.TrustVerified, By: chat.ByCompare}})
	must(t, err)
	if got := full(t, db); !slices.Equal(got, keyTables) {
		t.Fatalf("only %q", got)
	}
	must(t, db.RemoveConversation(ctx, withBob))
	must(t, db.RemoveContact(ctx, alice, bob, ""))
	if got := full(t, db); !slices.Equal(got, keyTables) {
		t.Errorf("only %q are left", got)
	}
	if k := keysOf(t, db, bob); len(k) != 1 || k[0].Trust != chat.TrustVerified {
		t.Errorf("%+v", k)
	}
}

// With the account all of it goes, and nothing of another's. The private keys go first.
func TestKeysGoWithTheAccount(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: carol}}))
	someKeys(t, db, alice, bob)
	someKeys(t, db, carol, bob)
	must(t, db.write(ctx, "test", func(tx *tx) error {
		id, err := tx.account(carol)
		for i := range 2*hashBatch + 3 {
			if err == nil {
				err = tx.noteHash(id, cipher(fmt.Sprint(i)), 0, true)
			}
		}
		return err
	}))
	must(t, db.RemoveAccount(ctx, carol))
	for _, table := range keyTables {
		if n, other := count(t, db, table), count(t, db, table+" WHERE account <> 1"); n == 0 || other != 0 {
			t.Errorf("%s: %d rows, %d of the account that was removed", table, n, other)
		}
	}
	if step(t, db) == 0 || !deciphered(t, db, "x")[0] {
		t.Error("the other account's keys are gone")
	}
	// Interrupted after its first transaction: the private keys are gone, and it is
	// never found again.
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: carol}}))
	someKeys(t, db, carol, bob)
	must(t, db.on(ctx, db.writer, "test", func(c *conn) error {
		return c.run(`CREATE TEMP TRIGGER stop BEFORE DELETE ON main.conversation BEGIN SELECT RAISE(ABORT, 'stopped'); END`)
	}))
	wantCode(t, db.RemoveAccount(ctx, carol), chat.CodeUnknown)
	own, err := db.OwnKeys(ctx, carol)
	must(t, err)
	keys, err := db.Keys(ctx, carol, bob)
	must(t, err)
	known, err := db.Deciphered(ctx, carol, [][]byte{cipher("x")})
	must(t, err)
	if own.Identity != nil || len(keys) != 0 || known[0] || count(t, db, "session WHERE account <> 1")+count(t, db, "own_prekey WHERE account <> 1") != 0 {
		t.Error("keys of an account that is being removed")
	}
	db = reopen(t, db)
	for _, table := range keyTables {
		if n := count(t, db, table+" WHERE account <> 1"); n != 0 {
			t.Errorf("%s: %d rows are left", table, n)
		}
	}
	must(t, db.RemoveAccount(ctx, alice))
	if got := full(t, db); len(got) != 0 {
		t.Errorf("%q are not empty", got)
	}
}

// A database of before there were keys has all that it had, and takes keys.
func TestKeysComeToAnOldDatabase(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "profile.db")
	before := migrations
	defer func() { migrations = before }()
	migrations = before[:4]
	must(t, build(path, testKey))
	c, err := newConnector(path, "mode=rwc", testKey, writerPragmas).open()
	must(t, err)
	must(t, migrate(c, migrations))
	must(t, c.run(`INSERT INTO account (id, address, host, port, direct_tls, proxy, tor, allow_plain, nick, avatar, enabled, mechanism, roster_version, resource)
		VALUES (1, 'alice@wonder.example', '', 0, 0, '', 0, 0, '', '', 1, '', '', '');
		INSERT INTO conversation (id, account, peer, recent, top, time, unread, last) VALUES (1, 1, 'bob@builder.example', 5000000000, 1099511627776, 1, 1, 5000000000);
		INSERT INTO message (id, conv, ord, direction, resource, kind, body, time, status, error, error_text, encryption, origin_id)
		VALUES (5000000000, 1, 1099511627776, 0, 'phone', 0, 'old', 1, 2, '', '', 0, 'o'),
			(5000000001, 1, 1099511627777, 1, '', 0, 'waits', 2, 0, '', '', 0, 'w')`))
	must(t, c.close())
	migrations = before
	db, err := Open(ctx, path, testKey)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	ms, err := db.Page(ctx, withBob, 0, 10)
	must(t, err)
	if got := bodies(ms); !slices.Equal(got, []string{"old", "waits"}) || ms[0].Fingerprint != "" || ms[0].Trust != chat.TrustNone {
		t.Errorf("%+v", ms)
	}
	if o := outbox(t, db); len(o) != 1 || o[0].Body != "waits" || o[0].Encryption != chat.ChoiceAuto || o[0].Sealed != chat.EncryptionNone {
		t.Errorf("%+v", o)
	}
	if s := settingsOf(t, db, withBob); s != (EncryptionSettings{}) {
		t.Errorf("%+v", s)
	}
	someKeys(t, db, alice, bob)
	if got := full(t, db); !slices.Equal(got, keyTables) {
		t.Errorf("only %q", got)
	}
}
