// SPDX-License-Identifier: MPL-2.0

package store

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// secrets are what must not be read in a file.
var secrets = []string{
	"needleBODY", "needleADDRESS", "needleDRAFT", "needlePASSWORD", "needleNICK", "needleNAME", "needleGROUP", "needleORIGIN", "needleSTANZA",
	"needleRESOURCE", "needleSETTING", "needlePICTURE", "needleFEATURE", "needleHOST", "needleERROR", "needleARCHIVE",
	"needleIDENTITY", "needlePREKEY", "needleSESSION", "needleLABEL",
}

func storeSecrets(t *testing.T, db *DB, round int) {
	t.Helper()
	ctx := context.Background()
	local := func(s string) chat.Address {
		return chat.MustAddress(strings.ToLower(s) + fmt.Sprint(round) + "@needleADDRESS.example")
	}
	account := local("needleADDRESS")
	conv := chat.ConvID{Account: account, Peer: local("peer-needleADDRESS")}
	must(t, db.PutAccount(ctx, AccountRecord{
		Login: chat.Login{Address: account, Host: "needleHOST"}, Nick: "needleNICK", Password: []byte("needlePASSWORD"),
	}))
	must(t, db.PutContact(ctx, chat.Contact{Account: account, Address: conv.Peer, Name: "needleNAME", Groups: []string{"needleGROUP"}}, ""))
	var in []Incoming
	for i := range 100 {
		in = append(in, Incoming{
			Conv: conv, From: conv.Peer.WithResource("needleRESOURCE"), Body: strings.Repeat("needleBODY ", 50), Time: noon,
			OriginID: fmt.Sprint("needleORIGIN", i), StanzaID: fmt.Sprint("needleARCHIVE", i), StanzaBy: account,
		})
	}
	_, err := db.AddIncoming(ctx, in)
	must(t, err)
	m := send(t, db, conv, "needleBODY", fmt.Sprint("needleORIGIN out", round))
	must(t, db.SaveStanza(ctx, m.ID, []byte("<needleSTANZA/>")))
	_, err = db.AdvanceStatus(ctx, account, []StatusChange{{ID: m.ID, Status: chat.Failed, ErrorText: "needleERROR"}})
	must(t, err)
	must(t, db.SaveOwnKeys(ctx, account, OwnKeys{
		Identity: []byte("needleIDENTITY"), Fingerprint: fp("a"), Label: "needleLABEL", OTR: []byte("needleIDENTITY"), OTRFingerprint: fp("d")[:40],
	}))
	must(t, db.AddPrekeys(ctx, account, []Prekey{{ID: 1, Data: []byte("needlePREKEY")}}))
	must(t, db.SaveKeys(ctx, account, KeyChanges{Sessions: []Session{{Owner: conv.Peer, Device: 1, Version: 1, Data: []byte("needleSESSION")}}}))
	must(t, db.SetDraft(ctx, conv, "needleDRAFT"))
	must(t, db.SetSetting(ctx, "needleSETTING", "needleSETTING"))
	must(t, db.PutPicture(ctx, fmt.Sprint("needle", round), []byte(strings.Repeat("needlePICTURE", 1000))))
	must(t, db.PutCaps(ctx, "needle", []string{"needleFEATURE"}))
	_, err = db.DeleteMessage(ctx, m.ID)
	must(t, err)
}

// leaks returns what can be read in the files of a directory, in any of the
// forms in which a program might have written it, and which files there are.
func leaks(t *testing.T, dir string) (found, files []string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files = append(files, filepath.Base(path))
		lower := bytes.ToLower(data)
		for _, s := range append(secrets, "needle", string(testKey), hex.EncodeToString(testKey), base64.StdEncoding.EncodeToString(testKey)[:40], "sqlite format", "create table") {
			s := strings.ToLower(s)
			wide := strings.ReplaceAll(s, "", "\x00")
			for form, text := range map[string]string{"": s, "UTF-16 of ": wide[1:], "hex of ": hex.EncodeToString([]byte(s))} {
				if bytes.Contains(lower, []byte(text)) {
					found = append(found, fmt.Sprintf("%s%q in %s", form, s, filepath.Base(path)))
				}
			}
		}
		return nil
	}))
	return found, files
}

// Nothing of a profile can be read in any of its files: with the log full, in
// the middle of a transaction that is larger than the page cache, after a
// rollback, after a checkpoint, and once it is closed.
func TestNothingInClear(t *testing.T) {
	ctx := context.Background()
	dir, temp := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("SQLITE_TMPDIR", temp)
	db, err := Create(ctx, filepath.Join(dir, "profile.db"), testKey)
	must(t, err)
	seen := map[string]bool{}
	look := func(when string) {
		t.Helper()
		for _, d := range []string{dir, temp} {
			found, files := leaks(t, d)
			if len(found) != 0 {
				t.Fatalf("%s: %q", when, found)
			}
			for _, f := range files {
				seen[f] = true
			}
		}
	}
	look("new")
	for round := range 3 {
		storeSecrets(t, db, round)
		look("stored")
	}
	if got := find(t, db, "needleBODY"); len(got) != 50 {
		t.Fatalf("found %d", len(got))
	}
	big := strings.Repeat("needleBODY ", 1000)
	err = db.write(ctx, "test", func(tx *tx) error {
		for i := range 1000 {
			if _, err := tx.exec(`INSERT INTO setting (key, value) VALUES (?, ?)`, fmt.Sprint("needleSETTING", i), big); err != nil {
				return err
			}
		}
		// A sort that does not fit the cache.
		if _, err := collect(tx.query(ctx, `SELECT value || key FROM setting ORDER BY 1 DESC`), scanText); err != nil {
			return err
		}
		look("in a transaction")
		return errClosed
	})
	wantCode(t, err, chat.CodeClosed)
	look("rolled back")
	must(t, db.on(ctx, db.writer, "test", func(c *conn) error { return c.run("PRAGMA wal_checkpoint(TRUNCATE)") }))
	look("checkpoint")
	must(t, db.Check(ctx))
	look("checked")
	must(t, db.Close())
	look("closed")
	for _, f := range []string{"profile.db", "profile.db-wal", "profile.db-shm"} {
		if !seen[f] {
			t.Errorf("%s was never looked at: %v", f, seen)
		}
	}
	for f := range seen {
		if !strings.HasPrefix(f, "profile.db") {
			t.Errorf("it wrote %s", f)
		}
	}
	// The needles would have been found.
	must(t, os.WriteFile(filepath.Join(dir, "control"), []byte("n\x00e\x00e\x00d\x00l\x00e\x00B\x00O\x00D\x00Y\x00 needlebody"), 0o600))
	if found, _ := leaks(t, dir); len(found) < 3 {
		t.Errorf("only %q were found in a file that has them", found)
	}
}
