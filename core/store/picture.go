// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"encoding/json"
	"time"

	"chatsecure.org/desktop/core/chat"
)

const (
	// maxStrayPictures and maxCaps bound what other people's programs can make
	// this one store: both are named by what they announce.
	maxStrayPictures = 50
	maxCaps          = 500
	// maxPicture is the longest picture that is kept, in bytes.
	maxPicture = 8 << 20
)

// PutPicture keeps a picture under its SHA-1 in hex. One that no contact and no
// account names is dropped after a while.
func (db *DB) PutPicture(ctx context.Context, sha1hex string, data []byte) error {
	if sha1hex == "" || len(data) == 0 {
		return wrong("store picture", chat.CodeEmpty)
	}
	if len(data) > maxPicture {
		return wrong("store picture", chat.CodeTooLarge)
	}
	return db.write(ctx, "store picture", func(t *tx) error {
		_, err := t.exec(`INSERT INTO picture (hash, data, added) VALUES (?, ?, ?)
			ON CONFLICT (hash) DO UPDATE SET data = excluded.data, added = excluded.added`, sha1hex, data, time.Now().UnixMicro())
		if err != nil {
			return err
		}
		return t.dropPictures(maxStrayPictures)
	})
}

// dropPictures removes the pictures that nobody names, except the newest few.
func (t *tx) dropPictures(keep int) error {
	_, err := t.exec(`DELETE FROM picture WHERE hash IN (SELECT hash FROM picture
		WHERE hash NOT IN (SELECT avatar FROM contact) AND hash NOT IN (SELECT avatar FROM account)
		ORDER BY added DESC, rowid DESC LIMIT -1 OFFSET ?)`, keep)
	return err
}

// Picture returns the picture with a SHA-1 in hex; nil when it is not kept.
func (db *DB) Picture(ctx context.Context, sha1hex string) ([]byte, error) {
	data, _, err := one(ctx, db, "read picture", func(row scanner) (data []byte, err error) {
		err = row.Scan(&data)
		return data, err
	}, `SELECT data FROM picture WHERE hash = ?`, sha1hex)
	return data, err
}

// Caps returns the features behind a verification string (XEP-0115), and
// whether they are known.
func (db *DB) Caps(ctx context.Context, ver string) (features []string, known bool, err error) {
	text, known, err := one(ctx, db, "read features", scanText, `SELECT features FROM caps WHERE ver = ?`, ver)
	if err == nil {
		err = fail("read features", fromJSON(text, &features))
	}
	return features, known && err == nil, err
}

// PutCaps keeps the features behind a verification string that the caller has
// verified; the newest 500 are kept.
func (db *DB) PutCaps(ctx context.Context, ver string, features []string) error {
	return db.write(ctx, "store features", func(t *tx) error {
		_, err := t.exec(`INSERT INTO caps (ver, features, added) VALUES (?, ?, ?)
			ON CONFLICT (ver) DO UPDATE SET features = excluded.features, added = excluded.added`,
			ver, toJSON(features), time.Now().UnixMicro())
		if err != nil {
			return err
		}
		_, err = t.exec(`DELETE FROM caps WHERE ver IN (SELECT ver FROM caps ORDER BY added DESC, rowid DESC LIMIT -1 OFFSET ?)`, maxCaps)
		return err
	})
}

// toJSON writes a list of texts, "" for an empty one.
func toJSON(list []string) string {
	if len(list) == 0 {
		return ""
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // strings can not fail
	}
	return string(b)
}

func fromJSON(text string, list *[]string) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), list)
}
