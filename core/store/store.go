// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"sync/atomic"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// maxReaders bounds the connections that read beside the writer.
const maxReaders = 3

// readerIdle is how long an unused reader keeps its page cache.
const readerIdle = 20 * time.Second

// DB is an open profile database. Its methods may be called from any goroutine.
type DB struct {
	key     []byte
	writer  *sql.DB // one connection
	readers *sql.DB
	nextID  int64 // only the holder of the writing connection touches it
	closed  atomic.Bool
}

// Create makes the database file at path, which must not exist, and opens it.
// The key is 32 random bytes; it is copied, the caller wipes its own. On an
// error nothing is left at path. CodeExists: there is a file already.
func Create(ctx context.Context, path string, key []byte) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fail("create database", err)
	}
	if err := checkKey(key); err != nil {
		return nil, err
	}
	if err := build(ctx, path, key); err != nil {
		return nil, fail("create database", err)
	}
	return Open(ctx, path, key)
}

// Open opens the database file at path, which must exist, and brings its schema
// up to date. The key is copied. On an error the file stays as it was. The codes:
//
//   - CodeDatabaseMissing: no file, or one without a byte in it
//   - CodeNotDatabase: certainly no database of this program
//   - CodeKeyWrong: another key, or a damaged first page: SQLCipher can not tell
//     these two apart. A caller that has verified the key knows it is the latter.
//   - CodeDamaged, CodeNewer, CodeReadOnly, CodeDiskFull
func Open(ctx context.Context, path string, key []byte) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fail("open database", err)
	}
	if err := checkKey(key); err != nil {
		return nil, err
	}
	if err := probe(ctx, path, key); err != nil {
		return nil, fail("open database", err)
	}
	db := &DB{key: append([]byte(nil), key...)}
	db.writer = openPool(newConnector(path, "mode=rw", db.key, writerPragmas), 1)
	db.readers = openPool(newConnector(path, "mode=rw", db.key, readerPragmas), maxReaders)
	db.readers.SetConnMaxIdleTime(readerIdle)
	if err := db.start(ctx); err != nil {
		_ = db.Close()
		return nil, fail("open database", err)
	}
	return db, nil
}

func checkKey(key []byte) error {
	var sum byte
	for _, b := range key {
		sum |= b
	}
	if len(key) == keySize && sum != 0 {
		return nil
	}
	return &chat.Error{Kind: chat.Bug, Op: "open database", Code: chat.CodeKeyWrong, Detail: "not a key of 32 bytes"}
}

// start migrates, reads the counters and finishes what a crash interrupted.
func (db *DB) start(ctx context.Context) error {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return err
	}
	if err := migrate(context.WithoutCancel(ctx), conn, migrations); err != nil {
		_ = conn.Close()
		return err
	}
	err = conn.QueryRowContext(ctx, lastIDQuery).Scan(&db.nextID)
	db.nextID++
	_ = conn.Close()
	if err != nil {
		return err
	}
	return db.finishRemovals(ctx)
}

// Close ends all connections, which writes the log back into the file, and
// wipes the key. Methods called afterwards fail with CodeClosed.
func (db *DB) Close() error {
	if db.closed.Swap(true) {
		return nil
	}
	err := db.readers.Close()
	if e := db.writer.Close(); err == nil {
		err = e
	}
	clear(db.key)
	return fail("close database", err)
}

// read runs fn on a reading connection. fn must not keep it.
func (db *DB) read(ctx context.Context, op string, fn func(ctx context.Context, q *sql.Conn) error) error {
	return db.on(ctx, db.readers, op, fn)
}

// on lends a connection of pool to fn. The context that fn gets can not be
// cancelled: what it does is short, and a driver that watches a context starts a
// goroutine for each row.
func (db *DB) on(ctx context.Context, pool *sql.DB, op string, fn func(context.Context, *sql.Conn) error) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return fail(op, err)
	}
	err = fail(op, fn(context.WithoutCancel(ctx), conn))
	if c := chat.CodeOf(err); c == chat.CodeDamaged || c == chat.CodeNotDatabase || c == chat.CodeUnknown {
		// After one bad page SQLCipher fails for all pages: the next
		// caller gets a new connection, so that the good ones stay readable.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	_ = conn.Close()
	return err
}

// tx is a write transaction with its prepared statements.
type tx struct {
	*sql.Tx
	db    *DB
	ctx   context.Context // of the call; the tx ends with it
	stmts map[string]*sql.Stmt
}

// write runs fn in one transaction: all of it is stored, and safe from a power
// cut, when write returns nil, and nothing of it otherwise.
func (db *DB) write(ctx context.Context, op string, fn func(*tx) error) error {
	return db.on(ctx, db.writer, op, func(ctx context.Context, conn *sql.Conn) error {
		begun, err := conn.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		t := &tx{Tx: begun, db: db, ctx: ctx, stmts: map[string]*sql.Stmt{}}
		if err := fn(t); err != nil {
			_ = begun.Rollback()
			return err
		}
		if err := begun.Commit(); err != nil {
			_ = begun.Rollback()
			return err
		}
		return nil
	})
}

func (t *tx) stmt(query string) (*sql.Stmt, error) {
	if s, ok := t.stmts[query]; ok {
		return s, nil
	}
	s, err := t.PrepareContext(t.ctx, query)
	if err == nil {
		t.stmts[query] = s
	}
	return s, err
}

// exec runs a statement and returns the number of rows it changed.
func (t *tx) exec(query string, args ...any) (int64, error) {
	s, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// row runs a query that returns at most one row.
func (t *tx) row(query string, args ...any) scanner {
	s, err := t.stmt(query)
	if err != nil {
		return failedRow{err}
	}
	return s.QueryRowContext(t.ctx, args...)
}

// scanner is a row to read columns from.
type scanner interface{ Scan(dest ...any) error }

type failedRow struct{ err error }

func (f failedRow) Scan(...any) error { return f.err }
