// SPDX-License-Identifier: MPL-2.0

package store

import (
	"bytes"
	"context"
	"crypto/aes"
	cbc "crypto/cipher"
	"fmt"
	"os"
	"testing"
	"time"
)

// textsInFile counts a text in the pages of a database file, also in those that nothing
// uses any more (https://www.zetetic.net/sqlcipher/design/).
func textsInFile(t *testing.T, path, text string) (n int) {
	t.Helper()
	const page, salt, initial, reserved = 4096, 16, 16, 80
	data, err := os.ReadFile(path)
	must(t, err)
	block, err := aes.NewCipher(testKey)
	must(t, err)
	for at := 0; at+page <= len(data); at += page {
		end := data[at+page-reserved : at+page]
		sealed := data[at : at+page-reserved]
		if at == 0 {
			sealed = sealed[salt:]
		}
		plain := make([]byte, len(sealed))
		cbc.NewCBCDecrypter(block, end[:initial]).CryptBlocks(plain, sealed)
		n += bytes.Count(plain, []byte(text))
	}
	return n
}

// What was forgotten is not in the file any more, for whoever has the key and looks.
func TestForgottenIsNotInTheFile(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	const n = 3000
	var rows []Incoming
	for i := range n {
		rows = append(rows, from(fmt.Sprintf("qsecretq %d, and so much besides that pages become free", i)))
	}
	_, err := db.Receive(ctx, alice, Batch{Rows: rows}, "")
	must(t, err)
	_, err = db.MarkRead(ctx, withBob, conversation(t, db, withBob).Last.ID)
	must(t, err)
	path := pathOf(t, db)
	db = reopen(t, db)
	if got := textsInFile(t, path, "qsecretq"); got < n {
		t.Fatalf("%d of %d texts are in the file before", got, n)
	}
	_, err = db.Forget(ctx, time.Time{})
	must(t, err)
	reopen(t, db)
	if got := textsInFile(t, path, "qsecretq"); got != 0 {
		t.Errorf("%d texts are still in the file", got)
	}
}
