// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"

	"chatsecure.org/desktop/core/chat"
)

// maxReaders bounds the connections that read beside the writer.
const maxReaders = 3

// DB is an open profile database. Its methods may be called from any goroutine.
type DB struct {
	key     []byte
	writer  *pool // one connection
	readers *pool
	nextID  int64 // only the holder of the writing connection touches it
	lowID   int64 // the lowest id ever given; likewise
	closed  atomic.Bool
	keeping atomic.Pointer[Keeping] // nil: all
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
	if err := build(path, key); err != nil {
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
	if err := probe(path, key); err != nil {
		return nil, fail("open database", err)
	}
	db := &DB{key: append([]byte(nil), key...)}
	db.writer = newPool(newConnector(path, "mode=rw", db.key, writerPragmas), 1)
	db.readers = newPool(newConnector(path, "mode=rw", db.key, readerPragmas), maxReaders)
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
	err := db.on(ctx, db.writer, "open database", func(c *conn) error {
		if err := migrate(c, migrations); err != nil {
			return err
		}
		err := c.row(lastIDQuery).Scan(&db.nextID)
		db.nextID++
		if err != nil {
			return err
		}
		return c.row(lowestIDQuery).Scan(&db.lowID)
	})
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
	err := errors.Join(db.readers.close(), db.writer.close())
	clear(db.key)
	return fail("close database", err)
}

// read runs fn on a reading connection. fn must not keep it.
func (db *DB) read(ctx context.Context, op string, fn func(*conn) error) error {
	return db.on(ctx, db.readers, op, fn)
}

// on lends a connection of a pool to fn. ctx bounds the wait for it.
func (db *DB) on(ctx context.Context, p *pool, op string, fn func(*conn) error) error {
	c, err := p.get(ctx)
	if err != nil {
		return fail(op, err)
	}
	broken := true // also if fn panics
	defer func() { p.put(c, broken) }()
	err = fail(op, fn(c))
	// After one bad page SQLCipher fails for all pages: the next caller gets a
	// new connection, so that the good ones stay readable.
	code := chat.CodeOf(err)
	broken = code == chat.CodeDamaged || code == chat.CodeNotDatabase || code == chat.CodeUnknown
	return err
}

// tx is a write transaction.
type tx struct {
	*conn
	db *DB

	backwards bool // a page of an archive: what it speaks of may come later
	unindexed []unindexed
	waiting   map[chat.ConvID]bool
	arrived   []arrival
	full      []chat.ConvID     // in which more waits than before
	number    func() int64      // the number of the next news
	keys      map[keyName]int64 // known_key.id
	latched   map[int64]bool    // conversations of which it is stored that they have been encrypted
}

// write runs fn in one transaction: all of it is stored, and safe from a power
// cut, when write returns nil, and nothing of it otherwise.
func (db *DB) write(ctx context.Context, op string, fn func(*tx) error) error {
	return db.on(ctx, db.writer, op, func(c *conn) error {
		return transact(c, func() error { return fn(db.begun(c)) })
	})
}

// begun is a transaction that has begun on a connection.
func (db *DB) begun(c *conn) *tx {
	t := &tx{conn: c, db: db}
	t.number = t.nextID
	return t
}

// nextID gives an id.
func (t *tx) nextID() int64 {
	t.db.nextID++ // also if the transaction fails: an id is never given twice
	return t.db.nextID - 1
}

func transact(c *conn, fn func() error) error {
	if err := c.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := fn()
	if err == nil {
		err = c.run("COMMIT")
	}
	if err != nil {
		_ = c.run("ROLLBACK") // SQLite may have done so itself
	}
	return err
}
