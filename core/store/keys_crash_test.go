// SPDX-License-Identifier: MPL-2.0

package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// childSeal reads and seals messages for ever, each of which moves the session by one
// and the reading of which uses up a prekey, and says when each is safe.
func childSeal(ctx context.Context, path string) {
	db, err := Open(ctx, path, testKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	s, _, err := db.Session(ctx, alice, bob, 7, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	for n := s.Step + 1; ; n++ {
		if err := sealOne(ctx, db, n); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(n)
	}
}

// sealOne is the n-th step: odd ones read, even ones send.
func sealOne(ctx context.Context, db *DB, n int64) error {
	if n%2 == 1 {
		if err := db.AddPrekeys(ctx, alice, []Prekey{{ID: uint32(n), Data: []byte("prekey")}}); err != nil {
			return err
		}
		in := from(fmt.Sprint("in ", n), secretly(fmt.Sprint(n), n), origin(fmt.Sprint("n", n)))
		in.Keys.UsedPrekeys = []uint32{uint32(n)}
		_, err := db.Receive(ctx, alice, Batch{Rows: []Incoming{in}}, "")
		return err
	}
	m, _, err := db.Queue(ctx, Outgoing{Conv: withBob, Body: fmt.Sprint("out ", n), OriginID: fmt.Sprint("n", n), Time: noon})
	if err != nil {
		return err
	}
	_, err = db.SaveStanzas(ctx, []Outgoing{sealedRow(Outgoing{ID: m.ID, Conv: withBob}, fmt.Sprint(n), n)})
	return err
}

// Killed at any time, the session is where the messages are: not one was read without
// its step being stored, and no step was made without its message.
func TestKillWithKeys(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	must(t, db.SaveOwnKeys(ctx, alice, OwnKeys{Identity: []byte("x"), Fingerprint: fp("a"), Device: 1}))
	path := pathOf(t, db)
	must(t, db.Close())
	done := int64(0)
	for round := range 6 {
		must(t, os.RemoveAll(path+"-shm"))
		cmd := child("seal", path)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for acked := 0; acked < 5+round && lines.Scan(); acked++ {
			if _, err := fmt.Sscan(lines.Text(), &done); err != nil {
				t.Fatal(lines.Text())
			}
		}
		time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond) // anywhere in a transaction
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()

		db, err := Open(ctx, path, testKey)
		must(t, err)
		must(t, db.Check(ctx))
		at := step(t, db)
		if at < done {
			t.Fatalf("step %d was acknowledged, %d is stored", done, at)
		}
		box := outbox(t, db)
		all, err := db.Page(ctx, withBob, 0, 1000)
		must(t, err)
		var ins, outs int64
		for _, m := range all {
			if m.Direction == chat.In {
				ins++
			} else if m.Encryption == chat.EncryptionOMEMO {
				outs++
			}
		}
		if ins != (at+1)/2 || outs != at/2 {
			t.Fatalf("%d read and %d sealed at step %d", ins, outs, at)
		}
		if n := count(t, db, "own_prekey WHERE published >= 0 AND id <= "+fmt.Sprint(at)); n != 0 {
			t.Fatalf("%d prekeys that were used count as unused", n)
		}
		for _, o := range box { // a row that was queued and not sealed is the last
			if (o.Stanza == nil) != (o.Sealed == chat.EncryptionNone) || o.Stanza == nil && o.Body != fmt.Sprint("out ", at+1) {
				t.Fatalf("%+v at step %d", o, at)
			}
		}
		var names []string
		for n := range at + 2 {
			names = append(names, fmt.Sprint(n+1))
		}
		for i, read := range deciphered(t, db, names...) {
			if read != (int64(i) < at) {
				t.Fatalf("ciphertext %d at step %d: %v", i+1, at, read)
			}
		}
		// The row that was not sealed and the prekey that was not used are as before: the
		// next process makes both again.
		for _, o := range box {
			if o.Stanza == nil {
				_, err := db.DeleteMessage(ctx, o.ID)
				must(t, err)
			}
		}
		deletePrekey(t, db, at+1)
		must(t, db.Close())
	}
	if done < 40 {
		t.Errorf("only %d steps", done)
	}
}

// deletePrekey takes a prekey away as if it had never been made. What is only marked
// as used keeps its number for a while.
func deletePrekey(t *testing.T, db *DB, id int64) {
	t.Helper()
	must(t, db.write(context.Background(), "test", func(x *tx) error {
		_, err := x.exec(`DELETE FROM own_prekey WHERE id = ?`, id)
		return err
	}))
}
