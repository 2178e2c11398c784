// SPDX-License-Identifier: MPL-2.0

package store

import (
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"io"
	"net/url"
	"unsafe"

	sqlite3 "github.com/mutecomm/go-sqlcipher/v4"
)

// keySize is the length of the database key in bytes.
const keySize = 32

// The page caches, in KiB (negative for SQLite): together under 5 MB, because
// the whole program should rest under 90 MB. With secure_delete FAST pages that become
// free would keep their texts: what a policy has deleted would be there for who has the key.
const (
	writerPragmas = `PRAGMA cache_size = -2048; PRAGMA journal_mode = WAL;
		PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 8388608;`
	readerPragmas = `PRAGMA cache_size = -1024; PRAGMA query_only = ON;`
	probePragmas  = `PRAGMA cache_size = -256; PRAGMA query_only = ON;`
	commonPragmas = `PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;
		PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 10000;`
)

var (
	errNoCipher = errors.New("built without SQLCipher")
	errNoFTS    = errors.New("built without FTS5: build with -tags sqlite_fts5")
)

// connector opens connections that all have the key and the same settings.
type connector struct {
	dsn     string
	key     []byte // shared with the DB, which wipes it after the last connection
	pragmas string
}

// newConnector describes connections to path. query is added to the URI.
func newConnector(path, query string, key []byte, pragmas string) connector {
	u := url.URL{Scheme: "file", Path: path, RawQuery: query + "&_txlock=immediate"}
	return connector{dsn: u.String(), key: key, pragmas: pragmas}
}

// prepare runs on each new connection before anybody else sees it.
func (c connector) prepare(conn *sqlite3.SQLiteConn) error {
	if err := setKey(conn, c.key); err != nil {
		return err
	}
	if v, err := queryValue(conn, "PRAGMA cipher_version"); err != nil || v == nil || v == "" {
		return errors.Join(errNoCipher, err)
	}
	if v, err := queryValue(conn, "SELECT sqlite_compileoption_used('ENABLE_FTS5')"); err != nil || v != int64(1) {
		return errors.Join(errNoFTS, err)
	}
	_, err := conn.Exec(commonPragmas+c.pragmas, nil)
	return err
}

// setKey gives the connection its key in the raw form, x'64 hex digits': no
// derivation, and nothing in it that SQL could misread. The statement is a view
// of a buffer that is wiped; SQLite and the driver make copies of their own
// that can not be reached from here and that they free at once.
func setKey(conn *sqlite3.SQLiteConn, key []byte) error {
	if len(key) != keySize {
		return errors.New("database key is not 32 bytes") // an empty one would open a plain database
	}
	const head, tail = `PRAGMA key = "x'`, `'"`
	b := make([]byte, 0, len(head)+2*keySize+len(tail))
	b = append(b, head...)
	b = hex.AppendEncode(b, key)
	b = append(b, tail...)
	defer clear(b)
	_, err := conn.Exec(unsafe.String(&b[0], len(b)), nil)
	return err
}

// queryValue returns the first column of the first row; nil without a row.
func queryValue(conn *sqlite3.SQLiteConn, query string) (driver.Value, error) {
	rows, err := conn.Query(query, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	dest := make([]driver.Value, len(rows.Columns()))
	switch err := rows.Next(dest); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return dest[0], nil
}
