// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"os"
	"path/filepath"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest/robot"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/core/store"
)

// A database that does not have all of its archive is not whole, though all its messages
// be there.
func TestGapIsTrouble(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	d := &device{
		label: "a", own: chat.MustAddress("alice@x.test"), how: none, log: t.Logf, changed: make(chan struct{}),
		person: &robot.Person{Dir: filepath.Join(dir, "profile"), KeyFile: filepath.Join(dir, "key")},
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(d.person.KeyFile, []byte("pass\n"), 0o600))
	p, err := profile.Create(ctx, d.person.Dir, profile.Options{Passphrase: []byte("pass")})
	must(err)
	db, err := store.Create(ctx, p.DatabasePath(), p.Key())
	must(err)
	must(db.PutAccount(ctx, store.AccountRecord{Login: chat.Login{Address: d.own}}))
	gap, err := db.OpenGap(ctx, d.own)
	must(err)
	_, err = db.FillGap(ctx, d.own, gap, store.ArchivePage{Reached: true})
	must(err)
	must(db.Close())
	must(p.Close())
	judge := func() *Verdict {
		must(d.check(ctx, true))
		v := &Verdict{}
		(&Trial{devices: []*device{d}}).look(v, d, nil)
		return v
	}
	if v := judge(); !v.Good() {
		t.Fatal(v)
	}
	p, err = profile.Open(ctx, d.person.Dir, profile.Options{Passphrase: []byte("pass")})
	must(err)
	db, err = store.Open(ctx, p.DatabasePath(), p.Key())
	must(err)
	_, err = db.OpenGap(ctx, d.own)
	must(err)
	must(db.Close())
	must(p.Close())
	if v := judge(); v.Good() {
		t.Fatal(v)
	}
}
