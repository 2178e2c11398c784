// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"reflect"

	sqlite3 "github.com/mutecomm/go-sqlcipher/v4"
)

// errNoRow is what row's Scan returns where the query finds nothing.
var errNoRow = errors.New("no row")

// conn is one connection with its prepared statements; one goroutine at a time
// uses it. It stands on the driver itself: database/sql starts a goroutine for
// each query of a transaction, which took half of the time of storing a message.
type conn struct {
	lite  *sqlite3.SQLiteConn
	stmts map[string]*sqlite3.SQLiteStmt // by text; never built from data
}

func (c *conn) close() error {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	return c.lite.Close()
}

func (c *conn) stmt(query string) (*sqlite3.SQLiteStmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	s, err := c.lite.Prepare(query)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = s.(*sqlite3.SQLiteStmt)
	return c.stmts[query], nil
}

// run executes statements that are used once and have no parameters.
func (c *conn) run(text string) error {
	_, err := c.lite.Exec(text, nil)
	return err
}

// exec runs a statement and returns how many rows it changed.
func (c *conn) exec(query string, args ...any) (int64, error) {
	s, err := c.stmt(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(context.Background(), named(args))
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// scanner is a row to read columns from. NULL leaves the destination as it is.
type scanner interface{ Scan(dest ...any) error }

// row runs a query and keeps its first row for Scan, which returns errNoRow
// where there is none.
func (c *conn) row(query string, args ...any) scanner {
	r := c.query(context.Background(), query, args...)
	defer r.close()
	if !r.next() {
		if r.err == nil {
			r.err = errNoRow
		}
		return failedRow{r.err}
	}
	first := row{values: r.values}
	if r.next(); r.err != nil { // runs the statement to its end
		return failedRow{r.err}
	}
	return &first
}

type failedRow struct{ err error }

func (f failedRow) Scan(...any) error { return f.err }

// rows are the rows of a query; close them before the query is run again.
type rows struct {
	row
	from driver.Rows
	n    int
	err  error
}

// query runs a query. A ctx that can be cancelled interrupts it, at the price of
// a goroutine for each row: give context.Background() to short ones.
func (c *conn) query(ctx context.Context, query string, args ...any) *rows {
	s, err := c.stmt(query)
	if err != nil {
		return &rows{err: err}
	}
	from, err := s.QueryContext(ctx, named(args))
	if err != nil {
		return &rows{err: err}
	}
	return &rows{from: from, n: len(from.Columns())}
}

// next steps to the next row; false at the end and on an error, see err.
func (r *rows) next() bool {
	if r.err != nil || r.from == nil {
		return false
	}
	r.values = make([]driver.Value, r.n)
	err := r.from.Next(r.values)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return err == nil
}

func (r *rows) close() {
	if r.from != nil {
		_ = r.from.Close()
		r.from = nil
	}
}

// collect scans all rows with scan and closes them.
func collect[T any](r *rows, scan func(scanner) (T, error)) ([]T, error) {
	defer r.close()
	var all []T
	for r.next() {
		v, err := scan(r)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, r.err
}

// list reads all rows of a query.
func list[T any](ctx context.Context, db *DB, op string, scan func(scanner) (T, error), query string, args ...any) (all []T, err error) {
	err = db.read(ctx, op, func(c *conn) (err error) {
		all, err = collect(c.query(context.Background(), query, args...), scan)
		return err
	})
	return all, err
}

// one reads the first row of a query; found is false where there is none.
func one[T any](ctx context.Context, db *DB, op string, scan func(scanner) (T, error), query string, args ...any) (v T, found bool, err error) {
	err = db.read(ctx, op, func(c *conn) (err error) {
		v, err = scan(c.row(query, args...))
		if errors.Is(err, errNoRow) {
			return nil
		}
		found = err == nil
		return err
	})
	return v, found, err
}

// scanText and scanID read a query of one column.
func scanText(row scanner) (s string, err error) { err = row.Scan(&s); return s, err }

func scanID(row scanner) (id int64, err error) { err = row.Scan(&id); return id, err }

type row struct{ values []driver.Value }

// Scan copies the columns into what dest points to: integers, bool, string (or
// types of these) and []byte.
func (r *row) Scan(dest ...any) error {
	if len(dest) != len(r.values) {
		return errors.New("wrong number of columns")
	}
	for i, v := range r.values {
		if v == nil {
			continue
		}
		to := reflect.ValueOf(dest[i]).Elem()
		switch v := v.(type) {
		case int64:
			if to.Kind() == reflect.Bool {
				to.SetBool(v != 0)
				continue
			}
			switch {
			case to.CanInt():
				to.SetInt(v)
			case to.CanUint():
				to.SetUint(uint64(v)) // columns for these hold nothing below 0
			default:
				return errColumn
			}
		case string:
			if to.Kind() != reflect.String {
				return errColumn
			}
			to.SetString(v)
		case []byte:
			if to.Kind() != reflect.Slice {
				return errColumn
			}
			to.SetBytes(v)
		default:
			return errColumn
		}
	}
	return nil
}

var errColumn = errors.New("a column has another type than its variable")

// named makes the driver's arguments. Types that are made of int, bool or
// string are taken as these.
func named(args []any) []driver.NamedValue {
	all := make([]driver.NamedValue, len(args))
	for i, a := range args {
		v := driver.Value(a)
		if !driver.IsValue(a) {
			switch r := reflect.ValueOf(a); {
			case r.CanInt():
				v = r.Int()
			case r.CanUint():
				v = int64(r.Uint()) // of 32 bits
			case r.Kind() == reflect.String:
				v = r.String()
			case r.Kind() == reflect.Bool:
				v = r.Bool()
			}
		}
		all[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return all
}
