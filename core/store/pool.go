// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"sync"

	sqlite3 "github.com/mutecomm/go-sqlcipher/v4"
)

var errClosed = errors.New("database is closed")

// pool lends at most cap(slots) connections, the last one returned first.
type pool struct {
	connector connector
	slots     chan struct{}

	mu     sync.Mutex
	idle   []*conn
	closed bool
}

func newPool(c connector, n int) *pool { return &pool{connector: c, slots: make(chan struct{}, n)} }

// get waits for a connection until ctx ends.
func (p *pool) get(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		<-p.slots
		return nil, errClosed
	}
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return c, nil
	}
	c, err := p.connector.open()
	if err != nil {
		<-p.slots
		return nil, err
	}
	return c, nil
}

// put takes a connection back; a broken one is closed.
func (p *pool) put(c *conn, broken bool) {
	if broken {
		_ = c.close()
	} else {
		p.mu.Lock()
		p.idle = append(p.idle, c)
		p.mu.Unlock()
	}
	<-p.slots
}

// close waits for the connections that are lent and closes all. The last
// connection to a file moves the log into it.
func (p *pool) close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	var err error
	for _, c := range p.idle {
		err = errors.Join(err, c.close())
	}
	p.idle = nil
	for range cap(p.slots) {
		<-p.slots // who comes later finds the pool closed
	}
	return err
}

// open makes a connection that has the key and the settings.
func (c connector) open() (*conn, error) {
	d := sqlite3.SQLiteDriver{ConnectHook: c.prepare}
	made, err := d.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return &conn{lite: made.(*sqlite3.SQLiteConn), stmts: map[string]*sqlite3.SQLiteStmt{}}, nil
}
